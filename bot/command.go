package bot

import "slices"

// command acts on a word that works in every state. done is false where the
// text should still be tried as an answer.
func (t *turn) command(cmd string) (done bool, err error) {
	t.because("command " + cmd)
	switch cmd {
	case "human":
		return true, t.person(ReasonHuman)
	case "start":
		if t.p.Asked == nil {
			return false, nil
		}
		t.reask()
	case "help":
		t.say(EntryFlow, "help", nil)
		t.reask()
	case "privacy":
		t.say(EntryFlow, "privacy", map[string]any{"controller": t.prog.Controller})
		more := "privacy_more"
		if t.prog.Privacy == "" {
			more = "privacy_short"
		}
		t.say(EntryFlow, more, map[string]any{"link": t.prog.Privacy, "contact": t.prog.Contact, "months": t.months()})
		t.reask()
	case "call":
		return true, t.person(ReasonHuman)
	case "language":
		return true, t.ask(askLanguage, AskLanguage, t.prog.Languages)
	case "delete":
		t.say(EntryFlow, "delete_asked", map[string]any{"day": Day(t.ev.At.AddDate(0, 1, 0))})
		if t.p.Referred == "" && t.p.Agreed() {
			return true, t.refer(ReasonHuman)
		}
		t.note(NoteDelete, "")
	case "wrong":
		t.say(EntryFlow, "wrong_number", nil).Lock = LockSafe
		t.note(NoteWrong, "")
		t.c.Timers = keep(t.c.Timers, "retain", "forget")
		t.p.Asked, t.p.Resume = nil, nil
		t.c.Terms = TermsShared
	case "restart":
		t.restart()
		t.p.Life = LifeChatting
		return true, t.begin()
	case "back":
		return true, t.back()
	case "change":
		return true, t.change()
	case "skip":
		if t.p.Asked == nil {
			return false, nil
		}
		s := t.f.States[t.p.Asked.State]
		if s == nil {
			t.p.Asked = nil
			return true, t.nearest()
		}
		return true, t.skip(s)
	default:
		return false, nil
	}
	return true, nil
}

// person hands the conversation to a link worker because somebody asked for
// one, or because the bot cannot help any further.
func (t *turn) person(reason Reason) error {
	if t.p.Lang == "" {
		t.p.Lang = t.lang()
	}
	t.keepWords()
	if t.p.Referred != "" {
		t.effect(Effect{Kind: EntryRaise, Referral: &Referral{Ref: t.p.Referred, Priority: PriorityRaised}})
	} else if err := t.refer(reason); err != nil {
		return err
	}
	if t.prog.Calendar.Open(t.ev.At) {
		t.say(EntryFlow, "person_coming", nil)
	} else {
		next := t.prog.Calendar.NextOpen(t.ev.At)
		t.say(EntryFlow, "person_later", map[string]any{"day": Day(next), "time": Clock(next)})
	}
	return nil
}

// months is how long a closed referral is kept, for the privacy text.
func (t *turn) months() int {
	until := t.retain(t.prog.Closed)
	if until.IsZero() {
		return 0
	}
	return int(until.Sub(t.ev.At).Hours()/24/30.4 + 0.5)
}

// back asks the question before the open one again.
func (t *turn) back() error {
	if n := len(t.p.Path); n > 1 {
		t.p.Path = t.p.Path[:n-1]
	}
	if len(t.p.Path) == 0 {
		return t.nearest()
	}
	last := t.p.Path[len(t.p.Path)-1]
	s := t.f.States[last]
	if s == nil {
		return t.nearest()
	}
	if to, err := t.f.jump(t.p.State, last); err == nil {
		t.p.State = to
	}
	delete(t.p.Answers, s.Save)
	t.put(s)
	return nil
}

// change lists what was answered, by name of the question only, so that
// nothing of the answers lies on the screen.
func (t *turn) change() error {
	var states []string
	for _, name := range t.f.Questions() {
		s := t.f.States[name]
		if s.Save == "" || s.Save == "agreement" || slices.Contains(states, name) {
			continue
		}
		if _, ok := t.p.Answers[s.Save]; ok && s.If.Holds(t.p) {
			states = append(states, name)
		}
	}
	if len(states) == 0 {
		t.say(EntryFlow, "nothing_to_change", nil)
		t.reask()
		return nil
	}
	if len(states) > 9 {
		states = states[:9]
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

// changed stores a changed answer and goes back to where one was.
func (t *turn) changed(s *State, _ string) error {
	t.p.Changing = ""
	t.p.Asked = nil
	if s.Save == "safe" {
		t.terms()
	}
	if s.Save == "place" {
		if v, ok := t.p.Answer("place"); ok && v.Flag == "ambiguous" {
			delete(t.p.Answers, "borough")
		}
	}
	t.say(EntryFlow, "changed", nil)
	if t.p.Referred != "" {
		r := t.referral(t.p.Reason)
		t.effect(Effect{Kind: EntryRaise, Referral: &r})
		t.note(NoteCorrected, "")
		return nil
	}
	if t.p.Resume != nil {
		t.reask()
	}
	return nil
}
