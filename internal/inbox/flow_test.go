package inbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/sms"
)

func TestAFinishedSelfReferralKeepsItsBudget(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run(referred)
	segments := 0
	for _, text := range texts(w.store.all) {
		segments += sms.Count(text).Segments
	}
	if w.n > 8 || segments > 10 {
		t.Errorf("%d texts from the resident, %d segments sent", w.n, segments)
	}
}

func TestALongFirstTextLeavesLittleToAsk(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{
		{"Hi im Chantelle, 29, E6, 2 kids on UC, flat full of mould, pls text not call i work nights", "Can we keep"},
		{"yes", "Is it safe"},
		{"1", "Your number is"},
	})
	got := strings.Join(texts(w.store.all), "\n")
	for _, want := range []string{"Chantelle", "E6", "no calls"} {
		if !strings.Contains(got, want) {
			t.Errorf("the read-back lacks %q:\n%s", want, got)
		}
	}
	if w.n > 4 {
		t.Errorf("%d texts", w.n)
	}
}

func TestTheReadBackShowsLabelsNotNumbers(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run(referred[:len(referred)-1])
	got := strings.Join(w.say("2 4"), "\n")
	if want := "We have: Amina, IG11. Help with: Money and Lonely or low. Contact: Call, evening and A woman please. Not right? Text CHANGE."; !strings.Contains(got, want) {
		t.Errorf("want %q in\n%s", want, got)
	}
}

func TestTheReadBackStaysOffASharedPhone(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"1", "safe"}, {"2", "What would"}, {"1", "call you"}, {"Amina", "Where"}, {"ig11", "How should"}, {"3", "Your number"}})
	for _, text := range texts(w.store.all) {
		if strings.Contains(text, "Amina") {
			t.Errorf("shown on a phone that others read: %q", text)
		}
	}
}

func TestChangesOfMind(t *testing.T) {
	t.Parallel()
	tests := map[string][]line{
		"back over several questions": append(slices.Clone(toNeeds), []line{
			{"1", "What can we call you"}, {"Amina", "Where do you live"}, {"back", "What can we call you"}, {"back", "What would help"},
			{"2", "What can we call you"}, {"Bea", "Where do you live"}}...),
		"back at the first question": {{"hello", "Can we keep"}, {"back", "This is the first question.\nCan we keep"}},
		"skip":                       append(slices.Clone(toNeeds), []line{{"skip", "What can we call you"}, {"skip", "Where"}, {"skip", "How should"}, {"skip", "not said, not said. Help with: not said"}}...),
		"agreement is not skipped":   {{"hello", "Can we keep"}, {"skip", "We need a yes or a no for this one.\nCan we keep"}, {"1", "Who"}},
		"safe is not skipped":        {{"hello", "Can we keep"}, {"1", "Who"}, {"1", "safe"}, {"skip", "What would help"}},
		"change and go on": append(slices.Clone(toNeeds), []line{
			{"1", "What can we call you"}, {"Amina", "Where do you live"}, {"change", "4 Name"}, {"4", "What can we call you"}, {"Bea", "Thank you. We have changed it.\nWhere do you live"},
			{"ig11", "How should"}, {"3", "We have: Bea, IG11"}}...),
		"change opens a branch": append(slices.Clone(toNeeds), []line{{"change", "1 Who needs help"}, {"1", "Who needs help?"}, {"3", "We have changed it.\nHow old are you?"}, {"3", "Childline"}}...),
		"change after it is in": append(slices.Clone(referred), []line{{"change", "5 Area"}, {"5", "Where do you live"}, {"E6", "Thank you. We have changed it."}}...),
		"nothing to change":     {{"hello", "Can we keep"}, {"change", "There is nothing to change yet.\nCan we keep"}},
		"start again":           append(slices.Clone(toNeeds), []line{{"start again", "Who needs help?"}, {"2", "safe"}}...),
		"tell me more":          {{"hello", "9 Tell me more"}, {"9", "A link worker is a person"}, {"1", "Who"}},
		"a question back":       {{"hello", "Can we keep"}, {"is it free?", "Yes, it is free"}, {"1", "Who needs help?"}, {"are you a robot?", "come from a computer"}, {"1", "safe"}},
		"privacy goes on":       {{"hello", "Can we keep"}, {"privacy", "Example Charity keeps"}, {"1", "Who"}},
		"help in the middle":    append(slices.Clone(toNeeds), line{"how does this work", "STOP to stop"}, line{"1", "call you"}),
	}
	for name, lines := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newTalk(t, nil).run(lines)
		})
	}
}

