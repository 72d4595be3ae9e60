package understand

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"linkline/internal/fold"
	"linkline/locales"
)

//go:embed data/languages.txt
var languagesTXT string

// names finds languages by what they are called.
type names struct {
	tag  map[string]string // folded name → code
	max  int
	near near
}

func newNames(c *locales.Catalog) (names, error) {
	n := names{tag: map[string]string{}, near: near{}}
	for line := range strings.Lines(languagesTXT) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		tag, list, ok := strings.Cut(line, ": ")
		if !ok {
			return n, fmt.Errorf("understand: data/languages.txt: %q has no names", line)
		}
		for name := range strings.SplitSeq(list, ", ") {
			n.add(name, tag)
		}
		n.tag[strings.ToLower(tag)] = tag
	}
	for _, l := range c.Languages() {
		for _, name := range append([]string{l.Meta.Endonym, l.Meta.Name, l.Tag}, l.Words.Names...) {
			n.add(name, l.Tag)
		}
	}
	for _, l := range c.Languages() {
		for tag, list := range l.Words.Languages {
			for _, name := range list {
				n.add(name, tag)
			}
		}
	}
	for _, vague := range []string{"kurdish", "kurdi", "kurd", "indian", "pakistani", "african", "afghan", "ethiopian", "eritrean", "no", "is", "it", "so", "he", "am", "my", "or", "as", "to", "id", "hi", "de", "et", "lo", "ha", "el", "si", "be", "ga", "sd", "aa", "ms", "ee", "da"} {
		delete(n.tag, vague)
	}
	for name := range n.tag {
		if utf8.RuneCountInString(name) > 4 {
			n.near.add(name)
		}
	}
	return n, nil
}

// add notes a name; the first language that has it keeps it.
func (n *names) add(name, tag string) {
	k := fold.Key(name)
	if _, ok := n.tag[k]; !ok && k != "" {
		n.tag[k] = tag
		n.max = max(n.max, strings.Count(k, " ")+1)
	}
}

// Language reads the name of a language as an answer to "which language?".
// spoken tells whether a folder serves it.
func (r *Reader) Language(text string) (tag string, spoken, ok bool) {
	return r.languageOf(hear(text))
}

func (r *Reader) languageOf(s said) (tag string, spoken, ok bool) {
	if n := len(s.words); n == 0 || n > 14 {
		return "", false, false
	}
	words, halfway := corrected([]*lexicon{r.english()}, s.words)
	key := strings.Join(words, " ")
	if halfway {
		return "", false, false
	}
	found := r.names.tag[key]
	if found == "" {
		found = codes[strings.ToLower(strings.TrimSpace(s.raw))]
	}
	if found == "" {
		found = r.namedIn(words)
	}
	if found == "" || found == "?" {
		return "", false, false
	}
	served, spoken := r.serves(found)
	return served, spoken, true
}

// codes are two-letter codes that are also words: as whole messages only.
var codes = map[string]string{"hi": "", "so": "so", "am": "am", "it": "it"}

// namedIn finds the one language that words name; "?" where there are two or
// the only one is denied.
func (r *Reader) namedIn(words []string) string {
	found := ""
	note := func(t string, i int) {
		if r.deniedLanguage(words, i) {
			if found == "" {
				found = "?"
			}
			return
		}
		switch {
		case found == "" || found == "?" || found == t:
			found = t
		default:
			found = "??"
		}
	}
	for i := 0; i < len(words); {
		n := min(r.names.max, len(words)-i)
		for ; n > 0; n-- {
			k := strings.Join(words[i:i+n], " ")
			t := r.names.tag[k]
			if t == "" || len(k) < 3 || n == 1 && len(k) < 4 && k[0] < 0x80 {
				continue
			}
			note(t, i)
			break
		}
		i += max(n, 1)
	}
	if found != "" {
		return strings.TrimSuffix(found, "?")
	}
	for i, w := range words { // "somalli", "bengoli"
		if len(words) > 4 || r.english().known(w) || ordinaryNear[w] {
			continue
		}
		n := 1
		if utf8.RuneCountInString(w) > 7 {
			n = 2
		}
		if utf8.RuneCountInString(w) < 5 {
			continue
		}
		hit := map[string]bool{}
		for d := 1; d <= n && len(hit) == 0; d++ {
			r.names.near.find(w, d, func(name string) { hit[r.names.tag[name]] = true })
		}
		if len(hit) == 1 {
			for t := range hit {
				note(t, i)
			}
		} else if len(hit) > 1 {
			return ""
		}
	}
	return strings.TrimSuffix(found, "?")
}

// ordinaryNear are words that look like a slip of a language's name.
var ordinaryNear = map[string]bool{"polis": true, "police": true, "polished": true, "arabia": true, "indian": true, "frenchie": true, "greed": true, "punish": true, "finish": true, "finished": true, "danish": false}

// deniedLanguage tells whether "no", "not", "bad" or "little" stands before a
// name, or "bad" behind it.
func (r *Reader) deniedLanguage(words []string, i int) bool {
	for j := max(0, i-3); j < i; j++ {
		if weak[words[j]] && j == i-1 && !(j > 0 && words[j-1] == "is") {
			return true
		}
		for _, t := range r.tags {
			if x := r.langs[t]; x.not.has(words[j]) && !weak[words[j]] && (t == locales.Base || j == i-1) && !x.choose.has(words[j]) {
				return true
			}
		}
		if words[j] == "no" && j == i-1 {
			return true
		}
	}
	for j := i + 1; j < min(len(words), i+5); j++ {
		if weak[words[j]] || words[j] == "not" && j+1 < len(words) && r.names.tag[words[j+1]] == "" {
			return true
		}
	}
	return false
}

var weak = map[string]bool{"bad": true, "little": true, "poor": true, "weak": true, "hardly": true}
