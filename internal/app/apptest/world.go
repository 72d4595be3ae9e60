package apptest

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	slackapi "linkline/adapters/slack"
	"linkline/adapters/twilio"
	"linkline/flows"
	"linkline/internal/app"
	"linkline/internal/config"
	"linkline/internal/emulator/slackemu"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
	"linkline/internal/vault"

	"github.com/alicebob/miniredis/v2"
)

// Who and what there is in every World.
const (
	Account  = "AC00000000000000000000000000000001"
	Token    = "12345"
	Ours     = "+447700900001"
	Resident = "+447700900123"
	OnCall   = "+447700900900"
	Worker   = "U0AAAAAAA"
	Other    = "U0BBBBBBB"
	Lead     = "U0CCCCCCC"
	Stranger = "U0STRANGER"
	Cards    = "C0123456789"
	Alerts   = "C0987654321"
	Young    = "C0555555555"
)

// Setup is the configuration of a World; LANGS and YOUNG are filled in.
const Setup = `
controller: {name: Example Charity, contact: "020 7946 0000", privacy_url: "https://example.org/privacy"}
safety: {lead: U0CCCCCCC, on_call: ["+447700900900"], council: "020 7946 0999"}
programmes:
  - id: bdd
    name: Barking & Dagenham Social Prescribing
    languages: [LANGS]
    numbers: {sms: "+447700900001", whatsapp: "+447700900001"}
    slack: {channel: C0123456789, alerts: C0987654321}
    young_people: YOUNG
    questions_after: [AFTER]
    HOMEOFFICE
    groups:
      - {keyword: PIANO, name: Becontree Piano Club, language: en, area: Barking and Dagenham}
link_workers:
  - {slack: U0AAAAAAA, name: A. Worker, programmes: [bdd], languages: [en]}
  - {slack: U0BBBBBBB, name: B. Worker, programmes: [bdd], languages: [en]}
`

// Options are what a test may choose of a World; the zero value is the usual
// one: English, a miniredis, and a clock that stands until it is moved.
type Options struct {
	Languages string              // as in the configuration: "en, so"
	Young     string              // "none", or "{channel: C0555555555}"
	After     string              // names of blocks asked after the referral is in, which a holder may lend to
	Approved  bool                // the programme approved the text about the Home Office
	Redis     *redisstore.Options // a Redis of the test's own; the clock is then the real one
	Set       *storetest.Set      // real servers that fail over, on the World's own clock
	Webhook   string              // what stands behind the webhook's address: "#rc=3&rp=ct,5xx,rt"
	Start     time.Time           // where the clock stands; a Tuesday at ten in the morning
	Config    string              // instead of Setup
}

// read reads the languages once for all worlds.
var read = sync.OnceValues(app.ReadLanguages)

// World is a whole Linkline between an emulated Twilio and an emulated Slack.
type World struct {
	App   *app.App
	Phone *twilioemu.Emulator
	Slack *slackemu.Emulator

	t    testing.TB
	ctx  context.Context
	mini *miniredis.Miniredis
	set  *storetest.Set

	mu   sync.Mutex
	now  time.Time
	news <-chan twilioemu.Message
	seen map[string]bool     // texts that reached a phone, by their id
	sent map[string][]string // by phone, in order; deleting them at Twilio does not unsend them
}

