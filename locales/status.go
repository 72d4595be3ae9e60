package locales

import (
	"maps"
	"slices"

	"linkline/internal/sms"
)

// Status is one language's line of `linkline locales status`.
type Status struct {
	Tag        string
	Name       string
	Absent     []string // files that are not there yet: the language is not offered
	Translated int      // of Total, safety texts among them
	Total      int
	Reviewed   bool
	Safety     bool   // safety texts reviewed
	Longest    string // key of the dearest text
	Segments   int
	Encoding   sms.Encoding // of the dearest text
}

// Percent is the share that is translated, rounded down: 100 means all.
func (s Status) Percent() int { return 100 * s.Translated / max(1, s.Total) }

// Status tells how far every language is.
func (c *Catalog) Status() []Status {
	var out []Status
	for _, tag := range c.order {
		out = append(out, c.status(c.langs[tag]))
	}
	return out
}

func (c *Catalog) status(l *Language) Status {
	base := c.langs[Base]
	s := Status{
		Tag: l.Tag, Name: l.Meta.Name, Absent: l.absent, Total: len(base.raw) + len(base.safety.Texts),
		Reviewed: l.Meta.Review.Done(), Safety: l.safety.Review.Done(),
	}
	measure := func(key, text string) {
		s.Translated++
		out, err := l.place(text, c.budgets.Examples, c)
		if err != nil {
			return
		}
		if n := sms.Count(out); n.Segments > s.Segments {
			s.Segments, s.Longest, s.Encoding = n.Segments, key, n.Encoding
		}
	}
	for _, key := range slices.Sorted(maps.Keys(base.raw)) {
		if m, ok := l.texts[key]; ok && m.Other != "" {
			measure(key, m.Other)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(base.safety.Texts)) {
		if t, ok := l.safety.Texts[key]; ok && t.Other != "" {
			measure("safety "+key, t.Other)
		}
	}
	return s
}
