package flows_test

import (
	"errors"
	"strings"
	"testing"

	"linkline/flows"
	"linkline/locales"

	"github.com/google/go-cmp/cmp"
)

func TestShippedFlowsCompile(t *testing.T) {
	t.Parallel()
	cat, err := locales.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range flows.Names() {
		if _, err := flows.Shipped(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		src, _ := flows.Blocks(name)
		for _, f := range flows.CheckTexts("flows/"+name+".yaml", src, flows.Blocks, cat) {
			if strings.Contains(f.Msg, "every language") || strings.Contains(f.Msg, "English") {
				t.Error(f)
			}
		}
		for _, f := range flows.CheckMenus("flows/"+name+".yaml", src, flows.Blocks, cat) {
			t.Error(f)
		}
	}
}

// whole wraps states into a flow: the first state stands in line 4.
func whole(states string) string { return "name: t\nversion: 1\nstates:\n" + states }

const fine = `  a: {say: who, ask: choice, options: [adult, other], save: who, on: {answered: z}}
  z: {say: done}
`

func TestEveryFaultHasItsPlace(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ src, want string }{
		"fine":              {whole(fine), ""},
		"no YAML":           {"states: [", "cannot be read as YAML"},
		"empty":             {"", "t.yaml:1:1: the file is empty"},
		"a second flow":     {whole(fine) + "---\nname: u\n", "a second flow begins here, and nobody would read it"},
		"no states":         {"name: t\n", "t.yaml:1:1: there are no states"},
		"unknown top key":   {"name: t\ncolour: red\n" + "states:\n" + fine, `t.yaml:2:1: unknown key "colour"`},
		"no whole number":   {"name: t\nversion: one\nstates:\n" + fine, `t.yaml:2:10: "one" is no whole number`},
		"unknown state key": {whole("  a: {say: done, colour: red}\n"), `t.yaml:4:18: unknown key "colour"`},
		"key twice":         {whole("  a: {say: done, say: who}\n"), `t.yaml:4:18: the key "say" stands twice`},
		"state twice":       {whole("  a: {say: done}\n  a: {say: who}\n"), `the state "a" stands twice`},
		"bad name":          {whole("  A b: {say: done}\n"), `t.yaml:4:3: "A b" is no name for a state`},
		"unknown kind":      {whole("  a: {say: who, ask: guess, save: x, on: {answered: z}}\n  z: {say: done}\n"), `t.yaml:4:22: unknown kind of question "guess"`},
		"unknown action":    {whole("  a: {say: done, do: [dance]}\n"), `t.yaml:4:23: unknown action "dance"`},
		"unknown reader":    {whole(strings.Replace(fine, "save: who", "save: who, see: [everybody]", 1)), `unknown reader "everybody"`},
		"unknown value":     {whole(strings.Replace(fine, "save: who", "save: who, record: sometimes", 1)), `unknown value "sometimes"`},
		"broken guard":      {whole("  a: {if: who maybe adult, say: done}\n"), `t.yaml:4:11: cannot read the condition`},
		"no such fact":      {whole("  a: {if: programme has money, say: done}\n"), `a programme has no "money"`},
		"unknown slot":      {whole(strings.Replace(fine, "{say: done}", "{if: age known, say: done}", 1)), `t.yaml:5:7: state "z" asks about "age", which nobody saves`},
		"unknown option":    {whole(strings.Replace(fine, "{say: done}", "{if: who is adlt, say: done}", 1)), `asks if who is "adlt", which is no option of it`},
		"goes nowhere":      {whole(strings.Replace(fine, "answered: z", "answered: y", 1)), `goes to "y", which is no state`},
		"on no option":      {whole(strings.Replace(fine, "{answered: z}", "{answered: z, maybe: z}", 1)), `t.yaml:4:84: state "a": on: "maybe" is no option`},
		"unreachable":       {whole(fine + "  b: {say: done}\n"), `t.yaml:6:3: nobody reaches the state "b"`},
		"question no way":   {whole("  a: {say: who, ask: text, save: x}\n"), `t.yaml:4:3: the question "a" has no way out`},
		"no end":            {whole("  a: {say: who, ask: text, save: x, on: {answered: a}}\n"), `t.yaml:4:3: there is no way out of the state "a"`},
		"circle":            {whole("  a: {say: who, then: b}\n  b: {say: who, then: a}\n"), `leads back to itself without asking anything`},
		"option without":    {whole("  a: {say: who, ask: choice, options: [x, y], save: q, on: {x: z}}\n  z: {say: done}\n"), `t.yaml:4:3: the question "a" has no way out for "y"`},
		"says nothing":      {whole(strings.Replace(fine, "say: who, ", "", 1)), `the question "a" says nothing`},
		"kept nowhere":      {whole(strings.Replace(fine, "save: who, ", "", 1)), `the answer to the question "a" is kept nowhere`},
		"no options":        {whole(strings.Replace(fine, "options: [adult, other], ", "", 1)), `the question "a" has no options`},
		"option twice":      {whole(strings.Replace(fine, "[adult, other]", "[adult, adult]", 1)), `has the option "adult" twice`},
		"must no option":    {whole(strings.Replace(fine, "save: who", "save: who, must: never", 1)), `must: "never" is no option`},
		"waits unasked":     {whole("  a: {say: who, on: {answered: z}}\n  z: {say: done}\n"), `does not ask but waits for an answer`},
		"no last row":       {whole(strings.Replace(fine, "answered: z", "answered: [{when: who is adult, to: z}]", 1)), `when none of the conditions of answered holds there is no way on`},
		"dead row":          {whole(strings.Replace(fine, "answered: z", "answered: [{to: z}, {when: who is adult, to: z}]", 1)), `is never reached`},
		"no such start":     {"name: t\nstart: q\nstates:\n" + fine, `t.yaml:2:8: start: there is no state "q"`},
		"no such agreement": {"name: t\nagreement: q\nstates:\n" + fine, `t.yaml:2:12: agreement: there is no question "q"`},
		"use unreadable":    {whole("  a: {use: ons4, then: z}\n  z: {say: done}\n"), `t.yaml:4:12: cannot read "ons4"`},
		"use unknown":       {whole("  a: {use: ons5 as x, then: z}\n  z: {say: done}\n"), `there is no flow "ons5"`},
		"offer unknown":     {"name: t\noffers:\n  more: {use: ons5, before: a}\nstates:\n" + fine, `t.yaml:3:3: there is no flow "ons5"`},
		"offer nowhere":     {"name: t\noffers:\n  more: {use: gp, before: q}\nstates:\n" + fine, `offered before "q", which is no state`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := flows.Compile("t.yaml", []byte(tt.src), flows.Blocks)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var fs flows.Faults
			if !errors.As(err, &fs) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %q, got: %v", tt.want, err)
			}
		})
	}
}

func TestEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	_, err := flows.Compile("t.yaml", []byte(whole("  a: {say: who, ask: guess, colour: red, do: [dance], save: x, on: {answered: a}}\n")), flows.Blocks)
	var fs flows.Faults
	if !errors.As(err, &fs) || len(fs) != 3 {
		t.Errorf("got %v", err)
	}
}

func TestABlockThatUsesItself(t *testing.T) {
	t.Parallel()
	src := []byte("name: loop\nstates:\n  a: {use: loop as b, then: z}\n  z: {say: done}\n")
	blocks := func(name string) ([]byte, bool) { return src, name == "loop" }
	if _, err := flows.Compile("loop.yaml", src, blocks); err == nil || !strings.Contains(err.Error(), "uses itself") {
		t.Errorf("got %v", err)
	}
}

func TestABlockHasStatesAndSlotsOfItsOwn(t *testing.T) {
	t.Parallel()
	f, err := flows.Compile("t.yaml", []byte(whole("  a: {use: ons4 as baseline, then: z}\n  z: {say: done}\n")), flows.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	s := f.States["baseline_happy"]
	if s == nil || s.Save != "baseline_ons4_happy" || !s.Append || !s.Locked || s.Say != "ons4_happy" || !cmp.Equal(s.See, []string{"holder"}) {
		t.Errorf("the block's question: %+v", s)
	}
	if end := f.States["baseline_thanks"]; end == nil || len(end.Then) != 1 || end.Then[0].To != "z" {
		t.Errorf("the block's end: %+v", end)
	}
}

func TestAProgrammeTailorsAFlow(t *testing.T) {
	t.Parallel()
	f, err := flows.ShippedFor("self-referral", flows.Tailor{Drop: []string{"name"}, Add: []string{"gp"}, After: []string{"ons4"}})
	if err != nil {
		t.Fatal(err)
	}
	if !f.States["name"].Dropped || f.States["place"].Dropped {
		t.Error("the wrong question was dropped")
	}
	if to := f.States["drafted"].Then[0].To; to != "gp_gp" || f.States["gp_gp"].Save != "gp" {
		t.Errorf("behind drafted stands %s", to)
	}
	if to := f.States["gp_done"].Then[0].To; to != "needs" {
		t.Errorf("behind the block stands %s", to)
	}
	if to := f.States["summary"].Then[0].To; to != "after_ons4_intro" {
		t.Errorf("behind the summary stands %s", to)
	}
	plain, err := flows.Shipped("self-referral")
	if err != nil || plain.States["name"].Dropped || plain.States["gp_gp"] != nil {
		t.Errorf("the flow itself was changed (%v)", err)
	}
	for want, tailor := range map[string]flows.Tailor{
		`has no question "shoe_size" to drop`:            {Drop: []string{"shoe_size"}},
		`the question "safe" cannot be dropped`:          {Drop: []string{"safe"}},
		`the question "agreement" cannot be dropped`:     {Drop: []string{"agreement"}},
		`offers no block "horoscope"`:                    {Add: []string{"horoscope"}},
		`there is no flow "horoscope"`:                   {After: []string{"horoscope"}},
		`(it offers: gp, matters)`:                       {Add: []string{"x"}},
		`(its questions: agreement, who, young_age, oth`: {Drop: []string{"x"}},
	} {
		if _, err := flows.ShippedFor("self-referral", tailor); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got: %v", want, err)
		}
	}
}

