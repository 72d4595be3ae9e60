package bot

import (
	"slices"
	"strings"
	"time"
)

// text answers a resident's text. Danger comes before everything else, then
// opting out, then who is writing, then whoever owns the conversation, then
// the bot.
func (t *turn) text() error {
	in, u := t.ev.In, t.ev.Understood
	silence := t.ev.At.Sub(t.c.LastIn)
	first := t.c.LastIn.IsZero()
	if t.ev.Practice || t.p.Practice && t.ev.At.Sub(t.p.LastIn) > practiceEnds {
		t.practise()
	}
	quick := !t.p.LastIn.IsZero() && t.ev.At.Sub(t.p.LastIn) < Joined
	t.behind = quick && t.p.Asked != nil && t.p.Asked.At.Equal(t.p.LastIn)
	t.c.LastIn, t.p.LastIn = t.ev.At, t.ev.At
	if t.c.Channel == WhatsApp {
		t.c.Window = t.ev.At.Add(24 * time.Hour)
	}
	t.timer("nudge", zeroTime)
	t.renew()
	t.learnLanguage()
	t.calmDown(silence)
	if f := t.all[t.p.Lent]; f != nil {
		t.f = f
	}

	if u.Danger.Label == "crisis" {
		return t.crisis()
	}
	if t.optOut() {
		return nil
	}
	if u.Danger.Label == "concern" {
		t.concern()
	}
	if t.c.Stopped {
		return t.whileStopped()
	}
	if t.muted() {
		return nil
	}
	if t.ev.Practice {
		t.say(EntryFlow, "try", nil)
		return t.begin()
	}
	if t.apart() {
		return nil
	}
	if in.Kind != KindText && in.Kind != "" {
		return t.unreadable()
	}
	if t.doubt(silence) && !everybodys(u.Command) {
		return t.askWhoWrites()
	}
	if t.p.Referred != "" {
		return t.waiting()
	}
	if u.Command != "" && u.Command != "none" {
		if done, err := t.command(u.Command); done || err != nil {
			return err
		}
	}
	if t.p.Life == LifeClosed {
		return t.anew()
	}
	if first || t.p.State == "" && t.p.Asked == nil {
		return t.hello()
	}
	return t.answer(quick)
}

// everybodys are the commands that say nothing of what was said before, so
// that whoever holds the phone may use them.
func everybodys(cmd string) bool {
	switch cmd {
	case "human", "help", "privacy", "language", "wrong":
		return true
	}
	return false
}

// renew moves on the day on which a silent conversation is forgotten.
func (t *turn) renew() {
	switch {
	case t.p.Practice:
		t.timer("practice", t.ev.At.Add(practiceEnds))
	case t.p.Referred != "": // as long as a referral is open nothing is forgotten
	case t.p.Life == LifeClosed:
		t.timer("retain", t.retain(t.prog.Closed))
	case t.p.Agreement != nil && !t.p.Agreement.Given:
		t.timer("retain", t.retain(t.prog.Declined))
	default:
		t.timer("retain", t.retain(t.prog.Unfinished))
	}
}

// learnLanguage takes the language of the first text that leaves no doubt. What
// a poster or a greeting made us suppose gives way to it; later texts in
// another language change nothing by themselves.
func (t *turn) learnLanguage() {
	u := t.ev.Understood
	if !t.p.Learns() || !u.LangSure || !u.Spoken || u.LangName != "" {
		return
	}
	t.switched = t.p.Lang != "" && t.p.Lang != u.Lang
	t.p.Lang, t.p.LangKnown = u.Lang, true
}

// greeted supposes a language from a bare greeting: the one language of the
// programme that greets so. A greeting that others borrow says only that
// English may do, where English comes first.
func (t *turn) greeted() string {
	found := ""
	for _, tag := range t.ev.Understood.Greets {
		switch i := slices.Index(t.prog.Languages, tag); {
		case i < 0:
		case found != "" || tag == "en" && i > 0:
			return ""
		default:
			found = tag
		}
	}
	return found
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
		t.timer("nudge", zeroTime)
		if !was && !answered {
			t.say(EntryStop, "stopped", nil)
		}
		t.note(NoteStopped, "")
		t.because("stop")
		return true
	case t.c.Stopped && (cmd == "start" || in.OptOut == "START"):
		t.c.Stopped = false
		t.note(NoteStarted, "")
		t.because("start")
		if !answered {
			t.started()
		}
		return true
	case in.OptOut == "START" && t.p.Asked == nil, in.OptOut == "HELP":
		t.because("answered by the network")
		return true
	}
	return false
}

// started greets somebody who opted in again, and goes on where they were.
func (t *turn) started() {
	n := len(t.Says)
	t.p.Shown = 0
	t.again()
	if len(t.Says) > n {
		t.Says[n].Lead = "started"
		return
	}
	t.say(EntryFlow, "started", nil)
}

// whileStopped takes a text from somebody who opted out: the holder of their
// referral reads it, a wish for a person is passed on, and nothing is sent.
func (t *turn) whileStopped() error {
	t.because("opted out")
	t.keepWords()
	switch cmd := t.ev.Understood.Command; {
	case t.p.Referred != "":
		t.relayText()
	case cmd == "human" || cmd == "call":
		return t.refer(ReasonHuman)
	}
	return nil
}

// keepWords keeps a text as the person's own words.
func (t *turn) keepWords() {
	if t.ev.In.Text == "" || t.kept {
		return
	}
	t.kept = true
	t.p.Said = append(t.p.Said, Said{Text: t.ev.In.Text, At: t.ev.At})
	if !t.p.Agreed() && t.p.Referred == "" {
		t.timer("forget", t.ev.At.Add(24*time.Hour))
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

// own tells whether a state is one of the engine's own questions.
func own(state string) bool { return strings.HasPrefix(state, "_") }
