// Package relay carries committed effects between a conversation, its
// referral and the desk: what a conversation decided into the queue's slot,
// what the queue decided back into the conversation, and both to the workers'
// eyes. Everything may be repeated safely. It may import bot and redisstore.
package relay

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// Lanes is what the relay needs of the conversations' store.
type Lanes interface {
	Take(ctx context.Context, lane bot.Lane, cid bot.CID, score string, own, looked bool) (*redisstore.Head, error)
	Ack(ctx context.Context, h *redisstore.Head, r redisstore.Result) (next string, err error)
	DueIn(ctx context.Context, lane bot.Lane, limit int) ([]redisstore.Due, error)
}

// Queue is what the relay needs of the referrals' store.
type Queue interface {
	Put(ctx context.Context, r bot.Referral, score int64) error
	Raise(ctx context.Context, programme string, ref bot.Ref, priority bot.Priority, score int64, r *bot.Referral, id string) error
	Push(ctx context.Context, programme string, ref bot.Ref, box redisstore.Box, it redisstore.Item) error
	PushJob(ctx context.Context, programme string, job bot.Ref, it redisstore.Item) error
	Next(ctx context.Context, programme string, ref bot.Ref, box redisstore.Box) (it *redisstore.Item, token string, err error)
	Settle(ctx context.Context, programme string, ref bot.Ref, box redisstore.Box, id, token string, delay time.Duration, dead bool) error
	DueRefs(ctx context.Context, programme string, box redisstore.Box, limit int) ([]bot.Ref, error)
	Record(ctx context.Context, programme string, ref bot.Ref) (redisstore.Record, error)
	PutAlert(ctx context.Context, a bot.Alert) (bool, error)
	Expired(ctx context.Context, programme string, now time.Time, limit int) (map[bot.Ref]time.Time, error)
	End(ctx context.Context, programme string, ref bot.Ref, worker string, fence int64, what, code string, lease time.Time) (bool, error)
}

// Desk shows things to workers.
type Desk interface {
	Show(ctx context.Context, programme string, ref bot.Ref, it redisstore.Item) error
	// again says that somebody before us may have posted it and died.
	ShowAlert(ctx context.Context, programme, id string, again bool) error
	ShowUnreached(ctx context.Context, programme, id string, it redisstore.Item) error
}

// Conversations takes what the queue decided.
type Conversations interface {
	Event(ctx context.Context, cid bot.CID, ev bot.Event) (reason string, err error)
}

// Relay is safe for concurrent use.
type Relay struct {
	Lanes Lanes
	Queue Queue
	Desk  Desk
	Talks Conversations
	Now   func() time.Time
	Log   *slog.Logger
	// Later runs what need not hold up the caller, with a time-out of its own.
	Later func(func(ctx context.Context))
	// Forget carries an erasure to wherever else something stands; nil where
	// nothing is ever erased.
	Forget func(ctx context.Context, cid bot.CID, e bot.Entry) error

	// Alerted is told of an alert once it is kept; nil: nobody is.
	Alerted func(ctx context.Context, a bot.Alert) error

	gate gate
}

// boost lifts a referral in its queue: so much earlier it seems to have come.
var boost = map[bot.Priority]time.Duration{bot.PriorityRaised: 7 * 24 * time.Hour, bot.PriorityUrgent: 365 * 24 * time.Hour}

func score(at time.Time, p bot.Priority) int64 { return at.Add(-boost[p]).UnixMilli() }

// Drain carries everything in a conversation's relay lane.
func (r *Relay) Drain(ctx context.Context, cid bot.CID, token string) { r.drain(ctx, cid, token, true) }

// Poll carries what is due although its committer did not.
func (r *Relay) Poll(ctx context.Context) (int, error) {
	due, err := r.Lanes.DueIn(ctx, bot.LaneRelay, 16)
	if err != nil {
		return 0, err
	}
	for _, d := range due {
		if ctx.Err() != nil {
			break
		}
		r.drain(ctx, d.CID, d.Score, false)
	}
	return len(due), nil
}

func (r *Relay) drain(ctx context.Context, cid bot.CID, token string, own bool) {
	looked := false
	for ctx.Err() == nil {
		h, err := r.Lanes.Take(ctx, bot.LaneRelay, cid, token, own, looked)
		if err != nil || h == nil {
			return
		}
		if h.Say == "look" { // carrying is repeatable: nothing to look up
			token, looked = h.Token, true
			continue
		}
		res := redisstore.Result{What: "sent"}
		switch err := r.carry(ctx, h); {
		case errors.Is(h.Broken, bot.ErrOtherKey) && h.Attempts < others:
			r.Log.ErrorContext(ctx, "effect_sealed_with_another_key", "hint", "give every replica the keyset that linkline keys rotate printed")
			res = redisstore.Result{What: "retry", Delay: otherKey}
		case h.Broken != nil:
			res = redisstore.Result{What: "dead", Code: "unreadable"}
		case errors.Is(err, bot.ErrGone):
			res = redisstore.Result{What: "dead", Code: "gone"}
		case err != nil:
			r.Log.WarnContext(ctx, "effect_not_carried", "kind", h.Entry.Kind, "error", err.Error())
			res = redisstore.Result{What: "retry", Delay: min(200*time.Millisecond<<min(h.Attempts, 8), 30*time.Second)}
		}
		next, err := r.Lanes.Ack(ctx, h, res)
		if err != nil || next == "" {
			return
		}
		token, own, looked = next, true, false
	}
}

