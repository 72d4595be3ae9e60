package bot

import "slices"

// The engine's own questions behind a command.
const (
	askLanguage = "_language"
	askChange   = "_change"
	askDelete   = "_delete"
)

// command acts on a word that works in every state. done is false where the
// text should still be tried as an answer.
func (t *turn) command(cmd string) (done bool, err error) {
	t.because("command " + cmd)
	switch cmd {
	case "human":
		return true, t.person(ReasonHuman)
	case "call":
		return true, t.call()
	case "start":
		if t.p.Asked == nil && t.p.Resume == nil {
			return false, nil
		}
		t.goOn()
	case "help":
		if t.p.Asked == nil && t.p.State == "" && t.p.Life == LifeChatting && t.p.Referred == "" {
			return false, nil // "I need help" is how people begin
		}
		t.say(EntryFlow, "help", nil)
		t.goOn()
	case "privacy":
		t.privacy()
		t.goOn()
	case "language":
		return true, t.ask(askLanguage, AskLanguage, t.prog.Languages)
	case "delete":
		return true, t.delete()
	case "wrong":
		t.wrong()
	case "restart":
		t.restart()
		t.keepWords()
		return true, t.begin()
	case "back":
		return true, t.back()
	case "change":
		return true, t.change()
	case "skip":
		return t.skipped()
	default:
		return false, nil
	}
	return true, nil
}

// skipped passes the open question over.
func (t *turn) skipped() (bool, error) {
	if t.p.Asked == nil {
		return false, nil
	}
	if a := t.p.Asked; own(a.State) {
		t.p.Asked = nil
		switch {
		case a.State == askLanguage && t.p.State == askLanguage:
			t.p.Lang = t.lang()
			return true, t.begin()
		case a.State == askWho || a.State == askWhich:
			t.p.Asked = a
			return false, nil
		}
		t.again()
		return true, nil
	}
	s := t.f.States[t.p.Asked.State]
	if s == nil {
		return true, t.nearest()
	}
	return true, t.skip(s)
}

// person hands the conversation to a link worker because somebody asked for
// one, or because the bot cannot help any further. It says only what is true:
// when somebody will be there.
func (t *turn) person(reason Reason) error {
	if t.p.Lang == "" {
		t.p.Lang = t.lang()
	}
	t.keepWords()
	if t.p.Practice {
		t.say(EntryFlow, "try_person", nil)
		t.again()
		return nil
	}
	if t.p.Referred != "" {
		t.effect(Effect{Kind: EntryRaise, Referral: &Referral{Ref: t.p.Referred, Priority: PriorityRaised}})
	} else if err := t.refer(reason); err != nil {
		return err
	}
	if reason == ReasonUnreadable {
		t.say(EntryFlow, "let_go_person", nil)
		return nil
	}
	t.soon("person_coming", "person_later")
	return nil
}

// call is CALL ME: a person, by phone.
func (t *turn) call() error {
	if t.p.Practice {
		return t.person(ReasonHuman)
	}
	if t.p.Lang == "" {
		t.p.Lang = t.lang()
	}
	t.keepWords()
	if _, ok := t.p.Answers["contact"]; !ok && t.p.Agreed() {
		t.p.put("contact", Value{Contact: &Contact{Ways: []string{"call"}}, Typed: t.ev.In.Text, Offered: true}, false)
	}
	if t.p.Referred != "" {
		t.effect(Effect{Kind: EntryRaise, Referral: &Referral{Ref: t.p.Referred, Priority: PriorityRaised}})
	} else if err := t.refer(ReasonHuman); err != nil {
		return err
	}
	t.note(NoteCall, "")
	t.soon("call_coming", "call_later")
	return nil
}

// soon says that a person comes, or when the team is back.
func (t *turn) soon(now, later string) {
	t.p.Noted = t.ev.At
	if t.prog.Calendar.Open(t.ev.At) {
		t.say(EntryFlow, now, nil)
		return
	}
	next := t.prog.Calendar.NextOpen(t.ev.At)
	t.say(EntryFlow, later, map[string]any{"day": Day(next), "time": Clock(next)})
}

// privacy says in two texts who keeps what, for whom, how long, and what one
// may do about it.
func (t *turn) privacy() {
	t.say(EntryFlow, "privacy", map[string]any{"controller": t.prog.Controller})
	more := "privacy_more"
	if t.prog.Privacy == "" {
		more = "privacy_short"
	}
	t.say(EntryFlow, more, map[string]any{"link": t.prog.Privacy, "contact": t.prog.Contact, "months": t.months()})
}

// months is how long a closed referral is kept, for the privacy text.
func (t *turn) months() int {
	until := t.retain(t.prog.Closed)
	if until.IsZero() {
		return 0
	}
	return int(until.Sub(t.ev.At).Hours()/24/30.4 + 0.5)
}

