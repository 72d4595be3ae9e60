package slack

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"
)

// MaxBody is the largest request that is read, in bytes.
const MaxBody = 512 << 10

// answerIn bounds the work that an answer waits for: Slack gives three
// seconds.
const answerIn = 2500 * time.Millisecond

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
		a.event(r.Context(), e)
	})
}

// Interactions takes buttons and forms. Slack does not repeat them, so what a
// form did is durable before it is answered; a button is answered at once and
// its work goes on behind the answer.
func (a *Adapter) Interactions() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := a.form(w, r)
		if !ok {
			return
		}
		var c interaction
		if json.Unmarshal([]byte(form.Get("payload")), &c) != nil {
			http.Error(w, "malformed", http.StatusBadRequest)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), answerIn)
		defer cancel()
		answer(w, a.interact(ctx, c))
	})
}

// Commands takes /linkline.
func (a *Adapter) Commands() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := a.form(w, r)
		if !ok {
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), answerIn)
		defer cancel()
		answer(w, a.command(ctx, command{
			Team: form.Get("team_id"), User: form.Get("user_id"), Channel: form.Get("channel_id"), Text: form.Get("text"), Trigger: form.Get("trigger_id"),
		}))
	})
}

func (a *Adapter) form(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	raw, ok := a.body(w, r)
	if !ok {
		return nil, false
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		http.Error(w, "malformed", http.StatusBadRequest)
		return nil, false
	}
	return form, true
}

// answer writes what Slack acts on. An empty body closes a form, so it has to
// be truly empty.
func answer(w http.ResponseWriter, v map[string]any) {
	if v == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
