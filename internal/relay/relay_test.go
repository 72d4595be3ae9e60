package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
	"linkline/internal/vault"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
)

const (
	cid = bot.CID("c1")
	ref = bot.Ref("BDD-2345")
	amy = "U0AMY"
)

var start = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// office is a relay over a store of its own, between a conversation and a desk
// that only write down what they are told.
type office struct {
	t     *testing.T
	ctx   context.Context
	mini  *miniredis.Miniredis
	store *redisstore.Store
	relay *Relay
	now   time.Time
	n     int

	shown  []string // what the desk was shown, in order
	fails  map[string]error
	events []bot.Event
	forgot error // what an erasure answers
}

func (o *office) Show(_ context.Context, _ string, r bot.Ref, it redisstore.Item) error {
	what := string(r) + " " + it.Kind
	if err := o.fails[it.Kind]; err != nil {
		return err
	}
	if it.Entry != nil && it.Entry.Note != nil {
		what += " " + it.Entry.Note.Text.Raw()
	}
	o.shown = append(o.shown, what)
	return nil
}

func (o *office) ShowAlert(_ context.Context, _, id string, _ bool) error {
	o.shown = append(o.shown, "alert "+id)
	return o.fails["alert"]
}

func (o *office) ShowUnreached(context.Context, string, string, redisstore.Item) error { return nil }

func (o *office) Event(_ context.Context, _ bot.CID, ev bot.Event) (string, error) {
	if err := o.fails["event"]; err != nil {
		return "", err
	}
	o.events = append(o.events, ev)
	return "", nil
}

func newOffice(t *testing.T) *office {
	t.Helper()
	m := miniredis.RunT(t)
	o := &office{t: t, ctx: t.Context(), mini: m, now: start, fails: map[string]error{}}
	o.clock()
	client, err := redisstore.Connect(t.Context(), redisstore.Options{Addrs: []string{m.Addr()}, InProcess: true, Logger: slog.New(slog.DiscardHandler)})
	o.must(err)
	t.Cleanup(func() { _ = client.Close() })
	keys, err := vault.NewKeyset(rand.Reader)
	o.must(err)
	v, err := vault.Open(keys)
	o.must(err)
	o.store, err = redisstore.New(client, v, redisstore.Config{})
	o.must(err)
	o.relay = &Relay{
		Lanes: o.store, Queue: o.store, Desk: o, Talks: o, Now: func() time.Time { return o.now }, Log: slog.New(slog.DiscardHandler),
		Later:  func(do func(context.Context)) { do(t.Context()) },
		Forget: func(context.Context, bot.CID, bot.Entry) error { return o.forgot },
	}
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) clock() { o.mini.SetTime(o.now) }

// pass lets time go by and looks for what is due.
func (o *office) pass(d time.Duration) {
	o.t.Helper()
	o.now = o.now.Add(d)
	o.clock()
	_, err := o.relay.Poll(o.ctx)
	o.must(err)
	o.must(o.relay.Sweep(o.ctx, "bdd"))
}

// commit commits entries to the conversation's relay lane and drains it.
func (o *office) commit(entries ...bot.Entry) {
	o.t.Helper()
	for i := range entries {
		entries[i].OID, entries[i].Programme, entries[i].At = bot.OID(fmt.Sprintf("e%d.%d", o.n, i)), "bdd", o.now
	}
	l, err := o.store.Load(o.ctx, cid)
	o.must(err)
	done, err := o.store.Commit(o.ctx, redisstore.Commit{
		CID: cid, Version: l.Version, EventID: fmt.Sprintf("e%d", o.n), State: []byte("{}"), Entries: map[bot.Lane][]bot.Entry{bot.LaneRelay: entries},
	})
	o.must(err)
	o.n++
	if token := done.Tokens[bot.LaneRelay]; token != "" {
		o.relay.Drain(o.ctx, cid, token)
	}
}

func (o *office) dead() []string {
	o.t.Helper()
	list, err := o.store.Dead(o.ctx)
	o.must(err)
	var out []string
	for _, d := range list {
		out = append(out, d.Code)
	}
	return out
}