func TestUnclearLetsGoAfterTwo(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"purple", "Sorry, we did not understand.\nWho needs help?"}, {"purple", "we leave that one"}})
	c := w.conversation()
	if got := c.Persons[0].Missed; !slices.Contains(got, "who") {
		t.Errorf("missed: %q", got)
	}
	v := newTalk(t, nil)
	v.run([]line{{"hello", "Can we keep"}, {"purple", "Sorry, we did not understand.\nCan we keep"}, {"purple", "A person will read your message"}})
	r := v.effects(0)
	if !slices.Contains(kinds(r), "refer") {
		t.Error("nobody is told of an agreement that could not be read")
	}
	for _, e := range r {
		if e.Referral != nil && e.Referral.Handover != nil && len(e.Referral.Handover.Said) > 0 {
			t.Error("words from before any agreement are in the referral")
		}
	}
}

// TestNothingIsAskedForEver sends the same useless text again and again in
// every state: every question is put three times at most. What somebody asks
// for is another matter: TestAQuestionBackNeverLosesTheOpenOne.
func TestNothingIsAskedForEver(t *testing.T) {
	t.Parallel()
	for _, useless := range []string{"purple monkey dishwasher", "...", "what can you do"} {
		for n := 1; n < len(referred); n++ {
			w := newTalk(t, nil)
			w.run(referred[:n])
			shown := map[string]int{}
			for range 12 {
				w.say(useless)
				for _, e := range w.store.last.Entries[bot.LaneReply] {
					shown[e.Key]++
				}
			}
			for _, key := range []string{"agreement", "who", "safe", "needs", "name", "place", "contact"} {
				if shown[key] > 3 {
					t.Errorf("%q after %d steps: %s was asked %d times more", useless, n, key, shown[key])
				}
			}
		}
	}
}

func TestARefusalKeepsNothingElse(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{{"Hi im Chantelle, 29, E6, flat full of mould, money", "Can we keep"}, {"2", "We keep nothing but your no"}})
	p := w.conversation().Persons[0]
	if len(p.Said)+len(p.Offered)+len(p.Answers) > 0 {
		t.Errorf("kept: %v %v %v", p.Said, p.Offered, p.Answers)
	}
	if p.Agreement == nil || p.Agreement.Given || p.Agreement.Reply.Raw() != "2" || p.Agreement.Lang != "en" || p.Agreement.Version != "self-referral/1/agreement" {
		t.Errorf("the refusal: %+v", p.Agreement)
	}
	w.run([]line{{"0", "person"}})
	if !slices.Contains(kinds(w.effects(0)), "refer") {
		t.Error("no way to a person after a no")
	}
	v := newTalk(t, nil)
	v.run([]line{{"hello", "Can we keep"}, {"2", "nothing but your no"}})
	v.pass(200 * 24 * time.Hour)
	if p := v.conversation().Persons; len(p) != 1 || p[0].Agreement != nil {
		t.Errorf("the refusal outlives its retention: %+v", p)
	}
}

func TestOfferedAnswersGoAfterADayWithoutAgreement(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{{"Hi im Chantelle, 29, E6, flat full of mould, no money", "Can we keep"}})
	if len(w.conversation().Persons[0].Offered) == 0 {
		t.Fatal("nothing was offered")
	}
	if got := w.pass(25 * time.Hour); len(got) != 0 {
		t.Errorf("reminded before agreement: %q", got)
	}
	p := w.conversation().Persons[0]
	if len(p.Offered)+len(p.Said) > 0 {
		t.Errorf("kept: %v %v", p.Offered, p.Said)
	}
}

