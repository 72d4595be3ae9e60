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

var laneRules = []rule{
	{"a lane is drained in order by its committer", laneOrder},
	{"lanes do not wait for each other", laneIndependence},
	{"a head is handed to one holder", laneOneHolder},
	{"a live lease is nobody else's", laneLive},
	{"a head in flight is looked up, never sent blindly", laneInFlight},
	{"what stands behind a recovered head is looked up too", laneBehind},
	{"what was never handed out in time is looked up", laneLate},
	{"a marked entry is looked up by its own committer", laneMarked},
	{"what was looked up may be sent", laneLooked},
	{"a settlement without the lease is refused", laneFence},
	{"a settlement is told the same again", laneAckAgain},
	{"a retry waits and is sent without a look", laneRetry},
	{"an unknown outcome holds the lane", laneHold},
	{"a dead letter is kept and the lane goes on", laneDead},
	{"after a stop nothing but its confirmation and safety", laneStopped},
	{"a worker's text needs the fence in force", laneFenced},
	{"terms and locks hold a text back", laneTerms},
	{"a closed window holds a text back", laneWindow},
	{"a delivery never goes back", laneDelivery},
	{"a receipt before the settlement wins", laneReceiptFirst},
	{"the provider's ids are remembered", laneSIDs},
	{"an unreadable entry is told, not lost", laneBroken},
	{"depths count what waits", laneDepths},
	{"what has not left is read with the conversation", laneUnsent},
}

// lane drains nothing: it reads which entries stand in a lane.
func (w *world) lane(t testing.TB, s *redisstore.Store, cid bot.CID, lane bot.Lane) []string {
	t.Helper()
	list, err := s.Waits(w.ctx, cid, lane)
	must(t, err)
	var out []string
	for _, oid := range list {
		out = append(out, string(oid))
	}
	return out
}

// due is the score under which a conversation's lane is due now; empty if it
// is not.
func (w *world) due(t testing.TB, s *redisstore.Store, lane bot.Lane, cid bot.CID) string {
	t.Helper()
	list, err := s.DueIn(w.ctx, lane, 1000)
	must(t, err)
	for _, d := range list {
		if d.CID == cid {
			return d.Score
		}
	}
	return ""
}

// poll takes a lane as a poller does, once it is due.
func (w *world) poll(t testing.TB, s *redisstore.Store, lane bot.Lane, cid bot.CID) *redisstore.Head {
	t.Helper()
	var h *redisstore.Head
	eventually(t, "the lane to be due", func() bool {
		score := w.due(t, s, lane, cid)
		if score == "" {
			return false
		}
		var err error
		h, err = s.Take(w.ctx, lane, cid, score, false, false)
		must(t, err)
		return h != nil
	})
	return h
}

// begun commits texts under a lease and takes the first as its committer.
func (w *world) begun(t testing.TB, s *redisstore.Store, texts ...bot.Entry) *redisstore.Head {
	t.Helper()
	c := say(w.cid(), 0, texts...)
	c.Routing.Terms = bot.TermsAny
	done := w.commit(t, s, c)
	h, err := s.Take(w.ctx, bot.LaneReply, c.CID, done.Tokens[bot.LaneReply], true, false)
	must(t, err)
	if h == nil {
		t.Fatal("the committer does not get its own head")
	}
	return h
}

func laneOrder(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"), text(bot.EntryFlow, "a.1"), text(bot.EntryFlow, "a.2"))
	token := w.commit(t, s, c).Tokens[bot.LaneReply]
	var got []string
	for token != "" {
		h, err := s.Take(w.ctx, bot.LaneReply, c.CID, token, true, false)
		must(t, err)
		if h.Say != "send" || h.Attempts != 1 {
			t.Errorf("%s: %s, attempt %d", h.Entry.OID, h.Say, h.Attempts)
		}
		got = append(got, string(h.Entry.OID))
		token, err = s.Ack(w.ctx, h, redisstore.Result{What: "sent", SID: "SM" + string(h.Entry.OID)})
		must(t, err)
	}
	if diff := cmp.Diff([]string{"a.0", "a.1", "a.2"}, got); diff != "" {
		t.Error(diff)
	}
	if w.due(t, s, bot.LaneReply, c.CID) != "" {
		t.Error("an empty lane is due")
	}
}

func laneIndependence(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0")) // held for an hour
	next := say(h.CID, 1)
	next.Entries = map[bot.Lane][]bot.Entry{bot.LaneSafety: {text(bot.EntrySafety, "b.0")}, bot.LaneRelay: {text(bot.EntryAlert, "b.1")}}
	done := w.commit(t, s, next)
	for _, lane := range []bot.Lane{bot.LaneSafety, bot.LaneRelay} {
		got, err := s.Take(w.ctx, lane, h.CID, done.Tokens[lane], true, false)
		must(t, err)
		if got == nil || got.Say != "send" {
			t.Errorf("lane %s waits", lane)
		}
	}
}

