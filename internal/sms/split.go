package sms

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxBody is the longest body that Twilio takes, in UTF-16 code units.
const MaxBody = 1600

// Split cuts a text into parts of at most max UTF-16 code units, at a line or
// a word where there is one, never inside what a reader sees as one character,
// and never between a bidi isolate and its end unless the isolate alone is too
// long. No part is empty, but for that of a text without words.
func Split(text string, max int) []string {
	var parts []string
	for Units(text) > max {
		cut := cutAt(text, max)
		if part := strings.TrimRightFunc(text[:cut], unicode.IsSpace); part != "" {
			parts = append(parts, part)
		}
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

// cutAt finds where the first part of a text ends, in bytes; never 0.
func cutAt(text string, max int) int {
	units, depth := 0, 0
	var space, outside, cluster, hard int // the last good places, the best first
	var b boundary
	for i, r := range text {
		if units+codeUnits(r) > max {
			break
		}
		if b.before(r) && i > 0 {
			cluster = i
			if depth == 0 {
				outside = i
				if unicode.IsSpace(r) {
					space = i
				}
			}
		}
		switch {
		case r >= '\u2066' && r <= '\u2068':
			depth++
		case r == '\u2069' && depth > 0:
			depth--
		}
		units += codeUnits(r)
		_, width := utf8.DecodeRuneInString(text[i:])
		hard = i + width
	}
	switch {
	case space > hard/2:
		return space
	case outside > 0:
		return outside
	case cluster > 0:
		return cluster
	case hard > 0:
		return hard
	}
	_, width := utf8.DecodeRuneInString(text)
	return width
}

// boundary tells where one visible character ends and the next begins: marks,
// joiners, skin tones, flags, tags and conjuncts hold together (the gist of
// Unicode's annex 29).
type boundary struct {
	prev rune
	flag bool // prev is the first half of a flag
}

// before tells whether a text may be cut in front of r, and moves on.
func (b *boundary) before(r rune) bool {
	prev, half := b.prev, b.flag
	b.prev = r
	b.flag = flagHalf(r) && !half
	switch {
	case prev == 0:
		return true
	case half && flagHalf(r):
		return false
	case prev == '\u200d', r == '\u200d', prev == '\r' && r == '\n':
		return false
	case r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xE0020 && r <= 0xE007F: // skin tones, tags
		return false
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc):
		return false
	case virama[prev] && unicode.IsLetter(r):
		return false
	}
	return true
}

func flagHalf(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// virama joins two consonants of Devanagari, Bengali, Gurmukhi, Gujarati,
// Tamil, Telugu and Malayalam into one shape.
var virama = map[rune]bool{0x094D: true, 0x09CD: true, 0x0A4D: true, 0x0ACD: true, 0x0BCD: true, 0x0C4D: true, 0x0D4D: true}