// How long an effect waits for a replica that has its key, and how often one
// that has not may be handed it: some ten minutes in all.
const (
	otherKey = time.Second
	others   = 600
)

// carry brings one effect to the queue's slot.
func (r *Relay) carry(ctx context.Context, h *redisstore.Head) error {
	if h.Broken != nil {
		return h.Broken
	}
	e := h.Entry
	p, id := e.Programme, "x:"+string(h.CID)+":"+string(e.OID)
	switch e.Kind {
	case bot.EntryRefer:
		card := *e.Referral
		card.Handover = nil // the words stay with the conversation until a claim
		if err := r.Queue.Put(ctx, card, score(e.Referral.Created, e.Referral.Priority)); err != nil {
			return err
		}
		r.pump(p, e.Referral.Ref)
		return nil
	case bot.EntryRaise:
		return r.raise(ctx, p, e, id)
	case bot.EntryAlert:
		if _, err := r.Queue.PutAlert(ctx, *e.Alert); err != nil {
			return err
		}
		if r.Alerted != nil {
			if err := r.Alerted(ctx, *e.Alert); err != nil {
				return err
			}
		}
		r.Later(func(ctx context.Context) { r.Alert(ctx, p, e.Alert.ID) })
		return nil
	case bot.EntryRelay, bot.EntryNote:
		if e.Ref == "" {
			return nil
		}
		if err := r.Queue.Push(ctx, p, e.Ref, redisstore.ToSlack, redisstore.Item{ID: id, Kind: "note", Entry: &e}); err != nil {
			return err
		}
		r.pump(p, e.Ref)
		return nil
	case bot.EntryOwner:
		return r.owner(ctx, p, e, id)
	case bot.EntryErase:
		// A queue of its own: what cannot be deleted yet holds up nobody's alert.
		ref := bot.Ref("erase." + id)
		if err := r.Queue.PushJob(ctx, p, ref, redisstore.Item{ID: id, Kind: "erase", Worker: string(h.CID), Entry: &e}); err != nil {
			return err
		}
		r.Later(func(ctx context.Context) { r.box(ctx, p, ref, redisstore.Jobs) })
		return nil
	}
	return nil
}

func (r *Relay) raise(ctx context.Context, p string, e bot.Entry, id string) error {
	lift := *e.Referral
	ref := lift.Ref
	rec, err := r.Queue.Record(ctx, p, ref)
	if err != nil {
		return err
	}
	whole := rec.Referral
	if lift.Programme != "" { // a whole referral: its card is the new one
		flags := whole.Card.Flags
		since := whole.Card.Since
		whole = lift
		whole.Handover = nil
		whole.Card.Since = since
		whole.Card.Flags = merge(whole.Card.Flags, flags)
	} else {
		whole.Card.Flags = merge(whole.Card.Flags, lift.Card.Flags)
	}
	if err := r.Queue.Raise(ctx, p, ref, lift.Priority, score(e.At, lift.Priority), &whole, id); err != nil {
		return err
	}
	r.pump(p, ref)
	return nil
}

func merge(a, b []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, f := range append(append([]string{}, a...), b...) {
		if !seen[f] {
			seen[f] = true
			out = append(out, f)
		}
	}
	return out
}

// owner announces a claim, a release or a closing once the conversation has
// committed it.
func (r *Relay) owner(ctx context.Context, p string, e bot.Entry, id string) error {
	items := []redisstore.Item{{ID: id + ".card", Kind: "card"}}
	switch e.Key {
	case "claimed":
		items = append(items, redisstore.Item{ID: id, Kind: "handover", Worker: e.Service, Fence: e.Fence, Entry: &e})
	case "freed", "closed":
		items = []redisstore.Item{{ID: id, Kind: "over"}}
	case bot.OwnerLapsed:
		items = []redisstore.Item{{ID: id, Kind: "over"}, {ID: id + ".lapsed", Kind: "lapsed", Worker: e.Service}}
	}
	for _, it := range items {
		if err := r.Queue.Push(ctx, p, e.Ref, redisstore.ToSlack, it); err != nil {
			return err
		}
	}
	r.pump(p, e.Ref)
	return nil
}

