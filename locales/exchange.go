package locales

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// Formats in which a language goes to a translator and back.
const (
	CSV = "csv" // a spreadsheet: one line a text
	PO  = "po"  // gettext: Poedit, Weblate and most other editors
)

// row is one text on its way to a translator and back.
type row struct {
	key         string // as in messages.json, or safety/suicide
	form        string // plural form; other where there is only one
	description string
	english     string
	whole       string // the English form that places every variable
	text        string
	limit       limit
	at          spot // in the file that came back
}

// id names a row in a file: safety/suicide, privacy_more[one].
func (r row) id() string {
	if r.form == "other" {
		return r.key
	}
	return r.key + "[" + r.form + "]"
}

// notes are what a translator must keep to.
func (r row) notes() string {
	note := fmt.Sprintf("At most %d SMS in plain letters, %d in others.", r.limit.GSM7, r.limit.UCS2)
	if v := variables(r.whole); len(v) > 0 {
		note += " Keep {" + strings.Join(v, "}, {") + "}."
	}
	return note
}

const safetyPrefix = "safety/"

// Export writes all texts of a language beside their English, with what is
// translated already.
func (c *Catalog) Export(fsys fs.FS, tag, format string) ([]byte, error) {
	l, ok := c.langs[tag]
	if !ok {
		return nil, fmt.Errorf("no folder %q (make one with a meta.json first; see docs/translating.md)", tag)
	}
	rows := c.rows(fsys, l)
	switch format {
	case CSV:
		return writeCSV(l, rows), nil
	case PO:
		return writePO(l, rows), nil
	}
	return nil, fmt.Errorf("format %q is unknown (csv or po)", format)
}

// rows lists what a language needs, in the order of the English files.
func (c *Catalog) rows(fsys fs.FS, l *Language) []row {
	base := c.langs[Base]
	var out []row
	for _, cat := range order(fsys, Base+"/safety.json", "texts") {
		en := base.safety.Texts[cat]
		r := row{key: safetyPrefix + cat, form: "other", description: en.Description, english: en.Other, whole: en.Other, limit: c.budgets.widen(l.Tag, c.budgets.Safety)}
		r.text = l.rawSafety[cat]
		out = append(out, r)
	}
	for _, key := range order(fsys, Base+"/messages.json", "") {
		en := base.raw[key]
		forms := []string{"other"}
		if base.plurals[key] {
			forms = l.forms()
		}
		for _, form := range forms {
			r := row{key: key, form: form, description: en.Description, english: english(en, form), whole: en.Other, limit: c.budgets.text(l.Tag, key)}
			if m := l.raw[key]; m != nil {
				r.text = formsOf(m)[form]
			}
			out = append(out, r)
		}
	}
	return out
}

func english(m *i18n.Message, form string) string {
	return cmp.Or(formsOf(m)[form], m.Other)
}

// order lists the keys of an object as its file has them.
func order(fsys fs.FS, name, within string) []string {
	src, _ := fs.ReadFile(fsys, name)
	at, _ := jsonKeys(src)
	var keys []string
	for k := range at {
		outer, inner, nested := strings.Cut(k, "\x00")
		switch {
		case within == "" && !nested:
			keys = append(keys, k)
		case within != "" && nested && outer == within && !strings.Contains(inner, "\x00"):
			keys = append(keys, inner)
		}
	}
	full := func(k string) spot { return at[strings.TrimPrefix(within+"\x00"+k, "\x00")] }
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(full(a).line, full(b).line), cmp.Compare(full(a).col, full(b).col))
	})
	return keys
}

// Imported is what a translator's file comes to.
type Imported struct {
	Files  map[string][]byte // messages.json, safety.json, meta.json as they should stand
	Texts  int               // texts that changed
	Safety int               // safety texts that changed
}

// Import takes back what Export gave out. It names every fault of the file and
// then changes nothing; lines that are still empty leave what stands. Who has
// changed a text has not reviewed it: the review is taken back, or replaced by
// the one given.
func (c *Catalog) Import(fsys fs.FS, tag, file, format string, data []byte, review Review) (Imported, []Fault) {
	l, ok := c.langs[tag]
	if !ok {
		return Imported{}, []Fault{{file, 1, 1, fmt.Sprintf("no folder %q", tag), "make one with a meta.json first; see docs/translating.md"}}
	}
	var came []row
	var err error
	switch format {
	case CSV:
		came, err = readCSV(data)
	case PO:
		came, err = readPO(data)
	default:
		err = errors.New("the format is unknown (csv or po)")
	}
	if err != nil {
		var f Fault
		if errors.As(err, &f) {
			f.File = file
			return Imported{}, []Fault{f}
		}
		return Imported{}, []Fault{{file, 1, 1, err.Error(), "export it again and copy the texts over"}}
	}
	rows := c.rows(fsys, l)
	faults := c.merge(l, file, rows, came)
	if review.Done() {
		faults = append(faults, missing(file, rows, came)...)
	}
	if len(faults) > 0 {
		return Imported{}, faults
	}
	return l.files(rows, review), nil
}

