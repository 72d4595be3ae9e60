package storetest

import (
	"errors"
	"testing"
	"time"

	"linkline/internal/redisstore"
)

func (w *world) duePages(t testing.TB, s *redisstore.Store, programme string) []redisstore.DueAlert {
	t.Helper()
	due, err := s.DuePages(w.ctx, programme, 10)
	must(t, err)
	return due
}

// paged makes an alert with one page due.
func (w *world) paged(t testing.TB, s *redisstore.Store) (programme, id string, due redisstore.DueAlert) {
	t.Helper()
	long := w.store(t, redisstore.Config{})
	programme, id = w.alert(t, long)
	_, err := long.ClimbAlert(w.ctx, programme, w.climb(t, long, programme), 1, time.Now().Add(time.Hour), onePage(id))
	must(t, err)
	list := w.duePages(t, s, programme)
	if len(list) != 1 {
		t.Fatalf("%d pages are due", len(list))
	}
	return programme, id, list[0]
}

func pageOneSender(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, _, d := w.paged(t, s)
	h, err := s.ClaimPage(w.ctx, p, d, false)
	must(t, err)
	if h == nil || h.Say != "send" || h.Attempts != 1 || h.To != "+447700900900" {
		t.Fatalf("head %v", h)
	}
	if other, err := s.ClaimPage(w.ctx, p, d, false); err != nil || other != nil {
		t.Errorf("another has it too: %v, %v", other, err)
	}
	_, err = s.SettlePage(w.ctx, p, h, redisstore.Result{What: "retry", Delay: time.Nanosecond})
	must(t, err)
	var again *redisstore.PageHead
	eventually(t, "the page to be due again", func() bool {
		for _, d := range w.duePages(t, s, p) {
			again, err = s.ClaimPage(w.ctx, p, d, false)
		}
		return err == nil && again != nil
	})
	if again.Say != "send" || again.Attempts != 2 || again.InFlight {
		t.Errorf("after a retry: %s, attempt %d", again.Say, again.Attempts)
	}
	if _, err := s.SettlePage(w.ctx, p, h, redisstore.Result{What: "sent"}); err != nil && !errors.Is(err, redisstore.ErrLost) {
		t.Error(err)
	}
	_, err = s.SettlePage(w.ctx, p, again, redisstore.Result{What: "dead", Code: "21610"})
	must(t, err)
	if len(w.duePages(t, s, p)) != 0 {
		t.Error("a dead page is due")
	}
}

func pageInFlight(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	p, id, d := w.paged(t, s)
	first, err := s.ClaimPage(w.ctx, p, d, false)
	must(t, err)
	stayed := w.store(t, redisstore.Config{})
	var h *redisstore.PageHead
	eventually(t, "the lease to end", func() bool {
		for _, d := range w.duePages(t, s, p) {
			h, err = stayed.ClaimPage(w.ctx, p, d, false)
		}
		return err == nil && h != nil
	})
	if h.Say != "look" || !h.InFlight {
		t.Fatalf("says %s", h.Say)
	}
	h, err = stayed.ClaimPage(w.ctx, p, redisstore.DueAlert{ID: d.ID, Score: h.Token}, true)
	must(t, err)
	if h == nil || h.Say != "send" || h.Attempts != 2 {
		t.Fatalf("head %v", h)
	}
	if _, err := s.SettlePage(w.ctx, p, first, redisstore.Result{What: "dead"}); !errors.Is(err, redisstore.ErrLost) {
		t.Errorf("the first settles although it lost the page: %v", err)
	}
	_, err = stayed.SettlePage(w.ctx, p, h, redisstore.Result{What: "sent", SID: "SM9"})
	must(t, err)
	if pages, err := s.PagesOf(w.ctx, p, id); err != nil || pages[0].State != redisstore.PageSent || pages[0].SID != "SM9" {
		t.Errorf("state %q, %v", pages[0].State, err)
	}
}

func pageDropped(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	for _, end := range []func(p, id string) error{
		func(p, id string) error {
			_, _, err := s.TakeAlert(w.ctx, p, id, "U1", time.Now().Add(long))
			return err
		},
		func(p, id string) error { _, _, err := s.CloseAlert(w.ctx, p, id, "U1", "safe", ""); return err },
	} {
		p, id, d := w.paged(t, s)
		must(t, end(p, id))
		h, err := s.ClaimPage(w.ctx, p, d, false)
		must(t, err)
		if h.Say != "drop" {
			t.Errorf("says %s", h.Say)
		}
		_, err = s.SettlePage(w.ctx, p, h, redisstore.Result{What: "gone"})
		must(t, err)
		if rec, err := s.Alert(w.ctx, p, id); err != nil || !rec.Told.IsZero() {
			t.Errorf("a dropped page told somebody, %v", err)
		}
	}
}

func pageReceipt(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	p, id, d := w.paged(t, s)
	h, err := s.ClaimPage(w.ctx, p, d, false)
	must(t, err)
	for _, delivered := range []bool{true, false, true} { // before the sender settles
		if known, err := s.PageReceipt(w.ctx, p, d.ID, delivered, "30003"); err != nil || !known {
			t.Errorf("known %v, %v", known, err)
		}
	}
	_, err = s.SettlePage(w.ctx, p, h, redisstore.Result{What: "sent"})
	must(t, err)
	if pages, err := s.PagesOf(w.ctx, p, id); err != nil || pages[0].State != redisstore.PageDelivered {
		t.Errorf("state %q, %v", pages[0].State, err)
	}
	if known, err := s.PageReceipt(w.ctx, p, "other", true, ""); err != nil || known {
		t.Errorf("a page that is not ours: %v, %v", known, err)
	}
}
