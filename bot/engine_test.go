package bot_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"linkline/bot"

	"github.com/google/go-cmp/cmp"
)

// always is a calendar that never closes.
type always struct{}

func (always) Open(time.Time) bool                            { return true }
func (always) NextOpen(t time.Time) time.Time                 { return t }
func (always) AddOpen(t time.Time, d time.Duration) time.Time { return t.Add(d) }
func (always) PromiseBy(t time.Time) time.Time                { return t.AddDate(0, 0, 10) }
func (always) Daytime(t time.Time) time.Time                  { return t }

// small is a flow of agreement, one question and an end.
func small(t *testing.T, change func(*bot.Flow)) *bot.Flow {
	t.Helper()
	f := bot.Flow{Name: "small", Version: 3, Start: "agreement", Agree: "agreement", Order: []string{"agreement", "name", "end", "no"}, States: map[string]*bot.State{
		"agreement": {Name: "agreement", Say: "agreement", Ask: bot.AskChoice, Save: "agreement", Options: []bot.Option{{ID: "yes", Key: "a.yes"}, {ID: "no", Key: "a.no"}},
			On: map[string][]bot.Row{"yes": {{To: "name"}}, "no": {{To: "no"}}}},
		"name": {Name: "name", Say: "name", Ask: bot.AskName, Save: "name", On: map[string][]bot.Row{bot.OnAnswer: {{To: "end"}}}},
		"end":  {Name: "end", Do: []string{"draft", "refer"}, Say: "done"},
		"no":   {Name: "no", Do: []string{"decline"}, Say: "declined"},
	}}
	if change != nil {
		change(&f)
	}
	out, err := bot.NewFlow(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// table is one conversation in front of an engine, without any other room.
type table struct {
	t    *testing.T
	e    *bot.Engine
	prog bot.Programme
	c    bot.Conversation
	now  time.Time
}

func newTable(t *testing.T) *table {
	t.Helper()
	return &table{
		t: t, e: bot.NewEngine(map[string]*bot.Flow{"small": small(t, nil)}), now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC),
		prog: bot.Programme{ID: "bdd", Service: "Linkline", Flow: "small", Languages: []string{"en"}, Calendar: always{}},
		c:    bot.Conversation{CID: "c", Channel: bot.SMS, Resident: "+447700900123", Programme: "bdd"},
	}
}

func (b *table) turn(ev bot.Event) bot.Turn {
	b.t.Helper()
	b.now = b.now.Add(time.Minute)
	ev.At = b.now
	before, err := json.Marshal(b.c)
	if err != nil {
		b.t.Fatal(err)
	}
	turn, err := b.e.Turn(b.c, b.prog, ev)
	if err == nil && turn.NeedRef > 0 {
		ev.Ref = bot.Ref("BDD-" + strings.Repeat("2", turn.NeedRef))
		turn, err = b.e.Turn(b.c, b.prog, ev)
	}
	if err != nil {
		b.t.Fatalf("%s: %v", ev.Kind, err)
	}
	after, err := json.Marshal(b.c)
	if err != nil {
		b.t.Fatal(err)
	}
	if d := cmp.Diff(string(before), string(after)); d != "" {
		b.t.Fatalf("a turn changed the conversation it was given: %s", d)
	}
	b.c = turn.Conversation
	return turn
}

func (b *table) text(text string, u bot.Understood) bot.Turn {
	b.t.Helper()
	return b.turn(bot.Event{ID: "SM" + text, Kind: bot.EventText, In: bot.Inbound{Text: bot.Words(text), Kind: bot.KindText}, Understood: u})
}

func option(id string) bot.Understood {
	return bot.Understood{Answer: bot.Answer{Kind: bot.AnswerValue, Value: bot.Value{IDs: []string{id}}}}
}

func named(name string) bot.Understood {
	return bot.Understood{Answer: bot.Answer{Kind: bot.AnswerValue, Value: bot.Value{Text: bot.Words(name)}}}
}

// referred walks to the end of the small flow.
func (b *table) referred() {
	b.t.Helper()
	b.text("hello", bot.Understood{})
	b.text("1", option("yes"))
	if turn := b.text("Amina", named("Amina")); len(turn.Effects) == 0 || turn.Effects[0].Kind != bot.EntryRefer {
		b.t.Fatalf("effects %+v", turn.Effects)
	}
}

func TestAgreementIsKeptAsItWasShown(t *testing.T) {
	t.Parallel()
	b := newTable(t)
	b.text("hello", bot.Understood{})
	b.text("ok then", option("yes"))
	want := &bot.Agreement{Given: true, Version: "small/3/agreement", Lang: "en", Reply: "ok then", Scope: []string{"contact_me", "link_worker_team"}, At: b.now}
	if d := cmp.Diff(want, b.c.Persons[0].Agreement); d != "" {
		t.Error(d)
	}
}

func TestOwnersGoByTheirFence(t *testing.T) {
	t.Parallel()
	type act struct {
		kind   bot.EventKind
		worker string
		fence  int64
		refuse string
	}
	tests := map[string][]act{
		"claim, free, claim":       {{bot.EventClaimed, "U1", 1, ""}, {bot.EventFreed, "U1", 2, ""}, {bot.EventClaimed, "U2", 3, ""}},
		"an old claim":             {{bot.EventClaimed, "U1", 2, ""}, {bot.EventClaimed, "U2", 1, "fence"}},
		"the same claim again":     {{bot.EventClaimed, "U1", 1, ""}, {bot.EventClaimed, "U1", 1, "fence"}},
		"freed by an old fence":    {{bot.EventClaimed, "U1", 3, ""}, {bot.EventFreed, "U1", 2, "fence"}},
		"freed by an equal fence":  {{bot.EventClaimed, "U1", 3, ""}, {bot.EventFreed, "U1", 3, "fence"}},
		"closed by an equal fence": {{bot.EventClaimed, "U1", 3, ""}, {bot.EventClosed, "U1", 3, "fence"}},
		"a reply of the holder":    {{bot.EventClaimed, "U1", 1, ""}, {bot.EventReply, "U1", 1, ""}},
		"a reply before a claim":   {{bot.EventReply, "U1", 0, "not_yours"}},
		"a reply of another":       {{bot.EventClaimed, "U1", 1, ""}, {bot.EventReply, "U2", 1, "not_yours"}},
		"a reply after release":    {{bot.EventClaimed, "U1", 1, ""}, {bot.EventFreed, "U1", 2, ""}, {bot.EventReply, "U1", 2, "not_yours"}},
		"a reply of an old hold":   {{bot.EventClaimed, "U1", 1, ""}, {bot.EventFreed, "U1", 2, ""}, {bot.EventClaimed, "U1", 3, ""}, {bot.EventReply, "U1", 1, "not_yours"}},
		"after closing":            {{bot.EventClaimed, "U1", 1, ""}, {bot.EventClosed, "U1", 2, ""}, {bot.EventReply, "U1", 2, "gone"}},
	}
	for name, acts := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTable(t)
			b.referred()
			for i, a := range acts {
				turn := b.turn(bot.Event{ID: string(rune('a' + i)), Kind: a.kind, Ref: "BDD-2", Worker: a.worker, Fence: a.fence, Text: "Hello", Code: "goals_met"})
				got, refused := strings.CutPrefix(turn.Reason, "refused:")
				if !refused {
					got = ""
				}
				if got != a.refuse {
					t.Fatalf("act %d (%s): refused %q, want %q", i, a.kind, got, a.refuse)
				}
				if a.refuse != "" && len(turn.Says) > 0 {
					t.Errorf("act %d was refused, and yet something is said", i)
				}
			}
		})
	}
}

