package timers

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linkline/bot"
	"linkline/internal/redisstore"
)

type list []redisstore.Due

func (l list) DueTimers(context.Context, time.Time, int) ([]redisstore.Due, error) { return l, nil }

// TestPollFiresUnderTheSameID: however many replicas fire a timer, its event
// has one id, so that it counts once.
func TestPollFiresUnderTheSameID(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_700_000_000_000)
	fired := map[string]int{}
	poll := func(now time.Time) {
		tm := &Timers{
			Due: list{{CID: "a"}, {CID: "b"}},
			Names: func(_ context.Context, cid bot.CID, _ time.Time) (map[string]time.Time, error) {
				if cid == "b" {
					return nil, nil // its timer was taken back meanwhile
				}
				return map[string]time.Time{"nudge": time.UnixMilli(1_600_000_000_000)}, nil
			},
			Fire: func(_ context.Context, cid bot.CID, ev bot.Event) (string, error) {
				if ev.Kind != bot.EventTimer || ev.Timer != "nudge" || !ev.At.Equal(now) {
					t.Errorf("fired %s %s at %v", ev.Kind, ev.Timer, ev.At)
				}
				fired[string(cid)+" "+ev.ID]++
				return "", nil
			},
			Now: func() time.Time { return now },
		}
		if n, err := tm.Poll(t.Context()); err != nil || n != 2 {
			t.Errorf("%d due, %v", n, err)
		}
	}
	poll(now)
	poll(now.Add(time.Second)) // another replica, a moment later
	if diff := cmp.Diff(map[string]int{"a t:nudge:1600000000000": 2}, fired); diff != "" {
		t.Error(diff)
	}
}

// TestPollGoesOnAfterAFault: one conversation that cannot be read keeps no
// other's timer from firing.
func TestPollGoesOnAfterAFault(t *testing.T) {
	t.Parallel()
	broken := errors.New("cannot be read")
	var fired []bot.CID
	tm := &Timers{
		Due: list{{CID: "bad"}, {CID: "good"}},
		Names: func(_ context.Context, cid bot.CID, now time.Time) (map[string]time.Time, error) {
			if cid == "bad" {
				return nil, broken
			}
			return map[string]time.Time{"retain": now}, nil
		},
		Fire: func(_ context.Context, cid bot.CID, _ bot.Event) (string, error) {
			fired = append(fired, cid)
			return "", nil
		},
		Now: time.Now,
	}
	if _, err := tm.Poll(t.Context()); !errors.Is(err, broken) {
		t.Errorf("the fault is not told: %v", err)
	}
	if diff := cmp.Diff([]bot.CID{"good"}, fired); diff != "" {
		t.Error(diff)
	}
}
