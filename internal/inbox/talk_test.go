package inbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/bot"
	"linkline/flows"
	"linkline/internal/hours"
	"linkline/internal/inbox"
	"linkline/internal/triage"
	"linkline/internal/understand"
	"linkline/locales"
)

// shelf keeps conversations in memory, with faults that a test switches on.
type shelf struct {
	mu      sync.Mutex
	version int64
	state   []byte
	seen    map[string]bool
	stale   int // commits that find somebody else was faster
	down    error
	last    inbox.Change
	unsent  []bot.OID
	stopped bool
	all     []inbox.Change
}

func (s *shelf) Load(context.Context, bot.CID) (inbox.Loaded, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return inbox.Loaded{Version: s.version, State: s.state, Unsent: s.unsent, Stopped: s.stopped}, s.down
}

func (s *shelf) Texts(context.Context, bot.CID, int) ([]string, error) { return nil, nil }

func (s *shelf) Commit(_ context.Context, c inbox.Change) (bool, map[bot.Lane]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.down != nil:
		return false, nil, s.down
	case s.seen[c.EventID]:
		return true, nil, nil
	case s.stale > 0:
		s.stale--
		s.version++ // somebody else's commit
		return false, nil, bot.ErrStale
	case c.Version != s.version:
		return false, nil, bot.ErrStale
	}
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[c.EventID] = true
	s.version++
	s.state, s.last = c.State, c
	s.all = append(s.all, c)
	return false, map[bot.Lane]string{bot.LaneReply: "t"}, nil
}

// one is a directory of one programme.
type one struct{ p bot.Programme }

func (d one) For(_ bot.Address, text string) (bot.Programme, string, string, string, bool) {
	p := d.p
	if rest, ok := strings.CutPrefix(text, "TRY PIANO"); ok {
		p.Practice = true
		return p, "PIANO", "en", rest, true
	}
	return p, "", "", text, true
}
func (d one) Programme(string, string) (bot.Programme, bool) { return d.p, true }
func (d one) Sender(string) string                           { return "" }

// rooms are built once: they are read-only.
var rooms = sync.OnceValue(func() (r struct {
	cat    *locales.Catalog
	reader *understand.Reader
	look   *triage.Triage
	flows  map[string]*bot.Flow
}) {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	var err error
	r.cat, err = locales.Default()
	must(err)
	r.reader, err = understand.New(r.cat)
	must(err)
	r.look, err = triage.New(locales.FS)
	must(err)
	r.flows = map[string]*bot.Flow{}
	for _, name := range flows.Names() {
		r.flows[name], err = flows.Shipped(name)
		must(err)
	}
	return r
})

// talk is one resident's address in front of an inbox.
type talk struct {
	t     testing.TB
	box   *inbox.Box
	store *shelf
	now   time.Time
	n     int
	refs  int
}

