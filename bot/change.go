package bot

import "slices"

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
