package bot

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Answers are a person's answers per slot; the last one of a slot counts.
//
// They are most of a conversation's state, and every text reads and writes
// that state once. So they have a reader and a writer of their own, for the
// JSON that encoding/json would read and write: all strings of one state are
// cut from one copy of it.
type Answers map[string][]Value

// MarshalJSON writes what encoding/json would write.
func (a Answers) MarshalJSON() ([]byte, error) {
	out := make([]byte, 0, 64*len(a)+2)
	out = append(out, '{')
	keys := make([]string, 0, len(a))
	for slot := range a {
		keys = append(keys, slot)
	}
	slices.Sort(keys)
	for i, slot := range keys {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendString(out, slot), ':', '[')
		for j := range a[slot] {
			if j > 0 {
				out = append(out, ',')
			}
			var err error
			if out, err = a[slot][j].appendJSON(out); err != nil {
				return nil, err
			}
		}
		out = append(out, ']')
	}
	return append(out, '}'), nil
}

func (v *Value) appendJSON(out []byte) ([]byte, error) {
	out = append(out, '{')
	start := len(out)
	key := func(name string) {
		if len(out) > start {
			out = append(out, ',')
		}
		out = append(out, '"')
		out = append(append(out, name...), '"', ':')
	}
	if len(v.IDs) > 0 {
		key("ids")
		out = append(out, '[')
		for i, id := range v.IDs {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendString(out, id)
		}
		out = append(out, ']')
	}
	text := func(name, s string) {
		if s != "" {
			key(name)
			out = appendString(out, s)
		}
	}
	text("text", string(v.Text))
	if v.Number != 0 {
		key("number")
		out = strconv.AppendInt(out, int64(v.Number), 10)
	}
	text("typed", string(v.Typed))
	if v.Place != nil {
		raw, err := json.Marshal(v.Place)
		if err != nil {
			return nil, err
		}
		key("place")
		out = append(out, raw...)
	}
	if v.Contact != nil {
		raw, err := json.Marshal(v.Contact)
		if err != nil {
			return nil, err
		}
		key("contact")
		out = append(out, raw...)
	}
	flag := func(name string, on bool) {
		if on {
			key(name)
			out = append(out, "true"...)
		}
	}
	flag("skipped", v.Skipped)
	text("flag", v.Flag)
	flag("offered", v.Offered)
	return append(out, '}'), nil
}

// appendString writes a string; what must be escaped is left to encoding/json.
func appendString(out []byte, s string) []byte {
	plain := utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 || r == '"' || r == '\\' || r == '<' || r == '>' || r == '&' || r == '\u2028' || r == '\u2029' || r == 0x7f
	})
	if plain {
		return append(append(append(out, '"'), s...), '"')
	}
	raw, _ := json.Marshal(s) // a string always can be written
	return append(out, raw...)
}

var errAnswers = errors.New("answers cannot be read")

// UnmarshalJSON reads answers. encoding/json has made sure already that they
// are JSON.
func (a *Answers) UnmarshalJSON(src []byte) error {
	if string(src) == "null" {
		return nil
	}
	r := &answerReader{s: string(src)}
	n := strings.Count(r.s, `":[{`) // slots, as we write them
	out := make(Answers, n)
	r.slots = make([]Value, n)
	r.object(func(slot string) {
		var list []Value
		r.array(func() {
			var v Value
			r.value(&v)
			if list == nil {
				list = r.one()
			}
			list = append(list, v)
		})
		out[slot] = list
	})
	if r.bad {
		return errAnswers
	}
	*a = out
	return nil
}

// answerReader walks over JSON that is known to be well-formed.
type answerReader struct {
	s     string
	i     int
	bad   bool
	slots []Value  // where single values are cut from
	ids   []string // and single option ids
}

// one cuts room for one value out of a larger piece.
func (r *answerReader) one() []Value {
	if len(r.slots) == 0 {
		return make([]Value, 0, 1)
	}
	out := r.slots[:0:1]
	r.slots = r.slots[1:]
	return out
}

func (r *answerReader) next() byte {
	for r.i < len(r.s) {
		switch r.s[r.i] {
		case ' ', '\n', '\t', '\r':
			r.i++
		default:
			return r.s[r.i]
		}
	}
	r.bad = true
	return 0
}

// list takes what stands between two marks.
func (r *answerReader) list(open, end byte, item func()) {
	if r.next() != open {
		r.bad = true
		return
	}
	r.i++
	for !r.bad {
		switch r.next() {
		case end:
			r.i++
			return
		case ',':
			r.i++
		default:
			item()
		}
	}
}

func (r *answerReader) array(item func()) { r.list('[', ']', item) }

func (r *answerReader) object(field func(name string)) {
	r.list('{', '}', func() {
		name := r.text()
		if r.next() != ':' {
			r.bad = true
			return
		}
		r.i++
		field(name)
	})
}

// text reads a string: a cut of the whole, or unquoted where it is escaped.
func (r *answerReader) text() string {
	if r.next() != '"' {
		r.bad = true
		return ""
	}
	start, escaped := r.i, false
	for r.i++; r.i < len(r.s); r.i++ {
		switch r.s[r.i] {
		case '\\':
			escaped = true
			r.i++
		case '"':
			r.i++
			raw := r.s[start:r.i]
			if !escaped {
				return raw[1 : len(raw)-1]
			}
			var out string
			if json.Unmarshal([]byte(raw), &out) != nil {
				r.bad = true
			}
			return out
		}
	}
	r.bad = true
	return ""
}

func (r *answerReader) value(v *Value) {
	r.object(func(name string) {
		switch name {
		case "ids":
			r.array(func() { v.IDs = r.id(v.IDs) })
		case "text":
			v.Text = Words(r.text())
		case "typed":
			v.Typed = Words(r.text())
		case "flag":
			v.Flag = r.text()
		case "number":
			n, err := strconv.Atoi(r.raw())
			r.bad = r.bad || err != nil
			v.Number = n
		case "skipped":
			v.Skipped = r.raw() == "true"
		case "offered":
			v.Offered = r.raw() == "true"
		case "place":
			v.Place = new(Place)
			r.bad = json.Unmarshal([]byte(r.raw()), v.Place) != nil || r.bad
		case "contact":
			v.Contact = new(Contact)
			r.bad = json.Unmarshal([]byte(r.raw()), v.Contact) != nil || r.bad
		default:
			r.raw() // a field of a later version
		}
	})
}

// id adds an option id, the first from a larger piece.
func (r *answerReader) id(list []string) []string {
	if list == nil {
		if len(r.ids) == 0 {
			r.ids = make([]string, 16)
		}
		list, r.ids = r.ids[:0:1], r.ids[1:]
	}
	return append(list, r.text())
}

// raw takes any value as it stands.
func (r *answerReader) raw() string {
	r.next()
	start, depth := r.i, 0
	for r.i < len(r.s) {
		switch r.s[r.i] {
		case '"':
			r.text()
			if depth == 0 {
				return r.s[start:r.i]
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return strings.TrimSpace(r.s[start:r.i])
			}
			if depth--; depth == 0 {
				r.i++
				return r.s[start:r.i]
			}
		case ',':
			if depth == 0 {
				return strings.TrimSpace(r.s[start:r.i])
			}
		}
		r.i++
	}
	r.bad = true
	return ""
}

// Decode reads a conversation's state as encoding/json writes it, with room
// for the one person who uses most addresses.
func Decode(state []byte) (Conversation, error) {
	c := Conversation{Persons: make([]Person, 0, 1)}
	err := json.Unmarshal(state, &c)
	return c, err
}
