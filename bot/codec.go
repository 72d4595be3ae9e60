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

// Decode reads a conversation's state as encoding/json writes it, with room
// for the one person who uses most addresses.
func Decode(state []byte) (Conversation, error) {
	c := Conversation{Persons: make([]Person, 0, 1)}
	err := json.Unmarshal(state, &c)
	return c, err
}
