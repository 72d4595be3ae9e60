// Package slackemu is a Slack that speaks the real Web API, events,
// interactions and commands on loopback: what the real service refuses it
// refuses. The demo and the tests run the real adapter against it. It may
// import the standard library and gorilla/websocket only.
package slackemu

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Config is the workspace and the app in it.
type Config struct {
	BotToken      string
	AppToken      string   // set: Socket Mode may be opened with it
	Scopes        []string // that the bot token has; nil: all of them
	SigningSecret string
	TeamID        string
	AppID         string
	BotUser       string
	Now           func() time.Time
	Client        *http.Client
}

// User is a member of the workspace.
type User struct {
	ID, Name   string
	Bot        bool
	Deleted    bool
	Restricted bool // a guest
}

// Channel is a channel or a direct message.
type Channel struct {
	ID, Name string
	Private  bool
	Archived bool
	Members  []string
	IM       string // the user of a direct message with the app
}

// Message is one message as it stands. Blocks are the raw JSON that the app
// sent.
type Message struct {
	Channel   string          `json:"channel"`
	TS        string          `json:"ts"`
	Thread    string          `json:"thread_ts,omitempty"`
	User      string          `json:"user"`
	Text      string          `json:"text"`
	Blocks    json.RawMessage `json:"blocks,omitempty"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
	Ephemeral string          `json:"ephemeral,omitempty"` // shown to this user only
	Edited    bool            `json:"edited,omitempty"`
	Deleted   bool            `json:"deleted,omitempty"`
}

// View is an open modal.
type View struct {
	ID       string          `json:"id"`
	User     string          `json:"user"`
	Hash     string          `json:"hash"`
	View     json.RawMessage `json:"view"`
	Callback string          `json:"callback_id"`
	Errors   map[string]string
}

// Emulator is one workspace. It is safe for concurrent use.
type Emulator struct {
	conf Config

	mu        sync.Mutex
	users     map[string]User
	channels  map[string]*Channel
	messages  []*Message
	views     map[string][]*View // stack per user
	triggers  map[string]trigger
	responses map[string]*response
	events    string
	interact  string
	commands  string
	next      int
	down      bool
	faults    []Fault
	held      []held
	sockets   []*socket
	tickets   map[string]bool
	turn      int
	opened    int
	watchers  map[chan struct{}]bool
	base      string

	flying sync.WaitGroup
}

type trigger struct {
	user string
	at   time.Time
	used bool
}

type response struct {
	channel, user, ts string
	at                time.Time
	uses              int
}

// Fault is something that goes wrong, Times times, on an API method ("*" for
// any). Kinds: "429" (with Retry-After), "500", "cut-before" and "cut-after"
// (the connection ends before or after the work), "hang-before" and
// "hang-after" (no answer ever), or any error that Slack names. On what goes to
// the app ("events", "interactions", "commands"): "duplicate", "late",
// "reordered".
type Fault struct {
	On, Kind   string
	Times      int
	RetryAfter int
}

// New opens a workspace with the app's own user in it.
func New(c Config) *Emulator {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 3 * time.Second} // Slack waits no longer
	}
	e := &Emulator{conf: c, users: map[string]User{}, channels: map[string]*Channel{}, views: map[string][]*View{}, triggers: map[string]trigger{}, responses: map[string]*response{}, watchers: map[chan struct{}]bool{}, tickets: map[string]bool{}}
	e.users[c.BotUser] = User{ID: c.BotUser, Name: "linkline", Bot: true}
	return e
}

// AddUser adds a member.
func (e *Emulator) AddUser(u User) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.users[u.ID] = u
}

// AddChannel adds a channel.
func (e *Emulator) AddChannel(c Channel) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.channels[c.ID] = &c
}

// Endpoints are the app's request URLs.
func (e *Emulator) Endpoints(events, interactions, commands string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.events, e.interact, e.commands = events, interactions, commands
}

// SetBase is where this server itself is reached, for response_url.
func (e *Emulator) SetBase(u string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base = u
}

// Down makes every call fail until it is called with false.
func (e *Emulator) Down(down bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.down = down
}

// Break adds a fault.
func (e *Emulator) Break(f Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = append(e.faults, f)
}

// Wait returns when nothing is under way to the app.
func (e *Emulator) Wait() { e.flying.Wait() }

// Messages lists what stands in a channel, deleted ones left out.
func (e *Emulator) Messages(channel string) []Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Message
	for _, m := range e.messages {
		if m.Channel == channel && !m.Deleted {
			out = append(out, *m)
		}
	}
	return out
}

// IM is the direct message between a user and the app; it comes into being
// when it is first asked for.
func (e *Emulator) IM(user string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.im(user)
}

func (e *Emulator) im(user string) string {
	id := "D" + user[min(1, len(user)):]
	if e.channels[id] == nil {
		e.channels[id] = &Channel{ID: id, Name: user, Private: true, IM: user, Members: []string{user, e.conf.BotUser}}
	}
	return id
}

// Views is a user's stack of open modals.
func (e *Emulator) Views(user string) []View {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []View
	for _, v := range e.views[user] {
		out = append(out, *v)
	}
	return out
}

// Subscribe is told of every change.
func (e *Emulator) Subscribe() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	e.mu.Lock()
	e.watchers[ch] = true
	e.mu.Unlock()
	return ch, func() {
		e.mu.Lock()
		delete(e.watchers, ch)
		e.mu.Unlock()
	}
}

// changed must be called with the lock held.
func (e *Emulator) changed() {
	for ch := range e.watchers {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// id must be called with the lock held.
func (e *Emulator) id(prefix string) string {
	e.next++
	return fmt.Sprintf("%s%09X", prefix, e.next)
}

// ts is a message's name: unique and rising. It must be called with the lock
// held.
func (e *Emulator) ts() string {
	e.next++
	return fmt.Sprintf("%d.%06d", e.conf.Now().Unix(), e.next%1000000)
}

func (e *Emulator) post(m Message) *Message {
	m.TS = e.ts()
	e.messages = append(e.messages, &m)
	e.changed()
	return &m
}

func (e *Emulator) find(channel, ts string) *Message {
	i := slices.IndexFunc(e.messages, func(m *Message) bool { return m.Channel == channel && m.TS == ts && m.Ephemeral == "" })
	if i < 0 || e.messages[i].Deleted {
		return nil
	}
	return e.messages[i]
}
