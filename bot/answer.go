package bot

import (
	"slices"
	"strings"
	"unicode"
)

// agrees tells whether a state is the question about agreement.
func (t *turn) agrees(s *State) bool { return s.Name == t.f.Agree || s.Save == "agreement" }

// answer tries a text on the question that stands open.
func (t *turn) answer(quick bool) error {
	a := t.p.Asked
	if a == nil && t.p.Resume != nil {
		t.again()
		return nil
	}
	if a == nil {
		// Nothing is open: a flow that ended without a referral begins again.
		if s := t.f.States[t.p.State]; t.p.State == "" || s == nil || s.End() {
			t.restart()
			t.keepWords()
			return t.begin()
		}
		return t.nearest()
	}
	u := t.ev.Understood
	if own(a.State) {
		return t.ownAnswer(a)
	}
	s := t.f.States[a.State]
	if s == nil || s.Dropped {
		t.keepWords()
		return t.nearest()
	}
	t.keepWords()
	if u.More && t.more(s, a) {
		return nil
	}
	if u.Question != "" && u.Answer.Kind == AnswerUnclear {
		t.question(u.Question)
		return nil
	}
	if u.Answer.Kind == AnswerUnclear && t.p.Learns() && u.LangSure && !u.Spoken && u.Lang != "" {
		return t.unspoken()
	}
	if t.switched && u.Answer.Kind == AnswerUnclear { // they could not read what was asked
		t.because("language " + t.p.Lang)
		t.p.Shown = 0
		return t.begin()
	}
	if t.continues(a, quick) {
		t.join()
		t.offer()
		return nil
	}
	switch u.Answer.Kind {
	case AnswerUnclear:
		t.offer()
		return t.unclear(s)
	case AnswerRefused:
		return t.skip(s)
	}
	t.offer()
	return t.take(s, u.Answer)
}

// wordy tells whether a text is more than a number.
func wordy(w Words) bool { return strings.ContainsFunc(w.Raw(), unicode.IsLetter) }

// words counts the words of a text.
func words(w Words) int { return len(strings.Fields(w.Raw())) }

// continues tells whether a text that came right behind another is its second
// half. One that came before the question went out is, if it may be. One that
// came behind the question answers it if it can: who reads fast and writes
// little is heard; more than two words where any words do are a story going on.
// One that does not answer it is kept without a second "sorry", or as the story
// behind a greeting, once: whoever goes on, or wrote little, is told that they
// were not understood and never left with silence.
func (t *turn) continues(a *Asked, quick bool) bool {
	u := t.ev.Understood
	switch {
	case !quick && !t.ev.Unseen:
		return false
	case u.Answer.Kind == AnswerUnclear:
		return t.ev.Unseen || t.ownWords(a) || t.behind && (t.p.Unclear > 0 || words(t.ev.In.Text) > 2)
	case !wordy(t.ev.In.Text) || !t.ownWords(a):
		return false
	}
	return t.ev.Unseen || a.Kind == AskText && words(u.Answer.Value.Text) > 2
}

// ownWords tells whether the answer before the open question was given in
// somebody's own words, so that more words may belong to it.
func (t *turn) ownWords(a *Asked) bool {
	v, _, ok := t.lastWords()
	return ok && !v.Skipped && wordy(v.Typed) && a.State != t.f.Agree
}

// lastWords finds the answer to the question before the open one, where it
// takes words of one's own.
func (t *turn) lastWords() (Value, string, bool) {
	for _, name := range slices.Backward(t.p.Path) {
		s := t.f.States[name]
		if s == nil || s.Save == "" || t.p.Asked != nil && t.p.Asked.State == name {
			continue
		}
		if s.Ask != AskMany && s.Ask != AskText && s.Ask != AskContact {
			return Value{}, "", false
		}
		v, ok := t.p.Answer(s.Save)
		return v, s.Save, ok
	}
	return Value{}, "", false
}

