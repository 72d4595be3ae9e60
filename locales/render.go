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
// references, links and names are isolated where the text around them runs the
// other way. A whole number under "count" or "months" chooses the plural form.
func (c *Catalog) Render(tag, key string, args map[string]any) (Text, error) {
	for i, t := range []string{tag, Base} {
		l, ok := c.Language(t)
		if !ok {
			continue
		}
		m, ok := l.texts[key]
		if !ok || m.Other == "" {
			continue
		}
		raw := m.Other
		if n, ok := count(args); ok && l.plurals[key] {
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

// counts are the variables that choose a plural form; a form for one, two or
// nothing may say the number in words and leave them out.
var counts = []string{"count", "months"}

func count(args map[string]any) (int, bool) {
	for _, name := range counts {
		if n, ok := args[name].(int); ok {
			return n, true
		}
	}
	return 0, false
}

// plural asks go-i18n which form a number takes.
func (l *Language) plural(m *i18n.Message, count int) string {
	out, err := l.loc().Localize(&i18n.LocalizeConfig{MessageID: m.ID, PluralCount: count})
	if err != nil || out == "" {
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
		return l.format(a, c)
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
		return l.isolate(v)
	case int:
		return strconv.Itoa(v)
	case []string: // message keys, written as a list
		var parts []string
		for _, key := range v {
			if t, err := c.Render(l.Tag, key, nil); err == nil {
				parts = append(parts, l.isolate(t.Text))
			}
		}
		return l.list(parts)
	case DayOf:
		return l.Date(time.Time(v))
	case ClockOf:
		return l.Time(time.Time(v))
	}
	return l.isolate(fmt.Sprint(a))
}

// variables lists what a text may place.
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
