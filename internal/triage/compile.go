package triage

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

// The two labels that only patterns have.
const (
	lower  = "lower"
	except = "except"
)

// Triage holds the patterns of all languages. It is read-only after New and
// safe for concurrent use.
type Triage struct {
	sources  []*source
	lexicon  *lexicon
	phrases  phrases
	elements int
	patterns []pattern
	english  int32     // its index among the sources
	anchored [][]int32 // by element: the patterns tried where it is found
	named    []uint32  // by element: the number of a group or concept; 0 for the others
	shared   []bool    // by element: it is a concept
	learnt   *learnt
	answers  func() map[string]bool // read when first needed
	pool     sync.Pool
}

// phrases is a tree of the terms of all elements, by their atoms. Node 0 is
// the root.
type phrases struct {
	first []int32          // by atom: the node below the root, or 0
	next  map[uint64]int32 // any other node and atom → node
	is    []int32          // by node: an element of which a term ends here, or -1
	also  []int32          // by node: the first of the other elements among others, or 0
	more  []bool           // by node: something follows
	other []other          // all those; the first is none
}

// other is one more element of which a term ends at a node, and the next one.
type other struct{ element, next int32 }

func newPhrases() phrases {
	const most = 5 << 15 // nodes, or nearly
	p := phrases{first: make([]int32, 0, most/2), next: make(map[uint64]int32, most/2), is: make([]int32, 1, most), also: make([]int32, 1, most), more: make([]bool, 1, most), other: make([]other, 1, most)}
	p.is[0], p.more[0] = -1, true
	return p
}

// below is the node of an atom under a node; 0 if there is none.
func (t *phrases) below(n, atom int32) int32 {
	if n == 0 {
		if int(atom) < len(t.first) {
			return t.first[atom]
		}
		return 0
	}
	return t.next[edge(n, atom)]
}

// grow is below, and makes the node where there is none.
func (t *phrases) grow(n, atom int32) int32 {
	if next := t.below(n, atom); next != 0 {
		return next
	}
	next := int32(len(t.is))
	if n == 0 {
		for int(atom) >= len(t.first) {
			t.first = append(t.first, 0)
		}
		t.first[atom] = next
	} else {
		t.next[edge(n, atom)] = next
	}
	t.is, t.also, t.more = append(t.is, -1), append(t.also, 0), append(t.more, false)
	t.more[n] = true
	return next
}

// mark notes that a term of an element ends at a node.
func (t *phrases) mark(n, element int32) {
	if t.is[n] < 0 {
		t.is[n] = element
	}
	if t.is[n] == element {
		return
	}
	last := int32(0)
	for at := t.also[n]; at != 0; at = t.other[at].next {
		if t.other[at].element == element {
			return
		}
		last = at
	}
	at := int32(len(t.other))
	t.other = append(t.other, other{element: element})
	if last == 0 {
		t.also[n] = at
	} else {
		t.other[last].next = at
	}
}

func edge(node, atom int32) uint64 { return uint64(node)<<32 | uint64(uint32(atom)) }

// pattern is one way to see a danger, with optional items spelt out.
type pattern struct {
	label, category string
	lang            int32
	parts           []sequence
}

// sequence is a part, ready to match: anchor is its rarest step.
type sequence struct {
	window int32
	anchor int32
	steps  []step
}

type step struct {
	element int32
	gap     int32
}

// New compiles every <lang>/crisis.json, and reads what was learnt from
// examples. Faults of all files come at once.
func New(fsys fs.FS) (*Triage, error) {
	t, err := patternsOnly(fsys)
	if err != nil {
		return nil, err
	}
	t.sources = nil // the texts they were written from are for tests and teaching
	t.learnt, err = readLearnt(learntFile)
	return t, err
}

func patternsOnly(fsys fs.FS) (*Triage, error) {
	sources, err := load(fsys)
	if err != nil {
		return nil, fmt.Errorf("triage: %w", err)
	}
	t := &Triage{sources: sources, lexicon: newLexicon(), phrases: newPhrases()}
	c := &compiler{Triage: t, groups: map[string]int32{}, inline: map[string]int32{}, terms: make(map[string]stretch, 1<<16), arena: make([]int32, 0, 1<<17), ends: map[int32][]int32{}}
	c.compile()
	var faults []error
	for _, s := range sources {
		faults = append(faults, s.faults...)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	c.anchor()
	c.name()
	for _, s := range sources { // what is compiled is needed no more
		s.src, s.file = nil, file{Dev: s.file.Dev}
	}
	t.answers = sync.OnceValue(func() map[string]bool { return answers(fsys, t.lexicon) })
	t.pool.New = func() any { return newScratch(t.elements) }
	return t, nil
}

// Check finds every fault of every crisis.json.
func Check(fsys fs.FS) error {
	_, err := patternsOnly(fsys)
	return err
}

type compiler struct {
	*Triage
	groups map[string]int32   // "en:die" → element
	inline map[string]int32   // "a|b" in the language at hand → element
	uses   []int              // by element: steps that name it
	terms  map[string]stretch // by term: most stand in many patterns
	arena  []int32            // where the atoms of their words stand
	words  []word             // of the term at hand
	steps  []step             // room for the steps of patterns
	ends   map[int32][]int32  // by group: the nodes at which its terms end
}

// stretch is a part of the arena.
type stretch struct{ from, to int32 }

func (c *compiler) element() int32 {
	c.elements++
	c.uses = append(c.uses, 0)
	return int32(c.elements - 1)
}

func (c *compiler) compile() {
	for i, s := range c.sources {
		s.bit = 1 << min(i, 63)
	}
	for _, s := range c.sources { // groups first: one language may name another's
		for _, name := range sorted(s.file.Groups) {
			id := c.element()
			c.groups[s.lang+":"+name] = id
			c.ends[id] = nil
			for _, term := range s.file.Groups[name] {
				if err := c.term(s, term, id); err != nil {
					s.fault(term, "see docs/translating.md, crisis.json", "the word %s of the group %q cannot be read: %s", term, name, err)
				}
			}
		}
		for _, k := range s.file.Known {
			for _, w := range pieces(nil, k) {
				c.lexicon.known[w.text] = true
			}
		}
		c.short(s)
		c.lexicon.particles(s)
	}
	for i, s := range c.sources {
		if s.lang == "en" {
			c.english = int32(i)
		}
		clear(c.inline)
		for _, w := range s.patterns() {
			if err := c.pattern(s, int32(i), w); err != nil {
				s.fault(w.text, "see docs/translating.md, crisis.json", "the pattern %q cannot be read: %s", w.text, err)
			}
		}
	}
}

// short notes the words that are typed short. Both sides are one word.
func (c *compiler) short(s *source) {
	for _, k := range sorted(s.file.Short) {
		from, to := pieces(nil, k), pieces(nil, s.file.Short[k])
		if len(from) != 1 || len(to) != 1 || from[0] == to[0] {
			s.fault(k, "one word for one other word", "%q cannot stand for %q", k, s.file.Short[k])
			continue
		}
		c.lexicon.short[from[0].text] = to[0].text
		c.lexicon.known[from[0].text] = true
	}
}

// term adds a word or phrase to an element.
func (c *compiler) term(s *source, term string, element int32) error {
	at, ok := c.terms[term]
	if !ok {
		all, err := words(c.words[:0], term)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return errors.New("it is empty")
		}
		at.from = int32(len(c.arena))
		for _, w := range all {
			c.arena = append(c.arena, c.lexicon.atom(w))
		}
		at.to = int32(len(c.arena))
		c.words, c.terms[term] = all, at
	}
	c.add(s, c.arena[at.from:at.to], element)
	return nil
}

