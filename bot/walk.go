package bot

import (
	"slices"
	"strconv"
	"time"
)

var zeroTime time.Time

// pageOf is how many options one text shows; 9 is more, 0 a person.
const pageOf = 8

// agreementVersion names the text that was shown: flow, its version, state.
func agreementVersion(f *Flow, s *State) string {
	return f.Name + "/" + strconv.Itoa(f.Version) + "/" + s.Name
}

// facts are what a guard may ask of the programme.
func (t *turn) facts() Facts {
	var out Facts
	for i, on := range [...]bool{ // in the order of factNames
		t.prog.Area != "", t.prog.Council != "" && t.prog.Council != "999", t.grouped(), t.prog.HomeOffice != "",
		t.p.Practice, t.prog.YoungOwn, t.c.Terms == TermsAny,
	} {
		if on {
			out |= 1 << i
		}
	}
	return out
}

// grouped tells whether a group's poster brought the person here.
func (t *turn) grouped() bool { return t.prog.Group != "" && t.prog.Group == t.c.Group }

// follow leaves a question by an event and enters what comes next. A question
// that was only asked again to be changed leads back instead.
func (t *turn) follow(s *State, event string) error {
	t.p.Unclear = 0
	if t.p.Changing == s.Name && s.Name != "" {
		return t.changed(s, event)
	}
	to, ok, err := t.after(s, event)
	if err != nil {
		return err
	}
	if !ok {
		return t.person(ReasonUnreadable)
	}
	return t.enter(to)
}

// after names the state behind a question; an event without a row of its own
// goes the way of any answer.
func (t *turn) after(s *State, event string) (string, bool, error) {
	to, ok, err := t.f.next(s.Name, event, t.p, t.facts())
	if err == nil && !ok && event != OnAnswer {
		return t.f.next(s.Name, OnAnswer, t.p, t.facts())
	}
	return to, ok, err
}

// enter walks from a state to the next question: statements are said,
// actions done, questions that are answered already passed over.
func (t *turn) enter(name string) error {
	for range 64 { // a flow's longest run of statements is far below this
		s := t.f.States[name]
		if s == nil {
			return t.nearest()
		}
		t.p.State = name
		if s.Dropped || !s.If.Holds(t.p, t.facts()) {
			next, ok, err := t.pass(s)
			if err != nil {
				return err
			}
			if !ok {
				return t.end()
			}
			name = next
			continue
		}
		for _, do := range s.Do {
			if err := t.do(do); err != nil || t.over {
				return err
			}
		}
		if s.Question() {
			next, ok, err := t.known(s)
			if err != nil {
				return err
			}
			if ok {
				name = next
				continue
			}
			t.put(s)
			return nil
		}
		if s.Say != "" {
			t.say(EntryFlow, t.key(s.Say, s.They), t.args(s))
			t.leave()
		}
		if s.End() {
			return t.end()
		}
		next, ok, err := t.f.next(name, onThen, t.p, t.facts())
		if err != nil {
			return err
		}
		if !ok {
			return t.end()
		}
		name = next
	}
	return t.person(ReasonUnreadable)
}

// end leaves a flow behind its last state. A block that was lent to gives the
// conversation back to its holder.
func (t *turn) end() error {
	t.p.Asked = nil
	if t.p.Lent != "" {
		t.giveBack("done")
	}
	return nil
}

// leave puts the text that is kept for it before the first text of the turn.
func (t *turn) leave() {
	if t.lead != "" {
		t.Says[len(t.Says)-1].Lead, t.lead = t.lead, ""
	}
}

// pass leaves a state that is passed over.
func (t *turn) pass(s *State) (string, bool, error) {
	if s.Question() {
		return t.f.next(s.Name, OnAnswer, t.p, t.facts())
	}
	return t.f.next(s.Name, onThen, t.p, t.facts())
}

// known passes over a question whose answer is there already, offered in an
// earlier text or fixed by the poster.
func (t *turn) known(s *State) (string, bool, error) {
	if s.Save == "" || t.agrees(s) || s.Offer || t.p.Changing == s.Name || !t.p.Agreed() {
		return "", false, nil
	}
	v, ok := t.p.Answer(s.Save)
	if !ok || s.Append {
		return "", false, nil
	}
	if _, offered := t.p.Offered[s.Save]; offered {
		t.p.put(s.Save, v, false)
		t.ageFollows(s, v)
	}
	return t.after(s, event(s, v))
}

// event names the way out that an answer takes.
func event(s *State, v Value) string {
	for _, id := range v.IDs {
		if len(s.On[id]) > 0 {
			return id
		}
	}
	if v.Flag != "" && len(s.On[v.Flag]) > 0 {
		return v.Flag
	}
	if v.Skipped && len(s.On[OnSkip]) > 0 {
		return OnSkip
	}
	return OnAnswer
}

// ahead tells whether a question without an answer lies behind a state, with
// the answers as they stand now.
func (t *turn) ahead(from string) bool {
	name := from
	for range 64 {
		s := t.f.States[name]
		if s == nil {
			return false
		}
		var next string
		var ok bool
		var err error
		switch {
		case s.Dropped || !s.If.Holds(t.p, t.facts()):
			next, ok, err = t.pass(s)
		case s.Question():
			v, known := t.p.Answer(s.Save)
			if !known || s.Save == "" || s.Append {
				return true
			}
			next, ok, err = t.after(s, event(s, v))
		default:
			next, ok, err = t.f.next(name, onThen, t.p, t.facts())
		}
		if err != nil || !ok {
			return false
		}
		name = next
	}
	return false
}

