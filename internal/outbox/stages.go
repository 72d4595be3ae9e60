package outbox

import (
	"context"
	"errors"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
	"linkline/internal/sms"
)

// try is one head on its way through the stages.
type try struct {
	*redisstore.Head
	res   redisstore.Result
	again bool // hand it out once more: it was looked up and is not there
	sent  bot.Sent
	err   error
}

// stage does its part; true ends the way.
type stage func(ctx context.Context, t *try) (done bool)

// one takes a head through the stages.
func (o *Outbox) one(ctx context.Context, h *redisstore.Head) (res redisstore.Result, again bool) {
	t := &try{Head: h}
	for _, s := range [...]stage{o.check, o.pace, o.send, o.settle} {
		if s(ctx, t) {
			break
		}
	}
	return t.res, t.again
}

// check holds a text against the world. The script that handed it out did so
// at that very moment: STOP, owner, fence, window, terms and lock.
func (o *Outbox) check(ctx context.Context, t *try) bool {
	switch {
	case errors.Is(t.Broken, bot.ErrOtherKey) && t.Attempts < others:
		// Another replica has the key already. Until this one has it too it
		// leaves the text to that one: nothing was sent, or nothing is known.
		o.Log.ErrorContext(ctx, "entry_sealed_with_another_key", "cid", t.CID, "hint", "give every replica the keyset that linkline keys rotate printed")
		t.res = redisstore.Result{What: "retry", Delay: otherKey}
		if t.Say == "look" {
			t.res.What = "hold"
		}
	case t.Broken != nil:
		o.Log.ErrorContext(ctx, "entry_unreadable", "cid", t.CID, "oid", t.Entry.OID)
		t.res = redisstore.Result{What: "dead", Code: "unreadable"}
	case t.Say == "look":
		o.look(ctx, t)
	case t.Say == "drop":
		t.res = redisstore.Result{What: "gone", Code: t.Reason}
		// A worker hears of every text of theirs that was held back.
		if t.Entry.Kind == bot.EntryWorker {
			o.tell(ctx, t, t.Reason)
		}
	default:
		return false
	}
	return true
}

// pace waits for the sender's turn. It never waits long: the lease goes on,
// and a text whose lease ran out would count as perhaps sent.
func (o *Outbox) pace(ctx context.Context, t *try) bool {
	if o.Pace == nil || t.Lane == bot.LaneSafety {
		return false
	}
	sender := t.Entry.From.Raw()
	if t.Entry.Service != "" {
		sender = t.Entry.Service
	}
	wait := o.turns.take(sender, o.Pace(sender), segments(t.Entry), o.Now())
	if wait == 0 {
		return false
	}
	t.res = redisstore.Result{What: "retry", Delay: wait} // certainly not sent
	return true
}

// send hands the text to the provider.
func (o *Outbox) send(ctx context.Context, t *try) bool {
	t.sent, t.err = o.Provider.Send(ctx, outbound(t.Head))
	return false
}

func outbound(h *redisstore.Head) bot.Outbound {
	e := h.Entry
	return bot.Outbound{CID: h.CID, OID: e.OID, Kind: e.Kind, From: e.From, Service: e.Service, To: e.To, Text: e.Text}
}

// settle says what becomes of the head: it is gone, it is tried again, or it
// waits until its outcome is known.
func (o *Outbox) settle(ctx context.Context, t *try) bool {
	if t.err == nil {
		o.took(ctx, t, t.sent)
		return true
	}
	var se *bot.SendError
	if !errors.As(t.err, &se) {
		se = &bot.SendError{Outcome: bot.Unknown}
	}
	if se.Alarm {
		o.Log.ErrorContext(ctx, "provider_refuses_us", "code", se.Code, "hint", "look the code up in Twilio's error dictionary; check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and the numbers in linkline.yaml")
	}
	switch se.Outcome {
	case bot.NotSent:
		if t.Attempts >= attempts && o.Now().Sub(t.Entry.At) > patience(t.Lane) {
			o.dead(ctx, t, "gave_up")
			break
		}
		t.res = redisstore.Result{What: "retry", Delay: max(se.Retry, backoff(t.Lane, t.Attempts))}
	case bot.Rejected:
		o.dead(ctx, t, se.Code)
	default:
		t.res = redisstore.Result{What: "hold", Delay: o.looks()[0]}
	}
	return true
}

func (o *Outbox) took(ctx context.Context, t *try, sent bot.Sent) {
	t.res = redisstore.Result{What: "sent", SID: sent.SID}
	if sent.Segments == 0 { // a messaging service does not say
		sent.Segments = segments(t.Entry)
	}
	if o.Sent != nil {
		o.Sent(ctx, t.Entry, sent.Segments)
	}
}

// dead sets a text aside for good; whoever waits for it is told first.
func (o *Outbox) dead(ctx context.Context, t *try, code string) {
	o.Log.WarnContext(ctx, "text_not_sent", "code", code, "kind", t.Entry.Kind)
	t.res = redisstore.Result{What: "dead", Code: code}
	o.tell(ctx, t, code)
}

func (o *Outbox) tell(ctx context.Context, t *try, code string) {
	if o.Failed == nil {
		return
	}
	if err := o.Failed(ctx, t.CID, t.Entry, code); err != nil {
		o.Log.ErrorContext(ctx, "failure_not_told", "cid", t.CID, "error", err.Error())
		t.res = redisstore.Result{What: "retry", Delay: o.looks()[0]} // it will fail, and be told, once more
	}
}

// How hard a text is tried: it is given up only after so many attempts and so
// long a time. A text for someone in danger is tried all day, every few
// seconds.
const attempts = 12

// How long an entry waits for a replica that has its key, and how often one
// that has not may be handed it: some ten minutes in all.
const (
	otherKey = time.Second
	others   = 600
)

func patience(l bot.Lane) time.Duration {
	if l == bot.LaneSafety {
		return 24 * time.Hour
	}
	return 4 * time.Hour
}

// backoff is how long to wait before the next try: it doubles, up to a
// minute, and up to ten seconds for someone in danger.
func backoff(l bot.Lane, attempts int) time.Duration {
	d := 200 * time.Millisecond << min(attempts, 9)
	if l == bot.LaneSafety {
		return min(d, 10*time.Second)
	}
	return min(d, time.Minute)
}

func segments(e bot.Entry) int {
	if e.To.Channel() == bot.SMS {
		return max(1, sms.Count(e.Text.Raw()).Segments)
	}
	return 1
}