func TestYoungPeople(t *testing.T) {
	t.Parallel()
	t.Run("under 13", func(t *testing.T) {
		t.Parallel()
		w := newTalk(t, nil)
		w.run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"3", "How old"}, {"1", "Childline, free: 0800 1111. We did not keep your answers"}})
		p := w.conversation().Persons[0]
		if len(p.Said)+len(p.Answers) > 0 || p.Agreement != nil {
			t.Errorf("kept: %+v", p)
		}
		e := w.effects(0)
		if i := slices.IndexFunc(e, func(e bot.Entry) bool { return e.Alert != nil && e.Alert.Label == "notice" }); i < 0 {
			t.Error("the lead is not told")
		} else if e[i].Alert.Said != "" {
			t.Error("the notice has words")
		}
		w.pass(73 * time.Hour)
		if got := w.conversation().Persons[0].State; got != "" {
			t.Errorf("after 72 hours the conversation still stands at %q", got)
		}
	})
	t.Run("a typed age", func(t *testing.T) {
		t.Parallel()
		newTalk(t, nil).run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"11", "We did not keep your answers"}})
	})
	t.Run("with workers of their own", func(t *testing.T) {
		t.Parallel()
		w := newTalk(t, func(p *bot.Programme) { p.YoungOwn = true })
		w.run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"3", "How old"}, {"2", "worker for young people"}, {"1", "What would help"}, {"1", "call you"}, {"Sam", "Where"}, {"E6", "How"}, {"3", "Your number"}})
		e := w.effects(0)
		i := slices.IndexFunc(e, func(e bot.Entry) bool { return e.Kind == bot.EntryRefer })
		if i < 0 || !e[i].Referral.Card.Young || e[i].Referral.Card.AgeBand != "13-15" {
			t.Errorf("card: %+v", e)
		}
	})
	t.Run("without", func(t *testing.T) {
		t.Parallel()
		w := newTalk(t, nil)
		w.run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"16", "For under 18s: call Childline"}})
		if !slices.Contains(kinds(w.effects(0)), "refer") {
			t.Error("no worker is told")
		}
	})
}

func TestSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{
		{"hello", "Can we keep"}, {"1", "Who"}, {"4", "Do they know"}, {"1", "What is their first name"}, {"Rosa", "What is their phone number"}, {"same", "text this phone about them"},
		{"1", "help them most"}, {"1", "Where do they live"}, {"ig11", "contact them"}, {"1", "The number is"},
	})
	got := strings.Join(texts(w.store.all), "\n")
	if !strings.Contains(got, "We have for them: Rosa, IG11") {
		t.Errorf("read-back:\n%s", got)
	}
	e := w.effects(0)
	r := e[slices.IndexFunc(e, func(e bot.Entry) bool { return e.Kind == bot.EntryRefer })].Referral
	if !slices.Contains(r.Card.Flags, "second_hand") || r.Handover.Name.Raw() != "Rosa" {
		t.Errorf("referral: %+v", r.Card)
	}
	v := newTalk(t, nil)
	v.run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"4", "Do they know"}, {"3", "safe for us to text this phone?"}, {"2", "Please do not send us their details"}})
	e = v.effects(0)
	r = e[slices.IndexFunc(e, func(e bot.Entry) bool { return e.Kind == bot.EntryRefer })].Referral
	if r.Handover.Name != "" || r.Handover.Phone != "" {
		t.Error("details of somebody who did not agree")
	}
}

func TestTwoTextsInARow(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run(toNeeds)
	w.say("my flat is full of mould")
	if got := w.saySoon("and there is no heating since october"); len(got) != 0 {
		t.Errorf("the second half was answered: %q", got)
	}
	p := w.conversation().Persons[0]
	v, _ := p.Answer("needs")
	if !strings.Contains(v.Typed.Raw(), "no heating") {
		t.Errorf("the second half is not in the answer: %q", v.Typed.Raw())
	}
	if _, named := p.Answer("name"); named {
		t.Error("the second half became a name")
	}
	w.run([]line{{"Amina", "Where"}})
	u := newTalk(t, nil)
	u.say("hello")
	if got := u.saySoon("can you please do something about it"); len(got) != 0 {
		t.Errorf("a second sorry: %q", got)
	}
	for _, again := range []string{"is anybody there reading this", "blah"} {
		u.pass(time.Second)
		if got := u.saySoon(again); len(got) > 0 {
			if !strings.Contains(got[0], "Can we keep") {
				t.Errorf("%q is answered with %q", again, got)
			}
			return
		}
	}
	t.Error("whoever writes fast is left with silence")
}

