package app_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"sync"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/outbox"
	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
	"linkline/internal/vault"
)

// The chaos runs in small: two replicas of the commit path and the outbox in
// one process, over a real Redis and a provider that takes its time. It is
// short enough to be run once whole and once for each broken rule.
const (
	chaosTalks = 6
	chaosTexts = 8
	chaosLease = 800 * time.Millisecond
	chaosSlow  = 100 * time.Millisecond // a slow send; well within the lease
)

// carrier is a provider with a true log.
type carrier struct {
	mu   sync.Mutex
	log  []bot.Outbound
	slow func() time.Duration
}

func (c *carrier) Send(ctx context.Context, out bot.Outbound) (bot.Sent, error) {
	began := time.Now()
	wait(ctx, c.slow())
	if time.Since(began) > chaosLease/2 { // as an HTTP time-out: a lease outlasts every call
		return bot.Sent{}, &bot.SendError{Outcome: bot.Unknown}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log = append(c.log, out)
	return bot.Sent{SID: fmt.Sprintf("SM%d", len(c.log)), Segments: 1}, nil
}

func (c *carrier) Find(_ context.Context, out bot.Outbound, _ time.Time, known func(string) bool) (string, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, o := range c.log {
		if sid := fmt.Sprintf("SM%d", i+1); o.To == out.To && o.Text == out.Text && !known(sid) {
			return sid, true, nil
		}
	}
	return "", false, nil
}

// wait lets time pass as a network does; nothing is asserted on it.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func dice(n int64) int64 {
	v, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		panic(err)
	}
	return v.Int64()
}

// weather is what goes wrong, for all replicas together.
type weather struct {
	mu     sync.Mutex
	calm   bool
	tokens map[bot.CID]string // the last that was given out
}

// fickle are the lanes as a replica has them that dies or stalls between a
// send and its settlement, and whose clock is ahead: it believes that leases
// are over which are not.
type fickle struct {
	*redisstore.Store
	*weather
}

func (f fickle) Take(ctx context.Context, lane bot.Lane, cid bot.CID, score string, own, looked bool) (*redisstore.Head, error) {
	h, err := f.Store.Take(ctx, lane, cid, score, own, looked)
	if h != nil {
		f.mu.Lock()
		f.tokens[cid] = h.Token
		f.mu.Unlock()
	}
	return h, err
}

func (f fickle) DueIn(ctx context.Context, lane bot.Lane, limit int) ([]redisstore.Due, error) {
	due, err := f.Store.DueIn(ctx, lane, limit)
	f.mu.Lock()
	defer f.mu.Unlock()
	for cid, token := range f.tokens {
		if !f.calm && dice(4) == 0 {
			due = append(due, redisstore.Due{CID: cid, Score: token})
		}
	}
	return due, err
}

var errDied = errors.New("this replica died")

func (f fickle) Ack(ctx context.Context, h *redisstore.Head, r redisstore.Result) (string, error) {
	f.mu.Lock()
	calm := f.calm
	f.mu.Unlock()
	if !calm && r.What == "sent" {
		switch dice(6) {
		case 0:
			return "", errDied // sent, never settled
		case 1:
			wait(ctx, chaosLease*3/2) // settled when another has the lane
		}
	}
	return f.Store.Ack(ctx, h, r)
}

