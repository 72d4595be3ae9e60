package bot

import "time"

// WorkingDay is how much of a programme's open time a text to its holder may
// wait for an answer before the holder is asked, and as long again before the
// coordinators are.
const WorkingDay = 8 * time.Hour

// The clocks of a text that waits: the first asks the holder, the second the
// coordinators, and goes on asking.
const (
	waitsHolder      = "answer"
	waitsCoordinator = "unanswered"
)

// unanswered starts the clock of a text to the holder, unless an older one
// waits already.
func (t *turn) unanswered() {
	if t.prog.Calendar == nil {
		return
	}
	for _, name := range []string{waitsHolder, waitsCoordinator} {
		if _, runs := t.c.Timers[timerKey(name, t.p.ID)]; runs {
			return
		}
	}
	t.timer(waitsHolder, t.prog.Calendar.AddOpen(t.ev.At, WorkingDay))
}

// answered stops the clock.
func (t *turn) answered() {
	t.timer(waitsHolder, time.Time{})
	t.timer(waitsCoordinator, time.Time{})
}

// stillUnanswered reminds of a text that nobody answered.
func (t *turn) stillUnanswered(name string) {
	if !t.p.Held() || t.prog.Calendar == nil {
		return
	}
	n := Note{Kind: NoteUnanswered, Lang: t.p.Lang, At: t.ev.At}
	if name == waitsCoordinator {
		n.Code = "coordinator"
	}
	t.effect(Effect{Kind: EntryNote, Note: &n})
	t.timer(waitsCoordinator, t.prog.Calendar.AddOpen(t.ev.At, WorkingDay))
}

// spoke notes that the holder has spoken with the person in another way.
func (t *turn) spoke() {
	if t.p.Owner != t.ev.Worker || t.p.Fence != t.ev.Fence {
		t.refuse("not_yours")
		return
	}
	t.answered()
	t.because("the holder has spoken with them")
}