// A resident who reads fast and writes little is told at once that they were
// not understood; right behind that there is no second sorry.
func TestAFastUnclearAnswerIsNotLeftInSilence(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.say("hello")
	w.pass(time.Second)
	if got := w.saySoon("banana"); len(got) != 1 || !strings.Contains(got[0], "Can we keep") {
		t.Errorf("a fast unclear answer is answered with %q", got)
	}
	w.pass(time.Second)
	if got := w.saySoon("sorry"); len(got) != 0 {
		t.Errorf("a second sorry: %q", got)
	}
	w.pass(time.Second)
	if got := w.saySoon("1"); len(got) != 1 || !strings.Contains(got[0], "Who needs help") {
		t.Errorf("the answer behind it is answered with %q", got)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	t.Run("nudged once, then unfinished", func(t *testing.T) {
		t.Parallel()
		w := newTalk(t, nil)
		w.run(toNeeds)
		got := w.pass(72 * time.Hour)
		if len(got) != 1 || !strings.Contains(got[0], "go on with our chat") {
			t.Errorf("reminders: %q", got)
		}
		e := w.effects(0)
		i := slices.IndexFunc(e, func(e bot.Entry) bool { return e.Kind == bot.EntryRefer })
		if i < 0 || e[i].Referral.Reason != bot.ReasonUnfinished {
			t.Fatalf("no unfinished referral: %q", kinds(e))
		}
		w.run([]line{{"1 4", "What can we call you"}, {"Amina", "Where"}, {"ig11", "How should"}, {"3", "Your number is"}})
		e = w.effects(0)
		last := e[len(e)-1]
		if last.Kind != bot.EntryRaise || last.Referral.Reason != bot.ReasonSelf || last.Referral.Card.Initials != "A" {
			t.Errorf("the late end: %q %+v", last.Kind, last.Referral)
		}
	})
	t.Run("never before agreement", func(t *testing.T) {
		t.Parallel()
		w := newTalk(t, nil)
		w.run([]line{{"hello", "Can we keep"}})
		if got := w.pass(10 * 24 * time.Hour); len(got) != 0 {
			t.Errorf("got %q", got)
		}
	})
	t.Run("never on a phone that others read", func(t *testing.T) {
		t.Parallel()
		w := newTalk(t, nil)
		w.run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"1", "safe"}, {"2", "What would"}})
		if got := w.pass(10 * 24 * time.Hour); len(got) != 0 {
			t.Errorf("got %q", got)
		}
	})
	t.Run("in the daytime only", func(t *testing.T) {
		t.Parallel()
		w := newTalk(t, nil)
		w.now = time.Date(2026, 11, 24, 21, 30, 0, 0, time.UTC)
		w.run(toNeeds)
		if got := w.pass(9 * time.Hour); len(got) != 0 {
			t.Errorf("at night: %q", got)
		}
		if got := w.pass(6 * time.Hour); len(got) != 1 {
			t.Errorf("in the morning: %q", got)
		}
	})
	t.Run("resumes after days", func(t *testing.T) {
		t.Parallel()
		w := newTalk(t, nil)
		w.run([]line{{"hello", "Can we keep"}})
		w.pass(5 * 24 * time.Hour)
		w.run([]line{{"yes", "Who needs help?"}, {"1", "safe"}})
	})
}

