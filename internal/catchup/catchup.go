// Package catchup compares the provider's log of inbound texts with what was
// taken in, and takes in what a lost webhook never brought. It may import bot.
package catchup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"linkline/bot"
)

// Log is the provider's log. Inbound gives what came to one of our addresses
// since a moment, the oldest first; an empty address means every one.
type Log interface {
	Inbound(ctx context.Context, to bot.Address, since time.Time) ([]bot.Inbound, error)
}

// Taken tells what became of a text: whether it was taken in, and when its
// conversation was last erased (zero: never). Nothing from before an erasure
// may come back.
type Taken func(ctx context.Context, in bot.Inbound) (taken bool, erased time.Time, err error)

// CatchUp compares again and again. It is safe for concurrent use; one look
// runs at a time. Several replicas may run one each: an event counts once.
type CatchUp struct {
	Log     Log
	Numbers []bot.Address
	Taken   Taken
	// Take takes a text in. bot.ErrNoProgramme leaves it.
	Take func(ctx context.Context, in bot.Inbound) error
	// Found is told of every text that was missing.
	Found func(in bot.Inbound)
	Now   func() time.Time
	Logs  *slog.Logger

	mu   sync.Mutex
	last time.Time       // when everything up to now was last compared
	done map[string]bool // ids found taken by the last look
}

// How far back the first look goes, how much of the past every later look
// sees again, and how long a webhook may still be on its way: Twilio tries for
// 15 seconds at each of two addresses.
const (
	back    = 7 * 24 * time.Hour
	overlap = 2 * time.Hour
	grace   = 2 * time.Minute
)

// Again makes the next look compare everything: what was found taken in may be
// lost again, after a failover or a restored backup.
func (c *CatchUp) Again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done, c.last = nil, time.Time{}
}

// Look compares once. When it fails it has taken in what it could, and the
// next look begins where this one did.
func (c *CatchUp) Look(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	since := now.Add(-back)
	if !c.last.IsZero() && c.last.Add(-overlap).After(since) {
		since = c.last.Add(-overlap)
	}
	seen := map[string]bool{}
	var wrong []error
	for _, n := range c.Numbers {
		list, err := c.Log.Inbound(ctx, n, since)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("read the provider's log: %w", err))
			continue
		}
		wrong = append(wrong, c.compare(ctx, list, now, seen)...)
	}
	c.done = seen
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	c.last = now
	return nil
}

// compare goes through one number's log in order. Where a text cannot be
// taken in, nothing later of the same person is, so that order holds.
func (c *CatchUp) compare(ctx context.Context, list []bot.Inbound, now time.Time, seen map[string]bool) (wrong []error) {
	stuck := map[bot.Address]bool{}
	for _, in := range list {
		if ctx.Err() != nil {
			return append(wrong, ctx.Err())
		}
		if stuck[in.From] || in.At.After(now.Add(-grace)) || !in.Answerable {
			continue // short codes and the like are never answered, nor kept
		}
		if c.done[in.ProviderID] {
			seen[in.ProviderID] = true
			continue
		}
		if err := c.one(ctx, in); err != nil {
			stuck[in.From] = true
			wrong = append(wrong, err)
			continue
		}
		seen[in.ProviderID] = true
	}
	return wrong
}

func (c *CatchUp) one(ctx context.Context, in bot.Inbound) error {
	taken, erased, err := c.Taken(ctx, in)
	switch {
	case err != nil:
		return err
	case taken, !in.At.After(erased):
		return nil
	}
	in.Late = true
	err = c.Take(ctx, in)
	switch {
	case errors.Is(err, bot.ErrNoProgramme):
		return nil
	case err != nil:
		return err
	}
	c.Logs.WarnContext(ctx, "text_caught_up", "channel", in.Channel, "late", c.Now().Sub(in.At).Round(time.Second).String(), "hint", "its webhook never came: see linkline doctor for the exact webhook address and its retry rules")
	if c.Found != nil {
		c.Found(in)
	}
	return nil
}
