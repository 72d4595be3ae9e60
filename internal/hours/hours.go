// Package hours is a programme's working time: its days and hours, England's
// bank holidays, promised days and daytime. It is pure: the time comes in.
package hours

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Week is a programme's working week in its own zone.
type Week struct {
	days     [7]bool
	from, to time.Duration // since midnight
	zone     *time.Location
	holidays bool
	within   int // working days until a person makes contact
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// New reads a working week: days as "mon-fri" or "mon,wed-fri", hours as
// "09:00", a zone name, and "england-and-wales" or "none".
func New(days, from, to, zone, holidays string) (Week, error) {
	var w Week
	var all []error
	wrong := func(key, format string, args ...any) {
		all = append(all, Wrong{Key: key, Text: fmt.Sprintf(format, args...)})
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		wrong("zone", "unknown zone %q (try Europe/London)", zone)
	}
	w.zone = loc
	var opens, closes error
	if w.from, opens = clock(from); opens != nil {
		wrong("from", "%s", opens)
	}
	if w.to, closes = clock(to); closes != nil {
		wrong("to", "%s", closes)
	}
	if opens == nil && closes == nil && w.to <= w.from {
		wrong("to", "closing time %s is not after opening time %s", to, from)
	}
	for part := range strings.SplitSeq(strings.ToLower(days), ",") {
		if !w.open(strings.TrimSpace(part)) {
			wrong("days", "unknown days %q (write mon-fri, or mon,wed,fri)", part)
		}
	}
	switch holidays {
	case "england-and-wales":
		w.holidays = true
	case "none", "":
	default:
		wrong("holidays", "unknown holidays %q (known: england-and-wales, none)", holidays)
	}
	if len(all) > 0 {
		return Week{}, errors.Join(all...)
	}
	w.within = 10
	return w, nil
}

// Wrong is one fault of programme hours and the part that it is in: days,
// from, to, zone or holidays.
type Wrong struct{ Key, Text string }

func (w Wrong) Error() string { return w.Text }

// open adds a day or a range of days, as "mon" or "mon-fri".
func (w *Week) open(part string) bool {
	a, b, ok := strings.Cut(part, "-")
	if !ok {
		b = a
	}
	i, j := slices.Index(dayNames, a), slices.Index(dayNames, b)
	if i < 0 || j < 0 {
		return false
	}
	for ; ; i = (i + 1) % 7 {
		w.days[i] = true
		if i == j {
			return true
		}
	}
}

// Within returns the week with the number of working days a promise takes.
func (w Week) Within(days int) Week { w.within = days; return w }

// Zone is the programme's own zone.
func (w Week) Zone() *time.Location { return w.zone }

func clock(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of day (write 09:00)", s)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// at is a clock time on the day of t, right also on the days when the clocks
// change.
func (w Week) at(t time.Time, d time.Duration) time.Time {
	y, m, day := t.In(w.zone).Date()
	return time.Date(y, m, day, int(d/time.Hour), int(d%time.Hour/time.Minute), 0, 0, w.zone)
}

func (w Week) works(t time.Time) bool {
	t = t.In(w.zone)
	return w.days[t.Weekday()] && !(w.holidays && Holiday(t))
}

// Open tells whether people are at work.
func (w Week) Open(t time.Time) bool {
	return w.works(t) && !t.Before(w.at(t, w.from)) && t.Before(w.at(t, w.to))
}

// NextOpen is t itself while open, else the next opening.
func (w Week) NextOpen(t time.Time) time.Time {
	if w.Open(t) {
		return t
	}
	day := t.In(w.zone)
	if w.works(day) && t.Before(w.at(day, w.from)) {
		return w.at(day, w.from)
	}
	for range 400 {
		day = w.at(day, 12*time.Hour).AddDate(0, 0, 1)
		if w.works(day) {
			return w.at(day, w.from)
		}
	}
	return t
}

// AddOpen adds working time: two hours from Friday 16:30 end on Monday.
func (w Week) AddOpen(t time.Time, d time.Duration) time.Time {
	for range 4000 {
		t = w.NextOpen(t)
		left := w.at(t, w.to).Sub(t)
		if left <= 0 {
			return t
		}
		if d <= left {
			return t.Add(d)
		}
		d -= left
		t = w.at(t, w.to)
	}
	return t
}

// AddDays is the closing time of the n-th working day after t. A day that has
// closed already counts as over; the day of t itself is never counted.
func (w Week) AddDays(t time.Time, n int) time.Time {
	day := w.at(w.NextOpen(t), 12*time.Hour)
	for n > 0 {
		day = w.at(day.AddDate(0, 0, 1), 12*time.Hour)
		if w.works(day) {
			n--
		}
	}
	return w.at(day, w.to)
}

// PromiseBy is the day by which a person makes contact.
func (w Week) PromiseBy(t time.Time) time.Time { return w.AddDays(t, w.within) }

// Reminders go out between these hours only: no UK law fixes them, 08:00 to
// 20:00 is the custom.
const (
	dayBegins = 8 * time.Hour
	dayEnds   = 20 * time.Hour
)

// Daytime is t, or the next moment at which a reminder may be sent.
func (w Week) Daytime(t time.Time) time.Time {
	switch {
	case t.Before(w.at(t, dayBegins)):
		return w.at(t, dayBegins)
	case !t.Before(w.at(t, dayEnds)):
		return w.at(w.at(t, 12*time.Hour).AddDate(0, 0, 1), dayBegins)
	}
	return t
}

// Holiday tells whether a day is a bank holiday in England. The rules are
// those of the Banking and Financial Dealings Act 1971 and the proclamations
// since; the days that were moved or added once stand in a table.
func Holiday(t time.Time) bool {
	y, m, d := t.Date()
	day := date(y, m, d)
	if oneOff, ok := oneOffs[day]; ok {
		return oneOff
	}
	easter := Easter(y)
	switch day {
	case substitute(date(y, time.January, 1)), easter.AddDate(0, 0, -2), easter.AddDate(0, 0, 1),
		monday(y, time.May, 1), lastMonday(y, time.May), lastMonday(y, time.August):
		return true
	}
	christmas, boxing := date(y, time.December, 25), date(y, time.December, 26)
	switch christmas.Weekday() {
	case time.Friday: // Boxing Day on Saturday moves to Monday
		boxing = date(y, time.December, 28)
	case time.Saturday:
		christmas, boxing = date(y, time.December, 27), date(y, time.December, 28)
	case time.Sunday:
		christmas, boxing = date(y, time.December, 27), date(y, time.December, 26)
	}
	return day.Equal(christmas) || day.Equal(boxing)
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func substitute(t time.Time) time.Time {
	switch t.Weekday() {
	case time.Saturday:
		return t.AddDate(0, 0, 2)
	case time.Sunday:
		return t.AddDate(0, 0, 1)
	}
	return t
}

func monday(y int, m time.Month, from int) time.Time {
	t := date(y, m, from)
	return t.AddDate(0, 0, (8-int(t.Weekday()))%7)
}

func lastMonday(y int, m time.Month) time.Time {
	t := date(y, m+1, 1).AddDate(0, 0, -1)
	return t.AddDate(0, 0, -((int(t.Weekday()) + 6) % 7))
}

// oneOffs are days that were added (true) or moved away (false) once.
var oneOffs = map[time.Time]bool{
	date(2020, 5, 4): false, date(2020, 5, 8): true,
	date(2022, 5, 30): false, date(2022, 6, 2): true, date(2022, 6, 3): true,
	date(2022, 9, 19): true, date(2023, 5, 8): true,
}

// Easter is the Sunday of the Gregorian computus.
func Easter(y int) time.Time {
	a, b, c := y%19, y/100, y%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return date(y, time.Month(n/31), n%31+1)
}