func TestTwoPeopleOnOnePhone(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{{"hello", "Can we keep"}, {"1", "Who"}, {"1", "safe"}, {"2", "What would"}, {"1", "call you"}, {"Amina", "Where"}, {"ig11", "How should"}, {"3", "Your number is BDD-2001"}})
	w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
	w.event(bot.Event{Kind: bot.EventFreed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 2})
	w.pass(45 * time.Minute)
	w.run([]line{{"hello there", "Who is texting?"}, {"2", "Hello, this is Linkline"}})
	before := len(w.store.all)
	w.run([]line{{"1", "Who needs help?"}, {"2", "safe"}, {"1", "What would"}, {"3", "call you"}, {"Bea", "Where"}, {"E6", "How should"}, {"1", "Your number is BDD-2002"}})
	for _, text := range texts(w.store.all[before:]) {
		if strings.Contains(text, "Amina") || strings.Contains(text, "2001") {
			t.Errorf("something of the first was shown to the second: %q", text)
		}
	}
	if c := w.conversation(); c.Terms != bot.TermsShared {
		t.Errorf("two people, and yet the phone counts as %q", c.Terms)
	}
	// Both are claimed, each by their own worker; fences are each referral's own.
	if r := w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 3}); strings.HasPrefix(r, "refused") {
		t.Errorf("first claim: %s", r)
	}
	if r := w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2002", Worker: "U0BBBBBBB", Fence: 1}); strings.HasPrefix(r, "refused") {
		t.Errorf("second claim: %s", r)
	}
	// Bea wrote last: what is meant for Amina must not reach her.
	if r := w.event(bot.Event{Kind: bot.EventReply, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 3, Text: "Hello Amina"}); r != "refused:terms" {
		t.Errorf("words for Amina while Bea holds the phone: %q", r)
	}
	if r := w.event(bot.Event{Kind: bot.EventReply, Ref: "BDD-2002", Worker: "U0BBBBBBB", Fence: 1, Text: "Hello Bea"}); strings.HasPrefix(r, "refused") {
		t.Errorf("words for Bea: %q", r)
	}
	w.event(bot.Event{Kind: bot.EventFreed, Ref: "BDD-2002", Worker: "U0BBBBBBB", Fence: 2})
	w.pass(40 * time.Minute)
	w.run([]line{{"is anybody there", "Who is texting?"}, {"1", "What name did you give us?"}, {"amina", "-"}})
	e := w.effects(len(w.store.all) - 1)
	if len(e) == 0 || e[0].Ref != "BDD-2001" || e[0].Note.Text.Raw() != "is anybody there" {
		t.Errorf("Amina's words went to %+v", e)
	}
}

func TestASecondReferralCanBeClaimed(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run(referred)
	w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
	w.event(bot.Event{Kind: bot.EventClosed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 2, Code: "goals_met"})
	w.run([]line{{"hello again", "Who needs help?"}, {"1", "safe"}, {"1", "What would"}, {"1", "call you"}, {"Amina", "Where"}, {"ig11", "How should"}, {"3", "Your number is BDD-2002"}})
	if r := w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2002", Worker: "U0BBBBBBB", Fence: 1}); strings.HasPrefix(r, "refused") {
		t.Errorf("the queue counts fences per referral, and yet: %s", r)
	}
}

func TestWrongNumber(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run(referred)
	w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
	before := len(w.store.all)
	w.run([]line{{"wrong number", "No problem. Sorry, wrong number."}})
	if k := kinds(w.effects(before)); !slices.Contains(k, "note:wrong") {
		t.Errorf("the holder is not told: %q", k)
	}
	if r := w.event(bot.Event{Kind: bot.EventReply, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1, Text: "Hello Amina"}); r != "refused:terms" {
		t.Errorf("a reply after wrong number: %q", r)
	}
	w.run([]line{{"hello?", "Who is texting?"}, {"1", "-"}})
	if c := w.conversation(); c.Terms != bot.TermsAny || len(c.Persons[0].Answers) == 0 {
		t.Errorf("after all the same person: %q, %d answers", c.Terms, len(c.Persons[0].Answers))
	}
}

func TestStopAndStart(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run(toNeeds)
	w.run([]line{{"leave me alone", "We will not text you again"}, {"leave me alone", "-"}, {"ok", "-"}, {"1", "-"}})
	if w.refs != 0 {
		t.Error("a stray text after STOP made a referral")
	}
	if got := w.pass(3 * time.Hour); len(got) != 0 {
		t.Errorf("sent after STOP: %q", got)
	}
	w.run([]line{{"resume", "Welcome back. We will text you again.\nWhat would help most"}, {"1", "call you"}})
	v := newTalk(t, nil)
	v.run(toNeeds)
	v.run([]line{{"STOP", "-"}, {"please", "-"}, {"START", "-"}, {"1", "call you"}}) // Twilio answers its own words
	u := newTalk(t, nil)
	u.run([]line{{"hello", "Can we keep"}, {"STOP", "-"}, {"yes", "Welcome back"}, {"yes", "Who needs help?"}})
}

