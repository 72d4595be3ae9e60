package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Flow is a compiled conversation flow: its states and the machine that says
// which state follows. It is read-only after NewFlow and safe for use by many
// turns at once.
type Flow struct {
	Name    string
	Version int
	Start   string
	Agree   string // the state that asks for agreement
	States  map[string]*State
	Order   []string // states in the order of the file
	machine *machine
}

// State is one place in a flow: a statement that goes on by itself, a
// question that waits, or an end.
type State struct {
	Name    string
	Say     string // message key
	They    string // message key when the text speaks of somebody else
	Ask     AskKind
	Also    []AskKind // other kinds of answer that are understood here
	Options []Option
	Save    string // slot of the answer
	Append  bool   // record: append never overwrites an earlier answer
	More    string // message key of the answer to 9, tell me more
	Person  bool   // the menu shows 0, a person
	Dropped bool   // the programme does without the question
	Must    bool   // a skip or two unclear answers count as Else
	Else    string // the option that a skip counts as, where Must is set
	If      Guard  // the state is passed over when it does not hold
	On      map[string][]Row
	Then    []Row
	Do      []string // actions on entering; see the actions of the engine
	See     []string // who may ever read the answer; empty: the holder
	Locked  bool     // official wording that nobody may change
	Offer   bool     // an offered answer does not skip the question
}

// Option is one choice of a question: its id and the key of its text.
type Option struct {
	ID   string
	Key  string
	They string
}

// Row is one guarded way out of a state.
type Row struct {
	When Guard
	To   string
}

// Events that a state may name in `on:` beside its option ids.
const (
	OnAnswer  = "answered"
	OnSkip    = "skipped"
	OnNone    = "none"
	OnUnclear = "unclear"
	onThen    = "then"
)

// Question tells whether the state waits for an answer.
func (s *State) Question() bool { return s.Ask != "" }

// End tells whether nothing follows the state.
func (s *State) End() bool { return !s.Question() && len(s.Then) == 0 }

// Guard is a condition on answers: clauses joined by "and", each
// "<slot> is <id>", "<slot> is not <id>", "<slot> known", "<slot> unknown",
// "programme has <fact>", "programme lacks <fact>", or "phone is private":
// nobody but the person reads it.
type Guard struct {
	Source  string
	clauses []clause
}

type clause struct {
	slot, id string
	not      bool
	known    bool
	fact     Facts
}

// Facts are what a programme has, and whether the phone is private.
type Facts uint

// factNames are the facts by name: the first bit is the first name's.
var factNames = []string{"area", "council", "group", "home_office", "practice", "young_people", "private"}

// FactNames lists what a guard may ask of a programme.
func FactNames() []string { return slices.Clone(factNames[:len(factNames)-1]) }

func fact(name string) Facts {
	if i := slices.Index(factNames, name); i >= 0 {
		return 1 << i
	}
	return 0
}

// ParseGuard reads a condition; an empty one always holds.
func ParseGuard(src string) (Guard, error) {
	g := Guard{Source: src}
	if strings.TrimSpace(src) == "" {
		return g, nil
	}
	for part := range strings.SplitSeq(src, " and ") {
		f := strings.Fields(part)
		switch {
		case len(f) == 2 && f[1] == "known":
			g.clauses = append(g.clauses, clause{slot: f[0], known: true})
		case len(f) == 2 && f[1] == "unknown":
			g.clauses = append(g.clauses, clause{slot: f[0], known: true, not: true})
		case len(f) == 3 && f[0] == "programme" && (f[1] == "has" || f[1] == "lacks"):
			if f[2] == "private" || fact(f[2]) == 0 {
				return Guard{}, fmt.Errorf("a programme has no %q (it may have: %s)", f[2], strings.Join(FactNames(), ", "))
			}
			g.clauses = append(g.clauses, clause{fact: fact(f[2]), not: f[1] == "lacks"})
		case part == "phone is private":
			g.clauses = append(g.clauses, clause{fact: fact("private")})
		case len(f) == 3 && f[1] == "is":
			g.clauses = append(g.clauses, clause{slot: f[0], id: f[2]})
		case len(f) == 4 && f[1] == "is" && f[2] == "not":
			g.clauses = append(g.clauses, clause{slot: f[0], id: f[3], not: true})
		default:
			return Guard{}, fmt.Errorf("cannot read the condition %q (write: slot is option, slot is not option, slot known, slot unknown; join with and)", src)
		}
	}
	return g, nil
}

