package alert_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/alert"
	"linkline/internal/hours"
	"linkline/internal/redisstore"
	"linkline/internal/vault"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
)

const prog = "bdd"

// night is the real store on a clock that a test moves, with everybody who can
// be called.
type night struct {
	t      *testing.T
	redis  *miniredis.Miniredis
	store  *redisstore.Store
	alerts []*alert.Alerts // replicas

	mu    sync.Mutex
	now   time.Time
	began time.Time
	up    bool // Slack takes the alert's own message
	watch bool
	dm    error // what calling somebody in Slack comes to
	text  error // what texting comes to
	calls []string
	told  []string
	log   []string
	oids  []bot.OID
	seen  map[string]bool
}

func newNight(t *testing.T, at string, replicas int) *night {
	t.Helper()
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	began, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	n := &night{t: t, redis: m, now: began, began: began, up: true, seen: map[string]bool{}}
	m.SetTime(began)
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
	if n.store, err = redisstore.New(client, v, redisstore.Config{}); err != nil {
		t.Fatal(err)
	}
	week, err := hours.New("mon-fri", "09:00", "17:00", "Europe/London", "england-and-wales")
	if err != nil {
		t.Fatal(err)
	}
	for range replicas {
		n.alerts = append(n.alerts, &alert.Alerts{
			Ladder: n.store, Pages: n.store, News: n.store, Past: n.store, People: staff{n, week}, Desk: screen{n}, Phone: phone{n}, Talks: talks{n},
			Now: n.clock, Log: slog.New(slog.NewTextHandler(&lines{n}, nil)),
		})
	}
	return n
}

func (n *night) clock() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

// note writes down what happened, with the time since the beginning.
func (n *night) note(list *[]string, format string, v ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	*list = append(*list, fmt.Sprintf("%s %s", n.now.Sub(n.began), fmt.Sprintf(format, v...)))
}

type lines struct{ n *night }

func (l *lines) Write(b []byte) (int, error) {
	l.n.mu.Lock()
	defer l.n.mu.Unlock()
	l.n.log = append(l.n.log, string(b))
	return len(b), nil
}

type staff struct {
	n    *night
	week hours.Week
}

func (s staff) Lead() string                        { return "ULEAD" }
func (s staff) Coordinators(string) []string        { return []string{"UCOORD"} }
func (s staff) OnCall(string) []bot.Address         { return []bot.Address{"+447700900900"} }
func (s staff) Sender(string) (bot.Address, string) { return "+447700900001", "" }
func (s staff) Watched(_ string, at time.Time) bool { return s.n.watch || s.week.Open(at) }
func (s staff) Calendar(string) bot.Calendar        { return s.week }

type screen struct{ n *night }

func (s screen) ShowAlert(context.Context, string, string, bool) error { return nil }

func (s screen) PageUser(_ context.Context, _, _, _, user, key string, again bool) error {
	s.n.mu.Lock()
	err := s.n.dm
	s.n.mu.Unlock()
	if err == nil {
		s.n.note(&s.n.calls, "slack %s %s", user, key)
	}
	return err
}

func (s screen) PageText(key string) string { return "page " + key }

type phone struct{ n *night }

func (p phone) Send(_ context.Context, out bot.Outbound) (bot.Sent, error) {
	p.n.mu.Lock()
	err := p.n.text
	p.n.oids = append(p.n.oids, out.OID)
	p.n.mu.Unlock()
	if err != nil {
		return bot.Sent{}, err
	}
	p.n.note(&p.n.calls, "%s", out.Text.Raw())
	return bot.Sent{SID: "SM1", Segments: 1}, nil
}

type talks struct{ n *night }

func (t talks) Event(_ context.Context, cid bot.CID, ev bot.Event) (string, error) {
	t.n.mu.Lock()
	again := t.n.seen[ev.ID]
	t.n.seen[ev.ID] = true // an event counts once, as in the inbox
	t.n.mu.Unlock()
	if !again {
		t.n.note(&t.n.told, "%s %s %s%s", cid, ev.Ref, ev.Kind, ev.Code)
	}
	return "", nil
}

