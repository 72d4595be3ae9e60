package desk_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/desk"
	"linkline/internal/redisstore"
	"linkline/internal/vault"

	"github.com/alicebob/miniredis/v2"
)

const (
	prog   = "bdd"
	ref    = bot.Ref("BDD-2345")
	value  = "bdd|BDD-2345"
	amy    = "U0AMY"
	ben    = "U0BEN"
	coord  = "U0COORD"
	helper = "U0HELPER"
	lead   = "U0LEAD"
	words  = "I am so tired of all this"
)

var start = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// board is a Slack that only remembers.
type board struct {
	mu       sync.Mutex
	panels   map[bot.Spot]bot.Panel
	order    []bot.Spot
	threads  map[bot.Spot]string
	forms    []bot.Form
	gone     map[bot.Spot]bool
	lostOnce bool // the next post is done, and its answer is lost
	formErr  error
}

type lostAnswer struct{}

func (lostAnswer) Error() string { return "no answer" }
func (lostAnswer) Lost() bool    { return true }

func (b *board) Post(_ context.Context, channel, thread string, p bot.Panel) (bot.Spot, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone[bot.Spot{Channel: channel, TS: thread}] {
		return bot.Spot{}, bot.ErrMessageGone
	}
	if strings.HasPrefix(channel, "U") {
		channel = "D" + channel[1:]
	}
	at := bot.Spot{Channel: channel, TS: fmt.Sprint(len(b.order) + 1)}
	b.panels[at], b.threads[at] = p, thread
	b.order = append(b.order, at)
	if b.lostOnce {
		b.lostOnce = false
		return bot.Spot{}, lostAnswer{}
	}
	return at, nil
}

func (b *board) Find(_ context.Context, channel, _, id string) (bot.Spot, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, at := range b.order {
		if b.panels[at].ID == id && (at.Channel == channel || "U"+at.Channel[1:] == channel) {
			return at, true, nil
		}
	}
	return bot.Spot{}, false, nil
}

func (b *board) Update(_ context.Context, at bot.Spot, p bot.Panel) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone[at] {
		return bot.ErrMessageGone
	}
	b.panels[at] = p
	return nil
}

func (b *board) Whisper(context.Context, string, string, string, string) error { return nil }

func (b *board) Open(_ context.Context, _ string, f bot.Form) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.formErr != nil {
		return b.formErr
	}
	b.forms = append(b.forms, f)
	return nil
}

func (b *board) form(t *testing.T) bot.Form {
	t.Helper()
	if len(b.forms) == 0 {
		t.Fatal("no form was opened")
	}
	return b.forms[len(b.forms)-1]
}

// in is everything that stands in a channel, as one text.
func (b *board) in(channel string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out strings.Builder
	for _, at := range b.order {
		if at.Channel == channel {
			fmt.Fprintf(&out, "%+v\n", b.panels[at])
		}
	}
	return out.String()
}

func (b *board) count(channel string) int {
	n := 0
	for _, at := range b.order {
		if at.Channel == channel {
			n++
		}
	}
	return n
}

// talks is a conversation that says yes unless it is told to refuse.
type talks struct {
	mu     sync.Mutex
	events []bot.Event
	reason string
	world  desk.World
}

func (c *talks) Event(_ context.Context, _ bot.CID, ev bot.Event) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason == "" {
		c.events = append(c.events, ev)
	}
	return c.reason, nil
}

func (c *talks) World(context.Context, bot.CID) (desk.World, error) { return c.world, nil }

type roster struct{}

var staff = []desk.Worker{
	{Slack: amy, Name: "Amy", Role: "link_worker"}, {Slack: ben, Name: "Ben", Role: "link_worker"},
	{Slack: coord, Name: "Cora", Role: "coordinator"}, {Slack: helper, Name: "Helper", Role: "volunteer"},
}

func (roster) Worker(programme, slack string) (desk.Worker, bool) {
	for _, w := range staff {
		if w.Slack == slack && programme == prog {
			return w, true
		}
	}
	return desk.Worker{}, false
}

func (roster) Workers(string) []desk.Worker { return staff }

