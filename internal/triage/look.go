package triage

import (
	"slices"

	"linkline/bot"
)

// Labels, from the worst.
const (
	Crisis  = "crisis"
	Concern = "concern"
	None    = "none"
)

// Result is what was found. Matched names the words, in the folded spelling;
// they are a person's words and never enter a log.
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

// A long text is read a window at a time: what it costs grows with its length
// alone, whatever it holds. Windows overlap by more than a pattern spans.
const (
	windowWords  = 300
	overlapWords = 40
)

// Look reads a text against every language's patterns. The language in force
// does not narrow them: people write in several languages, and hints are wrong.
func (t *Triage) Look(_, text string) Result {
	s := t.pool.Get().(*scratch)
	defer t.pool.Put(s)
	s.tokens = read(s.tokens[:0], text, t.lexicon)
	best := found{label: None}
	for lo := 0; lo < len(s.tokens); lo += windowWords - overlapWords {
		ts := s.tokens[lo:min(lo+windowWords, len(s.tokens))]
		if f := t.window(s, ts); f.worse(best) {
			best = f
		}
		if best.label == Crisis {
			break
		}
	}
	clear(s.tokens)
	if best.label == None || best.label == "" {
		return Result{Label: None, Category: None, Matched: []string{}}
	}
	return Result{Label: best.label, Category: best.category, Matched: best.matched}
}

// found is what one window holds.
type found struct {
	label, category string
	matched         []string
}

func rank(label, category string) int {
	switch label {
	case Crisis:
		return slices.Index(categories, category)
	case Concern:
		return len(categories) + slices.Index(categories, category)
	}
	return 3 * len(categories)
}

func (f found) worse(than found) bool {
	return rank(f.label, f.category) < rank(than.label, than.category)
}

const (
	excepted = 1 << iota // the word means nothing
	lowered              // a crisis that holds it is a concern
)

func zeroed(b []byte, n int) []byte {
	b = slices.Grow(b[:0], n)[:n]
	clear(b)
	return b
}

// hit is an element found at some words of the window.
type hit struct{ at, end int32 }

// scratch is what one look needs; it is used again.
type scratch struct {
	tokens   []token
	atoms    []int32 // of all tokens, one after another
	starts   []int32 // where each token's atoms begin
	ends     []int32 // sentence ends before each token
	hits     [][]hit // by element
	touched  []int32
	patterns []int32 // that may stand in the window
	spans    []hit   // of the pattern being matched
	masks    []byte  // by token: excepted, lowered; for one language
	base     []byte  // the same for English, whose words stand in every language's file

	sights   []sight // for what was learnt
	concepts []sight
	letters  []rune
	sums     []float32 // of the weights up to a word
	counts   []float32 // of the sights up to a word
}

func newScratch(elements int) *scratch {
	return &scratch{hits: make([][]hit, elements)}
}

func (t *Triage) window(s *scratch, ts []token) found {
	t.collect(s, ts)
	best := t.patternsOf(s, ts)
	if t.learnt != nil {
		t.sights(s, ts, best)
		if raised := t.learnt.judge(s, ts, best); raised.label == best.label || !t.answer(ts) {
			best = raised
		}
	}
	s.forget()
	return best
}

// patternsOf is what the patterns say of a window whose elements are found.
func (t *Triage) patternsOf(s *scratch, ts []token) found {
	t.possible(s)
	best := found{label: None}
	s.base = zeroed(s.base, len(ts))
	s.mask(t, s.base, t.of(s.patterns, t.english))
	for rest := s.patterns; len(rest) > 0; {
		lang := t.patterns[rest[0]].lang
		list := t.of(rest, lang)
		rest = rest[len(list):]
		s.masks = append(s.masks[:0], s.base...)
		if lang != t.english {
			s.mask(t, s.masks, list)
		}
		for _, pi := range list {
			p := &t.patterns[pi]
			if p.label != Crisis && p.label != Concern || rank(p.label, p.category) >= rank(best.label, best.category) {
				continue
			}
			t.try(s, p, func(spans []hit) bool {
				label := p.label
				var less, masked bool
				for _, h := range spans {
					for i := h.at; i < h.end; i++ {
						masked = masked || s.masks[i]&excepted != 0
						less = less || s.masks[i]&lowered != 0
					}
				}
				if masked {
					return false
				}
				if less && label == Crisis {
					label = Concern
				}
				if f := (found{label: label, category: p.category}); f.worse(best) {
					f.matched = named(ts, spans)
					best = f
				}
				return label == p.label
			})
		}
	}
	return best
}

// forget makes room for the next window.
func (s *scratch) forget() {
	for _, e := range s.touched {
		s.hits[e] = s.hits[e][:0]
	}
	s.touched = s.touched[:0]
}

// of is the run of one language's patterns in a sorted list.
func (t *Triage) of(list []int32, lang int32) []int32 {
	from := 0
	for from < len(list) && t.patterns[list[from]].lang != lang {
		from++
	}
	to := from
	for to < len(list) && t.patterns[list[to]].lang == lang {
		to++
	}
	return list[from:to]
}
