package catchup_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/catchup"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is a log at the provider and a store that knows some of it.
type world struct {
	log    map[bot.Address][]bot.Inbound
	asked  []time.Time // the moments the log was asked from
	known  map[string]bool
	erased time.Time
	taken  []string
	broken map[string]bool // ids that cannot be taken in
	down   bool            // the log cannot be read
	at     time.Time
	c      *catchup.CatchUp
}

func newWorld(numbers ...bot.Address) *world {
	w := &world{log: map[bot.Address][]bot.Inbound{}, known: map[string]bool{}, broken: map[string]bool{}, at: noon}
	w.c = &catchup.CatchUp{
		Log: w, Numbers: numbers, Now: func() time.Time { return w.at }, Logs: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Taken: func(_ context.Context, in bot.Inbound) (bool, time.Time, error) {
			return w.known[in.ProviderID], w.erased, nil
		},
		Take: func(_ context.Context, in bot.Inbound) error {
			switch {
			case w.broken[in.ProviderID]:
				return errors.New("down")
			case in.ProviderID == "nobody's":
				return bot.ErrNoProgramme
			case !in.Late:
				return errors.New("not marked late")
			}
			w.known[in.ProviderID] = true
			w.taken = append(w.taken, in.ProviderID)
			return nil
		},
	}
	return w
}

func (w *world) Inbound(_ context.Context, to bot.Address, since time.Time) ([]bot.Inbound, error) {
	w.asked = append(w.asked, since)
	if w.down {
		return nil, errors.New("500")
	}
	var out []bot.Inbound
	for _, in := range w.log[to] {
		if !in.At.Before(since) {
			out = append(out, in)
		}
	}
	return out, nil
}

func (w *world) text(to bot.Address, from, id string, ago time.Duration) {
	w.log[to] = append(w.log[to], bot.Inbound{From: bot.Address(from), To: to, ProviderID: id, At: noon.Add(-ago), Answerable: true})
}

func (w *world) want(t *testing.T, when string, ids ...string) {
	t.Helper()
	if diff := cmp.Diff(ids, w.taken); diff != "" {
		t.Errorf("%s: %s", when, diff)
	}
}

func TestWhatIsMissingIsTakenInOnceAndInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld("a", "b")
	w.text("a", "x", "too old", 8*24*time.Hour)
	w.text("a", "x", "1", 6*24*time.Hour)
	w.text("a", "y", "2", time.Hour)
	w.text("a", "x", "known", 30*time.Minute)
	w.text("a", "x", "3", 10*time.Minute)
	w.text("a", "x", "under way", time.Minute)
	w.text("b", "x", "nobody's", 20*time.Minute)
	w.text("b", "z", "4", 5*time.Minute)
	w.log["b"] = append(w.log["b"], bot.Inbound{From: "60006", To: "b", ProviderID: "short code", At: noon.Add(-time.Hour)})
	w.known["known"] = true
	for range 3 {
		if err := w.c.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.want(t, "looked", "1", "2", "3", "4")
	}
	w.at = noon.Add(5 * time.Minute)
	if err := w.c.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.want(t, "once its webhook can no longer come", "1", "2", "3", "4", "under way")
}

func TestNothingComesBackFromBeforeAnErasure(t *testing.T) {
	t.Parallel()
	w := newWorld("a")
	w.erased = noon.Add(-time.Hour)
	w.text("a", "x", "before", 2*time.Hour)
	w.text("a", "x", "at", time.Hour)
	w.text("a", "x", "after", 30*time.Minute)
	if err := w.c.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.want(t, "after an erasure", "after")
}

func TestATextThatCannotBeTakenHoldsThoseBehindIt(t *testing.T) {
	t.Parallel()
	w := newWorld("a")
	w.text("a", "x", "1", 30*time.Minute)
	w.text("a", "y", "2", 20*time.Minute)
	w.text("a", "x", "3", 10*time.Minute)
	w.broken["1"] = true
	if err := w.c.Look(t.Context()); err == nil {
		t.Error("nothing is said of it")
	}
	w.want(t, "the other person does not wait", "2")
	w.broken["1"] = false
	if err := w.c.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.want(t, "in order once it can be", "2", "1", "3")
}

func TestALookBeginsWhereTheLastGoodOneEnded(t *testing.T) {
	t.Parallel()
	w := newWorld("a")
	look := func() { _ = w.c.Look(t.Context()) }
	w.down = true
	look()
	w.at = noon.Add(time.Hour)
	w.down = false
	look()
	w.at = noon.Add(10 * time.Hour)
	look()
	want := []time.Time{noon.Add(-7 * 24 * time.Hour), noon.Add(time.Hour - 7*24*time.Hour), noon.Add(-time.Hour)}
	if diff := cmp.Diff(want, w.asked); diff != "" {
		t.Error(diff)
	}
}

func TestAfterAFailoverEverythingIsComparedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld("+447700900001")
	w.text("+447700900001", "+447700900123", "SM1", time.Hour)
	if err := w.c.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.known = map[string]bool{} // Redis came back without it
	if err := w.c.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.want(t, "nobody said so", "SM1")
	w.c.Again()
	if err := w.c.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.want(t, "after a failover", "SM1", "SM1")
	if last := w.asked[len(w.asked)-1]; !last.Before(noon.Add(-6 * 24 * time.Hour)) {
		t.Errorf("the log is asked from %v on", last)
	}
}
