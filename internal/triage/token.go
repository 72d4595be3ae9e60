package triage

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"linkline/internal/fold"

	"golang.org/x/text/unicode/norm"
)

// token is one word of a text.
type token struct {
	text string // folded
	leet string // with digits and signs read as letters: "su1cide"; empty if the same
	raw  string // as spelt, in lower case; empty where it cannot be told
	ends int32  // ends of sentences before it
}

// pieces appends the words of a piece of a term, cut as tokens cuts a text.
func pieces(dst []word, s string) []word {
	if simple(s) {
		return append(dst, word{text: s})
	}
	room := rooms.Get().(*[]token)
	*room = tokens((*room)[:0], fold.Text(s), nil)
	for _, t := range *room {
		dst = append(dst, word{text: t.text})
	}
	clear(*room)
	rooms.Put(room)
	return dst
}

// rooms are where terms are cut: a start cuts tens of thousands.
var rooms = sync.Pool{New: func() any { return new([]token) }}

// simple tells that a word is its own folded form.
func simple(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' || i > 1 && s[i] == s[i-1] && s[i] == s[i-2] {
			return false
		}
	}
	return s != ""
}

// spelling is a word as spelt, comparable.
func spelling(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return norm.NFC.String(strings.ToLower(s))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// read cuts a text into tokens: folded, with the spelling beside it where
// folding lost marks, and with spelt-out words ("s u i c i d e") at the end.
func read(dst []token, text string, known *lexicon) []token {
	dst = tokens(dst, fold.Text(text), known)
	if !ascii(text) {
		plain := tokens(nil, spelling(text), known)
		if len(plain) == len(dst) {
			for i := range dst {
				dst[i].raw = plain[i].text
			}
		}
	} else {
		for i := range dst {
			dst[i].raw = dst[i].text
		}
	}
	return spelledOut(dst)
}

// tokens cuts a folded text. Chinese has no spaces: each character is a word.
// So is a picture, if the patterns know it; the others are no words at all.
// Without known, every picture is.
func tokens(dst []token, s string, known *lexicon) []token {
	start, odd, breaks := -1, false, int32(0)
	flush := func(end int) {
		if start < 0 {
			return
		}
		t := token{text: s[start:end], ends: breaks}
		if odd {
			t.text, t.leet = plain(t.text)
		}
		if t.text != "" {
			dst = append(dst, t)
		}
		start, odd = -1, false
	}
	for i, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			if start < 0 {
				start = i
			}
		case r >= '0' && r <= '9':
			if start < 0 {
				start = i
			}
			odd = true
		case r < utf8.RuneSelf:
			inside := start >= 0 && i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z'
			switch {
			case inside && strings.IndexByte("'*$@!|", byte(r)) >= 0:
				odd = true
			case start < 0 && (r == '$' || r == '@') && i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z':
				start, odd = i, true
			default:
				flush(i)
				if r == '!' || r == '?' || r == '.' && (i+1 == len(s) || s[i+1] == ' ') && (i == 0 || s[i-1] != '.') {
					breaks++
				}
			}
		case unicode.Is(unicode.Han, r):
			flush(i)
			dst = append(dst, token{text: s[i : i+utf8.RuneLen(r)], ends: breaks})
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r):
			if start < 0 {
				start = i
			}
		case unicode.Is(unicode.So, r):
			flush(i)
			if p := s[i : i+utf8.RuneLen(r)]; known == nil || known.knows(p) {
				dst = append(dst, token{text: p, ends: breaks})
			}
		default:
			flush(i)
			if r == '።' || r == '॥' {
				breaks++
			}
		}
	}
	flush(len(s))
	return dst
}

// plain takes the signs out of a word, and reads it once more as letters.
func plain(s string) (text, leet string) {
	var a, b strings.Builder
	letters := false
	for _, r := range s {
		switch {
		case strings.ContainsRune("'*$@!|", r):
		default:
			a.WriteRune(r)
			letters = letters || !unicode.IsDigit(r)
		}
		if to, ok := looks[r]; ok {
			b.WriteRune(to)
		} else if r != '\'' && r != '*' {
			b.WriteRune(r)
		}
	}
	text, leet = a.String(), b.String()
	if !letters || leet == text {
		leet = ""
	}
	return text, leet
}

// looks are digits and signs typed for the letter they look like.
var looks = map[rune]rune{'1': 'i', '0': 'o', '3': 'e', '4': 'a', '5': 's', '7': 't', '$': 's', '@': 'a', '!': 'i', '|': 'i'}

// spelledOut adds runs of single letters as words: "k m s", "s.u.i.c.i.d.e".
func spelledOut(ts []token) []token {
	n := len(ts)
	for i := 0; i < n; {
		j := i
		for j < n && len(ts[j].text) == 1 && ts[j].text[0] >= 'a' && ts[j].text[0] <= 'z' {
			j++
		}
		if j-i >= 3 {
			var b strings.Builder
			for _, t := range ts[i:j] {
				b.WriteString(t.text)
			}
			ts = append(ts, token{text: b.String(), raw: b.String(), ends: ts[n-1].ends + 1})
		}
		i = max(j, i+1)
	}
	return ts
}
