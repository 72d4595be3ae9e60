package understand

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"linkline/internal/fold"
	"linkline/locales"
)

// core is what of a language is looked for in the texts of every language.
type core struct {
	tag                        string
	greet, polite, not, choose phrases
	commands                   map[string]string
}

func newCore(l *locales.Language) *core {
	w := &l.Words
	c := &core{tag: l.Tag, greet: set(w.Greetings), polite: set(w.Polite), not: set(w.Not), choose: set(w.Choose), commands: map[string]string{}}
	for cmd, list := range w.Commands {
		for _, p := range list {
			c.commands[fold.Key(p)] = cmd
		}
	}
	return c
}

// lazy is a language whose other words wait until somebody writes in it: a
// charity hears few of the languages that ship.
type lazy struct {
	*core
	lexicon func() *lexicon
}

func newLazy(l *locales.Language) *lazy {
	c := newCore(l)
	return &lazy{c, sync.OnceValue(func() *lexicon { return newLexicon(l, c) })}
}

// lexicon is one language's words, folded.
type lexicon struct {
	*core
	yes, no, unsure, friends, and, all                  phrases
	none, refuse, same, wish, sorry                     phrases
	noHome, stays, nameIs, nameBehind, live, liveBehind phrases
	kin                                                 phrases
	ageIs, age, born, outside, abuse                    phrases
	andPrefix, andSuffix, placeSuffix                   []string
	commandsNear                                        near
	answersNear                                         near // yes and no
	numbers, ordinals                                   map[string]int
	numberFirst                                         map[string]int // first word → words of the longest number
	join                                                phrases
	needsNear                                           near
	needs, faq                                          table
	means                                               map[string]bool // every word but commands and function words
	common, months                                      map[string]bool
	calendars                                           []string
	timing                                              timing
	contact                                             contactWords
}

// near finds words that are a slip of the thumb away. The first letter holds,
// or is swapped with the second.
type near map[nearKey][]string

type nearKey struct {
	first  rune
	length int
}

func (n near) add(word string) {
	r, _ := utf8.DecodeRuneInString(word)
	k := nearKey{r, utf8.RuneCountInString(word)}
	if !slices.Contains(n[k], word) {
		n[k] = append(n[k], word)
	}
}

// find calls yield with every word at most max slips from key.
func (n near) find(key string, max int, yield func(word string)) {
	first, size := utf8.DecodeRuneInString(key)
	second, _ := utf8.DecodeRuneInString(key[size:])
	length := utf8.RuneCountInString(key)
	for l := length - max; l <= length+max; l++ {
		for _, r := range []rune{first, second} {
			for _, w := range n[nearKey{r, l}] {
				if fold.Distance(w, key, max) <= max {
					yield(w)
				}
			}
			if first == second {
				break
			}
		}
	}
}

