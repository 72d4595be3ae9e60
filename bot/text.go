package bot

import (
	"slices"
	"time"
)

// The engine's own questions, which stand outside every flow.
const (
	askLanguage = "_language"
	askWho      = "_who"
	askChange   = "_change"
)

// text answers a resident's text. Danger comes before everything else, then
// opting out, then whoever owns the conversation, then the bot.
func (t *turn) text() error {
	in, u := t.ev.In, t.ev.Understood
	silence := t.ev.At.Sub(t.c.LastIn)
	first := t.c.LastIn.IsZero()
	quick := !t.p.LastIn.IsZero() && t.ev.At.Sub(t.p.LastIn) < Joined
	t.c.LastIn = t.ev.At
	t.p.LastIn = t.ev.At
	t.p.Nudged = t.p.Nudged && t.p.Asked != nil
	if t.c.Channel == WhatsApp {
		t.c.Window = t.ev.At.Add(24 * time.Hour)
	}
	t.c.timer("nudge", time.Time{})
	t.learnLanguage()

	if u.Danger.Label == "crisis" {
		return t.crisis()
	}
	if done := t.optOut(); done {
		return nil
	}
	if u.Danger.Label == "concern" {
		t.p.Concern = true
		if t.p.Referred != "" {
			t.effect(Effect{Kind: EntryRaise, Referral: &Referral{Ref: t.p.Referred, Priority: PriorityRaised, Card: Card{Flags: []string{"concern"}}}})
		}
	}
	if t.c.Stopped {
		// Opted out: a person still reads it, and nothing is sent.
		t.because("opted out")
		return t.relayOrRefer(ReasonHuman, false)
	}
	if in.Kind != KindText && in.Kind != "" {
		return t.unreadable()
	}
	if t.p.Life == LifeWaiting || t.p.Life == LifeWorker {
		return t.waiting()
	}
	if u.Command != "" && u.Command != "none" {
		if done, err := t.command(u.Command); done || err != nil {
			return err
		}
	}
	if t.p.Life == LifeClosed {
		return t.again()
	}
	if first || t.p.State == "" && t.p.Asked == nil {
		return t.hello()
	}
	if t.p.Agreed() && silence >= Quiet && t.c.Terms != TermsAny && t.p.Asked != nil && t.p.Asked.State != askWho {
		// Whoever holds the phone may be somebody else: ask before anything
		// said earlier is repeated.
		return t.ask(askWho, AskChoice, []string{"before", "new", "person"})
	}
	return t.answer(quick)
}

// learnLanguage takes the language of the first text, or of a text that names
// one. Later texts in another language do not change it by themselves.
func (t *turn) learnLanguage() {
	u := t.ev.Understood
	if t.p.Lang == "" && u.LangSure && u.Spoken && u.LangName == "" {
		t.p.Lang = u.Lang
	}
}

// optOut records STOP and START, whoever owns the conversation. Twilio answers
// its own words; everything else is confirmed once.
func (t *turn) optOut() bool {
	in, cmd := t.ev.In, t.ev.Understood.Command
	answered := in.OptOut != ""
	switch {
	case cmd == "stop" || in.OptOut == "STOP":
		was := t.c.Stopped
		t.c.Stopped = true
		t.DropFlow = true
		t.c.Timers = keep(t.c.Timers, "retain", "forget", "unfinished")
		if !was && !answered {
			t.say(EntryStop, "stopped", nil).Lock = LockSafe
		}
		t.note(NoteStopped, "")
		t.because("stop")
		return true
	case t.c.Stopped && (cmd == "start" || in.OptOut == "START"):
		t.c.Stopped = false
		t.note(NoteStarted, "")
		t.because("start")
		if !answered {
			t.reask()
		}
		return true
	case in.OptOut == "START", in.OptOut == "HELP":
		t.because("answered by the network")
		return true
	}
	return false
}

func keep(m map[string]time.Time, names ...string) map[string]time.Time {
	out := map[string]time.Time{}
	for _, n := range names {
		if v, ok := m[n]; ok {
			out[n] = v
		}
	}
	return out
}

// hello opens a conversation: with the language question only when keyword,
// script and words have all failed.
func (t *turn) hello() error {
	t.keepWords()
	if t.p.Lang == "" {
		u := t.ev.Understood
		if u.LangSure && !u.Spoken && u.Lang != "" {
			return t.unspoken()
		}
		if len(t.prog.Languages) > 1 {
			t.p.State = askLanguage
			return t.ask(askLanguage, AskLanguage, t.prog.Languages)
		}
		t.p.Lang = t.lang()
	}
	return t.begin()
}

// begin enters the flow at its start.
func (t *turn) begin() error {
	t.p.Life = LifeChatting
	t.offer()
	if t.prog.Area != "" {
		t.p.put("place", Value{Text: Words(t.prog.Area), Flag: "sure", Place: &Place{Borough: t.prog.Area, Basis: "group"}}, false)
	}
	if t.p.Agreed() && t.f.Agree != "" { // agreed before: from the first question on
		to, ok, err := t.f.next(t.f.Agree, "yes", t.p)
		if err != nil {
			return err
		}
		if ok {
			return t.enter(to)
		}
	}
	return t.enter(t.f.Start)
}

