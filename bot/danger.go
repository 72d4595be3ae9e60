package bot

import (
	"strings"
	"time"
)

// The engine's own questions to somebody in danger. Their words stand in the
// safety texts.
const (
	askSafeTime = "_safe_time" // is now a good time to talk?
	askSafeNow  = "_safe_now"  // are you safe right now?
)

// neutral kinds of danger are those where somebody else may be reading: their
// first text hints at nothing, and nothing more is sent before a yes.
func neutral(category string) bool {
	return category == "abuse" || category == "violence" || category == "exploitation"
}

// crisis answers a cry for help before anything else, whoever owns the
// conversation and whatever else the text says, and always alerts.
func (t *turn) crisis() error {
	d := t.ev.Understood.Danger
	if t.p.Lang == "" {
		t.p.Lang = t.lang()
	}
	t.because("crisis " + d.Category)
	t.DropFlow = true
	t.unmute() // whoever asks for help is heard again
	t.keepWords()
	t.returnLent()
	open := t.p.Asked
	if open == nil || own(open.State) {
		open = t.p.Resume
	}
	switch {
	case t.p.Practice: // the danger may be real, the referral would not be
	case t.p.Referred == "":
		if err := t.refer(ReasonCrisis); err != nil {
			return err
		}
	default:
		t.effect(Effect{Kind: EntryRaise, Referral: &Referral{Ref: t.p.Referred, Priority: PriorityUrgent, Card: Card{Flags: []string{"crisis"}}}})
	}
	t.p.Asked, t.p.Resume, t.p.Unclear = nil, open, 0
	t.p.Danger = &Crisis{Category: d.Category, At: t.ev.At, Open: neutral(d.Category)}
	t.saySafety(t.safetyText(d.Category))
	if neutral(d.Category) {
		t.p.Asked = t.safetyQuestion(askSafeTime, "yes", "no")
	}
	t.effect(Effect{Kind: EntryAlert, Alert: &Alert{
		ID: string(t.c.CID) + "-" + t.ev.ID, CID: t.c.CID, Programme: t.c.Programme, Ref: t.p.Referred, Practice: t.p.Practice,
		Label: d.Label, Category: d.Category, Lang: t.lang(), Said: t.ev.In.Text, Resident: t.c.Resident, At: t.ev.At,
	}})
	if t.p.Referred != "" {
		t.effect(Effect{Kind: EntryRelay, Note: &Note{Kind: NoteCrisis, Text: t.ev.In.Text, Lang: t.p.Lang, At: t.ev.At}})
	}
	if t.ev.Understood.Command == "stop" || t.ev.In.OptOut == "STOP" {
		t.c.Stopped = true
		t.note(NoteStopped, "")
	}
	return nil
}

// safetyText names the text for a kind of danger.
func (t *turn) safetyText(category string) string {
	if category == "destitution" && (t.prog.Council == "" || t.prog.Council == "999") {
		return "destitution_any" // no council's number is known
	}
	return category
}

func (t *turn) saySafety(text string) *Say {
	t.Says = append(t.Says, Say{
		Kind: EntrySafety, Safety: text, Lang: t.lang(), Lock: LockLive,
		Args: map[string]any{"service": t.prog.Service, "council": t.prog.Council},
	})
	return &t.Says[len(t.Says)-1]
}

// safetyQuestion is a question whose words stand in a safety text: its menu is
// within the text.
func (t *turn) safetyQuestion(state string, options ...string) *Asked {
	t.p.Unclear = 0
	return &Asked{State: state, Kind: AskChoice, Also: []AskKind{AskYesNo}, Options: options, Menu: safetyMenu[:len(options)], Lang: t.lang(), At: t.ev.At}
}

var safetyMenu = []string{"agreement.yes", "agreement.no", "borough.not_sure"}

