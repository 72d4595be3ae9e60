package bot

import "time"

// apart takes a text that cannot be answered as usual, because it came late
// or with too many others. It is kept, and brought to whoever holds the
// referral, but it answers no question: what the person sees on their phone
// and what we think we asked may be two things by now. Danger, opting out and
// asking for a person never come here.
func (t *turn) apart() bool {
	in := t.ev.In
	late := in.Late && t.ev.At.Sub(in.At) > Live && t.c.Terms != TermsAny
	if !late && !in.Flood {
		return false
	}
	switch t.ev.Understood.Command {
	case "human", "wrong", "delete":
		return false
	}
	t.keepWords()
	if t.p.Referred != "" {
		t.effect(Effect{Kind: EntryRelay, Note: &Note{Kind: NoteText, Text: in.Text, Lang: t.p.Lang, At: in.At}})
	}
	if late {
		t.because("late")
		t.once(&t.c.Sorry, "closed_no_contact")
	} else {
		t.because("too many texts")
		t.once(&t.c.Slowed, "too_many")
	}
	return true
}

// once says something that may lie on a lock screen, once an hour.
func (t *turn) once(last *time.Time, key string) {
	if t.ev.At.Sub(*last) < time.Hour {
		return
	}
	*last = t.ev.At
	t.say(EntryNotice, key, nil)
}
