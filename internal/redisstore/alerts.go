package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"linkline/bot"

	"github.com/redis/go-redis/v9"
)

// AlertToSlack and AlertToConversation are the two outboxes of an alert. They
// work as those of a referral do: Next, Settle and DueRefs, with the alert's
// id in place of the reference. Items of both: "taken" and "closed" (Worker
// says by whom, Code what was done). Only for Slack: "alert", the alert itself,
// and "unreached", a text for the person that did not arrive (Code says why).
// Only for the conversation: "told", once, when the first page was accepted.
const (
	AlertToSlack        Box = "as"
	AlertToConversation Box = "ac"
)

// AlertState is where an alert stands.
type AlertState string

// An alert is open until somebody takes it, and ends only when it is closed
// with what was done.
const (
	AlertOpen   AlertState = "open"
	AlertTaken  AlertState = "taken"
	AlertClosed AlertState = "closed"
)

// AlertRecord is a cry for help as it is kept. It outlives the conversation
// that it came from.
type AlertRecord struct {
	Alert bot.Alert // with TakenBy and TakenAt
	State AlertState
	Since time.Time // when it was kept
	Rung  int       // the rung that is climbed next; the first is 0
	Next  time.Time // when that is due, or until when a replica has it; zero once closed
	Told  time.Time // when the first page was accepted; zero: nobody is known to know
	Slack string    // channel|ts of its message
	Shown time.Time // when Slack accepted it

	Unreached  string    // code with which our text could not reach the person
	By         string    // who has it, or had it last
	Until      time.Time // until then the climb pauses for them
	ClosedBy   string
	ClosedAt   time.Time
	ClosedCode string
	ClosedNote bot.Words
}

// DueAlert is an alert or a page that is due. Score goes back to whoever
// claims it, so that two who saw the same cannot both have it.
type DueAlert struct {
	ID    string
	Score string
}

// AlertClaim is a rung that this replica, and no other, may climb now.
type AlertClaim struct {
	Token  string
	Record AlertRecord
}

// PutAlert keeps an alert, once, and makes its first rung due at once; fresh
// tells whether this call did.
func (s *Store) PutAlert(ctx context.Context, a bot.Alert) (fresh bool, err error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("keep alert: %w", err)
	}
	it, err := s.item(bot.Ref(a.ID), Item{ID: a.ID, Kind: "alert"})
	if err != nil {
		return false, fmt.Errorf("keep alert: %w", err)
	}
	p := a.Programme
	r, err := s.call(ctx, "alert_put", []string{qkey(p, "a:"+a.ID), qkey(p, "alerts"), qkey(p, "as:"+a.ID), qkey(p, "due:as")},
		a.ID, s.sealer.Seal(raw, a.ID+"|alert"), "", it)
	return r.str(0) == "new", err
}

// Alert reads an alert; bot.ErrGone if it is not there.
func (s *Store) Alert(ctx context.Context, programme, id string) (AlertRecord, error) {
	h, err := s.client.rdb.HGetAll(ctx, qkey(programme, "a:"+id)).Result()
	if err != nil {
		return AlertRecord{}, fmt.Errorf("read alert: %w", err)
	}
	if h["data"] == "" {
		return AlertRecord{}, bot.ErrGone
	}
	r := AlertRecord{
		State: AlertState(h["st"]), Since: fromMillis(h["since"]), Next: fromMillis(h["next"]), Told: fromMillis(h["told"]),
		Slack: h["ts"], Shown: fromMillis(h["shown"]), By: h["w"], Until: fromMillis(h["until"]),
		Unreached: h["un"], ClosedBy: h["cw"], ClosedAt: fromMillis(h["cat"]), ClosedCode: h["cc"],
	}
	r.Rung, _ = strconv.Atoi(h["rung"])
	raw, err := s.sealer.Open([]byte(h["data"]), id+"|alert")
	if err != nil {
		return AlertRecord{}, fmt.Errorf("read alert: %w", err)
	}
	if err := json.Unmarshal(raw, &r.Alert); err != nil {
		return AlertRecord{}, fmt.Errorf("read alert: %w", err)
	}
	r.Alert.TakenBy, r.Alert.TakenAt = r.By, fromMillis(h["at"])
	if h["cn"] != "" {
		note, err := s.sealer.Open([]byte(h["cn"]), id+"|closed")
		if err != nil {
			return AlertRecord{}, fmt.Errorf("read alert: %w", err)
		}
		r.ClosedNote = bot.Words(note)
	}
	return r, nil
}

