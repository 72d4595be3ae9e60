package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linkline/bot"
	"linkline/internal/redisstore"
)

var queueRules = []rule{
	{"a reference's number is reserved once", queueReserve},
	{"a referral is put once", queuePut},
	{"the oldest and the lifted come first", queueOrder},
	{"a referral is offered to those who may hold it", queueOffer},
	{"of many claims one wins, and each other is told who", queueClaim},
	{"a claim again is told so", queueClaimAgain},
	{"who knows the person can never hold the referral", queueKnows},
	{"every owner has a larger fence", queueFences},
	{"a release puts it back with its old age", queueRelease},
	{"a closed referral is nobody's any more", queueClose},
	{"an act with an old fence changes nothing", queueStale},
	{"a lease is renewed by its holder only", queueTouch},
	{"a lease that ran out is freed by one reaper", queueReaper},
	{"after first contact no lease ends", queueAssigned},
	{"a renewal beats the reaper that saw the old lease", queueRenewed},
	{"a referral is handed over in one step", queueHandOver},
	{"a raise lifts once", queueRaise},
	{"a raise does not take a claimed referral away", queueRaiseClaimed},
	{"an outbox is drained in order by one", queueOutbox},
	{"an outbox whose drainer died goes on", queueOutboxDied},
	{"a dead item lets the outbox go on", queueOutboxDead},
	{"an effect is pushed once", queuePushOnce},
	{"an effect for no referral is refused", queuePushGone},
	{"Slack messages lead back to the referral", queueMarks},
	{"what a worker holds is listed", queueHeld},
}

// referral puts a fresh referral into a fresh queue.
func (w *world) referral(t testing.TB, s *redisstore.Store) (programme string, ref bot.Ref) {
	t.Helper()
	programme = w.programme()
	ref = w.put(t, s, programme, 1000)
	return programme, ref
}

func (w *world) put(t testing.TB, s *redisstore.Store, programme string, score int64) bot.Ref {
	t.Helper()
	ref := bot.Ref("REF-" + string(w.cid()[:8]))
	must(t, s.Put(w.ctx, bot.Referral{Ref: ref, N: 1, CID: w.cid(), Programme: programme, Reason: bot.ReasonSelf}, score))
	return ref
}

// claim claims for an hour and wants it to succeed.
func (w *world) claim(t testing.TB, s *redisstore.Store, programme string, ref bot.Ref, worker string) (fence int64) {
	t.Helper()
	how, _, fence, err := s.Claim(w.ctx, programme, ref, worker, time.Now().Add(long))
	must(t, err)
	if how != "ok" {
		t.Fatalf("claim by %s: %s", worker, how)
	}
	return fence
}

func (w *world) record(t testing.TB, s *redisstore.Store, programme string, ref bot.Ref) redisstore.Record {
	t.Helper()
	r, err := s.Record(w.ctx, programme, ref)
	must(t, err)
	return r
}

func (w *world) waiting(t testing.TB, s *redisstore.Store, programme string) []bot.Ref {
	t.Helper()
	list, err := s.Waiting(w.ctx, programme, 100)
	must(t, err)
	return list
}

func queueReserve(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, cid := w.programme(), w.cid()
	var mu sync.Mutex
	var all sync.WaitGroup
	got := map[string]map[uint64]bool{}
	for range 4 {
		for n := range 5 {
			all.Go(func() {
				num, err := s.Reserve(w.ctx, p, cid, n)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				k := fmt.Sprint(n)
				if got[k] == nil {
					got[k] = map[uint64]bool{}
				}
				got[k][num] = true
			})
		}
	}
	all.Wait()
	seen := map[uint64]bool{}
	for n, nums := range got {
		for num := range nums {
			if len(nums) != 1 || seen[num] {
				t.Errorf("n %s: numbers %v", n, nums)
			}
			seen[num] = true
		}
	}
}

func queuePut(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	r := bot.Referral{Ref: "REF-1", N: 1, CID: w.cid(), Programme: w.programme(), Reason: bot.ReasonHuman, Priority: bot.PriorityRaised,
		Card: bot.Card{Initials: "A", Borough: "Newham"}, Created: time.Now().UTC().Truncate(time.Millisecond)}
	for range 3 {
		must(t, s.Put(w.ctx, r, 1000))
	}
	rec := w.record(t, s, r.Programme, r.Ref)
	if diff := cmp.Diff(r, rec.Referral); diff != "" {
		t.Error(diff)
	}
	if rec.State != "open" || rec.Fence != 0 || rec.Priority != bot.PriorityRaised {
		t.Errorf("%+v", rec)
	}
	if got := w.waiting(t, s, r.Programme); len(got) != 1 {
		t.Errorf("waiting: %v", got)
	}
	if kinds := w.drain(t, s, r.Programme, string(r.Ref), redisstore.ToSlack); len(kinds) != 1 || kinds[0] != "card" {
		t.Errorf("for Slack: %v", kinds)
	}
	w.claim(t, s, r.Programme, r.Ref, "U1")
	must(t, s.Put(w.ctx, r, 1000)) // a relay that repeats itself late
	if rec := w.record(t, s, r.Programme, r.Ref); rec.State != "claimed" {
		t.Errorf("a late repeat made it %s", rec.State)
	}
}