func newLexicon(l *locales.Language, c *core) *lexicon {
	w := l.Words
	x := &lexicon{
		core: c,
		yes:  set(w.Yes), no: set(w.No), unsure: set(w.Unsure), friends: set(w.FalseFriends),
		and: set(w.And), all: set(w.All), none: set(w.None), refuse: set(w.Refuse), same: set(w.Same),
		wish: set(w.Wish), sorry: set(w.Sorry), noHome: set(w.NoHome).without(w.Stays), stays: set(w.Stays), kin: set(w.Kin),
		nameIs: set(w.NameIs), nameBehind: set(w.NameBehind), live: set(w.Live), liveBehind: set(w.LiveBehind),
		ageIs: set(w.AgeIs), age: set(w.Age), born: set(w.Born), outside: set(w.Outside), abuse: set(w.Abuse),
		andPrefix: folded(w.AndPrefix), andSuffix: folded(w.AndSuffix), placeSuffix: folded(w.PlaceSuffix),
		join: set(w.NumberJoin), commandsNear: near{}, answersNear: near{},
		numberFirst: map[string]int{}, numbers: map[string]int{}, ordinals: map[string]int{}, common: map[string]bool{}, months: map[string]bool{}, means: map[string]bool{},
		calendars: w.Calendars,
	}
	for _, p := range x.andSuffix { // "1ን": cut from its digit it is an "and" all the same
		x.and.add(p)
	}
	x.needs = inverse(w.Needs)
	x.needsNear = near{}
	for k := range x.needs.of {
		if utf8.RuneCountInString(k) >= 6 && !strings.Contains(k, " ") {
			x.needsNear.add(k)
		}
	}
	x.faq = inverse(w.FAQ)
	for k := range x.commands {
		x.commandsNear.add(k)
	}
	for _, m := range []phrases{x.yes, x.no} {
		for k := range m.set {
			x.answersNear.add(k)
		}
	}
	for k, n := range w.Numbers {
		k = fold.Key(k)
		x.numbers[k] = n
		x.noteNumber(k)
	}
	for k, n := range w.Ordinals {
		k = fold.Key(k)
		x.ordinals[k] = n
		x.noteNumber(k)
	}
	for _, list := range [][]string{w.Common, w.Romanised} {
		for _, s := range list {
			x.common[fold.Key(s)] = true
		}
	}
	for _, list := range w.Months {
		for _, s := range list {
			x.months[fold.Key(s)] = true
		}
	}
	x.timing = newTiming(w)
	x.contact = newContactWords(w)
	x.timing.noteTelling(x)
	x.gather(w)
	return x
}

func (x *lexicon) noteNumber(k string) {
	word, _, _ := strings.Cut(k, " ")
	x.numberFirst[word] = max(x.numberFirst[word], strings.Count(k, " ")+1)
}

// gather notes every word that has a meaning of its own in this language.
func (x *lexicon) gather(w locales.Words) {
	for _, p := range []phrases{x.yes, x.no, x.unsure, x.friends, x.polite, x.and, x.none, x.refuse, x.same, x.greet, x.not, x.noHome, x.stays} {
		for k := range p.set {
			x.means[k] = true
		}
	}
	for k := range x.numbers {
		x.means[k] = true
	}
	for k := range x.ordinals {
		x.means[k] = true
	}
	for k := range x.needs.of {
		x.means[k] = true
	}
	for _, m := range []map[string][]string{w.Weekdays, w.Months, w.Parts, w.Relative, w.Channels, w.Gender} {
		for _, list := range m {
			for _, s := range list {
				x.means[fold.Key(s)] = true
			}
		}
	}
}

func folded(list []string) []string {
	var out []string
	for _, s := range list {
		if k := fold.Key(s); k != "" {
			out = append(out, k)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

// table maps folded phrases to the id whose list they stand in.
type table struct {
	of    map[string]string
	first map[string]int // first word → words of the longest phrase it begins
}

func inverse(m map[string][]string) table {
	t := table{map[string]string{}, map[string]int{}}
	for id, list := range m {
		for _, s := range list {
			k := fold.Key(s)
			t.of[k] = id
			word, _, _ := strings.Cut(k, " ")
			t.first[word] = max(t.first[word], strings.Count(k, " ")+1)
		}
	}
	return t
}

// at finds the longest phrase that words begin with, and its length.
func (t table) at(words []string) (id string, n int) {
	if len(words) == 0 {
		return "", 0
	}
	if n = longest(t.of, words, t.first[words[0]]); n > 0 {
		id = t.of[strings.Join(words[:n], " ")]
	}
	return id, n
}

// bare takes politeness from both ends of a text's words. Something is always
// left.
func (x *lexicon) bare(words []string) []string {
	for {
		n := x.polite.behind(words)
		if n == 0 || n >= len(words) {
			break
		}
		words = words[:len(words)-n]
	}
	for {
		n := max(x.polite.at(words), x.greet.at(words))
		if n == 0 || n >= len(words) {
			break
		}
		words = words[n:]
	}
	return words
}

// known tells whether a word is an ordinary one of this language, so that it
// is no slip of another.
func (x *lexicon) known(key string) bool { return x.means[key] || x.common[key] }
