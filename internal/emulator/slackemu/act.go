package slackemu

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Sign makes X-Slack-Signature.
func Sign(secret, timestamp string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(m, "v0:"+timestamp+":")
	_, _ = m.Write(body)
	return "v0=" + hex.EncodeToString(m.Sum(nil))
}

// fresh makes a trigger id and a response URL. It must be called with the
// lock held.
func (e *Emulator) fresh(user, channel, ts string) (triggerID, responseURL string) {
	triggerID = e.id("TR")
	e.triggers[triggerID] = trigger{user: user, at: e.conf.Now()}
	rid := e.id("R")
	e.responses[rid] = &response{channel: channel, user: user, ts: ts, at: e.conf.Now()}
	return triggerID, e.base + "/response/" + rid
}

// Click presses a button on a message. The payload is returned, so that a
// test can send the very same again with Interact.
func (e *Emulator) Click(ctx context.Context, user, channel, ts, action, value string) (payload []byte, status int, err error) {
	e.mu.Lock()
	m := e.find(channel, ts)
	trig, rurl := e.fresh(user, channel, ts)
	p := map[string]any{
		"type": "block_actions", "team": map[string]any{"id": e.conf.TeamID}, "user": map[string]any{"id": user, "team_id": e.conf.TeamID},
		"api_app_id": e.conf.AppID, "token": "x", "trigger_id": trig, "response_url": rurl,
		"container": map[string]any{"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": false},
		"channel":   map[string]any{"id": channel},
		"actions":   []any{map[string]any{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": e.ts()}},
	}
	if m != nil {
		w := map[string]any{"type": "message", "ts": m.TS, "user": m.User, "text": m.Text}
		if len(m.Blocks) > 0 {
			w["blocks"] = m.Blocks
		}
		p["message"] = w
	}
	e.mu.Unlock()
	payload, err = json.Marshal(p)
	if err != nil {
		return nil, 0, err
	}
	status, _, err = e.Interact(ctx, payload)
	return payload, status, err
}

// Interact sends an interaction as it stands.
func (e *Emulator) Interact(ctx context.Context, payload []byte) (int, []byte, error) {
	return e.deliver(ctx, interactionOf(payload))
}

// Submit submits the topmost modal of a user. state is block_id → action_id →
// value object. The app's answer is applied to the stack; its errors are
// returned.
func (e *Emulator) Submit(ctx context.Context, user string, state map[string]map[string]any) (map[string]string, error) {
	payload, err := e.SubmitPayload(user, state)
	if err != nil {
		return nil, err
	}
	_, body, err := e.Interact(ctx, payload)
	if err != nil {
		return nil, err
	}
	return e.applySubmit(user, body)
}

// SubmitPayload is the payload of a submission, to be sent as often as a test
// likes.
func (e *Emulator) SubmitPayload(user string, state map[string]map[string]any) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	stack := e.views[user]
	if len(stack) == 0 {
		return nil, fmt.Errorf("%s has no modal open", user)
	}
	v := stack[len(stack)-1]
	trig, _ := e.fresh(user, "", "")
	w := v.wire()
	w["state"] = map[string]any{"values": state}
	return json.Marshal(map[string]any{
		"type": "view_submission", "team": map[string]any{"id": e.conf.TeamID}, "user": map[string]any{"id": user, "team_id": e.conf.TeamID},
		"api_app_id": e.conf.AppID, "token": "x", "trigger_id": trig, "view": w, "response_urls": []any{},
	})
}

func (e *Emulator) applySubmit(user string, body []byte) (map[string]string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	stack := e.views[user]
	defer e.changed()
	if len(strings.TrimSpace(string(body))) == 0 {
		if len(stack) > 0 {
			e.views[user] = stack[:len(stack)-1]
		}
		return nil, nil
	}
	var r struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, fmt.Errorf("the app's answer to a submission: %w", err)
	}
	switch r.Action {
	case "errors":
		if len(stack) > 0 {
			for name := range r.Errors {
				if !hasInput(stack[len(stack)-1].View, name) {
					return nil, fmt.Errorf("the app's errors name no input of the view: %s", name)
				}
			}
			stack[len(stack)-1].Errors = r.Errors
		}
		return r.Errors, nil
	case "clear":
		e.views[user] = nil
	case "update":
		if f := checkView(r.View); len(f) > 0 {
			return nil, fmt.Errorf("invalid view: %s", f[0])
		}
		if len(stack) > 0 {
			stack[len(stack)-1] = e.newView(user, r.View)
		}
	case "push":
		e.views[user] = append(stack, e.newView(user, r.View))
	}
	return nil, nil
}

// CloseView closes the topmost modal.
func (e *Emulator) CloseView(user string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.views[user]; len(s) > 0 {
		e.views[user] = s[:len(s)-1]
	}
	e.changed()
}

