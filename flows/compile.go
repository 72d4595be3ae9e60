package flows

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"linkline/bot"

	"go.yaml.in/yaml/v4"
)

var kinds = []bot.AskKind{
	bot.AskYesNo, bot.AskChoice, bot.AskMany, bot.AskScale, bot.AskText, bot.AskName,
	bot.AskAge, bot.AskPlace, bot.AskNumber, bot.AskPhone, bot.AskContact,
}

// flow reads the top of a file.
func (c *compiler) flow(src []byte) *bot.Flow {
	f := &bot.Flow{States: map[string]*bot.State{}}
	var doc yaml.Node
	docs := yaml.NewDecoder(bytes.NewReader(src))
	if err := docs.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		c.fault(yamlAt(err), "YAML wants the same indentation for things of the same level", "cannot be read as YAML")
		return f
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		c.fault(nil, "begin with name:, version:, start: and states:", "the file is empty or is no list of keys")
		return f
	}
	var second yaml.Node
	if err := docs.Decode(&second); !errors.Is(err, io.EOF) {
		c.fault(&second, "take the line --- out, or give each flow a file", "a second flow begins here, and nobody would read it")
	}
	var states *yaml.Node
	c.keys(doc.Content[0], map[string]func(*yaml.Node){
		"name":      func(n *yaml.Node) { f.Name = n.Value },
		"version":   func(n *yaml.Node) { f.Version = c.whole(n) },
		"start":     func(n *yaml.Node) { f.Start, c.at[".start"] = n.Value, n },
		"agreement": func(n *yaml.Node) { f.Agree, c.at[".agreement"] = n.Value, n },
		"offers":    c.offered,
		"states":    func(n *yaml.Node) { states = n },
	})
	if states == nil || states.Kind != yaml.MappingNode {
		c.fault(doc.Content[0], "write states: and below it one name a state", "there are no states")
		return f
	}
	for i := 0; i+1 < len(states.Content); i += 2 {
		c.state(f, states.Content[i], states.Content[i+1])
	}
	if f.Name == "" {
		c.fault(doc.Content[0], "name: self-referral", "the flow has no name")
	}
	if f.Start == "" && len(f.Order) > 0 {
		f.Start = f.Order[0]
	}
	return f
}

// keys walks a mapping and reports unknown and doubled keys.
func (c *compiler) keys(n *yaml.Node, known map[string]func(*yaml.Node)) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		do, ok := known[k.Value]
		switch {
		case !ok:
			c.fault(k, "known here: "+strings.Join(slices.Sorted(maps.Keys(known)), ", "), "unknown key %q", k.Value)
		case seen[k.Value]:
			c.fault(k, "keep one of them", "the key %q stands twice", k.Value)
		default:
			seen[k.Value] = true
			do(v)
		}
	}
}

func (c *compiler) whole(n *yaml.Node) int {
	i, err := strconv.Atoi(n.Value)
	if err != nil {
		c.fault(n, "write a whole number", "%q is no whole number", n.Value)
	}
	return i
}

func (c *compiler) list(n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var out []string
	for _, e := range n.Content {
		out = append(out, e.Value)
	}
	return out
}

// state reads one state.
func (c *compiler) state(f *bot.Flow, name, n *yaml.Node) {
	s := &bot.State{Name: name.Value, On: map[string][]bot.Row{}}
	if _, twice := f.States[s.Name]; twice {
		c.fault(name, "give one of them another name", "the state %q stands twice", s.Name)
		return
	}
	if !plainName(s.Name) {
		c.fault(name, "use small letters, digits and _", "%q is no name for a state", s.Name)
	}
	if n.Kind != yaml.MappingNode {
		c.fault(n, "write say:, ask:, on: or then: below it", "the state %q is empty", s.Name)
		return
	}
	if use := value(n, "use"); use != nil {
		c.use(f, name, n, use)
		return
	}
	c.at[s.Name], c.nodes[s.Name] = name, n
	var ids []string
	c.keys(n, map[string]func(*yaml.Node){
		"say":     func(v *yaml.Node) { s.Say = v.Value },
		"they":    func(v *yaml.Node) { s.They = v.Value },
		"ask":     func(v *yaml.Node) { s.Ask = c.kind(v) },
		"also":    func(v *yaml.Node) { s.Also = c.kindList(v) },
		"options": func(v *yaml.Node) { ids = c.list(v) },
		"save":    func(v *yaml.Node) { s.Save = v.Value },
		"record":  func(v *yaml.Node) { s.Append = c.oneOf(v, "append", "replace") == "append" },
		"more":    func(v *yaml.Node) { s.More = v.Value },
		"person":  func(v *yaml.Node) { s.Person = c.oneOf(v, "shown") == "shown" },
		"must":    func(v *yaml.Node) { s.Must, s.Else = true, v.Value },
		"if":      func(v *yaml.Node) { s.If = c.guard(v) },
		"on":      func(v *yaml.Node) { c.on(s, v) },
		"then":    func(v *yaml.Node) { s.Then = c.rows(v) },
		"do":      func(v *yaml.Node) { s.Do = c.actions(v) },
		"see":     func(v *yaml.Node) { s.See = c.readers(v) },
		"wording": func(v *yaml.Node) { s.Locked = c.oneOf(v, "locked") == "locked" },
		"offered": func(v *yaml.Node) { s.Offer = c.oneOf(v, "ask", "skip") == "ask" },
	})
	s.Options = options(s.Say, ids)
	for i := range s.Options {
		if s.They != "" && s.Options[i].They == "" {
			s.Options[i].They = s.Options[i].Key
		}
	}
	f.States[s.Name] = s
	f.Order = append(f.Order, s.Name)
}

