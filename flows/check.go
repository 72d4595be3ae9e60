package flows

import (
	"maps"
	"slices"
	"strings"

	"linkline/bot"

	"go.yaml.in/yaml/v4"
)

// most is how many options a question may have: three pages of a menu.
const most = 24

// check finds what is wrong with a flow as a whole.
func (c *compiler) check(f *bot.Flow) {
	if _, ok := f.States[f.Start]; !ok {
		c.fault(c.at[".start"], "name one of the states", "start: there is no state %q", f.Start)
		return
	}
	if s, ok := f.States[f.Agree]; f.Agree != "" && (!ok || !s.Question()) {
		c.fault(c.at[".agreement"], "name the question about agreement", "agreement: there is no question %q", f.Agree)
	}
	slots := map[string][]*bot.State{}
	for _, name := range f.Order {
		if s := f.States[name]; s.Save != "" {
			slots[s.Save] = append(slots[s.Save], s)
		}
	}
	for _, name := range f.Order {
		s := f.States[name]
		c.checkWays(f, s, slots)
		c.checkState(s)
	}
	for _, name := range slices.Sorted(maps.Keys(c.offers)) {
		if _, ok := f.States[c.offers[name].before]; !ok {
			c.fault(c.at["offers."+name], "name one of the states", "the block %q is offered before %q, which is no state", name, c.offers[name].before)
		}
	}
	c.checkReach(f)
	c.checkOut(f)
	c.checkCircles(f)
}