// ClickView presses a button inside the topmost modal.
func (e *Emulator) ClickView(ctx context.Context, user, action, value string, state map[string]map[string]any) error {
	e.mu.Lock()
	stack := e.views[user]
	if len(stack) == 0 {
		e.mu.Unlock()
		return fmt.Errorf("%s has no modal open", user)
	}
	v := stack[len(stack)-1]
	trig, _ := e.fresh(user, "", "")
	w := v.wire()
	w["state"] = map[string]any{"values": state}
	payload, err := json.Marshal(map[string]any{
		"type": "block_actions", "team": map[string]any{"id": e.conf.TeamID}, "user": map[string]any{"id": user}, "api_app_id": e.conf.AppID,
		"trigger_id": trig, "view": w, "container": map[string]any{"type": "view", "view_id": v.ID},
		"actions": []any{map[string]any{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": e.ts()}},
	})
	e.mu.Unlock()
	if err != nil {
		return err
	}
	_, _, err = e.Interact(ctx, payload)
	return err
}

// Command types a slash command; the immediate answer is shown to the user.
func (e *Emulator) Command(ctx context.Context, user, channel, command, text string) (string, error) {
	e.mu.Lock()
	trig, rurl := e.fresh(user, channel, "")
	form := url.Values{
		"token": {"x"}, "team_id": {e.conf.TeamID}, "team_domain": {"t"}, "channel_id": {channel}, "channel_name": {"c"}, "user_id": {user}, "user_name": {user},
		"command": {command}, "text": {text}, "response_url": {rurl}, "trigger_id": {trig}, "api_app_id": {e.conf.AppID},
	}
	e.mu.Unlock()
	_, body, err := e.deliver(ctx, commandOf(form))
	if err != nil {
		return "", err
	}
	var r struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if json.Unmarshal(body, &r) != nil {
		r.Text = string(body)
	}
	if r.Text != "" || len(r.Blocks) > 0 {
		e.mu.Lock()
		e.post(Message{Channel: channel, User: e.conf.BotUser, Text: r.Text, Blocks: r.Blocks, Ephemeral: user})
		e.mu.Unlock()
	}
	return r.Text, nil
}

// Say writes a message as a user and tells the app of it.
func (e *Emulator) Say(ctx context.Context, user, channel, thread, text string) (ts string, status int, err error) {
	e.mu.Lock()
	m := e.post(Message{Channel: channel, Thread: thread, User: user, Text: text})
	ev := map[string]any{"type": "message", "user": user, "text": text, "ts": m.TS, "channel": channel, "channel_type": "im", "event_ts": m.TS}
	if thread != "" {
		ev["thread_ts"] = thread
	}
	id := e.id("Ev")
	e.mu.Unlock()
	status, err = e.Event(ctx, id, ev)
	return m.TS, status, err
}

// Event sends one event, with the id that Slack repeats on every retry.
func (e *Emulator) Event(ctx context.Context, id string, event map[string]any) (int, error) {
	d, err := e.eventDelivery(id, event)
	if err != nil {
		return 0, err
	}
	status, _, err := e.deliver(ctx, d)
	return status, err
}

// EditMessage changes a user's message and tells the app.
func (e *Emulator) EditMessage(ctx context.Context, channel, ts, text string) (int, error) {
	e.mu.Lock()
	m := e.find(channel, ts)
	if m == nil {
		e.mu.Unlock()
		return 0, fmt.Errorf("no such message")
	}
	old := m.Text
	m.Text, m.Edited = text, true
	id := e.id("Ev")
	ev := map[string]any{"type": "message", "subtype": "message_changed", "hidden": true, "channel": channel, "ts": e.ts(), "event_ts": ts, "channel_type": "im",
		"message":          map[string]any{"type": "message", "user": m.User, "text": text, "ts": ts, "thread_ts": m.Thread, "edited": map[string]any{"user": m.User, "ts": ts}},
		"previous_message": map[string]any{"type": "message", "user": m.User, "text": old, "ts": ts}}
	e.changed()
	e.mu.Unlock()
	return e.Event(ctx, id, ev)
}

// DeleteMessage removes a message and tells the app.
func (e *Emulator) DeleteMessage(ctx context.Context, channel, ts string) (int, error) {
	e.mu.Lock()
	m := e.find(channel, ts)
	if m == nil {
		e.mu.Unlock()
		return 0, fmt.Errorf("no such message")
	}
	m.Deleted = true
	id := e.id("Ev")
	ev := map[string]any{"type": "message", "subtype": "message_deleted", "hidden": true, "channel": channel, "ts": e.ts(), "deleted_ts": ts, "event_ts": ts, "channel_type": "im",
		"previous_message": map[string]any{"type": "message", "user": m.User, "text": m.Text, "ts": ts}}
	e.changed()
	e.mu.Unlock()
	return e.Event(ctx, id, ev)
}

// respond takes what the app posts to a response URL: five uses in thirty
// minutes.
func (e *Emulator) respond(w http.ResponseWriter, r *http.Request, id string) {
	var body struct {
		Text    string          `json:"text"`
		Blocks  json.RawMessage `json:"blocks"`
		Replace bool            `json:"replace_original"`
	}
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	e.mu.Lock()
	defer e.mu.Unlock()
	resp := e.responses[id]
	w.Header().Set("Content-Type", "application/json")
	if resp == nil || resp.uses >= 5 || e.conf.Now().Sub(resp.at).Minutes() > 30 || json.Unmarshal(raw, &body) != nil {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"ok":false,"error":"used_url"}`)
		return
	}
	resp.uses++
	e.post(Message{Channel: resp.channel, User: e.conf.BotUser, Text: body.Text, Blocks: body.Blocks, Ephemeral: resp.user})
	_, _ = io.WriteString(w, `{"ok":true}`)
}
