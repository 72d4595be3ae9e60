package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"io/fs"
	slackapi "linkline/adapters/slack"
	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/flows"
	"linkline/internal/app"
	"linkline/internal/config"
	"linkline/internal/redisstore"
	"linkline/internal/relay"
	"linkline/internal/triage"
	"linkline/internal/understand"
	"linkline/locales"
	"testing/fstest"
)

// replicaEnv makes the test binary a replica of Linkline: its value is a
// replicaConfig.
const replicaEnv = "LINKLINE_TEST_REPLICA"

// replicaConfig is what a replica is told.
type replicaConfig struct {
	Setup, Keyset, Public, Twilio, Slack string
	Redis                                redisConfig
	Lease, Poll                          time.Duration
	Die                                  place // where it kills itself; empty: nowhere
	After                                int   // how often it passes there first
}

// redisConfig is where a replica's Redis is.
type redisConfig struct {
	Mode   redisstore.Mode
	Addrs  []string
	Master string
}

func (c redisConfig) options() redisstore.Options {
	return redisstore.Options{Mode: c.Mode, Addrs: c.Addrs, Master: c.Master, ReplicaTimeout: 300 * time.Millisecond, ReplicaGrace: time.Second}
}

// place is a row of DESIGN's crash table: a point on a text's way.
type place string

const (
	beforeCommit    place = "before the commit"
	before200       place = "after the commit, before 200"
	beforeSend      place = "before the send"
	duringSend      place = "during the send"
	afterSend       place = "after the send, before its settlement"
	beforeQueued    place = "after a referral is committed, before it is queued"
	afterQueued     place = "after it is queued, before that is settled"
	claimToTalk     place = "between a claim in the queue and the conversation"
	claimFromTalk   place = "after the conversation took a claim, before that is settled"
	beforeSlack     place = "claim answered, Slack not updated"
	afterSlack      place = "Slack has the message, Redis does not know it"
	afterAlert      place = "Slack has the alert, Redis does not know it"
	afterShow       place = "Slack updated, before that is settled"
	anywhere        place = "" // by somebody else's hand
	replicaReady          = "listening on "
	replicaPatience       = 30 * time.Second
)

var places = []place{beforeCommit, before200, beforeSend, duringSend, afterSend, beforeQueued, afterQueued, claimToTalk, claimFromTalk, beforeSlack, afterSlack, afterAlert, afterShow}

func TestMain(m *testing.M) {
	if raw := os.Getenv(replicaEnv); raw != "" {
		if err := replica(raw); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// death kills the process at its place, the way a power cut would.
type death struct {
	at   place
	left atomic.Int64
}

func (d *death) pass(p place) {
	if p == d.at && d.left.Add(-1) < 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// replica runs the whole app, with its end wired in between the rooms.
func replica(raw string) error {
	var c replicaConfig
	if err := json.Unmarshal([]byte(raw), &c); err != nil {
		return err
	}
	ctx := context.Background()
	conf, err := config.Parse("linkline.yaml", []byte(c.Setup), config.Known{Flows: flows.Names(), Languages: []string{"en"}})
	if err != nil {
		return err
	}
	public, err := url.Parse(c.Public)
	if err != nil {
		return err
	}
	languages, err := english()
	if err != nil {
		return err
	}
	a, err := app.New(ctx, app.Options{
		Languages: languages,
		Config:    conf, Keyset: c.Keyset, PublicURL: public, Redis: c.Redis.options(),
		Twilio: twilio.Config{AccountSID: account, AuthTokens: []string{token}, APIURL: c.Twilio},
		Slack:  slackapi.Config{BotToken: "xoxb-test", SigningSecrets: []string{"secret"}, APIURL: c.Slack + "/api/"},
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)), Lease: c.Lease, Poll: c.Poll, CatchUp: time.Second,
	})
	if err != nil {
		return err
	}
	d := &death{at: c.Die}
	d.left.Store(int64(c.After))
	a.Outbox.Looks = []time.Duration{200 * time.Millisecond, 500 * time.Millisecond, time.Second}
	a.Outbox.Provider = mortalProvider{a.Outbox.Provider, d}
	a.Relay.Queue = mortalQueue{a.Relay.Queue, d}
	a.Relay.Talks = mortalTalks{a.Relay.Talks, d}
	a.Relay.Desk = mortalDesk{a.Relay.Desk, d}
	a.Desk.Board = mortalBoard{a.Slack, d}
	if _, err := a.Prepare(ctx); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(replicaReady + l.Addr().String())
	go func() { _ = a.Run(ctx) }()
	return http.Serve(l, mortalHandler{a.Handler(), d})
}

// mortalHandler dies on a text's way in.
type mortalHandler struct {
	http.Handler
	d *death
}

func (m mortalHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/twilio/messages") {
		m.Handler.ServeHTTP(w, r)
		return
	}
	m.d.pass(beforeCommit)
	held := &heldResponse{header: http.Header{}, status: http.StatusOK}
	m.Handler.ServeHTTP(held, r)
	m.d.pass(before200)
	for k, v := range held.header {
		w.Header()[k] = v
	}
	w.WriteHeader(held.status)
	_, _ = w.Write(held.body.Bytes())
}

