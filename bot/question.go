package bot

import "slices"

// more answers 9: the next page of a long menu, or more about the question.
func (t *turn) more(s *State, a *Asked) bool {
	t.because("more")
	switch {
	case len(a.All) > 0:
		var keys []string
		for _, id := range a.All {
			keys = append(keys, s.Say+"."+id)
		}
		t.show(&Asked{State: s.Name, Kind: s.Ask, Also: s.Also}, t.key(s.Say, s.They), t.args(s), a.All, keys, a.Page+1)
	case s.More != "":
		t.say(EntryFlow, s.More, nil)
		t.goOn()
	default:
		return false
	}
	return true
}

// question gives the approved answer to a question back, and goes on.
func (t *turn) question(key string) {
	t.because("a question back")
	switch {
	case key == answerHomeOffice && t.prog.HomeOffice != "":
		key = t.prog.HomeOffice
	case key == answerHomeOffice:
		key = answerPerson
		t.forPerson(MissedHomeOffice)
	case key == answerPerson:
		t.forPerson(MissedQuestion)
	}
	t.say(EntryFlow, key, nil)
	t.goOn()
}

// forPerson leaves a question for the link worker: in the hand-over, and at
// once where there is a referral.
func (t *turn) forPerson(what string) {
	if !slices.Contains(t.p.Missed, what) {
		t.p.Missed = append(t.p.Missed, what)
	}
	if t.p.Referred != "" && !slices.ContainsFunc(t.Effects, func(e Effect) bool { return e.Kind == EntryRelay }) {
		t.relayText()
	}
}

// Questions back that no text answers by itself: one needs the programme's own
// approved text, the other a person.
const (
	answerHomeOffice = "home_office"
	answerPerson     = "home_office_person"
)
