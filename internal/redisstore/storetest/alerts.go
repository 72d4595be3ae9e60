package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linkline/bot"
	"linkline/internal/redisstore"
)

var alertRules = []rule{
	{"an alert is kept once and due at once", alertKept},
	{"a rung is climbed by one replica", alertOneClimber},
	{"a rung whose climber died is climbed again", alertClimberDied},
	{"pages and the next rung are one write", alertPages},
	{"taking an alert pauses its climb", alertTaken},
	{"two take an alert, one has it", alertTakenByOne},
	{"after the pause anybody may take it over", alertTakenOver},
	{"a closed alert climbs no more", alertClosed},
	{"an alert tells Slack and the conversation", alertTells},
	{"a page goes to one sender", pageOneSender},
	{"a page that may have gone out is looked up", pageInFlight},
	{"a page of an alert somebody has is dropped", pageDropped},
	{"a page's receipt never goes back", pageReceipt},
	{"alerts are erased only when closed", alertErased},
}

// alert keeps a fresh alert of a fresh programme.
func (w *world) alert(t testing.TB, s *redisstore.Store) (programme, id string) {
	t.Helper()
	a := bot.Alert{ID: string(w.cid()) + "-SM1", CID: w.cid(), Programme: w.programme(), Label: "crisis", Category: "suicide", Lang: "so", Said: "words", At: time.Now().UTC().Truncate(time.Millisecond)}
	fresh, err := s.PutAlert(w.ctx, a)
	must(t, err)
	if !fresh {
		t.Fatal("a new alert is known")
	}
	return a.Programme, a.ID
}

// climb claims what is due of the only alert in a programme.
func (w *world) climb(t testing.TB, s *redisstore.Store, programme string) *redisstore.AlertClaim {
	t.Helper()
	due, err := s.DueAlerts(w.ctx, programme, 10)
	must(t, err)
	if len(due) != 1 {
		t.Fatalf("%d alerts are due", len(due))
	}
	c, err := s.ClaimAlert(w.ctx, programme, due[0])
	must(t, err)
	if c == nil {
		t.Fatal("nobody may climb")
	}
	return c
}

func onePage(id string) []redisstore.Page {
	return []redisstore.Page{{ID: id + ".0.0", Rung: 0, Kind: "text", To: "+447700900900", Key: "page"}}
}

func alertKept(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	a := bot.Alert{ID: string(w.cid()), CID: w.cid(), Programme: w.programme(), Label: "crisis", Said: "the words", Resident: "+447700900123", At: time.Now().UTC().Truncate(time.Millisecond)}
	for i, want := range []bool{true, false, false} {
		fresh, err := s.PutAlert(w.ctx, a)
		must(t, err)
		if fresh != want {
			t.Errorf("call %d: fresh is %v", i, fresh)
		}
	}
	rec, err := s.Alert(w.ctx, a.Programme, a.ID)
	must(t, err)
	if diff := cmp.Diff(a, rec.Alert); diff != "" {
		t.Error(diff)
	}
	if rec.State != redisstore.AlertOpen || rec.Rung != 0 || !rec.Told.IsZero() {
		t.Errorf("state %q, rung %d, told %v", rec.State, rec.Rung, rec.Told)
	}
	if c := w.climb(t, s, a.Programme); c.Record.Alert.ID != a.ID {
		t.Errorf("climbs %q", c.Record.Alert.ID)
	}
	if _, err := s.Alert(w.ctx, a.Programme, "other"); !errors.Is(err, bot.ErrGone) {
		t.Errorf("an alert that is not there: %v", err)
	}
}

