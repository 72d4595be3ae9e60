package locales

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"linkline/internal/sms"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// budgets says how many segments a text may cost in GSM-7 and in UCS-2, where
// it may lie, and with what it is measured.
type budgets struct {
	Usual    limit               `json:"usual"`
	Texts    map[string]limit    `json:"texts"`
	Menus    map[string][]string `json:"menus"` // lines under a question, as "1 key", measured with it
	Safety   limit               `json:"safety"`
	Wordier  int                 `json:"wordier"`  // GSM-7 segments that a translation may take beyond English
	Examples map[string]any      `json:"examples"` // arguments for measuring
}

// limit is one text's. Lock is empty, safe or live; a safe text names no need,
// no person and no place.
type limit struct {
	GSM7 int    `json:"gsm7"`
	UCS2 int    `json:"ucs2"`
	Lock string `json:"lock,omitempty"`
}

func (p limit) of(e sms.Encoding) int {
	if e == sms.GSM7 {
		return p.GSM7
	}
	return p.UCS2
}

func (b budgets) text(lang, key string) limit {
	l, ok := b.Texts[key]
	if !ok || l.GSM7 == 0 {
		l.GSM7, l.UCS2 = b.Usual.GSM7, b.Usual.UCS2
	}
	return b.widen(lang, l)
}

// widen gives translations room: most languages say the same in more letters.
func (b budgets) widen(lang string, l limit) limit {
	if lang != Base {
		l.GSM7 += b.Wordier
	}
	return l
}

// Fault is something wrong with a text.
type Fault struct {
	File string
	Line int
	Col  int
	Msg  string
	Hint string
}

// Error is the fault as a translator reads it.
func (f Fault) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s (%s)", f.File, f.Line, f.Col, f.Msg, f.Hint)
}

// Needs is what the rest of the program wants of the texts.
type Needs struct {
	Texts []string  // keys that flows say
	Today time.Time // for what expires; zero: nothing does
}

