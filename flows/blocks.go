package flows

import (
	"maps"
	"slices"
	"strings"

	"linkline/bot"

	"go.yaml.in/yaml/v4"
)

// Tailor is what a programme changes in a flow without copying it.
type Tailor struct {
	Drop  []string // questions the programme does without
	Add   []string // blocks that the flow offers
	After []string // flows that are asked once the referral is in
}

// Empty tells whether the flow stays as it is.
func (t Tailor) Empty() bool { return len(t.Drop)+len(t.Add)+len(t.After) == 0 }

// offer is a block that a flow offers to programmes: which flow, and before
// which state it is asked.
type offer struct{ flow, before string }

// offers reads `offers:`.
func (c *compiler) offered(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		c.fault(n, "write a name, and below it use: and before:", "offers: is no list of names")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		var o offer
		c.keys(n.Content[i+1], map[string]func(*yaml.Node){
			"use":    func(v *yaml.Node) { o.flow = v.Value },
			"before": func(v *yaml.Node) { o.before = v.Value },
		})
		if _, ok := c.blocks(o.flow); !ok {
			c.fault(name, "flows that ship: "+strings.Join(Names(), ", "), "there is no flow %q", o.flow)
			continue
		}
		c.offers[name.Value], c.at["offers."+name.Value] = o, name
	}
}

// use inlines another flow as a block: `use: ons4 as baseline`. Its states and
// slots get the block's name in front; its ends go where the using state goes.
func (c *compiler) use(f *bot.Flow, name, n, use *yaml.Node) {
	words := strings.Fields(use.Value)
	if len(words) != 3 || words[1] != "as" {
		c.fault(use, "write: use: ons4 as baseline", "cannot read %q", use.Value)
		return
	}
	var then []bot.Row
	c.keys(n, map[string]func(*yaml.Node){
		"use":  func(*yaml.Node) {},
		"then": func(v *yaml.Node) { then = c.rows(v) },
	})
	c.at[name.Value], c.nodes[name.Value] = name, n
	entry := &bot.State{Name: name.Value}
	f.States[name.Value] = entry
	f.Order = append(f.Order, name.Value)
	if start, ok := c.inline(f, use, words[0], words[2]+"_", words[2]+"_", then); ok {
		entry.Then = []bot.Row{{To: start}}
	}
}

// inline puts a block's states into a flow and names where it begins.
func (c *compiler) inline(f *bot.Flow, at *yaml.Node, flow, states, slots string, then []bot.Row) (start string, ok bool) {
	if slices.Contains(c.using, flow) {
		c.fault(at, "a block cannot contain itself", "the block %q uses itself", flow)
		return "", false
	}
	src, found := c.blocks(flow)
	if !found {
		c.fault(at, "flows that ship: "+strings.Join(Names(), ", "), "there is no flow %q", flow)
		return "", false
	}
	inner := newCompiler("flows/"+flow+".yaml", c.blocks)
	inner.using = append(slices.Clone(c.using), flow)
	block := inner.flow(src)
	c.faults = append(c.faults, inner.faults...)
	if len(inner.faults) > 0 {
		return "", false
	}
	renamed := func(list []bot.Row) []bot.Row {
		out := slices.Clone(list)
		for i := range out {
			out[i].To = states + out[i].To
			out[i].When = out[i].When.Prefixed(slots)
		}
		return out
	}
	for _, s := range block.Order {
		st := *block.States[s]
		st.Name = states + s
		if st.Save != "" {
			st.Save = slots + st.Save
		}
		st.If = st.If.Prefixed(slots)
		on := map[string][]bot.Row{}
		for _, k := range slices.Sorted(maps.Keys(st.On)) {
			on[k] = renamed(st.On[k])
		}
		end := st.End()
		st.On, st.Then = on, renamed(st.Then)
		if end {
			st.Then = slices.Clone(then)
		}
		if _, twice := f.States[st.Name]; twice {
			c.fault(at, "give the block another name", "the state %q stands twice", st.Name)
			return "", false
		}
		c.at[st.Name] = at
		f.States[st.Name] = &st
		f.Order = append(f.Order, st.Name)
	}
	return states + block.Start, true
}

// tailor makes a programme's own flow.
func (c *compiler) tailor(f *bot.Flow, t Tailor) {
	for _, name := range t.Add {
		o, ok := c.offers[name]
		if !ok {
			c.fault(nil, "it offers: "+strings.Join(slices.Sorted(maps.Keys(c.offers)), ", "), "the flow %s offers no block %q", f.Name, name)
			continue
		}
		before := o.before
		start, ok := c.inline(f, c.at["offers."+name], o.flow, name+"_", "", []bot.Row{{To: before}})
		if ok {
			redirect(f, before, start, name+"_")
		}
	}
	for _, name := range t.Drop {
		c.dropQuestion(f, name)
	}
	c.afterwards(f, t.After)
}

// redirect leads every way to a state by way of another, but for the ways of
// the block itself.
func redirect(f *bot.Flow, from, to, but string) {
	turn := func(list []bot.Row) {
		for i := range list {
			if list[i].To == from {
				list[i].To = to
			}
		}
	}
	for name, s := range f.States {
		if strings.HasPrefix(name, but) {
			continue
		}
		for _, list := range s.On {
			turn(list)
		}
		turn(s.Then)
	}
}

// dropQuestion takes a question out, by its name or by what it saves. The
// questions that keep people safe cannot go.
func (c *compiler) dropQuestion(f *bot.Flow, name string) {
	var hit []string
	for _, n := range f.Order {
		if s := f.States[n]; s.Question() && (n == name || s.Save == name) {
			hit = append(hit, n)
			switch {
			case n == f.Agree || s.Must:
				c.fault(c.at[n], "it keeps people safe", "the question %q cannot be dropped", name)
			case len(s.On[bot.OnAnswer]) == 0:
				c.fault(c.at[n], "write on: {answered: …} for it", "the question %q cannot be dropped: nothing follows it by itself", name)
			default:
				s.Dropped = true
			}
		}
	}
	if len(hit) == 0 {
		c.fault(nil, "its questions: "+strings.Join(f.Questions(), ", "), "the flow %s has no question %q to drop", f.Name, name)
	}
}

// afterwards hangs flows behind every end that comes after the referral.
func (c *compiler) afterwards(f *bot.Flow, after []string) {
	if len(after) == 0 {
		return
	}
	ends := endsBehind(f, "refer")
	next := []bot.Row(nil)
	for _, name := range slices.Backward(after) {
		start, ok := c.inline(f, nil, name, "after_"+name+"_", "", next)
		if !ok {
			return
		}
		next = []bot.Row{{To: start}}
	}
	for _, name := range ends {
		f.States[name].Then = next
	}
}

// endsBehind lists the ends that lie behind a state with an action.
func endsBehind(f *bot.Flow, action string) []string {
	seen, out := map[string]bool{}, []string(nil)
	var walk func(string)
	walk = func(name string) {
		s := f.States[name]
		if s == nil || seen[name] {
			return
		}
		seen[name] = true
		if s.End() {
			out = append(out, name)
		}
		for _, r := range ways(s) {
			walk(r.To)
		}
	}
	for _, name := range f.Order {
		if slices.Contains(f.States[name].Do, action) {
			walk(name)
		}
	}
	return out
}

// ways lists every row that leads out of a state.
func ways(s *bot.State) []bot.Row {
	out := slices.Clone(s.Then)
	for _, k := range slices.Sorted(maps.Keys(s.On)) {
		out = append(out, s.On[k]...)
	}
	return out
}
