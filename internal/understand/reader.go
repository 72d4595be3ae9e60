// Package understand finds out what a resident meant: yes and no, choices,
// numbers, names, places, times, commands and the language itself. It never
// takes a wrong value silently: where a person would ask again the answer is
// unclear. It may import bot, internal/fold, internal/ndjson
// and locales.
package understand

import (
	"fmt"
	"strings"
	"time"

	"linkline/internal/fold"
	"linkline/locales"
)

// Reader understands texts. It is built once from the words of all languages
// and is safe for concurrent use.
type Reader struct {
	langs    map[string]*lazy
	tags     []string
	serves   func(tag string) (string, bool)
	commands map[string]string // a key that means one command in every language
	texts    map[string]bool   // keys of the texts there are
	names    names
	places   places
	detect   detector
	now      func() time.Time // which turns a year of birth into an age
}

// New builds a Reader from a catalog.
func New(c *locales.Catalog) (*Reader, error) {
	r := &Reader{now: time.Now, langs: map[string]*lazy{}, commands: map[string]string{}, texts: map[string]bool{}}
	clash := map[string]bool{}
	for _, l := range c.Languages() {
		x := newLazy(l)
		r.langs[l.Tag] = x
		r.tags = append(r.tags, l.Tag)
		for k, cmd := range x.commands {
			if old, ok := r.commands[k]; ok && old != cmd {
				clash[k] = true
			}
			r.commands[k] = cmd
		}
		if l.Tag == locales.Base {
			for k := range l.Texts() {
				r.texts[k] = true
			}
		}
	}
	for k := range clash {
		delete(r.commands, k)
	}
	if r.langs[locales.Base] == nil {
		return nil, fmt.Errorf("understand: no words for %q", locales.Base)
	}
	r.english() // every text asks for it
	r.serves = func(tag string) (string, bool) {
		if l, ok := c.Language(tag); ok {
			return l.Tag, true
		}
		if to, ok := dialects[tag]; ok {
			_, spoken := c.Language(to)
			return to, spoken
		}
		return tag, false
	}
	var err error
	if r.names, err = newNames(c); err != nil {
		return nil, err
	}
	if r.places, err = loadPlaces(c); err != nil {
		return nil, err
	}
	if r.detect, err = newDetector(c); err != nil {
		return nil, err
	}
	return r, nil
}

// dialects are codes that another language's folder serves.
var dialects = map[string]string{"prs": "fa", "fa-AF": "fa", "syl": "bn", "ctg": "bn", "kmr": "ku", "mo": "ro", "zh": "zh-Hans", "yue": "zh-Hant", "cmn": "zh-Hans"}

// in returns the lexicon of a language, and English behind it.
func (r *Reader) in(lang string) []*lexicon {
	tag, _ := r.serves(lang)
	base := r.english()
	if own := r.langs[tag]; own != nil && tag != locales.Base {
		return []*lexicon{own.lexicon(), base}
	}
	return []*lexicon{base}
}

func (r *Reader) english() *lexicon { return r.langs[locales.Base].lexicon() }

// said is a text, folded once.
type said struct {
	raw, folded, key string
	words            []string
}

func hear(text string) said {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	s := said{raw: text, folded: fold.Text(text)}
	s.words = fold.Cut(s.folded)
	s.key = strings.Join(s.words, " ")
	return s
}

// maxText is as much of a text as is read for an answer, in bytes: ten times
// the longest SMS.
const maxText = 16 << 10

// trimmed takes politeness in the person's language and in English from both
// ends. Something is always left.
func trimmed(lexs []*lexicon, words []string) []string {
	for range 3 {
		n := len(words)
		for _, x := range lexs {
			words = x.bare(words)
		}
		if len(words) == n {
			break
		}
	}
	return words
}

// corrected keeps what follows the last correction: "3 no sorry 2" is 2. A
// correction that nothing follows is dropped; halfway is set where it breaks
// off ("no wait").
func corrected(lexs []*lexicon, words []string) (rest []string, halfway bool) {
	rest = words
	for _, x := range lexs {
		for i := len(rest) - 1; i >= 0; i-- {
			n := x.sorry.at(rest[i:])
			if n == 0 {
				continue
			}
			for i > 0 && x.sorry.at(rest[i-1:]) > n { // "no sorry" before "sorry"
				i--
				n = x.sorry.at(rest[i:])
			}
			switch {
			case i+n < len(rest):
				rest = rest[i+n:]
			case i > 0:
				halfway = n > 1
				rest = rest[:i]
			}
			break
		}
	}
	return rest, halfway
}

// has finds a phrase as whole words.
func has(key, phrase string) bool {
	for i := 0; phrase != ""; {
		j := strings.Index(key[i:], phrase)
		if j < 0 {
			return false
		}
		from, to := i+j, i+j+len(phrase)
		if (from == 0 || key[from-1] == ' ') && (to == len(key) || key[to] == ' ') {
			return true
		}
		i = from + 1
	}
	return false
}
