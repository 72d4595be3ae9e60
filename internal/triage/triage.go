// Package triage finds cries for help in texts: which words, which kind, how
// sure. It flags words and never scores people. It may import bot,
// internal/fold and locales.
//
// A language's crisis.json holds word groups ("die": [die, dying, …]),
// patterns that need one word of each of their groups within a few words, in
// any order ({"c": category, "l": label, "g": [groups], "w": window}; a group
// written "=a|b" lists its words itself; "o": true wants them in order),
// negations that turn a crisis into a concern, and idioms that mean nothing.
// Texts under "dev" and "none" are what the patterns were written from.
package triage

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"linkline/bot"
	"linkline/internal/fold"
)

// Labels, from the worst.
const (
	Crisis  = "crisis"
	Concern = "concern"
	None    = "none"
)

// order says which category wins when several are found at one label.
var order = []string{"medical", "suicide", "violence", "child", "abuse", "exploitation", "selfharm", "threat", "adult", "destitution"}

// Result is what was found. Matched names the words, in the folded spelling.
type Result struct {
	Label    string   `json:"label"`
	Category string   `json:"category"`
	Matched  []string `json:"matched"`
}

// Danger is the result as the engine takes it.
func (r Result) Danger() bot.Danger {
	if r.Label == None {
		return bot.Danger{}
	}
	return bot.Danger{Label: r.Label, Category: r.Category, Matched: r.Matched}
}

type file struct {
	Groups   map[string][]string `json:"groups"`
	Patterns []struct {
		Category string   `json:"c"`
		Label    string   `json:"l"`
		Groups   []string `json:"g"`
		Window   int      `json:"w"`
		Ordered  bool     `json:"o"`
	} `json:"patterns"`
	Neg    []string            `json:"neg"`
	Idioms []string            `json:"idioms"`
	Dev    map[string][]string `json:"dev"`
	None   []string            `json:"none"`
}

type pattern struct {
	category, label string
	groups          []int // ids of groups
	window          int
	ordered         bool
	neg             map[string]bool
}

// Triage holds the patterns of all languages. It is read-only after New and
// safe for concurrent use.
type Triage struct {
	terms    map[string][]int // term → groups
	long     int              // words of the longest term
	fuzzy    map[rune][]string
	patterns []pattern
	byGroup  map[int][]int
	idioms   map[string]bool
	longIdm  int
	files    map[string]file
}

// New compiles every <lang>/crisis.json.
func New(fsys fs.FS) (*Triage, error) {
	t := &Triage{terms: map[string][]int{}, fuzzy: map[rune][]string{}, byGroup: map[int][]int{}, idioms: map[string]bool{}, files: map[string]file{}}
	names, err := fs.Glob(fsys, "*/crisis.json")
	if err != nil {
		return nil, fmt.Errorf("triage: %w", err)
	}
	groups := 0
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("triage: %w", err)
		}
		var f file
		if err := json.Unmarshal(src, &f); err != nil {
			return nil, fmt.Errorf("triage: locales/%s: %w", name, err)
		}
		lang, _, _ := strings.Cut(name, "/")
		t.files[lang] = f
		if groups, err = t.compile(name, f, groups); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *Triage) compile(name string, f file, next int) (int, error) {
	ids := map[string]int{}
	group := func(g string) (int, error) {
		if id, ok := ids[g]; ok {
			return id, nil
		}
		list, ok := f.Groups[g]
		if own, literal := strings.CutPrefix(g, "="); literal {
			list, ok = strings.Split(own, "|"), true
		}
		if !ok {
			return 0, fmt.Errorf("triage: locales/%s: no group %q", name, g)
		}
		ids[g] = next
		for _, term := range list {
			t.term(term, next)
		}
		next++
		return ids[g], nil
	}
	neg := map[string]bool{}
	for _, n := range f.Neg {
		neg[fold.Key(n)] = true
	}
	for _, p := range f.Patterns {
		c := pattern{category: p.Category, label: p.Label, window: p.Window, ordered: p.Ordered, neg: neg}
		if !slices.Contains(order, p.Category) || p.Label != Crisis && p.Label != Concern {
			return 0, fmt.Errorf("triage: locales/%s: unknown kind %s %s", name, p.Label, p.Category)
		}
		if c.window == 0 {
			c.window = 6
		}
		for _, g := range p.Groups {
			id, err := group(g)
			if err != nil {
				return 0, err
			}
			c.groups = append(c.groups, id)
		}
		for _, id := range c.groups {
			t.byGroup[id] = append(t.byGroup[id], len(t.patterns))
		}
		t.patterns = append(t.patterns, c)
	}
	for _, i := range f.Idioms {
		k := fold.Key(i)
		t.idioms[k] = true
		t.longIdm = max(t.longIdm, len(strings.Fields(k)))
	}
	return next, nil
}

