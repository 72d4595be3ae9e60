package triage

import (
	"unicode/utf8"

	"linkline/internal/fold"
)

// lexicon tells which words of the patterns a word of a text is. Each word of
// a pattern, with its sign, is an atom; a text's word may be several.
type lexicon struct {
	ids    map[word]int32
	front  *letter            // whole words and stems, from the first letter
	inside *letter            // ends and middles, from any letter
	raw    map[string]int32   // as spelt
	heard  *letter            // by sound
	slips  map[string][]slipp // by the word with one letter out
	known  map[string]bool    // words that are no slip of another
	number int32              // "#", or -1
}

// letter is a node of a tree of words.
type letter struct {
	next  map[rune]*letter
	ends  []int32 // atoms of which the word ends here
	stems []int32 // atoms of which any word that passes here is one
}

type slipp struct {
	word string
	stem bool
	atom int32
}

func newLexicon() *lexicon {
	return &lexicon{ids: map[word]int32{}, front: &letter{}, inside: &letter{}, raw: map[string]int32{}, heard: &letter{}, slips: map[string][]slipp{}, known: map[string]bool{}, number: -1}
}

func (l *letter) at(w string) *letter {
	for _, r := range w {
		n := l.next[r]
		if n == nil {
			n = &letter{}
			if l.next == nil {
				l.next = map[rune]*letter{}
			}
			l.next[r] = n
		}
		l = n
	}
	return l
}

// atom is the id of a word of a pattern.
func (x *lexicon) atom(w word) int32 {
	if w.kind == sound || w.kind == soundStem {
		switch key := soundKey(w.text); {
		case key != "":
			w.text = key
		case w.kind == soundStem:
			w.kind = stem
		default:
			w.kind = whole
		}
	}
	if id, ok := x.ids[w]; ok {
		return id
	}
	id := int32(len(x.ids))
	x.ids[w] = id
	switch w.kind {
	case whole:
		n := x.front.at(w.text)
		n.ends = append(n.ends, id)
		x.known[w.text] = true
	case stem:
		n := x.front.at(w.text)
		n.stems = append(n.stems, id)
	case tail:
		n := x.inside.at(w.text)
		n.ends = append(n.ends, id)
	case inner:
		n := x.inside.at(w.text)
		n.stems = append(n.stems, id)
	case spelt:
		x.raw[w.text] = id
	case sound:
		n := x.heard.at(w.text)
		n.ends = append(n.ends, id)
	case soundStem:
		n := x.heard.at(w.text)
		n.stems = append(n.stems, id)
	case slip, slipStem:
		n := x.front.at(w.text)
		n.ends = append(n.ends, id)
		if w.kind == slipStem {
			n.stems = append(n.stems, id)
		}
		x.known[w.text] = true
		each(w.text, func(cut string) {
			x.slips[cut] = append(x.slips[cut], slipp{w.text, w.kind == slipStem, id})
		})
	case number:
		x.number = id
	}
	return id
}

// each calls f with the word, and with the word less one letter, once a letter.
func each(w string, f func(string)) {
	f(w)
	for i, r := range w {
		f(w[:i] + w[i+utf8.RuneLen(r):])
	}
}

// find appends the atoms that a word of a text is.
func (x *lexicon) find(dst []int32, t token) []int32 {
	dst = x.spell(dst, t.text)
	if t.leet != "" {
		dst = x.spell(dst, t.leet)
	}
	if id, ok := x.raw[t.raw]; ok && t.raw != "" {
		dst = append(dst, id)
	}
	if x.number >= 0 && t.text[0] >= '0' && t.text[0] <= '9' {
		dst = append(dst, x.number)
	}
	return dst
}

func (x *lexicon) spell(dst []int32, w string) []int32 {
	dst = x.front.walk(dst, w)
	for i := range w {
		if i == 0 || utf8.RuneStart(w[i]) {
			dst = x.inside.walk(dst, w[i:])
		}
	}
	if key := soundKey(w); key != "" {
		dst = x.heard.walk(dst, key)
	}
	if !x.known[w] && len(w) < 64 && utf8.RuneCountInString(w) >= 5 {
		dst = x.slipped(dst, w)
	}
	return dst
}

func (l *letter) walk(dst []int32, w string) []int32 {
	for _, r := range w {
		if l = l.next[r]; l == nil {
			return dst
		}
		dst = append(dst, l.stems...)
	}
	return append(dst, l.ends...)
}

// slipped finds words typed with one slip. The first letter is never the slip.
func (x *lexicon) slipped(dst []int32, w string) []int32 {
	from := len(dst)
	first, _ := utf8.DecodeRuneInString(w)
	try := func(cut string) {
		for _, s := range x.slips[cut] {
			if f, _ := utf8.DecodeRuneInString(s.word); f != first {
				continue
			}
			if has(dst[from:], s.atom) || fold.Distance(s.word, w, 1) > 1 {
				continue
			}
			dst = append(dst, s.atom)
		}
	}
	var buf [64]byte
	try(w)
	for i, r := range w {
		n := utf8.RuneLen(r)
		if n < 0 {
			n = 1
		}
		cut := append(append(buf[:0], w[:i]...), w[i+n:]...)
		if _, ok := x.slips[string(cut)]; ok {
			try(string(cut))
		}
	}
	return dst
}

func has(list []int32, id int32) bool {
	for _, x := range list {
		if x == id {
			return true
		}
	}
	return false
}