// Ask is one thing a condition asks: a slot, and the option it may be.
type Ask struct{ Slot, ID string }

// Asks lists what the condition asks of the answers.
func (g Guard) Asks() []Ask {
	var out []Ask
	for _, c := range g.clauses {
		if c.fact == 0 {
			out = append(out, Ask{c.slot, c.id})
		}
	}
	return out
}

// Prefixed is the condition on slots with a name in front, as a block's are.
func (g Guard) Prefixed(prefix string) Guard {
	g.clauses = slices.Clone(g.clauses)
	for i := range g.clauses {
		if g.clauses[i].fact == 0 {
			g.clauses[i].slot = prefix + g.clauses[i].slot
		}
	}
	return g
}

// Holds tells whether the condition is true of a person's answers and of what
// the programme has.
func (g Guard) Holds(p *Person, facts Facts) bool {
	for _, c := range g.clauses {
		var ok bool
		switch {
		case c.fact != 0:
			ok = facts&c.fact != 0
		case c.known:
			_, ok = p.Answer(c.slot)
		default:
			ok = p.Has(c.slot, c.id)
		}
		if ok == c.not {
			return false
		}
	}
	return true
}

// NewFlow checks that every state that is named exists and builds the
// machine. The flows room makes the finer checks, with file and line.
func NewFlow(f Flow) (*Flow, error) {
	if _, ok := f.States[f.Start]; !ok {
		return nil, fmt.Errorf("flow %s: start %q is no state", f.Name, f.Start)
	}
	var rows []transition
	for _, name := range f.Order {
		s := f.States[name]
		for event, list := range s.rows() {
			for i, r := range list {
				if _, ok := f.States[r.To]; !ok {
					return nil, fmt.Errorf("flow %s: state %s goes to %q, which is no state", f.Name, name, r.To)
				}
				rows = append(rows, transition{event: rowEvent(event, i), from: name, to: r.To})
			}
		}
		if s.Question() {
			for _, from := range f.Order {
				rows = append(rows, transition{event: "goto__" + name, from: from, to: name})
			}
		}
	}
	f.machine = newMachine(f.Start, rows)
	return &f, nil
}

func (s *State) rows() map[string][]Row {
	out := make(map[string][]Row, len(s.On)+1)
	for k, v := range s.On {
		out[k] = v
	}
	if len(s.Then) > 0 {
		out[onThen] = s.Then
	}
	return out
}

func rowEvent(event string, i int) string { return event + "__" + strconv.Itoa(i) }

// next names the state that follows event in a state: guards are run in the
// order of the file, then the machine moves. ok is false when no row fits.
func (f *Flow) next(state, event string, p *Person, facts Facts) (string, bool, error) {
	s := f.States[state]
	if s == nil {
		return "", false, nil
	}
	list := s.On[event]
	if event == onThen {
		list = s.Then
	}
	for i, r := range list {
		if r.When.Holds(p, facts) {
			to, err := f.machine.step(state, rowEvent(event, i))
			return to, err == nil, err
		}
	}
	return "", false, nil
}

// jump moves to a question from anywhere.
func (f *Flow) jump(from, to string) (string, error) {
	return f.machine.step(from, "goto__"+to)
}

// Questions lists the states that ask, in the order of the file.
func (f *Flow) Questions() []string {
	var out []string
	for _, n := range f.Order {
		if f.States[n].Question() {
			out = append(out, n)
		}
	}
	return out
}
