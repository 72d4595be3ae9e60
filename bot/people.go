package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The engine's own questions about who is writing.
const (
	askWho   = "_who"
	askWhich = "_which"
)

// timerKey names a timer of one person; the first person's carry no id.
func timerKey(name string, id int) string {
	if id == 0 {
		return name
	}
	return name + "#" + strconv.Itoa(id)
}

// timer sets a timer of the person the turn is about; the zero time ends it.
func (t *turn) timer(name string, due time.Time) {
	key := timerKey(name, t.p.ID)
	if due.IsZero() {
		delete(t.c.Timers, key)
		return
	}
	if t.c.Timers == nil {
		t.c.Timers = map[string]time.Time{}
	}
	t.c.Timers[key] = due
}

// quiet ends every timer of the person but those named, the one that reminds
// of a promised deletion, and the one that ends a mute.
func (t *turn) quiet(but ...string) {
	for key := range t.c.Timers {
		name, id, _ := strings.Cut(key, "#")
		if n, _ := strconv.Atoi(id); n == t.p.ID && name != deletes && name != unmutes && !slices.Contains(but, name) {
			delete(t.c.Timers, key)
		}
	}
}

// become makes another person the one the turn is about.
func (t *turn) become(i int) {
	t.who = i
	t.p = &t.c.Persons[i]
}

// newPerson adds somebody to the address and lets them write.
func (t *turn) newPerson() {
	t.c.LastID++
	t.c.Persons = append(t.c.Persons, Person{ID: t.c.LastID, Life: LifeChatting, Lang: t.p.Lang, LastIn: t.ev.At})
	t.c.Writing = len(t.c.Persons) - 1
	t.become(t.c.Writing)
	t.terms()
	t.mirror()
}

// drop forgets a person altogether, with their timers.
func (t *turn) drop(i int) {
	t.become(i)
	t.quiet()
	t.timer(deletes, zeroTime)
	gone := Effect{Kind: EntryErase, Code: "person", Person: t.p.ID, Refs: t.p.Refs}
	t.c.Persons = slices.Delete(t.c.Persons, i, i+1)
	if t.c.Writing > i || t.c.Writing >= len(t.c.Persons) {
		t.c.Writing = max(0, t.c.Writing-1)
	}
	if len(t.c.Persons) == 0 {
		gone.Code = "all"
		t.c.Group, t.c.Keyword, t.c.Pending, t.c.Wrong = "", "", nil, false
	}
	t.Effects = append(t.Effects, gone)
	t.c.Person()
	t.become(t.c.Writing)
	t.terms()
	t.mirror()
}

// mirror writes the owner of the person's referral where the send script reads
// it.
func (t *turn) mirror() {
	t.c.Owner, t.c.Fence, t.c.OwnRef = OwnerBot, t.p.Fence, t.p.Referred
	if t.p.Referred != "" {
		t.c.Owner = t.p.Owner
	}
}

// terms takes over who may read the phone: the strictest that anybody who
// uses it has said. What is not known counts as shared, and a phone that two
// people use is shared whatever they say.
func (t *turn) terms() {
	rank := func(x Terms) int { return slices.Index([]Terms{TermsAny, TermsUnknown, TermsShared, TermsNone}, x) }
	people, out := 0, TermsAny
	for i := range t.c.Persons {
		p := &t.c.Persons[i]
		if p.Practice {
			continue
		}
		people++
		if rank(p.Terms) > rank(out) {
			out = p.Terms
		}
	}
	switch {
	case t.c.Wrong:
		out = TermsNone
	case people == 0:
		out = TermsUnknown
	case people > 1 && rank(out) < rank(TermsShared):
		out = TermsShared
	}
	t.c.Terms = out
}

// doubt tells whether somebody else may be holding the phone, so that nothing
// said before may be repeated until they have said who they are.
func (t *turn) doubt(silence time.Duration) bool {
	if t.p.Practice || t.p.Held() && !t.c.Wrong || t.p.Asked != nil && (t.p.Asked.State == askWho || t.p.Asked.State == askWhich) {
		return false
	}
	if t.c.Wrong {
		return true
	}
	something := t.p.Agreed() || len(t.p.Offered) > 0 || t.p.Referred != "" || len(t.c.Persons) > 1
	return something && silence >= Quiet && t.c.Terms != TermsAny
}

