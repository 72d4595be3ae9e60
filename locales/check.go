package locales

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"linkline/internal/sms"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// budgets says how many segments a text may cost in GSM-7 and in UCS-2.
type budgets struct {
	Usual    pair                `json:"usual"`
	Texts    map[string]pair     `json:"texts"`
	Menus    map[string][]string `json:"menus"` // lines under a question, as "1 key", measured with it
	Safety   pair                `json:"safety"`
	Examples map[string]any      `json:"examples"` // arguments for measuring
}

type pair struct {
	GSM7 int    `json:"gsm7"`
	UCS2 int    `json:"ucs2"`
	Lock string `json:"lock,omitempty"` // safe, or live where nothing is said
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

// Check finds every missing, unknown, broken or too dear text of every
// language. need lists further keys that flows say.
func (c *Catalog) Check(fsys fs.FS, need []string) []Fault {
	var out []Fault
	base := c.langs[Base]
	keys := slices.Sorted(maps.Keys(base.texts))
	for _, k := range need {
		if _, ok := base.texts[k]; !ok {
			out = append(out, Fault{File: "locales/en/messages.json", Line: 1, Col: 1, Msg: fmt.Sprintf("the text %q is missing", k), Hint: "a flow says it"})
		}
	}
	for _, tag := range c.order {
		l := c.langs[tag]
		file := "locales/" + tag + "/messages.json"
		src, _ := fs.ReadFile(fsys, tag+"/messages.json")
		fault := func(key, hint, format string, args ...any) {
			line, col := find(src, key)
			out = append(out, Fault{File: file, Line: line, Col: col, Msg: fmt.Sprintf(format, args...), Hint: hint})
		}
		for _, k := range keys {
			m, ok := l.texts[k]
			if !ok {
				fault("", "add it, or the English is sent", "the text %q is missing", k)
				continue
			}
			c.checkText(l, base.texts[k], m, fault)
		}
		for _, k := range slices.Sorted(maps.Keys(l.texts)) {
			if _, ok := base.texts[k]; !ok {
				fault(k, "take it out, or add it to English", "unknown text %q", k)
			}
		}
		for cat, want := range base.safety.Texts {
			got, ok := l.safety.Texts[cat]
			switch {
			case !ok:
				out = append(out, Fault{"locales/" + tag + "/safety.json", 1, 1, fmt.Sprintf("the safety text %q is missing", cat), "the English is sent"})
			case !slices.Equal(variables(got.Other), variables(want.Other)):
				out = append(out, Fault{"locales/" + tag + "/safety.json", 1, 1, fmt.Sprintf("the safety text %q has other variables than English", cat), strings.Join(variables(want.Other), ", ")})
			default:
				text, err := l.place(got.Other, c.budgets.Examples, c)
				if err != nil {
					out = append(out, Fault{"locales/" + tag + "/safety.json", 1, 1, fmt.Sprintf("the safety text %q cannot be measured: %s", cat, err), "add an example to budgets.json"})
				} else if s := sms.Count(text); s.Segments > c.budgets.Safety.of(s.Encoding) {
					out = append(out, Fault{"locales/" + tag + "/safety.json", 1, 1, fmt.Sprintf("the safety text %q costs %d segments", cat, s.Segments), fmt.Sprintf("at most %d", c.budgets.Safety.of(s.Encoding))})
				}
			}
		}
	}
	return out
}

func (p pair) of(e sms.Encoding) int {
	if e == sms.GSM7 {
		return p.GSM7
	}
	return p.UCS2
}

func (c *Catalog) checkText(l *Language, base, m *i18n.Message, fault func(key, hint, format string, args ...any)) {
	if m.Other == "" {
		fault(m.ID, "write its text under other", "the text %q is empty", m.ID)
		return
	}
	if want, got := variables(base.Other), variables(m.Other); !slices.Equal(want, got) {
		fault(m.ID, "English has: "+strings.Join(want, ", "), "the text %q places other variables than English", m.ID)
		return
	}
	text, err := l.place(m.Other, c.budgets.Examples, c)
	if err != nil {
		fault(m.ID, "add an example to budgets.json", "the text %q cannot be measured: %s", m.ID, err)
		return
	}
	if text, err = c.withMenu(l, m.ID, text); err != nil {
		fault(m.ID, "see menus in budgets.json", "the menu of %q cannot be measured: %s", m.ID, err)
		return
	}
	size := sms.Count(text)
	if l.Meta.GSM7 && size.Encoding != sms.GSM7 {
		fault(m.ID, "each of these makes the whole text cost double", "the text %q leaves GSM-7 by %q", m.ID, string(size.Forcing))
	}
	limit := c.budgets.Usual
	if b, ok := c.budgets.Texts[m.ID]; ok {
		limit = b
	}
	if size.Segments > limit.of(size.Encoding) {
		fault(m.ID, fmt.Sprintf("at most %d; it has %d units", limit.of(size.Encoding), size.Units), "the text %q costs %d segments", m.ID, size.Segments)
	}
	if l.Meta.Direction == "rtl" && bareNumber(text) {
		fault(m.ID, "write U+2066 before and U+2069 behind it", "the text %q has a phone number that would be reordered", m.ID)
	}
}

// bareNumber finds digits with a space between them outside an isolate.
func bareNumber(text string) bool {
	depth := 0
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case r == '\u2066':
			depth++
		case r == '\u2069':
			depth--
		case r == ' ' && depth == 0 && i > 0 && i+1 < len(runes) && isDigit(runes[i-1]) && isDigit(runes[i+1]):
			return true
		}
	}
	return false
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// find tells where a key stands in a file.
func find(src []byte, key string) (line, col int) {
	i := strings.Index(string(src), `"`+key+`"`)
	if key == "" || i < 0 {
		return 1, 1
	}
	before := string(src[:i])
	return strings.Count(before, "\n") + 1, i - strings.LastIndex(before, "\n")
}

// Status is one language's line of `linkline locales status`.
type Status struct {
	Tag        string
	Name       string
	Translated int // of Total
	Total      int
	Reviewed   bool
	Safety     bool   // safety texts reviewed
	Longest    string // key of the dearest text
	Segments   int
}

// Status tells how far every language is.
func (c *Catalog) Status() []Status {
	var out []Status
	base := c.langs[Base]
	for _, tag := range c.order {
		l := c.langs[tag]
		s := Status{Tag: tag, Name: l.Meta.Name, Total: len(base.texts), Reviewed: l.Meta.Review.Done(), Safety: l.safety.Review.Done()}
		for _, k := range slices.Sorted(maps.Keys(base.texts)) {
			m, ok := l.texts[k]
			if !ok {
				continue
			}
			s.Translated++
			if text, err := l.place(m.Other, c.budgets.Examples, c); err == nil {
				if n := sms.Count(text).Segments; n > s.Segments {
					s.Segments, s.Longest = n, k
				}
			}
		}
		out = append(out, s)
	}
	return out
}
