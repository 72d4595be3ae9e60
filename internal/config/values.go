package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"linkline/internal/fold"

	"go.yaml.in/yaml/v4"
)

func (r *reader) fault(n *yaml.Node, hint, format string, args ...any) {
	f := Fault{File: r.file, Line: 1, Col: 1, Msg: fmt.Sprintf(format, args...), Hint: hint}
	if hint == "" && !strings.HasSuffix(f.Msg, ")") {
		f.Hint = "see docs/linkline.example.yaml"
	}
	if n != nil && n.Line > 0 {
		f.Line, f.Col = n.Line, n.Column
	}
	r.faults = append(r.faults, f)
}

type keys map[string]func(*yaml.Node)

// fields walks a mapping and reports unknown and doubled keys.
func (r *reader) fields(n *yaml.Node, what string, known keys) {
	if n.Kind != yaml.MappingNode {
		r.fault(n, "write keys below it", "%s is no list of keys", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		do, ok := known[k.Value]
		switch {
		case !ok:
			r.fault(k, suggest(k.Value, slices.Sorted(maps.Keys(known))), "unknown key %q in %s", k.Value, what)
		case seen[k.Value]:
			r.fault(k, "keep one of them", "the key %q stands twice in %s", k.Value, what)
		default:
			seen[k.Value] = true
			do(v)
		}
	}
}

// suggest names the known word that a slip of the hand away is meant: one
// letter in a word of four or five, two in a longer one. Shorter words, as
// codes of languages are, lie too close together to guess.
func suggest(word string, known []string) string {
	near := 2
	switch n := len([]rune(word)); {
	case n < 4:
		near = 0
	case n < 6:
		near = 1
	}
	best := ""
	for _, k := range known {
		if len(word) > 3 && strings.HasPrefix(k, word) {
			return "did you mean " + k + "?"
		}
		if d := fold.Distance(k, word, near); d <= near {
			if d == 0 {
				return "did you mean " + k + "?"
			}
			best, near = k, d-1 // only a nearer one is better
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "known: " + strings.Join(known, ", ")
}

// faulty tells whether something was found wrong at a node or below it, so
// that what follows from it is not told as a second fault.
func (r *reader) faulty(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	at := func(f Fault) bool { return f.Line == n.Line && f.Col == n.Column }
	return slices.ContainsFunc(r.faults, at) || slices.ContainsFunc(n.Content, r.faulty)
}

// below is the value of a key of a mapping; nil where it is absent.
func below(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// scalar takes one value that must match a pattern; "" takes any.
func (r *reader) scalar(to *string, pattern *regexp.Regexp, what, hint string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode {
			r.fault(n, hint, "%s is no single value", what)
			return
		}
		if pattern != nil && !pattern.MatchString(n.Value) {
			r.fault(n, hint, "%q is no %s", n.Value, what)
			return
		}
		*to = n.Value
	}
}

func (r *reader) oneOf(to *string, what string, known ...string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if !slices.Contains(known, n.Value) || n.Kind != yaml.ScalarNode {
			r.fault(n, suggest(n.Value, known), "%q is no %s", n.Value, what)
			return
		}
		*to = n.Value
	}
}

// list takes several values, each of which must pass.
func (r *reader) list(to *[]string, pattern *regexp.Regexp, known []string, what, hint string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		items := n.Content
		if n.Kind == yaml.ScalarNode {
			items = []*yaml.Node{n}
		}
		for _, e := range items {
			switch {
			case pattern != nil && !pattern.MatchString(e.Value):
				r.fault(e, hint, "%q is no %s", e.Value, what)
			case known != nil && !slices.Contains(known, e.Value):
				r.fault(e, suggest(e.Value, known), "%q is no %s", e.Value, what)
			default:
				*to = append(*to, e.Value)
			}
		}
	}
}

func (r *reader) each(what string, do func(*yaml.Node)) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode {
			r.fault(n, "write a list, each entry behind a dash", "%s is no list", what)
			return
		}
		for _, e := range n.Content {
			do(e)
		}
	}
}
