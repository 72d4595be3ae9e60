package bot

// The engine's own questions behind a command.
const (
	askLanguage = "_language"
	askChange   = "_change"
	askDelete   = "_delete"
)

// command acts on a word that works in every state. done is false where the
// text should still be tried as an answer.
func (t *turn) command(cmd string) (done bool, err error) {
	t.because("command " + cmd)
	switch cmd {
	case "human":
		return true, t.person(ReasonHuman)
	case "call":
		return true, t.call()
	case "start":
		if t.p.Asked == nil && t.p.Resume == nil {
			return false, nil
		}
		t.goOn()
	case "help":
		if t.p.Asked == nil && t.p.State == "" && t.p.Life == LifeChatting && t.p.Referred == "" {
			return false, nil // "I need help" is how people begin
		}
		t.say(EntryFlow, "help", nil)
		t.goOn()
	case "privacy":
		t.privacy()
		t.goOn()
	case "language":
		return true, t.ask(askLanguage, AskLanguage, t.prog.Languages)
	case "delete":
		return true, t.delete()
	case "wrong":
		t.wrong()
	case "restart":
		t.restart()
		t.keepWords()
		return true, t.begin()
	case "back":
		return true, t.back()
	case "change":
		return true, t.change()
	case "skip":
		return t.skipped()
	default:
		return false, nil
	}
	return true, nil
}

// skipped passes the open question over.
func (t *turn) skipped() (bool, error) {
	if t.p.Asked == nil {
		return false, nil
	}
	if a := t.p.Asked; own(a.State) {
		t.p.Asked = nil
		switch {
		case a.State == askLanguage && t.p.State == askLanguage:
			t.p.Lang = t.lang()
			return true, t.begin()
		case a.State == askWho || a.State == askWhich:
			t.p.Asked = a
			return false, nil
		}
		t.again()
		return true, nil
	}
	s := t.f.States[t.p.Asked.State]
	if s == nil {
		return true, t.nearest()
	}
	return true, t.skip(s)
}

// person hands the conversation to a link worker because somebody asked for
// one, or because the bot cannot help any further. It says only what is true:
// when somebody will be there.
func (t *turn) person(reason Reason) error {
	if t.p.Lang == "" {
		t.p.Lang = t.lang()
	}
	t.keepWords()
	if t.p.Practice {
		t.say(EntryFlow, "try_person", nil)
		t.again()
		return nil
	}
	if t.p.Referred != "" {
		t.effect(Effect{Kind: EntryRaise, Referral: &Referral{Ref: t.p.Referred, Priority: PriorityRaised}})
	} else if err := t.refer(reason); err != nil {
		return err
	}
	if reason == ReasonUnreadable {
		t.say(EntryFlow, "let_go_person", nil)
		return nil
	}
	t.soon("person_coming", "person_later")
	return nil
}

// call is CALL ME: a person, by phone.
func (t *turn) call() error {
	if t.p.Practice {
		return t.person(ReasonHuman)
	}
	if t.p.Lang == "" {
		t.p.Lang = t.lang()
	}
	t.keepWords()
	if _, ok := t.p.Answers["contact"]; !ok && t.p.Agreed() {
		t.p.put("contact", Value{Contact: &Contact{Ways: []string{"call"}}, Typed: t.ev.In.Text, Offered: true}, false)
	}
	if t.p.Referred != "" {
		t.effect(Effect{Kind: EntryRaise, Referral: &Referral{Ref: t.p.Referred, Priority: PriorityRaised}})
	} else if err := t.refer(ReasonHuman); err != nil {
		return err
	}
	t.note(NoteCall, "")
	t.soon("call_coming", "call_later")
	return nil
}

// soon says that a person comes, or when the team is back.
func (t *turn) soon(now, later string) {
	t.p.Noted = t.ev.At
	if t.prog.Calendar.Open(t.ev.At) {
		t.say(EntryFlow, now, nil)
		return
	}
	next := t.prog.Calendar.NextOpen(t.ev.At)
	t.say(EntryFlow, later, map[string]any{"day": Day(next), "time": Clock(next)})
}

// privacy says in two texts who keeps what, for whom, how long, and what one
// may do about it.
func (t *turn) privacy() {
	t.say(EntryFlow, "privacy", map[string]any{"controller": t.prog.Controller})
	more := "privacy_more"
	if t.prog.Privacy == "" {
		more = "privacy_short"
	}
	t.say(EntryFlow, more, map[string]any{"link": t.prog.Privacy, "contact": t.prog.Contact, "months": t.months()})
}

// months is how long a closed referral is kept, for the privacy text.
func (t *turn) months() int {
	until := t.retain(t.prog.Closed)
	if until.IsZero() {
		return 0
	}
	return int(until.Sub(t.ev.At).Hours()/24/30.4 + 0.5)
}

// wrong believes whoever holds the phone: everything is paused, nothing is
// deleted, and the holder is told. The answer names nothing and nobody.
func (t *turn) wrong() {
	t.say(EntryFlow, "wrong_number", nil)
	t.note(NoteWrong, "")
	t.quiet("retain", "forget")
	t.c.Wrong = true
	t.terms()
}

// delete takes the wish for deletion. Before there was any agreement it is
// done at once; afterwards a person does it, within a month, and until then
// it can be taken back.
func (t *turn) delete() error {
	if t.p.Lang == "" {
		t.p.Lang = t.lang()
	}
	if t.p.Referred == "" && !t.p.Agreed() && t.p.Hold == nil {
		t.say(EntryFlow, "delete_now", nil)
		t.drop(t.who)
		return nil
	}
	t.p.Deleting = t.ev.At.AddDate(0, 1, 0)
	if t.p.Referred == "" {
		open := t.p.Asked
		if err := t.refer(ReasonHuman); err != nil {
			return err
		}
		t.p.Resume = open
	}
	t.askDeletion()
	return t.ask(askDelete, AskYesNo, []string{"yes", "no"})
}

// deleteAnswered takes the wish back on NO; anything else leaves it standing.
func (t *turn) deleteAnswered(id string) error {
	t.p.Asked = nil
	if id == "no" {
		t.keepAfterAll()
		t.say(EntryFlow, "delete_cancelled", nil)
	}
	t.again()
	return nil
}
