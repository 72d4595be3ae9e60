// Package timers fires due times into the inbox. Firing is an ordinary event
// with an id of its own, so that many replicas may fire the same timer and it
// counts once. It may import bot and redisstore.
package timers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// Due lists conversations with a timer that is due.
type Due interface {
	DueTimers(ctx context.Context, now time.Time, limit int) ([]redisstore.Due, error)
}

// Timers is safe for concurrent use.
type Timers struct {
	Due Due
	// Names reads which timers of a conversation are due.
	Names func(ctx context.Context, cid bot.CID, now time.Time) (map[string]time.Time, error)
	Fire  func(ctx context.Context, cid bot.CID, ev bot.Event) (string, error)
	Now   func() time.Time
}

// Poll fires everything that is due and tells how many conversations that
// concerned. One that fails keeps no other waiting.
func (t *Timers) Poll(ctx context.Context) (int, error) {
	now := t.Now()
	due, err := t.Due.DueTimers(ctx, now, 16)
	if err != nil {
		return 0, err
	}
	var faults []error
	for _, d := range due {
		names, err := t.Names(ctx, d.CID, now)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for name, at := range names {
			ev := bot.Event{ID: fmt.Sprintf("t:%s:%d", name, at.UnixMilli()), Kind: bot.EventTimer, At: now, Timer: name}
			if _, err := t.Fire(ctx, d.CID, ev); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return len(due), errors.Join(faults...)
}
