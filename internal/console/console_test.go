package console

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/bot"
	"linkline/flows"
	"linkline/internal/redisstore"

	"github.com/google/go-cmp/cmp"
)

const (
	phone  = "+447700900100"
	number = "+447700900001"
	worker = "U0AAAAAAA"
	cards  = "C0123456789"
)

// fakePhones keeps texts and answers every webhook with one status.
type fakePhones struct {
	mu     sync.Mutex
	texts  []Text
	status int
}

func (f *fakePhones) Texts() []Text {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Text(nil), f.texts...)
}

func (f *fakePhones) Receive(_ context.Context, from, to, body, media string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.texts = append(f.texts, Text{ID: "SM1", From: from, To: to, Body: body, Media: []string{media}, Inbound: true, Status: "received", At: time.UnixMilli(1000)})
	return f.status
}

// fakeSlack writes down what was pressed.
type fakeSlack struct {
	mu     sync.Mutex
	posts  map[string][]Post
	modal  *Modal
	faults map[string]string
	err    error
	did    []string
}

func (f *fakeSlack) note(words ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.did = append(f.did, strings.Join(words, " "))
	return f.err
}

func (f *fakeSlack) Posts(channel string) []Post { return f.posts[channel] }
func (f *fakeSlack) DM(user string) string       { return "D" + user[1:] }
func (f *fakeSlack) Modal(string) (Modal, bool) {
	if f.modal == nil {
		return Modal{}, false
	}
	return *f.modal, true
}
func (f *fakeSlack) Click(_ context.Context, user, channel, ts, action, value string) error {
	return f.note("click", user, channel, ts, action, value)
}
func (f *fakeSlack) Submit(_ context.Context, user string, _ map[string]map[string]any) (map[string]string, error) {
	return f.faults, f.note("submit", user)
}
func (f *fakeSlack) Dismiss(user string) { _ = f.note("dismiss", user) }
func (f *fakeSlack) Command(_ context.Context, user, channel, text string) error {
	return f.note("command", user, channel, text)
}
func (f *fakeSlack) Say(_ context.Context, user, channel, thread, text string) error {
	return f.note("say", user, channel, thread, text)
}

// fakeStore holds one conversation and one referral.
type fakeStore struct {
	state bot.Conversation
	gone  bool
}

func (f *fakeStore) Load(context.Context, bot.CID) (redisstore.Loaded, error) {
	raw, err := json.Marshal(f.state)
	return redisstore.Loaded{Version: 3, State: raw}, err
}
func (f *fakeStore) Journal(context.Context, bot.CID) ([]bot.JournalLine, error) {
	return []bot.JournalLine{{Event: "text", From: "chatting:", To: "chatting:needs", Reason: "answered", At: time.UnixMilli(5), In: "secret words"}}, nil
}
func (f *fakeStore) Waiting(context.Context, string, int) ([]bot.Ref, error) {
	if f.gone {
		return nil, nil
	}
	return []bot.Ref{"BDD-2222"}, nil
}
func (f *fakeStore) Held(context.Context, string, string) ([]bot.Ref, error) { return nil, nil }
func (f *fakeStore) Record(context.Context, string, bot.Ref) (redisstore.Record, error) {
	r := redisstore.Record{State: "open", Referral: bot.Referral{Reason: bot.ReasonSelf, Created: time.UnixMilli(7), Card: bot.Card{Languages: []string{"so"}}}}
	if f.gone {
		r.State, r.Code = "closed", "goals_met"
	}
	return r, nil
}
func (f *fakeStore) Depths(context.Context) (map[string]int64, error) {
	return map[string]int64{"lane_s": 0, "lane_o": 2}, nil
}

func (f *fakeSlack) SlackDown(down bool) { _ = f.note("down", fmt.Sprint(down)) }
func (f *fakeSlack) TwilioBusy()         { _ = f.note("busy") }

type fakeClock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (f *fakeClock) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Now().Add(f.ahead)
}
func (f *fakeClock) Forward(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ahead += d
}

type bench struct {
	t      *testing.T
	c      *Console
	phones *fakePhones
	slack  *fakeSlack
	store  *fakeStore
	clock  *fakeClock
	srv    *httptest.Server
}