func (r roster) Programmes(slack string) []string {
	if _, ok := r.Worker(prog, slack); ok {
		return []string{prog}
	}
	return nil
}

func (roster) Rooms(string) (cards, alerts, young string)  { return "CCARDS", "CALERTS", "CYOUNG" }
func (roster) LeaseEnds(_ string, now time.Time) time.Time { return now.Add(30 * time.Minute) }
func (roster) Blocks(string) []string                      { return []string{"ons4"} }
func (roster) Lead() string                                { return lead }

type texts struct{}

func (texts) Reply(_, lang, key string, day, clock time.Time) (string, map[string]any, error) {
	return lang + ":" + key, map[string]any{"day": day, "time": clock}, nil
}
func (texts) LanguageName(tag string) string { return "Language " + tag }
func (texts) Reviewed(tag string) bool       { return tag == "en" }

type world struct {
	t     *testing.T
	ctx   context.Context
	store *redisstore.Store
	board *board
	talks *talks
	desk  *desk.Desk
}

func newWorld(t *testing.T) *world {
	t.Helper()
	m := miniredis.RunT(t)
	m.SetTime(start)
	client, err := redisstore.Connect(t.Context(), redisstore.Options{Addrs: []string{m.Addr()}, InProcess: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	keys, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	s, err := redisstore.New(client, v, redisstore.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: t.Context(), store: s, board: &board{panels: map[bot.Spot]bot.Panel{}, threads: map[bot.Spot]string{}, gone: map[bot.Spot]bool{}}, talks: &talks{world: desk.World{Lang: "so", Terms: bot.TermsAny}}}
	w.desk = &desk.Desk{
		Queue: s, Talks: w.talks, Roster: roster{}, Texts: texts{}, Board: w.board, Now: func() time.Time { return start }, Log: slog.New(slog.DiscardHandler),
		Pump: func(context.Context, string, bot.Ref) {},
	}
	w.put(false)
	return w
}

func whole(young bool) bot.Referral {
	return bot.Referral{
		Ref: ref, N: 1, CID: "c1", Programme: prog, Reason: bot.ReasonSelf, Created: start,
		Card: bot.Card{Initials: "AB", Borough: "Newham", Languages: []string{"so"}, Needs: []string{"money"}, AgeBand: "18-64", Since: start, Flags: []string{"interpreter"}, Young: young},
		Handover: &bot.Handover{Name: "Amina B", Lang: "so", Terms: bot.TermsAny, Promised: start.Add(240 * time.Hour), Said: []bot.Said{{Text: words, At: start}},
			Lines: []bot.Line{{Slot: "needs", IDs: []string{"money"}}}, Agreement: bot.Agreement{Given: true, Lang: "so", At: start}},
	}
}

func (w *world) put(young bool) {
	w.t.Helper()
	r := whole(young)
	r.Handover = nil
	if err := w.store.Put(w.ctx, r, start.UnixMilli()); err != nil {
		w.t.Fatal(err)
	}
	w.show(redisstore.Item{ID: "card", Kind: "card"})
}

func (w *world) show(it redisstore.Item) {
	w.t.Helper()
	if err := w.desk.Show(w.ctx, prog, ref, it); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) press(user, action string) string {
	return w.desk.Press(w.ctx, bot.Press{ID: "p-" + action, User: user, Action: action, Value: value, Channel: "CCARDS", TS: "1", Trigger: "t"})
}

// claimed gives the referral to Amy and shows her the hand-over.
func (w *world) claimed() {
	w.t.Helper()
	if told := w.press(amy, "claim"); told != "" {
		w.t.Fatal(told)
	}
	w.handover()
}

func (w *world) handover() {
	w.t.Helper()
	rec, err := w.store.Record(w.ctx, prog, ref)
	if err != nil {
		w.t.Fatal(err)
	}
	r := whole(false)
	w.show(redisstore.Item{ID: fmt.Sprint("h", rec.Fence), Kind: "handover", Worker: rec.Worker, Fence: rec.Fence, Entry: &bot.Entry{Referral: &r}})
}

func (w *world) note(id string, n bot.Note) {
	w.t.Helper()
	w.show(redisstore.Item{ID: id, Kind: "note", Entry: &bot.Entry{Note: &n}})
}

func (w *world) submit(user string, f bot.Form, values map[string]string) bot.Reaction {
	return w.desk.Submit(w.ctx, bot.Submission{ID: "view:1", User: user, Callback: f.Callback, Meta: f.Meta, Values: values})
}

func has(t *testing.T, what, text string, want ...string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(text, s) {
			t.Errorf("%s: %q is not in it:\n%s", what, s, text)
		}
	}
}

func hasNot(t *testing.T, what, text string, bad ...string) {
	t.Helper()
	for _, s := range bad {
		if strings.Contains(text, s) {
			t.Errorf("%s: %q is in it:\n%s", what, s, text)
		}
	}
}

func TestTheCardIsMaskedForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	check := func(when string) {
		has(t, when, w.board.in("CCARDS"), "BDD-2345", "AB", "Newham", "Language so", "not yet reviewed", "Money", "18-64", "interpreter", "Tue 24 Nov")
		hasNot(t, when, w.board.in("CCARDS"), "Amina", words, "7700")
	}
	check("open")
	w.claimed()
	w.show(redisstore.Item{ID: "c2", Kind: "card"})
	check("claimed")
	has(t, "claimed", w.board.in("CCARDS"), "With <@U0AMY>")
	if w.board.count("CCARDS") != 1 {
		t.Error("a second card was posted")
	}
	w.board.gone[w.board.order[0]] = true
	w.show(redisstore.Item{ID: "c3", Kind: "card"})
	if w.board.count("CCARDS") != 2 {
		t.Error("a card that was deleted does not come back")
	}
}

func TestYoungPeopleHaveAChannelOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := whole(true)
	r.Ref, r.Handover = "BDD-6789", nil
	if err := w.store.Put(w.ctx, r, start.UnixMilli()); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Show(w.ctx, prog, r.Ref, redisstore.Item{ID: "y", Kind: "card"}); err != nil {
		t.Fatal(err)
	}
	has(t, "their channel", w.board.in("CYOUNG"), "BDD-6789")
	hasNot(t, "the others'", w.board.in("CCARDS"), "BDD-6789")
}

func TestWhoMayClaim(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	has(t, "a stranger", w.press("U0STRANGER", "claim"), "not on the list")
	has(t, "a volunteer", w.press(helper, "claim"), "Volunteers")
	has(t, "knows", w.press(ben, "know"), "Nobody is told why")
	has(t, "then claims", w.press(ben, "claim"), "know this person")
	has(t, "then asks for the next", w.desk.Command(w.ctx, ben, "", "next", "").Summary, "Nobody is waiting")
	if told := w.press(amy, "claim"); told != "" {
		t.Fatal(told)
	}
	has(t, "again", w.press(amy, "claim"), "You have BDD-2345 already")
	has(t, "too late", w.press(coord, "claim"), "already with <@U0AMY>")
	has(t, "knows what she holds", w.press(amy, "know"), "Press Release first")
	has(t, "a button from nowhere", w.desk.Press(w.ctx, bot.Press{User: amy, Action: "claim", Value: "bdd|BDD-0000"}), "changed since")
	has(t, "another programme", w.desk.Press(w.ctx, bot.Press{User: amy, Action: "claim", Value: "xyz|BDD-2345"}), "not on the list")
	has(t, "an unknown button", w.desk.Press(w.ctx, bot.Press{User: amy, Action: "explode", Value: value}), "changed since")
	hasNot(t, "the card", w.board.in("CCARDS"), ben)
}

func TestTwoClaimAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	var all sync.WaitGroup
	said := map[string]string{}
	for _, u := range []string{amy, ben, coord} {
		all.Go(func() {
			s := w.press(u, "claim")
			mu.Lock()
			said[u] = s
			mu.Unlock()
		})
	}
	all.Wait()
	rec, err := w.store.Record(w.ctx, prog, ref)
	if err != nil {
		t.Fatal(err)
	}
	for u, s := range said {
		if (s == "") != (u == rec.Worker) {
			t.Errorf("%s is told %q, %s holds it", u, s, rec.Worker)
		}
		if s != "" {
			has(t, u, s, "already with <@"+rec.Worker+">")
		}
	}
}

func TestTheHolderReadsTheWordsAndNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claimed()
	w.note("n1", bot.Note{Kind: bot.NoteText, Text: "are you there?"})
	w.note("n1", bot.Note{Kind: bot.NoteText, Text: "are you there?"}) // repeated
	dm := w.board.in("D0AMY")
	has(t, "the thread", dm, words, "Amina B", "are you there?", "contact by", "in Language so", "Only they read")
	if strings.Count(dm, "are you there?") != 1 {
		t.Error("a repeat is shown twice")
	}
	hasNot(t, "elsewhere", w.board.in("CCARDS")+w.board.in("D0BEN"), words, "are you there?")
	if told := w.press(amy, "release"); !strings.Contains(told, "back in the queue") {
		t.Error(told)
	}
	w.show(redisstore.Item{ID: "o1", Kind: "over"})
	hasNot(t, "after release", w.board.in("D0AMY"), words, "Amina", "are you there?")
	has(t, "after release", w.board.in("D0AMY"), "back in the queue")
	has(t, "the card", w.board.in("CCARDS"), "claim")
	w.note("n2", bot.Note{Kind: bot.NoteText, Text: "hello?"})
	hasNot(t, "a late note", w.board.in("D0AMY"), "hello?")
}

func TestHandOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claimed()
	if told := w.press(amy, "hand"); told != "" {
		t.Fatal(told)
	}
	f := w.board.form(t)
	has(t, "the form", fmt.Sprint(f), ben, coord)
	hasNot(t, "the form", fmt.Sprint(f), helper)
	for to, want := range map[string]string{"": "Choose", helper: "Volunteers", amy: "hold it already", "U0STRANGER": "Choose"} {
		has(t, "to "+to, fmt.Sprint(w.submit(amy, f, map[string]string{"to": to}).Faults), want)
	}
	has(t, "somebody else's form", fmt.Sprint(w.submit(ben, f, map[string]string{"to": ben}).Faults), "already with <@U0AMY>")
	if re := w.submit(amy, f, map[string]string{"to": ben}); len(re.Faults) != 0 {
		t.Fatal(re)
	}
	w.show(redisstore.Item{ID: "o1", Kind: "over"})
	w.handover()
	hasNot(t, "hers", w.board.in("D0AMY"), words)
	has(t, "hers", w.board.in("D0AMY"), "colleague has it")
	has(t, "his", w.board.in("D0BEN"), words)
	has(t, "her old form", fmt.Sprint(w.submit(amy, f, map[string]string{"to": coord}).Faults), "already with <@U0BEN>")
}

func TestACoordinatorMovesWhatIsStuck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claimed()
	has(t, "not a coordinator", w.press(ben, "move"), "Only coordinators")
	if told := w.press(coord, "move"); told != "" {
		t.Fatal(told)
	}
	f := w.board.form(t)
	if re := w.submit(coord, f, map[string]string{"to": "queue"}); len(re.Faults) != 0 {
		t.Fatal(re)
	}
	if rec, _ := w.store.Record(w.ctx, prog, ref); rec.State != "open" {
		t.Errorf("it is %s", rec.State)
	}
	has(t, "twice", fmt.Sprint(w.submit(coord, f, map[string]string{"to": "queue"}).Faults), "changed since")
	has(t, "status", fmt.Sprint(w.desk.Command(w.ctx, coord, "", "status", "")), "1 waiting")
}

func TestATextThatWaitsIsAskedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claimed()
	w.note("n1", bot.Note{Kind: bot.NoteUnanswered})
	has(t, "the holder", w.board.in("D0AMY"), "a working day ago")
	hasNot(t, "the coordinator", w.board.in("D0COORD"), "BDD-2345")
	w.note("n2", bot.Note{Kind: bot.NoteUnanswered, Code: "coordinator"})
	has(t, "the coordinator", w.board.in("D0COORD"), "BDD-2345", "With <@U0AMY>", "Move it")
	hasNot(t, "the coordinator", w.board.in("D0COORD"), words, "Amina")
	has(t, "spoken", w.press(amy, "called"), "is yours now")
	if n := len(w.talks.events); n != 1 || w.talks.events[0].Kind != bot.EventSpoke {
		t.Errorf("events %+v", w.talks.events)
	}
	if rec, _ := w.store.Record(w.ctx, prog, ref); !rec.Contacted {
		t.Error("the lease still runs")
	}
}

func TestALostAnswerPostsNothingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.board.lostOnce = true
	w.claimed()
	if n := w.board.count("D0AMY"); n != 1 {
		t.Errorf("%d hand-overs", n)
	}
}

func TestADeletedThreadBeginsAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claimed()
	rec, err := w.store.Record(w.ctx, prog, ref)
	if err != nil {
		t.Fatal(err)
	}
	ch, ts, _ := strings.Cut(rec.Thread, "|")
	w.board.gone[bot.Spot{Channel: ch, TS: ts}] = true
	w.note("n1", bot.Note{Kind: bot.NoteText, Text: "are you there?"})
	has(t, "the words arrive", w.board.in("D0AMY"), "are you there?")
	w.press(amy, "release")
	w.show(redisstore.Item{ID: "o", Kind: "over"})
	hasNot(t, "and go", w.board.in("D0AMY"), "are you there?")
}

func TestWhatIsWrittenInSlackStaysThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claimed()
	for name, c := range map[string]struct {
		s    bot.Spoken
		want string
	}{
		"in the thread":        {bot.Spoken{User: amy, Channel: "D0AMY", Thread: "2"}, "was not sent"},
		"edited":               {bot.Spoken{User: amy, Channel: "D0AMY", Thread: "2", Edited: true}, "changes nothing"},
		"deleted":              {bot.Spoken{User: amy, Channel: "D0AMY", Thread: "2", Deleted: true}, "deletes nothing"},
		"to the app":           {bot.Spoken{User: amy, Channel: "D0AMY"}, "/linkline queue"},
		"under a card":         {bot.Spoken{User: ben, Channel: "CCARDS", Thread: "1"}, "never by the person"},
		"under something else": {bot.Spoken{User: ben, Channel: "CCARDS", Thread: "77"}, ""},
		"among colleagues":     {bot.Spoken{User: ben, Channel: "CCARDS"}, ""},
	} {
		got := w.desk.Spoken(w.ctx, c.s)
		if c.want == "" && got != "" {
			t.Errorf("%s: %q", name, got)
		}
		has(t, name, got, c.want)
	}
	if len(w.talks.events) != 0 {
		t.Errorf("something was sent: %+v", w.talks.events)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	has(t, "a stranger", w.desk.Command(w.ctx, "U0STRANGER", "", "queue", "").Summary, "not on the list")
	for _, text := range []string{"", "help", "what?", strings.Repeat("x", 5000)} {
		has(t, "help", w.desk.Command(w.ctx, amy, "", text, "").Summary, "/linkline mine")
	}
	q := fmt.Sprint(w.desk.Command(w.ctx, amy, "", " QUEUE now", ""))
	has(t, "queue", q, "BDD-2345", "New referral", "Language so")
	hasNot(t, "queue", q, "Amina", words)
	has(t, "a volunteer's next", w.desk.Command(w.ctx, helper, "", "next", "").Summary, "Volunteers")
	has(t, "mine", w.desk.Command(w.ctx, amy, "", "mine", "").Summary, "You hold nothing")
	has(t, "next", w.desk.Command(w.ctx, amy, "", "next", "").Summary, "BDD-2345 is yours")
	has(t, "mine", fmt.Sprint(w.desk.Command(w.ctx, amy, "", "mine", "")), "BDD-2345", "not yet contacted")
	has(t, "status", fmt.Sprint(w.desk.Command(w.ctx, amy, "", "status", "")), "0 waiting, 1 with you")
	hasNot(t, "status", fmt.Sprint(w.desk.Command(w.ctx, amy, "", "status", "")), "Ben")
	has(t, "a coordinator's", fmt.Sprint(w.desk.Command(w.ctx, coord, "", "status", "")), "Amy", "BDD-2345")
	has(t, "none left", w.desk.Command(w.ctx, amy, "", "next", "").Summary, "Nobody is waiting")
}

var errSlack = errors.New("expired_trigger_id")
