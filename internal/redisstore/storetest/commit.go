package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linkline/bot"
	"linkline/internal/redisstore"
)

var commitRules = []rule{
	{"a new conversation is empty", commitNew},
	{"what is committed is read back", commitRoundTrip},
	{"an event counts once", commitOnce},
	{"an event counts once among many at a time", commitOnceAtATime},
	{"a commit on an old version is refused", commitStale},
	{"no commit is lost among many at a time", commitNoneLost},
	{"event ids are remembered for their time", commitRetention},
	{"a commit takes only lanes that nobody drains", commitTokens},
	{"a commit for someone in danger drops unsent questions", commitDrops},
	{"what is dropped is not what is in flight", commitDropsNotInFlight},
	{"what a worker wrote is not dropped", commitDropsFlowOnly},
	{"the journal keeps order and is sealed", commitJournal},
	{"one person's history is forgotten, not the other's", commitForgets},
	{"a timer is found when it is due", commitTimers},
	{"nothing personal is clear in Redis", commitSealed},
	{"an entry that scripts cannot read is refused", commitRefuses},
}

var (
	numbers sync.Mutex
	number  int
)

// event names an event that nobody used before, as a provider would.
func event() string {
	numbers.Lock()
	defer numbers.Unlock()
	number++
	return fmt.Sprintf("SM%032d", number)
}

// text is an entry of a lane.
func text(kind bot.EntryKind, oid string) bot.Entry {
	return bot.Entry{OID: bot.OID(oid), Kind: kind, Lock: bot.LockSafe, To: "+447700900123", From: "+447700900001", Text: bot.Words("text " + oid)}
}

// say makes a commit with texts in the reply lane.
func say(cid bot.CID, version int64, texts ...bot.Entry) redisstore.Commit {
	return redisstore.Commit{
		CID: cid, Version: version, EventID: event(), State: []byte(`{"n":1}`),
		Routing: bot.Routing{Owner: bot.OwnerBot, LastIn: time.Now()},
		Entries: map[bot.Lane][]bot.Entry{bot.LaneReply: texts},
	}
}

func (w *world) commit(t testing.TB, s *redisstore.Store, c redisstore.Commit) redisstore.Committed {
	t.Helper()
	done, err := s.Commit(w.ctx, c)
	must(t, err)
	if done.Duplicate {
		t.Fatalf("event %s is known", c.EventID)
	}
	return done
}

func commitNew(t testing.TB, w *world) {
	l, err := w.store(t, redisstore.Config{}).Load(w.ctx, w.cid())
	must(t, err)
	if l.Version != 0 || l.State != nil {
		t.Errorf("version %d, %d bytes", l.Version, len(l.State))
	}
}

func commitRoundTrip(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"))
	done := w.commit(t, s, c)
	l, err := s.Load(w.ctx, c.CID)
	must(t, err)
	if l.Version != 1 || done.Version != 1 || string(l.State) != `{"n":1}` {
		t.Errorf("version %d, state %s", l.Version, l.State)
	}
	h, err := s.Take(w.ctx, bot.LaneReply, c.CID, done.Tokens[bot.LaneReply], true, false)
	must(t, err)
	if diff := cmp.Diff(c.Entries[bot.LaneReply][0], h.Entry); diff != "" {
		t.Error(diff)
	}
}

func commitOnce(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"))
	w.commit(t, s, c)
	for _, version := range []int64{0, 1} {
		c.Version = version
		done, err := s.Commit(w.ctx, c)
		must(t, err)
		if !done.Duplicate || done.Version != 1 || len(done.Tokens) != 0 {
			t.Errorf("again on version %d: %+v", version, done)
		}
	}
}

func commitOnceAtATime(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"))
	var mu sync.Mutex
	var all sync.WaitGroup
	fresh := 0
	for range 8 {
		all.Go(func() {
			done, err := s.Commit(w.ctx, c)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if !done.Duplicate {
				fresh++
			}
		})
	}
	all.Wait()
	if l, err := s.Load(w.ctx, c.CID); err != nil || fresh != 1 || l.Version != 1 {
		t.Errorf("%d of 8 count, version %d, %v", fresh, l.Version, err)
	}
}

func commitStale(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0)
	w.commit(t, s, c)
	for _, version := range []int64{0, 2} {
		other := say(c.CID, version, text(bot.EntryFlow, "b.0"))
		if _, err := s.Commit(w.ctx, other); !errors.Is(err, bot.ErrStale) {
			t.Errorf("on version %d: %v", version, err)
		}
		other.Version = 1
		if version == 2 { // it did not count as seen
			w.commit(t, s, other)
		}
	}
	if ids := w.lane(t, s, c.CID, bot.LaneReply); len(ids) != 1 {
		t.Errorf("the lane holds %v", ids)
	}
}

