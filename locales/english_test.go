package locales_test

import (
	"strings"
	"testing"
	"time"

	"linkline/internal/sms"
	"linkline/locales"
)

// longest are arguments as long as real ones get.
var longest = map[string]any{
	"service": "Linkline", "group": "Becontree Piano Club", "ref": "BDD-7K2M", "day": locales.DayOf(time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC)),
	"time": "09:00", "council": "020 7946 0999",
}

// TestQuestionsAreOneTextInEnglish renders every question with its menu lines:
// each of the seven, and every other that a resident may be asked, is one
// GSM-7 message.
func TestQuestionsAreOneTextInEnglish(t *testing.T) {
	t.Parallel()
	c, err := locales.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"welcome", "welcome_group", "agreement", "agreement_more", "who", "young_age", "other_agree", "other_name", "other_phone",
		"safe", "safe_they", "needs", "needs_they", "name", "place", "place_they", "contact", "contact_they", "done", "done_they",
		"gp", "matters", "_who", "person_later", "call_later", "nudge", "help",
	} {
		text, err := c.Render("en", key, longest)
		if err != nil {
			t.Fatal(err)
		}
		whole := text.Text
		for _, line := range c.Menu(key) {
			number, k, _ := strings.Cut(line, " ")
			label, err := c.Render("en", k, nil)
			if err != nil {
				t.Fatal(err)
			}
			whole += "\n" + number + " " + label.Text
		}
		if s := sms.Count(whole); s.Segments != 1 || s.Encoding != sms.GSM7 {
			t.Errorf("%s costs %d segments of %s with %d units:\n%s", key, s.Segments, s.Encoding, s.Units, whole)
		}
	}
}

// TestNumbersStandInOneTable: texts place helplines by key and never spell a
// number out.
func TestNumbersStandInOneTable(t *testing.T) {
	t.Parallel()
	c, err := locales.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"en/messages.json", "en/safety.json"} {
		src, err := locales.FS.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(src)) {
			_, text, _ := strings.Cut(line, `"other": `)
			for key, h := range c.Helplines() {
				if len(h.Number) > 2 && strings.Contains(text, h.Number) {
					t.Errorf("%s spells out {%s}: %s", file, key, text)
				}
			}
		}
	}
}

func TestHelplinesGoStaleAfterAYear(t *testing.T) {
	t.Parallel()
	c, err := locales.Default()
	if err != nil {
		t.Fatal(err)
	}
	first := c.Helplines()["samaritans"]
	on, err := time.Parse(time.DateOnly, first.Reviewed)
	if err != nil {
		t.Fatal(err)
	}
	if f := c.StaleHelplines(locales.FS, on.AddDate(0, 11, 0)); len(f) != 0 {
		t.Errorf("after eleven months: %v", f)
	}
	stale := c.StaleHelplines(locales.FS, on.AddDate(1, 0, 1))
	if len(stale) != len(c.Helplines()) || stale[0].Line < 2 {
		t.Errorf("after a year: %v", stale)
	}
}
