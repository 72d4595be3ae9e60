// Package sms counts and splits texts the way mobile networks do. It is pure
// and imports the standard library only.
package sms

import "strings"

// Encoding is how a network carries a text.
type Encoding string

// GSM7 packs 160 septets into one message (153 each in a longer text); UCS2
// packs 70 code units (67 each). Source: 3GPP TS 23.038 and 23.040.
const (
	GSM7 Encoding = "GSM-7"
	UCS2 Encoding = "UCS-2"
)

// Size is what a text costs. Units are septets or UTF-16 code units; Forcing
// names the characters that make the whole text UCS-2.
type Size struct {
	Encoding Encoding
	Units    int
	Segments int
	Forcing  []rune
}

const (
	basic    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "\f^{}\\[~]|€"
)

var septets = func() map[rune]int {
	m := map[rune]int{}
	for _, r := range basic {
		m[r] = 1
	}
	for _, r := range extended {
		m[r] = 2
	}
	return m
}()

// Count tells what a text costs.
func Count(text string) Size {
	var s Size
	units := 0
	seen := map[rune]bool{}
	for _, r := range text {
		n, ok := septets[r]
		if !ok && !seen[r] {
			seen[r] = true
			s.Forcing = append(s.Forcing, r)
		}
		units += n
	}
	if len(s.Forcing) == 0 {
		s.Encoding = GSM7
		s.Units, s.Segments = units, pack(text, 160, 153, func(r rune) int { return septets[r] })
		return s
	}
	s.Encoding = UCS2
	for _, r := range text {
		s.Units += codeUnits(r)
	}
	s.Segments = pack(text, 70, 67, codeUnits)
	return s
}

func codeUnits(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// pack counts segments; a character is never cut in two.
func pack(text string, one, many int, width func(rune) int) int {
	total := 0
	for _, r := range text {
		total += width(r)
	}
	if total == 0 {
		return 0
	}
	if total <= one {
		return 1
	}
	n, used := 1, 0
	for _, r := range text {
		w := width(r)
		if used+w > many {
			n, used = n+1, 0
		}
		used += w
	}
	return n
}

var plain = strings.NewReplacer("\u2018", "'", "\u2019", "'", "\u201c", "\"", "\u201d", "\"",
	"\u2013", "-", "\u2014", "-", "\u2026", "...", "\u00a0", " ", "\t", " ", "`", "'")

// Plain replaces typographic quotes, dashes and spaces where that alone makes
// the text GSM-7; otherwise the text stays as it was typed.
func Plain(text string) string {
	if Count(text).Encoding == GSM7 {
		return text
	}
	if p := plain.Replace(text); Count(p).Encoding == GSM7 {
		return p
	}
	return text
}