// unspoken hands a person whose language we do not speak to a link worker.
func (t *turn) unspoken() error {
	t.because("language not spoken")
	if err := t.refer(ReasonLanguage); err != nil {
		return err
	}
	t.say(EntryFlow, "language_person", nil)
	return nil
}

// keepWords keeps a text as the person's own words.
func (t *turn) keepWords() {
	if t.ev.In.Text == "" {
		return
	}
	t.p.Said = append(t.p.Said, Said{Text: t.ev.In.Text, At: t.ev.At})
	if !t.p.Agreed() {
		t.c.timer("forget", t.ev.At.Add(24*time.Hour))
	}
}

// offer keeps what a text said in passing about questions not yet answered.
func (t *turn) offer() {
	open := ""
	if t.p.Asked != nil {
		if s := t.f.States[t.p.Asked.State]; s != nil {
			open = s.Save
		}
	}
	for slot, v := range t.ev.Understood.Offered {
		if _, known := t.p.Answers[slot]; known || slot == open {
			continue
		}
		if t.p.Offered == nil {
			t.p.Offered = map[string]Value{}
		}
		v.Offered = true
		t.p.Offered[slot] = v
		t.p.OfferedAt = t.ev.At
	}
}

// unreadable answers a picture, a voice note or anything else that nobody can
// open here. A person is told.
func (t *turn) unreadable() error {
	t.because("unreadable")
	if t.p.Referred != "" {
		t.note(NoteMedia, "")
		if t.p.Life == LifeWorker {
			return nil
		}
	}
	if t.p.Asked == nil && t.p.State == "" {
		if t.p.Lang == "" {
			t.p.Lang = t.lang()
		}
	}
	t.say(EntryFlow, "unreadable", nil)
	return nil
}

// again answers somebody whose referral was closed: same person, questions
// from the top, without the agreement they have given.
func (t *turn) again() error {
	if err := t.p.live(lifeChat); err != nil {
		return err
	}
	t.restart()
	t.because("written again after closing")
	return t.begin()
}

// restart forgets the answers of a finished run but keeps agreement, language
// and who is writing.
func (t *turn) restart() {
	p := t.p
	p.Path, p.Answers, p.Offered, p.Missed, p.Asked, p.Resume = nil, nil, nil, nil, nil, nil
	p.Referred, p.RefN, p.Reason, p.Drafted, p.Changing, p.State = "", 0, "", false, "", ""
	p.Said = nil
	t.c.OwnRef = ""
	t.c.Owner = OwnerBot
}

// waiting takes a text of somebody who has a referral. While a person holds
// it the bot is silent; in between the text is addressed to the referral.
func (t *turn) waiting() error {
	cmd := t.ev.Understood.Command
	if t.p.Asked != nil && t.ev.Understood.Answer.Kind == AnswerValue {
		return t.answer(false)
	}
	if t.p.Life == LifeWaiting {
		switch cmd {
		case "change", "privacy", "language", "help", "delete", "wrong":
			if done, err := t.command(cmd); done || err != nil {
				return err
			}
		}
	} else if cmd == "delete" || cmd == "wrong" {
		if done, err := t.command(cmd); done || err != nil {
			return err
		}
	}
	t.p.Asked = nil
	t.keepWords()
	t.effect(Effect{Kind: EntryRelay, Note: &Note{Kind: NoteText, Text: t.ev.In.Text, Lang: t.p.Lang, At: t.ev.At}})
	t.because("for the link worker")
	if t.p.Life == LifeWaiting && t.ev.At.Sub(t.p.Noted) > 12*time.Hour {
		t.p.Noted = t.ev.At
		if t.p.Promised.IsZero() {
			t.say(EntryFlow, "waiting", nil)
		} else {
			t.say(EntryFlow, "waiting_by", map[string]any{"day": Day(t.p.Promised)})
		}
	}
	return nil
}

// relayOrRefer brings a text to a person: to the referral that is there, or
// to a new one. loud says whether the resident is told.
func (t *turn) relayOrRefer(reason Reason, loud bool) error {
	t.keepWords()
	if t.p.Referred != "" {
		t.effect(Effect{Kind: EntryRelay, Note: &Note{Kind: NoteText, Text: t.ev.In.Text, Lang: t.p.Lang, At: t.ev.At}})
		return nil
	}
	if err := t.refer(reason); err != nil {
		return err
	}
	if loud {
		t.say(EntryFlow, "person_coming", nil)
	}
	return nil
}

// ask puts one of the engine's own questions.
func (t *turn) ask(state string, kind AskKind, options []string) error {
	if t.p.Asked != nil && t.p.Asked.State[0] != '_' {
		t.p.Resume = t.p.Asked
	}
	s := t.say(EntryFlow, state, nil)
	s.Asks = true
	s.Options = slices.Clone(options)
	for _, o := range options {
		if st := t.f.States[o]; state == askChange && st != nil {
			o = st.Save // a block's questions are named by what they save
		}
		s.Menu = append(s.Menu, state+"."+o)
	}
	t.p.Asked = &Asked{State: state, Kind: kind, Options: s.Options, Menu: s.Menu, Lang: t.lang(), At: t.ev.At}
	t.p.Unclear = 0
	return nil
}
