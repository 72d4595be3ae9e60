package hours_test

import (
	"testing"
	"time"

	"linkline/internal/hours"
)

func week(t *testing.T) hours.Week {
	t.Helper()
	w, err := hours.New("mon-fri", "09:00", "17:00", "Europe/London", "england-and-wales")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func at(s string) time.Time {
	loc, _ := time.LoadLocation("Europe/London")
	t, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	if err != nil {
		panic(err)
	}
	return t
}

// The days are those published for England by the government.
func TestHolidays(t *testing.T) {
	t.Parallel()
	want := map[int][]string{
		2022: {"2022-01-03", "2022-04-15", "2022-04-18", "2022-05-02", "2022-06-02", "2022-06-03", "2022-08-29", "2022-09-19", "2022-12-26", "2022-12-27"},
		2026: {"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28"},
		2027: {"2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27", "2027-12-28"},
	}
	for year, days := range want {
		var got []string
		for d := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == year; d = d.AddDate(0, 0, 1) {
			if hours.Holiday(d) {
				got = append(got, d.Format("2006-01-02"))
			}
		}
		if len(got) != len(days) {
			t.Errorf("%d: %v, want %v", year, got, days)
			continue
		}
		for i := range got {
			if got[i] != days[i] {
				t.Errorf("%d: %s, want %s", year, got[i], days[i])
			}
		}
	}
}

func TestOpenAndPromise(t *testing.T) {
	t.Parallel()
	w := week(t)
	for _, tc := range []struct {
		name, when string
		open       bool
		next, two  string
	}{
		{"monday morning", "2026-11-23 10:00", true, "2026-11-23 10:00", "2026-11-23 12:00"},
		{"friday late", "2026-11-27 16:30", true, "2026-11-27 16:30", "2026-11-30 10:30"},
		{"saturday", "2026-11-28 12:00", false, "2026-11-30 09:00", "2026-11-30 11:00"},
		{"christmas eve", "2026-12-24 17:00", false, "2026-12-29 09:00", "2026-12-29 11:00"},
		{"clocks go back", "2026-10-25 01:30", false, "2026-10-26 09:00", "2026-10-26 11:00"},
	} {
		when := at(tc.when)
		if got := w.Open(when); got != tc.open {
			t.Errorf("%s: open %v", tc.name, got)
		}
		if got := w.NextOpen(when); !got.Equal(at(tc.next)) {
			t.Errorf("%s: next %v, want %s", tc.name, got, tc.next)
		}
		if got := w.AddOpen(when, 2*time.Hour); !got.Equal(at(tc.two)) {
			t.Errorf("%s: two hours %v, want %s", tc.name, got, tc.two)
		}
	}
	if got := w.PromiseBy(at("2026-12-18 12:00")); !got.Equal(at("2027-01-06 17:00")) {
		t.Errorf("promise over Christmas: %v", got)
	}
	if got := w.Daytime(at("2026-11-23 22:15")); !got.Equal(at("2026-11-24 08:00")) {
		t.Errorf("daytime: %v", got)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	if n, err := hours.ParseWithin("10 working days"); n != 10 || err != nil {
		t.Errorf("within: %d %v", n, err)
	}
	for _, bad := range []string{"", "soon", "-1 working days", "10 days"} {
		if _, err := hours.ParseWithin(bad); err == nil {
			t.Errorf("within %q passed", bad)
		}
	}
	s, err := hours.ParseSpan("6mo")
	if err != nil || !s.After(at("2026-01-31 10:00")).After(at("2026-07-30 10:00")) {
		t.Errorf("span: %v %v", s, err)
	}
	for _, bad := range []string{"6", "mo", "x1d", "-4d"} {
		if _, err := hours.ParseSpan(bad); err == nil {
			t.Errorf("span %q passed", bad)
		}
	}
	for _, bad := range [][5]string{{"funday", "09:00", "17:00", "Europe/London", "none"}, {"mon", "9", "17:00", "Europe/London", "none"}, {"mon", "17:00", "09:00", "Europe/London", "none"}, {"mon", "09:00", "17:00", "Mars", "none"}, {"mon", "09:00", "17:00", "Europe/London", "mars"}} {
		if _, err := hours.New(bad[0], bad[1], bad[2], bad[3], bad[4]); err == nil {
			t.Errorf("%v passed", bad)
		}
	}
}
