package bot

import (
	"fmt"
	"slices"
	"time"
)

// Actions are what a state may do on entering, by the names that a flow file
// uses.
var Actions = map[string]string{
	"terms":   "takes over who may read the phone from the slot safe",
	"draft":   "drafts the referral: from here silence makes it an unfinished one",
	"refer":   "puts the referral into the queue",
	"decline": "keeps the refusal and nothing else",
	"worker":  "puts the referral into the queue with what is known, for a person to take further",
	"forget":  "drops every answer and tells the safeguarding lead",
	"person":  "hands the texter to a link worker, with no details of anybody else",
}

func (t *turn) do(action string) error {
	switch action {
	case "terms":
		t.sayTerms()
	case "draft":
		t.p.Drafted = true
	case "refer":
		return t.finish()
	case "decline":
		t.decline()

	case "forget":
		t.forgetChild()
	case "person":
		delete(t.p.Answers, "name")
		delete(t.p.Answers, "phone")
		return t.refer(ReasonHuman)
	case "worker":
		return t.refer(ReasonHuman)
	default:
		return fmt.Errorf("no action %q", action)
	}
	return nil
}

// sayTerms takes over what the person said of who may read the phone.
func (t *turn) sayTerms() {
	switch {
	case t.p.Has("safe", "mine"):
		t.p.Terms = TermsAny
	case t.p.Has("safe", "no"):
		t.p.Terms = TermsNone
	default:
		t.p.Terms = TermsShared
	}
	t.terms()
}

// finish puts the referral into the queue at the end of the questions. One
// that went in unfinished, or for another reason, is whole now.
func (t *turn) finish() error {
	switch {
	case t.p.Practice:
		t.say(EntryFlow, "try_done", nil)
		t.practiceOver()
		t.over = true
		return nil
	case t.p.Referred != "":
		if t.p.Reason != ReasonCrisis {
			t.p.Reason = ReasonSelf
		}
		r := t.referral(t.p.Reason)
		t.effect(Effect{Kind: EntryRaise, Referral: &r})
		t.p.Asked, t.p.Resume = nil, nil
		return nil
	}
	return t.refer(ReasonSelf)
}

// decline keeps the refusal itself and drops everything else.
func (t *turn) decline() {
	p := t.p
	*p = Person{ID: p.ID, Practice: p.Practice, Life: p.Life, Lang: p.Lang, Agreement: p.Agreement, State: p.State, LastIn: t.ev.At,
		Referred: p.Referred, RefN: p.RefN, RefAt: p.RefAt, Refs: p.Refs, Hold: p.Hold, Reason: p.Reason, Owner: p.Owner, Fence: p.Fence, Promised: p.Promised}
	t.quiet()
	t.renew()
	t.erase("words")
}

// forgetChild drops the answers of a child under 13. The lead is told; the
// notice itself stays for 72 hours.
func (t *turn) forgetChild() {
	p := t.p
	lang := p.Lang
	*p = Person{ID: p.ID, Practice: p.Practice, Life: p.Life, Lang: lang, State: p.State, LastIn: t.ev.At,
		Referred: p.Referred, RefN: p.RefN, RefAt: p.RefAt, Refs: p.Refs, Hold: p.Hold, Reason: p.Reason, Owner: p.Owner, Fence: p.Fence}
	t.quiet()
	t.erase("words")
	if p.Practice {
		return
	}
	if p.Referred != "" { // they had a referral before they said how old they are: nothing stays on its card
		r := t.referral(p.Reason)
		t.effect(Effect{Kind: EntryRaise, Referral: &r})
	}
	t.effect(Effect{Kind: EntryAlert, Alert: &Alert{
		ID: string(t.c.CID) + "-" + t.ev.ID, CID: t.c.CID, Programme: t.c.Programme,
		Label: "notice", Category: "child", Lang: lang, At: t.ev.At,
	}})
	t.timer("retain", t.ev.At.Add(72*time.Hour))
}

// erase asks the store to forget the words of the journal.
func (t *turn) erase(what string) {
	t.Effects = append(t.Effects, Effect{Kind: EntryErase, Code: what, Person: t.p.ID})
}

func (t *turn) retain(f func(time.Time) time.Time) time.Time {
	if f == nil {
		return zeroTime
	}
	return f(t.ev.At)
}

