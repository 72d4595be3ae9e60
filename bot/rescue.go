package bot

import "slices"

// Rescue hands a conversation to a person when a turn broke: the words are
// kept, nothing is lost, and the resident is told that a person will read it.
// A cry for help is answered and raises its alert all the same. Rescue calls
// nothing that a flow could break.
func (e *Engine) Rescue(c Conversation, prog Programme, ev Event) (Turn, error) {
	c = c.clone()
	c.Person()
	t := &turn{c: &c, all: e.flows, prog: prog, ev: ev}
	if t.f = e.flows[prog.Flow]; t.f == nil {
		t.f = &Flow{}
	}
	t.become(c.Writing)
	t.From = string(t.p.Life)
	t.because("rescued")
	if ev.Kind != EventText {
		if ev.Kind == EventTimer {
			delete(t.c.Timers, ev.Timer) // it would break again at every round
		}
		t.effect(Effect{Kind: EntryNote, Ref: ev.Ref, Worker: ev.Worker, Note: &Note{Kind: NoteRefused, Code: "broken", At: ev.At}})
		t.Conversation, t.To, t.Who = c, t.From, t.who
		return t.Turn, nil
	}
	t.c.LastIn, t.p.LastIn = ev.At, ev.At
	t.keepWords()
	crisis := ev.Understood.Danger.Label == "crisis"
	switch {
	case t.p.Referred != "":
		t.relayText()
	case ev.Ref == "":
		return Turn{NeedRef: c.Refs + 1}, nil
	default:
		t.c.Refs++
		t.p.Refs = append(slices.Clone(t.p.Refs), ev.Ref)
		t.p.Referred, t.p.RefN, t.p.RefAt, t.p.Reason, t.p.Life = ev.Ref, t.c.Refs, ev.At, ReasonUnreadable, LifeWaiting
		t.p.Owner, t.p.Fence, t.p.Practice = OwnerQueue, 0, false
		t.p.Asked, t.p.Resume = nil, nil
		t.mirror()
		t.effect(Effect{Kind: EntryRefer, Referral: &Referral{
			Ref: ev.Ref, N: t.c.Refs, CID: c.CID, Programme: c.Programme, Reason: ReasonUnreadable, Priority: PriorityRaised, Created: ev.At,
			Card: Card{Languages: []string{t.lang()}, Since: ev.At}, Handover: &Handover{Lang: t.lang(), Terms: c.Terms},
		}})
	}
	switch {
	case crisis:
		d := ev.Understood.Danger
		t.saySafety(t.safetyText(d.Category))
		t.effect(Effect{Kind: EntryAlert, Alert: &Alert{
			ID: string(c.CID) + "-" + ev.ID, CID: c.CID, Programme: c.Programme, Ref: t.p.Referred,
			Label: d.Label, Category: d.Category, Lang: t.lang(), Said: ev.In.Text, Resident: c.Resident, At: ev.At,
		}})
	case ev.Understood.Command == "stop" || ev.In.OptOut == "STOP":
		t.c.Stopped = true
	case !t.p.Held() && !t.c.Stopped:
		t.say(EntryFlow, "waiting", nil)
	}
	t.Conversation, t.To, t.Who = c, string(t.p.Life), t.who
	return t.Turn, nil
}
