// Package outbox sends what was committed. Every text goes through the same
// four stages: it is checked, paced, sent and settled. It may import bot,
// internal/sms and redisstore.
package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// Lanes is what the outbox needs of the store.
type Lanes interface {
	Take(ctx context.Context, lane bot.Lane, cid bot.CID, score string, own, looked bool) (*redisstore.Head, error)
	Ack(ctx context.Context, h *redisstore.Head, r redisstore.Result) (next string, err error)
	DueIn(ctx context.Context, lane bot.Lane, limit int) ([]redisstore.Due, error)
	SIDs(ctx context.Context, cid bot.CID) (map[string]bot.OID, error)
}

// Provider sends texts and can be asked what it sent.
type Provider interface {
	// Send hands one text over; a failure is a *bot.SendError.
	Send(ctx context.Context, out bot.Outbound) (bot.Sent, error)
	// Find looks for a text in the provider's log.
	Find(ctx context.Context, out bot.Outbound, since time.Time, known func(sid string) bool) (sid string, found bool, err error)
}

// Outbox drains the two lanes of texts. It is safe for concurrent use.
type Outbox struct {
	Lanes    Lanes
	Provider Provider
	Now      func() time.Time
	Log      *slog.Logger
	// Pace is how many segments a second one of our senders carries; nil or
	// zero leaves it to the provider's own queue. Texts for someone in danger
	// are never paced.
	Pace func(sender string) int
	// Failed is told of a text that will never go out, so that its holder
	// hears of it. While it fails, the text stays where it is.
	Failed func(ctx context.Context, cid bot.CID, e bot.Entry, code string) error
	// Sent is told of every text that the provider took.
	Sent func(ctx context.Context, e bot.Entry, segments int)

	// Looks are the ages at which the provider's log is asked for a text whose
	// outcome nobody knows; after the last it counts as not sent. nil: 5, 15, 30
	// and 60 s.
	Looks []time.Duration

	turns turns

	mu    sync.Mutex
	doubt map[doubtful]time.Time // since when the log could not be read
}

type doubtful struct {
	cid bot.CID
	oid bot.OID
}

// parallel is how many lanes a poll drains side by side: a provider that
// answers slowly must not let one conversation wait for another.
const parallel = 32

// Drain sends everything in a lane that a commit took, in order.
func (o *Outbox) Drain(ctx context.Context, lane bot.Lane, cid bot.CID, token string) {
	o.drain(ctx, lane, cid, token, true)
}

// Poll sends what is due although its committer did not: after crashes, and
// when a wait is over. It returns how many lanes it found.
func (o *Outbox) Poll(ctx context.Context, lane bot.Lane) (int, error) {
	due, err := o.Lanes.DueIn(ctx, lane, 16)
	if err != nil {
		return 0, err
	}
	var work sync.WaitGroup
	free := make(chan struct{}, parallel)
	for _, d := range due {
		free <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		work.Go(func() {
			defer func() { <-free }()
			o.drain(ctx, lane, d.CID, d.Score, false)
		})
	}
	work.Wait()
	return len(due), nil
}

// drain sends the heads of a lane one after the other. A stop lets the head
// that is being sent finish: its outcome would be unknown otherwise.
func (o *Outbox) drain(ctx context.Context, lane bot.Lane, cid bot.CID, score string, own bool) {
	looked := false
	for ctx.Err() == nil {
		h, err := o.Lanes.Take(ctx, lane, cid, score, own, looked)
		if err != nil {
			o.Log.WarnContext(ctx, "lane_not_taken", "lane", lane, "error", err.Error())
			return
		}
		if h == nil {
			return
		}
		whole := context.WithoutCancel(ctx)
		res, again := o.one(whole, h)
		if again { // it was looked up and is not there: now it may be sent
			score, looked = h.Token, true
			continue
		}
		next, err := o.Lanes.Ack(whole, h, res)
		switch {
		case errors.Is(err, redisstore.ErrLost):
			return
		case err != nil:
			o.Log.WarnContext(ctx, "lane_not_settled", "lane", lane, "error", err.Error())
			return
		case next == "":
			return
		}
		// What stands behind a head that was recovered is looked up as well.
		score, looked = next, false
		if !own {
			return
		}
	}
}
