package inbox_test

import (
	"encoding/json"
	"testing"
	"time"

	"linkline/bot"
)

// full is a conversation in mid-flow with twelve answers.
func full(t testing.TB) (bot.Conversation, bot.Programme, bot.Event) {
	w := newTalk(t, nil)
	for _, l := range referred[:len(referred)-2] {
		w.say(l.say)
	}
	c := w.conversation()
	p := c.Person()
	for _, slot := range []string{"gp", "matters", "ons4_satisfied", "ons4_worthwhile", "ons4_happy", "ons4_anxious", "young_age", "other_agree"} {
		if len(p.Answers) < 12 {
			p.Answers[slot] = []bot.Value{{IDs: []string{"yes"}, Number: 7, Typed: "7"}}
		}
	}
	if len(p.Answers) != 12 {
		t.Fatalf("%d answers", len(p.Answers))
	}
	in := w.in("ig11")
	ev := bot.Event{ID: "SM99", Kind: bot.EventText, At: w.now.Add(time.Minute), In: in}
	ev.Understood = w.box.Reader.Read("en", p.Open(), nil, "ig11")
	return c, w.box.Dir.(one).p, ev
}

// BenchmarkTurn is one turn in mid-flow with twelve answers, the state decoded
// and encoded. DESIGN 8: at most 30 µs, 12 kB, 150 allocations.
func BenchmarkTurn(b *testing.B) {
	c, prog, ev := full(b)
	state, err := json.Marshal(c)
	if err != nil {
		b.Fatal(err)
	}
	e := bot.NewEngine(rooms().flows)
	b.ReportAllocs()
	for b.Loop() {
		c, err := bot.Decode(state)
		if err != nil {
			b.Fatal(err)
		}
		t, err := e.Turn(c, prog, ev)
		if err != nil || len(t.Says) != 1 {
			b.Fatal(err, len(t.Says))
		}
		if _, err := json.Marshal(t.Conversation); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTurnAlone is the same without decoding and encoding.
func BenchmarkTurnAlone(b *testing.B) {
	c, prog, ev := full(b)
	e := bot.NewEngine(rooms().flows)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Turn(c, prog, ev); err != nil {
			b.Fatal(err)
		}
	}
}
