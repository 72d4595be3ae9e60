package understand

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linkline/internal/fold"
	"linkline/locales"
)

// Timing is when a person can be reached, as CONTRACT 5 writes it.
type Timing struct {
	Part     []string `json:"part,omitempty"`
	After    string   `json:"after,omitempty"`
	Before   string   `json:"before,omitempty"`
	Around   string   `json:"around,omitempty"`
	Days     []string `json:"days,omitempty"`
	NotDays  []string `json:"not_days,omitempty"`
	Relative string   `json:"relative,omitempty"`
}

// Empty tells whether nothing was understood.
func (t Timing) Empty() bool {
	return len(t.Part) == 0 && t.After == "" && t.Before == "" && t.Around == "" && len(t.Days) == 0 && len(t.NotDays) == 0 && t.Relative == ""
}

type timing struct {
	days, parts, relative map[string]string
	before, after, around map[string]bool
	not                   map[string]bool
}

func newTiming(w locales.Words) timing {
	return timing{
		days: inverse(w.Weekdays), parts: inverse(w.Parts), relative: inverse(w.Relative),
		before: set(w.Before), after: set(w.After), around: set(w.Around), not: set(w.Not),
	}
}

var week = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// ContactTime reads when a person can be reached. Hours without morning or
// evening lie between 8 and 19: people are called in the daytime.
func (r *Reader) ContactTime(lang, text string) (Timing, bool) {
	var t Timing
	folded := fold.Text(text)
	lexs := r.in(lang)
	clocks, rest := clockTimes(folded, lexs)
	words := fold.Cut(rest)
	not := false
	mode := ""
	for i := 0; i < len(words); i++ {
		w := words[i]
		two := ""
		if i+1 < len(words) {
			two = w + " " + words[i+1]
		}
		for _, x := range lexs {
			tm := x.timing
			d, isDay := tm.days[w]
			part, isPart := tm.parts[w]
			if p, ok := tm.parts[two]; ok && two != "" {
				part, isPart = p, true
			}
			rel, isRel := tm.relative[w]
			switch {
			case strings.HasPrefix(w, "clock"):
				n, _ := strconv.Atoi(strings.TrimPrefix(w, "clock"))
				t.clock(mode, not, clocks[n])
				mode, not = "", false
			case isDay:
				if not {
					t.NotDays = append(t.NotDays, d)
				} else {
					t.Days = append(t.Days, d)
				}
			case isRel && rel == "weekend":
				t.days(not, "sat", "sun")
			case isRel && rel == "weekday":
				t.days(not, week[:5]...)
			case isRel && t.Relative == "":
				t.Relative = rel
			case isPart:
				if !not {
					t.Part = append(t.Part, part)
				}
			case tm.before[w]:
				mode = "before"
			case tm.after[w]:
				mode = "after"
			case tm.around[w]:
				mode = "around"
			case tm.not[w]:
				not = true
			default:
				continue
			}
			break
		}
	}
	t.tidy()
	return t, !t.Empty()
}

func (t *Timing) days(not bool, d ...string) {
	if not {
		t.NotDays = append(t.NotDays, d...)
	} else {
		t.Days = append(t.Days, d...)
	}
}

func (t *Timing) clock(mode string, not bool, at string) {
	if not { // "not before 10" is after 10
		switch mode {
		case "before":
			mode = "after"
		case "after":
			mode = "before"
		}
	}
	switch mode {
	case "before":
		t.Before = at
	case "after":
		t.After = at
	default:
		t.Around = at
	}
}

func (t *Timing) tidy() {
	for _, l := range []*[]string{&t.Part, &t.Days, &t.NotDays} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	order := func(a, b string) int { return slices.Index(week, a) - slices.Index(week, b) }
	slices.SortFunc(t.Days, order)
	slices.SortFunc(t.NotDays, order)
}

var (
	clock24  = regexp.MustCompile(`\b([01]?\d|2[0-3])[:.h]([0-5]\d)\s*(am|pm)?\b`)
	clockAP  = regexp.MustCompile(`\b(1[0-2]|0?[1-9])\s*(am|pm)\b`)
	halfPast = regexp.MustCompile(`\bhalf (?:past )?(1[0-2]|[1-9])\b`)
	bareHour = regexp.MustCompile(`\b(after|before|until|till|from|at|around|about|by|past)\s+(1[0-2]|[1-9])\b`)
)

// clockTimes takes times of day out of a text and leaves marks for them.
func clockTimes(s string, lexs []*lexicon) ([]string, string) {
	var out []string
	mark := func(h, m int, half string) string {
		switch {
		case half == "pm" && h < 12:
			h += 12
		case half == "am" && h == 12:
			h = 0
		case half == "" && h >= 1 && h <= 7:
			h += 12 // half 3 is 15:30
		}
		out = append(out, fmt.Sprintf("%02d:%02d", h, m))
		return fmt.Sprintf(" clock%d ", len(out)-1)
	}
	s = clock24.ReplaceAllStringFunc(s, func(m string) string {
		g := clock24.FindStringSubmatch(m)
		h, _ := strconv.Atoi(g[1])
		mi, _ := strconv.Atoi(g[2])
		if len(g[1]) == 2 && g[1][0] == '0' && g[3] == "" {
			g[3] = "am"
		}
		return mark(h, mi, g[3])
	})
	s = clockAP.ReplaceAllStringFunc(s, func(m string) string {
		g := clockAP.FindStringSubmatch(m)
		h, _ := strconv.Atoi(g[1])
		return mark(h, 0, g[2])
	})
	s = halfPast.ReplaceAllStringFunc(s, func(m string) string {
		h, _ := strconv.Atoi(halfPast.FindStringSubmatch(m)[1])
		return mark(h, 30, "")
	})
	s = bareHour.ReplaceAllStringFunc(s, func(m string) string {
		g := bareHour.FindStringSubmatch(m)
		h, _ := strconv.Atoi(g[2])
		return g[1] + mark(h, 0, "")
	})
	words := strings.Fields(s)
	for i := 1; i < len(words); i++ { // other languages: after/before, then a number
		for _, x := range lexs {
			h, err := strconv.Atoi(words[i])
			if err == nil && h >= 1 && h <= 23 && (x.timing.after[words[i-1]] || x.timing.before[words[i-1]] || x.timing.around[words[i-1]]) {
				words[i] = strings.TrimSpace(mark(h, 0, ""))
				break
			}
		}
	}
	return out, strings.Join(words, " ")
}
