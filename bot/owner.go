package bot

import (
	"slices"
	"time"
)

// owner takes what the queue and the desk did. Every act of an owner carries
// the queue's fence for the referral; an older fence changes nothing and is
// said so.
func (t *turn) owner() error {
	closed := t.ev.Kind == EventErased || t.ev.Kind == EventHold || t.ev.Kind == EventMute
	i := t.whose(t.ev.Ref, closed)
	if i < 0 && t.ev.Ref == "" && (t.ev.Kind == EventPaged || t.ev.Kind == EventTaken) {
		// An alert out of practice belongs to no referral.
		i = slices.IndexFunc(t.c.Persons, func(p Person) bool { return p.Practice && p.Danger != nil })
	}
	if i >= 0 {
		t.become(i)
	} else if t.ev.Kind != EventFailed && (t.ev.Kind != EventErased || t.ev.Ref != "") {
		t.refuse("gone")
		return nil
	}
	switch t.ev.Kind {
	case EventClaimed:
		return t.claimed()
	case EventFreed:
		return t.freed()
	case EventClosed:
		return t.closed()
	case EventReply:
		return t.reply()
	case EventSpoke:
		t.spoke()
	case EventLend:
		return t.lend()
	case EventPaged:
		return t.paged()
	case EventTaken:
		return t.taken()
	case EventErased:
		return t.erased()
	case EventHold:
		t.holdRecord()
	case EventMute:
		t.muteAddress()
	case EventFailed:
		t.failed()
	}
	return nil
}

// whose finds the person a referral belongs to; closed counts those that are
// over as well.
func (t *turn) whose(ref Ref, closed bool) int {
	return slices.IndexFunc(t.c.Persons, func(p Person) bool { return ref != "" && (p.Referred == ref || closed && slices.Contains(p.Refs, ref)) })
}

// failed tells the holder that a text did not arrive; 21610 means that the
// network has an opt-out that we missed.
func (t *turn) failed() {
	t.because("a text did not arrive")
	if ref := t.c.OwnRef; ref != "" {
		t.effect(Effect{Kind: EntryNote, Ref: ref, Note: &Note{Kind: NoteFailed, OID: t.ev.OID, Code: t.ev.Code, At: t.ev.At}})
	}
	if t.ev.Code == "21610" {
		t.c.Stopped = true
	}
}

func (t *turn) claimed() error {
	if t.ev.Fence <= t.p.Fence {
		t.refuse("fence")
		return nil
	}
	if err := t.p.live(lifeClaim); err != nil {
		return err
	}
	t.p.Owner, t.p.Fence = t.ev.Worker, t.ev.Fence
	t.hold()
	t.quiet()
	t.because("claimed")
	r := t.referral(t.p.Reason)
	t.effect(Effect{Kind: EntryOwner, Ref: t.ev.Ref, Worker: t.ev.Worker, Fence: t.ev.Fence, Code: "claimed", Referral: &r})
	return nil
}

// hold mirrors the owner where the send script reads it, if the person is the
// one who writes.
func (t *turn) hold() {
	if t.who == t.c.Writing {
		t.mirror()
	}
}

func (t *turn) freed() error {
	if t.ev.Fence <= t.p.Fence {
		t.refuse("fence")
		return nil
	}
	if err := t.p.live(lifeRelease); err != nil {
		return err
	}
	t.returnLent()
	t.answered()
	t.p.Owner, t.p.Fence = OwnerQueue, t.ev.Fence
	t.hold()
	how := "freed"
	if t.ev.Code == FreedLease {
		how = OwnerLapsed
	}
	t.because("released")
	t.effect(Effect{Kind: EntryOwner, Ref: t.ev.Ref, Worker: t.ev.Worker, Fence: t.ev.Fence, Code: how})
	return nil
}

func (t *turn) closed() error {
	if t.ev.Fence <= t.p.Fence {
		t.refuse("fence")
		return nil
	}
	if err := t.p.live(lifeClose); err != nil {
		return err
	}
	t.returnLent()
	t.answered()
	p := t.p
	p.Referred, p.Owner, p.Fence, p.Danger = "", "", 0, nil
	p.Asked, p.Resume, p.Drafted, p.Nudged = nil, nil, false, false
	t.unmute() // nobody is left who would read what it keeps
	t.hold()
	t.timer("retain", t.retain(t.prog.Closed))
	t.because("closed " + t.ev.Code)
	t.effect(Effect{Kind: EntryOwner, Ref: t.ev.Ref, Worker: t.ev.Worker, Fence: t.ev.Fence, Code: "closed"})
	t.goodbye()
	return nil
}