func TestAnEditedFlowGoesToTheNearestQuestion(t *testing.T) {
	t.Parallel()
	b := newTable(t)
	b.text("hello", bot.Understood{})
	b.text("1", option("yes"))
	b.e = bot.NewEngine(map[string]*bot.Flow{"small": small(t, func(f *bot.Flow) {
		delete(f.States, "name")
		f.States["area"] = &bot.State{Name: "area", Say: "place", Ask: bot.AskPlace, Save: "place", On: map[string][]bot.Row{bot.OnAnswer: {{To: "end"}}}}
		f.States["agreement"].On["yes"] = []bot.Row{{To: "area"}}
		f.Order = []string{"agreement", "area", "end", "no"}
	})})
	turn := b.text("Amina", named("Amina"))
	if len(turn.Says) != 1 || turn.Says[0].Key != "agreement" && turn.Says[0].Key != "place" {
		t.Errorf("said %+v", turn.Says)
	}
	if a := b.c.Persons[0].Asked; a == nil || a.State == "name" {
		t.Errorf("the open question is %+v", a)
	}
}

func TestATurnWithoutItsFlowIsAnError(t *testing.T) {
	t.Parallel()
	b := newTable(t)
	b.prog.Flow = "gone"
	ev := bot.Event{ID: "SM1", Kind: bot.EventText, At: b.now, In: bot.Inbound{Text: "hello"}}
	if _, err := b.e.Turn(b.c, b.prog, ev); !errors.Is(err, bot.ErrNoFlow) {
		t.Errorf("got %v", err)
	}
	if turn, err := b.e.Rescue(b.c, b.prog, ev); err != nil || turn.NeedRef != 1 {
		t.Errorf("rescue: %v, needs reference %d", err, turn.NeedRef)
	}
	ev.Ref = "BDD-2"
	turn, err := b.e.Rescue(b.c, b.prog, ev)
	if err != nil || len(turn.Says) != 1 || turn.Effects[0].Kind != bot.EntryRefer || turn.Conversation.Persons[0].Said[0].Text != "hello" {
		t.Errorf("rescue: %v %+v", err, turn)
	}
}

