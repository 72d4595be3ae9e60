package locales

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// DayOf is an argument that is written as a date; its zone is the reader's.
type DayOf time.Time

// ClockOf is an argument that is written as a time of day.
type ClockOf time.Time

// Date writes a day as the language writes it: "Tuesday 8 December".
func (l *Language) Date(t time.Time) string {
	d := l.dates()
	day := l.digits(strconv.Itoa(t.Day()))
	if t.Day() == 1 && d.First != "" {
		day = d.First
	}
	return strings.NewReplacer(
		"{weekday}", d.Weekdays[t.Weekday()],
		"{day}", day,
		"{month}", d.Months[t.Month()-1],
	).Replace(d.Format)
}

// Time writes a time of day as the language writes it: "9am", "15:30".
func (l *Language) Time(t time.Time) string {
	c := l.dates().Clock
	if c.Format == "" {
		return l.digits(t.Format("15:04"))
	}
	format := c.Format
	if t.Minute() == 0 && c.Whole != "" {
		format = c.Whole
	}
	hour := t.Hour()
	if c.Hours == 12 {
		hour = (hour+11)%12 + 1
	}
	return strings.NewReplacer(
		"{hour}", l.digits(strconv.Itoa(hour)),
		"{hour2}", l.digits(fmt.Sprintf("%02d", hour)),
		"{minute}", l.digits(fmt.Sprintf("%02d", t.Minute())),
		"{part}", c.part(t.Hour()),
	).Replace(format)
}

// part names the part of the day of an hour; before the first one it is still
// the last part of yesterday.
func (c ClockFace) part(hour int) string {
	if len(c.Parts) == 0 {
		return ""
	}
	name := c.Parts[len(c.Parts)-1].Name
	for _, p := range c.Parts {
		if p.From <= hour {
			name = p.Name
		}
	}
	return name
}

// dates are the language's own, or those of the base where it has none.
func (l *Language) dates() Dates {
	if l.Dates.Format == "" && l.base != nil {
		return l.base.Dates
	}
	return l.Dates
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

// list writes "a, b and c".
func (l *Language) list(items []string) string {
	between, last := l.Meta.List.Between, l.Meta.List.Last
	if between == "" {
		between = ", "
	}
	if last == "" {
		last = between
	}
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	n := len(items) - 1
	return strings.Join(items[:n], between) + last + items[n]
}

// Join writes items as the language writes a list: "a, b and c".
func (l *Language) Join(items []string) string { return l.list(items) }