// wrong believes whoever holds the phone: everything is paused, nothing is
// deleted, and the holder is told. The answer names nothing and nobody.
func (t *turn) wrong() {
	t.say(EntryFlow, "wrong_number", nil)
	t.note(NoteWrong, "")
	t.quiet("retain", "forget")
	t.c.Wrong = true
	t.terms()
}

// delete takes the wish for deletion. Before there was any agreement it is
// done at once; afterwards a person does it, within a month, and until then
// it can be taken back.
func (t *turn) delete() error {
	if t.p.Lang == "" {
		t.p.Lang = t.lang()
	}
	if t.p.Referred == "" && !t.p.Agreed() && t.p.Hold == nil {
		t.say(EntryFlow, "delete_now", nil)
		t.drop(t.who)
		return nil
	}
	t.p.Deleting = t.ev.At.AddDate(0, 1, 0)
	if t.p.Referred == "" {
		open := t.p.Asked
		if err := t.refer(ReasonHuman); err != nil {
			return err
		}
		t.p.Resume = open
	}
	t.askDeletion()
	return t.ask(askDelete, AskYesNo, []string{"yes", "no"})
}

// deleteAnswered takes the wish back on NO; anything else leaves it standing.
func (t *turn) deleteAnswered(id string) error {
	t.p.Asked = nil
	if id == "no" {
		t.keepAfterAll()
		t.say(EntryFlow, "delete_cancelled", nil)
	}
	t.again()
	return nil
}

// back asks the question before the open one again; the answer it had goes.
func (t *turn) back() error {
	if a := t.p.Asked; a != nil && own(a.State) {
		t.p.Asked = nil // back from one of the engine's own questions
		if t.p.Resume == nil && len(t.p.Path) == 0 {
			t.p.Asked = a
		}
		t.again()
		return nil
	}
	t.p.Changing = ""
	first := len(t.p.Path) < 2
	if !first {
		t.p.Path = t.p.Path[:len(t.p.Path)-1]
	}
	if len(t.p.Path) == 0 {
		return t.nearest()
	}
	last := t.p.Path[len(t.p.Path)-1]
	s := t.f.States[last]
	if s == nil || s.Dropped {
		return t.nearest()
	}
	to, err := t.f.jump(t.p.State, last)
	if err == nil {
		t.p.State = to
	}
	if !s.Append {
		delete(t.p.Answers, s.Save)
		delete(t.p.Offered, s.Save)
	}
	if first {
		t.lead = "first_question"
	}
	t.p.Shown = 0
	t.put(s)
	t.lead = ""
	return nil
}

// change lists what was answered, by name of the question only, so that
// nothing of the answers lies on the screen.
func (t *turn) change() error {
	var states []string
	slots := map[string]bool{}
	for _, name := range t.f.Questions() {
		s := t.f.States[name]
		if s.Save == "" || t.agrees(s) || s.Append || s.Dropped || slots[s.Save] {
			continue
		}
		answered := slices.Contains(t.p.Path, name)
		if v, ok := t.p.Answer(s.Save); ok && (answered || v.Offered) && s.If.Holds(t.p, t.facts()) {
			slots[s.Save] = true
			states = append(states, name)
		}
	}
	if len(states) == 0 {
		t.lead = "nothing_to_change"
		n := len(t.Says)
		t.p.Shown = 0
		t.again()
		t.lead = ""
		if len(t.Says) == n {
			t.say(EntryFlow, "nothing_to_change", nil)
		}
		return nil
	}
	return t.ask(askChange, AskChoice, states)
}

// changeTo asks one question again, to come back afterwards.
func (t *turn) changeTo(s *State) error {
	t.p.Changing = s.Name
	path := slices.Clone(t.p.Path)
	t.put(s)
	t.p.Path = path
	return nil
}

// changed stores a changed answer and goes back to where one was, by way of
// any question that only the new answer asks for.
func (t *turn) changed(s *State, event string) error {
	t.p.Changing, t.p.Asked = "", nil
	t.because("changed " + s.Save)
	if s.Save == "safe" {
		t.sayTerms()
	}
	if s.Save == "place" {
		delete(t.p.Answers, "borough")
	}
	if t.p.Referred != "" {
		r := t.referral(t.p.Reason)
		t.effect(Effect{Kind: EntryRaise, Referral: &r})
		t.note(NoteCorrected, "")
	}
	t.lead = "changed"
	to, ok, err := t.after(s, event)
	if err != nil {
		return err
	}
	if ok && t.ahead(to) {
		t.p.Resume = nil
		err = t.enter(to)
	} else {
		t.p.Shown = 0
		t.again()
	}
	if t.lead != "" {
		t.lead = ""
		if err == nil {
			t.say(EntryFlow, "changed", nil)
		}
	}
	return err
}