// join adds a text that came right behind another to the last answer in
// somebody's own words; where there is none the words are kept all the same,
// and nobody is told sorry for the second half of a sentence.
func (t *turn) join() {
	t.because("joined the text before")
	if v, slot, ok := t.lastWords(); ok && !v.Skipped {
		v.Typed += "\n" + t.ev.In.Text
		if v.Text != "" {
			v.Text += "\n" + t.ev.In.Text
		}
		for _, id := range t.ev.Understood.Offered[slot].IDs {
			if !slices.Contains(v.IDs, id) {
				v.IDs = append(slices.Clone(v.IDs), id)
			}
		}
		t.p.put(slot, v, false)
	}
}

// take stores an answer and goes on.
func (t *turn) take(s *State, a Answer) error {
	v := a.Value
	if v.Typed == "" {
		v.Typed = t.ev.In.Text
	}
	if t.agrees(s) {
		return t.agreement(s, v)
	}
	if a.Kind == AnswerNone {
		v.IDs = nil
	}
	t.p.put(s.Save, v, s.Append)
	t.ageFollows(s, v)
	if a.Kind == AnswerNone && len(s.On[OnNone]) > 0 {
		return t.follow(s, OnNone)
	}
	return t.follow(s, event(s, v))
}

// ageFollows fills the young people's age question from a typed age.
func (t *turn) ageFollows(s *State, v Value) {
	if v.Number == 0 || s.Save != "who" || v.Number >= 18 {
		return
	}
	id := "16_17"
	switch {
	case v.Number < 13:
		id = "under_13"
	case v.Number < 16:
		id = "13_15"
	}
	if t.p.Offered == nil {
		t.p.Offered = map[string]Value{}
	}
	delete(t.p.Answers, "young_age")
	t.p.Offered["young_age"] = Value{IDs: []string{id}, Number: v.Number, Typed: v.Typed}
}

// agreement stores what was shown and what was answered to it.
func (t *turn) agreement(s *State, v Value) error {
	id := ""
	if len(v.IDs) > 0 {
		id = v.IDs[0]
	}
	if id == "yes" || id == "no" {
		t.p.Agreement = &Agreement{
			Given: id == "yes", Version: agreementVersion(t.f, s), Lang: t.p.Asked.Lang,
			Reply: t.ev.In.Text, At: t.ev.At,
		}
		t.timer("forget", zeroTime)
	}
	if id == "yes" {
		t.p.Agreement.Scope = []string{"contact_me", "link_worker_team"}
	}
	t.renew()
	return t.follow(s, id)
}

// unclear asks again once, kindly; after two unclear answers the question
// lets go, so that nobody is held in a loop.
func (t *turn) unclear(s *State) error {
	t.p.Unclear++
	t.because("unclear")
	if t.p.Unclear < 2 && t.p.Shown < 3 {
		t.unclearAgain()
		return nil
	}
	if t.agrees(s) {
		// No agreement can be read into words nobody understood: a person
		// answers, and nothing but the wish for one is passed on.
		return t.person(ReasonUnreadable)
	}
	t.p.Missed = append(t.p.Missed, s.Name)
	t.lead = "let_go"
	err := t.skip(s)
	t.lead = ""
	return err
}

// skip passes a question over. Where an answer is needed for safety, a skip
// counts as the careful one; there is no going round agreement.
func (t *turn) skip(s *State) error {
	if t.agrees(s) {
		t.p.Unclear++
		if t.p.Unclear >= 2 || t.p.Shown >= 3 {
			return t.person(ReasonUnreadable)
		}
		t.lead = "must_answer"
		t.again()
		t.lead = ""
		return nil
	}
	if s.Must {
		return t.take(s, Answer{Kind: AnswerValue, Value: Value{IDs: []string{s.Else}, Typed: t.ev.In.Text, Skipped: true}})
	}
	t.p.put(s.Save, Value{Skipped: true, Typed: t.ev.In.Text}, s.Append)
	return t.follow(s, event(s, Value{Skipped: true}))
}
