package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"golang.org/x/sync/errgroup"
)

// Sockets is how many connections Socket Mode holds open: while Slack renews
// one, the other goes on.
const Sockets = 2

// Socket tells whether Socket Mode is to run.
func (a *Adapter) Socket() bool { return a.conf.AppToken != "" }

// Run holds Socket Mode's connections open until the context ends. A token
// that Slack refuses is said loudly and tried again: residents are answered
// all the same.
func (a *Adapter) Run(ctx context.Context) error {
	if !a.Socket() {
		return nil
	}
	g, ctx := errgroup.WithContext(ctx)
	for range Sockets {
		g.Go(func() error { return a.hold(ctx) })
	}
	return g.Wait()
}

func (a *Adapter) hold(ctx context.Context) error {
	for ctx.Err() == nil {
		err := a.socket(ctx)
		if ctx.Err() != nil {
			break
		}
		if a.conf.Log != nil {
			code := "connection_lost"
			var said slack.SlackErrorResponse
			if errors.As(err, &said) {
				code = said.Err
			}
			a.conf.Log.ErrorContext(ctx, "slack_socket_closed", "code", code, "hint", "check SLACK_APP_TOKEN and that Socket Mode is on")
		}
		wait := time.NewTimer(a.conf.Reconnect)
		select {
		case <-ctx.Done():
			wait.Stop()
		case <-wait.C:
		}
	}
	return nil
}

// socket runs one connection, renewed whenever Slack asks for that.
func (a *Adapter) socket(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := socketmode.New(a.app, socketmode.OptionReadLimit(MaxBody*2))
	done := make(chan error, 1)
	go func() { done <- c.RunContext(ctx) }()
	for {
		select {
		case err := <-done:
			return err
		case ev := <-c.Events:
			a.frame(ctx, c, ev)
		}
	}
}

// frame takes one frame. It never waits: a reader that stands still starves
// the connection's pings.
func (a *Adapter) frame(ctx context.Context, c *socketmode.Client, ev socketmode.Event) {
	var f frame
	switch {
	case ev.Type == socketmode.EventTypeErrorBadMessage:
		// slack-go reads more than it needs to and leaves what it cannot read
		// unanswered; Slack would send it again and again.
		bad, ok := ev.Data.(*socketmode.ErrorBadMessage)
		if !ok || json.Unmarshal(bad.Message, &f) != nil {
			return
		}
	case ev.Request != nil:
		f = frame{Type: ev.Request.Type, Envelope: ev.Request.EnvelopeID, Payload: ev.Request.Payload}
	}
	if f.Envelope == "" {
		return
	}
	a.later(ctx, func(ctx context.Context) { a.framed(ctx, f, func(v any) error { return c.AckCtx(ctx, f.Envelope, v) }) })
}

type frame struct {
	Type     string          `json:"type"`
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
}

// framed acts on a frame and acknowledges it by its envelope, whatever it
// holds. The envelope is new each time, so repeats are known by what is in it.
func (a *Adapter) framed(ctx context.Context, f frame, ack func(any) error) {
	var reply map[string]any
	switch f.Type {
	case "events_api":
		var e envelope
		_ = ack(nil)
		if json.Unmarshal(f.Payload, &e) == nil {
			a.event(ctx, e)
		}
		return
	case "interactive":
		var i interaction
		if json.Unmarshal(f.Payload, &i) == nil {
			ctx, cancel := context.WithTimeout(ctx, answerIn)
			defer cancel()
			reply = a.interact(ctx, i)
		}
	case "slash_commands":
		var k command
		if json.Unmarshal(f.Payload, &k) == nil {
			ctx, cancel := context.WithTimeout(ctx, answerIn)
			defer cancel()
			reply = a.command(ctx, k)
		}
	}
	if reply == nil {
		_ = ack(nil)
		return
	}
	// Slack drops answers of 20 kB and more without a word; slack-go refuses
	// them. A bare acknowledgement would close the form as if all were well.
	if ack(reply) != nil {
		_ = ack(map[string]any{"response_action": "errors", "errors": map[string]string{"text": sayTooLarge}})
	}
}

// sayTooLarge is the one thing that the adapter itself has to say.
const sayTooLarge = "That is too long to show here. Please shorten it."
