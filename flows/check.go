package flows

import (
	"maps"
	"slices"
	"strings"

	"linkline/bot"

	"go.yaml.in/yaml/v4"
)

// use inlines another flow as a block: `use: ons4 as baseline`. Its states and
// slots get the block's name in front; its ends go where the using state goes.
func (c *compiler) use(f *bot.Flow, name, n, use *yaml.Node) {
	words := strings.Fields(use.Value)
	if len(words) != 3 || words[1] != "as" {
		c.fault(use, "write: use: ons4 as baseline", "cannot read %q", use.Value)
		return
	}
	flow, prefix := words[0], words[2]
	if slices.Contains(c.using, flow) {
		c.fault(use, "a block cannot contain itself", "the block %q uses itself", flow)
		return
	}
	src, ok := c.blocks(flow)
	if !ok {
		c.fault(use, "flows that ship: "+strings.Join(Names(), ", "), "there is no flow %q", flow)
		return
	}
	inner := &compiler{file: flow + ".yaml", blocks: c.blocks, using: append(slices.Clone(c.using), flow)}
	block := inner.flow(src)
	c.faults = append(c.faults, inner.faults...)
	if len(inner.faults) > 0 {
		return
	}
	var then []bot.Row
	c.keys(n, map[string]func(*yaml.Node){
		"use":  func(*yaml.Node) {},
		"then": func(v *yaml.Node) { then = c.rows(v) },
	})
	c.at[name.Value] = name
	f.States[name.Value] = &bot.State{Name: name.Value, Then: []bot.Row{{To: prefix + "_" + block.Start}}}
	f.Order = append(f.Order, name.Value)
	rows := func(list []bot.Row) []bot.Row {
		out := slices.Clone(list)
		for i := range out {
			out[i].To = prefix + "_" + out[i].To
		}
		return out
	}
	for _, s := range block.Order {
		st := *block.States[s]
		st.Name = prefix + "_" + s
		if st.Save != "" {
			st.Save = prefix + "_" + st.Save
		}
		on := map[string][]bot.Row{}
		for k, v := range st.On {
			on[k] = rows(v)
		}
		end := st.End()
		st.On, st.Then = on, rows(st.Then)
		if end {
			st.Then = then
		}
		c.at[st.Name] = name
		f.States[st.Name] = &st
		f.Order = append(f.Order, st.Name)
	}
}

// check finds what is wrong with a flow as a whole.
func (c *compiler) check(f *bot.Flow) {
	if _, ok := f.States[f.Start]; !ok {
		c.fault(nil, "name one of the states", "start: there is no state %q", f.Start)
		return
	}
	if _, ok := f.States[f.Agree]; f.Agree != "" && !ok {
		c.fault(nil, "name one of the states", "agreement: there is no state %q", f.Agree)
	}
	slots := map[string]bool{}
	for _, s := range f.States {
		slots[s.Save] = true
	}
	for _, name := range f.Order {
		c.checkState(f, f.States[name], slots)
	}
	reached := map[string]bool{}
	var walk func(string)
	walk = func(name string) {
		s := f.States[name]
		if s == nil || reached[name] {
			return
		}
		reached[name] = true
		for _, list := range s.On {
			for _, r := range list {
				walk(r.To)
			}
		}
		for _, r := range s.Then {
			walk(r.To)
		}
	}
	walk(f.Start)
	for _, name := range f.Order {
		if !reached[name] {
			c.fault(c.at[name], "lead to it with on: or then:, or take it out", "nobody reaches the state %q", name)
		}
	}
}

func (c *compiler) checkState(f *bot.Flow, s *bot.State, slots map[string]bool) {
	at := c.at[s.Name]
	ids := map[string]bool{bot.OnAnswer: true, bot.OnSkip: true, bot.OnNone: true}
	if s.Ask == bot.AskPlace {
		for _, flag := range []string{"sure", "ambiguous", "nfa", "outside"} {
			ids[flag] = true
		}
	}
	for _, o := range s.Options {
		ids[o.ID] = true
	}
	rows := maps.Clone(s.On)
	if len(s.Then) > 0 {
		rows["then"] = s.Then
	}
	for _, event := range slices.Sorted(maps.Keys(rows)) {
		if event != "then" && s.Question() && !ids[event] {
			c.fault(at, "name an option of the question, or answered, skipped, none", "state %q: on: %q is no option", s.Name, event)
		}
		for _, r := range rows[event] {
			if _, ok := f.States[r.To]; !ok {
				c.fault(at, "name one of the states", "state %q goes to %q, which is no state", s.Name, r.To)
			}
			for _, slot := range r.When.Slots() {
				if !slots[slot] {
					c.fault(at, "slots are named by save:", "state %q asks about %q, which nobody saves", s.Name, slot)
				}
			}
		}
	}
	switch {
	case s.Question() && len(s.On) == 0:
		c.fault(at, "write on: {answered: next_state}", "the question %q has no way out", s.Name)
	case s.Question() && len(s.Then) > 0:
		c.fault(at, "use on: {answered: …}", "the question %q has a then:", s.Name)
	case s.Question() && s.Say == "":
		c.fault(at, "write say: and a message key", "the question %q says nothing", s.Name)
	case !s.Question() && len(s.On) > 0:
		c.fault(at, "write ask:, or then: instead of on:", "the state %q does not ask but waits for an answer", s.Name)
	}
	if s.Question() && len(s.On[bot.OnAnswer]) == 0 {
		for _, o := range s.Options {
			if len(s.On[o.ID]) == 0 {
				c.fault(at, "add it under on:, or an answered: for all others", "the question %q has no way out for %q", s.Name, o.ID)
			}
		}
	}
	if s.Must && !ids[s.Else] {
		c.fault(at, "name an option", "state %q: must: %q is no option", s.Name, s.Else)
	}
	if (s.Ask == bot.AskChoice || s.Ask == bot.AskMany) && len(s.Options) == 0 {
		c.fault(at, "write options: [one, two]", "the question %q has no options", s.Name)
	}
	if len(s.Options) > 8 {
		c.fault(at, "9 is kept for more, 0 for a person", "the question %q has more than eight options", s.Name)
	}
}

// Messages lists the keys of all texts that a flow may say.
func Messages(f *bot.Flow) []string {
	seen := map[string]bool{}
	add := func(keys ...string) {
		for _, k := range keys {
			if k != "" {
				seen[k] = true
			}
		}
	}
	for _, s := range f.States {
		add(s.Say, s.They, s.More)
		for _, o := range s.Options {
			if strings.HasPrefix(o.ID, "@") {
				add(s.Say + ".not_sure")
				continue
			}
			add(o.Key, o.They)
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