func newBench(t *testing.T) *bench {
	t.Helper()
	f, err := flows.Shipped("self-referral")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, phones: &fakePhones{status: 200}, slack: &fakeSlack{posts: map[string][]Post{cards: {{TS: "1.1", User: "U0BOT", Text: "card", Blocks: json.RawMessage(`[{"type":"divider"}]`)}}}}, store: &fakeStore{}, clock: &fakeClock{}}
	b.store.state.Programme = "bdd"

	b.store.state.Person().State = "needs"
	b.c = New(Config{
		Service: "Linkline", Bot: "U0BOT", Phones: b.phones, Workspace: b.slack, Store: b.store, Clock: b.clock, Trouble: b.slack, Listen: "127.0.0.1:8080",
		Numbers:   []Number{{Programme: "bdd", Flow: "self-referral", SMS: number, WhatsApp: number}},
		Residents: []Resident{{Number: phone, Label: "English", Lang: "en"}, {Number: "+447700900900", Label: "On call", Quiet: true}},
		Workers:   []Worker{{ID: worker, Name: "A. Worker"}}, Channels: []Channel{{ID: cards, Name: "referrals", Kind: "cards"}},
		Flows: map[string]*bot.Flow{"self-referral": f}, CID: func(bot.Channel, bot.Address, bot.Address) bot.CID { return "c" },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	b.srv = httptest.NewServer(b.c.Handler())
	t.Cleanup(func() { b.c.Close(); b.srv.Close() })
	return b
}

// post sends JSON from the page's own origin; headers may say otherwise.
func (b *bench) post(path, body string, headers ...string) (int, map[string]any) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.srv.URL+"/console/"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Origin", b.srv.URL)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Del(headers[i])
		switch {
		case headers[i] == "Host":
			req.Host = headers[i+1]
		case headers[i+1] != "":
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		b.t.Fatalf("%s: no JSON: %v", path, err)
	}
	return resp.StatusCode, out
}

func TestActs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, path, body string
		status           int
		did              string
	}{
		{"a text", "text", `{"from":"` + phone + `","to":"` + number + `","body":"hello"}`, 200, ""},
		{"a WhatsApp text", "text", `{"from":"whatsapp:` + phone + `","to":"whatsapp:` + number + `","body":"hello"}`, 200, ""},
		{"SMS to WhatsApp", "text", `{"from":"` + phone + `","to":"whatsapp:` + number + `","body":"hello"}`, 400, ""},
		{"an unknown phone", "text", `{"from":"+447700900999","to":"` + number + `","body":"hello"}`, 400, ""},
		{"a number of nobody", "text", `{"from":"` + phone + `","to":"+447700900998","body":"hello"}`, 400, ""},
		{"nothing", "text", `{"from":"` + phone + `","to":"` + number + `","body":"  "}`, 400, ""},
		{"a photo", "text", `{"from":"` + phone + `","to":"` + number + `","body":"","media":"photo"}`, 200, ""},
		{"a parcel", "text", `{"from":"` + phone + `","to":"` + number + `","body":"","media":"parcel"}`, 400, ""},
		{"too much", "text", `{"from":"` + phone + `","to":"` + number + `","body":"` + strings.Repeat("a", 1601) + `"}`, 400, ""},
		{"far too much", "text", `{"from":"` + phone + `","body":"` + strings.Repeat("a", 70<<10) + `"}`, 413, ""},
		{"no JSON", "text", `from=x`, 400, ""},
		{"an unknown field", "text", `{"from":"` + phone + `","to":"` + number + `","body":"hello","admin":true}`, 400, ""},
		{"a click", "click", `{"user":"` + worker + `","channel":"` + cards + `","ts":"1.1","action":"claim","value":"v"}`, 200, "click U0AAAAAAA C0123456789 1.1 claim v"},
		{"a click on nothing", "click", `{"user":"` + worker + `","channel":"` + cards + `","ts":"9.9","action":"claim"}`, 400, ""},
		{"a click by nobody", "click", `{"user":"U0NOBODY","channel":"` + cards + `","ts":"1.1","action":"claim"}`, 400, ""},
		{"a click elsewhere", "click", `{"user":"` + worker + `","channel":"D0BBBBBBB","ts":"1.1","action":"claim"}`, 400, ""},
		{"a form that is not open", "submit", `{"user":"` + worker + `","modal":"V1","values":{}}`, 409, ""},
		{"closing what is closed", "dismiss", `{"user":"` + worker + `","modal":"V1"}`, 200, ""},
		{"a command", "command", `{"user":"` + worker + `","channel":"` + cards + `","text":"queue"}`, 200, "command U0AAAAAAA C0123456789 queue"},
		{"a bare command", "command", `{"user":"` + worker + `","channel":"` + cards + `","text":""}`, 200, "command U0AAAAAAA C0123456789 help"},
		{"a note", "say", `{"user":"` + worker + `","channel":"D0AAAAAAA","thread":"1.1","text":"ring first"}`, 200, "say U0AAAAAAA D0AAAAAAA 1.1 ring first"},
		{"a note in a channel", "say", `{"user":"` + worker + `","channel":"` + cards + `","text":"hello all"}`, 400, ""},
		{"Slack goes down", "trouble", `{"what":"slack_down"}`, 200, "down true"},
		{"Slack comes back", "trouble", `{"what":"slack_up"}`, 200, "down false"},
		{"Twilio is busy", "trouble", `{"what":"twilio_busy"}`, 200, "busy"},
		{"an unknown trouble", "trouble", `{"what":"flood"}`, 400, ""},
		{"the clock forward", "clock", `{"seconds":7200}`, 200, ""},
		{"the clock back", "clock", `{"seconds":-1}`, 400, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			status, out := b.post(c.path, c.body)
			if status != c.status {
				t.Fatalf("status %d, want %d: %v", status, c.status, out)
			}
			if status >= 400 && (out["error"] == "" || out["hint"] == "" || out["hint"] == nil) {
				t.Errorf("a fault must say what to do next: %v", out)
			}
			if got := strings.Join(b.slack.did, "; "); got != c.did {
				t.Errorf("did %q, want %q", got, c.did)
			}
		})
	}
}

func TestFormsAnswerWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.slack.modal = &Modal{ID: "V1.H1", View: json.RawMessage(`{}`)}
	b.slack.faults = map[string]string{"text": "Write something."}
	status, out := b.post("submit", `{"user":"`+worker+`","modal":"V1.H1","values":{"text":{"text":{"value":""}}}}`)
	want := map[string]any{"ok": false, "errors": map[string]any{"text": "Write something."}}
	if diff := cmp.Diff(want, out); status != 200 || diff != "" {
		t.Errorf("status %d (-want +got)\n%s", status, diff)
	}
	if status, _ := b.post("submit", `{"user":"`+worker+`","modal":"V1.H0","values":{}}`); status != http.StatusConflict {
		t.Errorf("an older form: %d", status)
	}
	b.slack.err = errors.New("down")
	if status, out := b.post("click", `{"user":"`+worker+`","channel":"`+cards+`","ts":"1.1","action":"claim"}`); status != http.StatusBadGateway || out["hint"] == "" {
		t.Errorf("a silent app: %d %v", status, out)
	}
}

func TestATextThatIsNotTaken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{0, 403, 503} {
		b := newBench(t)
		b.phones.status = status
		if got, out := b.post("text", `{"from":"`+phone+`","to":"`+number+`","body":"hello"}`); got != http.StatusBadGateway || out["hint"] == "" {
			t.Errorf("webhook %d: %d %v", status, got, out)
		}
	}
}

func TestOtherSitesAreKeptOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const body = `{"seconds":60}`
	for _, c := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"our own page", nil, 200},
		{"another origin", []string{"Origin", "https://evil.example"}, 403},
		{"another port", []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"no origin", []string{"Origin", ""}, 403},
		{"a sandbox", []string{"Origin", "null"}, 403},
		{"told cross-site by the browser", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a form", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"plain text that needs no preflight", []string{"Content-Type", "text/plain"}, 415},
		{"a name that points here", []string{"Host", "evil.example", "Origin", "http://evil.example"}, 403},
	} {
		if got, out := b.post("clock", body, c.headers...); got != c.status {
			t.Errorf("%s: %d, want %d (%v)", c.name, got, c.status, out)
		}
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		host, listen string
		want         bool
	}{
		{"127.0.0.1:8080", "127.0.0.1:8080", true},
		{"localhost:8080", "127.0.0.1:8080", true},
		{"LOCALHOST", "127.0.0.1:8080", true},
		{"[::1]:8080", "[::1]:8080", true},
		{"127.0.0.2", "127.0.0.1:8080", true},
		{"evil.example", "127.0.0.1:8080", false},
		{"localhost.evil.example", "0.0.0.0:8080", false},
		{"127.0.0.1.evil.example:8080", "127.0.0.1:8080", false},
		{"192.0.2.7:8080", "127.0.0.1:8080", false},
		{"192.0.2.7:8080", "0.0.0.0:8080", true},
		{"192.0.2.7:8080", ":8080", true},
		{"", "127.0.0.1:8080", false},
	} {
		if got := ours(c.host, c.listen); got != c.want {
			t.Errorf("%q while listening on %q: %v", c.host, c.listen, got)
		}
	}
}

