package storetest

import (
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// verdict commits one text under a routing and tells what the send script
// says of it.
func (w *world) verdict(t testing.TB, r bot.Routing, e bot.Entry) string {
	t.Helper()
	s := w.store(t, redisstore.Config{})
	lane := bot.LaneReply
	if e.Kind == bot.EntrySafety {
		lane = bot.LaneSafety
	}
	c := redisstore.Commit{CID: w.cid(), EventID: event(), State: []byte("{}"), Routing: r, Entries: map[bot.Lane][]bot.Entry{lane: {e}}}
	done := w.commit(t, s, c)
	h, err := s.Take(w.ctx, lane, c.CID, done.Tokens[lane], true, false)
	must(t, err)
	if h.Say == "drop" {
		return h.Reason
	}
	return h.Say
}

func laneStopped(t testing.TB, w *world) {
	r := bot.Routing{Stopped: true, LastIn: time.Now(), Terms: bot.TermsAny, Fence: 1}
	worker := text(bot.EntryWorker, "a")
	worker.Fence = 1
	for _, c := range []struct {
		e    bot.Entry
		want string
	}{
		{text(bot.EntryFlow, "a"), "stopped"}, {text(bot.EntryNotice, "a"), "stopped"}, {worker, "stopped"},
		{text(bot.EntryStop, "a"), "send"}, {text(bot.EntrySafety, "a"), "send"},
	} {
		if got := w.verdict(t, r, c.e); got != c.want {
			t.Errorf("%s: %s, not %s", c.e.Kind, got, c.want)
		}
	}
}

func laneFenced(t testing.TB, w *world) {
	for fence, want := range map[int64]string{6: "lost", 7: "send", 8: "lost"} {
		e := text(bot.EntryWorker, "a")
		e.Fence = fence
		if got := w.verdict(t, bot.Routing{Owner: "U1", Fence: 7, LastIn: time.Now(), Terms: bot.TermsAny}, e); got != want {
			t.Errorf("fence %d: %s, not %s", fence, got, want)
		}
	}
	// The fence is checked when the head is handed out, not when it was written.
	s := w.store(t, redisstore.Config{})
	e := text(bot.EntryWorker, "a.0")
	e.Fence = 1
	c := say(w.cid(), 0, e)
	c.Routing.Fence, c.Routing.Terms = 1, bot.TermsAny
	token := w.commit(t, s, c).Tokens[bot.LaneReply]
	later := say(c.CID, 1)
	later.Routing.Fence = 2
	w.commit(t, s, later)
	if h, err := s.Take(w.ctx, bot.LaneReply, c.CID, token, true, false); err != nil || h.Say != "drop" || h.Reason != "lost" {
		t.Errorf("%s %s, %v", h.Say, h.Reason, err)
	}
}

func laneTerms(t testing.TB, w *world) {
	now, old := time.Now(), time.Now().Add(-time.Hour)
	safe, live := text(bot.EntryNotice, "a"), text(bot.EntryNotice, "a")
	live.Lock = bot.LockLive
	for _, c := range []struct {
		terms bot.Terms
		in    time.Time
		e     bot.Entry
		want  string
	}{
		{bot.TermsAny, old, live, "send"}, {bot.TermsAny, old, safe, "send"},
		{bot.TermsShared, now, live, "send"}, {bot.TermsShared, old, safe, "send"}, {bot.TermsShared, old, live, "lock"},
		{bot.TermsUnknown, old, live, "lock"}, {bot.TermsUnknown, old, safe, "send"},
		{bot.TermsNone, now, live, "send"}, {bot.TermsNone, old, safe, "terms"}, {bot.TermsNone, old, live, "terms"},
		{bot.TermsNone, old, text(bot.EntrySafety, "a"), "send"}, {bot.TermsNone, old, text(bot.EntryStop, "a"), "send"},
	} {
		if got := w.verdict(t, bot.Routing{LastIn: c.in, Terms: c.terms}, c.e); got != c.want {
			t.Errorf("terms %q, lock %s, %s, %v since: %s, not %s", c.terms, c.e.Lock, c.e.Kind, time.Since(c.in).Round(time.Minute), got, c.want)
		}
	}
}

func laneWindow(t testing.TB, w *world) {
	e := text(bot.EntryFlow, "a")
	for _, c := range []struct {
		window time.Time
		want   string
	}{{time.Time{}, "send"}, {time.Now().Add(time.Hour), "send"}, {time.Now().Add(-time.Second), "window"}} {
		if got := w.verdict(t, bot.Routing{LastIn: time.Now(), Window: c.window, Terms: bot.TermsAny}, e); got != c.want {
			t.Errorf("window %v: %s, not %s", c.window, got, c.want)
		}
	}
}
