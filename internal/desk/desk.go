// Package desk is a referral as link workers see it: what a card, a hand-over,
// a message and a form may hold, and what a worker may do. It knows no Slack
// type. It may import bot, redisstore, config, internal/sms and locales.
package desk

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// Claims moves referrals between the queue and workers.
type Claims interface {
	Record(ctx context.Context, programme string, ref bot.Ref) (redisstore.Record, error)
	Claim(ctx context.Context, programme string, ref bot.Ref, worker string, until time.Time) (how, by string, fence int64, err error)
	HandOver(ctx context.Context, programme string, ref bot.Ref, from string, fence int64, to string, until time.Time) (how string, newFence int64, err error)
	End(ctx context.Context, programme string, ref bot.Ref, worker string, fence int64, what, code string, lease time.Time) (bool, error)
	Touch(ctx context.Context, programme string, ref bot.Ref, worker string, fence int64, until time.Time) (bool, error)
	Knows(ctx context.Context, programme string, ref bot.Ref, worker string) error
}

// Lists tells who waits and who holds what.
type Lists interface {
	Waiting(ctx context.Context, programme string, limit int) ([]bot.Ref, error)
	Offer(ctx context.Context, programme, worker string, limit int) ([]bot.Ref, error)
	Held(ctx context.Context, programme, worker string) ([]bot.Ref, error)
}

// Places remembers where things stand in Slack.
type Places interface {
	SetCard(ctx context.Context, programme string, ref bot.Ref, channel, ts string) error
	SetThread(ctx context.Context, programme string, ref bot.Ref, channel, ts string) error
	SetMark(ctx context.Context, programme string, ref bot.Ref, name, channel, ts string) error
	Marks(ctx context.Context, programme string, ref bot.Ref) (map[string]string, error)
	DropMarks(ctx context.Context, programme string, ref bot.Ref) error
	RefAt(ctx context.Context, programme, channel, ts string) (bot.Ref, error)
}

// Deliveries remembers workers' texts and what became of them.
type Deliveries interface {
	SetShown(ctx context.Context, programme string, ref bot.Ref, oid bot.OID, v redisstore.Shown) error
	Shown(ctx context.Context, programme string, ref bot.Ref, oid bot.OID) (redisstore.Shown, error)
	Deliveries(ctx context.Context, cid bot.CID) (map[bot.OID]bot.Delivery, error)
}

// Alerts keeps cries for help.
type Alerts interface {
	Alert(ctx context.Context, programme, id string) (redisstore.AlertRecord, error)
	AlertShown(ctx context.Context, programme, id, channel, ts string) error
	TakeAlert(ctx context.Context, programme, id, worker string, until time.Time) (how, by string, err error)
	OpenAlerts(ctx context.Context, programme string) ([]string, error)
	CloseAlert(ctx context.Context, programme, id, worker, code string, note bot.Words) (how, by string, err error)
}

// Queue is what the desk needs of the referrals' store.
type Queue interface {
	Claims
	Lists
	Places
	Deliveries
	Alerts
}

// World is how a conversation stands, as far as its holder may know.
type World struct {
	Lang    string
	Terms   bot.Terms
	Stopped bool
	Window  time.Time // WhatsApp takes free text until then; zero: always
	LastIn  time.Time
	Muted   time.Time // the number is muted until then
}

// Conversations takes what a worker does to a conversation; the reason begins
// with "refused:" when it was not let happen.
type Conversations interface {
	Event(ctx context.Context, cid bot.CID, ev bot.Event) (reason string, err error)
	World(ctx context.Context, cid bot.CID) (World, error)
}

// Worker is somebody on the roster.
type Worker struct {
	Slack, Name, Role string
	Languages         []string
}

// Roster knows who may do what, and where things are shown.
type Roster interface {
	Worker(programme, slack string) (Worker, bool)
	Workers(programme string) []Worker
	Programmes(slack string) []string
	Rooms(programme string) (cards, alerts, young string)
	LeaseEnds(programme string, now time.Time) time.Time
	Lead() string
	// Blocks are the flows that a holder may lend a conversation to.
	Blocks(programme string) []string
}

// Texts renders an approved reply in a resident's language.
type Texts interface {
	Reply(programme, lang, key string, day, clock time.Time) (text string, args map[string]any, err error)
	LanguageName(tag string) string
	Reviewed(tag string) bool
}

// Desk is the link workers' side. It is safe for concurrent use.
type Desk struct {
	Queue  Queue
	Talks  Conversations
	Roster Roster
	Texts  Texts
	Board  bot.Board
	// Later runs what need not hold up an answer; nil: at once.
	Later func(func(ctx context.Context))
	// Pump delivers what a claim, a release or a closing put into a
	// referral's outboxes, at once.
	Pump func(ctx context.Context, programme string, ref bot.Ref)
	Now  func() time.Time
	Log  *slog.Logger

	marking [32]sync.Mutex // by text or alert: one writes on its message at a time
}

// split reads the value of a button: programme|ref. It proves nothing.
func split(value string) (programme string, ref bot.Ref) {
	p, r, _ := strings.Cut(value, "|")
	return p, bot.Ref(r)
}

func join(programme string, ref bot.Ref) string { return programme + "|" + string(ref) }

// later runs what need not hold up an answer.
func (d *Desk) later(ctx context.Context, do func(ctx context.Context)) {
	if d.Later == nil {
		do(ctx)
		return
	}
	d.Later(do)
}

// Spoken answers somebody who writes where the app can read it: nothing that
// is written in Slack reaches a resident by itself. What colleagues say to one
// another in a channel is left alone, but for the threads of cards.
func (d *Desk) Spoken(ctx context.Context, s bot.Spoken) string {
	direct := strings.HasPrefix(s.Channel, "D")
	if !direct && (s.Thread == "" || !d.card(ctx, s)) {
		return ""
	}
	switch {
	case s.Deleted:
		return sayDeleted
	case s.Edited:
		return sayEdited
	case !direct:
		return sayUnderCard
	case s.Thread == "":
		return sayHelp
	}
	return sayNote
}

// card tells whether something was said in the thread of one of our cards.
func (d *Desk) card(ctx context.Context, s bot.Spoken) bool {
	for _, programme := range d.Roster.Programmes(s.User) {
		if ref, err := d.Queue.RefAt(ctx, programme, s.Channel, s.Thread); err == nil && ref != "" {
			return true
		}
	}
	return false
}

func (d *Desk) fail(ctx context.Context, op string, err error) {
	d.Log.ErrorContext(ctx, "desk_failed", "op", op, "error", err.Error())
}
