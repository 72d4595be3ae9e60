package bot

import (
	"slices"
	"strings"
)

// answer tries a text on the question that stands open.
func (t *turn) answer(quick bool) error {
	a := t.p.Asked
	if a == nil {
		// Nothing is open: a flow that ended without a referral begins again.
		if t.p.State == "" || t.f.States[t.p.State] == nil || t.f.States[t.p.State].End() {
			t.restart()
			t.keepWords()
			return t.begin()
		}
		return t.nearest()
	}
	u := t.ev.Understood
	if strings.HasPrefix(a.State, "_") {
		return t.ownAnswer(a)
	}
	s := t.f.States[a.State]
	if s == nil {
		return t.nearest()
	}
	t.keepWords()
	if u.More && s.More != "" {
		t.because("tell me more")
		t.say(EntryFlow, s.More, nil)
		t.reask()
		return nil
	}
	if u.Question != "" && u.Answer.Kind == AnswerUnclear {
		t.because("a question back")
		t.say(EntryFlow, u.Question, nil)
		t.reask()
		return nil
	}
	if quick && u.Answer.Kind == AnswerUnclear {
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

// join adds a text that came right behind another to the last answer in
// somebody's own words; where there is none the words are kept all the same.
func (t *turn) join() {
	t.because("joined the text before")
	for _, name := range slices.Backward(t.p.Path) {
		s := t.f.States[name]
		if s == nil || s.Save == "" {
			continue
		}
		v, ok := t.p.Answer(s.Save)
		if ok && !v.Skipped && (s.Ask == AskMany || s.Ask == AskText || s.Ask == AskContact) {
			v.Typed = v.Typed + "\n" + t.ev.In.Text
			t.p.put(s.Save, v, false)
			return
		}
	}
}

// take stores an answer and goes on.
func (t *turn) take(s *State, a Answer) error {
	v := a.Value
	if v.Typed == "" {
		v.Typed = t.ev.In.Text
	}
	if s.Name == t.f.Agree || s.Save == "agreement" {
		return t.agreement(s, v)
	}
	t.p.put(s.Save, v, s.Append)
	t.ageFollows(s, v)
	event := OnAnswer
	if a.Kind == AnswerNone {
		event = OnNone
	}
	for _, id := range v.IDs {
		if _, ok := s.On[id]; ok {
			event = id
			break
		}
	}
	if len(s.On[event]) == 0 {
		event = OnAnswer
	}
	return t.follow(s, event)
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
		t.c.timer("forget", zeroTime)
	}
	if id == "yes" {
		t.p.Agreement.Scope = []string{"contact_me", "link_worker_team"}
		t.c.timer("retain", t.retain(t.prog.Unfinished))
	}
	return t.follow(s, id)
}

// unclear asks again once, kindly; after two unclear answers the question
// lets go, so that nobody is held in a loop.
func (t *turn) unclear(s *State) error {
	t.p.Unclear++
	t.because("unclear")
	if t.p.Unclear < 2 {
		t.say(EntryFlow, "unclear", nil)
		t.reask()
		return nil
	}
	if s.Name == t.f.Agree || s.Save == "agreement" {
		// No agreement can be read into words nobody understood: a person
		// answers, and nothing but the wish for one is passed on.
		return t.person(ReasonUnreadable)
	}
	t.p.Missed = append(t.p.Missed, s.Name)
	return t.skip(s)
}

// skip passes a question over. Where an answer is needed for safety, a skip
// counts as the careful one.
func (t *turn) skip(s *State) error {
	if s.Name == t.f.Agree || s.Save == "agreement" {
		t.reask()
		return nil
	}
	if s.Must {
		return t.take(s, Answer{Kind: AnswerValue, Value: Value{IDs: []string{s.Else}, Typed: t.ev.In.Text, Skipped: true}})
	}
	t.p.put(s.Save, Value{Skipped: true, Typed: t.ev.In.Text}, s.Append)
	event := OnSkip
	if len(s.On[event]) == 0 {
		event = OnAnswer
	}
	return t.follow(s, event)
}

// ownAnswer takes an answer to one of the engine's own questions.
func (t *turn) ownAnswer(a *Asked) error {
	u := t.ev.Understood
	id := ""
	if len(u.Answer.Value.IDs) > 0 {
		id = u.Answer.Value.IDs[0]
	}
	switch a.State {
	case askLanguage:
		return t.languageChosen(a, id)
	case askWho:
		return t.whoChosen(id)
	case askChange:
		if s := t.f.States[id]; s != nil {
			return t.changeTo(s)
		}
	}
	t.p.Unclear++
	if t.p.Unclear < 2 {
		t.say(EntryFlow, "unclear", nil)
		t.reask()
		return nil
	}
	t.p.Asked = nil
	return t.nearest()
}

// languageChosen goes on in the language that was chosen, by number or name.
func (t *turn) languageChosen(a *Asked, id string) error {
	u := t.ev.Understood
	switch {
	case id != "":
		t.p.Lang = id
	case u.LangName != "" && u.Spoken:
		t.p.Lang = u.LangName
	case u.LangName != "" || u.LangSure && !u.Spoken && u.Lang != "":
		return t.unspoken()
	case u.LangSure && u.Spoken:
		t.p.Lang = u.Lang
	default:
		t.p.Unclear++
		if t.p.Unclear >= 2 {
			return t.unspoken()
		}
		t.reask()
		return nil
	}
	t.p.Asked = nil
	if r := t.p.Resume; r != nil {
		t.p.Resume = nil
		t.p.Asked = r
		t.reask()
		return nil
	}
	if t.p.State != askLanguage && t.p.State != "" {
		t.say(EntryFlow, "language_set", nil)
		return nil
	}
	return t.begin()
}

// whoChosen finds out who holds the phone after a silence.
func (t *turn) whoChosen(id string) error {
	switch id {
	case "person":
		return t.person(ReasonHuman)
	case "new":
		lang := t.p.Lang
		t.c.Persons = append(t.c.Persons, Person{Life: LifeChatting, Lang: lang, LastIn: t.ev.At})
		t.c.Writing = len(t.c.Persons) - 1
		t.p = &t.c.Persons[t.c.Writing]
		t.c.Owner, t.c.OwnRef = OwnerBot, ""
		t.because("somebody else on the same phone")
		return t.begin()
	case "before":
		t.p.Asked = t.p.Resume
		t.p.Resume = nil
		if t.p.Asked == nil {
			return t.nearest()
		}
		t.reask()
		return nil
	}
	t.p.Unclear++
	if t.p.Unclear >= 2 {
		return t.person(ReasonUnreadable)
	}
	t.reask()
	return nil
}