// OpenAlerts lists every alert of a programme that is not closed, the one due
// first in front.
func (s *Store) OpenAlerts(ctx context.Context, programme string) ([]string, error) {
	list, err := s.client.rdb.ZRange(ctx, qkey(programme, "alerts"), 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("open alerts: %w", err)
	}
	return list, nil
}

// DueAlerts lists alerts with a rung to climb now.
func (s *Store) DueAlerts(ctx context.Context, programme string, limit int) ([]DueAlert, error) {
	return s.dueIn(ctx, qkey(programme, "alerts"), limit)
}

func (s *Store) dueIn(ctx context.Context, key string, limit int) ([]DueAlert, error) {
	now, err := s.now(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read clock: %w", err)
	}
	zs, err := s.client.rdb.ZRangeByScoreWithScores(ctx, key, &redis.ZRangeBy{Min: "-inf", Max: millis(now), Count: int64(limit)}).Result()
	if err != nil {
		return nil, fmt.Errorf("look for due alerts: %w", err)
	}
	out := make([]DueAlert, len(zs))
	for i, z := range zs {
		id, _ := z.Member.(string)
		out[i] = DueAlert{ID: id, Score: strconv.FormatFloat(z.Score, 'f', 0, 64)}
	}
	return out, nil
}

// ClaimAlert takes the due rung of an alert for one lease; nil when another
// replica has it, it is not due any more, or the alert is closed. Whoever dies
// with it leaves it to be claimed again when the lease is over.
func (s *Store) ClaimAlert(ctx context.Context, programme string, d DueAlert) (*AlertClaim, error) {
	r, err := s.call(ctx, "alert_claim", []string{qkey(programme, "a:"+d.ID), qkey(programme, "alerts")},
		d.ID, d.Score, s.conf.Lease.Milliseconds(), nonce())
	if err != nil || r.str(0) != "ok" {
		return nil, err
	}
	rec, err := s.Alert(ctx, programme, d.ID)
	if err != nil {
		return nil, err
	}
	return &AlertClaim{Token: r.str(1), Record: rec}, nil
}

// ClimbAlert ends a claim: rung is the one that is next, due at next, and
// pages are those of the rung that was climbed. All of it or nothing; ok is
// false, and nobody is paged, when the claim is no longer in force because the
// alert was taken or closed, or the lease ran out. A page with an id that
// exists already is not made again.
func (s *Store) ClimbAlert(ctx context.Context, programme string, c *AlertClaim, rung int, next time.Time, pages []Page) (ok bool, err error) {
	id := c.Record.Alert.ID
	keys := []string{qkey(programme, "a:"+id), qkey(programme, "alerts"), qkey(programme, "pages"), qkey(programme, "pa:"+id)}
	args := []any{id, c.Token, rung, millis(next)}
	for _, p := range pages {
		p.Alert = id
		raw, err := json.Marshal(p)
		if err != nil {
			return false, fmt.Errorf("write page: %w", err)
		}
		keys = append(keys, qkey(programme, "p:"+p.ID))
		args = append(args, p.ID, p.Kind, s.sealer.Seal(raw, p.ID+"|page"))
	}
	r, err := s.call(ctx, "alert_climb", keys, args...)
	return r.str(0) == "ok", err
}

// AlertShown remembers where an alert stands in Slack.
func (s *Store) AlertShown(ctx context.Context, programme, id, channel, ts string) error {
	now, err := s.now(ctx, qkey(programme, "a:"+id))
	if err != nil {
		return fmt.Errorf("read clock: %w", err)
	}
	if err := s.client.rdb.HSet(ctx, qkey(programme, "a:"+id), "ts", channel+"|"+ts, "shown", millis(now)).Err(); err != nil {
		return fmt.Errorf("remember alert: %w", err)
	}
	return nil
}