func alertOneClimber(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, _ := w.alert(t, s)
	due, err := s.DueAlerts(w.ctx, p, 10)
	must(t, err)
	var mu sync.Mutex
	var all sync.WaitGroup
	won := 0
	for range 8 {
		all.Go(func() {
			c, err := s.ClaimAlert(w.ctx, p, due[0])
			if err != nil {
				t.Error(err)
			}
			if c != nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if won != 1 {
		t.Errorf("%d of 8 climb", won)
	}
	if due, err := s.DueAlerts(w.ctx, p, 10); err != nil || len(due) != 0 {
		t.Errorf("%d still due, %v", len(due), err)
	}
}

func alertClimberDied(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	p, id := w.alert(t, s)
	first := w.climb(t, s, p)
	eventually(t, "the lease to end", func() bool {
		due, err := s.DueAlerts(w.ctx, p, 10)
		return err == nil && len(due) == 1
	})
	second := w.climb(t, w.store(t, redisstore.Config{}), p)
	if ok, err := s.ClimbAlert(w.ctx, p, first, 1, time.Now().Add(long), onePage(id)); err != nil || ok {
		t.Errorf("the first climber comes too late: %v, %v", ok, err)
	}
	if ok, err := s.ClimbAlert(w.ctx, p, second, 1, time.Now().Add(long), onePage(id)); err != nil || !ok {
		t.Errorf("the second climbs: %v, %v", ok, err)
	}
}

func alertPages(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, id := w.alert(t, s)
	c := w.climb(t, s, p)
	next := time.Now().Add(5 * time.Minute).UTC().Truncate(time.Millisecond)
	for range 2 { // as after a lost reply
		if ok, err := s.ClimbAlert(w.ctx, p, c, 1, next, onePage(id)); err != nil || !ok {
			t.Fatalf("climb: %v, %v", ok, err)
		}
	}
	rec, err := s.Alert(w.ctx, p, id)
	must(t, err)
	if rec.Rung != 1 || !rec.Next.Equal(next) {
		t.Errorf("rung %d at %v", rec.Rung, rec.Next)
	}
	pages, err := s.PagesOf(w.ctx, p, id)
	must(t, err)
	if len(pages) != 1 || pages[0].To != "+447700900900" || pages[0].Alert != id || pages[0].State != redisstore.PageWaiting {
		t.Errorf("%d pages", len(pages))
	}
	if due, err := s.DuePages(w.ctx, p, 10); err != nil || len(due) != 1 {
		t.Errorf("%d pages are due, %v", len(due), err)
	}
}

func alertTaken(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, id := w.alert(t, s)
	c := w.climb(t, s, p)
	until := time.Now().Add(30 * time.Minute).UTC().Truncate(time.Millisecond)
	how, _, err := s.TakeAlert(w.ctx, p, id, "U0A", until)
	must(t, err)
	if how != "ok" {
		t.Fatalf("take: %s", how)
	}
	if ok, err := s.ClimbAlert(w.ctx, p, c, 1, time.Now(), onePage(id)); err != nil || ok {
		t.Errorf("a rung is climbed although somebody has it: %v, %v", ok, err)
	}
	if pages, err := s.PagesOf(w.ctx, p, id); err != nil || len(pages) != 0 {
		t.Errorf("%d pages, %v", len(pages), err)
	}
	rec, err := s.Alert(w.ctx, p, id)
	must(t, err)
	if rec.State != redisstore.AlertTaken || rec.By != "U0A" || !rec.Until.Equal(until) || !rec.Next.Equal(until) || rec.Alert.TakenAt.IsZero() {
		t.Errorf("%s by %s until %v, next %v", rec.State, rec.By, rec.Until, rec.Next)
	}
	if open, err := s.OpenAlerts(w.ctx, p); err != nil || len(open) != 1 {
		t.Errorf("a taken alert is not closed: %d open, %v", len(open), err)
	}
}

func alertTakenByOne(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, id := w.alert(t, s)
	var mu sync.Mutex
	var all sync.WaitGroup
	got := map[string]int{}
	for _, u := range []string{"U1", "U2", "U3", "U4"} {
		all.Go(func() {
			how, _, err := s.TakeAlert(w.ctx, p, id, u, time.Now().Add(long))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			got[how]++
			mu.Unlock()
		})
	}
	all.Wait()
	if got["ok"] != 1 || got["held"] != 3 {
		t.Errorf("%v", got)
	}
	rec, err := s.Alert(w.ctx, p, id)
	must(t, err)
	how, by, err := s.TakeAlert(w.ctx, p, id, "U5", time.Now().Add(long))
	must(t, err)
	if how != "held" || by != rec.By {
		t.Errorf("%s by %s, not %s", how, by, rec.By)
	}
}

func alertTakenOver(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, id := w.alert(t, s)
	_, _, err := s.TakeAlert(w.ctx, p, id, "U1", time.Now().Add(short))
	must(t, err)
	eventually(t, "the pause to end", func() bool {
		how, _, err := s.TakeAlert(w.ctx, p, id, "U2", time.Now().Add(long))
		return err == nil && how == "ok"
	})
	if rec, err := s.Alert(w.ctx, p, id); err != nil || rec.By != "U2" {
		t.Errorf("%s has it, %v", rec.By, err)
	}
}

func alertClosed(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, id := w.alert(t, s)
	c := w.climb(t, s, p)
	for i, want := range []string{"ok", "closed"} {
		how, _, err := s.CloseAlert(w.ctx, p, id, "U0A", "called", "rang, is safe")
		must(t, err)
		if how != want {
			t.Errorf("close %d: %s", i, how)
		}
	}
	if ok, err := s.ClimbAlert(w.ctx, p, c, 1, time.Now(), onePage(id)); err != nil || ok {
		t.Errorf("a closed alert climbs: %v, %v", ok, err)
	}
	if how, by, err := s.TakeAlert(w.ctx, p, id, "U0B", time.Now()); err != nil || how != "closed" || by != "U0A" {
		t.Errorf("take: %s %s %v", how, by, err)
	}
	rec, err := s.Alert(w.ctx, p, id)
	must(t, err)
	if rec.State != redisstore.AlertClosed || rec.ClosedBy != "U0A" || rec.ClosedCode != "called" || rec.ClosedNote.Raw() != "rang, is safe" || rec.ClosedAt.IsZero() || !rec.Next.IsZero() {
		t.Errorf("state %s by %s, %s", rec.State, rec.ClosedBy, rec.ClosedCode)
	}
	if open, err := s.OpenAlerts(w.ctx, p); err != nil || len(open) != 0 {
		t.Errorf("%d open, %v", len(open), err)
	}
	if how, _, err := s.CloseAlert(w.ctx, p, "other", "U", "", ""); err != nil || how != "gone" {
		t.Errorf("close an alert that is not there: %s %v", how, err)
	}
}

// drain takes everything out of an outbox and tells the kinds.
func (w *world) drain(t testing.TB, s *redisstore.Store, programme, id string, box redisstore.Box) []string {
	t.Helper()
	var out []string
	for {
		it, token, err := s.Next(w.ctx, programme, bot.Ref(id), box)
		must(t, err)
		if it == nil {
			return out
		}
		out = append(out, it.Kind)
		must(t, s.Settle(w.ctx, programme, bot.Ref(id), box, it.ID, token, 0, false))
	}
}

func alertTells(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, id := w.alert(t, s)
	_, err := s.ClimbAlert(w.ctx, p, w.climb(t, s, p), 1, time.Now().Add(long), append(onePage(id), redisstore.Page{ID: id + ".0.1", Kind: "slack", To: "U0CCCCCCC"}))
	must(t, err)
	firsts := 0
	for _, d := range w.duePages(t, s, p) {
		h, err := s.ClaimPage(w.ctx, p, d, false)
		must(t, err)
		first, err := s.SettlePage(w.ctx, p, h, redisstore.Result{What: "sent", SID: "SM1"})
		must(t, err)
		if first {
			firsts++
		}
	}
	if firsts != 1 {
		t.Errorf("%d first pages", firsts)
	}
	for range 2 {
		_, _, err := s.TakeAlert(w.ctx, p, id, "U1", time.Now().Add(long))
		must(t, err)
	}
	_, _, err = s.CloseAlert(w.ctx, p, id, "U1", "safe", "")
	must(t, err)
	if diff := cmp.Diff([]string{"alert", "taken", "closed"}, w.drain(t, s, p, id, redisstore.AlertToSlack)); diff != "" {
		t.Error("to Slack:", diff)
	}
	if diff := cmp.Diff([]string{"told", "taken", "closed"}, w.drain(t, s, p, id, redisstore.AlertToConversation)); diff != "" {
		t.Error("to the conversation:", diff)
	}
	rec, err := s.Alert(w.ctx, p, id)
	must(t, err)
	if rec.Told.IsZero() {
		t.Error("nobody is known to know")
	}
	must(t, s.AlertShown(w.ctx, p, id, "C1", "1.2"))
	if rec, err := s.Alert(w.ctx, p, id); err != nil || rec.Slack != "C1|1.2" || rec.Shown.IsZero() {
		t.Errorf("shown %q at %v, %v", rec.Slack, rec.Shown, err)
	}
}

func alertErased(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, id, _ := w.paged(t, s)
	if ok, err := s.EraseAlert(w.ctx, p, id); err != nil || ok {
		t.Errorf("an open alert was erased: %v, %v", ok, err)
	}
	_, _, err := s.CloseAlert(w.ctx, p, id, "U1", "safe", "")
	must(t, err)
	eventually(t, "the alert to be old", func() bool {
		old, err := s.ClosedBefore(w.ctx, p, time.Now(), 10)
		return err == nil && len(old) == 1
	})
	if ok, err := s.EraseAlert(w.ctx, p, id); err != nil || !ok {
		t.Errorf("erase: %v, %v", ok, err)
	}
	if _, err := s.Alert(w.ctx, p, id); !errors.Is(err, bot.ErrGone) {
		t.Errorf("still there: %v", err)
	}
	if n := len(w.duePages(t, s, p)); n != 0 {
		t.Errorf("%d pages are left", n)
	}
	if old, err := s.ClosedBefore(w.ctx, p, time.Now().Add(time.Minute), 10); err != nil || len(old) != 0 {
		t.Errorf("%d closed, %v", len(old), err)
	}
}
