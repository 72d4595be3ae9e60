package triage

import (
	"slices"
	"strings"
)

// sentence is how many words the end of a sentence counts for in a gap.
const sentence = 3

// collect finds every element in the window.
func (t *Triage) collect(s *scratch, ts []token) {
	s.atoms, s.starts, s.ends = s.atoms[:0], s.starts[:0], s.ends[:0]
	for _, tok := range ts {
		s.starts = append(s.starts, int32(len(s.atoms)))
		s.ends = append(s.ends, tok.ends)
		s.atoms = t.lexicon.find(s.atoms, tok)
	}
	s.starts = append(s.starts, int32(len(s.atoms)))
	for i := range ts {
		t.terms(s, 0, i, i, len(ts))
	}
}

// terms walks the tree of terms from the word at.
func (t *Triage) terms(s *scratch, n int32, from, at, end int) {
	for _, a := range s.atoms[s.starts[at]:s.starts[at+1]] {
		next := t.phrases.below(n, a)
		if next == 0 {
			continue
		}
		if e := t.phrases.is[next]; e >= 0 {
			here := hit{int32(from), int32(at + 1)}
			s.note(e, here)
			for o := t.phrases.also[next]; o != 0; {
				more := t.phrases.other[o]
				s.note(more.element, here)
				o = more.next
			}
		}
		if t.phrases.more[next] && at+1 < end {
			t.terms(s, next, from, at+1, end)
		}
	}
}

func (s *scratch) note(e int32, h hit) {
	if len(s.hits[e]) == 0 {
		s.touched = append(s.touched, e)
	}
	s.hits[e] = append(s.hits[e], h)
}

// possible gathers the patterns of which every element is in the window, in
// the order of their languages.
func (t *Triage) possible(s *scratch) {
	s.patterns = s.patterns[:0]
	for _, e := range s.touched {
		for _, p := range t.anchored[e] {
			if s.holds(&t.patterns[p]) {
				s.patterns = append(s.patterns, p)
			}
		}
	}
	slices.Sort(s.patterns)
}

func (s *scratch) holds(p *pattern) bool {
	for _, seq := range p.parts {
		for _, st := range seq.steps {
			if len(s.hits[st.element]) == 0 {
				return false
			}
		}
	}
	return true
}

// mask marks the words that one language's exceptions and lowerings name.
func (s *scratch) mask(t *Triage, masks []byte, list []int32) {
	for _, pi := range list {
		p := &t.patterns[pi]
		bit := byte(excepted)
		switch p.label {
		case except:
		case lower:
			bit = lowered
		default:
			continue
		}
		t.try(s, p, func(spans []hit) bool {
			for _, h := range spans {
				for i := h.at; i < h.end; i++ {
					masks[i] |= bit
				}
			}
			return false
		})
	}
}

// try calls f with each way a pattern stands in the window, until f is content.
func (t *Triage) try(s *scratch, p *pattern, f func([]hit) bool) {
	s.spans = s.spans[:0]
	m := matcher{s: s, parts: p.parts, left: 2000, f: f}
	m.part(0)
}

// matcher tries one pattern. left bounds what hostile texts can cost.
type matcher struct {
	s     *scratch
	parts []sequence
	f     func([]hit) bool
	left  int
}

// part places the k-th part; true ends the search.
func (m *matcher) part(k int) bool {
	if k == len(m.parts) {
		return m.f(m.s.spans)
	}
	seq := m.parts[k]
	for _, h := range m.s.hits[seq.steps[seq.anchor].element] {
		if anchor := int(seq.anchor); m.place(k, anchor, anchor, h, h) {
			return true
		}
	}
	return false
}

// place has the steps lo..hi of part k standing from first to last, and goes
// on to the left, then to the right.
func (m *matcher) place(k, lo, hi int, first, last hit) bool {
	if m.left--; m.left < 0 {
		return true
	}
	seq := m.parts[k]
	n := len(m.s.spans)
	if lo == hi {
		if m.taken(first) || k > 0 && !m.close(first, seq) {
			return false
		}
		m.s.spans = append(m.s.spans, first)
		defer func() { m.s.spans = m.s.spans[:n] }()
	}
	switch {
	case lo > 0:
		gap := seq.steps[lo].gap
		for _, h := range m.s.hits[seq.steps[lo-1].element] {
			if h.end <= first.at && m.s.apart(h.end, first.at) <= gap && !m.taken(h) {
				if m.with(h, func() bool { return m.place(k, lo-1, hi, h, last) }) {
					return true
				}
			}
		}
		return false
	case hi+1 < len(seq.steps):
		gap := seq.steps[hi+1].gap
		for _, h := range m.s.hits[seq.steps[hi+1].element] {
			if h.at >= last.end && m.s.apart(last.end, h.at) <= gap && !m.taken(h) {
				if m.with(h, func() bool { return m.place(k, lo, hi+1, first, h) }) {
					return true
				}
			}
		}
		return false
	}
	return m.part(k + 1)
}

func (m *matcher) with(h hit, f func() bool) bool {
	m.s.spans = append(m.s.spans, h)
	done := f()
	m.s.spans = m.s.spans[:len(m.s.spans)-1]
	return done
}

// taken tells whether a word is in use by the match already.
func (m *matcher) taken(h hit) bool {
	for _, x := range m.s.spans {
		if h.at < x.end && x.at < h.end {
			return true
		}
	}
	return false
}

// close tells whether a part's anchor is near enough to the parts before it.
func (m *matcher) close(h hit, seq sequence) bool {
	lo, hi := m.s.spans[0].at, m.s.spans[0].end
	for _, x := range m.s.spans {
		lo, hi = min(lo, x.at), max(hi, x.end)
	}
	switch {
	case h.at >= hi:
		return m.s.apart(hi, h.at) <= seq.window+int32(len(seq.steps))
	case h.end <= lo:
		return m.s.apart(h.end, lo) <= seq.window+int32(len(seq.steps))
	}
	return true
}

// apart is how many words stand between two places; the end of a sentence
// counts for several, except between neighbours.
func (s *scratch) apart(end, at int32) int32 {
	if at == end {
		return 0
	}
	return at - end + sentence*(s.ends[at]-s.ends[end-1])
}

// named lists what a match saw, in the order of the text.
func named(ts []token, spans []hit) []string {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b hit) int { return int(a.at - b.at) })
	out := make([]string, 0, len(spans))
	for i := 0; i < len(spans); {
		j := i + 1
		for j < len(spans) && spans[j].at == spans[j-1].end {
			j++
		}
		var b strings.Builder
		for k := spans[i].at; k < spans[j-1].end; k++ {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(ts[k].text)
		}
		out = append(out, b.String())
		i = j
	}
	return out
}
