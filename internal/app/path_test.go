package app_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	slackapi "linkline/adapters/slack"
	"linkline/adapters/twilio"
	"linkline/flows"
	"linkline/internal/app"
	"linkline/internal/app/apptest"
	"linkline/internal/config"
	"linkline/internal/emulator/slackemu"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore"
	"linkline/internal/vault"

	"github.com/alicebob/miniredis/v2"
)

const (
	account  = "AC00000000000000000000000000000001"
	token    = "12345"
	ours     = "+447700900001"
	resident = "+447700900123"
	worker   = "U0AAAAAAA"
	other    = "U0BBBBBBB"
	cards    = "C0123456789"
	alerts   = "C0987654321"
)

const setup = `
safety: {lead: U0CCCCCCC, on_call: ["+447700900900"], council: "020 7946 0999"}
programmes:
  - id: bdd
    name: Barking & Dagenham Social Prescribing
    languages: [LANGS]
    numbers: {sms: "+447700900001", whatsapp: "+447700900001"}
    slack: {channel: C0123456789, alerts: C0987654321}
    groups:
      - {keyword: PIANO, name: Becontree Piano Club, language: en, area: Barking and Dagenham}
link_workers:
  - {slack: U0AAAAAAA, name: A. Worker, programmes: [bdd], languages: [en]}
  - {slack: U0BBBBBBB, name: B. Worker, programmes: [bdd], languages: [en]}
`

// world is a whole Linkline between an emulated Twilio and an emulated Slack.
type world struct {
	t     *testing.T
	app   *app.App
	phone *twilioemu.Emulator
	slack *slackemu.Emulator
	ctx   context.Context
	clock *clock
	url   string // where the app is reached
}

// readLanguages reads the languages once for all worlds.
var readLanguages = sync.OnceValues(app.ReadLanguages)

func newWorld(t *testing.T, langs string, tune ...func(*app.Options)) *world {
	t.Helper()
	mini := miniredis.RunT(t)
	w := newWorldOn(t, langs, redisstore.Options{Addrs: []string{mini.Addr()}, InProcess: true}, tune...)
	w.clock.mini = mini
	return w
}

func newWorldOn(t *testing.T, langs string, opts redisstore.Options, tune ...func(*app.Options)) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), clock: &clock{}}
	w.phone = twilioemu.New(twilioemu.Config{AccountSID: account, AuthToken: token, Now: w.clock.now})
	w.slack = slackemu.New(slackemu.Config{BotToken: "xoxb-test", AppToken: "xapp-test", SigningSecret: "secret", TeamID: "T1", AppID: "A1", BotUser: "U0LINKLINE"})
	for _, u := range []string{worker, other, "U0CCCCCCC", "U0STRANGER"} {
		w.slack.AddUser(slackemu.User{ID: u, Name: u})
	}
	for _, c := range []string{cards, alerts} {
		w.slack.AddChannel(slackemu.Channel{ID: c, Name: c, Private: true, Members: []string{worker, other, "U0LINKLINE", "U0STRANGER"}})
	}
	api, sl := httptest.NewServer(w.phone), httptest.NewServer(w.slack)
	w.slack.SetBase(sl.URL)
	conf, err := config.Parse("linkline.yaml", []byte(strings.Replace(setup, "LANGS", langs, 1)), config.Known{Flows: flows.Names(), Languages: strings.Split(langs, ", ")})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var h http.Handler
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { h.ServeHTTP(rw, r) }))
	public, _ := url.Parse(srv.URL)
	w.url = srv.URL
	options := app.Options{
		Config: conf, Keyset: keys, PublicURL: public, Redis: opts, Now: w.clock.now,
		Twilio: twilio.Config{AccountSID: account, AuthTokens: []string{token}, APIURL: api.URL},
		Slack:  slackapi.Config{BotToken: "xoxb-test", SigningSecrets: []string{"secret"}, APIURL: sl.URL + "/api/"},
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	languages, err := readLanguages()
	if err != nil {
		t.Fatal(err)
	}
	options.Languages = languages
	for _, f := range tune {
		f(&options)
	}
	w.app, err = app.New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	h = w.app.Handler()
	w.phone.SetNumber(ours, twilioemu.Number{Webhook: srv.URL + "/twilio/messages"})
	w.phone.SetNumber("whatsapp:"+ours, twilioemu.Number{Webhook: srv.URL + "/twilio/messages"})
	w.slack.Endpoints(srv.URL+"/slack/events", srv.URL+"/slack/interactions", srv.URL+"/slack/commands")
	if _, err := w.app.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.phone.Close()
		if err := w.app.Close(); err != nil {
			t.Error(err)
		}
		srv.Close()
		api.Close()
		sl.Close()
	})
	return w
}

// settle waits until nothing is under way anywhere.
func (w *world) settle() {
	for range 4 {
		w.app.Wait()
		w.phone.Wait()
		w.slack.Wait()
		w.app.Round(w.ctx)
	}
	w.app.Wait()
}

// text sends a text as a resident and returns what came back for it.
func (w *world) text(from, body string) []string {
	w.t.Helper()
	before := len(w.to(from))
	if _, status := w.phone.Receive(w.ctx, twilioemu.Inbound{From: from, To: ours, Body: body}); status != 200 {
		w.t.Fatalf("%q: status %d", body, status)
	}
	w.settle()
	return w.to(from)[before:]
}