// heldResponse keeps an answer until it may go.
type heldResponse struct {
	header http.Header
	body   bytes.Buffer
	status int
}

func (h *heldResponse) Header() http.Header         { return h.header }
func (h *heldResponse) Write(b []byte) (int, error) { return h.body.Write(b) }
func (h *heldResponse) WriteHeader(status int)      { h.status = status }

type provider interface {
	Send(ctx context.Context, out bot.Outbound) (bot.Sent, error)
	Find(ctx context.Context, out bot.Outbound, since time.Time, known func(sid string) bool) (sid string, found bool, err error)
}

// mortalProvider dies on a text's way out.
type mortalProvider struct {
	provider
	d *death
}

func (m mortalProvider) Send(ctx context.Context, out bot.Outbound) (bot.Sent, error) {
	m.d.pass(beforeSend)
	if m.d.at == duringSend {
		go m.d.pass(duringSend)
	}
	sent, err := m.provider.Send(ctx, out)
	m.d.pass(afterSend)
	return sent, err
}

// mortalQueue dies on a referral's way into the queue.
type mortalQueue struct {
	relay.Queue
	d *death
}

func (m mortalQueue) Put(ctx context.Context, r bot.Referral, score int64) error {
	m.d.pass(beforeQueued)
	err := m.Queue.Put(ctx, r, score)
	m.d.pass(afterQueued)
	return err
}

// mortalTalks dies on a claim's way into the conversation.
type mortalTalks struct {
	relay.Conversations
	d *death
}

func (m mortalTalks) Event(ctx context.Context, cid bot.CID, ev bot.Event) (string, error) {
	if ev.Kind == bot.EventClaimed {
		m.d.pass(claimToTalk)
	}
	reason, err := m.Conversations.Event(ctx, cid, ev)
	if ev.Kind == bot.EventClaimed {
		m.d.pass(claimFromTalk)
	}
	return reason, err
}

// mortalDesk dies on an effect's way to the workers' eyes.
type mortalDesk struct {
	relay.Desk
	d *death
}

func (m mortalDesk) Show(ctx context.Context, programme string, ref bot.Ref, it redisstore.Item) error {
	m.d.pass(beforeSlack)
	err := m.Desk.Show(ctx, programme, ref, it)
	m.d.pass(afterShow)
	return err
}

// mortalBoard dies when Slack has a message and Redis does not know it yet.
type mortalBoard struct {
	*slackapi.Adapter
	d *death
}

func (m mortalBoard) Post(ctx context.Context, channel, thread string, p bot.Panel) (bot.Spot, error) {
	at, err := m.Adapter.Post(ctx, channel, thread, p)
	switch {
	case err != nil:
	case strings.HasPrefix(p.ID, "alert."):
		m.d.pass(afterAlert)
	default:
		m.d.pass(afterSlack)
	}
	return at, err
}

// english reads English alone: a replica of this test dies and begins again
// many times, and reading every language under the race detector takes longer
// than it lives.
func english() (*app.Languages, error) {
	only := fstest.MapFS{}
	for _, pattern := range []string{"en/*.json", "*.json"} {
		names, err := fs.Glob(locales.FS, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			src, err := fs.ReadFile(locales.FS, name)
			if err != nil {
				return nil, err
			}
			only[name] = &fstest.MapFile{Data: src}
		}
	}
	cat, err := locales.Load(only)
	if err != nil {
		return nil, err
	}
	reader, err := understand.New(cat)
	if err != nil {
		return nil, err
	}
	look, err := triage.New(only)
	return &app.Languages{Catalog: cat, Reader: reader, Triage: look}, err
}
