package bot

import (
	"encoding/json"
	"strconv"
	"strings"
)

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
