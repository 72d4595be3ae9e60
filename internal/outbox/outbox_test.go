package outbox_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/outbox"
	"linkline/internal/redisstore"
	"linkline/internal/vault"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const (
	account  = "AC00000000000000000000000000000001"
	token    = "12345"
	ours     = bot.Address("+447700900001")
	resident = bot.Address("+447700900123")
	cid      = bot.CID("aaaaaaaaaaaaaaaaaaaa")
)

// rig is an outbox between a store and an emulated Twilio, all on one clock.
type rig struct {
	t     testing.TB
	mini  *miniredis.Miniredis
	store *redisstore.Store
	emu   *twilioemu.Emulator
	out   *outbox.Outbox

	mu      sync.Mutex
	at      time.Time
	version int64
	told    []string // kind and code of what never went out
	refuse  int      // so many times telling fails
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	r.mini = miniredis.NewMiniRedis()
	if err := r.mini.Start(); err != nil {
		t.Fatal(err)
	}
	r.mini.SetTime(r.at)
	client, err := redisstore.Connect(context.Background(), redisstore.Options{Addrs: []string{r.mini.Addr()}, InProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	if r.store, err = redisstore.New(client, v, redisstore.Config{}); err != nil {
		t.Fatal(err)
	}
	r.emu = twilioemu.New(twilioemu.Config{AccountSID: account, AuthToken: token, Now: r.now})
	r.emu.SetNumber(ours.Raw(), twilioemu.Number{})
	r.emu.SetNumber("whatsapp:"+ours.Raw(), twilioemu.Number{})
	r.emu.SetStatuses(func(twilioemu.Message) []string { return nil })
	api := httptest.NewServer(r.emu)
	public, _ := url.Parse("http://127.0.0.1:1")
	a, err := twilio.New(twilio.Config{
		AccountSID: account, AuthTokens: []string{token}, PublicURL: public, APIURL: api.URL,
		Client: &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 200 * time.Millisecond}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.out = &outbox.Outbox{Lanes: r.store, Provider: a, Now: r.now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Failed: r.failed}
	t.Cleanup(func() { r.emu.Close(); api.Close(); _ = client.Close(); r.mini.Close() })
	return r
}

func (r *rig) failed(_ context.Context, _ bot.CID, e bot.Entry, code string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse > 0 {
		r.refuse--
		return errors.New("down")
	}
	r.told = append(r.told, string(e.Kind)+" "+code)
	return nil
}

func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

// pass lets time pass and does what is due then.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.mu.Lock()
	r.at = r.at.Add(d)
	at := r.at
	r.mu.Unlock()
	r.mini.SetTime(at)
	// What stands behind a recovered head is left to the next poll.
	for _, lane := range []bot.Lane{bot.LaneSafety, bot.LaneReply} {
		for range 20 {
			n, err := r.out.Poll(context.Background(), lane)
			if err != nil {
				r.t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
	}
}

// commit commits texts and drains them at once, as a webhook does.
func (r *rig) commit(route bot.Routing, es ...bot.Entry) {
	r.t.Helper()
	id := fmt.Sprintf("e%d", r.version)
	c := redisstore.Commit{CID: cid, Version: r.version, EventID: id, State: []byte("{}"), Routing: route, Entries: map[bot.Lane][]bot.Entry{}}
	for i, e := range es {
		lane := bot.LaneReply
		if e.Kind == bot.EntrySafety {
			lane = bot.LaneSafety
		}
		e.OID, e.At = bot.OID(fmt.Sprintf("%s.%d", id, i)), r.now()
		if e.To == "" {
			e.To, e.From = resident, ours
		}
		c.Entries[lane] = append(c.Entries[lane], e)
	}
	done, err := r.store.Commit(context.Background(), c)
	if err != nil {
		r.t.Fatal(err)
	}
	r.version = done.Version
	for _, lane := range []bot.Lane{bot.LaneSafety, bot.LaneReply} {
		if tok := done.Tokens[lane]; tok != "" {
			r.out.Drain(context.Background(), lane, cid, tok)
		}
	}
}

// route is an address that anybody but STOP may be written to.
func (r *rig) route() bot.Routing {
	return bot.Routing{Owner: bot.OwnerBot, LastIn: r.now(), Terms: bot.TermsAny}
}

func text(kind bot.EntryKind, words string) bot.Entry {
	return bot.Entry{Kind: kind, Lock: bot.LockLive, Text: bot.Words(words)}
}

// sent is what Twilio took, in order.
func (r *rig) sent() []string {
	var out []string
	for _, m := range r.emu.Messages() {
		if !m.Inbound {
			out = append(out, m.Body)
		}
	}
	return out
}

func (r *rig) want(when string, bodies ...string) {
	r.t.Helper()
	if diff := cmp.Diff(bodies, r.sent()); diff != "" {
		r.t.Errorf("%s: %s", when, diff)
	}
}

func (r *rig) wantTold(lines ...string) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if diff := cmp.Diff(lines, r.told); diff != "" {
		r.t.Errorf("told: %s", diff)
	}
}

func TestTextsGoOutInOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.commit(r.route(), text(bot.EntryFlow, "one"), text(bot.EntryFlow, "two"), text(bot.EntryFlow, "three"))
	r.want("at once", "one", "two", "three")
}

// Done, and nobody said so: it is found in the log and never sent again.
func TestAcceptedWithoutAnAnswerIsFound(t *testing.T) {
	t.Parallel()
	for _, kind := range []twilioemu.FaultKind{twilioemu.AfterAccept, twilioemu.CutAfter, twilioemu.Truncated, twilioemu.HangAfter} {
		r := newRig(t)
		r.emu.Break(twilioemu.Fault{On: "create", Kind: kind, Times: 1})
		r.commit(r.route(), text(bot.EntryFlow, "one"), text(bot.EntryFlow, "two"))
		r.want(string(kind)+", before a look", "one")
		r.pass(5 * time.Second)
		r.want(string(kind)+", after a look", "one", "two")
		r.pass(5 * time.Minute)
		r.want(string(kind)+", later", "one", "two")
	}
}

// Not done, and nobody said so: after a minute of looking it is sent again.
func TestLostWithoutAnAnswerIsSentAgain(t *testing.T) {
	t.Parallel()
	for _, kind := range []twilioemu.FaultKind{twilioemu.Internal, twilioemu.HTML503, twilioemu.CutBefore, twilioemu.HangBefore} {
		r := newRig(t)
		r.emu.Break(twilioemu.Fault{On: "create", Kind: kind, Times: 1})
		r.commit(r.route(), text(bot.EntryFlow, "one"), text(bot.EntryFlow, "two"))
		for _, step := range []time.Duration{5, 10, 15, 29} { // 59 seconds
			r.pass(step * time.Second)
			r.want(string(kind) + ", while it is looked for")
		}
		r.pass(2 * time.Second)
		r.want(string(kind)+", after a minute", "one", "two")
	}
}

// The same words once more are another text: an entry that is known to have
// sent them does not lend its id.
func TestTheSameWordsTwiceAreTwoTexts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.commit(r.route(), text(bot.EntryFlow, "hello"))
	r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.CutBefore, Times: 1})
	r.commit(r.route(), text(bot.EntryFlow, "hello"))
	r.pass(5 * time.Second)
	r.want("the first is not taken for the second", "hello")
	r.pass(56 * time.Second)
	r.want("sent again", "hello", "hello")
}