func (w *world) to(resident string) []string {
	var out []string
	for _, m := range w.phone.Shown() {
		if !m.Inbound && m.To == resident {
			out = append(out, m.Body)
		}
	}
	return out
}

func (w *world) click(user, channel, ts, action, value string) {
	w.t.Helper()
	if _, status, err := w.slack.Click(w.ctx, user, channel, ts, action, value); err != nil || status != 200 {
		w.t.Fatalf("%s: %d %v", action, status, err)
	}
	w.settle()
}

func (w *world) submit(user string, values map[string]string) map[string]string {
	w.t.Helper()
	faults, err := w.slack.Submit(w.ctx, user, apptest.Filled(values))
	if err != nil {
		w.t.Fatal(err)
	}
	w.settle()
	return faults
}

// shows is everything that stands in a channel, as one text.
func (w *world) shows(channel string) string { return apptest.Standing(w.slack, channel) }

func has(t *testing.T, what, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%s: %q is not in it:\n%s", what, want, text)
	}
}

func TestFromHelloToClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	for _, step := range []struct{ say, want string }{
		{"hello", "Can we keep your answers"},
		{"1", "Who needs help?"},
		{"1", "Is it safe"},
		{"1", "What would help most"},
		{"1 4", "What can we call you"},
		{"my name is Amina", "Where do you live"},
		{"ig11 8he", "How should a person contact you"},
		{"2", "A person will contact you by"},
	} {
		got := strings.Join(w.text(resident, step.say), "\n")
		has(t, step.say, got, step.want)
	}
	card := w.slack.Messages(cards)
	if len(card) != 1 {
		t.Fatalf("%d cards:\n%s", len(card), w.shows(cards))
	}
	face := w.shows(cards)
	has(t, "card", face, "Barking and Dagenham")
	has(t, "card", face, "Money, Lonely or low")
	if strings.Contains(face, "Amina") || strings.Contains(face, resident) {
		t.Error("the card shows who it is")
	}
	ref := strings.Fields(strings.Split(w.to(resident)[len(w.to(resident))-2], "number is ")[1])[0]
	ref = strings.TrimSuffix(ref, ".")
	value := "bdd|" + ref

	w.click("U0STRANGER", cards, card[0].TS, "claim", value)
	has(t, "a stranger is told", w.shows(cards), "not on the list")
	w.click(worker, cards, card[0].TS, "claim", value)
	dm := w.slack.IM(worker)
	has(t, "hand-over", w.shows(dm), "Amina")
	has(t, "card", w.shows(cards), "With <@U0AAAAAAA>")
	w.click(other, cards, card[0].TS, "claim", value)
	has(t, "the other is told who", w.shows(cards), "already with")

	if got := w.text(resident, "are you there?"); len(got) != 0 {
		t.Errorf("the bot speaks while a person holds it: %q", got)
	}
	has(t, "their words", w.shows(dm), "are you there?")

	w.click(worker, dm, w.slack.Messages(dm)[0].TS, "reply", value)
	if f := w.submit(worker, map[string]string{"kind": "own", "text": "Hello Amina, I am here."}); len(f) != 0 {
		t.Fatalf("preview: %v", f)
	}
	if f := w.submit(worker, map[string]string{"kind": "own", "text": "Hello Amina, I am here."}); len(f) != 0 {
		t.Fatalf("send: %v", f)
	}
	all := w.to(resident)
	if all[len(all)-1] != "Hello Amina, I am here." {
		t.Errorf("last text %q", all[len(all)-1])
	}
	has(t, "delivery", w.shows(dm), "Delivered")

	w.click(worker, dm, w.slack.Messages(dm)[0].TS, "close", value)
	if f := w.submit(worker, map[string]string{"code": "goals_met"}); len(f) != 0 {
		t.Fatalf("close: %v", f)
	}
	has(t, "closed card", w.shows(cards), "Goals met")
	if strings.Contains(w.shows(dm), "are you there?") {
		t.Error("the words still stand in the direct message")
	}
	has(t, "a new beginning", strings.Join(w.text(resident, "hello again"), "\n"), "Who needs help?")
}

func TestACryForHelpComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.text(resident, "hello")
	got := w.text(resident, "i want to die")
	if len(got) != 3 {
		t.Fatalf("got %q", got)
	}
	has(t, "asked", got[2], "Are you safe right now")
	has(t, "safety text", got[0], "116 123")
	has(t, "once a page was accepted", got[1], "told our on-call team")
	has(t, "alert", w.shows(alerts), "Suicide")
	if strings.Contains(w.shows(alerts), "want to die") {
		t.Error("the alert shows the words")
	}
	m := w.slack.Messages(alerts)
	var value string
	if i := strings.Index(string(m[0].Blocks), `"value":"`); i >= 0 {
		value, _, _ = strings.Cut(string(m[0].Blocks)[i+9:], `"`)
	}
	w.click(worker, alerts, m[0].TS, "alert_take", value)
	has(t, "who has it", w.shows(alerts), "has this")
	has(t, "the words", w.shows(w.slack.IM(worker)), "i want to die")
	has(t, "after the button", strings.Join(w.to(resident), "\n"), "A person here has read your text")
	if len(w.slack.Messages(cards)) != 1 {
		t.Error("no referral was made")
	}
}
