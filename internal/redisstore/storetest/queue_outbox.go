package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linkline/bot"
	"linkline/internal/redisstore"
)

func queueOutbox(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	want := []string{string(ref) + ".card"}
	for i := range 3 {
		e := bot.Entry{Note: &bot.Note{Text: "words"}}
		must(t, s.Push(w.ctx, p, ref, redisstore.ToSlack, redisstore.Item{ID: fmt.Sprint("n", i), Kind: "note", Entry: &e}))
		want = append(want, fmt.Sprint("n", i))
	}
	var got []string
	for {
		it, token, err := s.Next(w.ctx, p, ref, redisstore.ToSlack)
		must(t, err)
		if it == nil {
			break
		}
		if other, _, err := s.Next(w.ctx, p, ref, redisstore.ToSlack); err != nil || other != nil {
			t.Errorf("another drains it too: %v", err)
		}
		if it.Kind == "note" && it.Entry.Note.Text.Raw() != "words" {
			t.Error("the note is not what it was")
		}
		got = append(got, it.ID)
		must(t, s.Settle(w.ctx, p, ref, redisstore.ToSlack, it.ID, token, 0, false))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if due, err := s.DueRefs(w.ctx, p, redisstore.ToSlack, 10); err != nil || len(due) != 0 {
		t.Errorf("an empty outbox is due: %v, %v", due, err)
	}
}

func queueOutboxDied(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	p, ref := w.referral(t, s)
	first, token, err := s.Next(w.ctx, p, ref, redisstore.ToSlack)
	must(t, err)
	stays := w.store(t, redisstore.Config{})
	var again *redisstore.Item
	var newer string
	eventually(t, "the lease to end", func() bool {
		again, newer, err = stays.Next(w.ctx, p, ref, redisstore.ToSlack)
		return err == nil && again != nil
	})
	if again.ID != first.ID || first.Again || !again.Again {
		t.Errorf("%s (again %v), then %s (again %v)", first.ID, first.Again, again.ID, again.Again)
	}
	must(t, s.Settle(w.ctx, p, ref, redisstore.ToSlack, first.ID, token, 0, false)) // too late: nothing happens
	if due, _, err := s.Next(w.ctx, p, ref, redisstore.ToSlack); err != nil || due != nil {
		t.Errorf("the dead drainer's settlement counted: %v", err)
	}
	must(t, stays.Settle(w.ctx, p, ref, redisstore.ToSlack, again.ID, newer, 0, false))
	must(t, s.Push(w.ctx, p, ref, redisstore.ToSlack, redisstore.Item{ID: "n1", Kind: "over"}))
	if it, _, err := s.Next(w.ctx, p, ref, redisstore.ToSlack); err != nil || it == nil || it.Again {
		t.Errorf("what follows is fresh: %v", err)
	}
}

func queueOutboxDead(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	must(t, s.Push(w.ctx, p, ref, redisstore.ToSlack, redisstore.Item{ID: "n1", Kind: "over"}))
	it, token, err := s.Next(w.ctx, p, ref, redisstore.ToSlack)
	must(t, err)
	must(t, s.Settle(w.ctx, p, ref, redisstore.ToSlack, it.ID, token, 0, true))
	it, token, err = s.Next(w.ctx, p, ref, redisstore.ToSlack)
	must(t, err)
	if it == nil || it.ID != "n1" {
		t.Fatalf("%+v", it)
	}
	must(t, s.Settle(w.ctx, p, ref, redisstore.ToSlack, it.ID, token, time.Hour, false))
	if it, _, err := s.Next(w.ctx, p, ref, redisstore.ToSlack); err != nil || it != nil {
		t.Errorf("handed out although it waits: %v", err)
	}
}

func queuePushOnce(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	w.drain(t, s, p, string(ref), redisstore.ToSlack)
	for range 3 {
		must(t, s.Push(w.ctx, p, ref, redisstore.ToSlack, redisstore.Item{ID: "n1", Kind: "note"}))
	}
	if kinds := w.drain(t, s, p, string(ref), redisstore.ToSlack); len(kinds) != 1 {
		t.Errorf("%v", kinds)
	}
	must(t, s.Push(w.ctx, p, ref, redisstore.ToSlack, redisstore.Item{ID: "n1", Kind: "note"}))
	if kinds := w.drain(t, s, p, string(ref), redisstore.ToSlack); len(kinds) != 0 {
		t.Errorf("again after it was delivered: %v", kinds)
	}
}

func queuePushGone(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p := w.programme()
	if err := s.Push(w.ctx, p, "REF-none", redisstore.ToSlack, redisstore.Item{ID: "n1", Kind: "note"}); !errors.Is(err, bot.ErrGone) {
		t.Errorf("%v", err)
	}
	must(t, s.Put(w.ctx, bot.Referral{Ref: "REF-none", Programme: p}, 1))
	if rec := w.record(t, s, p, "REF-none"); rec.State != "open" {
		t.Error("the push left something behind")
	}
}

func queueMarks(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, ref := w.referral(t, s)
	must(t, s.SetCard(w.ctx, p, ref, "C1", "1.1"))
	must(t, s.SetThread(w.ctx, p, ref, "D1", "2.2"))
	must(t, s.SetMark(w.ctx, p, ref, "n1", "D1", "3.3"))
	shown := redisstore.Shown{Channel: "D1", TS: "4.4", Text: "words", State: bot.DeliverySent}
	must(t, s.SetShown(w.ctx, p, ref, "a.0", shown))
	got, err := s.Shown(w.ctx, p, ref, "a.0")
	must(t, err)
	if diff := cmp.Diff(shown, got); diff != "" {
		t.Error(diff)
	}
	for ts, want := range map[string]bot.Ref{"C1|1.1": ref, "D1|2.2": ref, "C1|9.9": ""} {
		if got, err := s.RefAt(w.ctx, p, ts[:2], ts[3:]); err != nil || got != want {
			t.Errorf("%s: %q, %v", ts, got, err)
		}
	}
	rec := w.record(t, s, p, ref)
	if rec.CardTS != "C1|1.1" || rec.Thread != "D1|2.2" {
		t.Errorf("card %s, thread %s", rec.CardTS, rec.Thread)
	}
	must(t, s.DropMarks(w.ctx, p, ref))
	if marks, err := s.Marks(w.ctx, p, ref); err != nil || len(marks) != 0 {
		t.Errorf("%v, %v", marks, err)
	}
	if _, err := s.Shown(w.ctx, p, ref, "a.0"); !errors.Is(err, bot.ErrGone) {
		t.Errorf("the words are still there: %v", err)
	}
}