func TestPageIsSealed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for path, kind := range map[string]string{"/": "text/html", "/app.js": "text/javascript", "/base.css": "text/css", "/icon.svg": "image/svg+xml"} {
		resp, err := http.Get(b.srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		h := resp.Header
		if resp.StatusCode != 200 || !strings.HasPrefix(h.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", path, resp.StatusCode, h.Get("Content-Type"))
		}
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for _, not := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "https://"} {
			if strings.Contains(string(body), not) {
				t.Errorf("%s contains %s", path, not)
			}
		}
	}
	for path, status := range map[string]int{"/none": 404, "/console/none": 404, "/../console.go": 404} {
		resp, err := http.Get(b.srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != status {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	entries, err := files.ReadDir("page")
	if err != nil || len(entries) < 10 {
		t.Fatalf("%d files in the page: %v", len(entries), err)
	}
	for _, e := range entries {
		src, err := files.ReadFile("page/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(src), "innerHTML") {
			t.Errorf("%s uses innerHTML", e.Name())
		}
	}
}

// stream reads pictures as a page does.
type stream struct {
	t *testing.T
	r *bufio.Reader
}

func (b *bench) live() *stream {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	b.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.srv.URL+"/console/live", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		b.t.Fatalf("the stream is %q", kind)
	}
	return &stream{b.t, bufio.NewReader(resp.Body)}
}

func (s *stream) next() picture {
	s.t.Helper()
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			s.t.Fatalf("the stream ended: %v", err)
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			var p picture
			if err := json.Unmarshal([]byte(data), &p); err != nil {
				s.t.Fatal(err)
			}
			return p
		}
	}
}

func TestLivePictures(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	go func() { _ = b.c.Run(t.Context()) }()
	s := b.live()
	p := s.next()
	if len(p.Texts) != 0 || len(p.Residents) != 1 || len(p.Queue) != 1 || p.Lanes["lane_o"] != 2 || len(p.Posts[cards]) != 1 {
		t.Errorf("the first picture: %+v", p)
	}
	if g := p.Flows["self-referral"]; len(g.States) < 10 || len(g.Edges) < 10 || g.Start == "" {
		t.Errorf("the flow has %d states and %d edges", len(g.States), len(g.Edges))
	}
	if status, out := b.post("text", `{"from":"`+phone+`","to":"`+number+`","body":"سلام"}`); status != 200 {
		t.Fatal(out)
	}
	p = s.next()
	if len(p.Texts) != 1 || p.Texts[0].Body != "سلام" || p.Texts[0].Segments != 1 {
		t.Errorf("after a text: %+v", p.Texts)
	}
	talk := p.Talks[phone+" "+number]
	if talk.State != "needs" || len(talk.Journal) != 1 || talk.Journal[0] != (shownLine{"text", "chatting", "needs", "answered", 5}) {
		t.Errorf("the conversation: %+v", talk)
	}
	if raw, err := json.Marshal(p.Talks); err != nil || strings.Contains(string(raw), "secret words") {
		t.Errorf("the journal shows words (%v)", err)
	}
	// A page that comes later gets the whole picture at once.
	if late := b.live().next(); len(late.Texts) != 1 {
		t.Errorf("a late page sees %d texts", len(late.Texts))
	}
	b.c.Close()
	if _, err := io.ReadAll(s.r); err != nil {
		t.Errorf("a stop does not end the stream cleanly: %v", err)
	}
}

func TestClosedReferralsStayInThePicture(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if p, err := b.c.snapshot(t.Context()); err != nil || len(p.Queue) != 1 || p.Queue[0].State != "open" {
		t.Fatalf("before: %+v, %v", p.Queue, err)
	}
	b.store.gone = true
	p, err := b.c.snapshot(t.Context())
	if err != nil || len(p.Queue) != 1 || p.Queue[0].State != "closed" || p.Queue[0].Code != "goals_met" {
		t.Errorf("after: %+v, %v", p.Queue, err)
	}
}

func TestPhonesOnCallAppearWhenTheyAreTexted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.phones.texts = []Text{{ID: "SM9", From: number, To: "+447700900900", Body: "Linkline alert", Status: "sent"}}
	p, err := b.c.snapshot(t.Context())
	if err != nil || len(p.Residents) != 2 {
		t.Errorf("%d phones, %v", len(p.Residents), err)
	}
}
