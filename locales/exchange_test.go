package locales

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func load(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load(FS) // its own, to be changed
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What goes out comes back the same, byte for byte, in every language.
func TestExportComesBackTheSame(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, l := range c.Languages() {
		if l.Tag == Base || len(l.raw) == 0 {
			continue
		}
		for _, format := range []string{CSV, PO} {
			out, err := c.Export(FS, l.Tag, format)
			if err != nil {
				t.Fatal(err)
			}
			in, faults := c.Import(FS, l.Tag, "back."+format, format, out, Review{})
			if len(faults) > 0 {
				t.Fatalf("%s as %s: %v", l.Tag, format, faults)
			}
			for _, name := range []string{"messages.json", "safety.json"} {
				want, err := fs.ReadFile(FS, l.Tag+"/"+name)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(in.Files[name], want) {
					t.Errorf("%s/%s comes back other than it went as %s", l.Tag, name, format)
				}
			}
			if in.Texts+in.Safety != 0 || in.Files["meta.json"] != nil {
				t.Errorf("%s as %s: %d texts, %d safety texts changed", l.Tag, format, in.Texts, in.Safety)
			}
		}
	}
}

// A translator who starts from nothing: an empty folder goes out, is filled in
// with the English, and comes back whole.
func TestImportFillsANewLanguage(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{}
	for _, name := range []string{"budgets.json", "helplines.json", "en/messages.json", "en/safety.json", "en/meta.json", "en/dates.json", "en/words.json", "en/crisis.json"} {
		src, err := fs.ReadFile(FS, name)
		if err != nil {
			t.Fatal(err)
		}
		tree[name] = &fstest.MapFile{Data: src}
	}
	tree["cy/meta.json"] = &fstest.MapFile{Data: []byte(`{"tag": "cy", "endonym": "Cymraeg", "name": "Welsh", "script": "Latn", "direction": "ltr", "list": {"between": ", ", "last": " a "}, "review": {"status": "unreviewed"}}`)}
	c, err := Load(tree)
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.Export(tree, "cy", CSV)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := readCSV(before)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(before, []byte("privacy_more[")); n != 5 { // Welsh counts in six forms
		t.Errorf("%d forms beside other", n)
	}
	for i := range rows {
		rows[i].text, rows[i].whole = rows[i].english, rows[i].english
	}
	in, faults := c.Import(tree, "cy", "cy.csv", CSV, writeCSV(c.langs["cy"], rows), Review{By: "A. Speaker", On: "2026-11-24"})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for name, src := range in.Files {
		tree["cy/"+name] = &fstest.MapFile{Data: src}
	}
	if c, err = Load(tree); err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Status() {
		if s.Tag == "cy" && (s.Percent() != 100 || !s.Reviewed || !s.Safety) {
			t.Errorf("%+v", s)
		}
	}
}

// Every fault of a file is named, with its line, and nothing changes.
func TestImportNamesEveryFault(t *testing.T) {
	t.Parallel()
	c := load(t)
	good, err := c.Export(FS, "so", CSV)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := readCSV(good)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, r := range rows {
		at[r.id()] = i
	}
	change := func(id, text string) {
		i, ok := at[id]
		if !ok {
			t.Fatalf("no row %s", id)
		}
		rows[i].text = text
	}
	change("welcome", "Salaan. {emergency}")
	change("waiting", strings.Repeat("dheer ", 70)+"{emergency}")
	change("thanks", "Mahadsanid\u2019")
	change("name", "Magacaaga?")
	change("who", "{Yaa caawimo u baahan?")
	rows[at["safe"]].english = "Is it safe?"
	rows = append(rows, row{key: "welcom", form: "other", text: "x"}, rows[at["help"]])
	_, faults := c.Import(FS, "so", "so.csv", CSV, writeCSV(c.langs["so"], rows), Review{})
	var got []string
	for _, f := range faults {
		if f.File != "so.csv" || f.Line < 2 {
			t.Errorf("where: %v", f)
		}
		got = append(got, f.Error())
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		`"welcome" places other variables`, `"waiting" costs 3 segments`, `"thanks" has "’" (U+2019)`, `"name" names no word to type for SKIP`,
		`"who" has a stray brace`, `English of "safe" has changed`, `unknown text "welcom"`, `"help" stands twice`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("not named: %s\n%s", want, all)
		}
	}
	if len(faults) != 8 {
		t.Errorf("%d faults:\n%s", len(faults), all)
	}
}

// Whoever changes a text takes its review back.
func TestImportTakesTheReviewBack(t *testing.T) {
	t.Parallel()
	c := load(t)
	out, err := c.Export(FS, "so", PO)
	if err != nil {
		t.Fatal(err)
	}
	l := c.langs["so"]
	done := Review{By: "A. Speaker", On: "2026-11-24"}
	l.Meta.Review, l.safety.Review = done, done
	changed := strings.Replace(string(out), `msgstr "Mahadsanid. Waa intaas."`, `msgstr "Mahadsanid."`, 1)
	in, faults := c.Import(FS, "so", "so.po", PO, []byte(changed), Review{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if in.Texts != 1 || !strings.Contains(string(in.Files["meta.json"]), "unreviewed") {
		t.Errorf("%d texts; meta.json: %s", in.Texts, in.Files["meta.json"])
	}
	if !strings.Contains(string(in.Files["safety.json"]), "A. Speaker") {
		t.Error("the safety texts did not change and lost their review")
	}
}

// A name under a language is a name under every text of it.
func TestAReviewIsOfEveryText(t *testing.T) {
	t.Parallel()
	c := load(t)
	out, err := c.Export(FS, "so", CSV)
	if err != nil {
		t.Fatal(err)
	}
	done := Review{By: "A. Speaker", On: "2026-11-24"}
	if _, faults := c.Import(FS, "so", "so.csv", CSV, out, done); len(faults) > 0 {
		t.Fatal(faults)
	}
	var kept []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "safety/suicide,") {
			kept = append(kept, line)
		}
	}
	short := []byte(strings.Join(kept, ""))
	if _, faults := c.Import(FS, "so", "so.csv", CSV, short, done); len(faults) != 1 || !strings.Contains(faults[0].Error(), "safety/suicide") {
		t.Errorf("reviewed without its gravest text: %v", faults)
	}
	if _, faults := c.Import(FS, "so", "so.csv", CSV, short, Review{}); len(faults) > 0 {
		t.Errorf("a translator may send some texts only: %v", faults)
	}
}

// A helpline's number stands in one table; a text that spells it out would go
// stale unseen.
func TestNumbersAreNotSpelledOut(t *testing.T) {
	t.Parallel()
	c := load(t)
	for text, want := range map[string]string{
		"Wac 999.": "emergency", "wac 9 9 9": "emergency", "اتصل ٩٩٩": "emergency", "116 123 ama 116-123": "samaritans", "116123": "samaritans",
		"Wac {emergency}. 1 haa, 2 maya": "", "0 ilaa 10; 18 ilaa 64": "", "1999": "",
	} {
		if got := c.spelledOut(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
