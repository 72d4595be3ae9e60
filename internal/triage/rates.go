package triage

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Example is a text whose label somebody decided.
type Example struct {
	Lang, Label, Category, Text string
}

// Examples reads every <lang>.tsv (label, category, text) and <lang>.txt
// (ordinary texts, one a line) of a folder; <lang>.2.tsv is more of the same.
// Every fault comes at once.
func Examples(fsys fs.FS, dir string) ([]Example, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.t?[tv]"))
	if err != nil {
		return nil, fmt.Errorf("find examples: %w", err)
	}
	var out []Example
	var faults []string
	for _, name := range names {
		lang, _, _ := strings.Cut(path.Base(name), ".")
		f, err := fsys.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		list, bad := examples(f, lang, path.Ext(name) == ".txt")
		_ = f.Close()
		out = append(out, list...)
		for _, b := range bad {
			faults = append(faults, name+":"+b)
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(faults, "\n"))
	}
	return out, nil
}

func examples(r io.Reader, lang string, plain bool) (out []Example, faults []string) {
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimRight(sc.Text(), " \r")
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		if plain {
			out = append(out, Example{lang, None, None, line})
			continue
		}
		f := strings.SplitN(line, "\t", 3)
		switch {
		case len(f) != 3 || strings.TrimSpace(f[2]) == "":
			faults = append(faults, fmt.Sprintf("%d:1: not label, category, text (separate them by tabs)", n))
		case f[0] != Crisis && f[0] != Concern && f[0] != None:
			faults = append(faults, fmt.Sprintf("%d:1: unknown label %q (crisis, concern, none)", n, f[0]))
		case f[1] != None && !slices.Contains(categories, f[1]) || (f[0] == None) != (f[1] == None):
			faults = append(faults, fmt.Sprintf("%d:%d: category %q does not go with %s (%s)", n, len(f[0])+2, f[1], f[0], strings.Join(categories, " ")))
		default:
			out = append(out, Example{lang, f[0], f[1], f[2]})
		}
	}
	return out, faults
}

// Rates are counts of examples and of what became of them.
type Rates struct {
	Crisis, Found, Seen, Kind int // crises; called crisis; at least concern; of the right category too
	Concern, Noticed          int // concerns; at least concern
	None, Alarms, Raised      int // ordinary texts; called crisis; called anything
}

func (r *Rates) add(want Example, got Result) {
	switch want.Label {
	case Crisis:
		r.Crisis++
		if got.Label != None {
			r.Seen++
		}
		if got.Label == Crisis {
			r.Found++
			if got.Category == want.Category {
				r.Kind++
			}
		}
	case Concern:
		r.Concern++
		if got.Label != None {
			r.Noticed++
		}
	default:
		r.None++
		if got.Label == Crisis {
			r.Alarms++
		}
		if got.Label != None {
			r.Raised++
		}
	}
}

// Measure looks at every example without a hint of its language, and counts by
// language, by category ("=suicide") and in total ("all").
func (t *Triage) Measure(list []Example) map[string]*Rates {
	out := map[string]*Rates{"all": {}}
	for _, e := range list {
		count(out, e, t.Look("", e.Text))
	}
	return out
}

func count(out map[string]*Rates, e Example, got Result) {
	keys := []string{"all", e.Lang}
	if e.Label != None {
		keys = append(keys, "="+e.Category)
	}
	for _, k := range keys {
		if out[k] == nil {
			out[k] = &Rates{}
		}
		out[k].add(e, got)
	}
}

// Share is n of a total as a number from 0 to 1; 1 of nothing.
func Share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}
