package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"linkline/flows"
	"linkline/internal/triage"
	"linkline/locales"
)

type localesCmd struct {
	Export localesExportCmd `cmd:"" help:"A language for a translator: all texts beside their English, on stdout."`
	Import localesImportCmd `cmd:"" help:"Take a translator's file back; every fault is named, and nothing changes while there is one."`
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

type localesExportCmd struct {
	Language string `arg:"" help:"A folder of locales: so, zh-Hans."`
	Format   string `enum:"csv,po" default:"csv" help:"csv for a spreadsheet, po for Poedit and the like."`
	Dir      string `help:"The source's locales folder; without it, what this program carries."`
}

// Run writes the file.
func (c localesExportCmd) Run() error {
	tree, cat, err := localesIn(c.Dir)
	if err != nil {
		return err
	}
	out, err := cat.Export(tree, c.Language, c.Format)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(out)
	return err
}

type localesImportCmd struct {
	Language   string `arg:"" help:"A folder of locales: so, zh-Hans."`
	File       string `arg:"" help:"The file that came back, .csv or .po."`
	Dir        string `default:"locales" help:"The source's locales folder."`
	ReviewedBy string `help:"The speaker who has read every text of this file; their name goes into the folder."`
}

// Run checks the file and writes the folder.
func (c localesImportCmd) Run() error {
	tree, cat, err := localesIn(c.Dir)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("%s cannot be read (check the path)", c.File)
	}
	var done locales.Review
	if c.ReviewedBy != "" {
		done = locales.Review{By: c.ReviewedBy, On: time.Now().Format(time.DateOnly)}
	}
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(c.File), "."))
	in, faults := cat.Import(tree, c.Language, c.File, format, data, done)
	if len(faults) > 0 {
		for _, f := range faults {
			fmt.Println(f.Error())
		}
		return fmt.Errorf("nothing was changed; faults: %d (each line says where and what)", len(faults))
	}
	for name, content := range in.Files {
		if err := os.WriteFile(filepath.Join(c.Dir, c.Language, name), content, 0o644); err != nil {
			return fmt.Errorf("%s cannot be written (check --dir)", filepath.Join(c.Dir, c.Language, name))
		}
	}
	fmt.Printf("%d texts and %d safety texts changed\n", in.Texts, in.Safety)
	if len(in.Files) > 0 {
		fmt.Fprintln(os.Stderr, "A program that is built from this folder has them; one that was built before has not.")
	}
	return nil
}

// localesIn loads the languages of a source tree, or those of this program.
func localesIn(dir string) (fs.FS, *locales.Catalog, error) {
	if dir == "" {
		c, err := locales.Default()
		return locales.FS, c, err
	}
	tree := os.DirFS(dir)
	c, err := locales.Load(tree)
	if err != nil {
		return nil, nil, fmt.Errorf("%w (--dir is the locales folder of the source)", err)
	}
	return tree, c, nil
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
	cat, err := locales.Load(locales.FS)
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
		src, _ := flows.Blocks(name)
		for _, f := range flows.CheckMenus("flows/"+name+".yaml", src, flows.Blocks, cat) {
			lines = append(lines, f.Error())
		}
	}
	for _, f := range cat.Check(locales.FS, need) {
		lines = append(lines, f.Error())
	}
	if err := triage.Check(locales.FS); err != nil {
		lines = append(lines, err.Error())
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
		all := strings.Join(lines, "\n") // one error may be several faults, a line each
		fmt.Println(all)
		return fmt.Errorf("faults: %d (each line says where and what)", strings.Count(all, "\n")+1)
	}
	fmt.Println("nothing is wrong")
	return nil
}