// askWhoWrites keeps the text aside and asks who holds the phone.
func (t *turn) askWhoWrites() error {
	t.because("who is writing?")
	if t.ev.In.Text != "" {
		t.c.Pending = append(t.c.Pending, Said{Text: t.ev.In.Text, At: t.ev.At})
	}
	return t.ask(askWho, AskChoice, []string{"before", "new", "person"})
}

// whoChosen finds out who holds the phone after a silence.
func (t *turn) whoChosen(id string) error {
	switch id {
	case "person":
		t.closeWho()
		t.newPerson()
		t.takePending()
		return t.person(ReasonHuman)
	case "new":
		t.closeWho()
		t.newPerson()
		t.takePending()
		t.because("somebody else on the same phone")
		return t.begin()
	case "before":
		if t.acquainted() > 1 {
			return t.ask(askWhich, AskName, nil)
		}
		return t.welcomeBack()
	}
	t.p.Unclear++
	if t.p.Unclear >= 2 {
		t.closeWho()
		t.newPerson()
		t.takePending()
		return t.person(ReasonUnreadable)
	}
	t.unclearAgain()
	return nil
}

// whichChosen finds the person by the name they gave. No name is ever shown.
func (t *turn) whichChosen() error {
	name := strings.TrimSpace(t.ev.Understood.Answer.Value.Text.Raw())
	found := -1
	for i := range t.c.Persons {
		v, ok := t.c.Persons[i].Answer("name")
		if !ok || name == "" || !strings.EqualFold(strings.TrimSpace(v.Text.Raw()), name) {
			continue
		}
		if found >= 0 {
			found = -1
			break
		}
		found = i
	}
	if found >= 0 {
		t.closeWho()
		t.c.Writing = found
		t.become(found)
		return t.welcomeBack()
	}
	t.p.Unclear++
	if t.p.Unclear < 2 {
		t.unclearAgain()
		return nil
	}
	t.closeWho()
	t.newPerson()
	t.takePending()
	return t.person(ReasonUnreadable)
}

// acquainted counts the people who have told us something on this phone.
func (t *turn) acquainted() int {
	n := 0
	for i := range t.c.Persons {
		if p := &t.c.Persons[i]; !p.Practice && (p.Agreed() || p.Referred != "") {
			n++
		}
	}
	return n
}

// closeWho takes the question off whoever it was put to, and gives them back
// the one that stood open before.
func (t *turn) closeWho() {
	t.c.Wrong = false
	t.p.Asked, t.p.Resume, t.p.Unclear, t.p.Shown = t.p.Resume, nil, 0, 0
}

// takePending gives the texts that were kept aside to whoever wrote them.
func (t *turn) takePending() {
	t.p.Said = append(t.p.Said, t.c.Pending...)
	t.c.Pending = nil
}

// welcomeBack goes on with somebody who has written before.
func (t *turn) welcomeBack() error {
	t.because("written before")
	if t.p.Asked != nil && strings.HasPrefix(t.p.Asked.State, "_wh") {
		t.closeWho()
	}
	t.c.Wrong = false
	t.terms()
	t.mirror()
	pending := t.c.Pending
	t.takePending()
	if t.p.Referred != "" {
		for _, s := range pending {
			t.effect(Effect{Kind: EntryRelay, Note: &Note{Kind: NoteText, Text: s.Text, Lang: t.p.Lang, At: s.At}})
		}
		switch {
		case t.p.Held(): // a person answers
			return nil
		case t.p.Asked == nil:
			t.sayWaiting()
			return nil
		}
	}
	switch {
	case t.p.Asked != nil:
		t.again()
	case t.p.Life == LifeClosed:
		return t.anew()
	default:
		return t.nearest()
	}
	return nil
}
