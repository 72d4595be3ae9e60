// Package sms counts and splits texts the way mobile networks do. It is pure
// and imports the standard library only.
package sms

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

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

// MaxBody is the longest body that Twilio takes, in UTF-16 code units.
const MaxBody = 1600

// Split cuts a text into parts of at most max UTF-16 code units, at a line or
// a word where there is one, never inside a character with its marks or
// joiners, and never between a bidi isolate and its end.
func Split(text string, max int) []string {
	var parts []string
	for Units(text) > max {
		cut := cutAt(text, max)
		parts = append(parts, strings.TrimRightFunc(text[:cut], unicode.IsSpace))
		text = strings.TrimLeftFunc(text[cut:], unicode.IsSpace)
	}
	if text != "" || len(parts) == 0 {
		parts = append(parts, text)
	}
	return parts
}

// Units counts UTF-16 code units.
func Units(text string) int {
	n := 0
	for _, r := range text {
		n += codeUnits(r)
	}
	return n
}

func cutAt(text string, max int) int {
	units, depth := 0, 0
	space, cluster, hard := 0, 0, 0
	prev := rune(0)
	for i, r := range text {
		if units+codeUnits(r) > max {
			break
		}
		joined := prev == '\u200d' || r == '\u200d' || unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc) || r == '\ufe0f' || (r >= 0x1F3FB && r <= 0x1F3FF)
		if i > 0 && !joined && depth == 0 {
			cluster = i
			if unicode.IsSpace(r) {
				space = i
			}
		}
		switch {
		case r >= '\u2066' && r <= '\u2068':
			depth++
		case r == '\u2069' && depth > 0:
			depth--
		}
		units += codeUnits(r)
		hard = i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			hard = i + 1
		}
		prev = r
	}
	switch {
	case space > len(text[:hard])/2:
		return space
	case cluster > 0:
		return cluster
	}
	return hard
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
