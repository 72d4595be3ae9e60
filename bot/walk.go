package bot

import (
	"strconv"
	"time"
)

var zeroTime time.Time

// pageOf is how many options one text shows; 9 is more, 0 a person.
const pageOf = 8

// agreementVersion names the text that was shown: flow, its version, state.
func agreementVersion(f *Flow, s *State) string {
	return f.Name + "/" + strconv.Itoa(f.Version) + "/" + s.Name
}

// facts are what a guard may ask of the programme.
func (t *turn) facts() Facts {
	var out Facts
	for i, on := range [...]bool{ // in the order of factNames
		t.prog.Area != "", t.prog.Council != "" && t.prog.Council != "999", t.grouped(), t.prog.HomeOffice != "",
		t.p.Practice, t.prog.YoungOwn, t.c.Terms == TermsAny,
	} {
		if on {
			out |= 1 << i
		}
	}
	return out
}

// grouped tells whether a group's poster brought the person here.
func (t *turn) grouped() bool { return t.prog.Group != "" && t.prog.Group == t.c.Group }

// follow leaves a question by an event and enters what comes next. A question
// that was only asked again to be changed leads back instead.
func (t *turn) follow(s *State, event string) error {
	t.p.Unclear = 0
	if t.p.Changing == s.Name && s.Name != "" {
		return t.changed(s, event)
	}
	to, ok, err := t.after(s, event)
	if err != nil {
		return err
	}
	if !ok {
		return t.person(ReasonUnreadable)
	}
	return t.enter(to)
}

// after names the state behind a question; an event without a row of its own
// goes the way of any answer.
func (t *turn) after(s *State, event string) (string, bool, error) {
	to, ok, err := t.f.next(s.Name, event, t.p, t.facts())
	if err == nil && !ok && event != OnAnswer {
		return t.f.next(s.Name, OnAnswer, t.p, t.facts())
	}
	return to, ok, err
}

// enter walks from a state to the next question: statements are said,
// actions done, questions that are answered already passed over.
func (t *turn) enter(name string) error {
	for range 64 { // a flow's longest run of statements is far below this
		s := t.f.States[name]
		if s == nil {
			return t.nearest()
		}
		t.p.State = name
		if s.Dropped || !s.If.Holds(t.p, t.facts()) {
			next, ok, err := t.pass(s)
			if err != nil {
				return err
			}
			if !ok {
				return t.end()
			}
			name = next
			continue
		}
		for _, do := range s.Do {
			if err := t.do(do); err != nil || t.over {
				return err
			}
		}
		if s.Question() {
			next, ok, err := t.known(s)
			if err != nil {
				return err
			}
			if ok {
				name = next
				continue
			}
			t.put(s)
			return nil
		}
		if s.Say != "" {
			t.say(EntryFlow, t.key(s.Say, s.They), t.args(s))
			t.leave()
		}
		if s.End() {
			return t.end()
		}
		next, ok, err := t.f.next(name, onThen, t.p, t.facts())
		if err != nil {
			return err
		}
		if !ok {
			return t.end()
		}
		name = next
	}
	return t.person(ReasonUnreadable)
}

// end leaves a flow behind its last state. A block that was lent to gives the
// conversation back to its holder.
func (t *turn) end() error {
	t.p.Asked = nil
	if t.p.Lent != "" {
		t.giveBack("done")
	}
	return nil
}

// leave puts the text that is kept for it before the first text of the turn.
func (t *turn) leave() {
	if t.lead != "" {
		t.Says[len(t.Says)-1].Lead, t.lead = t.lead, ""
	}
}

// pass leaves a state that is passed over.
func (t *turn) pass(s *State) (string, bool, error) {
	if s.Question() {
		return t.f.next(s.Name, OnAnswer, t.p, t.facts())
	}
	return t.f.next(s.Name, onThen, t.p, t.facts())
}

// known passes over a question whose answer is there already, offered in an
// earlier text or fixed by the poster.
func (t *turn) known(s *State) (string, bool, error) {
	if s.Save == "" || t.agrees(s) || s.Offer || t.p.Changing == s.Name || !t.p.Agreed() {
		return "", false, nil
	}
	v, ok := t.p.Answer(s.Save)
	if !ok || s.Append {
		return "", false, nil
	}
	if _, offered := t.p.Offered[s.Save]; offered {
		t.p.put(s.Save, v, false)
		t.ageFollows(s, v)
	}
	return t.after(s, event(s, v))
}

// event names the way out that an answer takes.
func event(s *State, v Value) string {
	for _, id := range v.IDs {
		if len(s.On[id]) > 0 {
			return id
		}
	}
	if v.Flag != "" && len(s.On[v.Flag]) > 0 {
		return v.Flag
	}
	if v.Skipped && len(s.On[OnSkip]) > 0 {
		return OnSkip
	}
	return OnAnswer
}

// ahead tells whether a question without an answer lies behind a state, with
// the answers as they stand now.
func (t *turn) ahead(from string) bool {
	name := from
	for range 64 {
		s := t.f.States[name]
		if s == nil {
			return false
		}
		var next string
		var ok bool
		var err error
		switch {
		case s.Dropped || !s.If.Holds(t.p, t.facts()):
			next, ok, err = t.pass(s)
		case s.Question():
			v, known := t.p.Answer(s.Save)
			if !known || s.Save == "" || s.Append {
				return true
			}
			next, ok, err = t.after(s, event(s, v))
		default:
			next, ok, err = t.f.next(name, onThen, t.p, t.facts())
		}
		if err != nil || !ok {
			return false
		}
		name = next
	}
	return false
}
