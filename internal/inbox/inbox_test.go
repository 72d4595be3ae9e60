package inbox_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"linkline/bot"
	"linkline/internal/inbox"
)

func TestAStaleTurnIsRunAgain(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.store.stale = 3
	if got := w.say("hello"); len(got) != 2 {
		t.Errorf("got %q", got)
	}
	if len(w.store.all) != 1 {
		t.Errorf("%d commits", len(w.store.all))
	}
	w.store.stale = 100
	if err := w.box.Text(t.Context(), w.in("1")); !errors.Is(err, bot.ErrStale) {
		t.Errorf("a store that is always stale: %v", err)
	}
}

func TestATextCountsOnce(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	in := w.in("hello")
	if got := w.send(in); len(got) != 2 {
		t.Fatalf("first: %q", got)
	}
	kicks := 0
	w.box.Kick = func(bot.CID, map[bot.Lane]string) { kicks++ }
	if got := w.send(in); len(got) != 0 || kicks != 0 {
		t.Errorf("again: %q, %d kicks", got, kicks)
	}
}

func TestNothingIsTakenWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.store.down = errDown
	if err := w.box.Text(t.Context(), w.in("hello")); !errors.Is(err, errDown) {
		t.Errorf("got %v", err)
	}
	w.store.down = nil
	if got := w.say("hello"); len(got) != 2 {
		t.Errorf("afterwards: %q", got)
	}
}

func TestAReferenceIsReservedOnlyWhenItIsNeeded(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.run(referred[:len(referred)-1])
	if w.refs != 0 {
		t.Fatalf("%d references before the end", w.refs)
	}
	w.run(referred[len(referred)-1:])
	if w.refs != 1 {
		t.Errorf("%d references", w.refs)
	}
	w.box.Refs = func(context.Context, string, bot.CID, int) (bot.Ref, error) { return "", errDown }
	v := newTalk(t, nil)
	v.box.Refs = w.box.Refs
	if err := v.box.Text(t.Context(), v.in("0")); !errors.Is(err, errDown) {
		t.Errorf("without a reference: %v", err)
	}
}

// panicky is a calendar that breaks the engine.
type panicky struct{ bot.Calendar }

func TestABrokenTurnGoesToAPerson(t *testing.T) {
	t.Parallel()
	for _, say := range []string{"0", "i want to kill myself"} {
		w := newTalk(t, func(p *bot.Programme) { p.Calendar = panicky{} })
		before := len(w.store.all)
		got := strings.Join(w.say(say), "\n")
		k := kinds(w.effects(before))
		if !slices.Contains(k, "refer") {
			t.Errorf("%q: no referral in %q", say, k)
		}
		if strings.Contains(say, "kill") {
			if !slices.Contains(k, "alert") || !strings.Contains(got, "116 123") {
				t.Errorf("%q: no help: %q %q", say, k, got)
			}
		} else if !strings.Contains(got, "A person will read it") {
			t.Errorf("%q: %q", say, got)
		}
		if c := w.conversation(); len(c.Persons) != 1 || len(c.Persons[0].Said) != 1 || c.Persons[0].Said[0].Text.Raw() != say {
			t.Errorf("%q: the words are lost", say)
		}
	}
}

func TestAnOwnNumberIsNoResident(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	in := w.in("hello")
	in.From = in.To
	if got := w.send(in); len(got) != 0 || len(w.store.all) != 0 {
		t.Errorf("an echo was answered: %q", got)
	}
	in = w.in("your parcel")
	in.Answerable = false
	if got := w.send(in); len(got) != 0 || len(w.store.all) != 0 {
		t.Errorf("a short code was answered: %q", got)
	}
}

func TestEventsNeedAConversation(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	_, err := w.box.Event(t.Context(), "c", bot.Event{ID: "e", Kind: bot.EventTimer, At: w.now})
	if !errors.Is(err, inbox.ErrNoConversation) {
		t.Errorf("got %v", err)
	}
}