func queueOrder(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p := w.programme()
	third, first, second := w.put(t, s, p, 3000), w.put(t, s, p, 1000), w.put(t, s, p, 2000)
	if diff := cmp.Diff([]bot.Ref{first, second, third}, w.waiting(t, s, p)); diff != "" {
		t.Error(diff)
	}
	must(t, s.Raise(w.ctx, p, third, bot.PriorityUrgent, 10, nil, "x1"))
	if got := w.waiting(t, s, p)[0]; got != third {
		t.Errorf("%s is first, not the lifted", got)
	}
}

func queueOffer(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p := w.programme()
	a, b, c := w.put(t, s, p, 1), w.put(t, s, p, 2), w.put(t, s, p, 3)
	must(t, s.Knows(w.ctx, p, a, "U1"))
	w.claim(t, s, p, b, "U2")
	for worker, want := range map[string][]bot.Ref{"U1": {c}, "U2": {a, c}} {
		got, err := s.Offer(w.ctx, p, worker, 5)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", worker, diff)
		}
	}
}

func queueClaim(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	type answer struct{ how, by string }
	var mu sync.Mutex
	var all sync.WaitGroup
	got := map[string]answer{}
	for i := range 8 {
		worker := fmt.Sprintf("U%d", i)
		all.Go(func() {
			how, by, _, err := s.Claim(w.ctx, p, ref, worker, time.Now().Add(long))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			got[worker] = answer{how, by}
		})
	}
	all.Wait()
	rec := w.record(t, s, p, ref)
	for worker, a := range got {
		want := answer{"held", rec.Worker}
		if worker == rec.Worker {
			want = answer{"ok", worker}
		}
		if a != want {
			t.Errorf("%s is told %v, not %v", worker, a, want)
		}
	}
	if n := len(w.waiting(t, s, p)); n != 0 || rec.State != "claimed" || rec.Fence != 1 {
		t.Errorf("%d waiting, %s, fence %d", n, rec.State, rec.Fence)
	}
	if kinds := w.drain(t, s, p, string(ref), redisstore.ToConversation); len(kinds) != 1 || kinds[0] != "claimed" {
		t.Errorf("for the conversation: %v", kinds)
	}
}

func queueClaimAgain(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	fence := w.claim(t, s, p, ref, "U1")
	how, by, again, err := s.Claim(w.ctx, p, ref, "U1", time.Now().Add(long))
	must(t, err)
	if how != "yours" || by != "U1" || again != fence {
		t.Errorf("%s %s %d", how, by, again)
	}
	for _, c := range []struct{ ref, want bot.Ref }{{"REF-none", "gone"}} {
		if how, _, _, err := s.Claim(w.ctx, p, c.ref, "U1", time.Now()); err != nil || how != string(c.want) {
			t.Errorf("%s: %s, %v", c.ref, how, err)
		}
	}
}

func queueKnows(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	must(t, s.Knows(w.ctx, p, ref, "U1"))
	if how, _, _, err := s.Claim(w.ctx, p, ref, "U1", time.Now().Add(long)); err != nil || how != "knows" {
		t.Errorf("claim: %s, %v", how, err)
	}
	fence := w.claim(t, s, p, ref, "U2")
	if how, _, err := s.HandOver(w.ctx, p, ref, "U2", fence, "U1", time.Now().Add(long)); err != nil || how != "knows" {
		t.Errorf("hand-over: %s, %v", how, err)
	}
	if err := s.Knows(w.ctx, p, ref, "U2"); !errors.Is(err, redisstore.ErrHolds) {
		t.Errorf("the holder knows: %v", err)
	}
	_, err := s.End(w.ctx, p, ref, "U2", fence, "freed", "", time.Time{})
	must(t, err)
	must(t, s.Raise(w.ctx, p, ref, bot.PriorityUrgent, 1, nil, "x1"))
	if how, _, _, err := s.Claim(w.ctx, p, ref, "U1", time.Now().Add(long)); err != nil || how != "knows" {
		t.Errorf("claim after all that: %s, %v", how, err)
	}
	if err := s.Knows(w.ctx, p, "REF-none", "U1"); !errors.Is(err, bot.ErrGone) {
		t.Errorf("a referral that is not there: %v", err)
	}
	if diff := cmp.Diff([]string{"U1"}, w.record(t, s, p, ref).Knows); diff != "" {
		t.Error(diff)
	}
}

