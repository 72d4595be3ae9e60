package triage

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// Lessons are the folders of testdata that learnt.bin is taught from, beside
// the texts under dev in every crisis.json. Texts by another hand (heldout) are
// never among them.
var Lessons = []string{"training", "development", "everyday"}

// lesson reads the examples to learn from, in an order that does not change,
// and their digest.
func (t *Triage) lesson(testdata fs.FS) ([]Example, [32]byte, error) {
	var all []Example
	for _, dir := range Lessons {
		list, err := Examples(testdata, dir)
		if err != nil {
			return nil, [32]byte{}, err
		}
		all = append(all, list...)
	}
	for _, s := range t.sources {
		d := s.file.Dev
		for _, by := range []struct {
			label string
			texts map[string][]string
		}{{Crisis, d.Crisis}, {Concern, d.Concern}, {None, map[string][]string{None: d.None}}} {
			for _, category := range sorted(by.texts) {
				for _, text := range by.texts[category] {
					all = append(all, Example{s.lang, by.label, category, text})
				}
			}
		}
	}
	sum := sha256.New()
	for _, e := range all {
		fmt.Fprintf(sum, "%s\t%s\t%s\t%s\n", e.Lang, e.Label, e.Category, e.Text)
	}
	return all, [32]byte(sum.Sum(nil)), nil
}

// Aims are the shares of ordinary texts that may be called a crisis, and
// anything at all, when each is judged by a model that has not seen it.
type Aims struct{ Crisis, Danger float64 }

// Taught is what came of teaching.
type Taught struct {
	File  []byte            // learnt.bin
	Fresh map[string]*Rates // of the examples, each judged by a model that had not seen it, as Measure counts
}

// answered marks what Linkline itself asks for, among the examples: ordinary
// texts that count little, and by which no limit is set.
const answered = "answers"

// folds is into how many parts the examples are cut to judge each by the others.
const folds = 5

// Teach fits the model to examples. It gives the same file for the same
// examples and locales on every run on one kind of processor.
func Teach(locales, testdata fs.FS, aims Aims) (*Taught, error) {
	t, err := patternsOnly(locales)
	if err != nil {
		return nil, err
	}
	list, digest, err := t.lesson(testdata)
	if err != nil {
		return nil, err
	}
	examples := len(list)
	for _, text := range slices.Sorted(maps.Keys(t.answers())) {
		list = append(list, Example{answered, None, None, text})
	}
	c := &class{t: t, seen: make([]seen, len(list))}
	for i, e := range list {
		c.seen[i] = c.see(e)
	}
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(list))
	out := &Taught{Fresh: map[string]*Rates{}}
	var ordinary [heads][]float32
	scores := make([][heads]float32, len(list))
	kinds := make([]string, len(list))
	for fold := range folds {
		var train, rest []int
		for n, i := range order {
			if n%folds == fold {
				rest = append(rest, i)
			} else {
				train = append(train, i)
			}
		}
		m := c.fit(train)
		for _, i := range rest {
			scores[i], kinds[i] = c.score(m, list[i])
			if i < examples && list[i].Label == None && c.seen[i].found.label == None {
				for h := range heads {
					ordinary[h] = append(ordinary[h], scores[i][h])
				}
			}
		}
	}
	m := c.fit(order)
	m.Digest = digest
	for h, share := range []float64{aims.Crisis, aims.Danger} {
		slices.Sort(ordinary[h])
		n := len(ordinary[h])
		m.Limits[h] = ordinary[h][min(n-1, int(float64(n)*(1-share)))]
	}
	for i, e := range list[:examples] {
		got := Result{Label: c.seen[i].found.label, Category: kinds[i]}
		for h, label := range [heads]string{Crisis, Concern} {
			if got.Label == Crisis || got.Label == label {
				break
			}
			if scores[i][h] >= m.Limits[h] {
				got.Label = label
			}
		}
		count(out.Fresh, e, got)
	}
	out.File, err = m.bytes()
	return out, err
}

// class is the examples as the model sees them.
type class struct {
	t    *Triage
	seen []seen
}

type seen struct {
	keys   []uint32
	found  found // by the patterns alone
	is     [heads]bool
	kind   int // -1 for ordinary texts
	weight [heads]float64
}

func (c *class) see(e Example) seen {
	out := seen{kind: slices.Index(categories, e.Category)}
	c.read(e.Text, func(s *scratch, _ []token, f found) {
		out.found = f
		for _, x := range s.sights {
			out.keys = append(out.keys, x.key)
		}
	})
	out.is = [heads]bool{e.Label == Crisis, e.Label != None}
	out.weight = [heads]float64{1, 1}
	if e.Lang == answered {
		out.weight = [heads]float64{0.2, 0.2}
	}
	if e.Label == Concern { // nearer to a crisis than to nothing: either answer is half right
		out.weight = [heads]float64{0.3, 0.6}
	}
	return out
}

