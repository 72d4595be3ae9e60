package inbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linkline/bot"
)

const cry = "i want to kill myself"

// TestACryIsAnsweredFirstEverywhere cries for help in every state of the flow,
// and in those that stand beside it.
func TestACryIsAnsweredFirstEverywhere(t *testing.T) {
	t.Parallel()
	states := map[string]func(*talk){
		"first of all": func(*talk) {},
		"opted out":    func(w *talk) { w.run(toNeeds); w.run([]line{{"STOP", "-"}}) },
		"held": func(w *talk) {
			w.run(referred)
			w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
		},
		"closed": func(w *talk) {
			w.run(referred)
			w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
			w.event(bot.Event{Kind: bot.EventClosed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 2, Code: "goals_met"})
		},
		"lent": func(w *talk) {
			w.run(referred)
			w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
			w.event(bot.Event{Kind: bot.EventLend, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1, Code: "ons4"})
		},
		"declined":     func(w *talk) { w.run([]line{{"hello", "Can we keep"}, {"2", "nothing but your no"}}) },
		"changing":     func(w *talk) { w.run(toNeeds); w.run([]line{{"change", "What would you like"}}) },
		"wrong number": func(w *talk) { w.run(referred); w.run([]line{{"wrong number", "No problem"}}) },
		"who is it": func(w *talk) {
			w.run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"1", "safe"}, {"2", "What would"}})
			w.pass(time.Hour)
			w.run([]line{{"hello", "Who is texting?"}})
		},
	}
	for n := range referred {
		states["after step "+referred[n].say+" "+string(rune('a'+n))] = func(w *talk) { w.run(referred[:n+1]) }
	}
	for name, walk := range states {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTalk(t, nil)
			walk(w)
			before := len(w.store.all)
			got := w.say(cry)
			if len(got) != 1 || !strings.Contains(got[0], "116 123") {
				t.Errorf("answered %q", got)
			}
			if n := len(w.store.last.Entries[bot.LaneSafety]); n != 1 {
				t.Errorf("%d texts in the safety lane", n)
			}
			k := kinds(w.effects(before))
			if !slices.Contains(k, "alert") || !slices.Contains(k, "refer") && !slices.Contains(k, "raise") {
				t.Errorf("effects %q", k)
			}
		})
	}
}

func TestAStopInACryStillStops(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{{"hello", "Can we keep"}, {"stop i want to die", "116 123"}})
	if k := kinds(w.effects(1)); !slices.Contains(k, "alert") {
		t.Errorf("effects %q", k)
	}
}

func TestTheOpenQuestionIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run(toNeeds)
	w.run([]line{{cry, "116 123"}, {"1 4", "What can we call you"}})
	v := newTalk(t, nil)
	v.run(toNeeds)
	v.run([]line{{"1", "call you"}, {cry, "116 123"}, {"please help me", "What can we call you"}, {"Amina", "Where"}})
	if a, ok := v.conversation().Persons[0].Answer("name"); !ok || a.Text.Raw() != "Amina" {
		t.Errorf("the name is %q", a.Text.Raw())
	}
}

func TestAbuseHintsAtNothing(t *testing.T) {
	t.Parallel()
	const hit = "my husband hits me"
	w := newTalk(t, nil)
	w.run([]line{{"hello", "Can we keep"}, {hit, "Is now a good time to talk?"}})
	if got := w.store.last.Entries[bot.LaneSafety][0].Text.Raw(); strings.Contains(got, "0808") || strings.Contains(strings.ToLower(got), "abuse") || strings.Contains(got, "husband") {
		t.Errorf("hints: %q", got)
	}
	w.run([]line{{"2", "-"}})
	v := newTalk(t, nil)
	v.run([]line{{"hello", "Can we keep"}, {hit, "good time"}, {"yes", "0808 2000 247"}})
	u := newTalk(t, nil)
	u.run([]line{{"hello", "Can we keep"}, {hit, "good time"}})
	u.pass(2 * time.Hour)
	if got := strings.Join(u.say("yes"), "\n"); strings.Contains(got, "0808") {
		t.Errorf("a yes two hours later brought the helpline: %q", got)
	}
	// A page and a button say nothing on a phone that somebody else may hold.
	x := newTalk(t, nil)
	x.run([]line{{"hello", "Can we keep"}, {hit, "good time"}})
	before := len(x.store.all)
	x.event(bot.Event{Kind: bot.EventPaged, Ref: "BDD-2001", Code: bot.PageAccepted})
	x.event(bot.Event{Kind: bot.EventTaken, Ref: "BDD-2001"})
	if got := texts(x.store.all[before:]); len(got) != 0 {
		t.Errorf("unasked: %q", got)
	}
}

