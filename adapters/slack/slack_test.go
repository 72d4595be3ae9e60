package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/adapters/slack"
	"linkline/bot"
	"linkline/internal/emulator/slackemu"
)

const (
	secret = "8f742231b10e8888abcd99yyyzzz85a5"
	member = "U0AAAAAAA"
	room   = "C0123456789"
)

// desk records what it is asked and answers what a test told it to.
type desk struct {
	mu        sync.Mutex
	presses   []bot.Press
	forms     []bot.Submission
	spoken    []bot.Spoken
	commands  []string
	say       string
	reaction  bot.Reaction
	hold      chan struct{} // when set, every call waits for it
	announced chan string   // told of every call, when set
}

func (d *desk) note(what string, add func()) {
	if d.hold != nil {
		<-d.hold
	}
	d.mu.Lock()
	add()
	d.mu.Unlock()
	if d.announced != nil {
		d.announced <- what
	}
}

func (d *desk) Press(_ context.Context, p bot.Press) string {
	d.note("press", func() { d.presses = append(d.presses, p) })
	return d.say
}

func (d *desk) Submit(_ context.Context, s bot.Submission) bot.Reaction {
	d.note("submit", func() { d.forms = append(d.forms, s) })
	return d.reaction
}

func (d *desk) Command(_ context.Context, user, _, text, _ string) bot.Panel {
	d.note("command", func() { d.commands = append(d.commands, user+" "+text) })
	return bot.Panel{Summary: "Waiting", Parts: []bot.Part{{Text: text, Quote: true}}}
}

func (d *desk) Spoken(_ context.Context, s bot.Spoken) string {
	d.note("spoken", func() { d.spoken = append(d.spoken, s) })
	return d.say
}

type world struct {
	emu     *slackemu.Emulator
	adapter *slack.Adapter
	desk    *desk
	mux     *http.ServeMux
	ctx     context.Context
}

func newWorld(t *testing.T, change ...func(*slack.Config, *slackemu.Config)) *world {
	t.Helper()
	ec := slackemu.Config{BotToken: "xoxb-1", AppToken: "xapp-1", SigningSecret: secret, TeamID: "T1", AppID: "A1", BotUser: "U0LINKLINE"}
	sc := slack.Config{BotToken: "xoxb-1", SigningSecrets: []string{secret}, Client: &http.Client{Timeout: 5 * time.Second}}
	for _, f := range change {
		f(&sc, &ec)
	}
	w := &world{emu: slackemu.New(ec), desk: &desk{}, mux: http.NewServeMux(), ctx: t.Context()}
	w.emu.AddUser(slackemu.User{ID: member, Name: "a"})
	w.emu.AddChannel(slackemu.Channel{ID: room, Private: true, Members: []string{member, "U0LINKLINE"}})
	api := httptest.NewServer(w.emu)
	w.emu.SetBase(api.URL)
	sc.APIURL = api.URL + "/api/"
	var err error
	if w.adapter, err = slack.New(sc); err != nil {
		t.Fatal(err)
	}
	w.adapter.Serve(w.desk)
	w.mux.Handle("/e", w.adapter.Events())
	w.mux.Handle("/i", w.adapter.Interactions())
	w.mux.Handle("/c", w.adapter.Commands())
	srv := httptest.NewServer(w.mux)
	w.emu.Endpoints(srv.URL+"/e", srv.URL+"/i", srv.URL+"/c")
	if err := w.adapter.Identify(w.ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.adapter.Drain()
		srv.Close()
		api.CloseClientConnections()
		api.Close()
	})
	return w
}

func TestOnlySlackIsHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := `{"type":"url_verification","challenge":"abc"}`
	at := func(d time.Duration) string { return fmt.Sprint(time.Now().Add(d).Unix()) }
	good := func(ts string) string { return slackemu.Sign(secret, ts, []byte(body)) }
	now := at(0)
	for name, c := range map[string]struct {
		ts, sig, method string
		want            int
	}{
		"signed":             {now, good(now), "POST", 200},
		"no signature":       {now, "", "POST", 401},
		"no timestamp":       {"", good(now), "POST", 401},
		"another secret":     {now, slackemu.Sign("other", now, []byte(body)), "POST", 401},
		"another body":       {now, slackemu.Sign(secret, now, []byte(body+" ")), "POST", 401},
		"wrong version":      {now, strings.Replace(good(now), "v0=", "v1=", 1), "POST", 401},
		"cut short":          {now, good(now)[:40], "POST", 401},
		"too old":            {at(-310 * time.Second), good(at(-310 * time.Second)), "POST", 401},
		"too far ahead":      {at(310 * time.Second), good(at(310 * time.Second)), "POST", 401},
		"a word for a time":  {"soon", good("soon"), "POST", 401},
		"read and not write": {now, good(now), "GET", 405},
	} {
		r := httptest.NewRequestWithContext(w.ctx, c.method, "/e", strings.NewReader(body))
		r.Header.Set("X-Slack-Request-Timestamp", c.ts)
		r.Header.Set("X-Slack-Signature", c.sig)
		rec := httptest.NewRecorder()
		w.mux.ServeHTTP(rec, r)
		if rec.Code != c.want {
			t.Errorf("%s: status %d, want %d", name, rec.Code, c.want)
		}
		if challenged := rec.Body.String() == "abc"; challenged != (c.want == 200) {
			t.Errorf("%s: challenge answered: %v", name, challenged)
		}
	}
	big := strings.Repeat("x", slack.MaxBody+1)
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, httptest.NewRequestWithContext(w.ctx, "POST", "/e", strings.NewReader(big)))
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: status %d", rec.Code)
	}
}

func TestASecretMayRotate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *slack.Config, _ *slackemu.Config) { c.SigningSecrets = []string{"new", secret} })
	if err := w.emu.Verify(w.ctx); err != nil {
		t.Error(err)
	}
}

// said is an event in which somebody writes.
func said(more map[string]any) map[string]any {
	ev := map[string]any{"type": "message", "user": member, "text": "hello", "ts": "1.1", "channel": room}
	for k, v := range more {
		ev[k] = v
	}
	return ev
}

func TestWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	inner := func(user, text string) map[string]any { return map[string]any{"user": user, "text": text, "ts": "1.1"} }
	for name, c := range map[string]struct {
		ev              map[string]any
		heard           bool
		edited, deleted bool
	}{
		"a message":              {said(nil), true, false, false},
		"a file":                 {said(map[string]any{"subtype": "file_share"}), true, false, false},
		"also to the channel":    {said(map[string]any{"subtype": "thread_broadcast", "thread_ts": "1.0"}), true, false, false},
		"blocks nobody knows":    {said(map[string]any{"blocks": []any{map[string]any{"type": "from_the_future", "x": 1}}}), true, false, false},
		"an edit":                {said(map[string]any{"subtype": "message_changed", "user": nil, "message": inner(member, "b"), "previous_message": inner(member, "a")}), true, true, false},
		"only a link preview":    {said(map[string]any{"subtype": "message_changed", "message": inner(member, "a"), "previous_message": inner(member, "a")}), false, false, false},
		"a deletion":             {said(map[string]any{"subtype": "message_deleted", "user": nil, "previous_message": inner(member, "a")}), true, false, true},
		"our own message":        {said(map[string]any{"user": "U0LINKLINE"}), false, false, false},
		"our own, changed":       {said(map[string]any{"subtype": "message_changed", "message": inner("U0LINKLINE", "b"), "previous_message": inner("U0LINKLINE", "a")}), false, false, false},
		"another bot":            {said(map[string]any{"bot_id": "B1"}), false, false, false},
		"somebody joins":         {said(map[string]any{"subtype": "channel_join"}), false, false, false},
		"an event without words": {map[string]any{"type": "reaction_added", "user": member}, false, false, false},
		"one of its own kind":    {map[string]any{"type": "group_left", "channel": room}, false, false, false},
	} {
		w := newWorld(t)
		status, err := w.emu.Event(w.ctx, "Ev1", c.ev)
		if err != nil || status != 200 {
			t.Errorf("%s: status %d, %v", name, status, err)
		}
		w.adapter.Drain()
		if got := len(w.desk.spoken); (got == 1) != c.heard {
			t.Errorf("%s: heard %d times", name, got)
			continue
		}
		if c.heard && (w.desk.spoken[0].Edited != c.edited || w.desk.spoken[0].Deleted != c.deleted || w.desk.spoken[0].User != member) {
			t.Errorf("%s: %+v", name, w.desk.spoken[0])
		}
	}
}

