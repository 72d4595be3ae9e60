// Package app wires everything; it is the only room that knows all others.
package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	slackapi "linkline/adapters/slack"
	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/flows"
	"linkline/internal/alert"
	"linkline/internal/catchup"
	"linkline/internal/config"
	"linkline/internal/desk"
	"linkline/internal/erasure"
	"linkline/internal/httpd"
	"linkline/internal/inbox"
	"linkline/internal/outbox"
	"linkline/internal/redisstore"
	"linkline/internal/relay"
	"linkline/internal/tally"
	"linkline/internal/timers"
	"linkline/internal/vault"
	"linkline/locales"
)

// Options are what a running Linkline is made of.
type Options struct {
	Config    *config.Config
	Dir       string // where the configuration stands: flows may stand beside it
	Keyset    string
	PublicURL *url.URL
	Redis     redisstore.Options
	Twilio    twilio.Config
	Slack     slackapi.Config
	Rehearsal bool       // answer rostered test phones only
	Languages *Languages // nil: those that ship, read by New
	Now       func() time.Time
	Log       *slog.Logger
	Poll      time.Duration // how often drains look for work that a crash left behind
	Lease     time.Duration
	Scripts   redisstore.Config
	Ledger    *vault.Ledger // what was erased; nil: the demo keeps none
	CatchUp   time.Duration // how often the provider's log is compared with ours; default 2 minutes
	Flood     Flood         // how many texts of one sender are answered
}

// App is a running Linkline.
type App struct {
	opts    Options
	client  *redisstore.Client
	Store   *redisstore.Store
	Vault   *vault.Vault
	Catalog *locales.Catalog
	Flows   map[string]*bot.Flow
	Inbox   *inbox.Box
	Outbox  *outbox.Outbox
	Relay   *relay.Relay
	Eraser  *erasure.Eraser
	Desk    *desk.Desk
	Alerts  *alert.Alerts
	Twilio  *twilio.Adapter
	Slack   *slackapi.Adapter
	Timers  *timers.Timers
	CatchUp *catchup.CatchUp
	Metrics *httpd.Metrics
	mux     *http.ServeMux

	work   tally.Tally
	slots  map[bot.Lane]chan struct{} // so that one lane's slow calls never keep another waiting
	ctx    context.Context
	cancel context.CancelFunc
	loops  []*loop
	limit  *limits
	alone  atomic.Int64 // masters of Redis without a replica, when last looked at
	// numbers are our own addresses.
	numbers []bot.Address
}

// Unreachable says that a service Linkline needs does not answer, as against
// one that answers and refuses what it was given.
type Unreachable struct{ Err error }

// Error is the cause's.
func (u Unreachable) Error() string { return u.Err.Error() }

// Unwrap gives the cause.
func (u Unreachable) Unwrap() error { return u.Err }

// New wires an app. Nothing runs before Run.
func New(ctx context.Context, o Options) (*App, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.CatchUp == 0 {
		o.CatchUp = 2 * time.Minute
	}
	if o.Poll == 0 {
		o.Poll = 200 * time.Millisecond
	}
	a := &App{opts: o, Metrics: httpd.NewMetrics(), slots: map[bot.Lane]chan struct{}{}}
	for _, lane := range []bot.Lane{bot.LaneSafety, bot.LaneReply, bot.LaneRelay} {
		a.slots[lane] = make(chan struct{}, 256)
	}
	a.ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := a.pure(); err != nil {
		return nil, err
	}
	if err := a.store(ctx); err != nil {
		return nil, err
	}
	if err := a.rooms(); err != nil {
		_ = a.client.Close()
		return nil, err
	}
	a.routes()
	a.loops = a.newLoops()
	return a, nil
}

// pure loads what needs no service: texts, flows, keys.
func (a *App) pure() error {
	var err error
	if a.opts.Languages == nil {
		if a.opts.Languages, err = ReadLanguages(); err != nil {
			return err
		}
	}
	a.Catalog = a.opts.Languages.Catalog
	if a.Vault, err = vault.Open(a.opts.Keyset); err != nil {
		return err
	}
	a.Flows = map[string]*bot.Flow{}
	for _, name := range flows.Names() {
		if a.Flows[name], err = flows.Shipped(name); err != nil {
			return err
		}
	}
	for i := range a.opts.Config.Programmes {
		p := &a.opts.Config.Programmes[i]
		if a.Flows[flowName(p)], err = Cut(a.Catalog, a.opts.Dir, p); err != nil {
			return fmt.Errorf("programme %s: %w (see its flow:, questions: and questions_after:)", p.ID, err)
		}
	}
	return nil
}

// Cut compiles a programme's own flow: one that ships or a file beside the
// configuration (in dir), without the questions it drops and with the blocks
// it adds. A text of the programme's own must be one of the catalog's.
func Cut(cat *locales.Catalog, dir string, p *config.Programme) (*bot.Flow, error) {
	if text := p.HomeOffice.Text; text != "" {
		if _, err := cat.Render(locales.Base, text, nil); err != nil {
			return nil, fmt.Errorf("home_office.text names no message %q (home_office is the one that ships)", text)
		}
	}
	if !strings.HasSuffix(p.Flow, ".yaml") {
		return flows.ShippedFor(p.Flow, tailored(p))
	}
	path := p.Flow
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the flow %s cannot be read (it stands beside the configuration, or name one that ships: %s)", p.Flow, strings.Join(flows.Names(), ", "))
	}
	return flows.Tailored(p.Flow, src, flows.Blocks, tailored(p))
}

