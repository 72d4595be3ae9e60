// Package outbox sends what was committed: it takes the head of a lane, sends
// it, and settles what became of it. It may import bot and redisstore.
package outbox

import (
	"context"
	"errors"
	"log/slog"
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
	// Failed is told of a text that will never go out, so that its holder
	// hears of it.
	Failed func(ctx context.Context, cid bot.CID, e bot.Entry, code string)
	// Sent is told of every text that the provider took.
	Sent func(kind bot.EntryKind, segments int)
}

// How long an unknown outcome is looked for before the text counts as not
// sent, and how long a log that cannot be read holds a lane.
const (
	settled    = 60 * time.Second
	unreadable = 10 * time.Minute
	firstLook  = 5 * time.Second
	attempts   = 12
)

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
	for _, d := range due {
		if ctx.Err() != nil {
			break
		}
		o.drain(ctx, lane, d.CID, d.Score, false)
	}
	return len(due), nil
}

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
		res, again := o.one(ctx, h)
		if again { // it was looked up and is not there: now it may be sent
			score, looked = h.Token, true
			continue
		}
		next, err := o.Lanes.Ack(ctx, h, res)
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

// one deals with one head. again is true when it may be handed out to be sent.
func (o *Outbox) one(ctx context.Context, h *redisstore.Head) (res redisstore.Result, again bool) {
	if h.Broken != nil {
		o.Log.ErrorContext(ctx, "entry_unreadable", "cid", h.CID, "oid", h.Entry.OID)
		return redisstore.Result{What: "dead", Code: "unreadable"}, false
	}
	switch h.Say {
	case "look":
		return o.look(ctx, h)
	case "drop":
		if o.Failed != nil && h.Entry.Kind == bot.EntryWorker {
			o.Failed(ctx, h.CID, h.Entry, h.Reason)
		}
		return redisstore.Result{What: "gone", Code: h.Reason}, false
	}
	return o.send(ctx, h), false
}

func outbound(h *redisstore.Head) bot.Outbound {
	e := h.Entry
	return bot.Outbound{CID: h.CID, OID: e.OID, From: e.From, Service: e.Service, To: e.To, Text: e.Text}
}

func (o *Outbox) send(ctx context.Context, h *redisstore.Head) redisstore.Result {
	sent, err := o.Provider.Send(ctx, outbound(h))
	if err == nil {
		if o.Sent != nil {
			o.Sent(h.Entry.Kind, sent.Segments)
		}
		return redisstore.Result{What: "sent", SID: sent.SID}
	}
	var se *bot.SendError
	if !errors.As(err, &se) {
		se = &bot.SendError{Outcome: bot.Unknown}
	}
	if se.Alarm {
		o.Log.ErrorContext(ctx, "provider_refuses_us", "code", se.Code, "hint", "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
	}
	switch se.Outcome {
	case bot.NotSent:
		if h.Attempts >= attempts && !se.Alarm {
			return o.dead(ctx, h, "gave_up")
		}
		return redisstore.Result{What: "retry", Delay: max(se.Retry, backoff(h.Attempts))}
	case bot.Rejected:
		return o.dead(ctx, h, se.Code)
	}
	return redisstore.Result{What: "hold", Delay: firstLook}
}

func (o *Outbox) dead(ctx context.Context, h *redisstore.Head, code string) redisstore.Result {
	o.Log.WarnContext(ctx, "text_rejected", "code", code, "kind", h.Entry.Kind)
	if o.Failed != nil {
		o.Failed(ctx, h.CID, h.Entry, code)
	}
	return redisstore.Result{What: "dead", Code: code}
}

// backoff is how long to wait before a next try: it doubles, and ends at a
// minute.
func backoff(attempts int) time.Duration {
	d := 200 * time.Millisecond << min(attempts, 9)
	return min(d, time.Minute)
}

// look finds out whether a text went out. A receipt settles it; else the
// provider's log; a text that is not there a minute after it was handed out
// was not sent. A log that cannot be read holds the lane, and then lets go.
func (o *Outbox) look(ctx context.Context, h *redisstore.Head) (res redisstore.Result, again bool) {
	if h.Known.Rank() >= bot.DeliveryQueued.Rank() {
		return redisstore.Result{What: "sent", SID: h.SID}, false
	}
	since := h.Handed
	if since.IsZero() {
		since = h.Entry.At
	}
	ours, err := o.Lanes.SIDs(ctx, h.CID)
	if err != nil {
		return redisstore.Result{What: "hold", Delay: firstLook}, false
	}
	sid, found, err := o.Provider.Find(ctx, outbound(h), since, func(sid string) bool {
		oid, known := ours[sid]
		return known && oid != h.Entry.OID
	})
	age := o.Now().Sub(since)
	switch {
	case err != nil && age < unreadable:
		return redisstore.Result{What: "hold", Delay: 15 * time.Second}, false
	case err != nil:
		return o.dead(ctx, h, "unknown"), false
	case found:
		return redisstore.Result{What: "sent", SID: sid}, false
	case h.InFlight && age < settled:
		return redisstore.Result{What: "hold", Delay: lookAgain(age)}, false
	}
	return redisstore.Result{}, true
}

// lookAgain asks at 5, 15, 30 and 60 seconds.
func lookAgain(age time.Duration) time.Duration {
	for _, at := range []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, settled} {
		if age < at {
			return at - age
		}
	}
	return time.Second
}
