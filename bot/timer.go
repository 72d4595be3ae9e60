package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// holdAgain is how often a record whose time is over and that is on hold is
// looked at again.
const holdAgain = 24 * time.Hour

// timerDue acts on a timer. A due time that is no longer the timer's own does
// nothing, and is committed all the same.
func (t *turn) timerDue() error {
	due, ok := t.c.Timers[t.ev.Timer]
	if !ok || due.After(t.ev.At) {
		t.because("no longer due")
		return nil
	}
	delete(t.c.Timers, t.ev.Timer)
	t.because("timer " + t.ev.Timer)
	name, id, _ := strings.Cut(t.ev.Timer, "#")
	n, _ := strconv.Atoi(id)
	i := slices.IndexFunc(t.c.Persons, func(p Person) bool { return p.ID == n })
	if i < 0 {
		return nil
	}
	t.become(i)
	switch name {
	case "nudge":
		t.nudge()
	case "unfinished":
		return t.unfinished()
	case deletes:
		t.stillToDelete()
	case waitsHolder, waitsCoordinator:
		t.stillUnanswered(name)
	case unmutes:
		t.unmute()
	case "forget":
		if !t.p.Agreed() {
			t.p.Said, t.p.Offered = nil, nil
			t.erase("words")
		}
	case "retain", "practice":
		switch {
		case t.p.Referred != "": // its closing sets the time anew
		case t.p.Hold != nil && name == "retain":
			t.timer("retain", t.ev.At.Add(holdAgain))
		default:
			t.drop(i)
		}
	}
	return nil
}

// unfinished passes on what was said, after two working hours of silence. The
// open question still stands: an answer that comes late counts.
func (t *turn) unfinished() error {
	if !t.p.Drafted || t.p.Referred != "" || t.p.Life != LifeChatting {
		return nil
	}
	open, resume, shown := t.p.Asked, t.p.Resume, t.p.Shown
	if err := t.refer(ReasonUnfinished); err != nil {
		return err
	}
	t.p.Asked, t.p.Resume, t.p.Shown = open, resume, min(shown, 1)
	return nil
}

// nudge reminds once a person who fell silent in the middle: never before
// agreement, never on a phone that others read, in the daytime only.
func (t *turn) nudge() {
	p := t.p
	if p.Nudged || !p.Agreed() || t.c.Terms != TermsAny || t.c.Stopped || p.Life != LifeChatting || p.Asked == nil || t.who != t.c.Writing {
		return
	}
	if !t.c.Window.IsZero() && t.ev.At.After(t.c.Window) {
		return
	}
	if day := t.prog.Calendar.Daytime(t.ev.At); day.After(t.ev.At) {
		t.timer("nudge", day)
		return
	}
	p.Nudged = true
	t.say(EntryNotice, "nudge", nil)
}