// Check finds every missing, unknown, broken or too dear text of every
// language, and every number of a helpline nobody has looked at for a year. A
// folder that is not whole is no fault: its language is not offered.
func (c *Catalog) Check(fsys fs.FS, need Needs) []Fault {
	base := c.langs[Base]
	var out []Fault
	for _, k := range need.Texts {
		if _, ok := base.raw[k]; !ok {
			out = append(out, Fault{File: "locales/en/messages.json", Line: 1, Col: 1, Msg: fmt.Sprintf("the text %q is missing", k), Hint: "a flow says it"})
		}
	}
	out = append(out, c.checkBudgets(fsys)...)
	if !need.Today.IsZero() {
		out = append(out, c.StaleHelplines(fsys, need.Today)...)
	}
	for _, tag := range c.order {
		if l := c.langs[tag]; len(l.raw) > 0 {
			k := checker{c: c, l: l, fsys: fsys}
			k.folder()
			k.messages()
			k.safety()
			out = append(out, k.faults...)
		}
	}
	slices.SortStableFunc(out, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return out
}

// checkBudgets looks at budgets.json itself.
func (c *Catalog) checkBudgets(fsys fs.FS) []Fault {
	src, _ := fs.ReadFile(fsys, "budgets.json")
	at, _ := jsonKeys(src)
	base := c.langs[Base]
	var out []Fault
	fault := func(key, hint, format string, args ...any) {
		p := at["texts\x00"+key]
		out = append(out, Fault{"locales/budgets.json", p.line, p.col, fmt.Sprintf(format, args...), hint})
	}
	for _, key := range slices.Sorted(maps.Keys(c.budgets.Texts)) {
		l := c.budgets.Texts[key]
		m, ok := base.raw[key]
		if !ok {
			fault(key, "take it out, or add the text", "no text is called %q", key)
			continue
		}
		switch l.Lock {
		case "", "live":
		case "safe":
			for _, v := range variables(m.Other) {
				if slices.Contains([]string{"name", "needs", "place", "contact"}, v) {
					fault(key, "make it live, or leave "+v+" out", "the text %q may lie on a lock screen and places {%s}", key, v)
				}
			}
		default:
			fault(key, "safe or live", "the lock %q of the text %q is unknown", l.Lock, key)
		}
	}
	return out
}

// checker looks at one language.
type checker struct {
	c      *Catalog
	l      *Language
	fsys   fs.FS
	file   string            // set: faults are in this file, one that a translator sent
	came   map[string]string // texts that came with it
	faults []Fault
}

// label is the text of an option: what came, what stands, or the English.
func (k *checker) label(key string) (string, bool) {
	if text, ok := k.came[key]; ok {
		return text, true
	}
	for _, l := range []*Language{k.l, k.c.langs[Base]} {
		if m := l.texts[key]; m != nil && m.Other != "" {
			return m.Other, true
		}
	}
	return "", false
}

func (k *checker) add(file string, p spot, hint, format string, args ...any) {
	p.line, p.col = max(1, p.line), max(1, p.col)
	name := k.file
	if name == "" {
		name = "locales/" + k.l.Tag + "/" + file
	}
	k.faults = append(k.faults, Fault{name, p.line, p.col, fmt.Sprintf(format, args...), hint})
}

func (k *checker) read(file string) (map[string]spot, []string) {
	src, _ := fs.ReadFile(k.fsys, k.l.Tag+"/"+file)
	return jsonKeys(src)
}

// folder looks at meta.json and dates.json, and for what is not there.
func (k *checker) folder() {
	m := k.l.Meta
	at, _ := k.read("meta.json")
	if m.Tag != k.l.Tag {
		k.add("meta.json", at["tag"], "the folder's name", "the tag is %q", m.Tag)
	}
	for _, f := range [][2]string{{"endonym", m.Endonym}, {"name", m.Name}, {"script", m.Script}} {
		if f[1] == "" {
			k.add("meta.json", at[f[0]], "see docs/translating.md", "%q is missing", f[0])
		}
	}
	if m.Direction != "ltr" && m.Direction != "rtl" {
		k.add("meta.json", at["direction"], "ltr or rtl", "the direction %q is unknown", m.Direction)
	}
	if n := len([]rune(m.Digits)); n != 0 && n != 10 {
		k.add("meta.json", at["digits"], "write its ten digits from zero to nine, or leave it out", "%d digits", n)
	}
	if m.Review.By != "" && m.Review.On == "" || m.Review.By == "" && m.Review.On != "" {
		k.add("meta.json", at["review"], "both, or neither", "a review has a name (by) and a date (on)")
	}
	for _, code := range m.Serves {
		if got := k.c.served[strings.ToLower(code)]; got != k.l.Tag {
			k.add("meta.json", at["serves"], "one folder a language", "%q is served by %s", code, got)
		}
	}
}

// forms lists the plural forms that a language needs for the counts of daily
// life, as go-i18n chooses them.
func (l *Language) forms() []string {
	probe := &i18n.Message{ID: "probe", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}
	seen := map[string]bool{"other": true}
	for n := range 1000 {
		if form, err := l.loc().Localize(&i18n.LocalizeConfig{DefaultMessage: probe, PluralCount: n}); err == nil {
			seen[form] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(pluralForms), func(f string) bool { return !seen[f] })
}

// pluralForms are CLDR's, in the order that people count.
var pluralForms = []string{"zero", "one", "two", "few", "many", "other"}

// severalForms tells whether a message has more than one form.
func severalForms(m *i18n.Message) bool {
	n := 0
	for _, text := range [...]string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
		if text != "" {
			n++
		}
	}
	return n > 1
}

// formsOf lists what a message holds, form by form.
func formsOf(m *i18n.Message) map[string]string {
	out := map[string]string{}
	for form, text := range map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, "other": m.Other} {
		if text != "" {
			out[form] = text
		}
	}
	return out
}