func (r *Relay) pump(programme string, ref bot.Ref) {
	r.Later(func(ctx context.Context) { r.Pump(ctx, programme, ref) })
}

// Pump delivers what stands in a referral's two outboxes, in order.
func (r *Relay) Pump(ctx context.Context, programme string, ref bot.Ref) {
	for _, box := range []redisstore.Box{redisstore.ToConversation, redisstore.ToSlack} {
		r.box(ctx, programme, ref, box)
	}
}

// Alert delivers what stands in an alert's outbox for Slack, in order.
func (r *Relay) Alert(ctx context.Context, programme, id string) {
	r.box(ctx, programme, bot.Ref(id), redisstore.AlertToSlack)
}

type waits interface{ Wait() time.Duration }
type never interface{ Never() bool }

func (r *Relay) box(ctx context.Context, programme string, ref bot.Ref, box redisstore.Box) {
	for ctx.Err() == nil {
		if box == redisstore.ToSlack && r.gate.shut(programme, r.Now()) {
			return
		}
		it, token, err := r.Queue.Next(ctx, programme, ref, box)
		if it == nil {
			if err != nil {
				r.Log.WarnContext(ctx, "outbox_not_read", "box", string(box), "error", err.Error())
			}
			return
		}
		if err == nil {
			err = r.deliver(ctx, programme, ref, box, *it)
		}
		delay, dead := time.Duration(0), false
		if err != nil {
			var n never
			var w waits
			delay = 2 * time.Second
			if errors.As(err, &w) && w.Wait() > delay {
				delay = w.Wait()
			}
			dead = errors.As(err, &n) && n.Never()
			r.Log.WarnContext(ctx, "item_not_delivered", "box", string(box), "kind", it.Kind, "dead", dead, "error", err.Error())
		}
		if err := r.Queue.Settle(ctx, programme, ref, box, it.ID, token, delay, dead); err != nil {
			return
		}
		if delay > 0 && !dead {
			if box == redisstore.ToSlack {
				r.gate.failed(programme, ref, r.Now(), delay+100*time.Millisecond) // until the item itself is due
			}
			return
		}
		if box == redisstore.ToSlack {
			r.gate.passed(ref)
		}
	}
}

func (r *Relay) deliver(ctx context.Context, programme string, ref bot.Ref, box redisstore.Box, it redisstore.Item) error {
	switch box {
	case redisstore.Jobs:
		if r.Forget == nil || it.Entry == nil {
			return nil
		}
		return r.Forget(ctx, bot.CID(it.Worker), *it.Entry)
	case redisstore.ToSlack:
		return r.Desk.Show(ctx, programme, ref, it)
	case redisstore.AlertToSlack:
		if it.Kind == "unreached" {
			return r.Desk.ShowUnreached(ctx, programme, string(ref), it)
		}
		return r.Desk.ShowAlert(ctx, programme, string(ref), it.Again)
	}
	rec, err := r.Queue.Record(ctx, programme, ref)
	if err != nil {
		return err
	}
	kinds := map[string]bot.EventKind{"claimed": bot.EventClaimed, "freed": bot.EventFreed, "closed": bot.EventClosed}
	kind, ok := kinds[it.Kind]
	if !ok {
		return nil
	}
	_, err = r.Talks.Event(ctx, rec.Referral.CID, bot.Event{
		ID: "q:" + it.ID, Kind: kind, At: r.Now(), Ref: ref, Worker: it.Worker, Fence: it.Fence, Code: it.Code,
	})
	return err
}

// Sweep delivers what is due in a programme, shows alerts that Slack has not
// taken, and frees referrals whose lease ran out.
func (r *Relay) Sweep(ctx context.Context, programme string) error {
	for _, box := range []redisstore.Box{redisstore.AlertToSlack, redisstore.ToConversation, redisstore.Jobs} {
		refs, err := r.Queue.DueRefs(ctx, programme, box, 32)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			r.box(ctx, programme, ref, box)
		}
	}
	if err := r.cards(ctx, programme); err != nil {
		return err
	}
	expired, err := r.Queue.Expired(ctx, programme, r.Now(), 32)
	if err != nil {
		return err
	}
	for ref, lease := range expired {
		rec, err := r.Queue.Record(ctx, programme, ref)
		if err != nil {
			return err
		}
		if _, err := r.Queue.End(ctx, programme, ref, rec.Worker, rec.Fence, "freed", bot.FreedLease, lease); err != nil {
			return err
		}
		r.Pump(ctx, programme, ref)
	}
	return nil
}

// Programme of a reference: the part before the dash, in small letters.
func Programme(ref bot.Ref) string {
	p, _, _ := strings.Cut(string(ref), "-")
	return strings.ToLower(p)
}
