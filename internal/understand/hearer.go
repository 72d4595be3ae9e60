package understand

import (
	"slices"
	"strings"
)

// hearer goes through the words of a text once.
type hearer struct {
	lexs    []*lexicon
	words   []string
	written []moment
	t       Timing
	mode    string // before, after, around: what the next hour is
	denied  bool
	either  int      // words that may be tomorrow or morning
	notPart []string // parts that were denied
	lastDay int      // index in t.Days where the latest run of days began
	said    bool     // that part belongs to an hour
	partAt  int      // word of the latest part of the day; -1 for none
	odd     bool
	took    bool   // the denial that stands has had its day
	ways    int    // ways of contact since the denial
	list    bool   // days go on behind a comma after a denied one
	clause  bool   // a day or time was said since the latest pause
	timed   int    // the word behind the latest time of day; 0 for none since the latest pause
	how     string // before, after or around: what that time was
	order   string // d for days, t for times, in the order they were said
}

// wished notes that a day or a time was said.
func (h *hearer) wished(what string) {
	h.clause = true
	if !h.denied && !strings.HasSuffix(h.order, what) {
		h.order += what
	}
}

func (h *hearer) run() {
	for i := 0; i < len(h.words); {
		i += h.step(i)
	}
	if len(h.order) > 3 || clashes(h.t) { // two wishes, which one answer cannot hold
		h.odd = true
	}
	switch {
	case h.either == 0:
	case h.either > 1:
		h.t.Relative = "tomorrow"
		h.t.Part = append(h.t.Part, "morning")
	case h.t.Empty():
		h.odd = true
	case len(h.t.Days) > 0 && len(h.t.Part) == 0:
		h.t.Part = append(h.t.Part, "morning")
	default:
		h.t.Relative = "tomorrow"
	}
	if len(h.notPart) > 0 && len(h.t.Part) == 0 {
		for _, p := range []string{"morning", "afternoon", "evening"} {
			if !slices.Contains(h.notPart, p) {
				h.t.Part = append(h.t.Part, p)
			}
		}
	}
}

// clashes tells whether a part of the day and an hour exclude each other.
func clashes(t Timing) bool {
	if len(t.Part) != 1 {
		return false
	}
	return t.Part[0] == "morning" && t.After > "12:00" || t.Part[0] == "evening" && t.Before != "" && t.Before < "12:00"
}

// step reads what stands at a word and returns how many words it took.
func (h *hearer) step(i int) int {
	rest := h.words[i:]
	if rest[0] == pause {
		h.stop(i)
		return 1
	}
	if m, ok := h.time(i); ok {
		return h.clock(i, m)
	}
	for _, x := range h.lexs {
		t := x.timing
		n := max(length(t.days, rest), length(t.parts, rest), length(t.relative, rest))
		if n == 0 || n < t.not.at(rest) || rest[0] == "am" && i > 0 && h.words[i-1] == "i" {
			continue
		}
		h.word(x, strings.Join(rest[:n], " "), i, n)
		return n
	}
	if n := h.busy(rest); n > 0 {
		return n
	}
	for _, x := range h.lexs {
		t := x.timing
		b, a, r, n := t.before.at(rest), t.after.at(rest), t.around.at(rest), t.not.at(rest)
		if n > 0 && n >= b && n >= a {
			return h.deny(x, i, n)
		}
		switch most := max(b, a, r); {
		case most == 0:
		case b == most:
			h.mode = "before"
			return b
		case a == most:
			h.mode = "after"
			return a
		default:
			h.mode = "around"
			return r
		}
	}
	switch rest[0] {
	case "ok", "fine", "good", "best", "better":
		h.odd = h.odd || h.list // "not monday, tuesday is fine"
		h.denied = false
	case "but", "only":
		h.denied, h.clause = false, false
	}
	h.way(i)
	return 1
}

func length(t table, words []string) int {
	_, n := t.at(words)
	return n
}

// word takes a day, a part of the day or a relative day.
func (h *hearer) word(x *lexicon, k string, i, n int) {
	day, isDay := x.timing.days.of[k]
	part, isPart := x.timing.parts.of[k]
	rel, isRel := x.timing.relative.of[k]
	switch {
	case isDay, isRel && rel != "today" && rel != "tomorrow":
		h.wished("d")
	case isPart && part != "any" && !h.denied:
		h.wished("t")
	}
	defer func() { h.took = h.took || h.denied }()
	switch {
	case isPart && isRel && part == "morning" && rel == "tomorrow":
		h.either++
	case isDay:
		h.day(i, n, day)
	case isRel && rel == "weekend":
		h.days("sat", "sun")
	case isRel && rel == "weekday":
		h.days(week[:5]...)
	case isRel:
		if h.t.Relative != "" && h.t.Relative != rel && !isPart {
			h.odd = true
		}
		if !h.denied {
			h.t.Relative = rel
		}
		if isPart && part != "any" {
			h.t.Part = append(h.t.Part, part)
			if rel == "today" && k != "tonight" {
				h.t.Relative = rel
			}
		}
	case isPart && h.denied && part != "any":
		h.notPart = append(h.notPart, part)
	case isPart:
		h.denied = false
		h.t.Part = append(h.t.Part, part)
		h.partAt, h.said = i+n-1, false
	}
}

// day takes a weekday; "monday to friday" takes those between.
func (h *hearer) day(i, n int, d string) {
	if i > 1 && len(h.t.Days) > 0 && !h.denied && h.through(h.words[i-1]) {
		from, to := slices.Index(week, h.t.Days[len(h.t.Days)-1]), slices.Index(week, d)
		for j := from; j != to; j = (j + 1) % 7 {
			h.days(week[(j+1)%7])
		}
		h.mode = ""
		return
	}
	if !h.denied && (i == 0 || len(h.t.Days) == 0) {
		h.lastDay = len(h.t.Days)
	}
	h.days(d)
}

func (h *hearer) through(w string) bool {
	if w == "to" || w == "through" || w == "thru" {
		return true
	}
	for _, x := range h.lexs {
		if x.timing.before.has(w) {
			return true
		}
	}
	return false
}

func (h *hearer) days(d ...string) {
	if h.denied {
		h.t.NotDays = append(h.t.NotDays, d...)
	} else {
		h.t.Days = append(h.t.Days, d...)
	}
}

func (t *Timing) tidy() {
	for _, l := range []*[]string{&t.Part, &t.Days, &t.NotDays} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	order := func(list []string) func(a, b string) int {
		return func(a, b string) int { return slices.Index(list, a) - slices.Index(list, b) }
	}
	slices.SortFunc(t.Days, order(week))
	slices.SortFunc(t.NotDays, order(week))
	slices.SortFunc(t.Part, order([]string{"morning", "afternoon", "evening", "any"}))
	t.Days = slices.DeleteFunc(t.Days, func(d string) bool { return slices.Contains(t.NotDays, d) })
	if slices.Contains(t.Part, "any") && (len(t.Part) > 1 || t.After != "" || t.Before != "" || t.Around != "" || len(t.Days) > 0) {
		t.Part = slices.DeleteFunc(t.Part, func(p string) bool { return p == "any" })
	}
}
