package outbox

import (
	"context"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// How long an unknown outcome is looked for before the text counts as not
// sent, and how long a log that cannot be read holds a lane.
const (
	firstLook  = 5 * time.Second
	settled    = 60 * time.Second
	unreadable = 10 * time.Minute
)

// looks are the ages at which the provider's log is asked.
func (o *Outbox) looks() []time.Duration {
	if len(o.Looks) > 0 {
		return o.Looks
	}
	return []time.Duration{firstLook, 15 * time.Second, 30 * time.Second, settled}
}

// look finds out whether a text went out. A receipt settles it; else the
// provider's log; a text that is not there a minute after it was handed out
// was not sent. A log that cannot be read holds the lane, and then lets go.
func (o *Outbox) look(ctx context.Context, t *try) {
	if t.Known.Rank() >= bot.DeliveryQueued.Rank() {
		o.took(ctx, t, bot.Sent{SID: t.SID})
		return
	}
	since := t.Entry.At // never handed out, as far as we know
	if t.InFlight && !t.Handed.IsZero() {
		since = t.Handed
	}
	ours, err := o.Lanes.SIDs(ctx, t.CID)
	if err != nil {
		t.res = redisstore.Result{What: "hold", Delay: o.looks()[0]}
		return
	}
	sid, found, err := o.Provider.Find(ctx, outbound(t.Head), since, func(sid string) bool {
		oid, known := ours[sid]
		return known && oid != t.Entry.OID
	})
	age := o.Now().Sub(since)
	switch {
	case err != nil:
		o.unreadable(ctx, t)
		return
	case found:
		o.took(ctx, t, bot.Sent{SID: sid})
	case t.InFlight && age < o.looks()[len(o.looks())-1]:
		t.res = redisstore.Result{What: "hold", Delay: o.lookAgain(age)}
		return
	default:
		t.again = true
	}
	o.forget(t)
}

// unreadable holds a lane whose outcome nobody can find out, up to ten
// minutes; then a person is told and the lane goes on.
func (o *Outbox) unreadable(ctx context.Context, t *try) {
	key := doubtful{t.CID, t.Entry.OID}
	now := o.Now()
	o.mu.Lock()
	if o.doubt == nil {
		o.doubt = map[doubtful]time.Time{}
	}
	since, ok := o.doubt[key]
	if !ok {
		since = now
		o.doubt[key] = since
	}
	o.mu.Unlock()
	if t.InFlight && !t.Handed.IsZero() && t.Handed.Before(since) {
		since = t.Handed
	}
	if now.Sub(since) < unreadable {
		t.res = redisstore.Result{What: "hold", Delay: 15 * time.Second}
		return
	}
	o.forget(t)
	o.dead(ctx, t, "unknown")
}

func (o *Outbox) forget(t *try) {
	o.mu.Lock()
	delete(o.doubt, doubtful{t.CID, t.Entry.OID})
	o.mu.Unlock()
}

// lookAgain is how long to wait for the next look.
func (o *Outbox) lookAgain(age time.Duration) time.Duration {
	for _, at := range o.looks() {
		if age < at {
			return at - age
		}
	}
	return time.Second
}
