package triage

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
)

// learntFile is written by `go run ./internal/triage/teach`.
//
//go:embed learnt.bin
var learntFile []byte

// A text's sights are looked up by their low bits.
const (
	headBits = 18 // for whether it is a cry for help
	kindBits = 15 // for which
)

// The two questions that are asked of a text.
const (
	isCrisis = iota // or anything less
	isDanger        // a crisis or a concern, or nothing
	heads
)

// learnt is a linear model over sights. It sees what patterns cannot name: the
// sum of many small hints. It is taught from files of the project, gives the
// same answer every time, and can say which words moved it.
type learnt struct {
	Digest [32]byte                   // of what it was taught from
	Limits [heads]float32             // from here on the answer is yes
	Bias   [heads]float32             // the answer to an empty text
	Scale  [heads]float32             // a weight's unit
	Weight [heads][1 << headBits]int8 // by sight
	KBias  [10]float32                // by category
	KScale float32                    //
	Kind   [10][1 << kindBits]int8    // by category and sight
	Given  [10][10]float32            // by what the patterns called it, and category
}

func readLearnt(src []byte) (*learnt, error) {
	m := new(learnt)
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(src)))
	if err != nil {
		return nil, fmt.Errorf("internal/triage/learnt.bin: %w (run make teach)", err)
	}
	if n, err := binary.Decode(raw, binary.LittleEndian, m); err != nil || n != len(raw) {
		return nil, fmt.Errorf("internal/triage/learnt.bin: %d bytes for %d (run make teach)", len(raw), binary.Size(m))
	}
	return m, nil
}

// A cry that stands in a long story is not to be drowned by the rest of it:
// beside the whole, runs of its words are read by themselves.
const (
	runWords = 22
	runStep  = 6
	runLeast = 32 // words that a text must have to be read so
)

// weigh answers a question for the best stretch of the window, and says which
// stretch that was.
func (m *learnt) weigh(s *scratch, head, words int) (best float32, lo, hi int) {
	s.sums, s.counts = zeroes(s.sums, words+1), zeroes(s.counts, words+1)
	var all, n float32 // what no word in particular says
	for _, x := range s.sights {
		w := float32(m.Weight[head][x.key&(1<<headBits-1)])
		if x.at < 0 {
			all, n = all+w, n+1
			continue
		}
		s.sums[x.at+1] += w
		s.counts[x.at+1]++
	}
	for i := range words {
		s.sums[i+1] += s.sums[i]
		s.counts[i+1] += s.counts[i]
	}
	score := func(lo, hi int) float32 {
		total, count := s.sums[hi]-s.sums[lo]+all, s.counts[hi]-s.counts[lo]+n
		return m.Bias[head] + m.Scale[head]*total/float32(math.Sqrt(float64(max(count, 1))))
	}
	best, lo, hi = score(0, words), 0, words
	if words < runLeast {
		return best, lo, hi
	}
	for from := 0; from < words; from += runStep {
		to := min(from+runWords, words)
		if v := score(from, to); v > best {
			best, lo, hi = v, from, to
		}
		if to == words {
			break
		}
	}
	return best, lo, hi
}

// kind is the likeliest category of a stretch, given what the patterns called
// it; -1 where they called it nothing.
func (m *learnt) kind(s *scratch, lo, hi, given int) string {
	var sums [10]float32
	n := float32(0)
	for _, x := range s.sights {
		if x.at >= 0 && (int(x.at) < lo || int(x.at) >= hi) {
			continue
		}
		n++
		for k := range sums {
			sums[k] += float32(m.Kind[k][x.key&(1<<kindBits-1)])
		}
	}
	best := 0
	for k := range sums {
		sums[k] = m.KBias[k] + m.KScale*sums[k]/float32(math.Sqrt(float64(max(n, 1))))
		if given >= 0 {
			sums[k] += m.Given[given][k]
		}
		if sums[k] > sums[best] {
			best = k
		}
	}
	return categories[best]
}

// told names the words of a stretch that moved an answer most, in their order.
func (m *learnt) told(s *scratch, head int, ts []token, lo, hi int) []string {
	const most = 4
	list := make([]int, 0, hi-lo)
	for i := lo; i < hi; i++ {
		if s.sums[i+1] > s.sums[i] {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int {
		x, y := s.sums[a+1]-s.sums[a], s.sums[b+1]-s.sums[b]
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	list = list[:min(most, len(list))]
	slices.Sort(list)
	out := make([]string, 0, most)
	for _, i := range list {
		out = append(out, ts[i].text)
	}
	return out
}

// judge adds what was learnt to what the patterns found in a window.
func (m *learnt) judge(s *scratch, ts []token, f found) found {
	if len(ts) == 0 {
		return f
	}
	given := slices.Index(categories, f.category)
	for head, label := range [heads]string{Crisis, Concern} {
		v, lo, hi := m.weigh(s, head, len(ts))
		if label == f.label {
			f.category = m.kind(s, lo, hi, given)
			return f
		}
		if v >= m.Limits[head] {
			words := m.told(s, head, ts, lo, hi)
			if len(words) == 0 { // what the patterns said of the whole moved it
				words = f.matched
			}
			return found{label: label, category: m.kind(s, lo, hi, given), matched: words}
		}
	}
	return f
}

func zeroes(b []float32, n int) []float32 {
	b = slices.Grow(b[:0], n)[:n]
	clear(b)
	return b
}
