package triage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a pattern's text says, before groups and words are looked up.
type (
	// part is a run of items in order. Parts of one pattern stand in any order.
	part struct {
		window int // words between this part and the ones before it, at most
		items  []item
	}
	// item is one place of a part: any of its alternatives fills it.
	item struct {
		gap      int // words before it, at most
		optional bool
		alts     []string // "@group" or a phrase
	}
)

const (
	usualGap    = 3
	usualWindow = 5
	mostGap     = 12
	mostOpt     = 4
)

// parse reads a pattern. The error says what its author must mend.
func parse(text string) ([]part, error) {
	var parts []part
	cur := part{}
	gap, optional := 0, 0
	end := func() error {
		if len(cur.items) == 0 {
			return fmt.Errorf("a part has no words")
		}
		if gap > 0 {
			return fmt.Errorf("a gap stands at the end of a part")
		}
		parts = append(parts, cur)
		return nil
	}
	for f := range strings.FieldsSeq(text) {
		switch n, isGap, err := counted(f, "..", usualGap); {
		case err != nil:
			return nil, err
		case isGap:
			if len(cur.items) == 0 {
				return nil, fmt.Errorf("a gap stands at the start of a part")
			}
			gap = n
			continue
		}
		switch n, isAnd, err := counted(f, "&", usualWindow); {
		case err != nil:
			return nil, err
		case isAnd:
			if err := end(); err != nil {
				return nil, err
			}
			cur = part{window: n}
			continue
		}
		it := item{gap: gap}
		gap = 0
		if f, it.optional = strings.CutSuffix(f, "?"); it.optional {
			optional++
		}
		it.alts = make([]string, 0, 1+strings.Count(f, "/"))
		for a := range strings.SplitSeq(f, "/") {
			if !strings.HasPrefix(a, "@") {
				a = strings.ReplaceAll(a, "_", " ")
			}
			if strings.TrimSpace(a) == "" {
				return nil, fmt.Errorf("an alternative is empty")
			}
			it.alts = append(it.alts, a)
		}
		cur.items = append(cur.items, it)
	}
	if err := end(); err != nil {
		return nil, err
	}
	if optional > mostOpt {
		return nil, fmt.Errorf("more than %d optional items", mostOpt)
	}
	for _, p := range parts {
		if p.items[0].optional && len(p.items) == 1 {
			return nil, fmt.Errorf("a part is wholly optional")
		}
	}
	return parts, nil
}

// counted reads "..", "..5", "&", "&8".
func counted(f, sign string, usual int) (n int, ok bool, err error) {
	rest, ok := strings.CutPrefix(f, sign)
	if !ok || rest == "" {
		return usual, ok, nil
	}
	n, err = strconv.Atoi(rest)
	if err != nil || n < 1 || n > mostGap {
		return 0, false, fmt.Errorf("%q: write %s, or %s with a number from 1 to %d", f, sign, sign, mostGap)
	}
	return n, true, nil
}

// variants spells out the optional items: each list of items has none.
func variants(items []item) [][]item {
	if !slices.ContainsFunc(items, func(it item) bool { return it.optional }) {
		items[0].gap = 0
		return [][]item{items}
	}
	out := [][]item{nil}
	skipped := []int{0} // the gap left over by what was skipped
	for _, it := range items {
		var next [][]item
		var gaps []int
		for i, v := range out {
			with := it
			with.optional = false
			with.gap = max(it.gap, skipped[i])
			next = append(next, append(v[:len(v):len(v)], with))
			gaps = append(gaps, 0)
			if it.optional {
				next = append(next, v)
				gaps = append(gaps, with.gap)
			}
		}
		out, skipped = next, gaps
	}
	var full [][]item
	for _, v := range out {
		if len(v) > 0 {
			v[0].gap = 0
			full = append(full, v)
		}
	}
	return full
}

// kind is how a word of a pattern is compared with a word of a text.
type kind byte

const (
	whole     kind = iota
	stem           // stem*
	tail           // *end
	inner          // *mid*
	spelt          // =as written
	sound          // %sounds like
	soundStem      // %sounds like the beginning*
	slip           // ~one slip
	slipStem       // ~stem*
	number         // #

	kinds // how many there are
)

// word is one word of a term.
type word struct {
	kind kind
	text string // folded, but for spelt: lower case only
}

// words appends the words of a term of a group or an alternative. A term that begins with %
// is compared by sound in all its words.
func words(out []word, term string) ([]word, error) {
	from := len(out)
	heard := strings.HasPrefix(term, "%")
	for f := range strings.FieldsSeq(term) {
		if heard && f[0] != '%' {
			f = "%" + f
		}
		if f == "#" || f == "%#" {
			out = append(out, word{kind: number})
			continue
		}
		k := whole
		switch f[0] {
		case '~':
			k = slip
		case '=':
			k = spelt
		case '%':
			k = sound
		}
		if k != whole {
			f = f[1:]
		}
		before, isTail := strings.CutPrefix(f, "*")
		body, isStem := strings.CutSuffix(before, "*")
		switch {
		case k == slip && isStem && !isTail:
			k = slipStem
		case k == sound && isStem && !isTail:
			k = soundStem
		case k != whole && (isTail || isStem):
			return nil, fmt.Errorf("%q: * goes with ~ and %% only at the end, and with = not at all", f)
		case isTail && isStem:
			k = inner
		case isTail:
			k = tail
		case isStem:
			k = stem
		}
		first := len(out)
		if k == spelt {
			out = append(out, word{text: spelling(body)})
		} else {
			out = pieces(out, body)
		}
		if len(out) == first || out[first].text == "" {
			return nil, fmt.Errorf("%q holds no letters", f)
		}
		for i := range out[first:] {
			w, last := &out[first+i], i == len(out[first:])-1
			if k == stem || k == slipStem || k == soundStem {
				if last {
					w.kind = k
				}
			} else if i == 0 && (last || k == tail) {
				w.kind = k
			}
			if err := w.long(); err != nil {
				return nil, err
			}
		}
	}
	// Alone, a short sound says too little: "khauf" is also Somali "qof".
	if len(out) == from+1 && out[from].kind == sound && len(soundKey(out[from].text)) < 4 {
		out[from].kind = whole
	}
	return out, nil
}

// shortest is how many letters a word must have for its sign.
var shortest = [kinds]int{stem: 3, tail: 3, inner: 4, soundStem: 3, slip: 5, slipStem: 5}

// long refuses words too short to be told from others.
func (w word) long() error {
	least := shortest[w.kind]
	if least == 0 {
		return nil
	}
	if r, _ := utf8.DecodeRuneInString(w.text); r >= 0x900 && r < 0xe00 || unicode.In(r, unicode.Han, unicode.Ethiopic) {
		least = min(least, 2)
	}
	if utf8.RuneCountInString(w.text) < least {
		return fmt.Errorf("%q is too short for its sign: at least %d letters", w.text, least)
	}
	return nil
}
