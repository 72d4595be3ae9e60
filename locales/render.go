package locales

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// Text is a rendered text and the language it came out in.
type Text struct {
	Text     string
	Lang     string
	FellBack bool // the language asked for does not have it
}

// Render writes a message. Arguments are placed as they are; numbers,
// references and links are isolated in right-to-left text. args["count"]
// chooses the plural form.
func (c *Catalog) Render(tag, key string, args map[string]any) (Text, error) {
	for i, t := range []string{tag, Base} {
		l, ok := c.Language(t)
		if !ok {
			continue
		}
		m, ok := l.texts[key]
		if !ok {
			continue
		}
		raw := m.Other
		if n, ok := args["count"]; ok {
			raw = l.plural(m, n)
		}
		text, err := l.place(raw, args, c)
		if err != nil {
			return Text{}, fmt.Errorf("text %s/%s: %w", l.Tag, key, err)
		}
		return Text{Text: text, Lang: l.Tag, FellBack: i > 0}, nil
	}
	return Text{}, fmt.Errorf("text %q: %w", key, ErrNoText)
}

// plural asks go-i18n which form a number takes.
func (l *Language) plural(m *i18n.Message, count any) string {
	out, err := l.loc.Localize(&i18n.LocalizeConfig{DefaultMessage: m, MessageID: m.ID, PluralCount: count})
	if err != nil {
		return m.Other
	}
	return out
}

var variable = regexp.MustCompile(`\{([a-z_]+)\}`)

// place puts the arguments into a text. A variable without an argument is an
// error; nothing else is possible in a text than to place variables.
func (l *Language) place(text string, args map[string]any, c *Catalog) (string, error) {
	var missing []string
	out := variable.ReplaceAllStringFunc(text, func(v string) string {
		name := v[1 : len(v)-1]
		a, ok := args[name]
		if !ok {
			a, ok = c.numbers[name]
		}
		if !ok {
			missing = append(missing, name)
			return ""
		}
		return l.isolate(l.format(a, c))
	})
	if len(missing) > 0 {
		return "", fmt.Errorf("no value for %s", strings.Join(missing, ", "))
	}
	return out, nil
}

// format writes one argument in the language.
func (l *Language) format(a any, c *Catalog) string {
	switch v := a.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case []string: // message keys, written as a list
		var parts []string
		for _, key := range v {
			if t, err := c.Render(l.Tag, key, nil); err == nil {
				parts = append(parts, t.Text)
			}
		}
		sep := l.Meta.List
		if sep == "" {
			sep = ", "
		}
		return strings.Join(parts, sep)
	case DayOf:
		return l.Date(time.Time(v))
	case ClockOf:
		return l.digits(time.Time(v).Format("15:04"))
	}
	return fmt.Sprint(a)
}

// DayOf is an argument that is written as a date; its zone is the reader's.
type DayOf time.Time

// ClockOf is an argument that is written as a time of day.
type ClockOf time.Time

// Date writes a day as the language writes it: "Tuesday 8 December".
func (l *Language) Date(t time.Time) string {
	r := strings.NewReplacer(
		"{weekday}", l.Dates.Weekdays[t.Weekday()],
		"{day}", l.digits(strconv.Itoa(t.Day())),
		"{month}", l.Dates.Months[t.Month()-1],
	)
	return r.Replace(l.Dates.Format)
}

// digits writes European digits in the language's own, where it uses them.
func (l *Language) digits(s string) string {
	own := []rune(l.Meta.Digits)
	if len(own) != 10 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return own[r-'0']
		}
		return r
	}, s)
}

// isolate keeps a left-to-right argument whole inside right-to-left text: a
// phone number would come out with its groups swapped.
func (l *Language) isolate(s string) string {
	if l.Meta.Direction != "rtl" || s == "" {
		return s
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r >= 0x590 && r <= 0x8ff }) {
		return s
	}
	return "\u2066" + s + "\u2069"
}

// Variables lists what a text may place.
func variables(text string) []string {
	var out []string
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return out
}
