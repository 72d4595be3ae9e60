package understand_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"linkline/bot"
	"linkline/locales"
)

var who = &bot.Asked{Kind: bot.AskChoice, Also: []bot.AskKind{bot.AskAge}, Options: []string{"adult", "older", "young", "other"}}

func TestWhoeverNamesAnotherAsksForThem(t *testing.T) {
	t.Parallel()
	r := reader(t)
	choices := []string{"Me, 18 to 64", "Me, 65 or over", "Me, under 18", "Someone else"}
	for _, tc := range []struct {
		lang, text string
		want       []string
	}{
		{"en", "my mum", []string{"other"}}, {"en", "its for my wife pls", []string{"other"}}, {"en", "my son 12", []string{"other"}},
		{"es", "para mi madre", []string{"other"}}, {"so", "hooyaday", []string{"other"}}, {"ur", "meri ammi ke liye", []string{"other"}},
		{"bn", "আমার মা", []string{"other"}}, {"zh-Hans", "我妈妈", []string{"other"}},
		{"en", "me and my wife", nil}, {"en", "i live with my mum", nil}, {"en", "not my mum", nil},
		{"en", "45", []string{"adult"}}, {"en", "im 70", []string{"older"}}, {"en", "Someone else", []string{"other"}},
	} {
		if got := r.Read(tc.lang, who, choices, tc.text).Answer.Value.IDs; !slices.Equal(got, tc.want) {
			t.Errorf("%s %q: %v, want %v", tc.lang, tc.text, got, tc.want)
		}
	}
}

// Nobody's own age, and no line of the menu, is taken for another person, in
// any language.
func TestNobodysOwnAgeIsAnothers(t *testing.T) {
	t.Parallel()
	r := reader(t)
	src, err := os.ReadFile("testdata/answers.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	ages := 0
	for line := range strings.Lines(string(src)) {
		var a struct {
			Question, Lang, Text string
			Want                 any
		}
		if json.Unmarshal([]byte(line), &a) != nil || a.Question != "age" || a.Want == "unclear" {
			continue
		}
		ages++
		if got := r.Read(a.Lang, who, nil, a.Text).Answer.Value.IDs; slices.Contains(got, "other") {
			t.Errorf("%s %q: %v", a.Lang, a.Text, got)
		}
	}
	if ages < 20 {
		t.Fatalf("only %d ages", ages)
	}
	c, err := locales.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Languages() {
		texts := maps.Collect(l.Texts())
		for _, key := range []string{"who.adult", "who.older", "who.young"} {
			text := texts[key]
			if got := r.Read(l.Tag, who, nil, text).Answer.Value.IDs; slices.Contains(got, "other") {
				t.Errorf("%s %q: %v", l.Tag, text, got)
			}
		}
	}
}