// New starts a World; it ends with the test.
func New(t testing.TB, o Options) *World {
	t.Helper()
	w := &World{t: t, ctx: t.Context(), now: o.Start, seen: map[string]bool{}, sent: map[string][]string{}, set: o.Set}
	if w.now.IsZero() {
		w.now = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	}
	opts := o.Redis
	var scripts redisstore.Config
	switch {
	case o.Set != nil:
		opts, scripts.Scripts = &o.Set.Options, storetest.Clocked(t)
		o.Set.SetClock(w.now)
	case opts == nil:
		w.mini = miniredis.RunT(t)
		w.mini.SetTime(w.now)
		opts = &redisstore.Options{Addrs: []string{w.mini.Addr()}, InProcess: true}
	}
	w.Phone = twilioemu.New(twilioemu.Config{AccountSID: Account, AuthToken: Token, Now: w.Now})
	var unsubscribe func()
	w.news, unsubscribe = w.Phone.Subscribe()
	t.Cleanup(unsubscribe)
	w.Slack = slackemu.New(slackemu.Config{BotToken: "xoxb-test", SigningSecret: "secret", TeamID: "T1", AppID: "A1", BotUser: "U0LINKLINE"}) // Slack signs with the real time
	for _, u := range []string{Worker, Other, Lead, Stranger} {
		w.Slack.AddUser(slackemu.User{ID: u, Name: u})
	}
	for _, c := range []string{Cards, Alerts, Young} {
		w.Slack.AddChannel(slackemu.Channel{ID: c, Name: c, Private: true, Members: []string{Worker, Other, "U0LINKLINE", Stranger}})
	}
	api, sl := httptest.NewServer(w.Phone), httptest.NewServer(w.Slack)
	w.Slack.SetBase(sl.URL)
	var h http.Handler
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { h.ServeHTTP(rw, r) }))
	public, err := url.Parse(srv.URL)
	w.must(err)
	keys, err := vault.NewKeyset(rand.Reader)
	w.must(err)
	languages, err := read()
	w.must(err)
	w.App, err = app.New(t.Context(), app.Options{
		Languages: languages,
		Config:    w.config(o), Keyset: keys, PublicURL: public, Redis: *opts, Scripts: scripts, Now: w.Now,
		Twilio: twilio.Config{AccountSID: Account, AuthTokens: []string{Token}, APIURL: api.URL},
		Slack:  slackapi.Config{BotToken: "xoxb-test", SigningSecrets: []string{"secret"}, APIURL: sl.URL + "/api/"},
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	w.must(err)
	h = w.App.Handler()
	w.Phone.SetNumber(Ours, twilioemu.Number{Webhook: srv.URL + "/twilio/messages" + o.Webhook})
	w.Phone.SetNumber("whatsapp:"+Ours, twilioemu.Number{Webhook: srv.URL + "/twilio/messages" + o.Webhook})
	w.Slack.Endpoints(srv.URL+"/slack/events", srv.URL+"/slack/interactions", srv.URL+"/slack/commands")
	_, err = w.App.Prepare(t.Context())
	w.must(err)
	t.Cleanup(func() {
		w.Phone.Close()
		if err := w.App.Close(); err != nil {
			t.Error(err)
		}
		srv.Close()
		api.Close()
		sl.Close()
	})
	return w
}

func (w *World) config(o Options) *config.Config {
	w.t.Helper()
	langs, young, src := o.Languages, o.Young, o.Config
	if langs == "" {
		langs = "en"
	}
	if young == "" {
		young = "none"
	}
	if src == "" {
		src = Setup
	}
	approved := ""
	if o.Approved {
		approved = "home_office: {text: home_office, approved_by: A. Name, on: 2026-11-01}"
	}
	languages, err := read()
	w.must(err)
	var known []string
	for _, l := range languages.Catalog.Languages() {
		known = append(known, l.Tag)
	}
	conf, err := config.Parse("linkline.yaml", []byte(strings.NewReplacer("LANGS", langs, "YOUNG", young, "AFTER", o.After, "HOMEOFFICE", approved).Replace(src)), config.Known{Flows: flows.Names(), Languages: known})
	w.must(err)
	return conf
}

func (w *World) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// Now is the World's time.
func (w *World) Now() time.Time {
	if w.mini == nil && w.set == nil {
		return time.Now()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Pass lets time go by, in steps small enough that whatever falls due does so
// in order.
func (w *World) Pass(d time.Duration) {
	w.t.Helper()
	if w.mini == nil && w.set == nil {
		w.t.Fatal("a World on a Redis of its own has the real clock")
	}
	for d > 0 {
		step := min(d, 20*time.Minute)
		d -= step
		w.mu.Lock()
		w.now = w.now.Add(step)
		now := w.now
		w.mu.Unlock()
		if w.set != nil {
			w.set.SetClock(now)
		} else {
			w.mini.SetTime(now)
		}
		if step <= time.Minute {
			w.App.Round(w.ctx) // between two texts seldom anything falls due
			w.App.Wait()
			continue
		}
		w.Settle()
	}
}

// Settle waits until nothing is under way anywhere.
func (w *World) Settle() {
	for range 4 {
		w.App.Wait()
		w.Phone.Wait()
		w.Slack.Wait()
		w.App.Round(w.ctx)
		w.listen()
	}
	w.App.Wait()
	w.listen()
}

// Text sends a text as a resident and returns what came back for it.
func (w *World) Text(from, body string, media ...string) []string {
	w.t.Helper()
	before := len(w.To(from))
	to := Ours
	if strings.HasPrefix(from, "whatsapp:") {
		to = "whatsapp:" + Ours
	}
	if _, status := w.Phone.Receive(w.ctx, twilioemu.Inbound{From: from, To: to, Body: body, Media: media}); status != http.StatusOK {
		w.t.Fatalf("a text was answered by status %d", status)
	}
	w.Settle()
	return w.To(from)[before:]
}

// To lists every text that a phone received.
func (w *World) To(phone string) []string {
	w.listen()
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent[phone])
}

// listen takes in what the emulator has told of new texts.
func (w *World) listen() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		select {
		case m := <-w.news:
			if !m.Inbound && !w.seen[m.SID] {
				w.seen[m.SID] = true
				w.sent[m.To] = append(w.sent[m.To], m.Body)
			}
		default:
			return
		}
	}
}

// Click presses a button as a link worker.
func (w *World) Click(user, channel, ts, action, value string) {
	w.t.Helper()
	if _, status, err := w.Slack.Click(w.ctx, user, channel, ts, action, value); err != nil || status != http.StatusOK {
		w.t.Fatalf("%s: %d %v", action, status, err)
	}
	w.Settle()
}

// Submit sends the form that stands open for a link worker, and returns its
// faults by field.
func (w *World) Submit(user string, values map[string]string) map[string]string {
	w.t.Helper()
	faults, err := w.Slack.Submit(w.ctx, user, Filled(values))
	w.must(err)
	w.Settle()
	return faults
}

// Filled is a form as Slack sends it: values by field.
func Filled(values map[string]string) map[string]map[string]any {
	state := map[string]map[string]any{}
	for k, v := range values {
		val := map[string]any{"type": "plain_text_input", "value": v}
		switch k {
		case "kind", "code", "block":
			val = map[string]any{"type": "static_select", "selected_option": map[string]any{"value": v, "text": map[string]any{"type": "plain_text", "text": v}}}
		case "day":
			val = map[string]any{"type": "datepicker", "selected_date": v}
		case "time":
			val = map[string]any{"type": "timepicker", "selected_time": v}
		}
		state[k] = map[string]any{k: val}
	}
	return state
}

// Standing is everything that stands in a channel of Slack's, as one text.
func Standing(slack *slackemu.Emulator, channel string) string {
	var b strings.Builder
	for _, m := range slack.Messages(channel) {
		b.WriteString(m.Text + " ")
		b.WriteString(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(m.Blocks)) + "\n")
	}
	return b.String()
}

// Shows is everything that stands in a channel, or in a user's direct
// messages with the app, as one text.
func (w *World) Shows(channel string) string {
	if strings.HasPrefix(channel, "U") {
		channel = w.Slack.IM(channel)
	}
	return Standing(w.Slack, channel)
}
