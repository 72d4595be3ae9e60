package bot

import "time"

// deletes reminds of a deletion that was promised and has not been done.
const deletes = "delete"

// When coordinators are reminded of a promised deletion, before its day and
// then again and again.
const (
	deleteRemind = 7 * 24 * time.Hour
	deleteAgain  = 2 * 24 * time.Hour
)

// askDeletion puts the wish for deletion before the coordinators. They hear of
// it again a week before the day that was promised.
func (t *turn) askDeletion() {
	t.noteDeletion(NoteDelete)
	t.timer(deletes, t.p.Deleting.Add(-deleteRemind))
}

// noteDeletion speaks of the person's last referral, be it closed or not.
func (t *turn) noteDeletion(kind NoteKind) {
	if len(t.p.Refs) == 0 {
		return
	}
	t.effect(Effect{Kind: EntryNote, Ref: t.p.Refs[len(t.p.Refs)-1], Note: &Note{
		Kind: kind, Lang: t.p.Lang, Code: t.p.Deleting.Format(time.DateOnly), At: t.ev.At,
	}})
}

// stillToDelete reminds the coordinators; a hold only waits.
func (t *turn) stillToDelete() {
	if t.p.Deleting.IsZero() {
		return
	}
	if t.p.Hold == nil {
		t.noteDeletion(NoteDelete)
	}
	t.timer(deletes, t.ev.At.Add(deleteAgain))
}

// keepAfterAll takes the wish for deletion back.
func (t *turn) keepAfterAll() {
	t.noteDeletion(NoteCancelled)
	t.p.Deleting = zeroTime
	t.timer(deletes, zeroTime)
}

// erased forgets a person after a coordinator has done what they asked for, or
// takes the wish back for them. The text about it says nothing of what was
// deleted.
func (t *turn) erased() error {
	t.because("erased")
	switch {
	case t.p.Deleting.IsZero() && (t.ev.Ref == "" || t.ev.Code != ""):
		t.refuse("not_asked") // the wish was taken back meanwhile
		return nil
	case t.ev.Code == EraseCancel:
		t.Reason = "deletion cancelled"
		t.keepAfterAll()
		return nil
	case t.p.Hold != nil:
		t.refuse("hold")
		return nil
	}
	if !t.c.Stopped && t.c.Terms != TermsNone {
		t.say(EntryNotice, "delete_done", nil)
	}
	t.drop(t.who)
	return nil
}

// holdRecord puts a hold on the person's record, or takes it off.
func (t *turn) holdRecord() {
	if t.ev.Code == "off" {
		t.p.Hold = nil
		t.because("hold taken off")
		return
	}
	t.p.Hold = &Hold{Reason: t.ev.Text, By: t.ev.Worker, At: t.ev.At}
	t.because("on hold")
}
