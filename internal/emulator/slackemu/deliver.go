package slackemu

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// delivery is something on its way to the app: an event, an interaction or a
// command, as the body of a signed request and as the payload of a socket's
// frame.
type delivery struct {
	kind    string // events, interactions, commands: the names that faults use
	form    bool
	body    []byte
	payload []byte
	retry   int
	reason  string
}

func eventOf(raw []byte) delivery { return delivery{kind: "events", body: raw, payload: raw} }

func interactionOf(payload []byte) delivery {
	return delivery{kind: "interactions", form: true, body: []byte(url.Values{"payload": {string(payload)}}.Encode()), payload: payload}
}

func commandOf(form url.Values) delivery {
	flat := map[string]string{}
	for k := range form {
		flat[k] = form.Get(k)
	}
	payload, _ := json.Marshal(flat) // text only: cannot fail
	return delivery{kind: "commands", form: true, body: []byte(form.Encode()), payload: payload}
}

// deliver brings something to the app, by a socket where one is open, else by
// a signed request. Faults on it: "duplicate" (it comes twice, the second time
// as a retry), "late" (it waits for Release), "reordered" (it comes after the
// next of its kind). What waits answers with status 0.
func (e *Emulator) deliver(ctx context.Context, d delivery) (int, []byte, error) {
	e.mu.Lock()
	kind := e.outFault(d.kind)
	if kind == "late" || kind == "reordered" {
		e.held = append(e.held, held{d, kind})
		e.mu.Unlock()
		return 0, nil, nil
	}
	e.mu.Unlock()
	status, out, err := e.bring(ctx, d)
	if kind == "duplicate" {
		again := d
		again.retry, again.reason = 1, "http_timeout"
		if _, _, err := e.bring(ctx, again); err != nil {
			return status, out, err
		}
	}
	if rerr := e.release(ctx, func(h held) bool { return h.why == "reordered" && h.d.kind == d.kind }); err == nil {
		err = rerr
	}
	return status, out, err
}

type held struct {
	d   delivery
	why string
}

// Release delivers everything that was held back, the oldest first.
func (e *Emulator) Release(ctx context.Context) error {
	return e.release(ctx, func(held) bool { return true })
}

func (e *Emulator) release(ctx context.Context, which func(held) bool) error {
	e.mu.Lock()
	var now, keep []held
	for _, h := range e.held {
		if which(h) {
			now = append(now, h)
		} else {
			keep = append(keep, h)
		}
	}
	e.held = keep
	e.mu.Unlock()
	for _, h := range now {
		if _, _, err := e.bring(ctx, h.d); err != nil {
			return err
		}
	}
	return nil
}

// outFault must be called with the lock held.
func (e *Emulator) outFault(kind string) string {
	for i := range e.faults {
		if f := &e.faults[i]; f.On == kind && f.Times > 0 {
			f.Times--
			return f.Kind
		}
	}
	return ""
}

func (e *Emulator) bring(ctx context.Context, d delivery) (int, []byte, error) {
	for c := e.pick(); c != nil; c = e.pick() {
		status, out, err := c.bring(ctx, d)
		if err == nil || ctx.Err() != nil || d.retry >= 3 {
			return status, out, err
		}
		d.retry, d.reason = d.retry+1, "timeout" // not acknowledged: it comes again, on another connection
	}
	e.mu.Lock()
	u := map[string]string{"events": e.events, "interactions": e.interact, "commands": e.commands}[d.kind]
	e.mu.Unlock()
	header := map[string]string{}
	if d.retry > 0 {
		header["X-Slack-Retry-Num"], header["X-Slack-Retry-Reason"] = fmt.Sprint(d.retry), d.reason
	}
	kind := "application/json"
	if d.form {
		kind = "application/x-www-form-urlencoded"
	}
	return e.send(ctx, u, kind, d.body, header)
}

// send posts a signed request to the app.
func (e *Emulator) send(ctx context.Context, u, kind string, body []byte, header map[string]string) (int, []byte, error) {
	ts := fmt.Sprint(e.conf.Now().Unix())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u, strings.NewReader(string(body)))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("X-Slack-Request-Timestamp", ts)
	req.Header.Set("X-Slack-Signature", Sign(e.conf.SigningSecret, ts, body))
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := e.conf.Client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	out, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, out, err
}

// Verify asks the app for its challenge, as Slack does when a request URL is
// entered.
func (e *Emulator) Verify(ctx context.Context) error {
	e.mu.Lock()
	u, want := e.events, e.id("C")
	e.mu.Unlock()
	body, err := json.Marshal(map[string]string{"type": "url_verification", "token": "x", "challenge": want})
	if err != nil {
		return err
	}
	status, out, err := e.send(ctx, u, "application/json", body, nil)
	if err != nil {
		return err
	}
	if status != http.StatusOK || !strings.Contains(string(out), want) {
		return fmt.Errorf("the request URL did not answer the challenge (status %d)", status)
	}
	return nil
}

// Retry sends an event once more, with the same id, as Slack does when it was
// not answered in time.
func (e *Emulator) Retry(ctx context.Context, id string, event map[string]any, num int, reason string) (int, error) {
	d, err := e.eventDelivery(id, event)
	if err != nil {
		return 0, err
	}
	d.retry, d.reason = num, reason
	status, _, err := e.deliver(ctx, d)
	return status, err
}

func (e *Emulator) eventDelivery(id string, event map[string]any) (delivery, error) {
	body, err := json.Marshal(map[string]any{
		"token": "x", "team_id": e.conf.TeamID, "api_app_id": e.conf.AppID, "type": "event_callback", "event_id": id,
		"event_time": e.conf.Now().Unix(), "event": event,
	})
	return eventOf(body), err
}
