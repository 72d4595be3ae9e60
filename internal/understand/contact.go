package understand

import (
	"slices"
	"unicode/utf8"

	"linkline/locales"
)

// Contact is how, when and by whom somebody wants to be contacted.
type Contact struct {
	Ways, NotWays []string
	Time          Timing
	Gender        string
	Interpreter   bool
	Access        []string // bsl relay large_print cannot_hear
}

// Empty tells whether nothing was understood.
func (c Contact) Empty() bool {
	return len(c.Ways) == 0 && len(c.NotWays) == 0 && c.Time.Empty() && c.Gender == "" && !c.Interpreter && len(c.Access) == 0
}

type contactWords struct {
	ways, gender, access table
	interpreter          phrases
}

func newContactWords(w locales.Words) contactWords {
	return contactWords{inverse(w.Channels), inverse(w.Gender), inverse(w.Access), set(w.Interpreter)}
}

// Contact reads own words: "text not call", "a woman please, after 6".
func (r *Reader) Contact(lang, text string) Contact { return r.contactOf(r.in(lang), hear(text)) }

func (r *Reader) contactOf(lexs []*lexicon, s said) Contact {
	var c Contact
	for _, x := range lexs {
		for i := 0; i < len(s.words); {
			i += c.take(x, s.words, i)
		}
	}
	for _, l := range []*[]string{&c.Ways, &c.NotWays, &c.Access} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	c.Ways = slices.DeleteFunc(c.Ways, func(w string) bool { return slices.Contains(c.NotWays, w) })
	if t, ok := r.timingOf(lexs, s); ok {
		c.Time = t
	}
	return c
}

// take reads the longest phrase at a word and returns how many words it took.
func (c *Contact) take(x *lexicon, words []string, i int) int {
	rest := words[i:]
	way, nw := x.contact.ways.at(rest)
	gender, ng := x.contact.gender.at(rest)
	access, na := x.contact.access.at(rest)
	ni := x.contact.interpreter.at(rest)
	n := max(nw, ng, na, ni)
	if n == 0 {
		return 1
	}
	denied := negatedAt(x, words, i, n)
	switch {
	case nw == n && denied:
		c.NotWays = append(c.NotWays, way)
	case nw == n:
		c.Ways = append(c.Ways, way)
	case ng == n && denied: // "not a man"
		if c.Gender == "" {
			c.Gender = map[string]string{"man": "woman", "woman": "man"}[gender]
		}
	case ng == n:
		c.Gender = gender
	case na == n:
		c.Access = append(c.Access, access)
	default:
		c.Interpreter = c.Interpreter || !denied
	}
	return n
}

// negatedAt looks at the words before, and behind where the language denies
// there.
func negatedAt(x *lexicon, words []string, i, n int) bool {
	for j := max(0, i-3); j < i; j++ {
		k := x.not.at(words[j:])
		if k == 0 || j+k < i-1 || x.yes.has(words[j]) {
			continue
		}
		return true
	}
	return verbLast[x.tag] && i+n < len(words) && (x.not.has(words[i+n]) || i+n+1 < len(words) && x.not.at(words[i+n+1:]) > 0)
}

// Needs finds the needs that own words name, by keyword.
func (r *Reader) Needs(lang, text string) []string { return r.needsOf(r.in(lang), hear(text)) }

func (r *Reader) needsOf(lexs []*lexicon, s said) []string {
	var out []string
	for _, x := range lexs {
		for i := range s.words {
			if id, n := x.needs.at(s.words[i:]); n > 0 {
				out = append(out, id)
			}
		}
	}
	if len(out) == 0 && len(s.words) <= 12 {
		out = r.loose(lexs, s.words)
	}
	slices.SortFunc(out, func(a, b string) int { return slices.Index(needIDs, a) - slices.Index(needIDs, b) })
	return slices.Compact(out)
}

var needIDs = []string{"money", "home", "food", "lonely", "health", "other"}

// loose forgives one slip in a long word.
func (r *Reader) loose(lexs []*lexicon, words []string) []string {
	var out []string
	for _, w := range words {
		if utf8.RuneCountInString(w) < 6 {
			continue
		}
		for _, x := range lexs {
			if x.known(w) {
				break
			}
			x.needsNear.find(w, 1, func(k string) { out = append(out, x.needs.of[k]) })
		}
	}
	return out
}