func refer() bot.Entry {
	return bot.Entry{Kind: bot.EntryRefer, Ref: ref, Referral: &bot.Referral{
		Ref: ref, N: 1, CID: cid, Programme: "bdd", Reason: bot.ReasonSelf, Created: start, Card: bot.Card{Since: start, Flags: []string{"interpreter"}},
		Handover: &bot.Handover{Name: "Amina", Said: []bot.Said{{Text: "so tired"}}},
	}}
}

func wrote(text string) bot.Entry {
	return bot.Entry{Kind: bot.EntryRelay, Ref: ref, Note: &bot.Note{Kind: bot.NoteText, Text: bot.Words(text)}}
}

func (o *office) claim() int64 {
	o.t.Helper()
	how, _, fence, err := o.store.Claim(o.ctx, "bdd", ref, amy, o.now.Add(30*time.Minute))
	if o.must(err); how != "ok" {
		o.t.Fatal(how)
	}
	o.relay.Pump(o.ctx, "bdd", ref)
	return fence
}

// TestEveryKindIsCarried: each effect of a conversation goes where it belongs.
func TestEveryKindIsCarried(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.commit(refer())
	rec, err := o.store.Record(o.ctx, "bdd", ref)
	if o.must(err); rec.State != "open" || rec.Referral.Handover != nil {
		t.Errorf("%s; the words lie in the queue: %v", rec.State, rec.Referral.Handover != nil)
	}
	o.commit(bot.Entry{Kind: bot.EntryRaise, Ref: ref, Referral: &bot.Referral{Ref: ref, Priority: bot.PriorityUrgent, Card: bot.Card{Flags: []string{"crisis"}}}})
	rec, err = o.store.Record(o.ctx, "bdd", ref)
	if o.must(err); rec.Priority != bot.PriorityUrgent || !slices.Equal(rec.Referral.Card.Flags, []string{"interpreter", "crisis"}) {
		t.Errorf("raised: %v %v", rec.Priority, rec.Referral.Card.Flags)
	}
	fence := o.claim()
	if len(o.events) != 1 || o.events[0].Kind != bot.EventClaimed || o.events[0].Worker != amy || o.events[0].Fence != fence {
		t.Errorf("the conversation was told %+v", o.events)
	}
	o.commit(bot.Entry{Kind: bot.EntryOwner, Ref: ref, Key: "claimed", Service: amy, Fence: fence, Referral: refer().Referral})
	o.commit(wrote("are you there"))
	o.commit(bot.Entry{Kind: bot.EntryNote, Ref: ref, Note: &bot.Note{Kind: bot.NoteStopped}})
	o.commit(bot.Entry{Kind: bot.EntryAlert, Alert: &bot.Alert{ID: "c1-e9", CID: cid, Programme: "bdd", Label: "crisis", Category: "suicide", At: o.now}})
	o.commit(bot.Entry{Kind: bot.EntryOwner, Ref: ref, Key: "closed", Fence: fence + 1})
	want := []string{"BDD-2345 card", "BDD-2345 card", "BDD-2345 card", "BDD-2345 handover", "BDD-2345 note are you there", "BDD-2345 note ", "alert c1-e9", "BDD-2345 over"}
	if diff := cmp.Diff(want, o.shown); diff != "" {
		t.Error(diff)
	}
	if dead := o.dead(); len(dead) != 0 {
		t.Errorf("dead letters: %v", dead)
	}
}

// TestWhatFailsComesAgainInOrder: nothing of a referral overtakes, and nothing
// is lost while Slack is down.
func TestWhatFailsComesAgainInOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.fails["card"] = errors.New("no answer")
	o.commit(refer())
	for i := range 5 {
		o.commit(wrote(fmt.Sprint(i)))
	}
	if len(o.shown) != 0 {
		t.Fatalf("something overtook the card: %v", o.shown)
	}
	delete(o.fails, "card")
	for range 20 {
		o.pass(2 * time.Second)
	}
	want := []string{"BDD-2345 card", "BDD-2345 note 0", "BDD-2345 note 1", "BDD-2345 note 2", "BDD-2345 note 3", "BDD-2345 note 4"}
	if diff := cmp.Diff(want, o.shown); diff != "" {
		t.Error(diff)
	}
}

