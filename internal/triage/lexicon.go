package triage

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"linkline/internal/fold"
)

// lexicon tells which words of the patterns a word of a text is. Each word of
// a pattern, with its sign, is an atom; a text's word may be several. Maps of
// strings take a tenth of what a tree of letters would.
type lexicon struct {
	kinds  [kinds]map[string]int32 // by kind: the atom of a word
	lens   [kinds]uint64           // by kind: bit n is set if a word has n bytes
	slips  map[string][]slipp      // by the word with one letter out
	known  map[string]bool         // words that are no slip of another, beside the whole ones
	short  map[string]string       // words typed short, and what they stand for
	langs  []uint64                // by atom: the languages that use it
	before [256][]particle         // by first byte
	after  [256][]particle         // by last byte
	number int32                   // "#", or -1
	atoms  int32
	text   *strings.Builder // where the words stand
}

// particle is what languages write onto a word's front or end.
type particle struct {
	text  string
	langs uint64
}

type slipp struct {
	word string
	atom int32
}

func newLexicon() *lexicon {
	x := &lexicon{slips: map[string][]slipp{}, known: map[string]bool{}, short: map[string]string{}, number: -1, text: new(strings.Builder)}
	x.kinds[whole] = make(map[string]int32, 1<<16)
	for k := whole + 1; k < kinds; k++ {
		x.kinds[k] = map[string]int32{}
	}
	return x
}

// particles notes what a language writes onto words.
func (x *lexicon) particles(s *source) {
	for _, p := range s.file.Before {
		for _, w := range pieces(nil, p) {
			at := &x.before[w.text[0]]
			*at = append(*at, particle{w.text, s.bit})
		}
	}
	for _, p := range s.file.After {
		for _, w := range pieces(nil, p) {
			at := &x.after[w.text[len(w.text)-1]]
			*at = append(*at, particle{w.text, s.bit})
		}
	}
}

// bare appends what a word is without a particle, in the languages that have it.
func (x *lexicon) bare(dst []int32, w string) []int32 {
	from := len(dst)
	for _, p := range x.before[w[0]] {
		rest, ok := strings.CutPrefix(w, p.text)
		if !ok || ascii(rest) || utf8.RuneCountInString(rest) < 2 {
			continue
		}
		if id, ok := x.kinds[whole][rest]; ok {
			dst = append(dst, id)
		}
		dst = x.only(x.begins(dst, stem, rest), from, p.langs)
		from = len(dst)
	}
	for _, p := range x.after[w[len(w)-1]] {
		rest, ok := strings.CutSuffix(w, p.text)
		if !ok || utf8.RuneCountInString(rest) < 3 {
			continue
		}
		if id, ok := x.kinds[whole][rest]; ok {
			dst = x.only(append(dst, id), from, p.langs)
			from = len(dst)
		}
	}
	return dst
}

// only drops atoms that none of the languages uses.
func (x *lexicon) only(list []int32, from int, langs uint64) []int32 {
	kept := list[:from]
	for _, id := range list[from:] {
		if x.langs[id]&langs != 0 {
			kept = append(kept, id)
		}
	}
	return kept
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
	if id, ok := x.kinds[w.kind][w.text]; ok {
		return id
	}
	w.text = x.keep(w.text)
	x.langs = append(x.langs, 0)
	id := x.atoms
	x.atoms++
	x.kinds[w.kind][w.text] = id
	x.lens[w.kind] |= 1 << min(len(w.text), 63)
	switch w.kind {
	case slip, slipStem:
		x.known[w.text] = true
		each(w.text, func(cut string) {
			x.slips[cut] = append(x.slips[cut], slipp{w.text, id})
		})
	case number:
		x.number = id
	}
	return id
}

// keep copies a word, close to the others, out of the file it was read from,
// which can then go.
func (x *lexicon) keep(w string) string {
	if x.text.Cap()-x.text.Len() < len(w) {
		x.text = new(strings.Builder)
		x.text.Grow(max(1<<15, len(w)))
	}
	from := x.text.Len()
	x.text.WriteString(w)
	return x.text.String()[from:]
}

// knows tells whether a word is one of the patterns' own, so no slip of another.
func (x *lexicon) knows(w string) bool {
	if _, ok := x.kinds[whole][w]; ok {
		return true
	}
	return x.known[w]
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
	dst = x.bare(x.spell(dst, t.text), t.text)
	if full, ok := x.short[t.text]; ok {
		dst = x.spell(dst, full)
	}
	if t.leet != "" {
		dst = x.spell(dst, t.leet)
	}
	if id, ok := x.kinds[spelt][t.raw]; ok && t.raw != "" {
		dst = append(dst, id)
	}
	if x.number >= 0 && t.text[0] >= '0' && t.text[0] <= '9' {
		dst = append(dst, x.number)
	}
	return dst
}

func (x *lexicon) spell(dst []int32, w string) []int32 {
	if id, ok := x.kinds[whole][w]; ok {
		dst = append(dst, id)
	}
	if id, ok := x.kinds[slip][w]; ok {
		dst = append(dst, id)
	}
	dst = x.begins(dst, stem, w)
	dst = x.begins(dst, slipStem, w)
	for i := range w {
		if n := min(len(w)-i, 63); x.lens[tail]&(1<<n) != 0 {
			if id, ok := x.kinds[tail][w[i:]]; ok {
				dst = append(dst, id)
			}
		}
		dst = x.begins(dst, inner, w[i:])
	}
	if key := soundKey(w); key != "" {
		if id, ok := x.kinds[sound][key]; ok {
			dst = append(dst, id)
		}
		dst = x.begins(dst, soundStem, key)
	}
	if !x.knows(w) && len(w) < 64 && utf8.RuneCountInString(w) >= 5 {
		dst = x.slipped(dst, w)
	}
	return dst
}

// begins appends the atoms of a kind that a word begins with.
func (x *lexicon) begins(dst []int32, k kind, w string) []int32 {
	lens := x.lens[k]
	for n := bits.TrailingZeros64(lens); n <= len(w) && n < 63; n++ {
		if lens&(1<<n) == 0 || n < len(w) && !utf8.RuneStart(w[n]) {
			continue
		}
		if id, ok := x.kinds[k][w[:n]]; ok {
			dst = append(dst, id)
		}
	}
	return dst
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
