package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/inbox"
)

// sent counts a text that the provider took, and watches the day's spending.
func (a *App) sent(ctx context.Context, e bot.Entry, segments int) {
	a.Metrics.Sent.WithLabelValues(string(e.Kind)).Inc()
	a.Metrics.Segments.Add(float64(segments))
	limit := a.opts.Config.SpendPerDay
	total, first, err := a.Store.Spend(ctx, a.opts.Now(), segments, limit)
	if err != nil {
		a.opts.Log.WarnContext(ctx, "spending_not_counted", "error", err.Error())
		return
	}
	if !first {
		return
	}
	// Nothing is held back: a person must look at it, once a day.
	a.Metrics.Overspent.Inc()
	a.opts.Log.ErrorContext(ctx, "spending_high", "segments_today", total, "limit", limit, "hint", "look for a flood of texts; raise spend.segments_per_day if this is a busy day")
	a.later(func(ctx context.Context) {
		if err := a.Desk.Overspent(ctx, total, limit); err != nil {
			a.opts.Log.WarnContext(ctx, "notice_not_shown", "error", err.Error())
		}
	})
}

// failed tells the conversation of a text that will never go out, and of a
// text for someone in danger whoever has the alert.
func (a *App) failed(ctx context.Context, cid bot.CID, e bot.Entry, code string) error {
	a.Metrics.Failed.WithLabelValues(label(code)).Inc()
	ev := bot.Event{ID: "f:" + string(e.OID), Kind: bot.EventFailed, At: a.opts.Now(), OID: e.OID, Code: code}
	if _, err := a.Inbox.Event(ctx, cid, ev); err != nil && !errors.Is(err, inbox.ErrNoConversation) {
		return err
	}
	if e.Kind != bot.EntrySafety {
		return nil
	}
	// The alert's id is made of the event that also made the text.
	from, _, _ := strings.Cut(string(e.OID), ".")
	id := string(cid) + "-" + from
	err := a.Store.AlertUnreached(ctx, e.Programme, id, e.OID, code)
	switch {
	case errors.Is(err, bot.ErrGone):
		if a.opts.Now().Sub(e.At) < settling {
			return err // the relay has not brought the alert yet
		}
		return nil // told by a receipt, which is on record: alerted looks for it
	case err != nil:
		return err
	}
	a.later(func(ctx context.Context) { a.Relay.Alert(ctx, e.Programme, id) })
	return nil
}

// alerted looks, once an alert is kept, whether a text for the person was known
// to have failed before there was an alert to tell of it.
func (a *App) alerted(ctx context.Context, al bot.Alert) error {
	event, ok := strings.CutPrefix(al.ID, string(al.CID)+"-")
	if !ok || al.Label != "crisis" {
		return nil
	}
	failed, err := a.Store.Undelivered(ctx, al.CID, event)
	if err != nil {
		return err
	}
	for oid, code := range failed {
		if err := a.Store.AlertUnreached(ctx, al.Programme, al.ID, oid, code); err != nil {
			return err
		}
	}
	return nil
}

// settling is how long an alert may be on its way to its queue.
const settling = 2 * time.Minute

// label keeps the metric to what Twilio and the outbox are known to say.
func label(code string) string {
	if code == "" || len(code) > 12 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_0123456789") != "" {
		return "other"
	}
	return code
}

// Receipt takes a delivery receipt.
func (a *App) Receipt(ctx context.Context, r bot.Receipt) error {
	if r.Status == "" {
		return nil // a word we do not know changes nothing
	}
	if ours, err := a.Alerts.Receipt(ctx, r); ours {
		return err
	}
	moved, known, err := a.Store.Receipt(ctx, r)
	switch {
	case err != nil:
		return err
	case !known:
		return bot.ErrUnknownMessage
	case !moved:
		return nil
	}
	l, err := a.Store.Load(ctx, r.CID)
	if err != nil || l.State == nil {
		return err
	}
	var c bot.Conversation
	if err := json.Unmarshal(l.State, &c); err != nil {
		return fmt.Errorf("conversation %s: %w", r.CID, err)
	}
	if r.Status == bot.DeliveryFailed {
		if err := a.failed(ctx, r.CID, bot.Entry{OID: r.OID, Kind: r.Kind, Programme: c.Programme}, r.Code); err != nil {
			return err
		}
	}
	if c.OwnRef != "" {
		a.later(func(ctx context.Context) {
			if err := a.Desk.Delivered(ctx, c.Programme, c.OwnRef, r.CID, r.OID); err != nil {
				a.opts.Log.WarnContext(ctx, "delivery_not_shown", "error", err.Error())
			}
		})
	}
	return nil
}