func commitNoneLost(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	cid := w.cid()
	var all sync.WaitGroup
	const writers, each = 4, 10
	for range writers {
		all.Go(func() {
			for range each {
				for {
					l, err := s.Load(w.ctx, cid)
					if err != nil {
						t.Error(err)
						return
					}
					n := 0
					_, _ = fmt.Sscan(string(l.State), &n)
					c := say(cid, l.Version, text(bot.EntryFlow, event()))
					c.State = fmt.Append(nil, n+1) // every writer counts one on
					_, err = s.Commit(w.ctx, c)
					if err == nil {
						break
					}
					if !errors.Is(err, bot.ErrStale) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	l, err := s.Load(w.ctx, cid)
	must(t, err)
	want := fmt.Sprint(writers * each)
	if n := len(w.lane(t, s, cid, bot.LaneReply)); l.Version != writers*each || n != writers*each || string(l.State) != want {
		t.Errorf("version %d, %d texts, counted to %s of %s", l.Version, n, l.State, want)
	}
}

func commitRetention(t testing.TB, w *world) {
	for _, c := range []struct {
		event string
		conf  redisstore.Config
		kept  bool
	}{
		{"SM1", redisstore.Config{SeenProvider: short, SeenOther: long}, false},
		{"SM1", redisstore.Config{SeenProvider: long, SeenOther: short}, true},
		{"t:nudge:1", redisstore.Config{SeenProvider: long, SeenOther: short}, false},
		{"t:nudge:1", redisstore.Config{SeenProvider: short, SeenOther: long}, true},
	} {
		s := w.store(t, c.conf)
		first := say(w.cid(), 0)
		first.EventID = c.event
		w.commit(t, s, first)
		other := say(first.CID, 1)
		other.EventID = "x:" + event() // outlives the wait in every case
		if c.conf.SeenOther == short {
			other.EventID = event()
		}
		w.commit(t, s, other)
		again := func() bool {
			done, err := s.Commit(w.ctx, redisstore.Commit{CID: first.CID, Version: 2, EventID: c.event, State: first.State})
			must(t, err)
			return done.Duplicate
		}
		if c.kept {
			if !again() {
				t.Errorf("%s is forgotten under %+v", c.event, c.conf)
			}
			continue
		}
		eventually(t, "the event id to be forgotten", func() bool { return !again() })
	}
}

func commitTokens(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"))
	c.Entries[bot.LaneRelay] = []bot.Entry{text(bot.EntryRefer, "a.1")}
	first := w.commit(t, s, c)
	if len(first.Tokens) != 2 || first.Tokens[bot.LaneReply] == "" || first.Tokens[bot.LaneRelay] == "" {
		t.Errorf("tokens %v", first.Tokens)
	}
	next := say(c.CID, 1, text(bot.EntryFlow, "b.0"))
	next.Entries[bot.LaneSafety] = []bot.Entry{text(bot.EntrySafety, "b.1")}
	second := w.commit(t, s, next)
	if len(second.Tokens) != 1 || second.Tokens[bot.LaneSafety] == "" {
		t.Errorf("tokens %v: the reply lane is another's, the safety lane nobody's", second.Tokens)
	}
}

func commitDrops(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"), text(bot.EntryFlow, "a.1"))
	token := w.commit(t, s, c).Tokens[bot.LaneReply]
	danger := say(c.CID, 1)
	danger.DropFlow = true
	danger.Entries = map[bot.Lane][]bot.Entry{bot.LaneSafety: {text(bot.EntrySafety, "b.0")}}
	w.commit(t, s, danger)
	if ids := w.lane(t, s, c.CID, bot.LaneReply); len(ids) != 0 {
		t.Errorf("%v is left", ids)
	}
	if h, err := s.Take(w.ctx, bot.LaneReply, c.CID, token, true, false); err != nil || h != nil {
		t.Errorf("a dropped text is handed out: %v", err)
	}
	d, err := s.Deliveries(w.ctx, c.CID)
	must(t, err)
	if d["a.0"] != "dropped" || d["a.1"] != "dropped" {
		t.Errorf("%v", d)
	}
	after := w.commit(t, s, say(c.CID, 2, text(bot.EntryFlow, "c.0")))
	if h, err := s.Take(w.ctx, bot.LaneReply, c.CID, after.Tokens[bot.LaneReply], true, false); err != nil || h == nil || h.Say != "send" {
		t.Errorf("the lane does not go on: %v", err)
	}
}

func commitDropsNotInFlight(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"), text(bot.EntryFlow, "a.1"))
	token := w.commit(t, s, c).Tokens[bot.LaneReply]
	h, err := s.Take(w.ctx, bot.LaneReply, c.CID, token, true, false)
	must(t, err)
	danger := say(c.CID, 1, text(bot.EntryFlow, "b.0"))
	danger.DropFlow = true
	w.commit(t, s, danger)
	if diff := cmp.Diff([]string{"a.0", "b.0"}, w.lane(t, s, c.CID, bot.LaneReply)); diff != "" {
		t.Error(diff)
	}
	next, err := s.Ack(w.ctx, h, redisstore.Result{What: "sent", SID: "SM1"})
	must(t, err)
	if next == "" {
		t.Error("the holder cannot go on with what followed")
	}
}

func commitDropsFlowOnly(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"), text(bot.EntryWorker, "a.1"), text(bot.EntryFlow, "a.2"), text(bot.EntryStop, "a.3"))
	w.commit(t, s, c)
	danger := say(c.CID, 1)
	danger.DropFlow = true
	w.commit(t, s, danger)
	if diff := cmp.Diff([]string{"a.1", "a.3"}, w.lane(t, s, c.CID, bot.LaneReply)); diff != "" {
		t.Error(diff)
	}
	// The dropped head leaves the lane to a poller, not to nobody.
	eventually(t, "the rest to be due", func() bool { return w.due(t, s, bot.LaneReply, c.CID) != "" })
}

func commitJournal(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	cid := w.cid()
	var want []bot.JournalLine
	for i := range 3 {
		c := say(cid, int64(i))
		c.Journal = &bot.JournalLine{EventID: c.EventID, Event: "text", From: "a", To: "b", Version: int64(i + 1), In: "said", Out: []bot.Words{"answered"}, At: time.Now().UTC().Truncate(time.Millisecond)}
		want = append(want, *c.Journal)
		w.commit(t, s, c)
	}
	got, err := s.Journal(w.ctx, cid)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func commitForgets(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	cid := w.cid()
	for i := range 4 {
		c := say(cid, int64(i))
		c.Person = i % 2
		c.Journal = &bot.JournalLine{Event: fmt.Sprint(i)}
		w.commit(t, s, c)
	}
	c := say(cid, 4)
	c.Person, c.Forget = 1, true
	c.Journal = &bot.JournalLine{Event: "forget"}
	w.commit(t, s, c)
	lines, err := s.Journal(w.ctx, cid)
	must(t, err)
	var got []string
	for _, l := range lines {
		got = append(got, l.Event)
	}
	if diff := cmp.Diff([]string{"0", "2", "forget"}, got); diff != "" {
		t.Error(diff)
	}
}

func commitTimers(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0)
	c.Wake = time.Now().Add(time.Hour)
	w.commit(t, s, c)
	at := func(when time.Time) bool {
		due, err := s.DueTimers(w.ctx, when, 1000)
		must(t, err)
		for _, d := range due {
			if d.CID == c.CID {
				return true
			}
		}
		return false
	}
	if at(time.Now()) || !at(c.Wake.Add(time.Second)) {
		t.Error("it is due at the wrong time")
	}
	w.commit(t, s, say(c.CID, 1)) // no timer any more
	if at(c.Wake.Add(time.Second)) {
		t.Error("a timer that was taken back is due")
	}
}

func commitSealed(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	c := say(w.cid(), 0, text(bot.EntryFlow, "a.0"))
	c.State = []byte(`{"resident":"+447700900123","said":"secretword"}`)
	c.Journal = &bot.JournalLine{In: "secretword"}
	w.commit(t, s, c)
	ref := bot.Ref("ABC-" + string(c.CID[:4]))
	must(t, s.Put(w.ctx, bot.Referral{Ref: ref, CID: c.CID, Programme: w.programme(), Handover: &bot.Handover{Name: "secretword"}}, 1))
	for key, value := range w.dump(t, string(c.CID), string(ref)) {
		if strings.Contains(value, "secretword") || strings.Contains(value, "7700900123") || strings.Contains(value, "text a.0") {
			t.Errorf("%s holds it in the clear", key)
		}
	}
}

func commitRefuses(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	for _, oid := range []string{"a|b", "a\nb"} {
		if _, err := s.Commit(w.ctx, say(w.cid(), 0, text(bot.EntryFlow, oid))); !errors.Is(err, redisstore.ErrEntry) {
			t.Errorf("%q: %v", oid, err)
		}
	}
}
