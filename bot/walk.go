package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

var zeroTime time.Time

// agreementVersion names the text that was shown: flow, its version, state.
func agreementVersion(f *Flow, s *State) string {
	return f.Name + "/" + strconv.Itoa(f.Version) + "/" + s.Name
}

// follow leaves a question by an event and enters what comes next. A question
// that was only asked again to be changed leads back instead.
func (t *turn) follow(s *State, event string) error {
	t.p.Unclear = 0
	if t.p.Changing == s.Name && s.Name != "" {
		return t.changed(s, event)
	}
	to, ok, err := t.f.next(s.Name, event, t.p)
	if err != nil {
		return err
	}
	if !ok && event != OnAnswer {
		to, ok, err = t.f.next(s.Name, OnAnswer, t.p)
		if err != nil {
			return err
		}
	}
	if !ok {
		return t.person(ReasonUnreadable)
	}
	return t.enter(to)
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
		if !s.If.Holds(t.p) {
			next, ok, err := t.pass(s)
			if err != nil || !ok {
				return err
			}
			name = next
			continue
		}
		for _, do := range s.Do {
			if err := t.do(do); err != nil {
				return err
			}
		}
		if s.Question() {
			if next, ok, err := t.known(s); err != nil {
				return err
			} else if ok {
				name = next
				continue
			}
			t.put(s)
			return nil
		}
		if s.Say != "" {
			t.say(EntryFlow, t.key(s.Say, s.They), t.args(s))
		}
		if s.End() {
			t.p.Asked = nil
			return nil
		}
		next, ok, err := t.f.next(name, onThen, t.p)
		if err != nil {
			return err
		}
		if !ok {
			t.p.Asked = nil
			return nil
		}
		name = next
	}
	return t.person(ReasonUnreadable)
}

// pass leaves a state whose condition does not hold.
func (t *turn) pass(s *State) (string, bool, error) {
	if s.Question() {
		return t.f.next(s.Name, OnAnswer, t.p)
	}
	return t.f.next(s.Name, onThen, t.p)
}

// known passes over a question whose answer is there already, offered in an
// earlier text or fixed by the poster.
func (t *turn) known(s *State) (string, bool, error) {
	if s.Save == "" || s.Save == "agreement" || s.Offer || t.p.Changing == s.Name || !t.p.Agreed() {
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
	event := OnAnswer
	for _, id := range v.IDs {
		if _, ok := s.On[id]; ok {
			event = id
			break
		}
	}
	return t.f.next(s.Name, event, t.p)
}

// put asks a question of the flow.
func (t *turn) put(s *State) {
	say := t.say(EntryFlow, t.key(s.Say, s.They), t.args(s))
	say.Asks = true
	for _, o := range t.options(s) {
		say.Options = append(say.Options, o.ID)
		say.Menu = append(say.Menu, t.key(o.Key, o.They))
	}
	if s.More != "" {
		say.Tail = append(say.Tail, "9 menu.more")
	}
	if s.Person {
		say.Tail = append(say.Tail, "0 menu.person")
	}
	if n := len(t.p.Path); n == 0 || t.p.Path[n-1] != s.Name {
		t.p.Path = append(t.p.Path, s.Name)
	}
	t.p.Asked = &Asked{State: s.Name, Kind: s.Ask, Options: slices.Clone(say.Options), Menu: slices.Clone(say.Menu), Also: s.Also, Lang: t.lang(), At: t.ev.At}
	if t.p.Agreed() && t.c.Terms == TermsAny && !t.p.Nudged {
		t.c.timer("nudge", t.prog.Calendar.Daytime(t.ev.At.Add(time.Hour)))
	}
	if t.p.Drafted && t.p.Referred == "" {
		t.c.timer("unfinished", t.prog.Calendar.AddOpen(t.ev.At, 2*time.Hour))
	}
}

// options are a question's choices. The borough question takes its choices
// from the place that was said.
func (t *turn) options(s *State) []Option {
	if len(s.Options) != 1 || !strings.HasPrefix(s.Options[0].ID, "@") {
		return s.Options
	}
	v, _ := t.p.Answer(strings.TrimPrefix(s.Options[0].ID, "@"))
	var out []Option
	if v.Place != nil {
		for _, b := range v.Place.Boroughs[:min(3, len(v.Place.Boroughs))] {
			out = append(out, Option{ID: b, Key: "=" + b})
		}
	}
	return append(out, Option{ID: "not_sure", Key: s.Name + ".not_sure"})
}

// key chooses the wording about somebody else where there is one.
func (t *turn) key(own, they string) string {
	if they != "" && t.p.Has("who", "other") {
		return they
	}
	return own
}

// reask says the open question again.
func (t *turn) reask() {
	a := t.p.Asked
	if a == nil {
		if t.p.Resume == nil {
			return
		}
		a, t.p.Resume = t.p.Resume, nil
		t.p.Asked = a
	}
	if s := t.f.States[a.State]; s != nil {
		unclear := t.p.Unclear
		t.put(s)
		t.p.Unclear = unclear
		return
	}
	if strings.HasPrefix(a.State, "_") {
		unclear := t.p.Unclear
		opts := a.Options
		_ = t.ask(a.State, a.Kind, opts)
		t.p.Unclear = unclear
	}
}

// nearest goes to the nearest question that still exists on the way that was
// gone, and asks it again; a flow may have changed under a conversation.
func (t *turn) nearest() error {
	for len(t.p.Path) > 0 {
		last := t.p.Path[len(t.p.Path)-1]
		if s := t.f.States[last]; s != nil && s.Question() {
			t.p.State = last
			t.put(s)
			return nil
		}
		t.p.Path = t.p.Path[:len(t.p.Path)-1]
	}
	return t.begin()
}

// args are the variables a state's text may place.
func (t *turn) args(s *State) map[string]any {
	out := map[string]any{}
	if t.p.Referred != "" {
		out["ref"] = string(t.p.Referred)
	}
	if !t.p.Promised.IsZero() {
		out["day"] = Day(t.p.Promised)
	}
	if s.Say == "summary" {
		t.summary(out)
	}
	return out
}

// summary fills the variables of the read-back.
func (t *turn) summary(out map[string]any) {
	text := func(slot string) any {
		v, ok := t.p.Answer(slot)
		switch {
		case !ok || v.Skipped:
			return Labels{"summary.none"}
		case v.Place != nil && v.Place.Outcode != "":
			return v.Place.Outcode
		case v.Text != "":
			return v.Text.Raw()
		}
		return t.labels(slot, v)
	}
	for _, slot := range []string{"name", "place", "needs", "contact"} {
		out[slot] = text(slot)
	}
}

// labels names the option texts of an answer.
func (t *turn) labels(slot string, v Value) any {
	var keys Labels
	ids := v.IDs
	if v.Contact != nil {
		ids = v.Contact.Ways
	}
	for _, id := range ids {
		keys = append(keys, slot+"."+id)
	}
	if len(keys) == 0 {
		if v.Typed != "" {
			return v.Typed.Raw()
		}
		return Labels{"summary.none"}
	}
	return keys
}
