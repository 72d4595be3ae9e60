package fold

import (
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Most letters fold by themselves, whatever stands beside them. What each
// comes to is worked out once and kept; a text with any other letter (Bengali
// and Tamil vowels join) is folded as a whole.
var kept [0x2100]atomic.Int32

// What kept holds beside a letter.
const (
	unknown = 0
	dropped = -1
	joins   = -2
)

// alone folds a text letter by letter; ok is false where that is not enough.
func alone(s string) (folded string, ok bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		switch to := aloneRune(r); to {
		case dropped:
		case joins:
			return "", false
		default:
			b = utf8.AppendRune(b, to)
		}
	}
	return string(b), true
}

func aloneRune(r rune) rune {
	switch {
	case r < 0x2100:
		to := kept[r].Load()
		if to == unknown {
			to = workOut(r)
			kept[r].Store(to)
		}
		return to
	case r >= 0x4e00 && r < 0x9fd0: // Chinese
		return r
	}
	return workOut(r)
}

// workOut folds one letter, if nothing beside it can change what it comes to.
func workOut(r rune) rune {
	var buf [utf8.UTFMax]byte
	out := rune(dropped)
	for _, d := range string(norm.NFKD.Bytes(buf[:utf8.EncodeRune(buf[:], r)])) {
		switch d = one(d); {
		case d < 0:
		case out >= 0 || d == unknown || !still(d):
			return joins
		default:
			out = d
		}
	}
	return out
}

// still tells whether a folded letter neither joins the one before it nor
// changes places with it. Signs that silence a vowel (class 9) never join, and
// stay in their order among themselves.
func still(r rune) bool {
	p := norm.NFC.PropertiesString(string(r))
	return (p.BoundaryBefore() || p.CCC() == 9) && norm.NFC.IsNormalString(string(r))
}
