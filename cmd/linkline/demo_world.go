package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"linkline/internal/app"
	"linkline/internal/config"
	"linkline/internal/console"
	"linkline/internal/emulator/slackemu"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/httpd"
	"linkline/locales"

	"github.com/alicebob/miniredis/v2"
)

const (
	demoBot      = "U0LINKLINE"
	demoStranger = "U0STRANGER" // in the channel, on no roster
)

// movable is a clock that can be put forward.
type movable struct{ ahead atomic.Int64 }

func (m *movable) Now() time.Time          { return time.Now().Add(time.Duration(m.ahead.Load())) }
func (m *movable) Forward(d time.Duration) { m.ahead.Add(int64(d)) }

// world is everything around a Linkline: Redis, Twilio and Slack inside this
// process, on loopback.
type world struct {
	conf    *config.Config
	cat     *locales.Catalog
	log     *slog.Logger
	clock   *movable
	redis   *miniredis.Miniredis
	phone   *twilioemu.Emulator
	slack   *slackemu.Emulator
	page    *console.Console
	members []string // of every channel
	servers sync.WaitGroup
	stop    context.CancelFunc

	twilioURL, slackURL string
}

// newWorld starts Redis, Twilio and Slack.
func newWorld(conf *config.Config, cat *locales.Catalog, log *slog.Logger) (*world, error) {
	w := &world{conf: conf, cat: cat, log: log, clock: &movable{}}
	var err error
	if w.redis, err = miniredis.Run(); err != nil {
		return nil, fmt.Errorf("the demo's own Redis does not start: %w (is loopback up?)", err)
	}
	w.phone = twilioemu.New(twilioemu.Config{AccountSID: demoAccount, AuthToken: demoToken, Now: w.clock.Now})
	// Slack's signatures carry the real time: both sides refuse an old one.
	w.slack = slackemu.New(slackemu.Config{BotToken: demoBotKey, SigningSecret: demoSecret, TeamID: "T0DEMO", AppID: "A0DEMO", BotUser: demoBot})
	w.people()
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	for _, s := range []struct {
		h  http.Handler
		at *string
	}{{w.phone, &w.twilioURL}, {w.slack, &w.slackURL}} {
		srv, err := httpd.Listen("127.0.0.1:0", s.h)
		if err != nil {
			w.close()
			return nil, err
		}
		*s.at = srv.URL()
		w.servers.Go(func() {
			if err := srv.Run(ctx); err != nil {
				log.Warn("emulator_stopped", "error", err.Error())
			}
		})
	}
	w.slack.SetBase(w.slackURL)
	return w, nil
}

// people fills the workspace with the roster and the lead.
func (w *world) people() {
	members := []string{demoBot}
	for _, p := range w.conf.Workers {
		w.slack.AddUser(slackemu.User{ID: p.Slack, Name: p.Name})
		members = append(members, p.Slack)
	}
	if l := w.conf.Safety.Lead; l != "" && !slices.Contains(members, l) {
		w.slack.AddUser(slackemu.User{ID: l, Name: "Lead"})
		members = append(members, l)
	}
	w.rooms(members)
}

func (w *world) rooms(members []string) {
	w.members = members
	for _, ch := range w.channels() {
		w.slack.AddChannel(slackemu.Channel{ID: ch.ID, Name: ch.Name, Private: true, Members: slices.Clone(members)})
	}
}

// stranger brings somebody into the channels whom no roster names, to show
// what they are told. They come after the start, which would warn of them.
func (w *world) stranger() {
	w.slack.AddUser(slackemu.User{ID: demoStranger, Name: "someone else"})
	w.rooms(append(w.members, demoStranger))
}

// channels are the programmes' rooms, each named after what it is for.
func (w *world) channels() []console.Channel {
	var out []console.Channel
	add := func(id, name, kind string) {
		if id != "" && !slices.ContainsFunc(out, func(c console.Channel) bool { return c.ID == id }) {
			out = append(out, console.Channel{ID: id, Name: name, Kind: kind})
		}
	}
	for _, p := range w.conf.Programmes {
		suffix := ""
		if len(w.conf.Programmes) > 1 {
			suffix = "-" + p.ID
		}
		add(p.Channel, "referrals"+suffix, "cards")
		add(p.Alerts, "alerts"+suffix, "alerts")
		add(p.YoungChannel, "young-people"+suffix, "young")
	}
	return out
}

