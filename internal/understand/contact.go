package understand

import (
	"slices"
	"strings"
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
	ways, gender, access map[string]string
	max                  int
	interpreter          phrases
}

func newContactWords(w locales.Words) contactWords {
	var c contactWords
	var n [3]int
	c.ways, n[0] = inverse(w.Channels)
	c.gender, n[1] = inverse(w.Gender)
	c.access, n[2] = inverse(w.Access)
	c.interpreter = set(w.Interpreter)
	c.max = max(n[0], n[1], n[2], c.interpreter.max)
	return c
}

// Contact reads own words: "text not call", "a woman please, after 6".
func (r *Reader) Contact(lang, text string) Contact {
	lexs, s := r.in(lang), hear(text)
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
	for n := min(x.contact.max, len(words)-i); n > 0; n-- {
		k := words[i]
		if n > 1 {
			k = strings.Join(words[i:i+n], " ")
		}
		denied := negatedAt(x, words, i, n)
		way, gender, access := x.contact.ways[k], x.contact.gender[k], x.contact.access[k]
		switch {
		case way != "" && denied:
			c.NotWays = append(c.NotWays, way)
		case way != "":
			c.Ways = append(c.Ways, way)
		case gender != "" && denied: // "not a man"
			if c.Gender == "" {
				c.Gender = map[string]string{"man": "woman", "woman": "man"}[gender]
			}
		case gender != "":
			c.Gender = gender
		case access != "":
			c.Access = append(c.Access, access)
		case x.contact.interpreter.has(k):
			c.Interpreter = c.Interpreter || !denied
		default:
			continue
		}
		return n
	}
	return 1
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
			for n := min(x.needWords, len(s.words)-i); n > 0; n-- {
				k := s.words[i]
				if n > 1 {
					k = strings.Join(s.words[i:i+n], " ")
				}
				if id := x.needs[k]; id != "" {
					out = append(out, id)
					break
				}
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
			x.needsNear.find(w, 1, func(k string) { out = append(out, x.needs[k]) })
		}
	}
	return out
}
