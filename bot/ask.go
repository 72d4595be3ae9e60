package bot

import (
	"slices"
	"time"
)

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