func (n *night) raise(a bot.Alert) string {
	n.t.Helper()
	a.ID, a.Programme, a.At = "c1-SM1", prog, n.clock()
	if a.CID == "" {
		a.CID = "c1"
	}
	if fresh, err := n.store.PutAlert(n.t.Context(), a); err != nil || !fresh {
		n.t.Fatalf("raise: %v %v", fresh, err)
	}
	return a.ID
}

func crisis() bot.Alert {
	return bot.Alert{Ref: "BDD-2345", Label: "crisis", Category: "suicide", Lang: "so", Said: "the words", Resident: "+447700900123"}
}

// pass lets time go by in steps, as running replicas do.
func (n *night) pass(d time.Duration) {
	n.t.Helper()
	step := 15 * time.Second
	if d > 2*time.Hour {
		step = 3 * time.Minute
	}
	for end := n.clock().Add(d); ; {
		n.slack()
		var all sync.WaitGroup
		for _, a := range n.alerts {
			all.Go(func() {
				for range 2 {
					if err := a.Poll(n.t.Context(), prog); err != nil {
						n.t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if !n.clock().Before(end) {
			return
		}
		n.mu.Lock()
		n.now = n.now.Add(step)
		n.redis.SetTime(n.now)
		n.mu.Unlock()
	}
}

// slack takes the alert's own message, as its outbox would bring it.
func (n *night) slack() {
	n.t.Helper()
	n.mu.Lock()
	up := n.up
	n.mu.Unlock()
	ids, err := n.store.OpenAlerts(n.t.Context(), prog)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, id := range ids {
		if r, err := n.store.Alert(n.t.Context(), prog, id); up && err == nil && r.Slack == "" {
			if err := n.store.AlertShown(n.t.Context(), prog, id, "C1", "1.1"); err != nil {
				n.t.Fatal(err)
			}
		}
	}
}

func (n *night) want(what string, got []string, want ...string) {
	n.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		n.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

const (
	workday  = "2026-11-24T11:00:00Z" // a Tuesday
	midnight = "2026-11-24T02:00:00Z"
)

func TestTheLadderByDay(t *testing.T) {
	t.Parallel()
	n := newNight(t, workday, 1)
	id := n.raise(crisis())
	n.pass(41 * time.Minute)
	n.want("calls", n.calls,
		"5m0s slack UCOORD new", "5m0s page text",
		"10m0s slack ULEAD new",
		"25m0s slack ULEAD new", "25m0s slack UCOORD new", "25m0s page text",
		"40m0s slack ULEAD new", "40m0s slack UCOORD new", "40m0s page text")
	n.want("the person is told", n.told, "0s c1 BDD-2345 pagedaccepted")
	if how, _, err := n.store.CloseAlert(t.Context(), prog, id, "UCOORD", "called", ""); how != "ok" || err != nil {
		t.Fatal(how, err)
	}
	before := len(n.calls)
	n.pass(time.Hour)
	if len(n.calls) != before {
		t.Errorf("a closed alert goes on calling: %v", n.calls[before:])
	}
	if len(n.told) != 1 {
		t.Errorf("the person hears of the closing: %v", n.told)
	}
}

func TestTheLadderByNight(t *testing.T) {
	t.Parallel()
	n := newNight(t, midnight, 1)
	n.raise(crisis())
	n.pass(2 * time.Minute)
	n.want("a text at once, and none twice", n.calls, "0s page text")
	n.watch = true
	m := newNight(t, midnight, 1)
	m.watch = true // somebody watches Slack day and night
	m.raise(crisis())
	m.pass(2 * time.Minute)
	m.want("no text while Slack is watched", m.calls)
}

func TestSlackIsSilent(t *testing.T) {
	t.Parallel()
	n := newNight(t, workday, 1)
	n.up = false
	n.raise(crisis())
	n.pass(45 * time.Second)
	n.want("nobody is told yet", n.told)
	n.pass(15 * time.Second)
	n.want("a text after a minute", n.calls, "1m0s page text")
	n.want("now somebody knows", n.told, "1m0s c1 BDD-2345 pagedaccepted")
}

func TestNothingGetsThrough(t *testing.T) {
	t.Parallel()
	n := newNight(t, midnight, 1)
	n.up, n.dm, n.text = false, &bot.SendError{Outcome: bot.NotSent}, &bot.SendError{Outcome: bot.Unknown}
	n.raise(crisis())
	n.pass(6 * time.Minute)
	n.want("when people are back, not that they were told", n.told, "5m0s c1 BDD-2345 pagednone")
	n.mu.Lock()
	n.dm, n.text = nil, nil
	n.mu.Unlock()
	n.pass(time.Minute)
	if !slices.ContainsFunc(n.calls, func(s string) bool { return strings.HasSuffix(s, "page text") }) || !slices.ContainsFunc(n.calls, func(s string) bool { return strings.HasSuffix(s, "slack UCOORD new") }) {
		t.Errorf("calls that could not be made are made when they can be: %v", n.calls)
	}
	if len(n.told) != 2 || !strings.HasSuffix(n.told[1], "pagedaccepted") {
		t.Errorf("told %v", n.told)
	}
	for _, l := range n.log {
		if strings.Contains(l, "7700900") || strings.Contains(l, "the words") {
			t.Errorf("the log tells: %s", l)
		}
	}
}

func TestIHaveThis(t *testing.T) {
	t.Parallel()
	n := newNight(t, workday, 1)
	id := n.raise(crisis())
	n.pass(time.Minute)
	take := func(user string) string {
		how, _, err := n.store.TakeAlert(t.Context(), prog, id, user, n.clock().Add(alert.Pause))
		if err != nil {
			t.Fatal(err)
		}
		return how
	}
	if how := take("UWORK"); how != "ok" {
		t.Fatal(how)
	}
	n.pass(29 * time.Minute)
	n.want("the climb pauses", n.calls)
	if len(n.told) != 2 || !strings.HasSuffix(n.told[1], "BDD-2345 taken") {
		t.Errorf("told %v", n.told)
	}
	n.pass(2 * time.Minute)
	n.want("and goes on with whoever has it", n.calls, "31m0s slack UWORK yours", "31m0s slack UCOORD long", "31m0s page text")
	if how := take("UCOORD"); how != "ok" { // the pause is over: anybody may
		t.Fatal(how)
	}
	n.pass(25 * time.Minute)
	if len(n.calls) != 3 || len(n.told) != 2 {
		t.Errorf("calls %v, told %v: the person has heard it once", n.calls, n.told)
	}
}

func TestEachRungOnce(t *testing.T) {
	t.Parallel()
	n := newNight(t, workday, 3)
	n.raise(crisis())
	n.pass(11 * time.Minute)
	slices.Sort(n.calls)
	n.want("three replicas call once", n.calls, "10m0s slack ULEAD new", "5m0s page text", "5m0s slack UCOORD new")
	n.want("and tell once", n.told, "0s c1 BDD-2345 pagedaccepted")
}

func TestARefusedNumberIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	n := newNight(t, midnight, 1)
	n.text = &bot.SendError{Outcome: bot.Rejected, Code: "21211"}
	n.raise(crisis())
	n.pass(3 * time.Minute)
	if len(n.oids) != 1 {
		t.Errorf("tried %d times", len(n.oids))
	}
	if !slices.ContainsFunc(n.log, func(s string) bool { return strings.Contains(s, "page_refused") && strings.Contains(s, "21211") }) {
		t.Error("the operator hears nothing of it")
	}
}

func TestReceiptsOfPages(t *testing.T) {
	t.Parallel()
	n := newNight(t, midnight, 1)
	id := n.raise(crisis())
	n.pass(15 * time.Second)
	a := n.alerts[0]
	if ours, err := a.Receipt(t.Context(), bot.Receipt{CID: "c1", OID: "SM1.0", Kind: bot.EntrySafety, Status: bot.DeliveryFailed}); ours || err != nil {
		t.Errorf("a resident's text is taken for a page: %v %v", ours, err)
	}
	if ours, err := a.Receipt(t.Context(), bot.Receipt{CID: prog, OID: n.oids[0], Kind: alert.KindPage, Status: bot.DeliveryFailed, Code: "30003"}); !ours || err != nil {
		t.Errorf("receipt: %v %v", ours, err)
	}
	pages, err := n.store.PagesOf(t.Context(), prog, id)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(pages, func(p redisstore.PageRecord) bool { return p.Kind == "text" }); i < 0 || pages[i].State != redisstore.PageFailed || pages[i].Code != "30003" {
		t.Errorf("pages %+v", pages)
	}
}

func TestConcernIsReadTheSameDay(t *testing.T) {
	t.Parallel()
	n := newNight(t, workday, 1) // eleven o'clock: six hours are left
	c := crisis()
	c.Label, c.Category = "concern", "destitution"
	id := n.raise(c)
	n.pass(6 * time.Hour)
	n.want("calls", n.calls, "3h0m0s slack UCOORD concern", "5h24m0s slack ULEAD concern")
	n.want("nothing is said to the person", n.told)
	if _, _, err := n.store.CloseAlert(t.Context(), prog, id, "UCOORD", "read", ""); err != nil {
		t.Fatal(err)
	}
	late := newNight(t, "2026-11-27T18:00:00Z", 1) // Friday evening: the clock starts on Monday
	late.raise(c)
	late.pass(62 * time.Hour)
	late.want("not at night, not at the weekend", late.calls)
	late.pass(7*time.Hour + 30*time.Minute)
	late.want("on Monday", late.calls, "67h0m0s slack UCOORD concern")
}

func TestANoticeIsForgotten(t *testing.T) {
	t.Parallel()
	n := newNight(t, workday, 1)
	id := n.raise(bot.Alert{Label: "notice", Category: "child"})
	n.pass(71 * time.Hour)
	n.want("calls", n.calls)
	if r, err := n.store.Alert(t.Context(), prog, id); err != nil || r.State != redisstore.AlertOpen {
		t.Errorf("%v %v", r.State, err)
	}
	n.pass(2 * time.Hour)
	if _, err := n.store.Alert(t.Context(), prog, id); !errors.Is(err, bot.ErrGone) {
		t.Errorf("something of a child is kept: %v", err)
	}
}

func TestClosedAlertsAreForgottenInTime(t *testing.T) {
	t.Parallel()
	n := newNight(t, workday, 1)
	id := n.raise(crisis())
	n.pass(time.Minute)
	forget := func(before time.Time) error { return n.alerts[0].Forget(t.Context(), prog, before) }
	if err := forget(n.clock().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := n.store.Alert(t.Context(), prog, id); err != nil {
		t.Fatalf("an open alert was forgotten: %v", err)
	}
	if _, _, err := n.store.CloseAlert(t.Context(), prog, id, "UCOORD", "safe", ""); err != nil {
		t.Fatal(err)
	}
	if err := forget(n.clock().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := n.store.Alert(t.Context(), prog, id); err != nil {
		t.Fatalf("forgotten too early: %v", err)
	}
	if err := forget(n.clock().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := n.store.Alert(t.Context(), prog, id); !errors.Is(err, bot.ErrGone) {
		t.Errorf("not forgotten: %v", err)
	}
}

func TestAQuickDrill(t *testing.T) {
	t.Parallel()
	n := newNight(t, workday, 1)
	n.up = false
	n.raise(bot.Alert{Label: "crisis", Category: "suicide", CID: "drill", Drill: true, Quick: true})
	n.pass(30 * time.Second)
	if !slices.ContainsFunc(n.calls, func(s string) bool { return strings.HasSuffix(s, "slack ULEAD new") }) {
		t.Errorf("the lead is called within half a minute: %v", n.calls)
	}
	for _, c := range n.calls {
		if strings.Contains(c, "page text") {
			t.Errorf("a drill reads like the real thing: %s", c)
		}
	}
	n.want("nobody is told", n.told)
}