func (t *Triage) term(term string, group int) {
	k := fold.Key(term)
	if k == "" {
		return
	}
	if _, ok := t.terms[k]; !ok && !strings.Contains(k, " ") && utf8.RuneCountInString(k) >= 6 {
		first, _ := utf8.DecodeRuneInString(k)
		t.fuzzy[first] = append(t.fuzzy[first], k)
	}
	t.terms[k] = append(t.terms[k], group)
	t.long = max(t.long, len(strings.Fields(k)))
}

type hit struct{ at, n int }

// Look reads a text against every language's patterns; people write in
// several languages at once, so the language in force is not needed.
func (t *Triage) Look(_, text string) Result {
	words := fold.Words(spell(text))
	if len(words) > 600 {
		words = words[:600]
	}
	masked := t.mask(words)
	hits := map[int][]hit{}
	for i := range words {
		for n := 1; n <= t.long && i+n <= len(words); n++ {
			if masked[i] {
				break
			}
			for _, g := range t.terms[strings.Join(words[i:i+n], " ")] {
				hits[g] = append(hits[g], hit{i, n})
			}
		}
		if masked[i] {
			continue
		}
		for _, g := range t.near(words[i]) {
			hits[g] = append(hits[g], hit{i, 1})
		}
	}
	return t.judge(words, hits)
}

// spell undoes disguises: "su1cide", "k.i.l.l", "s*icide" is caught by slips.
func spell(text string) string {
	if !strings.ContainsAny(text, ".-_ ") {
		return text
	}
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == '-' || r == '_' || r == ' ' })
	var out []string
	run := ""
	flush := func() {
		if utf8.RuneCountInString(run) >= 3 {
			out = append(out, run)
		}
		run = ""
	}
	for _, f := range fields {
		if utf8.RuneCountInString(f) == 1 && (f[0] >= 'a' && f[0] <= 'z' || f[0] >= 'A' && f[0] <= 'Z') {
			run += f
			continue
		}
		flush()
	}
	flush()
	if len(out) == 0 {
		return text
	}
	return text + " " + strings.Join(out, " ")
}

// mask marks the words of idioms: they mean nothing by themselves.
func (t *Triage) mask(words []string) []bool {
	out := make([]bool, len(words))
	for i := range words {
		for n := 1; n <= t.longIdm && i+n <= len(words); n++ {
			if t.idioms[strings.Join(words[i:i+n], " ")] {
				for j := i; j < i+n; j++ {
					out[j] = true
				}
			}
		}
	}
	return out
}

// near finds the groups of a danger word that was typed with a slip.
func (t *Triage) near(word string) []int {
	if utf8.RuneCountInString(word) < 5 {
		return nil
	}
	if _, exact := t.terms[word]; exact {
		return nil
	}
	first, _ := utf8.DecodeRuneInString(word)
	for _, w := range t.fuzzy[first] {
		if fold.Distance(w, word, 1) <= 1 {
			return t.terms[w]
		}
	}
	return nil
}

// judge finds the worst pattern that is whole.
func (t *Triage) judge(words []string, hits map[int][]hit) Result {
	best := Result{Label: None, Category: None, Matched: []string{}}
	tried := map[int]bool{}
	for _, g := range slices.Sorted(maps.Keys(hits)) {
		for _, pi := range t.byGroup[g] {
			if tried[pi] {
				continue
			}
			tried[pi] = true
			p := t.patterns[pi]
			span, ok := p.whole(hits)
			if !ok {
				continue
			}
			label := p.label
			if label == Crisis && p.negated(words, span[0].at) {
				label = Concern
			}
			if worse(label, p.category, best) {
				best = Result{Label: label, Category: p.category}
				for _, h := range span {
					best.Matched = append(best.Matched, strings.Join(words[h.at:h.at+h.n], " "))
				}
			}
		}
	}
	return best
}

func worse(label, category string, than Result) bool {
	if label != than.Label {
		return label == Crisis || than.Label == None
	}
	return slices.Index(order, category) < slices.Index(order, than.Category)
}

// whole finds one hit for each group within the window.
func (p pattern) whole(hits map[int][]hit) ([]hit, bool) {
	for _, start := range hits[p.groups[0]] {
		span := []hit{start}
		ok := true
		for _, g := range p.groups[1:] {
			found := false
			for _, h := range hits[g] {
				lo, hi := min(h.at, start.at), max(h.at+h.n, start.at+start.n)
				if hi-lo > p.window || overlaps(span, h) || p.ordered && h.at < span[len(span)-1].at {
					continue
				}
				span = append(span, h)
				found = true
				break
			}
			if !found {
				ok = false
				break
			}
		}
		if ok {
			slices.SortFunc(span, func(a, b hit) int { return a.at - b.at })
			return span, true
		}
	}
	return nil, false
}

func overlaps(span []hit, h hit) bool {
	for _, s := range span {
		if h.at < s.at+s.n && s.at < h.at+h.n {
			return true
		}
	}
	return false
}

// negated looks at the three words before.
func (p pattern) negated(words []string, at int) bool {
	for i := max(0, at-3); i < at; i++ {
		if p.neg[words[i]] {
			return true
		}
	}
	return false
}
