package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"linkline/bot"

	"github.com/slack-go/slack"
)

// MaxBody is the largest request that is read, in bytes.
const MaxBody = 512 << 10

// body reads and verifies a request; it has answered when ok is false.
func (a *Adapter) body(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "use POST", http.StatusMethodNotAllowed)
		return nil, false
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	for _, secret := range a.conf.SigningSecrets {
		v, err := slack.NewSecretsVerifier(r.Header, secret)
		if err != nil {
			continue
		}
		if _, err := v.Write(raw); err == nil && v.Ensure() == nil {
			return raw, true
		}
	}
	http.Error(w, "not signed by Slack", http.StatusUnauthorized)
	return nil, false
}

// later runs work after Slack was answered. The work is bounded and ends with
// its own time-out, not with the request.
func (a *Adapter) later(r *http.Request, do func(ctx context.Context)) {
	ctx := context.WithoutCancel(r.Context())
	a.slots <- struct{}{}
	go func() {
		defer func() { <-a.slots }()
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		do(ctx)
	}()
}

// Drain waits until all work that went on after an answer is done.
func (a *Adapter) Drain() {
	for range cap(a.slots) {
		a.slots <- struct{}{}
	}
	for range cap(a.slots) {
		<-a.slots
	}
}

type envelope struct {
	Type      string          `json:"type"`
	Challenge string          `json:"challenge"`
	TeamID    string          `json:"team_id"`
	EventID   string          `json:"event_id"`
	Event     json.RawMessage `json:"event"`
}

type message struct {
	Type     string `json:"type"`
	Subtype  string `json:"subtype"`
	User     string `json:"user"`
	BotID    string `json:"bot_id"`
	Text     string `json:"text"`
	TS       string `json:"ts"`
	Thread   string `json:"thread_ts"`
	Channel  string `json:"channel"`
	Message  *struct{ User, Text, TS, Thread string }
	Previous *struct {
		User string `json:"user"`
		Text string `json:"text"`
	} `json:"previous_message"`
}

// Events takes what people write. What cannot be read is answered 200 all the
// same: Slack would only send it again.
func (a *Adapter) Events() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, ok := a.body(w, r)
		if !ok {
			return
		}
		var e envelope
		if json.Unmarshal(raw, &e) != nil {
			http.Error(w, "malformed", http.StatusBadRequest)
			return
		}
		if e.Type == "url_verification" {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, e.Challenge)
			return
		}
		w.WriteHeader(http.StatusOK)
		var m message
		if e.Type != "event_callback" || json.Unmarshal(e.Event, &m) != nil || m.Type != "message" || a.team != "" && e.TeamID != a.team {
			return
		}
		s, ok := a.spoken(e.EventID, m)
		if !ok {
			return
		}
		a.later(r, func(ctx context.Context) {
			if say := a.desk.Spoken(ctx, s); say != "" {
				a.tell(ctx, s.Channel, s.User, s.Thread, say)
			}
		})
	})
}

// spoken keeps what a person wrote, changed or deleted; our own messages and
// other bots' are nobody's words.
func (a *Adapter) spoken(id string, m message) (bot.Spoken, bool) {
	s := bot.Spoken{ID: id, User: m.User, Channel: m.Channel, Thread: m.Thread, TS: m.TS, Text: bot.Words(m.Text)}
	switch m.Subtype {
	case "", "file_share", "thread_broadcast", "me_message":
	case "message_changed":
		if m.Message == nil || m.Previous == nil || m.Message.Text == m.Previous.Text {
			return s, false // a preview was added, nothing was said
		}
		s.User, s.Edited, s.TS = m.Message.User, true, m.Message.TS
	case "message_deleted":
		if m.Previous == nil {
			return s, false
		}
		s.User, s.Deleted = m.Previous.User, true
	default:
		return s, false
	}
	if m.BotID != "" || s.User == "" || s.User == a.me {
		return s, false
	}
	return s, true
}

// Interactions takes buttons and forms. Slack does not repeat them, so what
// they did is durable before they are answered — but for a button the answer
// itself comes at once and the work goes on behind it.
func (a *Adapter) Interactions() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, ok := a.body(w, r)
		if !ok {
			return
		}
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			http.Error(w, "malformed", http.StatusBadRequest)
			return
		}
		var c slack.InteractionCallback
		if json.Unmarshal([]byte(form.Get("payload")), &c) != nil {
			http.Error(w, "malformed", http.StatusBadRequest)
			return
		}
		switch c.Type {
		case slack.InteractionTypeBlockActions:
			w.WriteHeader(http.StatusOK)
			a.pressed(r, c)
		case slack.InteractionTypeViewSubmission:
			a.submitted(w, r, c)
		default:
			w.WriteHeader(http.StatusOK)
		}
	})
}

func (a *Adapter) pressed(r *http.Request, c slack.InteractionCallback) {
	for _, act := range c.ActionCallback.BlockActions {
		p := bot.Press{
			ID: "press:" + c.TriggerID + ":" + act.ActionTs, User: c.User.ID, Action: act.ActionID, Value: act.Value,
			Channel: c.Channel.ID, TS: c.Container.MessageTs, Trigger: c.TriggerID,
		}
		thread := c.Container.ThreadTs
		a.later(r, func(ctx context.Context) {
			if say := a.desk.Press(ctx, p); say != "" {
				a.tell(ctx, p.Channel, p.User, thread, say)
			}
		})
	}
}

// submitted answers a form: empty to close it, or what is wrong with which
// field.
func (a *Adapter) submitted(w http.ResponseWriter, r *http.Request, c slack.InteractionCallback) {
	s := bot.Submission{ID: "view:" + c.View.ID, User: c.User.ID, Callback: c.View.CallbackID, Meta: c.View.PrivateMetadata, Values: map[string]string{}}
	if c.View.State != nil {
		for name, acts := range c.View.State.Values {
			for _, v := range acts {
				s.Values[name] = v.Value + v.SelectedOption.Value + v.SelectedDate + v.SelectedTime
			}
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2500*time.Millisecond) // Slack waits three seconds
	defer cancel()
	re := a.desk.Submit(ctx, s)
	var answer map[string]any
	switch {
	case len(re.Faults) > 0:
		answer = map[string]any{"response_action": "errors", "errors": re.Faults}
	case re.Next != nil:
		answer = map[string]any{"response_action": "update", "view": modal(*re.Next)}
	default:
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// Commands takes /linkline.
func (a *Adapter) Commands() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, ok := a.body(w, r)
		if !ok {
			return
		}
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			http.Error(w, "malformed", http.StatusBadRequest)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), 2500*time.Millisecond)
		defer cancel()
		p := a.desk.Command(ctx, form.Get("user_id"), form.Get("channel_id"), form.Get("text"), form.Get("trigger_id"))
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"response_type": "ephemeral", "text": p.Summary, "blocks": blocks(p)})
	})
}

func (a *Adapter) tell(ctx context.Context, channel, user, thread, text string) {
	if channel == "" {
		channel = user
	}
	if err := a.Whisper(ctx, channel, user, thread, text); err != nil && a.conf.Log != nil {
		var e *Error
		code := "unknown"
		if errors.As(err, &e) {
			code = e.Code
		}
		a.conf.Log.WarnContext(ctx, "slack_answer_not_shown", "code", code)
	}
}
