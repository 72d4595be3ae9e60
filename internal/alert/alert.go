// Package alert climbs the ladder of a cry for help: who is called to it, in
// which order, until somebody closes it with what was done. An alert is a
// record of its own and outlives the conversation it came from; nothing that
// the phone sends ends it. Everything is durable and each rung is climbed by
// one replica. It may import bot and redisstore.
package alert

import (
	"context"
	"log/slog"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// Ladder keeps alerts and says which rung is due. A claim is one replica's.
type Ladder interface {
	Alert(ctx context.Context, programme, id string) (redisstore.AlertRecord, error)
	DueAlerts(ctx context.Context, programme string, limit int) ([]redisstore.DueAlert, error)
	ClaimAlert(ctx context.Context, programme string, d redisstore.DueAlert) (*redisstore.AlertClaim, error)
	ClimbAlert(ctx context.Context, programme string, c *redisstore.AlertClaim, rung int, next time.Time, pages []redisstore.Page) (bool, error)
	CloseAlert(ctx context.Context, programme, id, worker, code string, note bot.Words) (how, by string, err error)
}

// Pages are the calls to people that wait to be made.
type Pages interface {
	DuePages(ctx context.Context, programme string, limit int) ([]redisstore.DueAlert, error)
	ClaimPage(ctx context.Context, programme string, d redisstore.DueAlert, anyway bool) (*redisstore.PageHead, error)
	SettlePage(ctx context.Context, programme string, h *redisstore.PageHead, res redisstore.Result) (first bool, err error)
	PageReceipt(ctx context.Context, programme, id string, delivered bool, code string) (known bool, err error)
}

// News is what happened to an alert that its conversation must hear of.
type News interface {
	DueRefs(ctx context.Context, programme string, box redisstore.Box, limit int) ([]bot.Ref, error)
	Next(ctx context.Context, programme string, ref bot.Ref, box redisstore.Box) (it *redisstore.Item, token string, err error)
	Settle(ctx context.Context, programme string, ref bot.Ref, box redisstore.Box, id, token string, delay time.Duration, dead bool) error
}

// Past forgets alerts at the end of their retention. One that is not closed
// is never forgotten.
type Past interface {
	ClosedBefore(ctx context.Context, programme string, t time.Time, limit int) ([]string, error)
	EraseAlert(ctx context.Context, programme, id string) (ok bool, err error)
}

// People knows who is called, and when people watch Slack.
type People interface {
	Lead() string                           // Slack user
	Coordinators(programme string) []string // Slack users
	OnCall(programme string) []bot.Address  // phones
	Sender(programme string) (from bot.Address, service string)
	Watched(programme string, at time.Time) bool // somebody watches Slack then
	Calendar(programme string) bot.Calendar
}

// Desk shows alerts to link workers, in their words.
type Desk interface {
	// ShowAlert posts an alert, or brings its message up to date; again as below.
	ShowAlert(ctx context.Context, programme, id string, again bool) error
	// PageUser calls one person in their direct message with the app; again
	// says that an earlier try may have got through, so look before posting.
	PageUser(ctx context.Context, programme, id, page, user, key string, again bool) error
	// PageText is what a phone is sent: no details.
	PageText(key string) string
}

// Sender sends one text; a failure is a *bot.SendError.
type Sender interface {
	Send(ctx context.Context, out bot.Outbound) (bot.Sent, error)
}

// Conversations takes what became of an alert, to tell the person.
type Conversations interface {
	Event(ctx context.Context, cid bot.CID, ev bot.Event) (reason string, err error)
}

// Forget erases alerts of a programme that were closed before a time, and says
// how many.
func (a *Alerts) Forget(ctx context.Context, programme string, before time.Time) error {
	ids, err := a.Past.ClosedBefore(ctx, programme, before, batch)
	if err != nil {
		return err
	}
	n := 0
	for _, id := range ids {
		ok, err := a.Past.EraseAlert(ctx, programme, id)
		if err != nil {
			return err
		}
		if ok {
			n++
		}
	}
	if n > 0 {
		a.Log.InfoContext(ctx, "alerts_forgotten", "programme", programme, "count", n)
	}
	return nil
}

// KindPage marks a text to somebody on call, so that its receipts are told
// from those of residents' texts. Its CID is the programme's id.
const KindPage bot.EntryKind = "page"

// Alerts is the room. It is safe for concurrent use.
type Alerts struct {
	Ladder Ladder
	Pages  Pages
	News   News
	Past   Past
	People People
	Desk   Desk
	Phone  Sender
	Talks  Conversations
	Now    func() time.Time
	Log    *slog.Logger
}

// batch is how many are worked off in one go.
const batch = 32

// Poll climbs what is due in a programme, makes the calls that wait, and tells
// conversations what became of their alerts. A failure of one holds up no
// other.
func (a *Alerts) Poll(ctx context.Context, programme string) error {
	if err := a.climb(ctx, programme); err != nil {
		return err
	}
	if err := a.call(ctx, programme); err != nil {
		return err
	}
	return a.tell(ctx, programme)
}

// Receipt takes what the network says of a text to somebody on call; ours is
// false for any other text.
func (a *Alerts) Receipt(ctx context.Context, r bot.Receipt) (ours bool, err error) {
	if r.Kind != KindPage {
		return false, nil
	}
	switch r.Status {
	case bot.DeliveryDelivered, bot.DeliveryRead:
		_, err = a.Pages.PageReceipt(ctx, string(r.CID), string(r.OID), true, "")
	case bot.DeliveryFailed:
		a.Log.ErrorContext(ctx, "page_not_delivered", "programme", string(r.CID), "code", r.Code, "hint", "check the on_call numbers in linkline.yaml")
		_, err = a.Pages.PageReceipt(ctx, string(r.CID), string(r.OID), false, r.Code)
	}
	return true, err
}
