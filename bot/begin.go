package bot

// hello opens a conversation: with the language question only when keyword,
// script and words have all failed.
func (t *turn) hello() error {
	t.keepWords()
	if t.p.Lang == "" {
		u := t.ev.Understood
		if u.LangSure && !u.Spoken && u.Lang != "" {
			return t.unspoken()
		}
		if t.p.Lang = t.greeted(); t.p.Lang != "" {
			return t.begin()
		}
		if len(t.prog.Languages) > 1 {
			t.p.State = askLanguage
			t.offer()
			return t.ask(askLanguage, AskLanguage, t.prog.Languages)
		}
		t.p.Lang = t.lang()
	}
	return t.begin()
}

// begin enters the flow at its start.
func (t *turn) begin() error {
	if t.p.Referred == "" {
		t.p.Life = LifeChatting
	}
	t.offer()
	if t.prog.Area != "" {
		t.p.put("place", Value{Text: Words(t.prog.Area), Flag: "sure", Place: &Place{Borough: t.prog.Area, Basis: "group"}}, false)
	}
	if t.p.Agreed() && t.f.Agree != "" { // agreed before: from the first question on
		to, ok, err := t.f.next(t.f.Agree, "yes", t.p, t.facts())
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
	t.say(EntryFlow, t.or("language_person"), nil)
	return nil
}

// unreadable answers a picture, a voice note, an empty text or anything else
// that nobody can open here. The holder of a referral is told.
func (t *turn) unreadable() error {
	t.because("unreadable")
	if t.p.Referred != "" {
		t.note(NoteMedia, "")
		if t.p.Held() {
			return nil
		}
	}
	if t.p.Lang == "" && t.p.State == "" {
		t.p.Lang = t.lang()
	}
	key := "unreadable"
	if t.ev.In.Kind == KindUnsupported && len(t.ev.In.Media) == 0 {
		key = "empty"
	}
	t.say(EntryFlow, key, nil)
	return nil
}

// anew answers somebody whose referral was closed: same person, questions
// from the top, without the agreement they have given.
func (t *turn) anew() error {
	if err := t.p.live(lifeChat); err != nil {
		return err
	}
	t.restart()
	t.keepWords()
	t.because("written again after closing")
	return t.begin()
}

// restart forgets the answers of a run but keeps agreement, language, who is
// writing, and a referral that is still open.
func (t *turn) restart() {
	p := t.p
	p.Path, p.Answers, p.Offered, p.Missed, p.Asked, p.Resume = nil, nil, nil, nil, nil, nil
	p.Changing, p.State, p.Said, p.Unclear, p.Shown = "", "", nil, 0, 0
	if p.Referred == "" {
		p.RefN, p.Reason, p.Drafted, p.Owner, p.Fence, p.Promised = 0, "", false, "", 0, zeroTime
	}
	t.mirror()
}
