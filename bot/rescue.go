package bot

// Rescue hands a conversation to a person when a turn broke: the words are
// kept, nothing is lost, and the resident is told that a person will read it.
func (e *Engine) Rescue(c Conversation, prog Programme, ev Event) (Turn, error) {
	c = c.clone()
	t := &turn{c: &c, f: e.flows[prog.Flow], prog: prog, ev: ev}
	t.p = c.Person()
	t.From = string(t.p.Life)
	t.because("rescued")
	if ev.Kind != EventText {
		t.effect(Effect{Kind: EntryNote, Ref: ev.Ref, Note: &Note{Kind: NoteRefused, Code: "broken", At: ev.At}})
		t.Conversation, t.To = c, t.From
		return t.Turn, nil
	}
	t.c.LastIn, t.p.LastIn = ev.At, ev.At
	t.keepWords()
	switch {
	case t.p.Referred != "":
		t.effect(Effect{Kind: EntryRelay, Note: &Note{Kind: NoteText, Text: ev.In.Text, Lang: t.p.Lang, At: ev.At}})
	case ev.Ref == "":
		return Turn{NeedRef: c.Refs + 1}, nil
	default:
		t.c.Refs++
		t.p.Referred, t.p.RefN, t.p.Reason, t.p.Life = ev.Ref, t.c.Refs, ReasonUnreadable, LifeWaiting
		t.c.Owner, t.c.OwnRef = OwnerQueue, ev.Ref
		t.p.Asked = nil
		t.effect(Effect{Kind: EntryRefer, Referral: &Referral{
			Ref: ev.Ref, N: t.c.Refs, CID: c.CID, Programme: c.Programme, Reason: ReasonUnreadable, Priority: PriorityRaised, Created: ev.At,
			Card: Card{Languages: []string{t.lang()}, Since: ev.At}, Handover: &Handover{Lang: t.lang(), Terms: c.Terms},
		}})
		t.say(EntryFlow, "waiting", nil)
	}
	t.Conversation, t.To = c, string(t.p.Life)
	return t.Turn, nil
}
