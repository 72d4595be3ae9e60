package triage

import (
	"unicode"
	"unicode/utf8"
)

// What is learnt from examples hangs on sights: things that stand in a text,
// each by a number. A word, two words side by side or with one between, a run
// of three to five letters, a group of words that a language's author made, a
// concept of every language, two concepts close together, and what the
// patterns say of the whole.

// sight is one of them and the word it stands at; whole is no word.
type sight struct {
	key uint32
	at  int32
}

const whole32 = -1

// Seeds keep the kinds of sights apart.
const (
	seenWord uint32 = 0x811c9dc5 + iota*0x05f356a7
	seenPair
	seenApart
	seenThree
	seenLetters
	seenGroup
	seenNear
	seenLabel
)

func mixed(h uint32, s string) uint32 {
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return (h ^ 0x1f) * 16777619
}

// settled spreads a sum over all bits, so that its low ones can be an index.
func settled(h uint32) uint32 {
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	return h ^ h>>15
}

// near is how many words two concepts may stand apart to count as a pair.
const nearWords = 10

// look collects the sights of a window whose elements have been found; f is
// what the patterns said of it.
func (t *Triage) sights(s *scratch, ts []token, f found) {
	s.sights, s.concepts = s.sights[:0], s.concepts[:0]
	for i := range ts {
		s.wordSights(ts, i)
	}
	for _, e := range s.touched {
		key := t.named[e]
		if key == 0 {
			continue
		}
		for _, h := range s.hits[e] {
			s.sights = append(s.sights, sight{settled(key), h.at})
			if t.shared[e] && len(s.concepts) < 48 {
				s.concepts = append(s.concepts, sight{key, h.at})
			}
		}
	}
	for i, a := range s.concepts {
		for _, b := range s.concepts[i+1:] {
			if a.key == b.key || a.at == b.at || max(a.at-b.at, b.at-a.at) > nearWords {
				continue
			}
			key := seenNear ^ (min(a.key, b.key)*31 + max(a.key, b.key))
			s.sights = append(s.sights, sight{settled(key), max(a.at, b.at)})
		}
	}
	if f.label != None {
		s.sights = append(s.sights, sight{settled(mixed(seenLabel, f.label)), whole32}, sight{settled(mixed(mixed(seenLabel, f.label), f.category)), whole32})
	}
}

func (s *scratch) wordSights(ts []token, i int) {
	w, at := ts[i].text, int32(i)
	see := func(key uint32) { s.sights = append(s.sights, sight{settled(key), at}) }
	see(mixed(seenWord, w))
	han := isHan(w)
	if i+1 < len(ts) {
		pair := mixed(mixed(seenPair, w), ts[i+1].text)
		see(pair)
		if i+2 < len(ts) {
			see(mixed(mixed(seenApart, w), ts[i+2].text))
			if han {
				see(mixed(pair^seenThree, ts[i+2].text))
			}
		}
	}
	if !han {
		s.letterSights(w, see)
	}
}

// letterSights sees the runs of three to five letters of a word, its ends
// included.
func (s *scratch) letterSights(w string, see func(uint32)) {
	s.letters = append(s.letters[:0], '<')
	for _, r := range w {
		s.letters = append(s.letters, r)
	}
	s.letters = append(s.letters, '>')
	for a := range s.letters {
		h := seenLetters
		for n, r := range s.letters[a:min(a+5, len(s.letters))] {
			h = (h ^ uint32(r)) * 16777619
			if n >= 2 {
				see(h + uint32(n))
			}
		}
	}
}

func isHan(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return r >= 0x2e80 && unicode.Is(unicode.Han, r)
}