// A Tuesday morning in working hours.
var morning = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func newTalk(t testing.TB, change func(*bot.Programme)) *talk {
	t.Helper()
	r := rooms()
	week, err := hours.New("mon-fri", "09:00", "17:00", "Europe/London", "england-and-wales")
	if err != nil {
		t.Fatal(err)
	}
	after := func(d time.Duration) func(time.Time) time.Time {
		return func(at time.Time) time.Time { return at.Add(d) }
	}
	day := 24 * time.Hour
	p := bot.Programme{
		ID: "bdd", Service: "Linkline", Flow: "self-referral", Languages: []string{"en"}, Controller: "Example Charity", Contact: "020 7946 0000",
		Council: "020 7946 0999", Calendar: week.Within(10), Unfinished: after(30 * day), Declined: after(183 * day), Closed: after(365 * day),
	}
	if change != nil {
		change(&p)
	}
	w := &talk{t: t, store: &shelf{}, now: morning}
	w.box = &inbox.Box{
		Store: w.store, Engine: bot.NewEngine(r.flows), Catalog: r.cat, Reader: r.reader, Dir: one{p},
		Look: func(lang, text string) bot.Danger { return r.look.Look(lang, text).Danger() },
		Refs: func(context.Context, string, bot.CID, int) (bot.Ref, error) {
			w.refs++
			return bot.Ref("BDD-" + strconv.Itoa(2000+w.refs)), nil
		},
		CID: func(bot.Channel, bot.Address, bot.Address) bot.CID { return "c" },
		Now: func() time.Time { return w.now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	return w
}

func (w *talk) in(text string) bot.Inbound {
	w.n++
	in := bot.Inbound{
		Channel: bot.SMS, From: "+447700900123", To: "+447700900001", ProviderID: "SM" + strconv.Itoa(w.n),
		Text: bot.Words(text), Kind: bot.KindText, Answerable: true, At: w.now,
	}
	if text == "" {
		in.Kind = bot.KindUnsupported
	}
	return in
}

// say sends a text, a minute after the one before, and returns the answers.
func (w *talk) say(text string) []string {
	w.t.Helper()
	w.now = w.now.Add(time.Minute)
	return w.saySoon(text)
}

// saySoon sends a text without letting time pass.
func (w *talk) saySoon(text string) []string {
	w.t.Helper()
	return w.send(w.in(text))
}

func (w *talk) send(in bot.Inbound) []string {
	w.t.Helper()
	before := len(w.store.all)
	if err := w.box.Text(w.t.Context(), in); err != nil {
		w.t.Fatalf("%q: %v", in.Text.Raw(), err)
	}
	return texts(w.store.all[before:])
}

func texts(changes []inbox.Change) []string {
	var out []string
	for _, c := range changes {
		for _, lane := range []bot.Lane{bot.LaneSafety, bot.LaneReply} {
			for _, e := range c.Entries[lane] {
				out = append(out, e.Text.Raw())
			}
		}
	}
	return out
}

// event brings anything else to the conversation.
func (w *talk) event(ev bot.Event) string {
	w.t.Helper()
	w.n++
	ev.ID, ev.At = "e"+strconv.Itoa(w.n), w.now
	reason, err := w.box.Event(w.t.Context(), "c", ev)
	if err != nil {
		w.t.Fatalf("%s: %v", ev.Kind, err)
	}
	return reason
}

// pass lets time go by and fires what falls due, in order.
func (w *talk) pass(d time.Duration) []string {
	w.t.Helper()
	end, before := w.now.Add(d), len(w.store.all)
	for range 50 {
		c := w.conversation()
		name, due := "", end
		for k, at := range c.Timers {
			if at.Before(due) || at.Equal(due) && (name == "" || k < name) {
				name, due = k, at
			}
		}
		if name == "" {
			break
		}
		w.now = due
		w.event(bot.Event{Kind: bot.EventTimer, Timer: name})
	}
	w.now = end
	return texts(w.store.all[before:])
}

func (w *talk) conversation() bot.Conversation {
	w.t.Helper()
	var c bot.Conversation
	if w.store.state == nil {
		return c
	}
	if err := json.Unmarshal(w.store.state, &c); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// effects lists what went to the queue and the desk since the n-th change.
func (w *talk) effects(since int) []bot.Entry {
	var out []bot.Entry
	for _, c := range w.store.all[since:] {
		out = append(out, c.Entries[bot.LaneRelay]...)
	}
	return out
}

func kinds(entries []bot.Entry) []string {
	var out []string
	for _, e := range entries {
		k := string(e.Kind)
		if e.Note != nil {
			k += ":" + string(e.Note.Kind)
		}
		out = append(out, k)
	}
	return out
}

// line is a step of a transcript: what the resident texts, and what must be in
// the answers, joined; "-" is silence.
type line struct{ say, want string }

func (w *talk) run(lines []line) {
	w.t.Helper()
	for _, l := range lines {
		got := strings.Join(w.say(l.say), "\n--\n")
		if l.want == "-" {
			if got != "" {
				w.t.Errorf("> %s\n  wanted silence, got %q", l.say, got)
			}
			continue
		}
		if !strings.Contains(got, l.want) {
			w.t.Errorf("> %s\n  wanted %q in\n%s", l.say, l.want, got)
		}
	}
}

// toNeeds walks to the question about needs on a phone that only they read.
var toNeeds = []line{{"hello", "Can we keep"}, {"1", "Who needs help?"}, {"1", "Is it safe"}, {"1", "What would help most"}}

// referred finishes the questions.
var referred = append(slices.Clone(toNeeds), line{"1 4", "What can we call you"}, line{"Amina", "Where do you live"}, line{"ig11", "How should a person"}, line{"3", "Your number is"})

var errDown = errors.New("connection refused")

// TestAQuestionBackNeverLosesTheOpenOne: what somebody asks for is answered, and
// the open question asked again, however often.
func TestAQuestionBackNeverLosesTheOpenOne(t *testing.T) {
	t.Parallel()
	for name, asks := range map[string][]string{
		"questions":    {"is it free?", "are you a robot?"},
		"commands":     {"privacy", "help me"},
		"more":         {"9"},
		"and in turns": {"is it free?", "privacy", "9"},
	} {
		w := newTalk(t, nil)
		w.say("hello")
		for i := range 8 {
			got := w.say(asks[i%len(asks)])
			if c := w.conversation(); len(got) == 0 || c.Persons[0].Asked == nil || !strings.Contains(got[len(got)-1], "Can we keep your answers") {
				t.Fatalf("%s, %d times: %q", name, i+1, got)
			}
		}
		if got := strings.Join(w.say("1"), " "); !strings.Contains(got, "Who needs help?") {
			t.Errorf("%s: %q", name, got)
		}
	}
}
