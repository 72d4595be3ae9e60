// Package flows is the flow language: YAML that a trained non-programmer can
// read, its checker, its diagrams, and the flows that ship, one file each.
//
// The room is pure. It may import bot and locales; a file's bytes come in as
// values.
package flows

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"linkline/bot"

	"go.yaml.in/yaml/v4"
)

//go:embed *.yaml
var shipped embed.FS

// Fault is one mistake in a flow file.
type Fault struct {
	File string
	Line int
	Col  int
	Msg  string
	Hint string
}

// Error is the fault as an operator reads it.
func (f Fault) Error() string {
	s := fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Col, f.Msg)
	if f.Hint != "" {
		s += " (" + f.Hint + ")"
	}
	return s
}

// Faults are all the mistakes of one or several files.
type Faults []Fault

// Error lists every fault on a line of its own.
func (fs Faults) Error() string {
	var b strings.Builder
	for i, f := range fs {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(f.Error())
	}
	return b.String()
}

// Names lists the flows that ship.
func Names() []string {
	entries, _ := shipped.ReadDir(".")
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return out
}

// Shipped compiles a flow that ships.
func Shipped(name string) (*bot.Flow, error) {
	src, err := shipped.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("no flow %q ships (there are: %s)", name, strings.Join(Names(), ", "))
	}
	return Compile("flows/"+name+".yaml", src, Blocks)
}

// Blocks resolves the flows that ship, for `use:`.
func Blocks(name string) ([]byte, bool) {
	src, err := shipped.ReadFile(name + ".yaml")
	return src, err == nil
}

// Compile reads and checks a flow. Every fault is reported at once, as Faults.
// blocks resolves the flows that `use:` names.
func Compile(file string, src []byte, blocks func(string) ([]byte, bool)) (*bot.Flow, error) {
	return Tailored(file, src, blocks, Tailor{})
}

// Tailored compiles a flow as a programme changes it.
func Tailored(file string, src []byte, blocks func(string) ([]byte, bool), t Tailor) (*bot.Flow, error) {
	c := newCompiler(path.Clean(file), blocks)
	flow := c.flow(src)
	if len(c.faults) == 0 {
		c.tailor(flow, t)
	}
	if len(c.faults) == 0 {
		c.check(flow)
	}
	if len(c.faults) > 0 {
		slices.SortStableFunc(c.faults, func(a, b Fault) int {
			if a.Line != b.Line {
				return a.Line - b.Line
			}
			return a.Col - b.Col
		})
		return nil, c.faults
	}
	return bot.NewFlow(*flow)
}

// ShippedFor compiles a flow that ships as a programme changes it.
func ShippedFor(name string, t Tailor) (*bot.Flow, error) {
	src, ok := Blocks(name)
	if !ok {
		return nil, fmt.Errorf("no flow %q ships (there are: %s)", name, strings.Join(Names(), ", "))
	}
	return Tailored("flows/"+name+".yaml", src, Blocks, t)
}

type compiler struct {
	file   string
	faults Faults
	at     map[string]*yaml.Node // where a state's name is written
	nodes  map[string]*yaml.Node // what is written below it
	blocks func(string) ([]byte, bool)
	using  []string
	offers map[string]offer
}

func newCompiler(file string, blocks func(string) ([]byte, bool)) *compiler {
	return &compiler{file: file, blocks: blocks, at: map[string]*yaml.Node{}, nodes: map[string]*yaml.Node{}, offers: map[string]offer{}}
}

func (c *compiler) fault(n *yaml.Node, hint, format string, args ...any) {
	f := Fault{File: c.file, Line: 1, Col: 1, Msg: fmt.Sprintf(format, args...), Hint: hint}
	if n != nil && n.Line > 0 {
		f.Line, f.Col = n.Line, n.Column
	}
	c.faults = append(c.faults, f)
}