func (c *compiler) add(s *source, atoms []int32, element int32) {
	n := int32(0)
	for _, a := range atoms {
		c.lexicon.langs[a] |= s.bit
		n = c.phrases.grow(n, a)
	}
	c.phrases.mark(n, element)
	if ends, isGroup := c.ends[element]; isGroup {
		c.ends[element] = append(ends, n)
	}
}

func (c *compiler) pattern(s *source, lang int32, w written) error {
	parts, err := parse(w.text)
	if err != nil {
		return err
	}
	ways := make([][]sequence, 1)
	for _, p := range parts {
		var next [][]sequence
		for _, v := range variants(p.items) {
			seq := sequence{window: int32(p.window), steps: c.room(len(v))}
			for _, it := range v {
				id, err := c.alternatives(s, it.alts)
				if err != nil {
					return err
				}
				seq.steps = append(seq.steps, step{id, int32(it.gap)})
			}
			for _, way := range ways {
				next = append(next, append(way[:len(way):len(way)], seq))
			}
		}
		ways = next
	}
	for _, way := range ways {
		c.patterns = append(c.patterns, pattern{w.label, w.category, lang, way})
		for _, seq := range way {
			for _, st := range seq.steps {
				c.uses[st.element]++
			}
		}
	}
	return nil
}

// room is a place for n steps beside those of the patterns before.
func (c *compiler) room(n int) []step {
	if cap(c.steps)-len(c.steps) < n {
		c.steps = make([]step, 0, 1<<12)
	}
	from := len(c.steps)
	c.steps = c.steps[:from+n]
	return c.steps[from : from : from+n]
}

// alternatives is the element that any of them fills.
func (c *compiler) alternatives(s *source, alts []string) (int32, error) {
	if len(alts) == 1 && strings.HasPrefix(alts[0], "@") {
		return c.group(s, alts[0][1:])
	}
	key := alts[0]
	if len(alts) > 1 {
		key = strings.Join(alts, "|")
	}
	if id, ok := c.inline[key]; ok {
		return id, nil
	}
	id := c.element()
	c.inline[key] = id
	for _, a := range alts {
		name, isGroup := strings.CutPrefix(a, "@")
		if !isGroup {
			if err := c.term(s, a, id); err != nil {
				return 0, err
			}
			continue
		}
		group, err := c.group(s, name)
		if err != nil {
			return 0, err
		}
		for _, n := range c.ends[group] {
			c.phrases.mark(n, id)
		}
	}
	return id, nil
}

func (c *compiler) group(s *source, name string) (int32, error) {
	key := name
	if !strings.Contains(name, ":") {
		key = s.lang + ":" + name
	}
	id, ok := c.groups[key]
	if !ok {
		return 0, fmt.Errorf("there is no group %q", name)
	}
	return id, nil
}

// anchor chooses, for each part, the step that fewest patterns share: it is
// looked at only where that one is found.
func (c *compiler) anchor() {
	c.anchored = make([][]int32, c.elements)
	for i := range c.patterns {
		p := &c.patterns[i]
		for k := range p.parts {
			seq := &p.parts[k]
			for j, st := range seq.steps {
				if c.uses[st.element] < c.uses[seq.steps[seq.anchor].element] {
					seq.anchor = int32(j)
				}
			}
		}
		first := p.parts[0].steps[p.parts[0].anchor].element
		c.anchored[first] = append(c.anchored[first], int32(i))
	}
}

// name numbers the groups: a concept has one number in all languages.
func (c *compiler) name() {
	c.named, c.shared = make([]uint32, c.elements), make([]bool, c.elements)
	for key, e := range c.groups {
		_, name, _ := strings.Cut(key, ":")
		if c.shared[e] = strings.HasPrefix(name, conceptMark); c.shared[e] {
			key = name
		}
		c.named[e] = mixed(seenGroup, key)
	}
}
