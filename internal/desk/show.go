package desk

import (
	"context"
	"errors"
	"strings"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// Show brings one committed effect to the workers' eyes. It may be repeated:
// a card or a line that stands already is changed, not posted again.
func (d *Desk) Show(ctx context.Context, programme string, ref bot.Ref, it redisstore.Item) error {
	r, err := d.Queue.Record(ctx, programme, ref)
	if err != nil {
		return err
	}
	switch it.Kind {
	case "card":
		return d.showCard(ctx, r, it.Again)
	case "handover":
		if it.Entry == nil || it.Entry.Referral == nil || r.State != "claimed" || r.Fence != it.Fence {
			return nil // the claim is over already
		}
		return d.showHandover(ctx, r, *it.Entry.Referral, it.Again)
	case "note":
		if it.Entry == nil || it.Entry.Note == nil {
			return nil
		}
		return d.showNote(ctx, r, it)
	case "over":
		if err := d.redact(ctx, r); err != nil {
			return err
		}
		return d.showCard(ctx, r, it.Again)
	case "lapsed":
		_, err := d.once(ctx, it.Again, it.Worker, "", bot.Panel{ID: it.ID, Summary: "Back in the queue: " + string(ref), Parts: []bot.Part{{Text: say(sayLeaseOver, ref, "")}}})
		return err
	}
	return nil
}

func (d *Desk) showCard(ctx context.Context, r redisstore.Record, again bool) error {
	p := d.face(r)
	if ch, ts, ok := strings.Cut(r.CardTS, "|"); ok {
		err := d.Board.Update(ctx, bot.Spot{Channel: ch, TS: ts}, p)
		if !errors.Is(err, bot.ErrMessageGone) {
			return err
		}
	}
	cards, _, young := d.Roster.Rooms(r.Referral.Programme)
	if r.Referral.Card.Young && young != "" {
		cards = young
	}
	at, err := d.once(ctx, again, cards, "", p)
	if err != nil {
		return err
	}
	return d.Queue.SetCard(ctx, r.Referral.Programme, r.Ref, at.Channel, at.TS)
}

func (d *Desk) showHandover(ctx context.Context, r redisstore.Record, whole bot.Referral, again bool) error {
	p := d.handover(whole)
	if ch, ts, ok := strings.Cut(r.Thread, "|"); ok && ts != "" {
		err := d.Board.Update(ctx, bot.Spot{Channel: ch, TS: ts}, p)
		if err == nil { // the mark may be missing still, and without it nothing is redacted
			return d.Queue.SetMark(ctx, r.Referral.Programme, r.Ref, "handover", ch, ts)
		}
		if !errors.Is(err, bot.ErrMessageGone) {
			return err
		}
	}
	at, err := d.once(ctx, again, r.Worker, "", p)
	if err != nil {
		return err
	}
	if err := d.Queue.SetThread(ctx, r.Referral.Programme, r.Ref, at.Channel, at.TS); err != nil {
		return err
	}
	return d.Queue.SetMark(ctx, r.Referral.Programme, r.Ref, "handover", at.Channel, at.TS)
}

func (d *Desk) showNote(ctx context.Context, r redisstore.Record, it redisstore.Item) error {
	if k := it.Entry.Note.Kind; k == bot.NoteDelete || k == bot.NoteCancelled {
		if err := d.deletion(ctx, r, it); err != nil {
			return err
		}
	}
	ch, ts, ok := strings.Cut(r.Thread, "|")
	if r.State != "claimed" || !ok || ts == "" {
		return nil // nobody holds it: the words stand in the hand-over
	}
	marks, err := d.Queue.Marks(ctx, r.Referral.Programme, r.Ref)
	if err != nil {
		return err
	}
	if marks[it.ID] != "" {
		return nil
	}
	if n := it.Entry.Note; n.Kind == bot.NoteFailed && n.OID != "" {
		if err := d.markFailed(ctx, r, n.OID); err != nil {
			return err
		}
	}
	p := d.note(r.Ref, it.ID, *it.Entry.Note)
	for i := range p.Buttons {
		p.Buttons[i].Value = join(r.Referral.Programme, r.Ref)
	}
	at, err := d.once(ctx, it.Again, ch, ts, p)
	if errors.Is(err, bot.ErrMessageGone) { // the thread's head was deleted: a new one begins here
		if at, err = d.post(ctx, r.Worker, "", p); err == nil {
			err = d.Queue.SetThread(ctx, r.Referral.Programme, r.Ref, at.Channel, at.TS)
		}
	}
	if err != nil {
		return err
	}
	if it.Entry.Note.Kind == bot.NoteUnanswered && it.Entry.Note.Code != "" {
		d.askCoordinators(ctx, r)
	}
	return d.Queue.SetMark(ctx, r.Referral.Programme, r.Ref, it.ID, at.Channel, at.TS)
}

// markFailed writes on a worker's text that it did not go out: one that was
// held back has no receipt to say so.
func (d *Desk) markFailed(ctx context.Context, r redisstore.Record, oid bot.OID) error {
	v, err := d.Queue.Shown(ctx, r.Referral.Programme, r.Ref, oid)
	if errors.Is(err, bot.ErrGone) || err == nil && v.State.Rank() >= bot.DeliveryFailed.Rank() {
		return nil
	}
	if err != nil {
		return err
	}
	v.State = bot.DeliveryFailed
	if err := d.Queue.SetShown(ctx, r.Referral.Programme, r.Ref, oid, v); err != nil {
		return err
	}
	err = d.Board.Update(ctx, bot.Spot{Channel: v.Channel, TS: v.TS}, sent(r.Ref, oid, v))
	if errors.Is(err, bot.ErrMessageGone) {
		return nil
	}
	return err
}

// askCoordinators tells them of a text that nobody answered for long. It is
// a reminder: one that is lost comes again.
func (d *Desk) askCoordinators(ctx context.Context, r redisstore.Record) {
	for _, w := range d.Roster.Workers(r.Referral.Programme) {
		if w.Role != roleCoordinator {
			continue
		}
		v := join(r.Referral.Programme, r.Ref)
		p := bot.Panel{
			ID: "unanswered." + string(r.Ref), Summary: "A text waits: " + string(r.Ref), Parts: []bot.Part{{Text: "The person of " + string(r.Ref) + " has written and has had no answer for a working day or more."}},
			Small: "With <@" + r.Worker + ">", Buttons: []bot.Button{{Action: actMove, Text: "Move it", Value: v}},
		}
		if _, err := d.post(ctx, w.Slack, "", p); err != nil {
			d.fail(ctx, "ask coordinator", err)
		}
	}
}

// Forget removes everything that link workers were shown of a referral: the
// words in direct messages, and what the card said.
func (d *Desk) Forget(ctx context.Context, programme string, ref bot.Ref) error {
	r, err := d.Queue.Record(ctx, programme, ref)
	if errors.Is(err, bot.ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := d.redact(ctx, r); err != nil {
		return err
	}
	ch, ts, ok := strings.Cut(r.CardTS, "|")
	if !ok {
		return nil
	}
	err = d.Board.Update(ctx, bot.Spot{Channel: ch, TS: ts}, erased(ref))
	if errors.Is(err, bot.ErrMessageGone) {
		return nil
	}
	return err
}

// redact removes a referral's words from the direct message of whoever held
// it.
func (d *Desk) redact(ctx context.Context, r redisstore.Record) error {
	marks, err := d.Queue.Marks(ctx, r.Referral.Programme, r.Ref)
	if err != nil {
		return err
	}
	for name, at := range marks {
		ch, ts, ok := strings.Cut(at, "|")
		if !ok || strings.HasPrefix(name, "t:") {
			continue
		}
		err := d.Board.Update(ctx, bot.Spot{Channel: ch, TS: ts}, redacted(r))
		if err != nil && !errors.Is(err, bot.ErrMessageGone) {
			return err
		}
	}
	if err := d.Queue.DropMarks(ctx, r.Referral.Programme, r.Ref); err != nil {
		return err
	}
	return d.Queue.SetThread(ctx, r.Referral.Programme, r.Ref, "", "")
}

// Delivered writes what is known of a worker's text on the message that shows
// it. What is known is read anew and one writer at a time, so that news which
// cross on the way never put the message back.
func (d *Desk) Delivered(ctx context.Context, programme string, ref bot.Ref, cid bot.CID, oid bot.OID) error {
	defer d.alone(string(oid))()
	v, err := d.Queue.Shown(ctx, programme, ref, oid)
	if errors.Is(err, bot.ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	known, err := d.Queue.Deliveries(ctx, cid)
	if err != nil || known[oid].Rank() <= v.State.Rank() {
		return err
	}
	v.State = known[oid]
	if err := d.Queue.SetShown(ctx, programme, ref, oid, v); err != nil {
		return err
	}
	at := bot.Spot{Channel: v.Channel, TS: v.TS}
	err = d.Board.Update(ctx, at, sent(ref, oid, v))
	if _, gone := d.Queue.Shown(ctx, programme, ref, oid); errors.Is(gone, bot.ErrGone) && err == nil {
		// The words were removed while we wrote: they do not come back.
		if r, rerr := d.Queue.Record(ctx, programme, ref); rerr == nil {
			err = d.Board.Update(ctx, at, redacted(r))
		}
	}
	if errors.Is(err, bot.ErrMessageGone) {
		return nil
	}
	return err
}
