package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

func queueStale(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	old := w.claim(t, s, p, ref, "U1")
	_, err := s.End(w.ctx, p, ref, "U1", old, "freed", "", time.Time{})
	must(t, err)
	fence := w.claim(t, s, p, ref, "U1")
	for _, c := range []struct {
		worker string
		fence  int64
	}{{"U1", old}, {"U2", fence}, {"U1", fence + 1}} {
		for _, what := range []string{"freed", "closed"} {
			if ok, err := s.End(w.ctx, p, ref, c.worker, c.fence, what, "", time.Time{}); err != nil || ok {
				t.Errorf("%s with %d: %s, %v", c.worker, c.fence, what, err)
			}
		}
		if ok, err := s.Touch(w.ctx, p, ref, c.worker, c.fence, time.Now()); err != nil || ok {
			t.Errorf("%s with %d renews, %v", c.worker, c.fence, err)
		}
		if how, _, err := s.HandOver(w.ctx, p, ref, c.worker, c.fence, "U3", time.Now()); err != nil || how != "lost" {
			t.Errorf("%s with %d hands over: %s, %v", c.worker, c.fence, how, err)
		}
	}
	if rec := w.record(t, s, p, ref); rec.State != "claimed" || rec.Fence != fence {
		t.Errorf("%s, fence %d", rec.State, rec.Fence)
	}
}

// expired tells whether a referral's lease has run out, and that lease.
func (w *world) expired(t testing.TB, s *redisstore.Store, programme string, ref bot.Ref) (time.Time, bool) {
	t.Helper()
	all, err := s.Expired(w.ctx, programme, time.Now(), 100)
	must(t, err)
	lease, ok := all[ref]
	return lease, ok
}

func queueTouch(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	how, _, fence, err := s.Claim(w.ctx, p, ref, "U1", time.Now().Add(-time.Second))
	must(t, err)
	if _, out := w.expired(t, s, p, ref); how != "ok" || !out {
		t.Fatalf("%s, expired %v", how, out)
	}
	ok, err := s.Touch(w.ctx, p, ref, "U1", fence, time.Now().Add(long))
	must(t, err)
	if _, out := w.expired(t, s, p, ref); !ok || out {
		t.Errorf("renewed %v, expired %v", ok, out)
	}
}

func queueReaper(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	_, _, fence, err := s.Claim(w.ctx, p, ref, "U1", time.Now().Add(-time.Second))
	must(t, err)
	lease, _ := w.expired(t, s, p, ref)
	var mu sync.Mutex
	var all sync.WaitGroup
	freed := 0
	for range 4 {
		all.Go(func() {
			ok, err := s.End(w.ctx, p, ref, "U1", fence, "freed", "lease", lease)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if ok {
				freed++
			}
		})
	}
	all.Wait()
	if rec := w.record(t, s, p, ref); freed != 1 || rec.State != "open" {
		t.Errorf("freed %d times, %s", freed, rec.State)
	}
}

func queueAssigned(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	_, _, fence, err := s.Claim(w.ctx, p, ref, "U1", time.Now().Add(-time.Second))
	must(t, err)
	lease, _ := w.expired(t, s, p, ref)
	ok, err := s.Touch(w.ctx, p, ref, "U1", fence, time.Time{})
	must(t, err)
	if !ok || !w.record(t, s, p, ref).Contacted {
		t.Error("first contact is not on record")
	}
	for range 2 {
		if _, out := w.expired(t, s, p, ref); out {
			t.Error("the lease of an assigned referral ends")
		}
		if ok, err := s.End(w.ctx, p, ref, "U1", fence, "freed", "lease", lease); err != nil || ok {
			t.Errorf("a reaper frees it: %v", err)
		}
		ok, err := s.Touch(w.ctx, p, ref, "U1", fence, time.Now().Add(-time.Second)) // a late renewal
		must(t, err)
		if !ok {
			t.Error("the holder is refused")
		}
	}
}

func queueRenewed(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	_, _, fence, err := s.Claim(w.ctx, p, ref, "U1", time.Now().Add(-time.Second))
	must(t, err)
	lease, _ := w.expired(t, s, p, ref)
	_, err = s.Touch(w.ctx, p, ref, "U1", fence, time.Now().Add(long))
	must(t, err)
	if ok, err := s.End(w.ctx, p, ref, "U1", fence, "freed", "lease", lease); err != nil || ok {
		t.Errorf("freed although it was renewed: %v", err)
	}
}

func queueHandOver(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	fence := w.claim(t, s, p, ref, "U1")
	_, err := s.Touch(w.ctx, p, ref, "U1", fence, time.Time{})
	must(t, err)
	how, newer, err := s.HandOver(w.ctx, p, ref, "U1", fence, "U2", time.Now().Add(long))
	must(t, err)
	rec := w.record(t, s, p, ref)
	if how != "ok" || newer <= fence || rec.Worker != "U2" || rec.Fence != newer || rec.Contacted {
		t.Errorf("%s, fence %d, %+v", how, newer, rec)
	}
	if kinds := w.drain(t, s, p, string(ref), redisstore.ToConversation); !slices.Equal(kinds, []string{"claimed", "freed", "claimed"}) {
		t.Errorf("for the conversation: %v", kinds)
	}
	for worker, want := range map[string]int{"U1": 0, "U2": 1} {
		if refs, err := s.Held(w.ctx, p, worker); err != nil || len(refs) != want {
			t.Errorf("%s holds %v, %v", worker, refs, err)
		}
	}
	if ok, err := s.End(w.ctx, p, ref, "U1", fence, "closed", "", time.Time{}); err != nil || ok {
		t.Errorf("the one before closes it: %v", err)
	}
}
