package understand

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strings"

	"unicode/utf8"

	"linkline/internal/fold"
	"linkline/locales"
)

//go:embed data/others.txt
var othersTXT string

// detector tells languages apart: by script, by letters that only one of them
// has, by frequent words, and by runs of three letters counted in the texts of
// the languages themselves. It is made at start from files of the project and
// gives the same answer every time.
type detector struct {
	groups     map[script]*group
	hans, hant map[rune]bool
}

// group are the languages of one script.
type group struct {
	tags   []string
	at     map[string]int
	grams  map[gram]int32 // → row of scores
	scores []float32      // a row a gram, a column a language
	unseen []float32
	words  map[string][]int16 // → languages that use it
	counts []map[gram]float64
}

type gram [3]rune

// betray are letters that only some languages have, in the spelling as typed.
var betray = map[rune]string{
	'ٹ': "ur", 'ڈ': "ur", 'ڑ': "ur", 'ے': "ur", 'ں': "ur", 'ھ': "ur",
	'ښ': "ps", 'ړ': "ps", 'ټ': "ps", 'ډ': "ps", 'ې': "ps", 'ځ': "ps", 'څ': "ps", 'ږ': "ps", 'ڼ': "ps", 'ۍ': "ps",
	'ڕ': "ckb", 'ێ': "ckb", 'ۆ': "ckb", 'ڵ': "ckb", 'ە': "ckb",
	'ة': "ar", 'إ': "ar", 'أ': "ar",
	'ț': "ro", 'ș': "ro", 'ă': "ro", 'ţ': "ro", 'ł': "pl", 'ż': "pl", 'ź': "pl", 'ń': "pl", 'ś': "pl", 'ę': "pl", 'ć': "pl",
	'ğ': "tr", 'ı': "tr", 'ñ': "es", '¿': "es", '¡': "es", 'ã': "pt", 'õ': "pt", 'ė': "lt", 'ų': "lt", 'į': "lt",
	'ъ': "bg", 'ы': "ru", 'э': "ru", 'ё': "ru", 'ї': "uk", 'є': "uk", 'і': "uk", 'ґ': "uk", 'ў': "be", 'ј': "mk", 'ќ': "mk",
	'đ': "vi", 'ư': "vi", 'ơ': "vi", 'ạ': "vi", 'ế': "vi", 'ệ': "vi", 'ố': "vi", 'ộ': "vi", 'ấ': "vi", 'ầ': "vi", 'ả': "vi", 'ủ': "vi", 'ề': "vi", 'ữ': "vi", 'ứ': "vi", 'ờ': "vi", 'ể': "vi",
	'ő': "hu", 'ű': "hu", 'ß': "de", 'ř': "cs", 'ě': "cs", 'ů': "cs", 'ľ': "sk", 'ā': "lv", 'ē': "lv", 'ə': "az", 'ħ': "mt", 'ɛ': "ak", 'ẹ': "yo", 'ọ': "yo", 'å': "sv",
	'ڪ': "sd", 'ڏ': "sd", 'ۇ': "ug", 'ۈ': "ug",
	'ኸ': "ti", 'ቐ': "ti", 'ቑ': "ti", 'ቕ': "ti", 'ኣ': "ti", 'ኽ': "ti", 'ኻ': "ti",
	'ळ': "mr",
}

