package slackemu_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/internal/emulator/slackemu"
)

const (
	bot    = "U0LINKLINE"
	member = "U0AAAAAAA"
	room   = "C0123456789"
)

// world is a workspace, its API, and an app that records what comes to it.
type world struct {
	t   *testing.T
	emu *slackemu.Emulator
	api *httptest.Server
	app *httptest.Server

	mu     sync.Mutex
	now    time.Time
	came   []string // path and what tells one from another
	answer func(r *http.Request, body string) (int, string)
}

func newWorld(t *testing.T, change ...func(*slackemu.Config)) *world {
	t.Helper()
	w := &world{t: t, now: time.Now()}
	c := slackemu.Config{BotToken: "xoxb-1", AppToken: "xapp-1", SigningSecret: "s", TeamID: "T1", AppID: "A1", BotUser: bot, Now: w.clock}
	for _, f := range change {
		f(&c)
	}
	w.emu = slackemu.New(c)
	w.emu.AddUser(slackemu.User{ID: member, Name: "a"})
	w.emu.AddChannel(slackemu.Channel{ID: room, Private: true, Members: []string{member, bot}})
	w.emu.AddChannel(slackemu.Channel{ID: "C0OTHERS000", Private: true, Members: []string{member}})
	w.emu.AddChannel(slackemu.Channel{ID: "C0ARCHIVED0", Private: true, Archived: true, Members: []string{member, bot}})
	w.api = httptest.NewServer(w.emu)
	w.emu.SetBase(w.api.URL)
	w.app = httptest.NewServer(http.HandlerFunc(w.serve))
	w.emu.Endpoints(w.app.URL+"/e", w.app.URL+"/i", w.app.URL+"/c")
	t.Cleanup(func() {
		w.app.Close()
		w.api.CloseClientConnections()
		w.api.Close()
	})
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	ts := r.Header.Get("X-Slack-Request-Timestamp")
	if r.Header.Get("X-Slack-Signature") != slackemu.Sign("s", ts, body) {
		http.Error(rw, "unsigned", http.StatusUnauthorized)
		return
	}
	var e struct {
		ID        string `json:"event_id"`
		Challenge string `json:"challenge"`
	}
	_ = json.Unmarshal(body, &e)
	w.mu.Lock()
	w.came = append(w.came, strings.TrimSpace(r.URL.Path+" "+e.ID+" "+r.Header.Get("X-Slack-Retry-Num")))
	answer := w.answer
	w.mu.Unlock()
	if answer != nil {
		status, text := answer(r, string(body))
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, text)
		return
	}
	_, _ = io.WriteString(rw, e.Challenge)
}

// call calls the Web API and gives its answer; ok stands for no error.
func (w *world) call(token, method string, args map[string]string) (code string, out map[string]any) {
	w.t.Helper()
	form := url.Values{}
	for k, v := range args {
		form.Set(k, v)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.api.URL+"/api/"+method, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := w.api.Client().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		w.t.Fatalf("%s: status %d: %v", method, resp.StatusCode, err)
	}
	if out["ok"] == true {
		return "ok", out
	}
	code, _ = out["error"].(string)
	return code, out
}

func section(text string) string {
	b, _ := json.Marshal([]any{map[string]any{"type": "section", "text": map[string]any{"type": "plain_text", "text": text}}})
	return string(b)
}

func TestWhatSlackRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, posted := w.call("xoxb-1", "chat.postMessage", map[string]string{"channel": room, "text": "x"})
	ts, _ := posted["ts"].(string)
	theirs, _, err := w.emu.Say(t.Context(), member, room, "", "hello")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 3001)
	for _, c := range []struct {
		method, want string
		args         map[string]string
	}{
		{"chat.postMessage", "ok", map[string]string{"channel": room, "text": "x"}},
		{"chat.postMessage", "ok", map[string]string{"channel": member, "text": "x"}},
		{"chat.postMessage", "channel_not_found", map[string]string{"channel": "C0NOWHERE00", "text": "x"}},
		{"chat.postMessage", "not_in_channel", map[string]string{"channel": "C0OTHERS000", "text": "x"}},
		{"chat.postMessage", "is_archived", map[string]string{"channel": "C0ARCHIVED0", "text": "x"}},
		{"chat.postMessage", "no_text", map[string]string{"channel": room, "text": " "}},
		{"chat.postMessage", "msg_too_long", map[string]string{"channel": room, "text": strings.Repeat("x", 40001)}},
		{"chat.postMessage", "thread_not_found", map[string]string{"channel": room, "text": "x", "thread_ts": "1.1"}},
		{"chat.postMessage", "invalid_blocks", map[string]string{"channel": room, "text": "x", "blocks": section(long)}},
		{"chat.postMessage", "invalid_blocks", map[string]string{"channel": room, "text": "x", "blocks": section(" ")}},
		{"chat.postMessage", "invalid_blocks", map[string]string{"channel": room, "text": "x", "blocks": `{"type":"section"}`}},
		{"chat.postMessage", "invalid_blocks", map[string]string{"channel": room, "text": "x", "blocks": `[{"type":"carousel"}]`}},
		{"chat.postMessage", "invalid_blocks", map[string]string{"channel": room, "text": "x", "blocks": `[{"type":"input","label":{"type":"plain_text","text":"l"},"element":{"type":"plain_text_input"}}]`}},
		{"chat.postMessage", "invalid_blocks", map[string]string{"channel": room, "text": "x", "blocks": `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`}},
		{"chat.postMessage", "invalid_blocks", map[string]string{"channel": room, "text": "x", "blocks": "[" + strings.Repeat(`{"type":"divider"},`, 50) + `{"type":"divider"}]`}},
		{"chat.postEphemeral", "user_not_in_channel", map[string]string{"channel": room, "user": "U0NOBODY00", "text": "x"}},
		{"chat.update", "ok", map[string]string{"channel": room, "ts": ts, "text": "y"}},
		{"chat.update", "message_not_found", map[string]string{"channel": room, "ts": "1.1", "text": "y"}},
		{"chat.update", "cant_update_message", map[string]string{"channel": room, "ts": theirs, "text": "y"}},
		{"chat.update", "msg_too_long", map[string]string{"channel": room, "ts": ts, "text": strings.Repeat("x", 4001)}},
		{"chat.delete", "cant_delete_message", map[string]string{"channel": room, "ts": theirs}},
		{"conversations.info", "channel_not_found", map[string]string{"channel": "C0NOWHERE00"}},
		{"conversations.open", "user_not_found", map[string]string{"users": "U0NOBODY00"}},
		{"users.info", "user_not_found", map[string]string{"user": "U0NOBODY00"}},
		{"chat.meMessage", "unknown_method", nil},
		{"apps.connections.open", "not_allowed_token_type", nil},
	} {
		if got, out := w.call("xoxb-1", c.method, c.args); got != c.want {
			t.Errorf("%s %.80v: %s, want %s (%v)", c.method, c.args, got, c.want, out)
		}
	}
	for token, want := range map[string]string{"": "not_authed", "xoxb-2": "invalid_auth", "xapp-1": "not_allowed_token_type"} {
		if got, _ := w.call(token, "auth.test", nil); got != want {
			t.Errorf("token %q: %s, want %s", token, got, want)
		}
	}
	if got, out := w.call("xapp-1", "apps.connections.open", nil); got != "ok" || !strings.HasPrefix(out["url"].(string), "ws") {
		t.Errorf("open a connection: %s %v", got, out)
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *slackemu.Config) { c.Scopes = []string{"chat:write"} })
	if got, _ := w.call("xoxb-1", "chat.postMessage", map[string]string{"channel": room, "text": "x"}); got != "ok" {
		t.Error(got)
	}
	if got, out := w.call("xoxb-1", "conversations.members", map[string]string{"channel": room}); got != "missing_scope" || out["needed"] != "groups:read" || out["provided"] != "chat:write" {
		t.Errorf("%s %v", got, out)
	}
}