func laneOneHolder(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	var score string
	eventually(t, "the lease to end", func() bool { score = w.due(t, s, bot.LaneReply, h.CID); return score != "" })
	stays := w.store(t, redisstore.Config{})
	var mu sync.Mutex
	var all sync.WaitGroup
	got := 0
	for range 8 {
		all.Go(func() {
			h, err := stays.Take(w.ctx, bot.LaneReply, h.CID, score, false, false)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if h != nil {
				got++
			}
		})
	}
	all.Wait()
	if got != 1 {
		t.Errorf("%d of 8 hold it", got)
	}
}

func laneLive(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	if score := w.due(t, s, bot.LaneReply, h.CID); score != "" {
		t.Errorf("a live lease is due: %s", score)
	}
	if other, err := s.Take(w.ctx, bot.LaneReply, h.CID, h.Token, false, false); err != nil || other != nil {
		t.Errorf("a live lease was claimed: %v", err)
	}
	if other, err := s.Take(w.ctx, bot.LaneReply, h.CID, "1", true, false); err != nil || other != nil {
		t.Errorf("taken with a wrong token: %v", err)
	}
}

func laneInFlight(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	first := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	h := w.poll(t, w.store(t, redisstore.Config{}), bot.LaneReply, first.CID)
	if h.Say != "look" || !h.InFlight || h.Attempts != 1 || h.Handed.IsZero() {
		t.Errorf("says %s, in flight %v, attempt %d, handed %v", h.Say, h.InFlight, h.Attempts, h.Handed)
	}
}

func laneBehind(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	first := w.begun(t, s, text(bot.EntryFlow, "a.0"), text(bot.EntryFlow, "a.1"))
	stays := w.store(t, redisstore.Config{})
	h := w.poll(t, stays, bot.LaneReply, first.CID)
	next, err := stays.Ack(w.ctx, h, redisstore.Result{What: "sent"})
	must(t, err)
	if next != "" {
		t.Error("whoever recovered a head goes on without a look")
	}
	h = w.poll(t, stays, bot.LaneReply, first.CID)
	if h.Entry.OID != "a.1" || h.Say != "look" {
		t.Errorf("%s: %s", h.Entry.OID, h.Say)
	}
}

func laneLate(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"))
	token := w.commit(t, s, c).Tokens[bot.LaneReply] // and then it died
	eventually(t, "the lease to end", func() bool { return w.due(t, s, bot.LaneReply, c.CID) != "" })
	stays := w.store(t, redisstore.Config{})
	// Even its own committer may not send it blindly any more.
	h, err := stays.Take(w.ctx, bot.LaneReply, c.CID, token, true, false)
	must(t, err)
	if h == nil || h.Say != "look" || h.InFlight || h.Attempts != 0 {
		t.Fatalf("%+v", h)
	}
}

func laneMarked(t testing.TB, w *world) {
	e := text(bot.EntryFlow, "a.0")
	e.Check = true
	if h := w.begun(t, w.store(t, redisstore.Config{}), e); h.Say != "look" {
		t.Errorf("says %s", h.Say)
	}
}

func laneLooked(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	first := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	stays := w.store(t, redisstore.Config{})
	h := w.poll(t, stays, bot.LaneReply, first.CID)
	h, err := stays.Take(w.ctx, bot.LaneReply, first.CID, h.Token, false, true)
	must(t, err)
	if h == nil || h.Say != "send" || h.Attempts != 2 {
		t.Fatalf("%+v", h)
	}
	if again, err := stays.Take(w.ctx, bot.LaneReply, first.CID, first.Token, false, true); err != nil || again != nil {
		t.Errorf("who lost the lane may send: %v", err)
	}
}

func laneFence(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	first := w.begun(t, s, text(bot.EntryFlow, "a.0"), text(bot.EntryFlow, "a.1"))
	h := w.poll(t, w.store(t, redisstore.Config{}), bot.LaneReply, first.CID)
	if _, err := s.Ack(w.ctx, first, redisstore.Result{What: "sent"}); !errors.Is(err, redisstore.ErrLost) {
		t.Errorf("the first holder settles: %v", err)
	}
	wrong := *h
	wrong.Entry.OID = "a.1"
	if _, err := s.Ack(w.ctx, &wrong, redisstore.Result{What: "sent"}); !errors.Is(err, redisstore.ErrLost) {
		t.Errorf("another head is settled: %v", err)
	}
	if diff := cmp.Diff([]string{"a.0", "a.1"}, w.lane(t, s, first.CID, bot.LaneReply)); diff != "" {
		t.Error(diff)
	}
}