// options give every choice the key of its text: the question's key, a dot,
// its own id."@slot" takes the choices from an answer.
func options(key string, ids []string) []bot.Option {
	var out []bot.Option
	for _, id := range ids {
		out = append(out, bot.Option{ID: id, Key: key + "." + id})
	}
	return out
}

func (c *compiler) kind(n *yaml.Node) bot.AskKind {
	k := bot.AskKind(n.Value)
	if !slices.Contains(kinds, k) {
		c.fault(n, "known: yes_no, choice, many, scale, text, name, age, place, number, phone, contact", "unknown kind of question %q", n.Value)
	}
	return k
}

func (c *compiler) kindList(n *yaml.Node) []bot.AskKind {
	if n.Kind == yaml.ScalarNode {
		return []bot.AskKind{c.kind(n)}
	}
	var out []bot.AskKind
	for _, e := range n.Content {
		out = append(out, c.kind(e))
	}
	return out
}

func (c *compiler) oneOf(n *yaml.Node, known ...string) string {
	if !slices.Contains(known, n.Value) {
		c.fault(n, "known: "+strings.Join(known, ", "), "unknown value %q", n.Value)
	}
	return n.Value
}

// readers are who may ever read an answer.
func (c *compiler) readers(n *yaml.Node) []string {
	out := c.list(n)
	for _, who := range out {
		if who != "holder" && who != "coordinator" && who != "lead" {
			c.fault(n, "known: holder, coordinator, lead", "unknown reader %q", who)
		}
	}
	return out
}

func (c *compiler) guard(n *yaml.Node) bot.Guard {
	g, err := bot.ParseGuard(n.Value)
	if err != nil {
		c.fault(n, "", "%s", err)
	}
	return g
}

func (c *compiler) actions(n *yaml.Node) []string {
	out := c.list(n)
	for i, a := range out {
		if _, ok := bot.Actions[a]; !ok {
			at := n
			if n.Kind == yaml.SequenceNode {
				at = n.Content[i]
			}
			c.fault(at, "known: "+strings.Join(slices.Sorted(maps.Keys(bot.Actions)), ", "), "unknown action %q", a)
		}
	}
	return out
}

func (c *compiler) on(s *bot.State, n *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		s.On[n.Content[i].Value] = c.rows(n.Content[i+1])
	}
}

// rows reads "state" or a list of {when:, to:}.
func (c *compiler) rows(n *yaml.Node) []bot.Row {
	if n.Kind == yaml.ScalarNode {
		return []bot.Row{{To: n.Value}}
	}
	var out []bot.Row
	for _, e := range n.Content {
		var r bot.Row
		c.keys(e, map[string]func(*yaml.Node){
			"when": func(v *yaml.Node) { r.When = c.guard(v) },
			"to":   func(v *yaml.Node) { r.To = v.Value },
		})
		out = append(out, r)
	}
	return out
}

func value(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func plainName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return s != "" && s[0] != '_'
}

// yamlAt finds where YAML could not be read.
func yamlAt(err error) *yaml.Node {
	n := &yaml.Node{Line: 1, Column: 1}
	var one *yaml.LoadError
	var many *yaml.LoadErrors
	switch {
	case errors.As(err, &one):
		n.Line, n.Column = one.Mark.Line, one.Mark.Column
	case errors.As(err, &many) && len(many.Errors) > 0:
		n.Line, n.Column = many.Errors[0].Mark.Line, many.Errors[0].Mark.Column
	}
	return n
}
