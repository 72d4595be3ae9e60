package desk

import (
	"context"
	"errors"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// Press acts on a button. What it returns is told to whoever pressed, and to
// nobody else. The value of a button proves nothing: who may do what is
// checked against the roster and the queue.
func (d *Desk) Press(ctx context.Context, p bot.Press) string {
	programme, ref := split(p.Value)
	switch p.Action {
	case actTakeAlert, actCloseAlert, actReadAlert:
		return d.pressAlert(ctx, p, programme, string(ref))
	case actDelete, actDeleteOff, actHold, actHoldOff:
		return d.pressDeletion(ctx, p, programme, ref)
	}
	w, ok := d.Roster.Worker(programme, p.User)
	if !ok {
		return sayNotOnRoster
	}
	switch p.Action {
	case actClaim:
		return d.claim(ctx, w, programme, ref)
	case actKnow:
		return d.know(ctx, w, programme, ref)
	case actReply, actClose, actHand, actMove, actLend:
		return d.form(ctx, p, w, programme, ref)
	case actCalled:
		return d.called(ctx, p, programme, ref)
	case actMute, actUnmute:
		return d.mute(ctx, p, programme, ref)
	case actRelease:
		return d.release(ctx, p.User, programme, ref)
	}
	return sayStale
}

func (d *Desk) claim(ctx context.Context, w Worker, programme string, ref bot.Ref) string {
	if w.Role == "volunteer" {
		return sayVolunteer
	}
	how, by, _, err := d.Queue.Claim(ctx, programme, ref, w.Slack, d.Roster.LeaseEnds(programme, d.Now()))
	if err != nil {
		d.fail(ctx, "claim", err)
		return sayLater
	}
	switch how {
	case "ok":
		d.Pump(ctx, programme, ref)
		return ""
	case "yours":
		d.Pump(ctx, programme, ref)
		return say(sayYours, ref, "")
	case "held":
		return say(sayHeld, ref, by)
	case "knows":
		return sayKnows
	case "closed":
		return say(sayClosed, ref, "")
	}
	return sayStale
}

func (d *Desk) know(ctx context.Context, w Worker, programme string, ref bot.Ref) string {
	switch err := d.Queue.Knows(ctx, programme, ref, w.Slack); {
	case errors.Is(err, redisstore.ErrHolds):
		return say(sayKnowHeld, ref, "")
	case errors.Is(err, bot.ErrGone):
		return sayStale
	case err != nil:
		d.fail(ctx, "know", err)
		return sayLater
	}
	return sayKnowDone
}

func (d *Desk) release(ctx context.Context, user, programme string, ref bot.Ref) string {
	r, told := d.mine(ctx, user, programme, ref)
	if told != "" {
		return told
	}
	ok, err := d.Queue.End(ctx, programme, ref, user, r.Fence, "freed", "", time.Time{})
	if err != nil {
		d.fail(ctx, "release", err)
		return sayLater
	}
	if !ok {
		return sayStale
	}
	d.Pump(ctx, programme, ref)
	return say(sayReleased, ref, "")
}

// notClosed reads a referral that is not closed.
func (d *Desk) notClosed(ctx context.Context, programme string, ref bot.Ref) (redisstore.Record, string) {
	r, err := d.Queue.Record(ctx, programme, ref)
	switch {
	case errors.Is(err, bot.ErrGone):
		return r, sayStale
	case err != nil:
		d.fail(ctx, "read referral", err)
		return r, sayLater
	case r.State == "closed":
		return r, say(sayClosed, ref, "")
	}
	return r, ""
}

// mine reads a referral and makes sure that the user holds it now.
func (d *Desk) mine(ctx context.Context, user, programme string, ref bot.Ref) (redisstore.Record, string) {
	r, told := d.notClosed(ctx, programme, ref)
	switch {
	case told != "":
		return r, told
	case r.State != "claimed":
		return r, say(sayNotHeld, ref, "")
	case r.Worker != user:
		return r, say(sayHeld, ref, r.Worker)
	}
	return r, ""
}

// called says that the holder has spoken with the person: from then on the
// referral is theirs until somebody moves it.
func (d *Desk) called(ctx context.Context, p bot.Press, programme string, ref bot.Ref) string {
	user := p.User
	r, told := d.mine(ctx, user, programme, ref)
	if told != "" {
		return told
	}
	ok, err := d.Queue.Touch(ctx, programme, ref, user, r.Fence, time.Time{})
	if err != nil {
		d.fail(ctx, "note contact", err)
		return sayLater
	}
	if !ok {
		return sayStale
	}
	ev := bot.Event{ID: p.ID, Kind: bot.EventSpoke, At: d.Now(), Ref: ref, Worker: user, Fence: r.Fence}
	if _, err := d.Talks.Event(ctx, r.Referral.CID, ev); err != nil {
		d.fail(ctx, "note contact", err)
		return sayLater
	}
	return say(sayCalled, ref, "")
}
