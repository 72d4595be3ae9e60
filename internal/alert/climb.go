package alert

import (
	"context"
	"errors"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// climb takes every rung that is due. Whoever dies in the middle leaves it to
// another: pages have fixed names and are made once.
func (a *Alerts) climb(ctx context.Context, programme string) error {
	due, err := a.Ladder.DueAlerts(ctx, programme, batch)
	if err != nil {
		return err
	}
	for _, d := range due {
		if err := a.rung(ctx, programme, d); err != nil {
			a.Log.ErrorContext(ctx, "rung_not_climbed", "programme", programme, "error", err.Error())
		}
	}
	return nil
}

func (a *Alerts) rung(ctx context.Context, programme string, d redisstore.DueAlert) error {
	c, err := a.Ladder.ClaimAlert(ctx, programme, d)
	if err != nil || c == nil {
		return err
	}
	s := a.step(programme, c.Record, a.Now())
	if s.next.IsZero() {
		return a.expire(ctx, programme, d.ID)
	}
	ok, err := a.Ladder.ClimbAlert(ctx, programme, c, s.rung, s.next, s.pages)
	if err != nil || !ok {
		return err // somebody took or closed it meanwhile: nobody is called
	}
	if c.Record.Alert.Label == labelCrisis && s.rung > 2 && c.Record.Told.IsZero() {
		// Minutes have gone and nobody is known to have heard: the person is
		// told when people are back, not that somebody is coming.
		return a.say(ctx, c.Record, bot.EventPaged, bot.PageNone)
	}
	return nil
}

// expire ends a notice, whose message then says that it is over, and forgets
// it: of a child nothing is kept.
func (a *Alerts) expire(ctx context.Context, programme, id string) error {
	if _, _, err := a.Ladder.CloseAlert(ctx, programme, id, "", "expired", ""); err != nil {
		return err
	}
	if err := a.Desk.ShowAlert(ctx, programme, id, true); err != nil {
		a.Log.WarnContext(ctx, "notice_not_updated", "programme", programme, "error", err.Error())
	}
	_, err := a.Past.EraseAlert(ctx, programme, id)
	return err
}

// call makes the calls that wait.
func (a *Alerts) call(ctx context.Context, programme string) error {
	due, err := a.Pages.DuePages(ctx, programme, batch)
	if err != nil {
		return err
	}
	for _, d := range due {
		h, err := a.Pages.ClaimPage(ctx, programme, d, false)
		if err != nil || h == nil {
			a.note(ctx, programme, err)
			continue
		}
		res, again := a.make(ctx, programme, h)
		if again {
			if h, err = a.Pages.ClaimPage(ctx, programme, redisstore.DueAlert{ID: h.ID, Score: h.Token}, true); err != nil || h == nil {
				a.note(ctx, programme, err)
				continue
			}
			h.InFlight = true
			res, _ = a.make(ctx, programme, h)
		}
		if _, err := a.Pages.SettlePage(ctx, programme, h, res); err != nil && !errors.Is(err, redisstore.ErrLost) {
			a.note(ctx, programme, err)
		}
	}
	return nil
}

func (a *Alerts) note(ctx context.Context, programme string, err error) {
	if err != nil {
		a.Log.ErrorContext(ctx, "page_not_made", "programme", programme, "error", err.Error())
	}
}

// make makes one call. again says: it may have been made before, claim it to
// make it all the same. A cry for help told twice does no harm; one not told
// does.
func (a *Alerts) make(ctx context.Context, programme string, h *redisstore.PageHead) (res redisstore.Result, again bool) {
	switch h.Say {
	case "sent":
		return redisstore.Result{What: "sent", SID: ""}, false
	case "drop":
		return redisstore.Result{What: "gone", Code: "taken"}, false
	case "look":
		return redisstore.Result{}, true
	}
	switch {
	case h.Kind == "text":
		return a.text(ctx, programme, h), false
	case h.Key == PageRoom:
		return a.room(ctx, programme, h), false
	}
	err := a.Desk.PageUser(ctx, programme, h.Alert, h.ID, h.To.Raw(), h.Key, h.InFlight)
	return a.became(ctx, h, err), false
}

// room waits until Slack has accepted the alert's own message, which the
// alert's outbox posts.
func (a *Alerts) room(ctx context.Context, programme string, h *redisstore.PageHead) redisstore.Result {
	r, err := a.Ladder.Alert(ctx, programme, h.Alert)
	switch {
	case err != nil:
		return a.became(ctx, h, err)
	case r.Shown.IsZero():
		return redisstore.Result{What: "retry", Delay: 250 * time.Millisecond, Code: "not shown yet"}
	}
	return redisstore.Result{What: "sent"}
}

func (a *Alerts) text(ctx context.Context, programme string, h *redisstore.PageHead) redisstore.Result {
	from, service := a.People.Sender(programme)
	sent, err := a.Phone.Send(ctx, bot.Outbound{
		CID: bot.CID(programme), OID: bot.OID(h.ID), Kind: KindPage, From: from, Service: service, To: h.To, Text: bot.Words(a.Desk.PageText(h.Key)),
	})
	var failed *bot.SendError
	switch {
	case err == nil:
		return redisstore.Result{What: "sent", SID: sent.SID}
	case errors.As(err, &failed) && failed.Outcome == bot.Rejected:
		a.Log.ErrorContext(ctx, "page_refused", "programme", programme, "code", failed.Code, "hint", "check the on_call numbers in linkline.yaml")
		return redisstore.Result{What: "dead", Code: failed.Code}
	case errors.As(err, &failed):
		return redisstore.Result{What: "retry", Delay: max(failed.Retry, backoff(h.Attempts)), Code: failed.Code}
	}
	return a.became(ctx, h, err)
}

type waits interface{ Wait() time.Duration }
type never interface{ Never() bool }

// became says what a call through Slack came to.
func (a *Alerts) became(ctx context.Context, h *redisstore.PageHead, err error) redisstore.Result {
	if err == nil {
		return redisstore.Result{What: "sent"}
	}
	a.Log.WarnContext(ctx, "page_failed", "kind", h.Kind, "rung", h.Rung, "error", err.Error())
	var n never
	if errors.Is(err, bot.ErrGone) || errors.As(err, &n) && n.Never() {
		return redisstore.Result{What: "dead", Code: "refused"}
	}
	delay := backoff(h.Attempts)
	var w waits
	if errors.As(err, &w) {
		delay = max(delay, w.Wait())
	}
	return redisstore.Result{What: "retry", Delay: delay, Code: "failed"}
}

func backoff(attempts int) time.Duration {
	return min(time.Second<<min(max(attempts, 0), 5), 30*time.Second)
}