func newDetector(c *locales.Catalog) (detector, error) {
	d := detector{groups: map[script]*group{}, hans: map[rune]bool{}, hant: map[rune]bool{}}
	for _, r := range simplifiedOnly {
		d.hans[r] = true
	}
	for _, r := range traditionalOnly {
		d.hant[r] = true
	}
	for r := range d.hans {
		if d.hant[r] {
			delete(d.hans, r)
			delete(d.hant, r)
		}
	}
	english := map[string]bool{}
	if l, ok := c.Language(locales.Base); ok {
		for _, w := range l.Words.Common {
			english[fold.Key(w)] = true
		}
		for _, m := range []map[string][]string{l.Words.Needs, l.Words.Channels, l.Words.Commands} {
			for _, list := range m {
				for _, w := range list {
					english[fold.Key(w)] = true
				}
			}
		}
	}
	for line := range strings.Lines(othersTXT) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		tag, words, ok := strings.Cut(line, ": ")
		if !ok {
			return d, fmt.Errorf("understand: data/others.txt: %q has no words", line)
		}
		for w := range strings.FieldsSeq(words) {
			d.learn(tag, w, 4, true, nil)
		}
	}
	for _, l := range c.Languages() {
		not := english
		if l.Tag == locales.Base {
			not = nil
		}
		for _, text := range l.Texts() {
			d.learn(l.Tag, text, 1, false, not)
		}
		for _, w := range append(slices.Clone(l.Words.Common), l.Words.Romanised...) {
			d.learn(l.Tag, w, 3, true, not)
		}
		for _, list := range everyday(l.Words) {
			for _, w := range list {
				d.learn(l.Tag, w, 1, false, not)
			}
		}
	}
	for _, g := range d.groups {
		g.finish()
	}
	return d, nil
}

// everyday are the lists of a language from which its letters are learnt.
func everyday(w locales.Words) [][]string {
	lists := [][]string{w.Yes, w.No, w.Unsure, w.Greetings, w.Polite, w.Sorry, w.None, w.Refuse, w.NoHome, w.Same, w.NameIs, w.Live, w.Interpreter}
	for _, m := range []map[string][]string{w.Commands, w.Weekdays, w.Parts, w.Relative, w.Needs, w.FAQ, w.Gender} {
		for _, list := range m {
			lists = append(lists, list)
		}
	}
	return lists
}

// learn counts a text for a language in the group of its script. frequent
// words are remembered whole.
func (d *detector) learn(tag, text string, weight float64, frequent bool, not map[string]bool) {
	s, _, letters := scriptsOf(text)
	if letters == 0 {
		return
	}
	switch s {
	case latin, arabic, cyrillic, devanagari, ethiopic:
	default:
		return
	}
	g := d.groups[s]
	if g == nil {
		g = &group{at: map[string]int{}, grams: map[gram]int32{}, words: map[string][]int16{}}
		d.groups[s] = g
	}
	i, ok := g.at[tag]
	if !ok {
		i = len(g.tags)
		g.at[tag] = i
		g.tags = append(g.tags, tag)
		g.counts = append(g.counts, map[gram]float64{})
	}
	for _, w := range fold.Words(text) {
		if not[w] || isDigits(w) {
			continue
		}
		if frequent || utf8.RuneCountInString(w) >= 3 && weight <= 1 && not != nil {
			if list := g.words[w]; !slices.Contains(list, int16(i)) {
				g.words[w] = append(list, int16(i))
			}
		}
		each(w, func(k gram) { g.counts[i][k] += weight })
	}
}

// each calls yield with every run of three letters of a word, its ends
// included.
func each(word string, yield func(gram)) {
	a, b := rune(' '), rune(' ')
	for _, r := range word {
		if b != ' ' || a != ' ' {
			yield(gram{a, b, r})
		}
		a, b = b, r
	}
	yield(gram{a, b, ' '})
}

// finish turns counts into scores.
func (g *group) finish() {
	n := len(g.tags)
	total := make([]float64, n)
	for i, m := range g.counts {
		for k, c := range m {
			total[i] += c
			if _, ok := g.grams[k]; !ok {
				g.grams[k] = int32(len(g.grams))
			}
		}
	}
	const smooth = 0.3
	size := float64(len(g.grams))
	g.unseen = make([]float32, n)
	g.scores = make([]float32, n*len(g.grams))
	for i, m := range g.counts {
		// A language with few words of its own is not to win by spreading thin.
		all := max(total[i], 1500) + smooth*size
		g.unseen[i] = float32(math.Log(smooth / all))
		for _, row := range g.grams {
			g.scores[int(row)*n+i] = g.unseen[i]
		}
		scale := max(total[i], 1500) / max(total[i], 1)
		for k, c := range m {
			g.scores[int(g.grams[k])*n+i] = float32(math.Log((c*scale + smooth) / all))
		}
	}
	g.counts = nil
}