func TestMediaInEveryState(t *testing.T) {
	t.Parallel()
	for n := range len(referred) + 1 {
		w := newTalk(t, nil)
		w.run(referred[:n])
		in := w.in("")
		in.Kind, in.Media = bot.KindMedia, []bot.Media{{ContentType: "audio/ogg"}}
		got := strings.Join(w.send(in), "\n")
		if !strings.Contains(got, "cannot open pictures or voice messages") {
			t.Errorf("after %d steps: %q", n, got)
		}
		if n == len(referred) && !slices.Contains(kinds(w.effects(len(w.store.all)-1)), "note:media") {
			t.Error("the worker is not told")
		}
		if n < len(referred) {
			w.run(referred[n : n+1]) // and it goes on as if nothing had happened
		}
	}
	w := newTalk(t, nil)
	w.run([]line{{"", "Your message was empty"}})
}

func TestPracticeOutlivesNothing(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{{"TRY PIANO", "This is practice"}, {"1", "Who"}, {"1", "safe"}, {"1", "What would"}, {"1", "call you"}, {"Amina", "Where"}})
	w.run([]line{{"0", "no person is asked"}, {"ig11", "How should"}, {"3", "This was practice"}})
	if k := kinds(w.effects(0)); slices.Contains(k, "refer") || slices.Contains(k, "raise") {
		t.Errorf("effects: %q", k)
	}
	if strings.Contains(string(w.store.state), "Amina") || w.refs != 0 {
		t.Error("something outlives a practice")
	}
	v := newTalk(t, nil)
	v.run([]line{{"TRY PIANO", "This is practice"}, {"i want to kill myself", "116 123"}})
	if k := kinds(v.effects(0)); !slices.Contains(k, "alert") || slices.Contains(k, "refer") {
		t.Errorf("danger in practice: %q", k)
	}
	v.pass(2 * time.Hour)
	if p := v.conversation().Persons; len(p) != 1 || p[0].Practice || len(p[0].Said) > 0 {
		t.Errorf("an hour later: %+v", p)
	}
	u := newTalk(t, nil)
	u.run(referred)
	u.run([]line{{"TRY PIANO", "This is practice"}, {"1", "Who"}})
	u.pass(2 * time.Hour)
	u.run([]line{{"hello", "-"}})
	if c := u.conversation(); len(c.Persons) != 1 || c.Persons[0].Referred != "BDD-2001" {
		t.Errorf("the organiser's own referral: %+v", c.Persons)
	}
}

func TestDeletion(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run([]line{{"my name is Amina and i need help with money", "Can we keep"}, {"delete", "What you sent us is deleted"}})
	if strings.Contains(string(w.store.state), "Amina") {
		t.Error("the words are still there")
	}
	v := newTalk(t, nil)
	v.run(referred)
	v.run([]line{{"delete my data", "To cancel text NO"}, {"no", "We will keep what you told us"}})
	if k := kinds(v.effects(0)); !slices.Contains(k, "note:delete") || !slices.Contains(k, "note:cancelled") {
		t.Errorf("effects: %q", k)
	}
	v.run([]line{{"delete", "To cancel text NO"}})
	v.event(bot.Event{Kind: bot.EventErased, Ref: "BDD-2001"})
	if strings.Contains(string(v.store.state), "Amina") {
		t.Error("still there after it was erased")
	}
	if got := texts(v.store.all[len(v.store.all)-1:]); len(got) != 1 || got[0] != "Hello, this is Linkline. What you asked us to do is done." {
		t.Errorf("receipt: %q", got)
	}
}

func TestHomeOffice(t *testing.T) {
	t.Parallel()
	ask := func(w *talk) string {
		w.run([]line{{"hello", "Can we keep"}, {"will you tell the home office", "Can we keep"}})
		return w.store.last.Entries[bot.LaneReply][0].Key
	}
	if got := ask(newTalk(t, nil)); got != "home_office_person" {
		t.Errorf("nothing approved: %s", got)
	}
	if got := ask(newTalk(t, func(p *bot.Programme) { p.HomeOffice = "home_office" })); got != "home_office" {
		t.Errorf("approved: %s", got)
	}
}
