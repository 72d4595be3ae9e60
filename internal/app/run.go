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
	return d, a.channels(ctx)
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
	a.work.Wait()
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