func TestAReceiptSettlesWhatTheLogCannot(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.CutAfter, Times: 1})
	r.emu.Break(twilioemu.Fault{On: "list", Kind: twilioemu.NoList, Times: 1000})
	r.commit(r.route(), text(bot.EntryFlow, "one"), text(bot.EntryFlow, "two"))
	if _, known, err := r.store.Receipt(context.Background(), bot.Receipt{CID: cid, OID: "e0.0", SID: "SM1", Status: bot.DeliverySent}); err != nil || !known {
		t.Fatal(known, err)
	}
	r.pass(5 * time.Second)
	r.want("the lane goes on", "one")
	// The one behind a recovered head is looked up as well, and waits.
	r.wantTold()
}

func TestALogThatCannotBeReadHoldsTheLaneTenMinutes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.CutAfter, Times: 1})
	r.emu.Break(twilioemu.Fault{On: "list", Kind: twilioemu.NoList, Times: 1000000})
	r.commit(r.route(), text(bot.EntryFlow, "one"))
	r.commit(r.route(), text(bot.EntrySafety, "help is near"))
	for range 19 {
		r.pass(30 * time.Second)
	}
	r.wantTold()
	r.want("safety never waited", "one", "help is near")
	r.pass(31 * time.Second)
	r.wantTold("flow unknown")
	dead, err := r.store.Dead(context.Background())
	if err != nil || len(dead) != 1 || dead[0].Code != "unknown" {
		t.Errorf("%+v %v", dead, err)
	}
	r.commit(r.route(), text(bot.EntryFlow, "two"))
	r.want("the lane goes on", "one", "help is near", "two")
}

func TestRetryAfterIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.TooMany, Times: 1, RetryAfter: 7})
	r.commit(r.route(), text(bot.EntryFlow, "one"), text(bot.EntryFlow, "two"))
	r.pass(6 * time.Second)
	r.want("before it is over")
	r.pass(time.Second)
	r.want("after", "one", "two")
}

func TestRefusedForGoodIsToldAndTheLaneGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.refuse = 1
	r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.Code, Code: 21614, Times: 2})
	r.commit(r.route(), text(bot.EntryFlow, "one"), text(bot.EntryFlow, "two"))
	r.wantTold() // telling failed: nothing is given up yet
	r.want("it waits")
	r.pass(5 * time.Second)
	r.wantTold("flow 21614")
	r.want("the next one", "two")
	if dead, err := r.store.Dead(context.Background()); err != nil || len(dead) != 1 || dead[0].OID != "e0.0" {
		t.Errorf("%+v %v", dead, err)
	}
}

func TestATokenThatIsRefusedStopsNothingForGood(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.NoAuth, Times: 30})
	r.commit(r.route(), text(bot.EntryFlow, "one"))
	for range 40 {
		r.pass(time.Minute)
	}
	r.want("once the token is mended", "one")
	r.wantTold()
}

func TestPatience(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.TooMany, Times: 1000000})
	r.commit(r.route(), text(bot.EntryFlow, "one"))
	r.commit(r.route(), text(bot.EntrySafety, "help"))
	for range 3*60 + 55 {
		r.pass(time.Minute)
	}
	r.wantTold()
	for range 10 {
		r.pass(time.Minute)
	}
	r.wantTold("flow gave_up")
	for range 19 {
		r.pass(time.Hour)
	}
	r.wantTold("flow gave_up")
	r.pass(2 * time.Hour)
	r.wantTold("flow gave_up", "safety gave_up")
}

