package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"linkline/bot"
	"linkline/internal/config"
)

// Inbound takes a text from the provider.
func (a *App) Inbound(ctx context.Context, in bot.Inbound) error {
	began := time.Now()
	count := func(outcome string) { a.Metrics.Inbound.WithLabelValues(string(in.Channel), outcome).Inc() }
	switch {
	case a.opts.Rehearsal && !rehearses(a.opts.Config, in.From):
		count("not_rehearsing")
		return nil
	case slices.Contains(a.numbers, in.From):
		// One of our own numbers writes to another: answering would never end.
		count("loop")
		a.opts.Log.ErrorContext(ctx, "our_own_number_writes", "hint", "something answers our texts with our own number: look for a forwarding rule at Twilio")
		return nil
	}
	cid := a.Vault.CID(in.Channel, in.From, in.To)
	in.Flood = !a.limit.allow(cid, a.opts.Now())
	if in.Flood {
		a.Metrics.Flooded.Inc()
	}
	err := a.Inbox.Text(ctx, in)
	if err != nil && !in.Flood {
		a.limit.back(cid)
	}
	outcome := "taken"
	switch {
	case errors.Is(err, bot.ErrNoProgramme):
		outcome = "no_programme"
		a.opts.Log.ErrorContext(ctx, "number_without_programme", "hint", "add the number to a programme in linkline.yaml, or take the webhook off it")
	case err != nil:
		outcome = "refused"
		a.opts.Log.ErrorContext(ctx, "inbound_not_taken", "error", err.Error())
	}
	count(outcome)
	a.Metrics.Turn.Observe(time.Since(began).Seconds())
	return err
}

// taken tells the catch-up what became of a text.
func (a *App) taken(ctx context.Context, in bot.Inbound) (taken bool, erased time.Time, err error) {
	if a.opts.Rehearsal && !rehearses(a.opts.Config, in.From) || slices.Contains(a.numbers, in.From) {
		return true, time.Time{}, nil
	}
	cid := a.Vault.CID(in.Channel, in.From, in.To)
	if taken, err = a.Store.Seen(ctx, cid, in.ProviderID); err != nil || taken {
		return taken, time.Time{}, err
	}
	stub, _, err := a.Store.Stub(ctx, cid)
	return false, stub.ErasedAt, err
}

// ourNumbers are the addresses that programmes are reached at. A programme
// that names a messaging service instead may be reached at any number of the
// account, which the empty address stands for.
func ourNumbers(c *config.Config) []bot.Address {
	var out []bot.Address
	for _, p := range c.Programmes {
		if p.Service != "" && p.SMS == "" {
			return []bot.Address{""}
		}
		if p.SMS != "" {
			out = append(out, bot.Address(p.SMS))
		}
		if p.WhatsApp != "" {
			out = append(out, bot.Address("whatsapp:"+p.WhatsApp))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
