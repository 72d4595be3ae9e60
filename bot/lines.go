package bot

import (
	"slices"
	"strings"
	"unicode"
)

// lines are the answers in the order of the questions.
func (t *turn) lines() []Line { return t.linesOf(t.f) }

func (t *turn) linesOf(f *Flow) []Line {
	var out []Line
	seen := map[string]bool{}
	for _, name := range f.Questions() {
		slot := f.States[name].Save
		if slot == "" || slot == "agreement" || seen[slot] {
			continue
		}
		seen[slot] = true
		v, ok := t.p.Answer(slot)
		if !ok {
			continue
		}
		l := Line{Slot: slot, IDs: v.IDs, Value: v.Text, Typed: v.Typed, Skipped: v.Skipped, Offered: v.Offered}
		if v.Contact != nil {
			l.IDs = v.Contact.ids()
		}
		if f.States[name].Ask == AskScale && !v.Skipped {
			l.Number = &v.Number
		}
		out = append(out, l)
	}
	return out
}

// ids are a wish for contact as ids: ways, times, days, who.
func (c *Contact) ids() []string {
	out := slices.Clone(c.Ways)
	for _, w := range c.NotWays {
		out = append(out, "no_"+w)
	}
	out = append(out, c.Parts...)
	for _, at := range []struct{ id, time string }{{"after", c.After}, {"before", c.Before}, {"around", c.Around}} {
		if at.time != "" {
			out = append(out, at.id+"|"+at.time)
		}
	}
	out = append(out, c.Days...)
	for _, d := range c.NotDays {
		out = append(out, "no_"+d)
	}
	if c.Gender != "" {
		out = append(out, c.Gender)
	}
	if c.Interpreter {
		out = append(out, "interpreter")
	}
	return append(out, c.Needs...)
}

// askedOfUs tells what was asked of us from questions that were let go; it
// may say too much of a person to stand on a card.
func askedOfUs(missed string) bool { return missed == MissedHomeOffice || missed == MissedQuestion }

// initials are the first letters of at most two words.
func initials(name string) string {
	var b strings.Builder
	for i, w := range strings.Fields(name) {
		if i == 2 {
			break
		}
		for _, r := range w {
			if unicode.IsLetter(r) {
				b.WriteRune(unicode.ToUpper(r))
				break
			}
		}
	}
	return b.String()
}
