package hours

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Span is a length of time as retention rules write it: years, months, days.
type Span struct{ Years, Months, Days int }

// ParseSpan reads "30d", "6mo" or "8y".
func ParseSpan(s string) (Span, error) {
	for _, u := range []string{"mo", "d", "y"} {
		n, ok := strings.CutSuffix(strings.TrimSpace(s), u)
		if !ok {
			continue
		}
		i, err := strconv.Atoi(n)
		if err != nil || i < 0 || i > 1000 {
			break
		}
		switch u {
		case "mo":
			return Span{Months: i}, nil
		case "d":
			return Span{Days: i}, nil
		}
		return Span{Years: i}, nil
	}
	return Span{}, fmt.Errorf("%q is no length of time (write 30d, 6mo or 8y)", s)
}

// After is the moment at which the span that began at t is over.
func (s Span) After(t time.Time) time.Time { return t.AddDate(s.Years, s.Months, s.Days) }

// Before is the moment at which a span must have begun to be over at t.
func (s Span) Before(t time.Time) time.Time { return t.AddDate(-s.Years, -s.Months, -s.Days) }

// ParseWithin reads "10 working days".
func ParseWithin(s string) (int, error) {
	f := strings.Fields(s)
	if len(f) == 3 && f[1] == "working" && (f[2] == "days" || f[2] == "day") {
		if n, err := strconv.Atoi(f[0]); err == nil && n > 0 && n <= 100 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%q is no promise (write 10 working days)", s)
}
