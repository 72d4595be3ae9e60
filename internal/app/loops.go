package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"linkline/bot"
)

// loop looks again and again for work that is due. Each runs by itself: what
// waits for Twilio or Slack in one never holds up another, and nothing holds
// up texts for people in danger.
type loop struct {
	name  string
	every time.Duration
	do    func(ctx context.Context) error

	began atomic.Int64 // ms; of the last round
	ended atomic.Int64 // ms; of the last round that went well
}

func (a *App) newLoops() []*loop {
	poll := a.opts.Poll
	loops := []*loop{
		{name: "safety", every: poll, do: func(ctx context.Context) error { _, err := a.Outbox.Poll(ctx, bot.LaneSafety); return err }},
		{name: "replies", every: poll, do: func(ctx context.Context) error { _, err := a.Outbox.Poll(ctx, bot.LaneReply); return err }},
		{name: "relay", every: poll, do: func(ctx context.Context) error { _, err := a.Relay.Poll(ctx); return err }},
		{name: "timers", every: poll, do: func(ctx context.Context) error { _, err := a.Timers.Poll(ctx); return err }},
	}
	for _, p := range a.opts.Config.Programmes {
		loops = append(loops, &loop{name: "queue_" + p.ID, every: poll, do: func(ctx context.Context) error { return a.Relay.Sweep(ctx, p.ID) }},
			&loop{name: "alerts_" + p.ID, every: poll, do: func(ctx context.Context) error { return a.Alerts.Poll(ctx, p.ID) }})
	}
	loops = append(loops, &loop{name: "retention_alerts", every: time.Hour, do: a.forgetAlerts})
	return append(loops, &loop{name: "depths", every: 15 * time.Second, do: a.depths})
}

// compared is the loop that looks for lost webhooks. It stands beside the
// others: that Twilio's log cannot be read is no reason to refuse residents.
func (a *App) compared() *loop {
	return &loop{name: "catch_up", every: a.opts.CatchUp, do: a.CatchUp.Look}
}

// swept is the loop that puts the indexes right from the records themselves,
// slowly, beside the others.
func (a *App) swept() *loop {
	return &loop{name: "indexes", every: time.Hour, do: func(ctx context.Context) error {
		wrong, err := a.Store.Sweep(ctx)
		more, qerr := a.Store.SweepQueues(ctx)
		if wrong+more > 0 {
			a.opts.Log.WarnContext(ctx, "indexes_mended", "conversations", wrong, "queues", more)
		}
		return errors.Join(err, qerr)
	}}
}

// watchEvery is how often the masters are looked at. A failover takes a few
// seconds, and what it lost is found again by the next catch-up.
const watchEvery = 2 * time.Second

// watched is the loop that looks after Redis' masters and their replicas.
func (a *App) watched() *loop {
	return &loop{name: "redis", every: watchEvery, do: a.Watch}
}

// Watch looks after Redis' masters: after a failover everything that the
// provider brought is compared once more. Run does it all the time.
func (a *App) Watch(ctx context.Context) error {
	news, err := a.client.Watch(ctx)
	if err != nil {
		return err
	}
	if was := a.alone.Swap(int64(news.Alone)); was != int64(news.Alone) {
		a.opts.Log.WarnContext(ctx, "redis_replicas", "masters_without", news.Alone, "hint", "a master without its replica is written to alone: bring the replica back (docs/going-live.md, Redis)")
	}
	if news.Changed {
		a.opts.Log.WarnContext(ctx, "redis_failed_over", "hint", "texts of the last days are compared with the provider's log once more")
		a.CatchUp.Again()
		return a.CatchUp.Look(ctx)
	}
	return nil
}

func (a *App) depths(ctx context.Context) error {
	d, err := a.Store.Depths(ctx)
	for what, n := range d {
		a.Metrics.Depth.WithLabelValues(what).Set(float64(n))
	}
	return err
}

// Run drains and fires until the context ends; then it finishes what has
// begun. Everything committed but unsent is found again by the next start.
func (a *App) Run(ctx context.Context) error {
	held := a.sockets(ctx)
	defer func() { <-held }()
	var running sync.WaitGroup
	apart := []*loop{a.compared(), a.swept(), a.watched()}
	for _, l := range apart { // once at once: much may have happened while we were away
		running.Go(func() { a.round(ctx, l) })
	}
	for _, l := range append(slices.Clone(a.loops), apart...) {
		l.began.Store(time.Now().UnixMilli())
		l.ended.Store(time.Now().UnixMilli())
		running.Go(func() {
			tick := time.NewTicker(l.every)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					a.round(ctx, l)
				}
			}
		})
	}
	running.Wait()
	return nil
}

// Round looks once for everything that is due.
func (a *App) Round(ctx context.Context) {
	for _, l := range a.loops {
		a.round(ctx, l)
	}
}

func (a *App) round(ctx context.Context, l *loop) {
	defer func() {
		if r := recover(); r != nil {
			a.opts.Log.ErrorContext(ctx, "loop_panicked", "what", l.name)
		}
	}()
	l.began.Store(time.Now().UnixMilli())
	switch err := l.do(ctx); {
	case err == nil:
		l.ended.Store(time.Now().UnixMilli())
	case ctx.Err() == nil:
		a.opts.Log.WarnContext(ctx, "drain_failed", "what", l.name, "error", err.Error())
	}
}

// ErrLoops says that the drain loops have stopped going round.
var ErrLoops = errors.New("the drain loops stand still")

// How long a loop may fail, and how long one round may take: rounds that wait
// for a stuck Twilio or Slack are long, and no reason to refuse residents.
const (
	mayFail = 3 * time.Minute
	mayTake = 30 * time.Minute
)

// Ready tells whether Redis takes writes and the loops live. A stuck Twilio or
// Slack does not make it fail: residents are still taken.
func (a *App) Ready(ctx context.Context) error {
	if err := a.client.Writable(ctx); err != nil {
		return err
	}
	for _, l := range a.loops {
		began, ended := time.UnixMilli(l.began.Load()), time.UnixMilli(l.ended.Load())
		limit := mayFail + 2*l.every // a slow loop is long between rounds
		if began.After(ended) {      // a round is under way, or the last one failed
			limit = mayTake + 2*l.every
		}
		if time.Since(ended) > limit {
			return ErrLoops
		}
	}
	return nil
}