// checkReach finds states that nobody reaches.
func (c *compiler) checkReach(f *bot.Flow) {
	reached := map[string]bool{}
	var walk func(string)
	walk = func(name string) {
		s := f.States[name]
		if s == nil || reached[name] {
			return
		}
		reached[name] = true
		for _, r := range ways(s) {
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

// checkOut finds states from which no end can be reached.
func (c *compiler) checkOut(f *bot.Flow) {
	out := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, name := range f.Order {
			s := f.States[name]
			if out[name] {
				continue
			}
			if s.End() || slices.ContainsFunc(ways(s), func(r bot.Row) bool { return out[r.To] }) {
				out[name], changed = true, true
			}
		}
	}
	for _, name := range f.Order {
		if s := f.States[name]; !out[name] && len(ways(s)) > 0 {
			c.fault(c.at[name], "let one of its ways lead to an end", "there is no way out of the state %q", name)
		}
	}
}

// checkCircles finds statements that lead back to themselves without a
// question between.
func (c *compiler) checkCircles(f *bot.Flow) {
	const under, done = 1, 2
	mark := map[string]int{}
	var walk func(string)
	walk = func(name string) {
		s := f.States[name]
		if s == nil || s.Question() || mark[name] == done {
			return
		}
		if mark[name] == under {
			c.fault(c.at[name], "put a question between", "the state %q leads back to itself without asking anything", name)
			return
		}
		mark[name] = under
		for _, r := range s.Then {
			walk(r.To)
		}
		mark[name] = done
	}
	for _, name := range f.Order {
		walk(name)
	}
}

// events lists what a state may name under `on:`.
func events(s *bot.State) map[string]bool {
	ids := map[string]bool{bot.OnAnswer: true, bot.OnSkip: true, bot.OnNone: true}
	if s.Ask == bot.AskPlace {
		for _, flag := range []string{"sure", "ambiguous", "nfa", "outside"} {
			ids[flag] = true
		}
	}
	if s.Ask == bot.AskYesNo {
		ids["yes"], ids["no"] = true, true
	}
	for _, o := range s.Options {
		ids[o.ID] = true
	}
	return ids
}

// checkWays looks at every row of a state.
func (c *compiler) checkWays(f *bot.Flow, s *bot.State, slots map[string][]*bot.State) {
	ids := events(s)
	rows := maps.Clone(s.On)
	if rows == nil {
		rows = map[string][]bot.Row{}
	}
	if len(s.Then) > 0 {
		rows["then"] = s.Then
	}
	for _, event := range slices.Sorted(maps.Keys(rows)) {
		at := c.spot(s.Name, event)
		if event != "then" && s.Question() && !ids[event] {
			c.fault(at, "name an option of the question, or answered, skipped, none", "state %q: on: %q is no option", s.Name, event)
		}
		for i, r := range rows[event] {
			if _, ok := f.States[r.To]; !ok {
				c.fault(at, "name one of the states", "state %q goes to %q, which is no state", s.Name, r.To)
			}
			c.checkGuard(at, s, r.When, slots)
			if r.When.Source != "" && i == len(rows[event])-1 && (event == "then" || event == bot.OnAnswer) {
				c.fault(at, "end the list with {to: …}", "state %q: when none of the conditions of %s holds there is no way on", s.Name, event)
			}
			if r.When.Source == "" && i < len(rows[event])-1 {
				c.fault(at, "put the row without a condition last", "state %q: what stands behind the first row of %s without a condition is never reached", s.Name, event)
			}
		}
	}
	c.checkGuard(c.spot(s.Name, "if"), s, s.If, slots)
}

// checkGuard looks whether what a condition asks about can be so.
func (c *compiler) checkGuard(at *yaml.Node, s *bot.State, g bot.Guard, slots map[string][]*bot.State) {
	for _, q := range g.Asks() {
		savers, ok := slots[q.Slot]
		switch {
		case !ok:
			c.fault(at, "slots are named by save:", "state %q asks about %q, which nobody saves", s.Name, q.Slot)
		case q.ID != "" && !slices.ContainsFunc(savers, func(o *bot.State) bool { return events(o)[q.ID] || dynamic(o) }):
			c.fault(at, "name one of its options", "state %q asks if %s is %q, which is no option of it", s.Name, q.Slot, q.ID)
		}
	}
}

// dynamic tells whether a question takes its options from an answer.
func dynamic(s *bot.State) bool {
	return len(s.Options) == 1 && strings.HasPrefix(s.Options[0].ID, "@")
}

func (c *compiler) checkState(s *bot.State) {
	at := c.at[s.Name]
	switch {
	case s.Question() && len(s.On) == 0:
		c.fault(at, "write on: {answered: next_state}", "the question %q has no way out", s.Name)
	case s.Question() && len(s.Then) > 0:
		c.fault(c.spot(s.Name, "then"), "use on: {answered: …}", "the question %q has a then:", s.Name)
	case s.Question() && s.Say == "":
		c.fault(at, "write say: and a message key", "the question %q says nothing", s.Name)
	case s.Question() && s.Save == "":
		c.fault(at, "write save: and a name for the answer", "the answer to the question %q is kept nowhere", s.Name)
	case !s.Question() && len(s.On) > 0:
		c.fault(c.spot(s.Name, "on"), "write ask:, or then: instead of on:", "the state %q does not ask but waits for an answer", s.Name)
	}
	if s.Question() && len(s.On) > 0 && len(s.On[bot.OnAnswer]) == 0 {
		for _, o := range s.Options {
			if len(s.On[o.ID]) == 0 {
				c.fault(at, "add it under on:, or an answered: for all others", "the question %q has no way out for %q", s.Name, o.ID)
			}
		}
	}
	if s.Must && !events(s)[s.Else] {
		c.fault(c.spot(s.Name, "must"), "name an option", "state %q: must: %q is no option", s.Name, s.Else)
	}
	if (s.Ask == bot.AskChoice || s.Ask == bot.AskMany) && len(s.Options) == 0 {
		c.fault(at, "write options: [one, two]", "the question %q has no options", s.Name)
	}
	if len(s.Options) > most {
		c.fault(c.spot(s.Name, "options"), "at most 24: a text shows eight, 9 is more, 0 a person", "the question %q has too many options", s.Name)
	}
	seen := map[string]bool{}
	for _, o := range s.Options {
		if seen[o.ID] {
			c.fault(c.spot(s.Name, "options"), "keep one of them", "the question %q has the option %q twice", s.Name, o.ID)
		}
		seen[o.ID] = true
	}
}

// spot finds where something about a state is written: an event under `on:`,
// or a key of the state itself; the state's name where there is neither.
func (c *compiler) spot(state, key string) *yaml.Node {
	n := c.nodes[state]
	if n != nil {
		if on := value(n, "on"); on != nil {
			for i := 0; i+1 < len(on.Content); i += 2 {
				if on.Content[i].Value == key {
					return on.Content[i]
				}
			}
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i]
			}
		}
	}
	return c.at[state]
}