func TestWhatIsSaidAfterAPage(t *testing.T) {
	t.Parallel()
	begin := func() *talk {
		w := newTalk(t, nil)
		w.run(toNeeds)
		w.run([]line{{cry, "116 123"}})
		return w
	}
	w := begin()
	w.event(bot.Event{Kind: bot.EventPaged, Ref: "BDD-2001", Code: bot.PageAccepted})
	if got := texts(w.store.all[len(w.store.all)-1:]); len(got) != 2 || got[0] != "We have told our on-call team." || !strings.Contains(got[1], "Are you safe right now?") {
		t.Errorf("accepted: %q", got)
	}
	w.run([]line{{"1", "Thank you. If that changes, call 999"}, {"1 4", "What can we call you"}})
	v := begin()
	v.event(bot.Event{Kind: bot.EventPaged, Ref: "BDD-2001", Code: bot.PageNone})
	if got := texts(v.store.all[len(v.store.all)-1:]); len(got) != 2 || !strings.Contains(got[0], "A person will read your text on") {
		t.Errorf("nobody: %q", got)
	}
	before := len(v.store.all)
	v.run([]line{{"3", "Please call 999 now"}})
	if k := kinds(v.effects(before)); !slices.Contains(k, "note:safe") || !slices.Contains(k, "raise") {
		t.Errorf("not sure: %q", k)
	}
	v.event(bot.Event{Kind: bot.EventTaken, Ref: "BDD-2001"})
	if got := texts(v.store.all[len(v.store.all)-1:]); len(got) != 1 || got[0] != "A person here has read your text." {
		t.Errorf("taken: %q", got)
	}
}

func TestDestitutionNamesTheCouncilWhereItIsKnown(t *testing.T) {
	t.Parallel()
	newTalk(t, nil).run([]line{{"i have nowhere to sleep tonight", "Call the council: 020 7946 0999"}})
	newTalk(t, func(p *bot.Programme) { p.Council = "999" }).run([]line{{"i have nowhere to sleep tonight", "Ask your council for help"}})
}

func TestConcernStandsOnTheCard(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{{"hello", "Can we keep"}, {"i feel hopeless", "Can we keep"}})
	if k := kinds(w.effects(0)); !slices.Contains(k, "alert") {
		t.Errorf("nobody reads it today: %q", k)
	}
	w.run(referred[1:])
	e := w.effects(0)
	r := e[slices.IndexFunc(e, func(e bot.Entry) bool { return e.Kind == bot.EntryRefer })].Referral
	if !slices.Contains(r.Card.Flags, "concern") {
		t.Errorf("flags %q", r.Card.Flags)
	}
}

func TestALentBlockGoesBackToItsHolder(t *testing.T) {
	t.Parallel()
	lend := func() *talk {
		w := newTalk(t, nil)
		w.run(referred)
		w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
		if r := w.event(bot.Event{Kind: bot.EventLend, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1, Code: "ons4"}); strings.HasPrefix(r, "refused") {
			t.Fatal(r)
		}
		return w
	}
	w := lend()
	w.run([]line{{"7", "worthwhile"}, {"0", "happy"}, {"8", "anxious"}, {"2", "That was all"}, {"are you there?", "-"}})
	p := w.conversation().Persons[0]
	if v, ok := p.Answer("ons4_worthwhile"); !ok || v.Number != 0 || v.Skipped {
		t.Errorf("worthwhile: %+v %v", v, ok)
	}
	if p.Owner != "U0AAAAAAA" || p.Lent != "" || p.State != "summary" {
		t.Errorf("afterwards: owner %q, lent %q, state %q", p.Owner, p.Lent, p.State)
	}
	v := lend()
	before := len(v.store.all)
	v.run([]line{{"7", "worthwhile"}, {"i do not want this, can you call me tomorrow", "-"}, {"7", "-"}})
	if k := kinds(v.effects(before)); !slices.Contains(k, "note:lent") || !slices.Contains(k, "relay:text") {
		t.Errorf("effects %q", k)
	}
	u := newTalk(t, nil)
	u.run(referred)
	if r := u.event(bot.Event{Kind: bot.EventLend, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1, Code: "ons4"}); r != "refused:not_yours" {
		t.Errorf("lent by somebody who does not hold it: %q", r)
	}
}