// goodbye says that it is over, where that cannot hurt: only on a phone that
// nobody else reads, and never after a stop or a death.
func (t *turn) goodbye() {
	if t.c.Stopped || t.c.Terms != TermsAny || !t.c.Window.IsZero() && t.ev.At.After(t.c.Window) {
		return
	}
	switch t.ev.Code {
	case "died", "unsafe_to_contact", "withdrew_stop", "duplicate", "escalated_statutory", "declined":
	case "no_contact_after_3_tries":
		t.say(EntryNotice, "closed_no_contact", nil)
	default:
		t.say(EntryNotice, "closed", nil)
	}
}

// reply sends a worker's words, if the world still is as the worker saw it.
func (t *turn) reply() error {
	if reason := t.mayReply(); reason != "" {
		t.refuse(reason)
		return nil
	}
	t.returnLent()
	t.mirror()
	if a := t.p.Asked; a != nil && a.State == askDelete { // a no from here on answers the worker
		t.p.Asked = nil
	}
	s := Say{Kind: EntryWorker, Key: t.ev.Key, Args: t.ev.Args, Text: t.ev.Text, Lang: t.lang(), Lock: LockLive, Fence: t.ev.Fence}
	if t.ev.Key != "" {
		args := map[string]any{"service": t.prog.Service}
		for k, v := range t.ev.Args {
			args[k] = v
		}
		s.Args = args
	}
	t.Says = append(t.Says, s)
	t.answered()
	t.because("the holder writes")
	return nil
}

// mayReply gives the reason why the holder's words may not go out now.
func (t *turn) mayReply() string {
	live := t.ev.At.Sub(t.p.LastIn) <= Live && t.who == t.c.Writing && !t.c.Wrong
	switch {
	case t.p.Owner != t.ev.Worker || t.p.Fence != t.ev.Fence || t.ev.Worker == "":
		return "not_yours"
	case t.c.Stopped:
		return "stopped"
	case !t.c.Window.IsZero() && t.ev.At.After(t.c.Window.Add(-5*time.Minute)):
		return "window"
	case t.c.Terms == TermsNone && !live:
		return "terms"
	case t.ev.Key == "" && t.c.Terms != TermsAny && !live:
		return "terms"
	case !t.ev.Opened.IsZero() && t.p.LastIn.After(t.ev.Opened):
		return "newer"
	}
	return ""
}

// lend gives the conversation to a block of questions while the holder stays
// the holder.
func (t *turn) lend() error {
	f := t.all[t.ev.Code]
	reason := t.mayReply()
	switch {
	case f == nil:
		reason = "no_block"
	case reason == "" && t.c.Terms != TermsAny && t.ev.At.Sub(t.p.LastIn) > Live:
		reason = "terms"
	}
	if reason != "" {
		t.refuse(reason)
		return nil
	}
	t.returnLent()
	t.mirror()
	t.because("lent to " + t.ev.Code)
	t.p.Lent, t.p.LentFrom, t.p.Asked = t.ev.Code, t.p.State, nil
	t.f = f
	return t.enter(f.Start)
}

// returnLent breaks a lent block off: the conversation is its holder's again.
func (t *turn) returnLent() {
	if t.p.Lent != "" {
		t.giveBack("broken_off")
	}
}

func (t *turn) giveBack(how string) {
	var lines []Line
	if block := t.all[t.p.Lent]; block != nil {
		lines = t.linesOf(block)
	}
	t.p.State, t.p.Lent, t.p.LentFrom, t.p.Asked = t.p.LentFrom, "", "", nil
	if f := t.all[t.prog.Flow]; f != nil {
		t.f = f
	}
	t.effect(Effect{Kind: EntryNote, Note: &Note{Kind: NoteLent, Code: how, Lines: lines, Lang: t.p.Lang, At: t.ev.At}})
	if how == "done" {
		r := t.referral(t.p.Reason)
		t.effect(Effect{Kind: EntryRaise, Referral: &r})
	}
}

// refuse says why an owner's act changed nothing.
func (t *turn) refuse(reason string) {
	t.Reason = "refused:" + reason
	t.effect(Effect{Kind: EntryNote, Ref: t.ev.Ref, Worker: t.ev.Worker, Note: &Note{Kind: NoteRefused, Code: reason, At: t.ev.At}})
}
