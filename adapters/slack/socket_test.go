package slack_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"linkline/adapters/slack"
	"linkline/bot"
	"linkline/internal/emulator/slackemu"
)

// until waits for the workspace to change until the condition holds.
func (w *world) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	changes, stop := w.emu.Subscribe()
	defer stop()
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	for !ok() {
		select {
		case <-changes:
		case <-ctx.Done():
			t.Fatalf("%s: it never came to that", what)
		}
	}
}

func socketWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, func(c *slack.Config, _ *slackemu.Config) { c.AppToken = "xapp-1" })
	w.desk.announced = make(chan string, 16)
	ctx, stop := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	go func() { done <- w.adapter.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	w.until(t, "two connections", func() bool { return w.emu.Sockets() == slack.Sockets })
	return w
}

func TestSocketMode(t *testing.T) {
	t.Parallel()
	w := socketWorld(t)
	w.emu.Endpoints("http://127.0.0.1:1/", "http://127.0.0.1:1/", "http://127.0.0.1:1/") // nothing comes over HTTP

	if status, err := w.emu.Event(w.ctx, "Ev1", said(nil)); status != 200 || err != nil {
		t.Fatalf("event: %d %v", status, err)
	}
	if got := <-w.desk.announced; got != "spoken" {
		t.Fatalf("got %s", got)
	}
	if status, err := w.emu.Retry(w.ctx, "Ev1", said(nil), 1, "timeout"); status != 200 || err != nil { // on the other connection, in another envelope
		t.Fatalf("repeat: %d %v", status, err)
	}
	if _, _, err := w.emu.Click(w.ctx, member, room, "1.1", "claim", "v"); err != nil {
		t.Fatal(err)
	}
	if got := <-w.desk.announced; got != "press" {
		t.Fatalf("got %s: the repeat counts", got)
	}
	if text, err := w.emu.Command(w.ctx, member, room, "/linkline", "queue"); err != nil || text != "Waiting" {
		t.Fatalf("command: %q %v", text, err)
	}
	<-w.desk.announced
	if err := w.adapter.Open(w.ctx, trigger(t, w), bot.Form{Callback: "c", Title: "t", Submit: "s", Inputs: []bot.Input{{Name: "text", Label: "l"}}}); err != nil {
		t.Fatal(err)
	}
	w.desk.reaction = bot.Reaction{Faults: map[string]string{"text": "no"}}
	faults, err := w.emu.Submit(w.ctx, member, nil)
	if err != nil || faults["text"] != "no" {
		t.Errorf("form: %v %v", faults, err)
	}
}

// trigger presses a button and gives the trigger that came with it.
func trigger(t *testing.T, w *world) string {
	t.Helper()
	payload, _, err := w.emu.Click(w.ctx, member, room, "1.1", "reply", "v")
	if err != nil {
		t.Fatal(err)
	}
	<-w.desk.announced
	var p struct {
		ID string `json:"trigger_id"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func TestEveryEnvelopeIsAcknowledged(t *testing.T) {
	t.Parallel()
	w := socketWorld(t)
	for kind, payload := range map[string]string{
		"events_api":        `{"type":"event_callback","team_id":"T1","event_id":"Ev9","event":{"type":"from_the_future"}}`,
		"interactive":       `{"type":"block_actions","message":{"blocks":[{"type":"section","text":7}]},"actions":"none"}`,
		"slash_commands":    `[1,2]`,
		"something_unheard": `{"a":1}`,
	} {
		if err := w.emu.Frame(w.ctx, kind, json.RawMessage(payload)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	// One that slack-go cannot read, and we can.
	ev := said(map[string]any{"blocks": []any{map[string]any{"type": "section", "text": 7}}})
	if status, err := w.emu.Event(w.ctx, "Ev10", ev); status != 200 || err != nil {
		t.Errorf("odd blocks: %d %v", status, err)
	}
	if got := <-w.desk.announced; got != "spoken" {
		t.Errorf("got %s", got)
	}
}

func TestARenewedConnectionLosesNothing(t *testing.T) {
	t.Parallel()
	w := socketWorld(t)
	if err := w.emu.Disconnect("refresh_requested"); err != nil {
		t.Fatal(err)
	}
	if status, err := w.emu.Event(w.ctx, "Ev1", said(nil)); status != 200 || err != nil {
		t.Fatalf("while one is renewed: %d %v", status, err)
	}
	if got := <-w.desk.announced; got != "spoken" {
		t.Errorf("got %s", got)
	}
	w.until(t, "two connections again", func() bool { return w.emu.Opened() == slack.Sockets+1 && w.emu.Sockets() == slack.Sockets })
}

func TestARefusedTokenIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *slack.Config, _ *slackemu.Config) { c.AppToken, c.Reconnect = "xapp-1", time.Millisecond })
	w.emu.Break(slackemu.Fault{On: "apps.connections.open", Kind: "invalid_auth", Times: 2})
	ctx, stop := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	go func() { done <- w.adapter.Run(ctx) }()
	w.until(t, "connected", func() bool { return w.emu.Sockets() == slack.Sockets })
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
