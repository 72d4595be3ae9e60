// Package understand finds out what a resident meant: yes and no, choices,
// numbers, names, places, times, commands and the language itself. It never
// takes a wrong value silently: where a person would ask again the answer is
// unclear. It may import bot, internal/fold and locales.
package understand

import (
	"fmt"
	"slices"
	"strings"

	"linkline/internal/fold"
	"linkline/locales"
)

// Reader understands texts. It is built once from the words of all languages
// and is safe for concurrent use.
type Reader struct {
	langs    map[string]*lexicon
	tags     []string
	serves   func(tag string) (string, bool)
	commands map[string]string // a key that means one command in every language
	names    map[string]string // language names → tag
	places   places
	detect   detector
}

// lexicon is one language's words, folded.
type lexicon struct {
	tag      string
	yes, no  map[string]bool
	commands map[string]string
	numbers  map[string]int
	ordinals map[string]int
	polite   map[string]bool
	and      map[string]bool
	sorry    []string
	none     map[string]bool
	refuse   map[string]bool
	noHome   []string
	same     map[string]bool
	greet    map[string]bool
	nameIs   []string
	live     []string
	age      []string
	not      map[string]bool
	words    locales.Words
	timing   timing
	contact  contactWords
	needs    map[string]string
	faq      map[string]string
}

// New builds a Reader from a catalog.
func New(c *locales.Catalog) (*Reader, error) {
	r := &Reader{langs: map[string]*lexicon{}, commands: map[string]string{}, names: map[string]string{}}
	clash := map[string]bool{}
	for _, l := range c.Languages() {
		x := newLexicon(l)
		r.langs[l.Tag] = x
		r.tags = append(r.tags, l.Tag)
		for k, cmd := range x.commands {
			if old, ok := r.commands[k]; ok && old != cmd {
				clash[k] = true
			}
			r.commands[k] = cmd
		}
		for _, n := range append([]string{l.Meta.Endonym, l.Meta.Name, l.Tag}, l.Words.Names...) {
			r.names[fold.Key(n)] = l.Tag
		}
	}
	for k := range clash {
		delete(r.commands, k)
	}
	if r.langs[locales.Base] == nil {
		return nil, fmt.Errorf("understand: no words for %q", locales.Base)
	}
	r.serves = func(tag string) (string, bool) {
		l, ok := c.Language(tag)
		if !ok {
			return tag, false
		}
		return l.Tag, true
	}
	for tag, names := range otherLanguages {
		for _, n := range names {
			k := fold.Key(n)
			if _, ok := r.names[k]; !ok {
				r.names[k] = tag
			}
		}
	}
	var err error
	if r.places, err = loadPlaces(); err != nil {
		return nil, err
	}
	r.detect = newDetector(c)
	return r, nil
}

func newLexicon(l *locales.Language) *lexicon {
	w := l.Words
	x := &lexicon{
		tag: l.Tag, words: w,
		yes: set(w.Yes), no: set(w.No), polite: set(w.Polite), and: set(w.And), none: set(w.None),
		refuse: set(w.Refuse), same: set(w.Same), greet: set(w.Greetings), not: set(w.Not),
		sorry: keys(w.Sorry), noHome: keys(w.NoHome), nameIs: keys(w.NameIs), live: keys(w.Live), age: keys(w.Age),
		commands: map[string]string{}, numbers: map[string]int{}, ordinals: map[string]int{},
		needs: inverse(w.Needs), faq: inverse(w.FAQ),
	}
	for cmd, phrases := range w.Commands {
		for _, p := range phrases {
			x.commands[fold.Key(p)] = cmd
		}
	}
	for k, n := range w.Numbers {
		x.numbers[fold.Key(k)] = n
	}
	for k, n := range w.Ordinals {
		x.ordinals[fold.Key(k)] = n
	}
	x.timing = newTiming(w)
	x.contact = newContactWords(w)
	return x
}

func set(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[fold.Key(s)] = true
	}
	return m
}

// keys folds phrases, the longest first, so that "my name is" is tried before
// "name".
func keys(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, fold.Key(s))
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

func inverse(m map[string][]string) map[string]string {
	out := map[string]string{}
	for id, list := range m {
		for _, s := range list {
			out[fold.Key(s)] = id
		}
	}
	return out
}

// in returns the lexicon of a language, and English behind it.
func (r *Reader) in(lang string) []*lexicon {
	tag, _ := r.serves(lang)
	own, base := r.langs[tag], r.langs[locales.Base]
	if own == nil || own == base {
		return []*lexicon{base}
	}
	return []*lexicon{own, base}
}

// bare takes politeness from both ends of a text's words. Something is always
// left.
func (x *lexicon) bare(words []string) []string {
	for len(words) > 1 && (x.polite[words[len(words)-1]]) {
		words = words[:len(words)-1]
	}
	for len(words) > 1 && (x.polite[words[0]] || x.greet[words[0]]) {
		words = words[1:]
	}
	return words
}

// trimAll takes politeness in the person's language and in English.
func trimAll(lexs []*lexicon, words []string) []string {
	for _, x := range lexs {
		words = x.bare(words)
	}
	return words
}

// corrected keeps what follows the last correction: "3 no sorry 2" is 2.
func corrected(lexs []*lexicon, key string) string {
	for _, x := range lexs {
		for _, s := range x.sorry {
			if i := strings.LastIndex(" "+key+" ", " "+s+" "); i >= 0 {
				rest := strings.TrimSpace((" " + key + " ")[i+len(s)+2:])
				if rest != "" {
					key = rest
				}
			}
		}
	}
	return key
}

// has finds a phrase as whole words.
func has(key, phrase string) bool {
	return phrase != "" && strings.Contains(" "+key+" ", " "+phrase+" ")
}