// chaos runs texts through two replicas and returns what is wrong afterwards.
func chaos(t testing.TB, conf redisstore.Config) []string {
	t.Helper()
	conf.Lease = chaosLease
	keys, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := vault.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	opts := storetest.Redis(t)
	provider := &carrier{slow: func() time.Duration { return time.Duration(dice(2)) * chaosSlow }}
	w := &weather{tokens: map[bot.CID]string{}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stores []*redisstore.Store
	var boxes []*outbox.Outbox
	for range 2 {
		client, err := redisstore.Connect(ctx, opts)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		s, err := redisstore.New(client, sealer, conf)
		if err != nil {
			t.Fatal(err)
		}
		stores = append(stores, s)
		boxes = append(boxes, &outbox.Outbox{Lanes: fickle{s, w}, Provider: provider, Now: time.Now,
			Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Looks: []time.Duration{20 * time.Millisecond, 50 * time.Millisecond}})
	}
	run := &chaosRun{ctx: ctx, stores: stores, boxes: boxes, accepted: map[bot.CID][]string{}}
	polling, stopPolling := context.WithCancel(ctx)
	var pollers sync.WaitGroup
	for _, b := range boxes {
		pollers.Go(func() {
			for polling.Err() == nil {
				_, _ = b.Poll(polling, bot.LaneReply)
				wait(polling, 10*time.Millisecond)
			}
		})
	}
	var talks sync.WaitGroup
	for i := range chaosTalks {
		talks.Go(func() { run.talk(t, bot.CID(fmt.Sprintf("talk%016d", i))) })
	}
	talks.Wait()
	run.drains.Wait()
	w.mu.Lock()
	w.calm = true
	w.mu.Unlock()
	for ctx.Err() == nil {
		if d, err := stores[0].Depths(ctx); err == nil && d["lane_o"] == 0 {
			break
		}
		wait(ctx, 20*time.Millisecond)
	}
	stopPolling()
	pollers.Wait()
	return run.audit(t, provider)
}

type chaosRun struct {
	ctx      context.Context
	stores   []*redisstore.Store
	boxes    []*outbox.Outbox
	drains   sync.WaitGroup
	mu       sync.Mutex
	accepted map[bot.CID][]string
}

// talk sends a conversation's texts, two at a time through both replicas, and
// each of them twice, as a provider does whose answer was lost.
func (r *chaosRun) talk(t testing.TB, cid bot.CID) {
	for n := range chaosTexts / 2 {
		var pair sync.WaitGroup
		for half := range 2 {
			id := fmt.Sprintf("SM%s%02d%d", cid[10:], n, half)
			r.mu.Lock()
			r.accepted[cid] = append(r.accepted[cid], id)
			r.mu.Unlock()
			for again := range 2 {
				pair.Go(func() { r.take(t, (half+again)%2, cid, id) })
			}
		}
		pair.Wait()
	}
}

// take is a replica's turn: load, decide, commit, drain.
func (r *chaosRun) take(t testing.TB, replica int, cid bot.CID, id string) {
	s := r.stores[replica]
	for r.ctx.Err() == nil {
		l, err := s.Load(r.ctx, cid)
		if err != nil {
			t.Error(err)
			return
		}
		var answers []bot.Words
		var entries []bot.Entry
		for i := range 3 {
			answers = append(answers, bot.Words(fmt.Sprintf("%s answers %s, text %d.%d", cid, id, l.Version+1, i)))
			entries = append(entries, bot.Entry{OID: bot.OID(fmt.Sprintf("%s.%d", id, i)), Kind: bot.EntryFlow, Lock: bot.LockSafe, To: bot.Address(cid), Text: answers[i], At: time.Now()})
		}
		done, err := s.Commit(r.ctx, redisstore.Commit{
			CID: cid, Version: l.Version, EventID: id, State: []byte(id), Routing: bot.Routing{Terms: bot.TermsAny, LastIn: time.Now()},
			Entries: map[bot.Lane][]bot.Entry{bot.LaneReply: entries},
			Journal: &bot.JournalLine{EventID: id, Version: l.Version + 1, Out: answers},
		})
		if errors.Is(err, bot.ErrStale) {
			continue
		}
		if err != nil {
			t.Error(err)
			return
		}
		if token := done.Tokens[bot.LaneReply]; token != "" {
			r.drains.Go(func() { r.boxes[replica].Drain(r.ctx, bot.LaneReply, cid, token) })
		}
		return
	}
}

func (r *chaosRun) audit(t testing.TB, provider *carrier) (faults []string) {
	if r.ctx.Err() != nil {
		faults = append(faults, "the lanes never ran empty")
	}
	ctx := t.Context()
	for cid, accepted := range r.accepted {
		journal, err := r.stores[0].Journal(ctx, cid)
		if err != nil {
			t.Error(err)
		}
		rec := record{cid: cid, accepted: accepted, journal: journal}
		for _, o := range provider.log {
			if o.To == bot.Address(cid) {
				rec.sent = append(rec.sent, o.Text.Raw())
			}
		}
		faults = append(faults, rec.audit()...)
	}
	return faults
}

func TestChaos(t *testing.T) {
	t.Parallel()
	for _, f := range chaos(t, redisstore.Config{}) {
		t.Error(f)
	}
}

// TestChaosNotices runs the same over scripts with one rule broken: the audit
// must complain.
func TestChaosNotices(t *testing.T) {
	t.Parallel()
	for _, rule := range []storetest.Rule{storetest.Dedupe, storetest.Version, storetest.Fence, storetest.Lease, storetest.Blind} {
		t.Run(string(rule), func(t *testing.T) {
			t.Parallel()
			var faults []string
			for range 5 { // chance must bring about what the rule prevents
				if faults = chaos(t, redisstore.Config{Scripts: storetest.Broken(t, rule)}); len(faults) > 0 {
					break
				}
			}
			if len(faults) == 0 {
				t.Error("nothing is noticed")
			}
			t.Logf("%d faults", len(faults))
			for _, f := range faults[:min(3, len(faults))] {
				t.Log(f)
			}
		})
	}
}