// missing names what a reviewed file lacks: whoever puts their name to a
// language has read all of it.
func missing(file string, rows, came []row) (faults []Fault) {
	has := map[string]bool{}
	for _, r := range came {
		has[r.id()] = true
	}
	for _, r := range rows {
		if !has[r.id()] {
			faults = append(faults, Fault{file, 1, 1, fmt.Sprintf("there is no line for %q, and a review is of every text", r.id()), "export again, read that text too, and import all of it"})
		}
	}
	return faults
}

// merge puts the texts that came back into the rows.
func (c *Catalog) merge(l *Language, file string, rows, came []row) []Fault {
	k := checker{c: c, l: l, file: file, came: map[string]string{}}
	for _, r := range came {
		if r.text != "" && r.form == "other" {
			k.came[r.key] = r.text
		}
	}
	index := map[string]int{}
	for i, r := range rows {
		index[r.id()] = i
	}
	seen := map[string]bool{}
	for _, r := range came {
		i, ok := index[r.id()]
		switch {
		case !ok:
			k.add(file, r.at, "take the line out, or export again", "unknown text %q", r.id())
			continue
		case seen[r.id()]:
			k.add(file, r.at, "keep one", "%q stands twice", r.id())
			continue
		case r.english != rows[i].english:
			k.add(file, r.at, "export again and translate the new English", "the English of %q has changed", r.id())
			continue
		}
		seen[r.id()] = true
		if r.text == "" {
			continue
		}
		key := strings.TrimPrefix(r.key, safetyPrefix)
		kind := "messages.json"
		if key != r.key {
			kind = "safety.json"
		}
		k.text(kind, r.at, key, r.text, wanted(rows[i].whole, r.text, r.form), rows[i].limit)
		k.typed(file, r.at, key, r.english, r.text)
		rows[i].text = r.text
	}
	return k.faults
}

// files writes the language's files as they should stand.
func (l *Language) files(rows []row, review Review) Imported {
	out := Imported{Files: map[string][]byte{}}
	texts, safety := newDocument(), newDocument()
	for _, r := range rows {
		cat, isSafety := strings.CutPrefix(r.key, safetyPrefix)
		switch {
		case isSafety:
			if r.text != l.rawSafety[cat] {
				out.Safety++
			}
			safety.add(cat, r)
		default:
			if old := l.raw[r.key]; old == nil && r.text != "" || old != nil && r.text != formsOf(old)[r.form] {
				out.Texts++
			}
			texts.add(r.key, r)
		}
	}
	meta, safetyReview := l.Meta, l.safety.Review
	meta.Review = reviewed(meta.Review, review, out.Texts > 0)
	safetyReview = reviewed(safetyReview, review, out.Safety > 0)
	out.Files["messages.json"] = []byte("{\n" + texts.String() + "\n}\n")
	out.Files["safety.json"] = []byte(`{"review": ` + spaced(safetyReview) + ",\n \"texts\": {\n" + safety.String() + "\n }}\n")
	if meta.Review != l.Meta.Review {
		out.Files["meta.json"] = []byte(spaced(meta) + "\n")
	}
	return out
}

func reviewed(old, now Review, changed bool) Review {
	switch {
	case now.Done():
		return now
	case changed:
		return Review{Status: "unreviewed"}
	}
	return old
}

// document collects texts as messages.json has them, a line each.
type document struct {
	keys  []string
	lines map[string]string
}

func newDocument() *document { return &document{lines: map[string]string{}} }

func (d *document) add(key string, r row) {
	if r.text == "" {
		return
	}
	if d.lines[key] == "" {
		d.keys = append(d.keys, key)
		d.lines[key] = "  " + encode(key) + `: {"description": ` + encode(strings.TrimSpace(r.description))
	}
	d.lines[key] += ", " + encode(r.form) + ": " + encode(r.text)
}

func (d *document) String() string {
	var lines []string
	for _, k := range d.keys {
		lines = append(lines, d.lines[k]+"}")
	}
	return strings.Join(lines, ",\n")
}

// encode writes JSON that people can read: letters as they are.
func encode(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "null"
	}
	return strings.TrimSpace(b.String())
}

// spaced writes an object on one line, with the spaces that people put.
func spaced(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		return "{}"
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.NewReplacer("{ ", "{", " }", "}", "[ ", "[", " ]", "]").Replace(strings.Join(lines, " "))
}
