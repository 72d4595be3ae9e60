package relay

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"

	gocmp "github.com/google/go-cmp/cmp"
)

// line is a queue in which every referral has one card to show, and items due
// together come in the order of their references, as in Redis. It implements
// what the gate needs of Queue and Desk.
type line struct {
	Queue
	Desk
	now     time.Time
	due     map[bot.Ref]time.Time
	created map[bot.Ref]time.Time
	down    bool
	poison  bot.Ref
	shown   []bot.Ref
	tries   int
}

func (l *line) DueRefs(_ context.Context, _ string, _ redisstore.Box, limit int) ([]bot.Ref, error) {
	var out []bot.Ref
	for ref, at := range l.due {
		if !at.After(l.now) {
			out = append(out, ref)
		}
	}
	slices.SortFunc(out, func(a, b bot.Ref) int {
		return cmp.Or(l.due[a].Compare(l.due[b]), strings.Compare(string(a), string(b)))
	})
	return out[:min(limit, len(out))], nil
}

func (l *line) Next(_ context.Context, _ string, ref bot.Ref, _ redisstore.Box) (*redisstore.Item, string, error) {
	if _, ok := l.due[ref]; !ok {
		return nil, "", nil
	}
	return &redisstore.Item{ID: string(ref), Kind: "card"}, "t", nil
}

func (l *line) Settle(_ context.Context, _ string, ref bot.Ref, _ redisstore.Box, _, _ string, delay time.Duration, _ bool) error {
	if delay > 0 {
		l.due[ref] = l.now.Add(delay)
	} else {
		delete(l.due, ref)
	}
	return nil
}

func (l *line) Record(_ context.Context, _ string, ref bot.Ref) (redisstore.Record, error) {
	return redisstore.Record{Referral: bot.Referral{Created: l.created[ref]}}, nil
}

func (l *line) Show(_ context.Context, _ string, ref bot.Ref, _ redisstore.Item) error {
	l.tries++
	if l.down || ref == l.poison {
		return errors.New("no answer")
	}
	l.shown = append(l.shown, ref)
	return nil
}

func newLine(refs ...bot.Ref) (*line, *Relay) {
	l := &line{now: time.Unix(0, 0), due: map[bot.Ref]time.Time{}, created: map[bot.Ref]time.Time{}}
	for i, ref := range refs {
		l.due[ref], l.created[ref] = l.now, l.now.Add(time.Duration(i)*time.Minute)
	}
	return l, &Relay{Queue: l, Desk: l, Now: func() time.Time { return l.now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

func TestCardsComeInOrderAfterSlackWasDown(t *testing.T) {
	t.Parallel()
	l, r := newLine("a", "b", "c", "d")
	l.down = true
	for i := range 600 {
		if err := r.cards(t.Context(), "bdd"); err != nil {
			t.Fatal(err)
		}
		if i%7 == 0 { // something new happens to one of them
			r.box(t.Context(), "bdd", []bot.Ref{"a", "b", "c"}[i%3], redisstore.ToSlack)
		}
		l.now = l.now.Add(200 * time.Millisecond)
	}
	if l.tries > 200 {
		t.Errorf("%d tries in two minutes", l.tries)
	}
	l.down = false
	for range 30 {
		l.now = l.now.Add(200 * time.Millisecond)
		if err := r.cards(t.Context(), "bdd"); err != nil {
			t.Fatal(err)
		}
	}
	if diff := gocmp.Diff([]bot.Ref{"a", "b", "c", "d"}, l.shown); diff != "" {
		t.Error(diff)
	}
}

func TestOneCardThatFailsHoldsNobodyUpForLong(t *testing.T) {
	t.Parallel()
	l, r := newLine("a", "b", "c")
	l.poison = "a"
	for range 100 {
		if err := r.cards(t.Context(), "bdd"); err != nil {
			t.Fatal(err)
		}
		l.now = l.now.Add(200 * time.Millisecond)
	}
	if diff := gocmp.Diff([]bot.Ref{"b", "c"}, l.shown); diff != "" {
		t.Error(diff)
	}
}