// TestAnEffectOfNoReferralIsADeadLetter: it is kept and alarmed on, and what
// stands behind it goes on.
func TestAnEffectOfNoReferralIsADeadLetter(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.commit(bot.Entry{Kind: bot.EntryNote, Ref: "BDD-9999", Note: &bot.Note{Kind: bot.NoteText}}, refer())
	if diff := cmp.Diff([]string{"gone"}, o.dead()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"BDD-2345 card"}, o.shown); diff != "" {
		t.Error(diff)
	}
}

type given struct{ error }

func (given) Never() bool { return true }

func TestWhatSlackWillNeverTakeIsPutAside(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.fails["card"] = given{errors.New("refused")}
	o.commit(refer(), wrote("hello"))
	if diff := cmp.Diff([]string{"BDD-2345 note hello"}, o.shown); diff != "" {
		t.Error(diff)
	}
}

// TestAnErasureHoldsUpNoAlert: what cannot be deleted yet waits by itself.
func TestAnErasureHoldsUpNoAlert(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.forgot = errors.New("twilio is down")
	o.commit(bot.Entry{Kind: bot.EntryErase, Key: "words"})
	o.commit(bot.Entry{Kind: bot.EntryAlert, Alert: &bot.Alert{ID: "c1-e1", CID: cid, Programme: "bdd", Label: "crisis", Category: "suicide", At: o.now}})
	if diff := cmp.Diff([]string{"alert c1-e1"}, o.shown); diff != "" {
		t.Error(diff)
	}
	depth := func() int {
		n, err := o.store.BoxDepth(o.ctx, "bdd", redisstore.Jobs)
		o.must(err)
		return n
	}
	if depth() != 1 {
		t.Error("the erasure was given up")
	}
	o.forgot = nil
	o.pass(time.Minute)
	if depth() != 0 {
		t.Error("the erasure does not come to its end")
	}
}

// TestALeaseThatRanOutGoesBack: the queue frees it, the conversation hears of
// it, and the worker is told.
func TestALeaseThatRanOutGoesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.commit(refer())
	fence := o.claim()
	o.pass(29 * time.Minute)
	if len(o.events) != 1 {
		t.Fatalf("freed too early: %+v", o.events)
	}
	o.pass(2 * time.Minute)
	rec, err := o.store.Record(o.ctx, "bdd", ref)
	if o.must(err); rec.State != "open" {
		t.Errorf("still %s", rec.State)
	}
	last := o.events[len(o.events)-1]
	if last.Kind != bot.EventFreed || last.Code != bot.FreedLease || last.Worker != amy || last.Fence <= fence {
		t.Errorf("the conversation was told %+v", last)
	}
	o.commit(bot.Entry{Kind: bot.EntryOwner, Ref: ref, Key: bot.OwnerLapsed, Service: amy, Fence: last.Fence})
	if got := strings.Join(o.shown, ", "); !strings.HasSuffix(got, "BDD-2345 over, BDD-2345 lapsed") {
		t.Error(got)
	}
}

// TestAClaimIsToldUntilTheConversationHasIt: once it answers again, under the
// same id.
func TestAClaimIsToldUntilTheConversationHasIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.commit(refer())
	o.fails["event"] = errors.New("redis is busy")
	o.claim()
	delete(o.fails, "event")
	o.pass(3 * time.Second)
	o.pass(3 * time.Second)
	if len(o.events) != 1 || o.events[0].Kind != bot.EventClaimed || !strings.HasPrefix(o.events[0].ID, "q:") {
		t.Errorf("told %+v", o.events)
	}
}

func TestProgrammeOfAReference(t *testing.T) {
	t.Parallel()
	if got := Programme(ref); got != "bdd" {
		t.Error(got)
	}
}
