package app_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/internal/app"
	"linkline/internal/emulator/slackemu"
	"linkline/internal/emulator/twilioemu"
)

// journal keeps what was logged.
type journal struct {
	mu sync.Mutex
	b  strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

var _ io.Writer = (*journal)(nil)

func TestServeRefusesChannelsThatOthersRead(t *testing.T) {
	t.Parallel()
	var log journal
	w := newWorld(t, "en", func(o *app.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	has(t, "a stranger is named", log.text(), "member_not_on_roster")
	has(t, "a stranger is named", log.text(), "U0STRANGER")
	for name, c := range map[string]struct {
		ch   slackemu.Channel
		want string
	}{
		"public":     {slackemu.Channel{ID: cards, Members: []string{"U0LINKLINE"}}, "is public"},
		"not inside": {slackemu.Channel{ID: cards, Private: true, Members: []string{worker}}, "/invite @linkline"},
	} {
		w.slack.AddChannel(c.ch)
		_, err := w.app.Prepare(w.ctx)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), cards) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.slack.AddUser(slackemu.User{ID: worker, Restricted: true})
	w.slack.AddChannel(slackemu.Channel{ID: cards, Private: true, Members: []string{"U0LINKLINE", worker}})
	if _, err := w.app.Prepare(w.ctx); err != nil {
		t.Fatal(err)
	}
	has(t, "a guest is named", log.text(), "guest_on_roster")
}

// toReferral answers the questions and gives the card's button value.
func (w *world) toReferral() (value string) {
	w.t.Helper()
	for _, say := range []string{"hello", "1", "1", "1", "1 4", "Amina", "ig11 8he", "2"} {
		w.text(resident, say)
	}
	m := w.slack.Messages(cards)
	if len(m) == 0 {
		w.t.Fatal("no card")
	}
	_, rest, _ := strings.Cut(string(m[0].Blocks), `"value":"`)
	value, _, _ = strings.Cut(rest, `"`)
	return value
}

func (w *world) choose(user, to string) map[string]string {
	w.t.Helper()
	faults, err := w.slack.Submit(w.ctx, user, map[string]map[string]any{"to": {"to": map[string]any{"type": "static_select", "selected_option": map[string]any{"value": to}}}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.settle()
	return faults
}

func TestHandedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	value := w.toReferral()
	w.click(worker, cards, w.slack.Messages(cards)[0].TS, "claim", value)
	hers, his := w.slack.IM(worker), w.slack.IM(other)
	w.text(resident, "my landlord is shouting")
	w.click(worker, hers, w.slack.Messages(hers)[0].TS, "hand", value)
	if f := w.choose(worker, other); len(f) != 0 {
		t.Fatal(f)
	}
	has(t, "his hand-over", w.shows(his), "my landlord is shouting")
	if strings.Contains(w.shows(hers), "landlord") || strings.Contains(w.shows(hers), "Amina") {
		t.Errorf("the words still stand in her messages:\n%s", w.shows(hers))
	}
	has(t, "the card", w.shows(cards), "With <@"+other+">")
	w.text(resident, "are you there")
	has(t, "new words go to him", w.shows(his), "are you there")
	if strings.Contains(w.shows(hers), "are you there") {
		t.Error("new words go to her")
	}
	w.click(worker, hers, w.slack.Messages(hers)[0].TS, "reply", value)
	has(t, "her old button", w.shows(hers), "already with")
	w.click(other, his, w.slack.Messages(his)[0].TS, "reply", value)
	for range 2 {
		if f := w.submit(other, map[string]string{"kind": "own", "text": "I am here."}); len(f) != 0 {
			t.Fatal(f)
		}
	}
	all := w.to(resident)
	if all[len(all)-1] != "I am here." {
		t.Errorf("last text %q", all[len(all)-1])
	}
}

func TestTheLadderThroughTheWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.slack.Down(true)
	w.text(resident, "hello")
	before := len(w.to(resident))
	if _, status := w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: "i want to die"}); status != 200 {
		t.Fatal(status)
	}
	w.settle()
	if got := w.to(resident)[before:]; len(got) == 0 || !strings.Contains(got[0], "116 123") {
		t.Fatalf("the safety text was held up: %q", got)
	}
	// Whatever the hour is, a phone on call has rung within a minute and a half.
	for range 3 {
		w.clock.advance(30 * time.Second)
		w.settle()
	}
	paged := w.to("+447700900900")
	if len(paged) != 1 || strings.Contains(paged[0], "die") || !strings.Contains(paged[0], "open Slack") {
		t.Fatalf("on call: %q", paged)
	}
	has(t, "the person is told once a page was accepted", strings.Join(w.to(resident), "\n"), "told our on-call team")
	for range 25 {
		w.clock.advance(30 * time.Second)
		w.settle()
	}
	if n := len(w.to("+447700900900")); n != 2 {
		t.Errorf("%d pages by thirteen minutes, want the first and that of five minutes", n)
	}
	w.slack.Down(false)
	for range 8 {
		w.clock.advance(10 * time.Second)
		w.settle()
	}
	has(t, "the alert stands in Slack", w.shows(alerts), "Suicide")
	has(t, "the lead was called", w.shows(w.slack.IM("U0CCCCCCC")), "Nobody has pressed")
	if strings.Contains(w.shows(w.slack.IM("U0CCCCCCC")), "want to die") {
		t.Error("the words open to somebody who did not take it")
	}
}

func TestSocketModeCarriesTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en", func(o *app.Options) { o.Slack.AppToken, o.Slack.SigningSecrets = "xapp-test", nil })
	if rec, err := http.Post(w.url+"/slack/events", "application/json", strings.NewReader("{}")); err != nil || rec.StatusCode != http.StatusNotFound {
		t.Errorf("without a signing secret there is no HTTP route: %v", err)
	} else {
		_ = rec.Body.Close()
	}
	value := w.toReferral()
	changed, stop := w.slack.Subscribe()
	defer stop()
	ctx, end := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	go func() { done <- w.app.Run(ctx) }()
	defer func() {
		end()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	for w.slack.Sockets() < 2 {
		<-changed
	}
	w.click(worker, cards, w.slack.Messages(cards)[0].TS, "claim", value)
	for !strings.Contains(w.shows(w.slack.IM(worker)), "Amina") {
		<-changed
	}
	if text, err := w.slack.Command(w.ctx, worker, cards, "/linkline", "status"); err != nil || text != "How things stand" {
		t.Errorf("%q %v", text, err)
	}
}