// refer makes the person's referral with whatever is known, and hands the
// conversation to the queue.
func (t *turn) refer(reason Reason) error {
	if t.p.Referred != "" || t.p.Practice {
		return nil
	}
	if t.ev.Ref == "" {
		return errNeedRef
	}
	t.c.Refs++
	t.p.Owner, t.p.Fence = OwnerQueue, 0 // the queue counts the owners of every referral from the start
	t.p.Referred, t.p.RefN, t.p.Reason, t.p.RefAt = t.ev.Ref, t.c.Refs, reason, t.ev.At
	t.p.Refs = append(slices.Clone(t.p.Refs), t.ev.Ref)
	if t.prog.Calendar != nil {
		t.p.Promised = t.prog.Calendar.PromiseBy(t.ev.At)
	}
	r := t.referral(reason)
	t.effect(Effect{Kind: EntryRefer, Referral: &r})
	if err := t.p.live(lifeRefer); err != nil {
		return err
	}
	t.hold()
	t.p.Noted = t.ev.At
	t.p.Asked, t.p.Resume = nil, nil
	t.quiet()
	return nil
}

// referral is the person's referral as it stands. Before agreement it holds
// address, language, group and reason, and none of the words.
func (t *turn) referral(reason Reason) Referral {
	p := t.p
	r := Referral{
		Ref: p.Referred, N: p.RefN, CID: t.c.CID, Programme: t.c.Programme,
		Reason: reason, Created: t.ev.At,
		Card: Card{Languages: []string{t.lang()}, Group: t.c.Group, Since: t.ev.At},
	}
	switch reason {
	case ReasonCrisis:
		r.Priority = PriorityUrgent
	case ReasonHuman, ReasonLanguage, ReasonUnreadable:
		r.Priority = PriorityRaised
	}
	if u := t.ev.Understood; reason == ReasonLanguage {
		if u.LangName != "" {
			r.Card.Languages = []string{u.LangName}
		} else if u.Lang != "" {
			r.Card.Languages = []string{u.Lang}
		}
	}
	h := &Handover{Lang: r.Card.Languages[0], Terms: t.c.Terms, Promised: p.Promised, Muted: t.c.Muted}
	if len(p.Missed) > 0 {
		h.Flags = append(h.Flags, "missed")
		if h.Missed = slices.Clone(p.Missed); !p.Agreed() {
			h.Missed = slices.DeleteFunc(h.Missed, askedOfUs)
		}
		r.Card.Missed = slices.DeleteFunc(slices.Clone(p.Missed), askedOfUs)
	}
	if t.c.Terms == TermsShared || t.c.Terms == TermsNone {
		r.Card.Flags = append(r.Card.Flags, "shared_phone")
	}
	if p.Concern {
		r.Card.Flags = append(r.Card.Flags, "concern")
	}
	if p.Agreed() {
		h.Agreement = *p.Agreement
		h.Said = slices.Clone(p.Said)
		h.Lines = t.lines()
		t.face(&r.Card, h)
	} else {
		// What was written before there was any agreement stays sealed; what
		// came after a person was asked for is addressed to that person.
		for _, s := range p.Said {
			if s.At.After(p.RefAt) {
				h.Said = append(h.Said, s)
			}
		}
	}
	r.Handover = h
	return r
}

// face fills the masked card and the hand-over from the answers.
func (t *turn) face(card *Card, h *Handover) {
	p := t.p
	if v, ok := p.Answer("name"); ok {
		h.Name = v.Text
		card.Initials = initials(v.Text.Raw())
	}
	if v, ok := p.Answer("phone"); ok && v.Text != "" {
		h.Phone = Address(v.Text)
	}
	if v, ok := p.Answer("place"); ok && v.Place != nil {
		card.Borough = v.Place.Borough
	}
	if v, ok := p.Answer("borough"); ok && len(v.IDs) > 0 && v.IDs[0] != "not_sure" {
		card.Borough = v.IDs[0]
	}
	if v, ok := p.Answer("needs"); ok {
		card.Needs = slices.Clone(v.IDs)
		if len(card.Needs) == 0 && !v.Skipped {
			card.Needs = []string{"other"}
		}
	}
	card.AgeBand = ageBand(p)
	card.Young = card.AgeBand == "13-15" || card.AgeBand == "16-17" || card.AgeBand == "under-18"
	if p.Has("who", "other") {
		card.Flags = append(card.Flags, "someone_else", "second_hand")
		h.Flags = append(h.Flags, "ask_agreement_first")
	}
	if v, ok := p.Answer("contact"); ok && v.Contact != nil && v.Contact.Interpreter {
		card.Flags = append(card.Flags, "interpreter")
	}
}

func ageBand(p *Person) string {
	for id, band := range map[string]string{"under_13": "under-13", "13_15": "13-15", "16_17": "16-17"} {
		if p.Has("young_age", id) {
			return band
		}
	}
	switch {
	case p.Has("who", "adult"):
		return "18-64"
	case p.Has("who", "older"):
		return "65+"
	case p.Has("who", "young"):
		return "under-18"
	}
	return ""
}
