package storetest

import (
	"errors"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

var eraseRules = []rule{
	{"an erased conversation leaves its stub alone", eraseConversation},
	{"an erased event does not come back", eraseEvents},
	{"a ledger read again spares what came later", eraseReplay},
	{"an erased referral is nobody's and does not come back", eraseReferral},
	{"an erased conversation gets a new reference", eraseReference},
	{"a turn that began before an erasure is refused", eraseInMidTurn},
	{"the append-only file is written anew", eraseRewrite},
	{"the sweeper finds what the indexes lost", sweepLanes},
	{"the sweeper takes out what is gone", sweepGone},
	{"the sweeper finds referrals, leases, alerts and pages", sweepQueues},
	{"the sweeper leaves a good index alone", sweepNothing},
}

func (w *world) erasable(t testing.TB, s *redisstore.Store) bot.CID {
	t.Helper()
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"))
	c.Entries[bot.LaneSafety] = []bot.Entry{text(bot.EntrySafety, "a.1")}
	c.Entries[bot.LaneRelay] = []bot.Entry{text(bot.EntryNote, "a.2")}
	c.Wake = time.Now().Add(time.Hour)
	c.Journal = &bot.JournalLine{In: "said"}
	c.Routing.Stopped = true
	w.commit(t, s, c)
	return c.CID
}

func eraseConversation(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	cid := w.erasable(t, s)
	if _, ok, err := s.Stub(w.ctx, cid); err != nil || ok {
		t.Errorf("a stub before anything was erased: %v", err)
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	for range 2 {
		gone, err := s.Erase(w.ctx, cid, at, false)
		must(t, err)
		if !gone {
			t.Error("something is left")
		}
	}
	l, err := s.Load(w.ctx, cid)
	must(t, err)
	lines, err := s.Journal(w.ctx, cid)
	must(t, err)
	if l.State != nil || len(lines) != 0 {
		t.Errorf("%d bytes of state, %d lines", len(l.State), len(lines))
	}
	stub, ok, err := s.Stub(w.ctx, cid)
	must(t, err)
	if !ok || !stub.Stopped || !stub.ErasedAt.Equal(at) || stub.LastIn.IsZero() {
		t.Errorf("stub %+v", stub)
	}
	for key := range w.dump(t, string(cid)) {
		if kind := key[len("{00}:"):][:2]; kind != "z:" && kind != "i:" {
			t.Errorf("%s is left", key)
		}
	}
}

func eraseEvents(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0)
	w.commit(t, s, c)
	_, err := s.Erase(w.ctx, c.CID, time.Time{}, false)
	must(t, err)
	done, err := s.Commit(w.ctx, c) // the provider repeats its webhook
	must(t, err)
	if !done.Duplicate {
		t.Error("a repeated webhook brings the conversation back")
	}
	if d := w.commit(t, s, say(c.CID, 0)); d.Version != 1 {
		t.Errorf("a new text begins at version %d", d.Version)
	}
}

func eraseReplay(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	old := w.erasable(t, s)
	if gone, err := s.Erase(w.ctx, old, time.Now().Add(time.Minute), true); err != nil || !gone {
		t.Errorf("a restored conversation stays: %v", err)
	}
	young := w.erasable(t, s)
	if gone, err := s.Erase(w.ctx, young, time.Now().Add(-time.Minute), true); err != nil || gone {
		t.Errorf("a conversation that began after the erasure is gone: %v", err)
	}
	if l, err := s.Load(w.ctx, young); err != nil || l.State == nil {
		t.Errorf("nothing is left of it: %v", err)
	}
	if gone, err := s.Erase(w.ctx, w.cid(), time.Now(), true); err != nil || !gone {
		t.Errorf("a conversation that is not there: %v", err)
	}
}

func eraseReferral(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	for _, claimed := range []bool{false, true} {
		p, ref := w.referral(t, s)
		rec := w.record(t, s, p, ref)
		must(t, s.SetCard(w.ctx, p, ref, "C1", "1.1"))
		must(t, s.SetMark(w.ctx, p, ref, "n1", "D1", "3.3"))
		must(t, s.Push(w.ctx, p, ref, redisstore.ToSlack, redisstore.Item{ID: "n1", Kind: "note", Entry: &bot.Entry{}}))
		if claimed {
			w.claim(t, s, p, ref, "U1")
		}
		for range 2 {
			must(t, s.EraseReferral(w.ctx, p, ref, rec.Referral.CID, 1))
		}
		if _, err := s.Record(w.ctx, p, ref); !errors.Is(err, bot.ErrGone) {
			t.Errorf("still there: %v", err)
		}
		must(t, s.Put(w.ctx, rec.Referral, 1)) // a relay that was under way
		must(t, s.Push(w.ctx, p, ref, redisstore.ToSlack, redisstore.Item{ID: "n2", Kind: "note"}))
		must(t, s.Raise(w.ctx, p, ref, bot.PriorityUrgent, 1, &rec.Referral, "x1"))
		if how, _, _, err := s.Claim(w.ctx, p, ref, "U2", time.Now().Add(long)); err != nil || how != "gone" {
			t.Errorf("claim: %s, %v", how, err)
		}
		if err := s.Knows(w.ctx, p, ref, "U2"); !errors.Is(err, bot.ErrGone) {
			t.Errorf("knows: %v", err)
		}
		for key, value := range w.dump(t, string(ref)) {
			if key != "{q:"+p+"}:r:"+string(ref) || value != "map[st:erased]" {
				t.Errorf("%s is left: %s", key, value)
			}
		}
	}
}

func eraseReference(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, cid := w.programme(), w.cid()
	first, err := s.Reserve(w.ctx, p, cid, 1)
	must(t, err)
	must(t, s.EraseReferral(w.ctx, p, "REF-1", cid, 1))
	second, err := s.Reserve(w.ctx, p, cid, 1)
	must(t, err)
	if first == second {
		t.Error("whoever writes next gets the reference of the erased")
	}
}

func eraseInMidTurn(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	cid := w.erasable(t, s)
	l, err := s.Load(w.ctx, cid)
	must(t, err)
	_, err = s.Erase(w.ctx, cid, time.Time{}, false)
	must(t, err)
	if _, err := s.Commit(w.ctx, say(cid, l.Version)); !errors.Is(err, bot.ErrStale) {
		t.Errorf("a turn on the erased state counts: %v", err)
	}
}

func eraseRewrite(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	for range 2 { // the second while the first may still run
		must(t, s.RewriteAOF(w.ctx))
	}
}

func sweepLanes(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	cid := w.erasable(t, s)
	raw := w.raw(t)
	for key := range w.dump(t, string(cid)) {
		if key[5:] == "tmr" || key[5:8] == "due" {
			must(t, raw.ZRem(w.ctx, key, string(cid)).Err())
		}
	}
	_, err := s.Sweep(w.ctx)
	must(t, err)
	for _, lane := range []bot.Lane{bot.LaneSafety, bot.LaneReply, bot.LaneRelay} {
		score := w.due(t, s, lane, cid)
		h, err := s.Take(w.ctx, lane, cid, score, false, false)
		must(t, err)
		if h == nil || lane != bot.LaneRelay && h.Say != "look" {
			t.Errorf("lane %s: %+v", lane, h)
		}
	}
	due, err := s.DueTimers(w.ctx, time.Now().Add(2*time.Hour), 1000)
	must(t, err)
	for _, d := range due {
		if d.CID == cid {
			return
		}
	}
	t.Error("the timer is lost")
}

func sweepGone(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	cid := w.erasable(t, s)
	raw := w.raw(t)
	indexes := 0
	for key := range w.dump(t, string(cid)) {
		if key[5:] != "tmr" && key[5:8] != "due" {
			must(t, raw.Del(w.ctx, key).Err())
			continue
		}
		indexes++
	}
	if indexes != 4 {
		t.Fatalf("%d indexes name it", indexes)
	}
	_, err := s.Sweep(w.ctx)
	must(t, err)
	if left := w.dump(t, string(cid)); len(left) != 0 {
		t.Errorf("%d indexes still name it", len(left))
	}
}

func sweepQueues(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p := w.programme()
	open, held, contacted := w.put(t, s, p, 1000), w.put(t, s, p, 2000), w.put(t, s, p, 3000)
	_, _, _, err := s.Claim(w.ctx, p, held, "U1", time.Now().Add(-time.Second))
	must(t, err)
	fence := w.claim(t, s, p, contacted, "U1")
	_, err = s.Touch(w.ctx, p, contacted, "U1", fence, time.Time{})
	must(t, err)
	a := bot.Alert{ID: string(w.cid()), Programme: p}
	_, err = s.PutAlert(w.ctx, a)
	must(t, err)
	_, err = s.ClimbAlert(w.ctx, p, w.climb(t, s, p), 1, time.Now().Add(-time.Second), onePage(a.ID))
	must(t, err)
	raw := w.raw(t)
	for _, index := range []string{"open", "lease", "held", "due:os", "due:oc", "alerts", "pages"} {
		must(t, raw.Del(w.ctx, "{q:"+p+"}:"+index).Err())
	}
	must(t, raw.ZAdd(w.ctx, "{q:"+p+"}:open", redisZ("REF-gone"), redisZ(string(held))).Err())
	_, err = s.SweepQueues(w.ctx)
	must(t, err)
	if got := w.waiting(t, s, p); len(got) != 1 || got[0] != open {
		t.Errorf("waiting: %v", got)
	}
	if expired, err := s.Expired(w.ctx, p, time.Now().Add(2*long), 10); err != nil || len(expired) != 1 || expired[held].IsZero() {
		t.Errorf("leases: %v, %v", expired, err)
	}
	if refs, err := s.Held(w.ctx, p, "U1"); err != nil || len(refs) != 2 {
		t.Errorf("held: %v, %v", refs, err)
	}
	for box, want := range map[redisstore.Box]int{redisstore.ToSlack: 3, redisstore.ToConversation: 2} {
		if due, err := s.DueRefs(w.ctx, p, box, 10); err != nil || len(due) != want {
			t.Errorf("outbox %s: %v, %v", box, due, err)
		}
	}
	if due, err := s.DueAlerts(w.ctx, p, 10); err != nil || len(due) != 1 {
		t.Errorf("alerts: %v, %v", due, err)
	}
	if due := w.duePages(t, s, p); len(due) != 1 {
		t.Errorf("pages: %v", due)
	}
}

func sweepNothing(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	p, ref := w.referral(t, s)
	w.claim(t, s, p, ref, "U1")
	_, err := s.Sweep(w.ctx)
	must(t, err)
	_, err = s.SweepQueues(w.ctx)
	must(t, err)
	if w.due(t, s, bot.LaneReply, h.CID) != "" {
		t.Error("a lease was cut short")
	}
	if _, err := s.Ack(w.ctx, h, redisstore.Result{What: "sent"}); err != nil {
		t.Errorf("the holder lost its head: %v", err)
	}
	if _, out := w.expired(t, s, p, ref); out {
		t.Error("a claim was cut short")
	}
}