// AlertUnreached notes for Slack, once for each text, that a text for the
// person in danger did not arrive, and why; bot.ErrGone if there is no such
// alert.
func (s *Store) AlertUnreached(ctx context.Context, programme, id string, oid bot.OID, code string) error {
	there, err := s.client.rdb.HExists(ctx, qkey(programme, "a:"+id), "data").Result()
	switch {
	case err != nil:
		return fmt.Errorf("note unreached: %w", err)
	case !there:
		return bot.ErrGone
	}
	if err := s.client.rdb.HSet(ctx, qkey(programme, "a:"+id), "un", code).Err(); err != nil {
		return fmt.Errorf("note unreached: %w", err)
	}
	it, err := s.item(bot.Ref(id), Item{ID: "un." + string(oid), Kind: "unreached", Code: code})
	if err != nil {
		return fmt.Errorf("note unreached: %w", err)
	}
	_, err = s.call(ctx, "queue_push", []string{qkey(programme, "a:"+id), qkey(programme, "as:"+id), qkey(programme, "due:as")}, id, it, "un."+string(oid))
	return err
}

// TakeAlert gives an alert to a worker and pauses its climb until then. how is
// ok, held (by names who has it, while their pause lasts), closed (by whom) or
// gone. Pressing again moves the pause.
func (s *Store) TakeAlert(ctx context.Context, programme, id, worker string, until time.Time) (how, by string, err error) {
	r, err := s.call(ctx, "alert_take", s.alertKeys(programme, id), id, worker, millis(until))
	if err != nil {
		return "", "", err
	}
	return r.str(0), r.str(1), nil
}

// CloseAlert ends an alert with what was done: a code, and words that stay
// sealed. how is ok, closed (by names who did it before) or gone.
func (s *Store) CloseAlert(ctx context.Context, programme, id, worker, code string, note bot.Words) (how, by string, err error) {
	sealed := ""
	if note != "" {
		sealed = string(s.sealer.Seal([]byte(note), id+"|closed"))
	}
	k := s.alertKeys(programme, id)
	keys := append([]string{k[0], k[1], qkey(programme, "closed")}, k[2:]...)
	r, err := s.call(ctx, "alert_close", keys, id, worker, code, sealed)
	if err != nil {
		return "", "", err
	}
	return r.str(0), r.str(1), nil
}

func (s *Store) alertKeys(programme, id string) []string {
	return []string{qkey(programme, "a:"+id), qkey(programme, "alerts"),
		qkey(programme, "as:"+id), qkey(programme, "due:as"), qkey(programme, "ac:"+id), qkey(programme, "due:ac")}
}

// ClosedBefore lists alerts that were closed before a time, for retention.
func (s *Store) ClosedBefore(ctx context.Context, programme string, t time.Time, limit int) ([]string, error) {
	list, err := s.client.rdb.ZRangeByScore(ctx, qkey(programme, "closed"), &redis.ZRangeBy{Min: "-inf", Max: "(" + millis(t), Count: int64(limit)}).Result()
	if err != nil {
		return nil, fmt.Errorf("closed alerts: %w", err)
	}
	return list, nil
}

// EraseAlert forgets a closed alert with its pages; ok is false for one that
// is still open.
func (s *Store) EraseAlert(ctx context.Context, programme, id string) (ok bool, err error) {
	pages, err := s.client.rdb.LRange(ctx, qkey(programme, "pa:"+id), 0, -1).Result()
	if err != nil {
		return false, fmt.Errorf("erase alert: %w", err)
	}
	keys, args := []string{}, []any{id}
	for _, k := range []string{"a:" + id, "alerts", "closed", "pa:" + id, "as:" + id, "ac:" + id, "due:as", "due:ac", "pages", "handed:as", "handed:ac"} {
		keys = append(keys, qkey(programme, k))
	}
	for _, p := range pages {
		keys = append(keys, qkey(programme, "p:"+p))
		args = append(args, p)
	}
	r, err := s.call(ctx, "alert_erase", keys, args...)
	return r.str(0) == "ok", err
}
