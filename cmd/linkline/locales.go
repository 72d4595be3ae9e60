package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"linkline/flows"
	"linkline/locales"
)

type localesCmd struct {
	Status localesStatusCmd `cmd:"" help:"Share translated, reviewed or not, longest text."`
}

type localesStatusCmd struct{}

// Run prints a line a language.
func (localesStatusCmd) Run() error {
	c, err := locales.Default()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "language\tname\ttranslated\ttexts\tsafety texts\tlongest (segments)\t")
	for _, s := range c.Status() {
		note := ""
		if len(s.Absent) > 0 {
			note = "not offered yet: " + strings.Join(s.Absent, ", ") + " missing"
		}
		fmt.Fprintf(w, "%s\t%s\t%d %%\t%s\t%s\t%s (%d, %s)\t%s\n", s.Tag, s.Name, s.Percent(), review(s.Reviewed), review(s.Safety), s.Longest, s.Segments, s.Encoding, note)
	}
	return w.Flush()
}

func review(done bool) string {
	if done {
		return "reviewed"
	}
	return "unreviewed"
}

// warnUnreviewed says loudly what no speaker has read yet.
func warnUnreviewed(w io.Writer, c *locales.Catalog) {
	var texts, safety []string
	for _, s := range c.Status() {
		if len(s.Absent) > 0 || s.Tag == locales.Base {
			continue
		}
		if !s.Safety {
			safety = append(safety, s.Tag)
		}
		if !s.Reviewed {
			texts = append(texts, s.Tag)
		}
	}
	if len(safety) > 0 {
		fmt.Fprintf(w, "warning: no speaker has reviewed the SAFETY texts of: %s. They go out together with the English (see docs/translating.md)\n", strings.Join(safety, " "))
	}
	if len(texts) > 0 {
		fmt.Fprintf(w, "note: no speaker has reviewed the other texts of: %s. Link workers see this on the card\n", strings.Join(texts, " "))
	}
}

type checkCmd struct {
	Paths []string `arg:"" optional:"" help:"Configurations and flows; without any: linkline.yaml, and everything that ships."`
}

// Run reports every fault at once.
func (c checkCmd) Run() error {
	cat, err := locales.Default()
	if err != nil {
		return err
	}
	var lines []string
	need := locales.Needs{Today: time.Now()}
	for _, name := range flows.Names() {
		f, err := flows.Shipped(name)
		if err != nil {
			lines = append(lines, err.Error())
			continue
		}
		need.Texts = append(need.Texts, flows.Messages(f)...)
	}
	for _, f := range cat.Check(locales.FS, need) {
		lines = append(lines, f.Error())
	}
	paths := c.Paths
	if len(paths) == 0 {
		if name := configPath(); fileExists(name) {
			paths = []string{name}
		}
	}
	for _, p := range paths {
		if err := checkFile(cat, p); err != nil {
			lines = append(lines, err.Error())
		}
	}
	warnUnreviewed(os.Stderr, cat)
	if len(lines) > 0 {
		fmt.Println(strings.Join(lines, "\n"))
		return fmt.Errorf("%d faults (each line says where and what)", len(lines))
	}
	fmt.Println("nothing is wrong")
	return nil
}