// put asks a question of the flow.
func (t *turn) put(s *State) {
	if t.p.Asked == nil || t.p.Asked.State != s.Name {
		t.p.Shown, t.p.Unclear = 0, 0
	}
	if n := len(t.p.Path); n == 0 || t.p.Path[n-1] != s.Name {
		t.p.Path = append(t.p.Path, s.Name)
	}
	var ids, keys []string
	for _, o := range t.options(s) {
		ids = append(ids, o.ID)
		keys = append(keys, t.key(o.Key, o.They))
	}
	a := &Asked{State: s.Name, Kind: s.Ask, Also: s.Also}
	say := t.show(a, t.key(s.Say, s.They), t.args(s), ids, keys, 0)
	if s.More != "" && len(a.All) == 0 {
		say.Tail = append(say.Tail, "9 menu.more")
	}
	if s.Person {
		say.Tail = append(say.Tail, "0 menu.person")
	}
	if t.p.Agreed() && t.c.Terms == TermsAny && !t.p.Nudged && t.p.Lent == "" {
		t.timer("nudge", t.prog.Calendar.Daytime(t.ev.At.Add(time.Hour)))
	}
	if t.p.Drafted && t.p.Referred == "" {
		t.timer("unfinished", t.prog.Calendar.AddOpen(t.ev.At, 2*time.Hour))
	}
}

// show says a question with its menu, a page of it where it is long.
func (t *turn) show(a *Asked, key string, args map[string]any, ids, keys []string, page int) *Say {
	say := t.say(EntryFlow, key, args)
	say.Asks = true
	t.leave()
	if len(ids) > pageOf {
		pages := (len(ids) + pageOf - 1) / pageOf
		a.Page = page % pages
		a.All = ids
		from := a.Page * pageOf
		to := min(from+pageOf, len(ids))
		ids, keys = ids[from:to], keys[from:to]
		say.Tail = append(say.Tail, "9 menu.next")
	}
	say.Options, say.Menu = slices.Clone(ids), slices.Clone(keys)
	a.Options, a.Menu, a.Lang, a.At = slices.Clone(ids), slices.Clone(keys), t.lang(), t.ev.At
	t.p.Asked = a
	t.p.Shown++
	return say
}

// ask puts one of the engine's own questions.
func (t *turn) ask(state string, kind AskKind, options []string) error {
	if t.p.Asked != nil && !own(t.p.Asked.State) {
		t.p.Resume = t.p.Asked
	}
	t.p.Unclear, t.p.Shown = 0, 0
	t.askPage(state, kind, options, 0)
	return nil
}

func (t *turn) askPage(state string, kind AskKind, options []string, page int) {
	var keys []string
	for _, o := range options {
		if s := t.f.States[o]; state == askChange && s != nil {
			o = s.Save // a block's questions are named by what they save
		}
		keys = append(keys, state+"."+o)
	}
	key, args := state, map[string]any(nil)
	if state == askDelete {
		key, keys, args = "delete_asked", nil, map[string]any{"day": Day(t.p.Deleting)}
	}
	a := &Asked{State: state, Kind: kind}
	t.show(a, key, args, options, keys, page)
	if state == askDelete {
		say := &t.Says[len(t.Says)-1]
		say.Options = nil // the text itself says what to send
	}
}

// options are a question's choices. The borough question takes its choices
// from the place that was said.
func (t *turn) options(s *State) []Option {
	if len(s.Options) != 1 || len(s.Options[0].ID) < 2 || s.Options[0].ID[0] != '@' {
		return s.Options
	}
	v, _ := t.p.Answer(s.Options[0].ID[1:])
	var out []Option
	if v.Place != nil {
		for _, b := range v.Place.Boroughs[:min(3, len(v.Place.Boroughs))] {
			out = append(out, Option{ID: b, Key: "=" + b})
		}
	}
	return append(out, Option{ID: "not_sure", Key: s.Say + ".not_sure"})
}

// key chooses the wording about somebody else where there is one.
func (t *turn) key(mine, they string) string {
	switch {
	case mine == "welcome" && t.grouped():
		return "welcome_group"
	case they != "" && t.p.Has("who", "other"):
		return they
	}
	return mine
}

// goOn asks the open question again after what somebody asked for was
// answered, as often as they ask: only answers that nobody understands make a
// question let go.
func (t *turn) goOn() {
	t.p.Shown = min(t.p.Shown, 1)
	t.again()
}

// again says the open question once more, or the one that was interrupted.
// One that was shown three times is left standing in silence.
func (t *turn) again() {
	a := t.p.Asked
	if a == nil {
		if a = t.p.Resume; a == nil {
			return
		}
		t.p.Asked, t.p.Resume = a, nil
	}
	if t.p.Shown >= 3 {
		return
	}
	if own(a.State) {
		options, unclear, shown := a.Options, t.p.Unclear, t.p.Shown
		if len(a.All) > 0 {
			options = a.All
		}
		t.askPage(a.State, a.Kind, options, a.Page)
		t.p.Unclear, t.p.Shown = unclear, shown+1
		return
	}
	if s := t.f.States[a.State]; s != nil {
		t.put(s)
		return
	}
	_ = t.nearest()
}

// unclearAgain says that a text was not understood, and asks again.
func (t *turn) unclearAgain() {
	t.lead = "unclear"
	t.again()
	t.lead = ""
}

// nearest goes to the nearest question that still exists on the way that was
// gone, and asks it again; a flow may have changed under a conversation.
func (t *turn) nearest() error {
	t.p.Asked = nil
	for len(t.p.Path) > 0 {
		last := t.p.Path[len(t.p.Path)-1]
		if s := t.f.States[last]; s != nil && s.Question() && !s.Dropped {
			t.p.State = last
			t.put(s)
			return nil
		}
		t.p.Path = t.p.Path[:len(t.p.Path)-1]
	}
	return t.begin()
}
