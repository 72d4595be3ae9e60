package desk

import (
	"context"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// toQueue is the choice that puts a referral back instead of handing it to
// somebody.
const toQueue = "queue"

// handForm asks to whom a referral goes: colleagues who may hold it, and for a
// coordinator also the queue.
func (d *Desk) handForm(r redisstore.Record, move bool, m meta) bot.Form {
	f := bot.Form{Callback: formHand, Meta: m.String(), Title: "Hand over", Submit: "Hand over", Parts: []bot.Part{{Text: sayHanded}}}
	in := bot.Input{Name: "to", Label: sayHandTo}
	if move {
		f.Callback, f.Title, f.Submit = formMove, "Move", "Move it"
		f.Parts = []bot.Part{{Text: sayMove}}
		in.Options = append(in.Options, bot.Choice{ID: toQueue, Text: "Back into the queue"})
	}
	for _, w := range d.Roster.Workers(r.Referral.Programme) {
		if w.Slack != r.Worker && w.Role != roleVolunteer && len(in.Options) < 100 {
			in.Options = append(in.Options, bot.Choice{ID: w.Slack, Text: w.Name})
		}
	}
	if len(in.Options) == 0 {
		in.Options = []bot.Choice{{ID: "", Text: "There is nobody else on the list"}}
		in.Options[0].ID = "nobody"
	}
	f.Inputs = []bot.Input{in}
	return f
}

// hand gives a referral to a named colleague, or back to the queue.
func (d *Desk) hand(ctx context.Context, r redisstore.Record, s bot.Submission, m meta, wrong func(string) bot.Reaction) bot.Reaction {
	to := s.Values["to"]
	if s.Callback == formMove && to == toQueue {
		ok, err := d.Queue.End(ctx, m.programme, m.ref, r.Worker, m.fence, "freed", "", time.Time{})
		return d.moved(ctx, m, ok, err, wrong)
	}
	w, ok := d.Roster.Worker(m.programme, to)
	switch {
	case !ok:
		return wrong(sayHandTo)
	case w.Role == roleVolunteer:
		return wrong(sayHandRole)
	case to == r.Worker:
		return wrong(sayHandSelf)
	}
	how, _, err := d.Queue.HandOver(ctx, m.programme, m.ref, r.Worker, m.fence, to, d.Roster.LeaseEnds(m.programme, d.Now()))
	if how == "knows" {
		return wrong(sayHandKnows)
	}
	return d.moved(ctx, m, how == "ok", err, wrong)
}

func (d *Desk) moved(ctx context.Context, m meta, ok bool, err error, wrong func(string) bot.Reaction) bot.Reaction {
	switch {
	case err != nil:
		d.fail(ctx, "hand over", err)
		return wrong(sayLater)
	case !ok:
		return wrong(sayStale)
	}
	d.Pump(ctx, m.programme, m.ref)
	return bot.Reaction{}
}
