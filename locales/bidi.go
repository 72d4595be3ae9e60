package locales

import (
	"regexp"
	"strings"
	"unicode"
)

// Bidi controls (Unicode 6.3). An isolate does not count when a phone guesses
// the direction of a whole text by its first letter; a bare mark would.
const (
	ltrIsolate   = "\u2066"
	firstIsolate = "\u2068"
	endIsolate   = "\u2069"
	// ltrMark stands inside the isolate of a number in groups. Phones from
	// before 2013 know the mark and not the isolate; without it they show
	// "0808 2000 247" as "247 2000 0808".
	ltrMark = "\u200e"
)

// fragile finds what right-to-left text would reorder: numbers in groups,
// numbers with a plus or a dash, references, links.
var fragile = regexp.MustCompile(`https?://[^\s\p{Arabic}]+|\+?\p{Nd}+(?:[ -]\p{Nd}+)+|\+\p{Nd}+|[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+`)

// groups finds a number in groups.
var groups = regexp.MustCompile(`^\+?\p{Nd}+(?:[ -]\p{Nd}+)+$|^\+\p{Nd}+$`)

// isolate keeps an argument whole inside the text around it: left to right in
// right-to-left text, and the other way about. Digits alone need nothing.
func (l *Language) isolate(s string) string {
	rtl := strings.ContainsFunc(s, isRTL)
	switch {
	case s == "":
		return s
	case l.Meta.Direction != "rtl" && rtl:
		return firstIsolate + s + endIsolate
	case l.Meta.Direction != "rtl" || isNumber(s):
		return s
	case rtl && strings.ContainsFunc(s, isLTR):
		return firstIsolate + s + endIsolate
	case rtl:
		return s
	}
	return wrapLTR(s)
}

// isolateFragile does the same for what stands in a text itself, outside
// variables and isolates that a translator has already written.
func isolateFragile(text string) string {
	var b strings.Builder
	depth, from := 0, 0
	flush := func(to int) {
		part := text[from:to]
		if depth == 0 {
			part = fragile.ReplaceAllStringFunc(part, wrapLTR)
		}
		b.WriteString(part)
		from = to
	}
	for i, r := range text {
		switch {
		case r == '{' || (r >= '\u2066' && r <= '\u2068'):
			flush(i)
			depth++
		case (r == '}' || r == '\u2069') && depth > 0:
			flush(i)
			depth--
		}
	}
	flush(len(text))
	return b.String()
}

func wrapLTR(s string) string {
	if groups.MatchString(s) {
		return ltrIsolate + ltrMark + s + endIsolate
	}
	return ltrIsolate + s + endIsolate
}

func isRTL(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko) && unicode.IsLetter(r)
}

func isLTR(r rune) bool { return unicode.IsLetter(r) && !isRTL(r) }

func isNumber(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}

// number finds a number, in groups or not, in European digits: those that a
// phone can dial.
var number = regexp.MustCompile(`\+?[0-9]+(?:[ -][0-9]+)*`)

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
