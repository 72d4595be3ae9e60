package triage

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var report = flag.Bool("report", false, "print the rates on the texts by another hand and write them into docs/safety.md")

const (
	doc   = "../../docs/safety.md"
	begin = "<!-- rates: written by make triage-report -->\n"
	end   = "<!-- end of rates -->\n"
)

func examplesOf(t *testing.T, dir string) []Example {
	t.Helper()
	list, err := Examples(os.DirFS("testdata"), dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func heldout(t *testing.T) []Example {
	t.Helper()
	return examplesOf(t, "heldout")
}

// The table of docs/safety.md never says more than is measured.
func TestSafetyDocumentTellsTheTruth(t *testing.T) {
	t.Parallel()
	tr := ready(t)
	measured := tr.Measure(append(heldout(t), everyday(t)...))
	src, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(src), begin)
	said, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for the rates", doc)
	}
	if *report {
		said = table(measured)
		fmt.Print(said)
		if err := os.WriteFile(doc, []byte(before+begin+said+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(said) {
		f := strings.Split(line, "|")
		if len(f) < 11 || strings.Contains(line, "---") || strings.Contains(line, "language") {
			continue
		}
		key := strings.TrimSpace(f[1])
		r := measured[key]
		if r == nil {
			t.Errorf("%s: %q is measured no more: run make triage-report", doc, key)
			continue
		}
		for i, now := range []float64{Share(r.Found, r.Crisis), Share(r.Seen, r.Crisis), Share(r.Kind, r.Found)} {
			if says, ok := percent(t, f[3+i]); ok && says > 100*now+0.06 {
				t.Errorf("%s: %s: says %.1f %%, measured %.1f %%: run make triage-report", doc, key, says, 100*now)
			}
		}
		for i, now := range []int{r.Alarms, r.Raised} {
			if says, ok := percent(t, f[9+i]); ok && says < 100*float64(now)/float64(max(1, r.None))-0.06 {
				t.Errorf("%s: %s: says %.1f %% false alarms, measured %d of %d: run make triage-report", doc, key, says, now, r.None)
			}
		}
	}
}

func percent(t *testing.T, cell string) (p float64, ok bool) {
	t.Helper()
	if strings.TrimSpace(cell) == "-" {
		return 0, false
	}
	if _, err := fmt.Sscanf(strings.TrimSpace(cell), "%f", &p); err != nil {
		t.Fatalf("%q is no share: %s", cell, err)
	}
	return p, true
}

func table(m map[string]*Rates) string {
	var b strings.Builder
	b.WriteString("| language or =kind | crises | called crisis | at least concern | kind right | concerns | noticed | ordinary | called crisis | called anything |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, k := range slices.SortedFunc(keys(m), order) {
		r := m[k]
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %d | %s | %d | %s | %s |\n", k, r.Crisis,
			share(r.Found, r.Crisis), share(r.Seen, r.Crisis), share(r.Kind, r.Found), r.Concern, share(r.Noticed, r.Concern),
			r.None, share(r.Alarms, r.None), share(r.Raised, r.None))
	}
	return b.String()
}

// share is a cell: nothing is said of nothing.
func share(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*Share(n, of))
}

func keys(m map[string]*Rates) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// order has the total first, then languages, then kinds.
func order(a, b string) int {
	rank := func(k string) int {
		switch {
		case k == "all":
			return 0
		case k[0] == '=':
			return 2
		}
		return 1
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// What is reached on texts by another hand does not get worse. These floors are
// not the aims: docs/safety.md has those, and says how far from them we are.
func TestTargetsOnTextsByAnotherHand(t *testing.T) {
	t.Parallel()
	const (
		found     = 0.90 // crises called crisis, in total
		seen      = 0.92 // crises at least concern, in total
		worst     = 0.80 // crises called crisis in any language with enough of them
		alarms    = 0.05 // ordinary texts called anything, in total
		enough    = 20   // crises from which a language's share means something
		everybody = "all"
	)
	m := ready(t).Measure(heldout(t))
	for _, k := range slices.SortedFunc(keys(m), order) {
		r := m[k]
		t.Logf("%-14s crisis %3d/%3d %.3f  at least concern %.3f  kind %.3f  concern %d/%d  false %d/%d", k, r.Found, r.Crisis,
			Share(r.Found, r.Crisis), Share(r.Seen, r.Crisis), Share(r.Kind, r.Found), r.Noticed, r.Concern, r.Raised, r.None)
		if got := Share(r.Found, r.Crisis); k != everybody && k[0] != '=' && r.Crisis >= enough && got < worst {
			t.Errorf("%s: crises called crisis: %.3f of %d, want %.2f", k, got, r.Crisis, worst)
		}
	}
	all := m[everybody]
	if got := Share(all.Found, all.Crisis); got < found {
		t.Errorf("crises called crisis: %.3f of %d, want %.2f", got, all.Crisis, found)
	}
	if got := Share(all.Seen, all.Crisis); got < seen {
		t.Errorf("crises at least concern: %.3f of %d, want %.2f", got, all.Crisis, seen)
	}
	if got := float64(all.Raised) / float64(max(1, all.None)); got > alarms {
		t.Errorf("false alarms: %.3f of %d, want %.2f at most", got, all.None, alarms)
	}
}

func everyday(t *testing.T) []Example {
	t.Helper()
	return examplesOf(t, "everyday")
}

// Ordinary texts raise nothing, in any language's patterns.
func TestEverydayTexts(t *testing.T) {
	t.Parallel()
	tr := ready(t)
	list := everyday(t)
	for _, s := range authors(t) { // what one language's author says is nothing, is nothing
		for _, text := range s.file.Dev.None {
			list = append(list, Example{s.lang, None, None, text})
		}
	}
	raised := 0
	for _, e := range list {
		if got := tr.Look("", e.Text); got.Label != None {
			raised++
			t.Logf("%s %q: %s %s %q", e.Lang, e.Text, got.Label, got.Category, got.Matched)
		}
	}
	if len(list) < 200 || float64(raised) > 0.01*float64(len(list)) {
		t.Errorf("%d of %d raised", raised, len(list))
	}
}

func TestExamplesNameTheirFaults(t *testing.T) {
	t.Parallel()
	_, faults := examples(strings.NewReader("# note\ncrisis\tsuicide\tx\nwrong\tsuicide\tx\ncrisis\tnone\tx\nnone\tnone\t\nnone\n"), "en", false)
	if len(faults) != 4 {
		t.Errorf("got %q", faults)
	}
}

// What was found once is not lost: the development texts hold their rates.
func TestDevelopmentTexts(t *testing.T) {
	t.Parallel()
	all := ready(t).Measure(examplesOf(t, "development"))["all"]
	if all.Crisis < 1000 {
		t.Fatalf("only %d crises", all.Crisis)
	}
	if got := Share(all.Found, all.Crisis); got < 0.93 {
		t.Errorf("crises called crisis: %.3f of %d", got, all.Crisis)
	}
	if got := float64(all.Raised) / float64(max(1, all.None)); got > 0.03 {
		t.Errorf("false alarms: %.3f of %d", got, all.None)
	}
}

// What is in the program was learnt from the texts that are in the repository.
func TestLearntIsFresh(t *testing.T) {
	t.Parallel()
	tr := ready(t)
	_, digest, err := (&Triage{sources: authors(t)}).lesson(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	if digest != tr.learnt.Digest {
		t.Error("examples have changed since triage learnt from them: run make teach, then make triage-report")
	}
}

// A cry for help in a long story is heard, and a long story alone is none.
func TestACryInALongStoryIsHeard(t *testing.T) {
	t.Parallel()
	tr := ready(t)
	story := strings.Repeat("we moved here in march and the flat is nice but the heating bill came and i asked the council about it and they sent a letter about the meter. ", 4)
	if got := tr.Look("", story); got.Label != None {
		t.Errorf("a story about a meter: %+v", got)
	}
	cry := "nobody will miss me when i am gone and the letters are on the table for my kids. "
	if got := tr.Look("", cry); got.Label != Crisis {
		t.Fatalf("the cry alone: %+v", got)
	}
	if got := tr.Look("", story+cry+story); got.Label != Crisis || got.Category != "suicide" {
		t.Errorf("the cry in the story: %+v", got)
	}
}

// Teaching is exact: the same examples give the same file, byte for byte.
func TestTeachingIsDeterministic(t *testing.T) {
	t.Parallel()
	few := fstest.MapFS{"training/en.tsv": {Data: []byte("crisis\tsuicide\ti want to end it all tonight\ncrisis\tabuse\tmy husband hit me again\nnone\tnone\tsee you at the library\nnone\tnone\tcan you call me tomorrow\nconcern\tsuicide\ti feel so low\n")}}
	words := fstest.MapFS{"en/crisis.json": {Data: []byte(`{"groups": {"die": ["die"]}, "crisis": {"suicide": ["want .. @die"]}}`)}}
	var files [2][]byte
	for i := range files {
		got, err := Teach(words, few, Aims{0.01, 0.02})
		if err != nil {
			t.Fatal(err)
		}
		files[i] = got.File
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("two lessons differ")
	}
	m, err := readLearnt(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if m.Bias == [heads]float32{} {
		t.Error("nothing was learnt")
	}
	if _, err := readLearnt(files[0][:100]); err == nil {
		t.Error("half a file is read")
	}
}