// What the world forbids is held back, and a worker hears of it.
func TestTheWorldIsCheckedWhenATextGoesOut(t *testing.T) {
	t.Parallel()
	stopped := bot.Routing{Stopped: true}
	for _, tc := range []struct {
		name  string
		route func(now time.Time) bot.Routing
		entry bot.Entry
		goes  bool
		told  string
	}{
		{"STOP: flow", func(time.Time) bot.Routing { return stopped }, text(bot.EntryFlow, "x"), false, ""},
		{"STOP: worker", func(time.Time) bot.Routing { return stopped }, text(bot.EntryWorker, "x"), false, "worker stopped"},
		{"STOP: notice", func(time.Time) bot.Routing { return stopped }, text(bot.EntryNotice, "x"), false, ""},
		{"STOP: its confirmation", func(time.Time) bot.Routing { return stopped }, text(bot.EntryStop, "x"), true, ""},
		{"STOP: safety is attempted", func(time.Time) bot.Routing { return stopped }, text(bot.EntrySafety, "x"), true, ""},
		{"another fence", func(now time.Time) bot.Routing { return bot.Routing{Fence: 8, LastIn: now, Terms: bot.TermsAny} },
			bot.Entry{Kind: bot.EntryWorker, Fence: 7, Lock: bot.LockSafe, Text: "x"}, false, "worker lost"},
		{"the holder's own", func(now time.Time) bot.Routing { return bot.Routing{Fence: 8, LastIn: now, Terms: bot.TermsAny} },
			bot.Entry{Kind: bot.EntryWorker, Fence: 8, Lock: bot.LockSafe, Text: "x"}, true, ""},
		{"live session on a shared phone", func(now time.Time) bot.Routing {
			return bot.Routing{LastIn: now.Add(-9 * time.Minute), Terms: bot.TermsShared}
		},
			text(bot.EntryWorker, "x"), true, ""},
		{"shared phone, silent", func(now time.Time) bot.Routing {
			return bot.Routing{LastIn: now.Add(-11 * time.Minute), Terms: bot.TermsShared}
		},
			text(bot.EntryWorker, "x"), false, "worker lock"},
		{"unknown counts as shared", func(now time.Time) bot.Routing { return bot.Routing{LastIn: now.Add(-11 * time.Minute)} },
			text(bot.EntryFlow, "x"), false, ""},
		{"shared phone, silent, safe words", func(now time.Time) bot.Routing {
			return bot.Routing{LastIn: now.Add(-time.Hour), Terms: bot.TermsShared}
		},
			bot.Entry{Kind: bot.EntryWorker, Lock: bot.LockSafe, Text: "x"}, true, ""},
		{"not safe to text", func(now time.Time) bot.Routing {
			return bot.Routing{LastIn: now.Add(-11 * time.Minute), Terms: bot.TermsNone}
		},
			bot.Entry{Kind: bot.EntryWorker, Lock: bot.LockSafe, Text: "x"}, false, "worker terms"},
		{"not safe to text, safety", func(now time.Time) bot.Routing {
			return bot.Routing{LastIn: now.Add(-11 * time.Minute), Terms: bot.TermsNone}
		},
			text(bot.EntrySafety, "x"), true, ""},
		{"own phone, silent", func(now time.Time) bot.Routing { return bot.Routing{LastIn: now.Add(-time.Hour), Terms: bot.TermsAny} },
			text(bot.EntryFlow, "x"), true, ""},
		{"WhatsApp's window closes in four minutes", func(now time.Time) bot.Routing {
			return bot.Routing{LastIn: now, Window: now.Add(4 * time.Minute), Terms: bot.TermsAny}
		},
			text(bot.EntryWorker, "x"), false, "worker window"},
		{"WhatsApp's window closes in six minutes", func(now time.Time) bot.Routing {
			return bot.Routing{LastIn: now, Window: now.Add(6 * time.Minute), Terms: bot.TermsAny}
		},
			text(bot.EntryWorker, "x"), true, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.commit(tc.route(r.now()), tc.entry)
			if got := len(r.sent()) == 1; got != tc.goes {
				t.Errorf("sent: %v, want %v", got, tc.goes)
			}
			if tc.told == "" {
				r.wantTold()
			} else {
				r.wantTold(tc.told)
			}
		})
	}
}

func TestAnOptedOutPersonInDanger(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.emu.Receive(context.Background(), twilioemu.Inbound{From: resident.Raw(), To: ours.Raw(), Body: "STOP"})
	before := len(r.sent())
	r.commit(bot.Routing{Stopped: true}, text(bot.EntrySafety, "helplines"))
	r.wantTold("safety 21610")
	if len(r.sent()) != before {
		t.Error("Twilio let it through")
	}
}

