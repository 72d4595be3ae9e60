package flows

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"linkline/bot"
)

// Edge is one way from a state to another, as a diagram shows it.
type Edge struct{ From, To, Label string }

// Edges lists the ways through a flow in the order of its file.
func Edges(f *bot.Flow) []Edge {
	var out []Edge
	for _, name := range f.Order {
		s := f.States[name]
		for _, event := range slices.Sorted(maps.Keys(s.On)) {
			for _, r := range s.On[event] {
				out = append(out, Edge{name, r.To, label(event, r)})
			}
		}
		for _, r := range s.Then {
			out = append(out, Edge{name, r.To, label("", r)})
		}
	}
	return out
}

func label(event string, r bot.Row) string {
	if r.When.Source == "" {
		return event
	}
	return strings.TrimSpace(event + " [" + r.When.Source + "]")
}

// Mermaid draws a flow as a Mermaid state diagram.
func Mermaid(f *bot.Flow) string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	fmt.Fprintf(&b, "    [*] --> %s\n", f.Start)
	for _, e := range Edges(f) {
		fmt.Fprintf(&b, "    %s --> %s", e.From, e.To)
		if e.Label != "" {
			fmt.Fprintf(&b, ": %s", e.Label)
		}
		b.WriteByte('\n')
	}
	for _, name := range f.Order {
		if f.States[name].End() {
			fmt.Fprintf(&b, "    %s --> [*]\n", name)
		}
	}
	return b.String()
}

// Dot draws a flow in Graphviz's language.
func Dot(f *bot.Flow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %q {\n    rankdir=TB;\n    node [shape=box];\n", f.Name)
	for _, name := range f.Order {
		shape := "box"
		if f.States[name].Question() {
			shape = "ellipse"
		}
		fmt.Fprintf(&b, "    %q [shape=%s];\n", name, shape)
	}
	for _, e := range Edges(f) {
		fmt.Fprintf(&b, "    %q -> %q [label=%q];\n", e.From, e.To, e.Label)
	}
	b.WriteString("}\n")
	return b.String()
}