func (a *App) store(ctx context.Context) error {
	var err error
	a.opts.Redis.Logger = a.opts.Log
	if a.client, err = redisstore.Connect(ctx, a.opts.Redis); err != nil {
		return Unreachable{err}
	}
	conf := a.opts.Scripts
	conf.Lease = a.opts.Lease
	a.Store, err = redisstore.New(a.client, a.Vault, conf)
	return err
}

func (a *App) rooms() error {
	var err error
	reader, look := a.opts.Languages.Reader, a.opts.Languages.Triage
	a.opts.Twilio.PublicURL = a.opts.PublicURL
	if a.Twilio, err = twilio.New(a.opts.Twilio); err != nil {
		return err
	}
	a.opts.Slack.Now, a.opts.Slack.Log = a.opts.Now, a.opts.Log
	a.opts.Slack.Once = func(ctx context.Context, id string) (bool, error) { return a.Store.Once(ctx, id, slackapi.Repeats) }
	if a.Slack, err = slackapi.New(a.opts.Slack); err != nil {
		return err
	}
	o := a.opts
	dir := directory{a.opts.Config}
	a.Inbox = &inbox.Box{
		Store: talks{a.Store}, Engine: bot.NewEngine(a.Flows), Catalog: a.Catalog, Reader: reader, Dir: dir, CID: a.Vault.CID,
		Look: func(lang, text string) bot.Danger {
			d := look.Look(lang, text).Danger()
			if d.Label != "" {
				a.Metrics.Alerts.WithLabelValues(d.Label).Inc()
			}
			return d
		},
		Refs: a.reference, English: o.Config.Safety.Unreviewed == "english", Now: o.Now, Log: o.Log, Kick: a.kick,
	}
	a.Outbox = &outbox.Outbox{
		Lanes: a.Store, Provider: a.Twilio, Now: o.Now, Log: o.Log, Failed: a.failed,
		Sent: a.sent, Pace: o.Config.Pace,
	}
	a.Desk = &desk.Desk{Queue: a.Store, Talks: conversations{a}, Roster: roster{o.Config}, Texts: texts{a}, Board: a.Slack, Now: o.Now, Log: o.Log, Later: a.later}
	a.Alerts = &alert.Alerts{Ladder: a.Store, Pages: a.Store, News: a.Store, Past: a.Store, People: people{o.Config}, Desk: a.Desk, Phone: a.Twilio, Talks: a.Inbox, Now: o.Now, Log: o.Log}
	a.Relay = &relay.Relay{Lanes: a.Store, Queue: a.Store, Desk: a.Desk, Talks: a.Inbox, Now: o.Now, Log: o.Log, Later: a.later}
	a.Eraser = &erasure.Eraser{Store: a.Store, Provider: a.Twilio, Desk: a.Desk, Ledger: o.Ledger, Now: o.Now, Log: o.Log}
	a.Relay.Forget = a.Eraser.Forget
	a.Relay.Alerted = a.alerted
	a.Desk.Pump = func(_ context.Context, programme string, ref bot.Ref) {
		a.later(func(ctx context.Context) { a.Relay.Pump(ctx, programme, ref) })
	}
	a.Slack.Serve(a.Desk)
	a.numbers = ourNumbers(o.Config)
	a.CatchUp = &catchup.CatchUp{
		Log: a.Twilio, Numbers: a.numbers, Taken: a.taken, Take: a.Inbound, Now: o.Now, Logs: o.Log,
		Found: func(bot.Inbound) { a.Metrics.Caught.Inc() },
	}
	a.limit = newLimits(o.Flood)
	a.Timers = &timers.Timers{Due: a.Store, Names: a.dueNames, Fire: a.Inbox.Event, Now: o.Now}
	return nil
}

// reference reserves and writes a reference.
func (a *App) reference(ctx context.Context, programme string, cid bot.CID, n int) (bot.Ref, error) {
	num, err := a.Store.Reserve(ctx, programme, cid, n)
	if err != nil {
		return "", err
	}
	return bot.Ref(a.Vault.ReferenceCode(programme, num)), nil
}

// later runs work beside the caller; a stop waits for it.
func (a *App) later(do func(ctx context.Context)) { a.beside(bot.LaneRelay, do) }

func (a *App) beside(lane bot.Lane, do func(ctx context.Context)) {
	slots := a.slots[lane]
	a.work.Add(1)
	go func() {
		defer a.work.Add(-1)
		slots <- struct{}{}
		defer func() { <-slots }()
		defer func() {
			if r := recover(); r != nil {
				a.opts.Log.Error("work_panicked")
			}
		}()
		ctx, cancel := context.WithTimeout(a.ctx, 2*time.Minute)
		defer cancel()
		do(ctx)
	}()
}

// kick drains the lanes that a commit took, at once and side by side.
func (a *App) kick(cid bot.CID, tokens map[bot.Lane]string) {
	for lane, token := range tokens {
		a.beside(lane, func(ctx context.Context) {
			if lane == bot.LaneRelay {
				a.Relay.Drain(ctx, cid, token)
				return
			}
			a.Outbox.Drain(ctx, lane, cid, token)
		})
	}
}

// dueNames reads which timers of a conversation are due.
func (a *App) dueNames(ctx context.Context, cid bot.CID, now time.Time) (map[string]time.Time, error) {
	l, err := a.Store.Load(ctx, cid)
	if err != nil || l.State == nil {
		return nil, err
	}
	var c bot.Conversation
	if err := json.Unmarshal(l.State, &c); err != nil {
		return nil, fmt.Errorf("conversation %s: %w", cid, err)
	}
	out := map[string]time.Time{}
	for name, at := range c.Timers {
		if !at.After(now) {
			out[name] = at
		}
	}
	return out, nil
}
