package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linkline/bot"
	"linkline/internal/inbox"
)

// Prepare checks the world before anybody is answered: Redis, Slack's
// channels. It says what is wrong and how to mend it.
func (a *App) Prepare(ctx context.Context) (durability any, err error) {
	d, err := a.client.Check(ctx, a.Vault.Fingerprint())
	if err != nil {
		return nil, err
	}
	if _, err := a.Eraser.Replay(ctx, a.eraseAgain); err != nil {
		return d, err
	}
	if err := a.Slack.Identify(ctx); err != nil {
		return d, fmt.Errorf("slack does not know us: %w (check SLACK_BOT_TOKEN)", err)
	}
	var wrong []error
	for _, p := range a.opts.Config.Programmes {
		for _, ch := range []string{p.Channel, p.Alerts, p.YoungChannel} {
			if ch == "" {
				continue
			}
			room, err := a.Slack.Room(ctx, ch)
			switch {
			case err != nil:
				wrong = append(wrong, fmt.Errorf("channel %s: %w (invite the app to it)", ch, err))
			case !room.Private:
				wrong = append(wrong, fmt.Errorf("channel %s is public: anybody in the workspace could read cards (make it private)", ch))
			case !room.Member:
				wrong = append(wrong, fmt.Errorf("the app is not in channel %s (type /invite @linkline there)", ch))
			default:
				for _, u := range room.Members {
					if _, ok := a.opts.Config.Worker(u); !ok && u != a.opts.Config.Safety.Lead {
						a.opts.Log.WarnContext(ctx, "member_not_on_roster", "channel", ch, "user", u, "hint", "add them to link_workers, or take them out of the channel")
					}
				}
			}
		}
	}
	return d, errors.Join(wrong...)
}

// eraseAgain forgets somebody whom a restored backup brought back beside
// others on the same address.
func (a *App) eraseAgain(ctx context.Context, cid bot.CID, ref bot.Ref) error {
	_, err := a.Inbox.Event(ctx, cid, bot.Event{ID: "l:" + string(ref), Kind: bot.EventErased, At: a.opts.Now(), Ref: ref})
	if errors.Is(err, inbox.ErrNoConversation) {
		return nil
	}
	return err
}

// sockets holds Slack's Socket Mode open, where there is a token for it, until
// the context ends.
func (a *App) sockets(ctx context.Context) (ended <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.Slack.Run(ctx); err != nil {
			a.opts.Log.ErrorContext(ctx, "slack_sockets_ended", "error", err.Error())
		}
	}()
	return done
}

// Wait returns when no work is under way beside the callers.
func (a *App) Wait() {
	a.Slack.Drain()
	a.work.wait()
}

// Close finishes what has begun and gives everything back.
func (a *App) Close() error {
	done := make(chan struct{})
	go func() { a.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second): // what is left is found again by the next start
	}
	a.cancel()
	return a.client.Close()
}

// Heartbeat is the address that is called every minute while all is well.
func (a *App) Heartbeat() string { return a.opts.Config.HeartbeatURL }