func TestATimerThatWasMovedDoesNothing(t *testing.T) {
	t.Parallel()
	b := newTable(t)
	b.text("hello", bot.Understood{})
	for _, name := range []string{"forget", "nudge", "retain#7", "nonsense"} {
		turn := b.turn(bot.Event{ID: "t:" + name, Kind: bot.EventTimer, Timer: name})
		if turn.Reason != "no longer due" || len(turn.Says)+len(turn.Effects) > 0 {
			t.Errorf("%s: %q", name, turn.Reason)
		}
	}
}

func TestLanguagesComeInPages(t *testing.T) {
	t.Parallel()
	b := newTable(t)
	b.prog.Languages = strings.Fields("en ro es pl bn pt gu it pa ar ta tr fr ur bg fa so ru lt")
	turn := b.text("???", bot.Understood{})
	say := turn.Says[0]
	if len(say.Options) != 8 || say.Options[0] != "en" || !cmp.Equal(say.Tail, []string{"9 menu.next"}) {
		t.Fatalf("first page: %q %q", say.Options, say.Tail)
	}
	say = b.text("9", bot.Understood{More: true}).Says[0]
	if len(say.Options) != 8 || say.Options[0] != "pa" {
		t.Errorf("second page: %q", say.Options)
	}
	say = b.text("9", bot.Understood{More: true}).Says[0]
	if !cmp.Equal(say.Options, []string{"so", "ru", "lt"}) {
		t.Errorf("last page: %q", say.Options)
	}
	if say = b.text("9", bot.Understood{More: true}).Says[0]; say.Options[0] != "en" {
		t.Errorf("and round again: %q", say.Options)
	}
	if turn = b.text("Soomaali", bot.Understood{LangName: "so", Spoken: true}); b.c.Persons[0].Lang != "so" || turn.Says[0].Key != "agreement" {
		t.Errorf("a name instead of a number: %q", b.c.Persons[0].Lang)
	}
}

func TestAddressesAndWordsNeverPrint(t *testing.T) {
	t.Parallel()
	ev := bot.Event{In: bot.Inbound{From: "+447700900123", Text: "my secret"}}
	var logged strings.Builder
	for _, s := range []string{ev.In.From.String(), ev.In.Text.String(), ev.In.From.GoString(), ev.In.Text.GoString()} {
		logged.WriteString(s)
	}
	if s := logged.String(); strings.Contains(s, "0900123") || strings.Contains(s, "secret") {
		t.Errorf("printed %q", s)
	}
}