func TestRepeatsCountOnce(t *testing.T) {
	t.Parallel()
	shared := map[string]bool{}
	var mu sync.Mutex
	once := func(_ context.Context, id string) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		was := shared[id]
		shared[id] = true
		return !was, nil
	}
	w := newWorld(t, func(c *slack.Config, _ *slackemu.Config) { c.Once = once })
	w.desk.say = "noted"
	for num := range 4 {
		if status, err := w.emu.Retry(w.ctx, "Ev1", said(nil), num, "http_timeout"); status != 200 || err != nil {
			t.Fatalf("retry %d: %d %v", num, status, err)
		}
	}
	// The first attempt may never have come: a retry counts by its id.
	if _, err := w.emu.Retry(w.ctx, "Ev2", said(nil), 1, "http_timeout"); err != nil {
		t.Fatal(err)
	}
	w.adapter.Drain()
	if len(w.desk.spoken) != 2 {
		t.Errorf("%d events, want 2", len(w.desk.spoken))
	}
	after := newWorld(t, func(c *slack.Config, _ *slackemu.Config) { c.Once = once }) // another replica, or after a restart
	if _, err := after.emu.Retry(w.ctx, "Ev1", said(nil), 3, "http_timeout"); err != nil {
		t.Fatal(err)
	}
	after.adapter.Drain()
	if len(after.desk.spoken) != 0 {
		t.Error("another replica counts a repeat again")
	}
	payload, _, err := w.emu.Click(w.ctx, member, room, "1.1", "claim", "v")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.emu.Interact(w.ctx, payload); err != nil {
		t.Fatal(err)
	}
	w.adapter.Drain()
	if len(w.desk.presses) != 1 {
		t.Errorf("a press that came twice counts %d times", len(w.desk.presses))
	}
	w.emu.Break(slackemu.Fault{On: "events", Kind: "duplicate", Times: 1})
	w.emu.Break(slackemu.Fault{On: "events", Kind: "reordered", Times: 1})
	for _, id := range []string{"Ev3", "Ev4", "Ev5"} {
		if _, err := w.emu.Event(w.ctx, id, said(map[string]any{"text": id})); err != nil {
			t.Fatal(err)
		}
	}
	w.adapter.Drain()
	if len(w.desk.spoken) != 5 {
		t.Errorf("%d events, want 5: one came twice, two changed places", len(w.desk.spoken))
	}
}

func TestAnsweredBeforeTheWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.desk.hold = make(chan struct{})
	for i := range 80 { // more than are worked on at once
		if status, err := w.emu.Event(w.ctx, fmt.Sprint("Ev", i), said(nil)); status != 200 || err != nil {
			t.Fatalf("event %d: %d %v", i, status, err)
		}
	}
	if _, status, err := w.emu.Click(w.ctx, member, room, "1.1", "claim", "v"); status != 200 || err != nil {
		t.Fatalf("press: %d %v", status, err)
	}
	close(w.desk.hold)
	w.adapter.Drain()
	if len(w.desk.spoken) != 80 || len(w.desk.presses) != 1 {
		t.Errorf("%d events and %d presses were worked on", len(w.desk.spoken), len(w.desk.presses))
	}
}

func TestAnotherWorkspaceIsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *slack.Config, e *slackemu.Config) { e.TeamID = "T1" })
	for path, form := range map[string]string{
		"/i": url.Values{"payload": {`{"type":"block_actions","team":{"id":"T2"},"user":{"id":"U2"},"actions":[{"action_id":"claim","action_ts":"1"}]}`}}.Encode(),
		"/c": url.Values{"team_id": {"T2"}, "user_id": {"U2"}, "text": {"next"}}.Encode(),
		"/e": `{"type":"event_callback","team_id":"T2","event_id":"E","event":{"type":"message","user":"U2","text":"x","channel":"C"}}`,
	} {
		if rec := w.post(path, form); rec.Code != 200 {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	w.adapter.Drain()
	if len(w.desk.presses)+len(w.desk.commands)+len(w.desk.spoken) != 0 {
		t.Error("another workspace was heard")
	}
}

// post sends a signed body as it stands.
func (w *world) post(path, body string) *httptest.ResponseRecorder {
	ts := fmt.Sprint(time.Now().Unix())
	r := httptest.NewRequestWithContext(w.ctx, "POST", path, strings.NewReader(body))
	r.Header.Set("X-Slack-Request-Timestamp", ts)
	r.Header.Set("X-Slack-Signature", slackemu.Sign(secret, ts, []byte(body)))
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	return rec
}

func TestForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	view := func(values string) string {
		return url.Values{"payload": {`{"type":"view_submission","team":null,"user":{"id":"U0AAAAAAA"},"view":{"id":"V1","callback_id":"reply","private_metadata":"m","blocks":[{"type":"from_the_future"}],"state":{"values":` + values + `}}}`}}.Encode()
	}
	rec := w.post("/i", view(`{"text":{"text":{"type":"plain_text_input","value":null}},"day":{"day":{"selected_date":"2026-12-01"}},"kind":{"kind":{"selected_option":{"value":"own"}}}}`))
	if rec.Code != 200 || rec.Body.Len() != 0 {
		t.Errorf("a form that is done is answered %d with %q: anything but nothing keeps it open", rec.Code, rec.Body)
	}
	if got := w.desk.forms[0].Values; got["text"] != "" || got["day"] != "2026-12-01" || got["kind"] != "own" {
		t.Errorf("values %v", got)
	}
	w.desk.reaction = bot.Reaction{Faults: map[string]string{"text": "Write something"}}
	if rec := w.post("/i", view(`{}`)); !strings.Contains(rec.Body.String(), `"response_action":"errors"`) {
		t.Errorf("faults: %s", rec.Body)
	}
	w.desk.reaction = bot.Reaction{Next: &bot.Form{Callback: "send", Title: "Send this?", Submit: "Send", Parts: []bot.Part{{Text: "x"}}}}
	if rec := w.post("/i", view(`{}`)); !strings.Contains(rec.Body.String(), `"response_action":"update"`) {
		t.Errorf("next form: %s", rec.Body)
	}
	for _, bad := range []string{"payload=", "payload=%7B", "x=1", "%zz"} {
		if rec := w.post("/i", bad); rec.Code != 400 {
			t.Errorf("%q: status %d", bad, rec.Code)
		}
	}
}

func TestWordsAreInert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nasty := "<!channel> <@U0AAAAAAA> <https://evil.example|bank> *bold* & \u202eevil\u2066 =cmd|x"
	p := bot.Panel{ID: "p", Summary: nasty, Heading: nasty, Facts: []bot.Fact{{Label: "Name", Value: nasty}}, Parts: []bot.Part{{Text: nasty, Quote: true}}, Small: "With <@U0AAAAAAA> <!here>"}
	at, err := w.adapter.Post(w.ctx, room, "", p)
	if err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		m := w.emu.Messages(room)[0]
		if strings.Contains(m.Text, "<!") || strings.Contains(m.Text, "<http") {
			t.Errorf("%s: the text is live: %s", when, m.Text)
		}
		var blocks []any
		if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
			t.Fatal(err)
		}
		for _, s := range live(blocks) {
			if strings.Contains(s, "<!") || strings.Contains(s, "<http") {
				t.Errorf("%s: a block is live: %s", when, s)
			}
		}
		if strings.ContainsAny(string(m.Blocks), "\u202e\u2066") {
			t.Errorf("%s: a bidi control was let through", when)
		}
		if !strings.Contains(fmt.Sprint(live(blocks)), "<@U0AAAAAAA>") {
			t.Errorf("%s: our own mention of a worker does not show", when)
		}
	}
	check("posted")
	if err := w.adapter.Update(w.ctx, at, p); err != nil {
		t.Fatal(err)
	}
	check("changed")
}

// live collects the texts in which Slack acts on marks.
func live(v any) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, live(e)...)
		}
	case map[string]any:
		if v["type"] == "mrkdwn" {
			out = append(out, fmt.Sprint(v["text"]))
		}
		for _, e := range v {
			out = append(out, live(e)...)
		}
	}
	return out
}

func TestAnySizeIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, p := range map[string]bot.Panel{
		"nothing":         {},
		"only zero width": {Summary: "\u200b", Heading: "\u200d\u200d", Parts: []bot.Part{{Text: "\ufeff"}}, Facts: []bot.Fact{{Label: " ", Value: "\u200b"}}, Small: " "},
		"emoji":           {Summary: strings.Repeat("👍🏽", 3000), Heading: strings.Repeat("😀", 200), Parts: []bot.Part{{Text: strings.Repeat("👩‍👩‍👧‍👦", 4000), Quote: true}}},
		"many":            {Summary: "x", Parts: many(70), Buttons: []bot.Button{{Action: "a", Text: strings.Repeat("long ", 40), Value: "v"}}},
		"broken text":     {Summary: "\xff\xfe", Parts: []bot.Part{{Text: "a\x00b\xff"}}},
		"facts":           {Summary: "x", Facts: make([]bot.Fact, 23)},
	} {
		if _, err := w.adapter.Post(w.ctx, room, "", p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func many(n int) []bot.Part {
	out := make([]bot.Part, n)
	for i := range out {
		out[i] = bot.Part{Text: strings.Repeat("word ", 1000)}
	}
	return out
}

func TestWhatGoesWrongIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	type told interface {
		error
		Wait() time.Duration
		Lost() bool
		Never() bool
	}
	post := func(channel string) error {
		_, err := w.adapter.Post(w.ctx, channel, "", bot.Panel{ID: "p", Summary: "x"})
		return err
	}
	for name, c := range map[string]struct {
		fault       slackemu.Fault
		channel     string
		wait        time.Duration
		lost, never bool
	}{
		"rate limit":        {slackemu.Fault{Kind: "429", RetryAfter: 30}, room, 30 * time.Second, false, false},
		"broken":            {slackemu.Fault{Kind: "500"}, room, 0, true, false},
		"cut":               {slackemu.Fault{Kind: "cut-before"}, room, 0, true, false},
		"unknown channel":   {slackemu.Fault{}, "C0NOWHERE00", 0, false, true},
		"token revoked":     {slackemu.Fault{Kind: "token_revoked"}, room, 0, false, false},
		"an unknown word":   {slackemu.Fault{Kind: "something_new"}, room, 0, false, false},
		"their own mistake": {slackemu.Fault{Kind: "internal_error"}, room, 0, true, false},
	} {
		if c.fault.Kind != "" {
			c.fault.On, c.fault.Times = "chat.postMessage", 1
			w.emu.Break(c.fault)
		}
		var e told
		if err := post(c.channel); !errors.As(err, &e) || e.Wait() != c.wait || e.Lost() != c.lost || e.Never() != c.never {
			t.Errorf("%s: %v", name, err)
		}
	}
	at, err := w.adapter.Post(w.ctx, room, "", bot.Panel{ID: "gone", Summary: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.emu.DeleteMessage(w.ctx, at.Channel, at.TS); err != nil {
		t.Fatal(err)
	}
	if err := w.adapter.Update(w.ctx, at, bot.Panel{Summary: "y"}); !errors.Is(err, bot.ErrMessageGone) {
		t.Errorf("changing a deleted message: %v", err)
	}
	if _, err := w.adapter.Post(w.ctx, at.Channel, at.TS, bot.Panel{Summary: "y"}); !errors.Is(err, bot.ErrMessageGone) {
		t.Errorf("writing under a deleted message: %v", err)
	}
}

func TestAPostWhoseAnswerWasLostIsFound(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"cut-after", "hang-after"} {
		w := newWorld(t, func(c *slack.Config, _ *slackemu.Config) { c.Client = &http.Client{Timeout: 200 * time.Millisecond} })
		w.emu.Break(slackemu.Fault{On: "chat.postMessage", Kind: kind, Times: 1})
		if _, err := w.adapter.Post(w.ctx, member, "", bot.Panel{ID: "mine", Summary: "x"}); err == nil {
			t.Fatalf("%s: no error", kind)
		}
		at, found, err := w.adapter.Find(w.ctx, member, "", "mine")
		if err != nil || !found || at.Channel != w.emu.IM(member) {
			t.Errorf("%s: found %v at %v, %v", kind, found, at, err)
		}
		if _, found, err := w.adapter.Find(w.ctx, member, "", "another"); found || err != nil {
			t.Errorf("%s: another one: %v %v", kind, found, err)
		}
	}
}

func TestToldInPrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emu.AddUser(slackemu.User{ID: "U0BBBBBBB"})
	for _, user := range []string{member, "U0BBBBBBB"} { // the second is not in the channel
		if err := w.adapter.Whisper(w.ctx, room, user, "", "with <@U0AAAAAAA>, not <!channel>"); err != nil {
			t.Fatal(err)
		}
	}
	in, dm := w.emu.Messages(room), w.emu.Messages(w.emu.IM("U0BBBBBBB"))
	if len(in) != 1 || in[0].Ephemeral != member || len(dm) != 1 {
		t.Fatalf("in the channel %v, in the direct message %v", in, dm)
	}
	for _, m := range append(in, dm...) {
		if !strings.Contains(m.Text, "<@U0AAAAAAA>") || strings.Contains(m.Text, "<!channel>") {
			t.Errorf("text %q", m.Text)
		}
	}
}