// safetyAnswer takes an answer to one of the two questions: help after a yes,
// silence after a no to "is now a good time".
func (t *turn) safetyAnswer(state, id string) error {
	d := t.p.Danger
	t.p.Asked = nil
	if d == nil {
		return nil
	}
	t.because("safety question: " + id)
	t.effect(Effect{Kind: EntryNote, Note: &Note{Kind: NoteSafe, Code: id, Lang: t.p.Lang, At: t.ev.At}})
	switch {
	case state == askSafeTime && id == "yes":
		d.Open = false
		t.saySafety(d.Category + "_yes")
	case state == askSafeTime:
		// Silence: whoever holds the phone learns nothing.
	case id == "yes":
		t.saySafety("safe_now_yes") // the open question waits until they write again
	default:
		if t.p.Referred != "" {
			t.effect(Effect{Kind: EntryRaise, Referral: &Referral{Ref: t.p.Referred, Priority: PriorityUrgent, Card: Card{Flags: []string{"crisis"}}}})
		}
		t.saySafety("safe_now_no")
	}
	return nil
}

// calmDown lets go of a safety question that nobody answered for half an hour:
// a later yes may be about anything.
func (t *turn) calmDown(silence time.Duration) {
	if a := t.p.Asked; a != nil && strings.HasPrefix(a.State, "_safe") && silence >= Quiet {
		t.p.Asked = nil
	}
}

// paged says what became of the page, and asks whether the person is safe.
// Where somebody else may be reading nothing is said unasked.
func (t *turn) paged() error {
	t.because("paged: " + t.ev.Code)
	if !t.mayHear() {
		return nil
	}
	if t.ev.Code == PageAccepted {
		t.saySafety("told")
	} else {
		next := t.prog.Calendar.NextOpen(t.ev.At)
		s := t.saySafety("back")
		s.Args["day"], s.Args["time"] = Day(next), Clock(next)
	}
	t.saySafety("safe_now").Asks = true
	if t.p.Asked != nil && !own(t.p.Asked.State) {
		t.p.Resume = t.p.Asked
	}
	t.p.Asked = t.safetyQuestion(askSafeNow, "yes", "no", "not_sure")
	return nil
}

// taken says that a person has read the text; only a button leads here.
func (t *turn) taken() error {
	t.because("a person has it")
	if t.mayHear() {
		t.saySafety("person_read")
	}
	return nil
}

// mayHear tells whether the person in danger may be written to unasked: never
// before a yes where somebody else may be reading, and on a phone that others
// read only while the person holds it.
func (t *turn) mayHear() bool {
	d := t.p.Danger
	switch {
	case d == nil || d.Open || t.c.Stopped:
		return false
	case neutral(d.Category) || t.c.Terms != TermsAny && t.c.Terms != TermsUnknown:
		return t.ev.At.Sub(t.p.LastIn) <= Live
	}
	return t.ev.At.Sub(t.p.LastIn) <= 24*time.Hour
}

// concern marks what a person should read the same working day: on the card
// of the referral, if there is one, and as an alert with a clock of its own,
// for a card may lie with somebody who is away.
func (t *turn) concern() {
	// What follows at once is the same worry; later it is one of its own.
	known := t.p.Concern && t.ev.At.Sub(t.p.ConcernAt) < Quiet
	t.p.Concern = true
	if t.p.Practice {
		return
	}
	if t.p.Referred != "" {
		t.effect(Effect{Kind: EntryRaise, Referral: &Referral{Ref: t.p.Referred, Priority: PriorityRaised, Card: Card{Flags: []string{"concern"}}}})
	}
	if !known {
		t.p.ConcernAt = t.ev.At
		t.effect(Effect{Kind: EntryAlert, Alert: &Alert{
			ID: string(t.c.CID) + "-" + t.ev.ID, CID: t.c.CID, Programme: t.c.Programme, Ref: t.p.Referred, Label: "concern",
			Category: t.ev.Understood.Danger.Category, Lang: t.lang(), Said: t.ev.In.Text, Resident: t.c.Resident, At: t.ev.At,
		}})
	}
}