// join tells the emulators where the app is and makes the page.
func (w *world) join(a *app.App, public, listen string) {
	for _, p := range w.conf.Programmes {
		for _, n := range []string{p.SMS, "whatsapp:" + p.WhatsApp} {
			if strings.TrimPrefix(n, "whatsapp:") != "" {
				w.phone.SetNumber(n, twilioemu.Number{Webhook: public + "/twilio/messages#rc=3&rp=ct,5xx,rt"})
			}
		}
	}
	w.slack.Endpoints(public+"/slack/events", public+"/slack/interactions", public+"/slack/commands")
	w.page = console.New(console.Config{
		Service: w.conf.NeutralName, Numbers: w.numbers(), Residents: w.residents(), Workers: w.workers(), Channels: w.channels(),
		Languages: w.languages(), Flows: a.Flows, Bot: demoBot, Phones: phones{w.phone}, Workspace: workspace{w.slack}, Store: a.Store,
		CID: a.Vault.CID, Clock: w.clock, Trouble: trouble{w}, Listen: listen, Log: w.log,
	})
}

// watch passes every change of the emulators on to the page.
func (w *world) watch(ctx context.Context) error {
	texts, stopTexts := w.phone.Subscribe()
	defer stopTexts()
	posts, stopPosts := w.slack.Subscribe()
	defer stopPosts()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-texts:
		case <-posts:
		}
		w.page.Changed()
	}
}

// close stops everything, the servers after the last webhook.
func (w *world) close() {
	w.phone.Close()
	if w.stop != nil {
		w.stop()
	}
	w.servers.Wait()
	w.redis.Close()
}

// phones is the emulated Twilio as the page sees it.
type phones struct{ e *twilioemu.Emulator }

func (p phones) Texts() []console.Text {
	var out []console.Text
	for _, m := range p.e.Messages() {
		out = append(out, console.Text{ID: m.SID, From: m.From, To: m.To, Body: m.Body, Inbound: m.Inbound, Media: m.Media, Status: m.Status, Code: m.Code, At: m.Created})
	}
	return out
}

func (p phones) Receive(ctx context.Context, from, to, body, media string) int {
	in := twilioemu.Inbound{From: from, To: to, Body: body}
	if media != "" {
		in.Media = []string{media}
	}
	_, status := p.e.Receive(ctx, in)
	return status
}

// workspace is the emulated Slack as the page sees it.
type workspace struct{ e *slackemu.Emulator }

func (s workspace) Posts(channel string) []console.Post {
	var out []console.Post
	for _, m := range s.e.Messages(channel) {
		out = append(out, console.Post{TS: m.TS, Thread: m.Thread, User: m.User, Text: m.Text, Blocks: m.Blocks, Ephemeral: m.Ephemeral, Edited: m.Edited})
	}
	return out
}

func (s workspace) DM(user string) string { return s.e.IM(user) }

func (s workspace) Modal(user string) (console.Modal, bool) {
	stack := s.e.Views(user)
	if len(stack) == 0 {
		return console.Modal{}, false
	}
	v := stack[len(stack)-1]
	return console.Modal{ID: v.ID + "." + v.Hash, View: v.View}, true
}

var errRefused = errors.New("the app refused it")

func (s workspace) Click(ctx context.Context, user, channel, ts, action, value string) error {
	_, status, err := s.e.Click(ctx, user, channel, ts, action, value)
	return refused(status, err)
}

func refused(status int, err error) error {
	if err == nil && status >= 300 {
		return fmt.Errorf("%w: %d", errRefused, status)
	}
	return err
}

func (s workspace) Submit(ctx context.Context, user string, values map[string]map[string]any) (map[string]string, error) {
	return s.e.Submit(ctx, user, values)
}

func (s workspace) Dismiss(user string) { s.e.CloseView(user) }

func (s workspace) Command(ctx context.Context, user, channel, text string) error {
	_, err := s.e.Command(ctx, user, channel, "/linkline", text)
	return err
}

func (s workspace) Say(ctx context.Context, user, channel, thread, text string) error {
	_, status, err := s.e.Say(ctx, user, channel, thread, text)
	return refused(status, err)
}

// trouble switches the emulators' faults.
type trouble struct{ w *world }

func (t trouble) SlackDown(down bool) { t.w.slack.Down(down) }

func (t trouble) TwilioBusy() {
	t.w.phone.Break(twilioemu.Fault{On: "create", Kind: twilioemu.TooMany, Times: 3, RetryAfter: 3})
}
