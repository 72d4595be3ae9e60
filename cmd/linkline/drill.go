package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"linkline/bot"
	"linkline/internal/config"
	"linkline/internal/redisstore"
)

type drillCmd struct {
	Programme string `help:"Whose ladder; the first programme's if not said."`
	Quick     bool   `help:"Climb sixty times faster than in earnest."`
}

// Run sends a practice alert up the ladder of a running set-up.
func (c drillCmd) Run(ctx context.Context) error {
	set, err := readSetup(config.NeedsStore, nil)
	if err != nil {
		return err
	}
	if c.Programme == "" {
		c.Programme = set.conf.Programmes[0].ID
	}
	if _, ok := set.conf.Programme(c.Programme); !ok {
		return fmt.Errorf("there is no programme %q (see programmes in %s)", c.Programme, set.env.Config)
	}
	r, done, err := set.store(ctx)
	if err != nil {
		return err
	}
	defer done()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	d := drill{store: r.store, out: os.Stdout, now: time.Now, tick: tick.C, patience: 2 * time.Minute}
	return d.run(ctx, bot.Alert{
		ID: fmt.Sprintf("drill-%d", time.Now().UnixMilli()), Programme: c.Programme, Label: "crisis", Category: "drill", Drill: true, Quick: c.Quick, At: time.Now().UTC(),
	})
}

// ladder is what a drill needs of the store. The alert is climbed by `serve`.
type ladder interface {
	PutAlert(ctx context.Context, a bot.Alert) (fresh bool, err error)
	Alert(ctx context.Context, programme, id string) (redisstore.AlertRecord, error)
	PagesOf(ctx context.Context, programme, alert string) ([]redisstore.PageRecord, error)
	CloseAlert(ctx context.Context, programme, id, worker, code string, note bot.Words) (how, by string, err error)
}

type drill struct {
	store    ladder
	out      io.Writer
	now      func() time.Time
	tick     <-chan time.Time
	patience time.Duration // how long nobody may be reached before it is given up
}

// errNobody says that no page of a drill was accepted.
var errNobody = errors.New("nobody was reached: is linkline serve running with this Redis, and does linkline doctor find a fault?")

// leads is the rung that calls the lead: with it the whole ladder was climbed.
const leads = 3

// run raises the alert and tells of every page as it is accepted, until the
// lead was called, somebody took the alert, or the drill is broken off.
func (d drill) run(ctx context.Context, a bot.Alert) error {
	if _, err := d.store.PutAlert(ctx, a); err != nil {
		return serviceError{err}
	}
	began := d.now()
	d.say("A practice alert goes up the ladder of %s. Nobody is in danger. Press Ctrl-C to break it off.", a.Programme)
	told, reached := map[string]bool{}, false
	for {
		select {
		case <-ctx.Done():
			return d.end(context.WithoutCancel(ctx), a, "Broken off.")
		case <-d.tick:
		}
		r, err := d.store.Alert(ctx, a.Programme, a.ID)
		if err != nil {
			return serviceError{err}
		}
		pages, err := d.store.PagesOf(ctx, a.Programme, a.ID)
		if err != nil {
			return serviceError{err}
		}
		whole := r.Rung > leads
		for i, p := range pages {
			switch {
			case p.Done.IsZero():
				whole = false
			case !told[p.ID]:
				told[p.ID] = true
				reached = d.page(began, i, p) || reached
			}
		}
		switch {
		case r.State == redisstore.AlertClosed:
			d.say("It was closed after %s.", round(r.ClosedAt.Sub(began)))
			return nil
		case r.State == redisstore.AlertTaken:
			d.say("Somebody pressed I have this after %s. They can close it now, as if it were real; the ladder waits half an hour for that.", round(d.now().Sub(began)))
			return nil
		case whole:
			return d.end(ctx, a, "The whole ladder was climbed, and nobody pressed I have this.")
		case !reached && d.now().Sub(began) > d.patience:
			_ = d.end(ctx, a, "Nobody was reached.")
			return serviceError{errNobody}
		}
	}
}

// page tells of one page; it names no phone number.
func (d drill) page(began time.Time, n int, p redisstore.PageRecord) (accepted bool) {
	whom := "the alerts channel"
	switch {
	case p.Kind == "text":
		whom = "a phone on call"
	case p.To != "":
		whom = "Slack user " + p.To.Raw()
	}
	what := "accepted"
	switch p.State {
	case redisstore.PageDelivered:
		what = "delivered"
	case redisstore.PageSent:
	case redisstore.PageDropped:
		what = "dropped: somebody had it already"
	default:
		what = "NOT accepted (" + or(p.Code, string(p.State)) + ")"
	}
	d.say("rung %d, page %d: %s: due after %s, %s after %s more", p.Rung, n+1, whom, round(p.Since.Sub(began)), what, round(p.Done.Sub(p.Since)))
	return p.State == redisstore.PageSent || p.State == redisstore.PageDelivered
}

func (d drill) end(ctx context.Context, a bot.Alert, why string) error {
	if _, _, err := d.store.CloseAlert(ctx, a.Programme, a.ID, "", "drill", ""); err != nil {
		return serviceError{err}
	}
	d.say("%s The practice alert is over.", why)
	return nil
}

func (d drill) say(format string, v ...any) { _, _ = fmt.Fprintf(d.out, format+"\n", v...) }

func round(t time.Duration) time.Duration { return max(0, t).Round(100 * time.Millisecond) }