func TestMenusThatCollideWithCommands(t *testing.T) {
	t.Parallel()
	cat, err := locales.Default()
	if err != nil {
		t.Fatal(err)
	}
	src := []byte(whole("  a: {say: menu, ask: choice, options: [person, x], save: q, on: {answered: z}}\n  z: {say: nowhere}\n"))
	got := append(flows.CheckTexts("t.yaml", src, flows.Blocks, cat), flows.CheckMenus("t.yaml", src, flows.Blocks, cat)...).Error()
	for _, want := range []string{`t.yaml:4:31: the option "person" of "a" reads "A person" in English, which is the command human`, `t.yaml:5:3: the text "nowhere" is missing in every language`} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
}

func TestDiagrams(t *testing.T) {
	t.Parallel()
	f, err := flows.Compile("t.yaml", []byte(whole(fine)), flows.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	want := "stateDiagram-v2\n    [*] --> a\n    a --> z: answered\n    z --> [*]\n"
	if d := cmp.Diff(want, flows.Mermaid(f)); d != "" {
		t.Error(d)
	}
	want = "digraph \"t\" {\n    rankdir=TB;\n    node [shape=box];\n    \"a\" [shape=ellipse];\n    \"z\" [shape=box];\n    \"a\" -> \"z\" [label=\"answered\"];\n}\n"
	if d := cmp.Diff(want, flows.Dot(f)); d != "" {
		t.Error(d)
	}
}

func FuzzCompile(f *testing.F) {
	f.Add([]byte(whole(fine)))
	src, _ := flows.Blocks("self-referral")
	f.Add(src)
	f.Fuzz(func(t *testing.T, src []byte) {
		flow, err := flows.Compile("t.yaml", src, flows.Blocks)
		if (flow == nil) == (err == nil) {
			t.Errorf("flow %v, error %v", flow, err)
		}
	})
}
