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

func laneDelivery(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	_, err := s.Ack(w.ctx, h, redisstore.Result{What: "sent", SID: "SM1"})
	must(t, err)
	for _, step := range []struct {
		status bot.Delivery
		moved  bool
		then   bot.Delivery
	}{
		{bot.DeliverySent, true, bot.DeliverySent}, {bot.DeliveryQueued, false, bot.DeliverySent},
		{bot.DeliveryDelivered, true, bot.DeliveryDelivered}, {bot.DeliverySent, false, bot.DeliveryDelivered},
		{bot.DeliveryFailed, false, bot.DeliveryDelivered}, {bot.DeliveryRead, true, bot.DeliveryRead}, {bot.DeliveryDelivered, false, bot.DeliveryRead},
	} {
		moved, known, err := s.Receipt(w.ctx, bot.Receipt{CID: h.CID, OID: "a.0", SID: "SM1", Status: step.status})
		must(t, err)
		d, err := s.Deliveries(w.ctx, h.CID)
		must(t, err)
		if !known || moved != step.moved || d["a.0"] != step.then {
			t.Errorf("%s: moved %v, is %s", step.status, moved, d["a.0"])
		}
	}
	if _, known, err := s.Receipt(w.ctx, bot.Receipt{CID: h.CID, OID: "z.9", Status: bot.DeliverySent}); err != nil || known {
		t.Errorf("a text that never was ours is known: %v", err)
	}
}

func laneReceiptFirst(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	_, _, err := s.Receipt(w.ctx, bot.Receipt{CID: h.CID, OID: "a.0", SID: "SM1", Status: bot.DeliveryDelivered})
	must(t, err)
	other := w.poll(t, w.store(t, redisstore.Config{}), bot.LaneReply, h.CID)
	if other.Known != bot.DeliveryDelivered || other.SID != "SM1" {
		t.Errorf("known as %q, %q", other.Known, other.SID)
	}
	_, err = s.Ack(w.ctx, other, redisstore.Result{What: "sent", SID: "SM1"})
	must(t, err)
	if d, err := s.Deliveries(w.ctx, h.CID); err != nil || d["a.0"] != bot.DeliveryDelivered {
		t.Errorf("went back to %q, %v", d["a.0"], err)
	}
	// A failure told twice is told twice: whoever heard it first may have died.
	h = w.begun(t, s, text(bot.EntryFlow, "b.0"))
	for range 2 {
		if moved, _, err := s.Receipt(w.ctx, bot.Receipt{CID: h.CID, OID: "b.0", Status: bot.DeliveryFailed, Code: "30003"}); err != nil || !moved {
			t.Errorf("moved %v, %v", moved, err)
		}
	}
}

func laneSIDs(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	_, err := s.Ack(w.ctx, h, redisstore.Result{What: "sent", SID: "SM1"})
	must(t, err)
	got, err := s.SIDs(w.ctx, h.CID)
	must(t, err)
	if diff := cmp.Diff(map[string]bot.OID{"SM1": "a.0"}, got); diff != "" {
		t.Error(diff)
	}
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
