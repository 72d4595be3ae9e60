// Package console is the demo's page: a phone on one side, the link worker's
// Slack on the other, and between them what happens inside. It draws what the
// emulated services hold and presses their buttons; it decides nothing. It may
// import the store to read from, and no neighbour: phones, Slack and clock
// come in as interfaces.
package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// Text is one text message, in or out, as the provider's log has it.
type Text struct {
	ID, From, To, Body string
	Inbound            bool
	Media              []string // content types of what came with it
	Status             string
	Code               int
	At                 time.Time
}

// Post is one message that stands in the workspace. Blocks are the JSON that
// the app sent.
type Post struct {
	TS, Thread, User, Text string
	Blocks                 json.RawMessage
	Ephemeral              string // shown to this user only
	Edited                 bool
}

// Modal is the modal that a user has open.
type Modal struct {
	ID   string // changes with every version of it
	View json.RawMessage
}

// Phones is the residents' side of the world. It is safe for concurrent use.
type Phones interface {
	// Texts is everything that was ever sent, the oldest first.
	Texts() []Text
	// Receive sends a text as a resident, with a picture or a voice message if
	// media is its content type, and returns the status that the service
	// answered with; 0: it did not answer.
	Receive(ctx context.Context, from, to, body, media string) int
}

// Workspace is the link workers' side. It is safe for concurrent use.
type Workspace interface {
	Posts(channel string) []Post
	DM(user string) string // the direct message between a user and the app
	Modal(user string) (Modal, bool)
	Click(ctx context.Context, user, channel, ts, action, value string) error
	// Submit sends the topmost modal; faults are what the app finds wrong with
	// which block.
	Submit(ctx context.Context, user string, values map[string]map[string]any) (faults map[string]string, err error)
	Dismiss(user string)
	Command(ctx context.Context, user, channel, text string) error
	Say(ctx context.Context, user, channel, thread, text string) error
}

// Store is what the console reads of conversations and queues.
type Store interface {
	Load(ctx context.Context, cid bot.CID) (redisstore.Loaded, error)
	Journal(ctx context.Context, cid bot.CID) ([]bot.JournalLine, error)
	Waiting(ctx context.Context, programme string, limit int) ([]bot.Ref, error)
	Held(ctx context.Context, programme, worker string) ([]bot.Ref, error)
	Record(ctx context.Context, programme string, ref bot.Ref) (redisstore.Record, error)
	Depths(ctx context.Context) (map[string]int64, error)
}

// Trouble is what may go wrong outside, to see what becomes of it.
type Trouble interface {
	// SlackDown makes every call of the app to Slack fail until it is called
	// with false.
	SlackDown(down bool)
	// TwilioBusy makes Twilio refuse the next few texts for a moment.
	TwilioBusy()
}

// Clock is the demo's clock, which can be put forward.
type Clock interface {
	Now() time.Time
	Forward(d time.Duration)
}

// Config is the world that the page shows.
type Config struct {
	Service   string // the neutral name of the service
	Numbers   []Number
	Residents []Resident
	Workers   []Worker
	Channels  []Channel
	Languages []Language
	Flows     map[string]*bot.Flow // by name
	Bot       string               // the app's own Slack user
	Phones    Phones
	Workspace Workspace
	Store     Store
	CID       func(bot.Channel, bot.Address, bot.Address) bot.CID
	Clock     Clock
	Trouble   Trouble
	Listen    string // the address that is listened on; says which hosts are ours
	Log       *slog.Logger
}

// Number is one of our numbers with the programme behind it. An empty SMS or
// WhatsApp is not offered.
type Number struct {
	Programme string  `json:"programme"`
	Name      string  `json:"name"`
	Flow      string  `json:"flow"`
	SMS       string  `json:"sms,omitempty"`
	WhatsApp  string  `json:"whatsapp,omitempty"`
	Groups    []Group `json:"groups,omitempty"`
}

// Group is a poster's keyword.
type Group struct {
	Keyword string `json:"keyword"`
	Name    string `json:"name"`
}

// Resident is a phone that may be picked up.
type Resident struct {
	Number string `json:"number"`
	Label  string `json:"label"`
	Lang   string `json:"lang"`
	// Quiet phones are shown once something was sent to them.
	Quiet bool `json:"quiet,omitempty"`
}

// Worker is somebody whose Slack may be looked at.
type Worker struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Role      string   `json:"role"`
	Languages []string `json:"languages,omitempty"`
}

// Channel is a channel of the workspace.
type Channel struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"` // cards, alerts, young
}

// Language is a language that the residents' side speaks, with words to try.
type Language struct {
	Tag     string            `json:"tag"`
	Name    string            `json:"name"`
	Endonym string            `json:"endonym"`
	Dir     string            `json:"dir"`
	Try     map[string]string `json:"try,omitempty"` // hello, human: the language's own word for it
}

// Console is the page's server. It is safe for concurrent use.
type Console struct {
	conf Config
	run  string // changes with every start, so that a page knows it is stale

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced when a new picture is there
	picture  []byte
	version  int
	seen     map[string]time.Time // when a post was first seen, by the demo's clock
	refs     map[bot.Ref]string   // every referral ever seen, with its programme
	down     bool                 // Slack, by the page's switch
	watchers int
	ended    chan struct{}
	endOnce  sync.Once
	nudge    chan struct{}
}

// New makes a console. Nothing is watched before Run.
func New(c Config) *Console {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Console{
		conf: c, run: fmt.Sprintf("%x", time.Now().UnixNano()), changed: make(chan struct{}), ended: make(chan struct{}),
		seen: map[string]time.Time{}, refs: map[bot.Ref]string{}, nudge: make(chan struct{}, 1),
	}
}

// Changed tells the console that something may look different. It never
// blocks.
func (c *Console) Changed() {
	select {
	case c.nudge <- struct{}{}:
	default:
	}
}

// Close ends every stream, so that a stop does not wait for open pages.
func (c *Console) Close() { c.endOnce.Do(func() { close(c.ended) }) }

// settle is how long changes are gathered before a picture is taken, and tick
// how often one is taken anyway while somebody watches: lanes empty and ages
// pass without a message being sent.
const (
	settle = 30 * time.Millisecond
	tick   = time.Second
)

// Run takes a picture after every change until the context ends.
func (c *Console) Run(ctx context.Context) error {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.nudge:
			rest := time.NewTimer(settle)
			select {
			case <-rest.C:
			case <-ctx.Done():
				rest.Stop()
				return nil
			}
		case <-t.C:
			c.mu.Lock()
			idle := c.watchers == 0
			c.mu.Unlock()
			if idle {
				continue
			}
		}
		c.take(ctx)
	}
}

// take takes a picture and shows it if it differs from the last one.
func (c *Console) take(ctx context.Context) {
	s, err := c.snapshot(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.conf.Log.WarnContext(ctx, "picture_not_taken", "error", err.Error())
		}
		return
	}
	raw, err := json.Marshal(s)
	if err != nil {
		c.conf.Log.WarnContext(ctx, "picture_not_taken", "error", err.Error())
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if bytes.Equal(raw, c.picture) {
		return
	}
	c.picture = raw
	c.version++
	close(c.changed)
	c.changed = make(chan struct{})
}

// latest is the last picture, its number, and a channel that closes when there
// is another.
func (c *Console) latest() ([]byte, int, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.picture, c.version, c.changed
}