func laneAckAgain(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"), text(bot.EntryFlow, "a.1"))
	first, err := s.Ack(w.ctx, h, redisstore.Result{What: "sent"})
	must(t, err)
	second, err := s.Ack(w.ctx, h, redisstore.Result{What: "sent"})
	must(t, err)
	if first == "" || first != second {
		t.Errorf("%q, then %q", first, second)
	}
	if diff := cmp.Diff([]string{"a.1"}, w.lane(t, s, h.CID, bot.LaneReply)); diff != "" {
		t.Error(diff)
	}
}

func laneRetry(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	_, err := s.Ack(w.ctx, h, redisstore.Result{What: "retry", Delay: time.Hour})
	must(t, err)
	if w.due(t, s, bot.LaneReply, h.CID) != "" {
		t.Error("it is due at once")
	}
	h = w.begun(t, s, text(bot.EntryFlow, "b.0"))
	_, err = s.Ack(w.ctx, h, redisstore.Result{What: "retry", Delay: time.Millisecond})
	must(t, err)
	if h = w.poll(t, s, bot.LaneReply, h.CID); h.Say != "send" || h.Attempts != 2 {
		t.Errorf("says %s, attempt %d: it certainly was not sent", h.Say, h.Attempts)
	}
}

func laneHold(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	for range 2 {
		_, err := s.Ack(w.ctx, h, redisstore.Result{What: "hold", Delay: time.Millisecond})
		must(t, err)
		if h = w.poll(t, s, bot.LaneReply, h.CID); h.Say != "look" || !h.InFlight {
			t.Errorf("says %s, in flight %v", h.Say, h.InFlight)
		}
	}
}

func laneDead(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"), text(bot.EntryFlow, "a.1"))
	next, err := s.Ack(w.ctx, h, redisstore.Result{What: "dead", Code: "30003"})
	must(t, err)
	if h, err := s.Take(w.ctx, bot.LaneReply, h.CID, next, true, false); err != nil || h == nil || h.Entry.OID != "a.1" {
		t.Errorf("the lane does not go on: %v", err)
	}
	letters, err := s.Dead(w.ctx)
	must(t, err)
	for _, d := range letters {
		if d.CID == h.CID {
			if d.OID != "a.0" || d.Code != "30003" || d.Kind != bot.EntryFlow {
				t.Errorf("%+v", d)
			}
			if known, err := s.Deliveries(w.ctx, h.CID); err != nil || known["a.0"] != bot.DeliveryFailed {
				t.Errorf("delivery %q, %v", known["a.0"], err)
			}
			return
		}
	}
	t.Error("there is no dead letter")
}

func laneBroken(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"))
	token := w.commit(t, s, c).Tokens[bot.LaneReply]
	foreign, err := redisstore.New(w.client, otherSealer(t), redisstore.Config{})
	must(t, err)
	h, err := foreign.Take(w.ctx, bot.LaneReply, c.CID, token, true, false)
	must(t, err)
	if h == nil || !errors.Is(h.Broken, redisstore.ErrEntry) || h.Entry.OID != "a.0" {
		t.Fatalf("%+v", h)
	}
	_, err = foreign.Ack(w.ctx, h, redisstore.Result{What: "dead", Code: "unreadable"})
	must(t, err)
}

func laneDepths(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"))
	c.Wake = time.Now().Add(time.Hour)
	w.commit(t, s, c)
	d, err := s.Depths(w.ctx)
	must(t, err)
	if d["lane_o"] < 1 || d["timers"] < 1 {
		t.Errorf("%v", d)
	}
}

func laneUnsent(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"), text(bot.EntryFlow, "a.1"))
	token := w.commit(t, s, c).Tokens[bot.LaneReply]
	unsent := func(when string, want ...bot.OID) {
		t.Helper()
		l, err := s.Load(w.ctx, c.CID)
		must(t, err)
		if diff := cmp.Diff(want, l.Unsent); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
	}
	unsent("committed", "a.0", "a.1")
	for i, left := range [][]bot.OID{{"a.1"}, nil} {
		h, err := s.Take(w.ctx, bot.LaneReply, c.CID, token, true, false)
		must(t, err)
		unsent("in flight", left...)
		token, err = s.Ack(w.ctx, h, redisstore.Result{What: "sent", SID: "SM" + string(rune('0'+i))})
		must(t, err)
		unsent("sent", left...)
	}
}
