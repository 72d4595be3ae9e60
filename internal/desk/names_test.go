package desk

import (
	"strings"
	"testing"
	"time"

	"linkline/bot"
	"linkline/flows"

	"github.com/google/go-cmp/cmp"
)

// TestEveryAnswerHasWords: whatever a flow that ships may ask stands in the
// hand-over in a worker's words, never as an id.
func TestEveryAnswerHasWords(t *testing.T) {
	t.Parallel()
	for _, flow := range flows.Names() {
		f, err := flows.Shipped(flow)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range f.Questions() {
			s := f.States[n]
			if stateName(n) == strings.ReplaceAll(n, "_", " ") {
				t.Errorf("%s: the question %s has no name", flow, n)
			}
			if s.Ask == bot.AskContact || n == f.Agree { // kept as ways and times; stands as a fact of its own
				continue
			}
			for _, o := range s.Options {
				if !strings.HasPrefix(o.ID, "@") && optionNames[s.Save][o.ID] == "" {
					t.Errorf("%s: the answer %s to %s has no words", flow, o.ID, n)
				}
			}
		}
	}
}

func TestTheHandoverSpeaksInWords(t *testing.T) {
	t.Parallel()
	seven := 7
	for _, tc := range []struct {
		line bot.Line
		want string
	}{
		{bot.Line{Slot: "who", IDs: []string{"adult"}, Typed: "1"}, "Themselves, 18 to 64"},
		{bot.Line{Slot: "safe", IDs: []string{"mine"}, Typed: "1"}, "Yes, only they read this phone"},
		{bot.Line{Slot: "needs", IDs: []string{"home"}, Offered: true}, "Home (said in passing)"},
		{bot.Line{Slot: "contact", IDs: []string{"text", "no_call", "after|15:30", "no_mon"}}, "Text, no calls, after 15:30, not Mondays"},
		{bot.Line{Slot: "place", Value: "IG11", Typed: "ig11 8he"}, "IG11"},
		{bot.Line{Slot: "place", Typed: "8", Skipped: true}, "Not said"},
		{bot.Line{Slot: "needs", Typed: "my flat is full of mould"}, "my flat is full of mould"},
		{bot.Line{Slot: "baseline_ons4_happy", Number: &seven, Typed: "7"}, "7"},
		{bot.Line{Slot: "borough", IDs: []string{"Barking and Dagenham"}}, "Barking and Dagenham"},
	} {
		if diff := cmp.Diff(tc.want, answer(tc.line)); diff != "" {
			t.Errorf("%s: %s", tc.line.Slot, diff)
		}
	}
	if got := slotName("baseline_ons4_happy"); got != slotNames["ons4_happy"] {
		t.Errorf("within a block: %s", got)
	}
}

func TestTheHandoverBeginsWithThePersonsOwnWords(t *testing.T) {
	t.Parallel()
	d := &Desk{Texts: named{}, Roster: few{}, Now: time.Now}
	r := bot.Referral{Ref: "BDD-2345", Programme: "bdd", Card: bot.Card{Missed: []string{"place"}}, Handover: &bot.Handover{
		Name: "Amina", Lang: "en", Said: []bot.Said{{Text: "damp everywhere"}, {Text: "pls help"}},
		Missed: []string{"place", "other_name", bot.MissedHomeOffice, bot.MissedQuestion}, Promised: time.Date(2026, 12, 8, 9, 0, 0, 0, time.UTC),
	}}
	p := d.handover(r)
	if diff := cmp.Diff([]bot.Part{{Text: "damp everywhere", Quote: true}, {Text: "pls help", Quote: true}}, p.First); diff != "" {
		t.Error(diff)
	}
	facts := map[string]string{}
	asked := ""
	for _, f := range p.Facts {
		facts[f.Label] = f.Value
		if f.Label == "They asked" {
			asked += f.Value
		}
	}
	if facts["Not understood"] != "Area, Name" || !strings.Contains(asked, "Home Office") || !strings.Contains(asked, "how we have their number") {
		t.Errorf("what was not understood: %q; asked: %q", facts["Not understood"], asked)
	}
}

type few struct{ Roster }

func (few) Blocks(string) []string { return nil }

type named struct{ Texts }

func (named) LanguageName(tag string) string { return tag }
func (named) Reviewed(string) bool           { return true }