func TestPaceHoldsEverythingButSafety(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.out.Pace = func(sender string) int {
		if sender != ours.Raw() {
			t.Errorf("sender %q", sender)
		}
		return 2
	}
	r.commit(r.route(), text(bot.EntryFlow, "1"), text(bot.EntryFlow, "2"), text(bot.EntryFlow, "3"), text(bot.EntryFlow, strings.Repeat("4", 161)), text(bot.EntryFlow, "5"))
	r.want("a second's worth", "1", "2")
	r.commit(r.route(), text(bot.EntrySafety, "help"))
	r.want("safety does not wait", "1", "2", "help")
	r.pass(500 * time.Millisecond)
	r.want("one more", "1", "2", "help", "3")
	r.pass(500 * time.Millisecond)
	r.want("two segments cost two", "1", "2", "help", "3")
	r.pass(500 * time.Millisecond)
	r.want("now they fit", "1", "2", "help", "3", strings.Repeat("4", 161))
	r.pass(time.Second)
	if got := r.sent(); got[len(got)-1] != "5" {
		t.Errorf("the last one: %q", got)
	}
}

func TestWhatTheProviderTookIsCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	n := 0
	r.out.Sent = func(_ context.Context, _ bot.Entry, segments int) { n += segments }
	r.commit(r.route(), text(bot.EntryFlow, strings.Repeat("a", 161)))
	r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.CutAfter, Times: 1})
	r.commit(r.route(), text(bot.EntryFlow, strings.Repeat("字", 71)))
	r.pass(5 * time.Second)
	if n != 4 {
		t.Errorf("%d segments, want 4", n)
	}
}

// Whatever goes wrong, in whatever order: every text goes out once, and in
// its lane's order.
func TestOnceAndInOrderWhateverGoesWrong(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t)
		kinds := []twilioemu.FaultKind{twilioemu.TooMany, twilioemu.Internal, twilioemu.HTML503, twilioemu.AfterAccept, twilioemu.CutBefore, twilioemu.CutAfter, twilioemu.Truncated, twilioemu.NoAuth}
		for range rapid.IntRange(0, 6).Draw(rt, "faults") {
			r.emu.Break(twilioemu.Fault{On: "create", Kind: rapid.SampledFrom(kinds).Draw(rt, "fault"), Times: 1})
			if rapid.Bool().Draw(rt, "no log") {
				r.emu.Break(twilioemu.Fault{On: "list", Kind: twilioemu.NoList, Times: 1})
			}
		}
		var flow, safety []string
		for i := range rapid.IntRange(1, 4).Draw(rt, "commits") {
			var es []bot.Entry
			for j := range rapid.IntRange(1, 3).Draw(rt, "texts") {
				words := fmt.Sprintf("%d.%d", i, j)
				if rapid.IntRange(0, 3).Draw(rt, "danger") == 0 {
					safety = append(safety, words)
					es = append(es, text(bot.EntrySafety, words))
				} else {
					flow = append(flow, words)
					es = append(es, text(bot.EntryFlow, words))
				}
			}
			r.commit(r.route(), es...)
			r.pass(time.Duration(rapid.IntRange(0, 90).Draw(rt, "wait")) * time.Second)
		}
		for range 60 { // the log is back long before ten minutes are over
			r.pass(16 * time.Second)
		}
		var gotFlow, gotSafety []string
		for _, m := range r.sent() {
			if contains(safety, m) {
				gotSafety = append(gotSafety, m)
			} else {
				gotFlow = append(gotFlow, m)
			}
		}
		if diff := cmp.Diff(flow, gotFlow); diff != "" {
			rt.Errorf("replies: %s", diff)
		}
		if diff := cmp.Diff(safety, gotSafety); diff != "" {
			rt.Errorf("safety: %s", diff)
		}
	})
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
