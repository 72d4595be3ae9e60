package inbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/sms"
	"linkline/locales"
)

// render writes one Say as the texts to send, and says in which language.
func (b *Box) render(s bot.Say, prog bot.Programme) ([]string, string, error) {
	switch {
	case s.Safety != "":
		texts, err := b.safety(s, prog)
		return texts, s.Lang, err
	case s.Key == "":
		return sms.Split(sms.Plain(s.Text.Raw()), sms.MaxBody), s.Lang, nil
	}
	t, err := b.Catalog.Render(s.Lang, s.Key, b.args(s.Lang, s.Args, prog))
	if err != nil {
		return nil, "", fmt.Errorf("render: %w", err)
	}
	text := t.Text
	if s.Lead != "" {
		lead, err := b.Catalog.Render(s.Lang, s.Lead, b.args(s.Lang, s.Args, prog))
		if err != nil {
			return nil, "", fmt.Errorf("render: %w", err)
		}
		text = lead.Text + "\n" + text
	}
	for i, k := range s.Menu {
		text += "\n" + strconv.Itoa(i+1) + " " + b.label(s.Lang, k)
	}
	for _, line := range s.Tail {
		number, k, _ := strings.Cut(line, " ")
		text += "\n" + number + " " + b.label(s.Lang, k)
	}
	return sms.Split(sms.Plain(text), sms.MaxBody), t.Lang, nil
}

// label is the text of one option: a language's own name, a name as it
// stands behind "=", or a message.
func (b *Box) label(lang, key string) string {
	if tag, ok := strings.CutPrefix(key, "_language."); ok {
		if l, ok := b.Catalog.Language(tag); ok {
			return l.Meta.Endonym
		}
		return tag
	}
	if name, ok := strings.CutPrefix(key, "="); ok {
		return name
	}
	if t, err := b.Catalog.Render(lang, key, nil); err == nil {
		return t.Text
	}
	return key
}

// args turns the engine's arguments into those of the catalog: dates and
// times in the programme's own zone, lists in the language's own way.
func (b *Box) args(lang string, args map[string]any, prog bot.Programme) map[string]any {
	out := make(map[string]any, len(args))
	zone := time.UTC
	if z, ok := prog.Calendar.(interface{ Zone() *time.Location }); ok {
		zone = z.Zone()
	}
	for k, v := range args {
		switch v := v.(type) {
		case bot.Day:
			out[k] = locales.DayOf(time.Time(v).In(zone))
		case bot.Clock:
			out[k] = locales.ClockOf(time.Time(v).In(zone))
		case bot.Labels:
			out[k] = b.list(lang, v)
		default:
			out[k] = v
		}
	}
	return out
}

// list writes labels one after the other, as the language does.
func (b *Box) list(lang string, labels bot.Labels) string {
	l, ok := b.Catalog.Language(lang)
	parts := make([]string, len(labels))
	for i, key := range labels {
		key, at, timed := strings.Cut(key, "|")
		day, weekly := strings.CutPrefix(key, "weekday.")
		switch {
		case timed:
			if t, err := b.Catalog.Render(lang, key, map[string]any{"time": at}); err == nil {
				parts[i] = t.Text
			}
		case weekly && ok && len(l.Dates.Weekdays) == 7:
			parts[i] = l.Dates.Weekdays[max(0, slices.Index(weekdays, day))]
		default:
			parts[i] = b.label(lang, key)
		}
	}
	if !ok {
		return strings.Join(parts, ", ")
	}
	return l.Join(parts)
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// phoned are the safety texts that name a number to ring where a person may be
// asked what language they speak; the neutral ones hint at nothing.
var phoned = map[string]bool{
	"suicide": true, "selfharm": true, "child": true, "adult": true, "medical": true, "destitution": true, "destitution_any": true, "threat": true,
	"abuse_yes": true, "violence_yes": true, "exploitation_yes": true, "safe_now_no": true,
}

// safety writes the text for someone in danger, with the line that brings an
// interpreter to the phone. One that no speaker has read goes out together
// with its English, or in English alone.
func (b *Box) safety(s bot.Say, prog bot.Programme) ([]string, error) {
	args := b.args(s.Lang, s.Args, prog)
	text, reviewed, err := b.Catalog.Safety(s.Lang, s.Safety, args)
	if err != nil {
		return nil, fmt.Errorf("safety text: %w", err)
	}
	if s.Lang == locales.Base {
		return []string{text}, nil
	}
	if phoned[s.Safety] {
		line, _, err := b.Catalog.Safety(s.Lang, "interpreter_line", args)
		if err != nil {
			return nil, fmt.Errorf("safety text: %w", err)
		}
		text += "\n" + line
	}
	if reviewed {
		return []string{text}, nil
	}
	english, _, err := b.Catalog.Safety(locales.Base, s.Safety, b.args(locales.Base, s.Args, prog))
	if err != nil {
		return nil, fmt.Errorf("safety text: %w", err)
	}
	if b.English {
		return []string{english}, nil
	}
	return []string{text, english}, nil
}
