package bot

import "time"

// waiting takes a text of somebody who has a referral. While a person holds it
// the bot is silent but for words that work in every state; in between a text
// is addressed to the referral.
func (t *turn) waiting() error {
	cmd := t.ev.Understood.Command
	a := t.p.Open()
	if a != nil && (a == t.p.Asked || !t.p.Held()) && t.answers(a) {
		if a == t.p.Resume {
			t.p.Asked, t.p.Resume = t.p.Resume, nil
		}
		return t.answer(false)
	}
	t.returnLent()
	t.because("for the link worker")
	if t.p.Held() {
		switch cmd {
		case "help", "privacy", "language", "delete", "wrong":
			if done, err := t.command(cmd); done || err != nil {
				return err
			}
		}
		t.keepWords()
		t.relayText()
		t.unanswered()
		return nil
	}
	switch cmd {
	case "change", "privacy", "language", "help", "delete", "wrong", "human", "call", "restart", "start":
		if done, err := t.command(cmd); done || err != nil {
			return err
		}
	case "back", "skip":
		if t.p.Asked != nil {
			if done, err := t.command(cmd); done || err != nil {
				return err
			}
		}
	}
	t.keepWords()
	t.relayText()
	if q := t.ev.Understood.Question; q != "" {
		t.question(q)
		return nil
	}
	// A question that stood open is asked once more; whoever does not take it
	// up is left in peace.
	if t.p.Asked == nil && t.p.Resume != nil && !own(t.p.Resume.State) {
		t.p.Shown = 0
	}
	if a := t.p.Asked; (a == nil || !own(a.State)) && t.p.Shown < 2 {
		n := len(t.Says)
		t.again()
		if len(t.Says) > n {
			if !t.p.Promised.IsZero() {
				t.Says[n].Lead = "unfinished"
				t.Says[n].Args["day"] = Day(t.p.Promised)
			}
			t.p.Shown = 2
			return nil
		}
	}
	if t.ev.At.Sub(t.p.Noted) > 12*time.Hour {
		t.sayWaiting()
	}
	return nil
}

// answers tells whether a text answers the open question, or is about it.
func (t *turn) answers(a *Asked) bool {
	u := t.ev.Understood
	if a.State == askWho || a.State == askWhich {
		return true
	}
	if u.Command != "" && u.Command != "none" {
		return false
	}
	if u.Answer.Kind == AnswerValue || u.Answer.Kind == AnswerNone || u.Answer.Kind == AnswerRefused {
		return true
	}
	s := t.f.States[a.State]
	return u.More && (len(a.All) > 0 || s != nil && s.More != "")
}

// sayWaiting tells somebody that their text was taken and when a person comes.
func (t *turn) sayWaiting() {
	t.p.Noted = t.ev.At
	if t.p.Promised.IsZero() {
		t.say(EntryFlow, "waiting", nil)
		return
	}
	t.say(EntryFlow, "waiting_by", map[string]any{"day": Day(t.p.Promised)})
}

// relayText brings a text to the referral it is addressed to.
func (t *turn) relayText() {
	t.effect(Effect{Kind: EntryRelay, Note: &Note{Kind: NoteText, Text: t.ev.In.Text, Lang: t.p.Lang, At: t.ev.At}})
}
