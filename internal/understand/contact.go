package understand

import (
	"slices"
	"strings"

	"linkline/internal/fold"
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
	interpreter          []string
}

func newContactWords(w locales.Words) contactWords {
	return contactWords{inverse(w.Channels), inverse(w.Gender), inverse(w.Access), keys(w.Interpreter)}
}

// Contact reads own words: "text not call", "a woman please, after 6".
func (r *Reader) Contact(lang, text string) Contact {
	var c Contact
	key := fold.Key(text)
	words := strings.Fields(key)
	for _, x := range r.in(lang) {
		w := x.contact
		for phrase, way := range w.ways {
			i := phraseAt(words, phrase)
			if i < 0 {
				continue
			}
			if negatedAt(x, words, i) {
				c.NotWays = append(c.NotWays, way)
			} else {
				c.Ways = append(c.Ways, way)
			}
		}
		for phrase, g := range w.gender {
			if i := phraseAt(words, phrase); i >= 0 && !negatedAt(x, words, i) {
				c.Gender = g
			}
		}
		for phrase, a := range w.access {
			if phraseAt(words, phrase) >= 0 {
				c.Access = append(c.Access, a)
			}
		}
		for _, phrase := range w.interpreter {
			if i := phraseAt(words, phrase); i >= 0 && !negatedAt(x, words, i) {
				c.Interpreter = true
			}
		}
	}
	for _, l := range []*[]string{&c.Ways, &c.NotWays, &c.Access} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	c.Ways = slices.DeleteFunc(c.Ways, func(w string) bool { return slices.Contains(c.NotWays, w) })
	c.Time, _ = r.ContactTime(lang, text)
	return c
}

// phraseAt finds a phrase among words; -1 if it is not there.
func phraseAt(words []string, phrase string) int {
	p := strings.Fields(phrase)
	for i := 0; i+len(p) <= len(words); i++ {
		if slices.Equal(words[i:i+len(p)], p) {
			return i
		}
	}
	return -1
}

// negatedAt looks at the two words before.
func negatedAt(x *lexicon, words []string, i int) bool {
	for j := max(0, i-2); j < i; j++ {
		if x.not[words[j]] || j+1 < i && x.not[words[j]+" "+words[j+1]] {
			return true
		}
	}
	return false
}

// Needs finds the needs that own words name, by keyword.
func (r *Reader) Needs(lang, text string) []string {
	words := fold.Words(text)
	key := strings.Join(words, " ")
	var out []string
	for _, x := range r.in(lang) {
		for phrase, id := range x.needs {
			if strings.Contains(phrase, " ") && has(key, phrase) || slices.Contains(words, phrase) || loose(words, phrase) {
				out = append(out, id)
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int { return slices.Index(needIDs, a) - slices.Index(needIDs, b) })
	return slices.Compact(out)
}

var needIDs = []string{"money", "home", "food", "lonely", "health", "other"}

// loose forgives one slip in a long word.
func loose(words []string, phrase string) bool {
	if fold.Slips(phrase) == 0 || strings.Contains(phrase, " ") {
		return false
	}
	for _, w := range words {
		if len(w) >= 6 && w[0] == phrase[0] && fold.Distance(w, phrase, 1) <= 1 {
			return true
		}
	}
	return false
}
