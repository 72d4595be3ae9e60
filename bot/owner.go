package bot

import (
	"slices"
	"time"
)

// owner takes what the queue and the desk did. Every one of them carries the
// queue's fence; an older fence changes nothing and is said so.
func (t *turn) owner() error {
	if i := t.whose(t.ev.Ref); i >= 0 {
		t.p = &t.c.Persons[i]
	} else if t.ev.Kind != EventFailed {
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
	case EventFailed:
		t.because("a text did not arrive")
		t.effect(Effect{Kind: EntryNote, Ref: t.c.OwnRef, Note: &Note{Kind: NoteFailed, OID: t.ev.OID, Code: t.ev.Code, At: t.ev.At}})
		if t.ev.Code == "21610" {
			t.c.Stopped = true
		}
	}
	return nil
}

// whose finds the person a referral belongs to.
func (t *turn) whose(ref Ref) int {
	return slices.IndexFunc(t.c.Persons, func(p Person) bool { return ref != "" && p.Referred == ref })
}

func (t *turn) claimed() error {
	if t.ev.Fence <= t.c.Fence {
		t.refuse("fence")
		return nil
	}
	if err := t.p.live(lifeClaim); err != nil {
		return err
	}
	t.c.Owner, t.c.Fence, t.c.OwnRef = t.ev.Worker, t.ev.Fence, t.ev.Ref
	t.c.Timers = keep(t.c.Timers, "retain")
	t.because("claimed")
	r := t.referral(t.p.Reason)
	t.effect(Effect{Kind: EntryOwner, Ref: t.ev.Ref, Worker: t.ev.Worker, Fence: t.ev.Fence, Code: "claimed", Referral: &r})
	return nil
}

func (t *turn) freed() error {
	if t.ev.Fence < t.c.Fence || t.c.OwnRef != t.ev.Ref {
		t.refuse("fence")
		return nil
	}
	if err := t.p.live(lifeRelease); err != nil {
		return err
	}
	t.c.Owner, t.c.Fence = OwnerQueue, t.ev.Fence
	t.because("released")
	t.effect(Effect{Kind: EntryOwner, Ref: t.ev.Ref, Worker: t.ev.Worker, Fence: t.ev.Fence, Code: "freed"})
	return nil
}

func (t *turn) closed() error {
	if t.ev.Fence < t.c.Fence {
		t.refuse("fence")
		return nil
	}
	if err := t.p.live(lifeClose); err != nil {
		return err
	}
	t.c.Fence = t.ev.Fence
	if t.c.OwnRef == t.ev.Ref {
		t.c.Owner, t.c.OwnRef = OwnerBot, ""
	}
	t.p.Referred, t.p.Asked, t.p.Resume, t.p.Drafted = "", nil, nil, false
	t.c.timer("retain", t.retain(t.prog.Closed))
	t.because("closed " + t.ev.Code)
	t.effect(Effect{Kind: EntryOwner, Ref: t.ev.Ref, Worker: t.ev.Worker, Fence: t.ev.Fence, Code: "closed"})
	return nil
}

// reply sends a worker's words, if the world still is as the worker saw it.
func (t *turn) reply() error {
	switch {
	case t.c.Owner != t.ev.Worker || t.c.Fence != t.ev.Fence || t.c.OwnRef != t.ev.Ref:
		t.refuse("not_yours")
		return nil
	case t.c.Stopped:
		t.refuse("stopped")
		return nil
	case !t.c.Window.IsZero() && t.ev.At.After(t.c.Window.Add(-5*time.Minute)):
		t.refuse("window")
		return nil
	case t.c.Terms == TermsNone && t.ev.At.Sub(t.c.LastIn) > Live:
		t.refuse("terms")
		return nil
	case t.ev.Key == "" && t.c.Terms == TermsShared && t.ev.At.Sub(t.c.LastIn) > Live:
		t.refuse("terms")
		return nil
	case !t.ev.Opened.IsZero() && t.p.LastIn.After(t.ev.Opened):
		t.refuse("newer")
		return nil
	}
	s := Say{Kind: EntryWorker, Key: t.ev.Key, Args: t.ev.Args, Text: t.ev.Text, Lang: t.lang(), Lock: LockLive, Fence: t.ev.Fence}
	if t.ev.Key != "" {
		s.Lock = LockSafe
		args := map[string]any{"service": t.prog.Service}
		for k, v := range t.ev.Args {
			args[k] = v
		}
		s.Args = args
	}
	t.Says = append(t.Says, s)
	t.because("the holder writes")
	return nil
}

// refuse says why an owner's act changed nothing.
func (t *turn) refuse(reason string) {
	t.Reason = "refused:" + reason
	t.effect(Effect{Kind: EntryNote, Ref: t.ev.Ref, Worker: t.ev.Worker, Note: &Note{Kind: NoteRefused, Code: reason, At: t.ev.At}})
}

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
	switch t.ev.Timer {
	case "nudge":
		t.nudge()
	case "unfinished":
		if t.p.Drafted && t.p.Referred == "" && t.p.Life == LifeChatting {
			open := t.p.Asked
			err := t.refer(ReasonUnfinished)
			t.p.Asked = open // an answer that comes late still counts
			return err
		}
	case "forget":
		for i := range t.c.Persons {
			p := &t.c.Persons[i]
			if !p.Agreed() {
				p.Said, p.Offered = nil, nil
			}
		}
	case "retain":
		t.c.Persons, t.c.Writing = nil, 0
		t.p = t.c.Person()
	}
	return nil
}

// nudge reminds once a person who fell silent in the middle: never before
// agreement, never on a phone that others read, in the daytime only.
func (t *turn) nudge() {
	p := t.p
	if p.Nudged || !p.Agreed() || t.c.Terms != TermsAny || t.c.Stopped || p.Life != LifeChatting || p.Asked == nil {
		return
	}
	if day := t.prog.Calendar.Daytime(t.ev.At); day.After(t.ev.At) {
		t.c.timer("nudge", day)
		return
	}
	p.Nudged = true
	t.say(EntryNotice, "nudge", nil)
}
