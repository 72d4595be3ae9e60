package bot

// ownAnswer takes an answer to one of the engine's own questions.
func (t *turn) ownAnswer(a *Asked) error {
	u := t.ev.Understood
	id := ""
	if len(u.Answer.Value.IDs) > 0 {
		id = u.Answer.Value.IDs[0]
	}
	if u.More && len(a.All) > 0 {
		t.askPage(a.State, a.Kind, a.All, a.Page+1)
		return nil
	}
	switch a.State {
	case askLanguage:
		return t.languageChosen(id)
	case askWho:
		return t.whoChosen(id)
	case askWhich:
		return t.whichChosen()
	case askSafeTime, askSafeNow:
		if id != "" {
			return t.safetyAnswer(a.State, id)
		}
	case askDelete:
		return t.deleteAnswered(id)
	case askChange:
		if s := t.f.States[id]; s != nil {
			return t.changeTo(s)
		}
	}
	t.keepWords()
	t.p.Unclear++
	if t.p.Unclear < 2 {
		t.unclearAgain()
		return nil
	}
	t.p.Asked = nil
	t.lead = "let_go"
	t.again()
	t.lead = ""
	return nil
}

// languageChosen goes on in the language that was chosen, by number or name.
func (t *turn) languageChosen(id string) error {
	u := t.ev.Understood
	switch {
	case id != "":
		t.p.Lang, t.p.LangKnown = id, true
	case u.LangName != "" && u.Spoken:
		t.p.Lang, t.p.LangKnown = u.LangName, true
	case u.LangName != "" || u.LangSure && !u.Spoken && u.Lang != "":
		return t.unspoken()
	case u.LangSure && u.Spoken:
		t.p.Lang, t.p.LangKnown = u.Lang, true
		t.keepWords()
		t.offer()
	default:
		t.keepWords()
		t.p.Unclear++
		if t.p.Unclear >= 2 {
			return t.unspoken()
		}
		t.again()
		return nil
	}
	t.p.Asked, t.p.Shown, t.p.Unclear = nil, 0, 0
	switch {
	case t.p.Resume != nil:
		t.again()
	case t.p.State == askLanguage || t.p.State == "":
		return t.begin()
	default:
		t.say(EntryFlow, "language_set", nil)
	}
	return nil
}
