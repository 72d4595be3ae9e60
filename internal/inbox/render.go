package inbox

import (
	"fmt"
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
		texts, err := b.safety(s)
		return texts, s.Lang, err
	case s.Key == "":
		return sms.Split(sms.Plain(s.Text.Raw()), sms.MaxBody), s.Lang, nil
	}
	t, err := b.Catalog.Render(s.Lang, s.Key, b.args(s.Lang, s.Args, prog))
	if err != nil {
		return nil, "", fmt.Errorf("render: %w", err)
	}
	text := t.Text
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
			out[k] = []string(v)
		default:
			out[k] = v
		}
	}
	return out
}

// safety writes the text for someone in danger. One that no speaker has read
// goes out together with its English, or in English alone.
func (b *Box) safety(s bot.Say) ([]string, error) {
	text, reviewed, err := b.Catalog.Safety(s.Lang, s.Safety, s.Args)
	if err != nil {
		return nil, fmt.Errorf("safety text: %w", err)
	}
	if s.Lang == locales.Base || reviewed {
		return []string{text}, nil
	}
	english, _, err := b.Catalog.Safety(locales.Base, s.Safety, s.Args)
	if err != nil {
		return nil, fmt.Errorf("safety text: %w", err)
	}
	if b.English {
		return []string{english}, nil
	}
	return []string{text, english}, nil
}