func queueFences(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	last := int64(0)
	for i := range 4 {
		worker := fmt.Sprintf("U%d", i)
		fence := w.claim(t, s, p, ref, worker)
		if fence <= last {
			t.Errorf("fence %d after %d", fence, last)
		}
		last = fence
		ok, err := s.End(w.ctx, p, ref, worker, fence, "freed", "", time.Time{})
		must(t, err)
		if !ok {
			t.Error("not released")
		}
	}
}

func queueRelease(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p := w.programme()
	old, young := w.put(t, s, p, 1000), w.put(t, s, p, 2000)
	fence := w.claim(t, s, p, old, "U1")
	_, err := s.End(w.ctx, p, old, "U1", fence, "freed", "", time.Time{})
	must(t, err)
	if diff := cmp.Diff([]bot.Ref{old, young}, w.waiting(t, s, p)); diff != "" {
		t.Error(diff)
	}
	if kinds := w.drain(t, s, p, string(old), redisstore.ToConversation); !slices.Equal(kinds, []string{"claimed", "freed"}) {
		t.Errorf("for the conversation: %v", kinds)
	}
	if rec := w.record(t, s, p, old); rec.State != "open" || rec.Worker != "" {
		t.Errorf("%s %s", rec.State, rec.Worker)
	}
}

func queueClose(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	fence := w.claim(t, s, p, ref, "U1")
	ok, err := s.End(w.ctx, p, ref, "U1", fence, "closed", "goals_met", time.Time{})
	must(t, err)
	rec := w.record(t, s, p, ref)
	if !ok || rec.State != "closed" || rec.Code != "goals_met" {
		t.Errorf("%v, %s %s", ok, rec.State, rec.Code)
	}
	if how, _, _, err := s.Claim(w.ctx, p, ref, "U2", time.Now().Add(long)); err != nil || how != "closed" {
		t.Errorf("claim: %s, %v", how, err)
	}
	if n := len(w.waiting(t, s, p)); n != 0 {
		t.Errorf("%d wait", n)
	}
	if refs, err := s.Held(w.ctx, p, "U1"); err != nil || len(refs) != 0 {
		t.Errorf("still held: %v, %v", refs, err)
	}
	if gone, err := s.Expired(w.ctx, p, time.Now().Add(2*long), 10); err != nil || len(gone) != 0 {
		t.Errorf("a closed referral has a lease: %v", err)
	}
}

func queueRaise(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	for range 3 {
		must(t, s.Raise(w.ctx, p, ref, bot.PriorityUrgent, 10, &bot.Referral{Ref: ref, Programme: p, Card: bot.Card{Flags: []string{"concern"}}}, "x1"))
	}
	must(t, s.Raise(w.ctx, p, ref, bot.PriorityRaised, 5000, nil, "x2")) // never down again
	rec := w.record(t, s, p, ref)
	if rec.Priority != bot.PriorityUrgent || rec.Version != 3 || len(rec.Referral.Card.Flags) != 1 {
		t.Errorf("priority %d, version %d, %v", rec.Priority, rec.Version, rec.Referral.Card.Flags)
	}
	if kinds := w.drain(t, s, p, string(ref), redisstore.ToSlack); len(kinds) != 3 {
		t.Errorf("for Slack: %v", kinds)
	}
	if err := s.Raise(w.ctx, p, "REF-none", bot.PriorityUrgent, 1, nil, "x"); !errors.Is(err, bot.ErrGone) {
		t.Errorf("a referral that is not there: %v", err)
	}
}

func queueRaiseClaimed(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	w.claim(t, s, p, ref, "U1")
	must(t, s.Raise(w.ctx, p, ref, bot.PriorityUrgent, 10, nil, "x1"))
	if rec := w.record(t, s, p, ref); rec.State != "claimed" || rec.Worker != "U1" || len(w.waiting(t, s, p)) != 0 {
		t.Errorf("%s by %s", rec.State, rec.Worker)
	}
}

func queueHeld(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p := w.programme()
	a, b := w.put(t, s, p, 1), w.put(t, s, p, 2)
	w.claim(t, s, p, a, "U1")
	w.claim(t, s, p, b, "U11") // a name that begins with the other's
	for worker, want := range map[string]bot.Ref{"U1": a, "U11": b} {
		if refs, err := s.Held(w.ctx, p, worker); err != nil || len(refs) != 1 || refs[0] != want {
			t.Errorf("%s holds %v, %v", worker, refs, err)
		}
	}
}
