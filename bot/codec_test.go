package bot_test

import (
	"encoding/json"
	"testing"

	"linkline/bot"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// plainAnswers are read and written by encoding/json alone.
type plainAnswers map[string][]bot.Value

func drawValue(r *rapid.T) bot.Value {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "1 4", "Amina", `a"b\c`, "<b>&\u2028", "\xff\xfe", "{}[],:", "সাহায্য", "\n\t"}))
	v := bot.Value{
		IDs:  rapid.SliceOfN(text, 0, 4).Draw(r, "ids"),
		Text: bot.Words(text.Draw(r, "text")), Typed: bot.Words(text.Draw(r, "typed")), Flag: text.Draw(r, "flag"),
		Number: rapid.IntRange(-3, 200).Draw(r, "number"), Skipped: rapid.Bool().Draw(r, "skipped"), Offered: rapid.Bool().Draw(r, "offered"),
	}
	if rapid.Bool().Draw(r, "placed") {
		v.Place = &bot.Place{Outcode: "IG11", Area: text.Draw(r, "area"), Boroughs: []string{"a}", "b]"}}
	}
	if rapid.Bool().Draw(r, "contacted") {
		v.Contact = &bot.Contact{Ways: []string{"call"}, After: text.Draw(r, "after"), Interpreter: true}
	}
	return v
}

// TestAnswersAreTheJSONTheySeem holds the reader and writer of answers against
// encoding/json, both ways.
func TestAnswersAreTheJSONTheySeem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		a := bot.Answers(rapid.MapOfN(rapid.StringMatching(`[a-z_0-9]{1,9}`), rapid.SliceOfN(rapid.Custom(drawValue), 1, 3), 0, 12).Draw(r, "answers"))
		ours, err := json.Marshal(a)
		if err != nil {
			r.Fatal(err)
		}
		theirs, err := json.Marshal(plainAnswers(a))
		if err != nil {
			r.Fatal(err)
		}
		var want, got plainAnswers
		var read bot.Answers
		if err := json.Unmarshal(theirs, &want); err != nil {
			r.Fatal(err)
		}
		if err := json.Unmarshal(ours, &got); err != nil {
			r.Fatalf("what we write is no JSON: %v", err)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			r.Fatalf("written: %s", d)
		}
		indented, err := json.MarshalIndent(plainAnswers(a), "", "  ")
		if err != nil {
			r.Fatal(err)
		}
		for _, src := range [][]byte{theirs, indented} {
			read = nil
			if err := json.Unmarshal(src, &read); err != nil {
				r.Fatalf("not read: %v\n%s", err, src)
			}
			if d := cmp.Diff(want, plainAnswers(read), cmpopts.EquateEmpty()); d != "" {
				r.Fatalf("read: %s", d)
			}
		}
	})
}

// TestAnswersOfOneSlotDoNotShare: values are cut from one piece, and yet
// adding to one list changes no other.
func TestAnswersOfOneSlotDoNotShare(t *testing.T) {
	t.Parallel()
	var a bot.Answers
	if err := json.Unmarshal([]byte(`{"a":[{"ids":["x"]}],"b":[{"ids":["y"]}]}`), &a); err != nil {
		t.Fatal(err)
	}
	_ = append(a["a"], bot.Value{Flag: "other"})
	_ = append(a["a"][0].IDs, "z")
	_ = append(a["b"], bot.Value{Flag: "other"})
	if got := a["b"][0]; got.Flag != "" || got.IDs[0] != "y" || a["a"][0].IDs[0] != "x" {
		t.Errorf("shared: %+v", a)
	}
}

// TestAnswersOfALaterVersionAreRead: a field nobody knows is passed over.
func TestAnswersOfALaterVersionAreRead(t *testing.T) {
	t.Parallel()
	var a bot.Answers
	if err := json.Unmarshal([]byte(`{"a":[{"new":{"x":["}",1]},"older":[1,{"a":"]"}],"z":null,"typed":"1"}]}`), &a); err != nil || a["a"][0].Typed.Raw() != "1" {
		t.Errorf("%v %+v", err, a)
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"a":[{"ids":["x"],"number":7,"typed":"1"}]}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		var a bot.Answers
		if err := a.UnmarshalJSON(src); err == nil {
			if _, err := json.Marshal(a); err != nil {
				t.Error(err)
			}
		}
	})
}