// read calls f with the first window of a text.
func (c *class) read(text string, f func(*scratch, []token, found)) {
	s := c.t.pool.Get().(*scratch)
	defer c.t.pool.Put(s)
	s.tokens = read(s.tokens[:0], text, c.t.lexicon)
	ts := s.tokens[:min(windowWords, len(s.tokens))]
	c.t.collect(s, ts)
	found := c.t.patternsOf(s, ts)
	c.t.sights(s, ts, found)
	f(s, ts, found)
	s.forget()
}

func (c *class) score(m *learnt, e Example) (v [heads]float32, kind string) {
	c.read(e.Text, func(s *scratch, ts []token, f found) {
		lo, hi := 0, 0
		for h := range heads {
			var from, to int
			v[h], from, to = m.weigh(s, h, len(ts))
			if h == 0 {
				lo, hi = from, to
			}
		}
		kind = m.kind(s, lo, hi, slices.Index(categories, f.category))
	})
	return v, kind
}

// The numbers of the fit, chosen on examples judged by models that had not
// seen them.
const (
	rounds  = 12
	rate    = 0.5
	shrink  = 1e-4
	tiny    = 1e-8
	kRounds = 12
)

// fit finds the weights for some of the examples.
func (c *class) fit(which []int) *learnt {
	m := new(learnt)
	for h := range heads {
		w := make([]float64, 1<<headBits)
		bias := c.descend(which, w, 1<<headBits-1, rounds, func(s *seen) (bool, float64) { return s.is[h], s.weight[h] })
		m.Bias[h], m.Scale[h] = float32(bias), quantise(w, m.Weight[h][:])
	}
	var kinds []int
	for _, i := range which {
		if c.seen[i].kind >= 0 {
			kinds = append(kinds, i)
		}
	}
	all := make([][]float64, len(categories))
	for k := range categories {
		all[k] = make([]float64, 1<<kindBits)
		m.KBias[k] = float32(c.descend(kinds, all[k], 1<<kindBits-1, kRounds, func(s *seen) (bool, float64) { return s.kind == k, 1 }))
	}
	top := 0.0
	for _, w := range all {
		for _, v := range w {
			top = max(top, math.Abs(v))
		}
	}
	for k, w := range all {
		m.KScale = quantiseTo(w, m.Kind[k][:], top)
	}
	c.given(m, kinds)
	return m
}

// given counts what each category is when the patterns call it something.
func (c *class) given(m *learnt, which []int) {
	var counts [10][10]float64
	for _, i := range which {
		if g := slices.Index(categories, c.seen[i].found.category); g >= 0 {
			counts[g][c.seen[i].kind]++
		}
	}
	for g := range counts {
		total := 0.0
		for k := range counts[g] {
			counts[g][k]++
			total += counts[g][k]
		}
		for k := range counts[g] {
			m.Given[g][k] = float32(math.Log(counts[g][k] / total))
		}
	}
}

// descend is logistic regression by stochastic gradients, each weight with a
// step of its own.
func (c *class) descend(which []int, w []float64, mask uint32, rounds int, ask func(*seen) (bool, float64)) (bias float64) {
	steps := make([]float64, len(w))
	biasStep := tiny
	which = slices.Clone(which)
	rng := rand.New(rand.NewPCG(3, 4))
	for range rounds {
		rng.Shuffle(len(which), func(i, j int) { which[i], which[j] = which[j], which[i] })
		for _, i := range which {
			s := &c.seen[i]
			if len(s.keys) == 0 {
				continue
			}
			yes, weight := ask(s)
			size := math.Sqrt(float64(len(s.keys)))
			sum := 0.0
			for _, k := range s.keys {
				sum += w[k&mask]
			}
			slope := 1 / (1 + math.Exp(-sum/size-bias))
			if yes {
				slope--
			}
			slope *= weight
			for _, k := range s.keys {
				g := slope/size + shrink*w[k&mask]
				steps[k&mask] += g * g
				w[k&mask] -= rate * g / math.Sqrt(steps[k&mask]+tiny)
			}
			biasStep += slope * slope
			bias -= rate * slope / math.Sqrt(biasStep)
		}
	}
	return bias
}

func quantise(w []float64, to []int8) (scale float32) {
	top := 0.0
	for _, v := range w {
		top = max(top, math.Abs(v))
	}
	return quantiseTo(w, to, top)
}

func quantiseTo(w []float64, to []int8, top float64) (scale float32) {
	unit := max(top, tiny) / 127
	for i, v := range w {
		to[i] = int8(math.Round(v / unit))
	}
	return float32(unit)
}

func (m *learnt) bytes() ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if err := binary.Write(w, binary.LittleEndian, m); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}