const modal = `{"type":"modal","callback_id":"c","title":{"type":"plain_text","text":"t"},"submit":{"type":"plain_text","text":"s"},
 "blocks":[{"type":"input","block_id":"text","label":{"type":"plain_text","text":"l"},"element":{"type":"plain_text_input","action_id":"text"}}]}`

// trigger presses a button and gives what came with it.
func (w *world) trigger() string {
	w.t.Helper()
	payload, _, err := w.emu.Click(w.t.Context(), member, room, "1.1", "a", "v")
	if err != nil {
		w.t.Fatal(err)
	}
	var p struct {
		ID string `json:"trigger_id"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		w.t.Fatal(err)
	}
	return p.ID
}

func TestTriggersAndModals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open := func(trigger, view string) string {
		code, _ := w.call("xoxb-1", "views.open", map[string]string{"trigger_id": trigger, "view": view})
		return code
	}
	if got := open("nonsense", modal); got != "invalid_trigger_id" {
		t.Error(got)
	}
	late := w.trigger()
	w.pass(3*time.Second + time.Millisecond)
	if got := open(late, modal); got != "expired_trigger_id" {
		t.Error(got)
	}
	once := w.trigger()
	for _, bad := range []string{
		strings.Replace(modal, `"submit":{"type":"plain_text","text":"s"},`, "", 1), strings.Replace(modal, `"text":"t"`, `"text":"a title that is far too long"`, 1),
		strings.Replace(modal, `"callback_id":"c"`, `"private_metadata":"`+strings.Repeat("x", 3001)+`"`, 1), "[]",
	} {
		if got := open(once, bad); got != "invalid_arguments" {
			t.Errorf("%.60s: %s", bad, got)
		}
	}
	if got := open(once, modal); got != "ok" {
		t.Error(got)
	}
	if got := open(once, modal); got != "exchanged_trigger_id" {
		t.Error(got)
	}
	for i := range 3 {
		code, _ := w.call("xoxb-1", "views.push", map[string]string{"trigger_id": w.trigger(), "view": modal})
		if want := map[bool]string{true: "ok", false: "push_limit_reached"}[i < 2]; code != want {
			t.Errorf("push %d: %s", i, code)
		}
	}
	// What the app answers to a submission is held against the view.
	for body, want := range map[string]bool{
		`{"response_action":"errors","errors":{"text":"no"}}`:      true,
		`{"response_action":"errors","errors":{"elsewhere":"no"}}`: false,
		`{"response_action":"update","view":{"type":"modal"}}`:     false,
		`not json`: false,
	} {
		w.answer = func(*http.Request, string) (int, string) { return 200, body }
		if _, err := w.emu.Submit(t.Context(), member, nil); (err == nil) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
	before := len(w.emu.Views(member))
	w.answer = func(*http.Request, string) (int, string) { return 200, "" }
	if _, err := w.emu.Submit(t.Context(), member, nil); err != nil || len(w.emu.Views(member)) != before-1 {
		t.Errorf("an empty answer closes a view: %v, %d of %d", err, len(w.emu.Views(member)), before)
	}
}

func TestFaultsOfTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := func(ctx context.Context) (*http.Response, error) {
		body := url.Values{"token": {"xoxb-1"}, "channel": {room}, "text": {"x"}}.Encode()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.api.URL+"/api/chat.postMessage", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return w.api.Client().Do(req)
	}
	for _, c := range []struct {
		kind   string
		status int // zero: no answer
		done   bool
	}{
		{"429", 429, false}, {"500", 500, false}, {"cut-before", 0, false}, {"cut-after", 0, true}, {"hang-before", 0, false}, {"hang-after", 0, true}, {"fatal_error", 200, false},
	} {
		before := len(w.emu.Messages(room))
		changed, stop := w.emu.Subscribe()
		w.emu.Break(slackemu.Fault{On: "chat.postMessage", Kind: c.kind, Times: 1, RetryAfter: 7})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		resp, err := post(ctx)
		switch {
		case c.status == 0 && err == nil:
			t.Errorf("%s: answered %d", c.kind, resp.StatusCode)
		case c.status != 0 && (err != nil || resp.StatusCode != c.status):
			t.Errorf("%s: %v", c.kind, err)
		case c.kind == "429" && resp.Header.Get("Retry-After") != "7":
			t.Error("no Retry-After")
		}
		if resp != nil {
			_ = resp.Body.Close()
		}
		if c.done {
			<-changed
		}
		if done := len(w.emu.Messages(room)) > before; done != c.done {
			t.Errorf("%s: done %v, want %v", c.kind, done, c.done)
		}
		cancel()
		stop()
	}
	w.emu.Down(true)
	if resp, err := post(t.Context()); err != nil || resp.StatusCode != 503 {
		t.Errorf("down: %v", err)
	} else {
		_ = resp.Body.Close()
	}
	w.emu.Down(false)
	if got, _ := w.call("xoxb-1", "chat.postMessage", map[string]string{"channel": room, "text": "x"}); got != "ok" {
		t.Error(got)
	}
}

func TestDeliveriesThatGoWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.emu.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	w.came = nil
	for _, kind := range []string{"duplicate", "late", "reordered"} {
		w.emu.Break(slackemu.Fault{On: "events", Kind: kind, Times: 1})
	}
	for _, id := range []string{"twice", "late", "overtaken", "next"} {
		if _, err := w.emu.Event(t.Context(), id, map[string]any{"type": "message"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.emu.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, err := w.emu.Retry(t.Context(), "again", map[string]any{"type": "message"}, 2, "http_timeout"); status != 200 || err != nil {
		t.Errorf("%d %v", status, err)
	}
	want := []string{"/e twice", "/e twice 1", "/e next", "/e overtaken", "/e late", "/e again 2"}
	if !slices.Equal(w.came, want) {
		t.Errorf("came %q, want %q", w.came, want)
	}
	w.answer = func(*http.Request, string) (int, string) { return 500, "" }
	if status, err := w.emu.Event(t.Context(), "broken", map[string]any{"type": "message"}); status != 500 || err != nil {
		t.Errorf("an app that fails: %d %v", status, err)
	}
}

func TestResponseURLs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	respond := func(u string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u, strings.NewReader(`{"text":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := w.api.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	fresh := func() string {
		payload, _, err := w.emu.Click(t.Context(), member, room, "1.1", "a", "v")
		var p struct {
			URL string `json:"response_url"`
		}
		if err := errors.Join(err, json.Unmarshal(payload, &p)); err != nil {
			t.Fatal(err)
		}
		return p.URL
	}
	u := fresh()
	for i := range 6 {
		if got, want := respond(u), map[bool]int{true: 200, false: 404}[i < 5]; got != want {
			t.Errorf("use %d: %d", i+1, got)
		}
	}
	old := fresh()
	w.pass(31 * time.Minute)
	if got := respond(old); got != 404 {
		t.Errorf("after half an hour: %d", got)
	}
}

func TestATicketOpensOneConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, out := w.call("xapp-1", "apps.connections.open", nil)
	link, _ := out["url"].(string)
	if link == "" || w.emu.Sockets() != 0 {
		t.Fatalf("%v", out)
	}
	for _, u := range []string{strings.Replace(link, "ws", "http", 1) + "x", w.api.URL + "/link/"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := w.api.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("a ticket that was never given: %d", resp.StatusCode)
		}
	}
	if err := w.emu.Disconnect("warning"); err == nil {
		t.Error("a connection that is not there was renewed")
	}
}
