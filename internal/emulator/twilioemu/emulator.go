// Package twilioemu is a Twilio that speaks the real Messages protocol on
// loopback: what the real service refuses it refuses, and its webhooks are
// signed, repeated and reported as Twilio does. The demo and the tests run
// the real adapter against it. It may import the standard library only.
package twilioemu

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config is the account.
type Config struct {
	AccountSID string
	AuthToken  string
	Now        func() time.Time
	Client     *http.Client
}

// Message is one text, in or out.
type Message struct {
	SID, From, To, Body string
	Inbound             bool
	Status              string
	Code                int
	Callback            string
	Created             time.Time
	Segments            int
	Media               []string // content types
}

// Number is one of the account's numbers with its webhook.
type Number struct {
	Webhook  string // with Twilio's #fragment overrides, if any
	Fallback string
}

// Emulator is one account. It is safe for concurrent use.
type Emulator struct {
	conf Config

	mu       sync.Mutex
	numbers  map[string]Number
	messages []*Message
	byID     map[string]*Message
	stopped  map[string]bool // from|to
	lastIn   map[string]time.Time
	next     int
	faults   []Fault
	watchers map[chan Message]bool
	statuses func(Message) []string
	stop     bool

	flying sync.WaitGroup
}

// New opens an account.
func New(c Config) *Emulator {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Client == nil {
		c.Client = &http.Client{}
	}
	return &Emulator{conf: c, numbers: map[string]Number{}, byID: map[string]*Message{}, stopped: map[string]bool{}, lastIn: map[string]time.Time{}, watchers: map[chan Message]bool{}}
}

// SetNumber configures one of our numbers ("+44…" or "whatsapp:+44…").
func (e *Emulator) SetNumber(address string, n Number) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.numbers[address] = n
}

// SetStatuses chooses the receipts that follow a text; nil: sent, delivered.
func (e *Emulator) SetStatuses(f func(Message) []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.statuses = f
}

// Messages is a copy of everything, the oldest first.
func (e *Emulator) Messages() []Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]Message, len(e.messages))
	for i, m := range e.messages {
		out[i] = *m
	}
	return out
}

// Subscribe follows every change; a slow reader loses changes, not the server
// its time.
func (e *Emulator) Subscribe() (<-chan Message, func()) {
	ch := make(chan Message, 256)
	e.mu.Lock()
	e.watchers[ch] = true
	e.mu.Unlock()
	return ch, func() {
		e.mu.Lock()
		delete(e.watchers, ch)
		e.mu.Unlock()
	}
}

// tell must be called with the lock held.
func (e *Emulator) tell(m *Message) {
	for ch := range e.watchers {
		select {
		case ch <- *m:
		default:
		}
	}
}

// Wait returns when no webhook and no receipt is under way.
func (e *Emulator) Wait() { e.flying.Wait() }

// Close stops further webhooks and waits for those under way.
func (e *Emulator) Close() {
	e.mu.Lock()
	e.stop = true
	e.mu.Unlock()
	e.flying.Wait()
}

// add must be called with the lock held.
func (e *Emulator) add(m *Message) *Message {
	e.next++
	kind := "SM"
	if len(m.Media) > 0 {
		kind = "MM"
	}
	m.SID = fmt.Sprintf("%s%032x", kind, e.next)
	m.Created = e.conf.Now()
	e.messages = append(e.messages, m)
	e.byID[m.SID] = m
	return m
}

// Inbound is a text by a resident.
type Inbound struct {
	From, To, Body string
	Media          []string          // content types
	Extra          map[string]string // further parameters
	SID            string            // a repeat of this message instead of a new one
}

var stopWords = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}

// Receive takes a text from a resident and delivers it to the number's
// webhook, with Twilio's own answers to its opt-out words on SMS. It returns
// the message's id and the status of the last attempt, 0 for none.
func (e *Emulator) Receive(ctx context.Context, in Inbound) (sid string, status int) {
	e.mu.Lock()
	m := e.byID[in.SID]
	if m == nil {
		m = e.add(&Message{From: in.From, To: in.To, Body: in.Body, Inbound: true, Status: "received", Media: in.Media, Segments: 1})
	}
	n := e.numbers[in.To]
	e.lastIn[in.To+"|"+in.From] = m.Created
	auto := e.optOut(m)
	e.tell(m)
	e.mu.Unlock()
	form := e.form(m, in)
	_ = auto
	return m.SID, e.deliver(ctx, n, form)
}

// optOut keeps the block list and answers as Twilio does on SMS by default.
// It must be called with the lock held.
func (e *Emulator) optOut(m *Message) bool {
	if strings.HasPrefix(m.From, "whatsapp:") {
		return false
	}
	word := strings.ToUpper(strings.TrimSpace(m.Body))
	k := m.To + "|" + m.From
	reply := ""
	switch {
	case slices.Contains(stopWords, word):
		e.stopped[k] = true
		reply = "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe."
	case word == "START" || word == "UNSTOP" || word == "YES" && e.stopped[k]:
		delete(e.stopped, k)
		reply = "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe."
	case word == "HELP" || word == "INFO":
		if !e.stopped[k] {
			reply = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
		}
	default:
		return false
	}
	if reply != "" {
		a := e.add(&Message{From: m.To, To: m.From, Body: reply, Status: "delivered", Segments: 1})
		e.tell(a)
	}
	return true
}

func (e *Emulator) form(m *Message, in Inbound) url.Values {
	f := url.Values{
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "SmsMessageSid": {m.SID}, "AccountSid": {e.conf.AccountSID},
		"From": {m.From}, "To": {m.To}, "Body": {m.Body}, "NumMedia": {strconv.Itoa(len(m.Media))}, "NumSegments": {"1"},
		"ApiVersion": {"2010-04-01"}, "SmsStatus": {"received"}, "FromCountry": {"GB"}, "ToCountry": {"GB"},
		"FromCity": {""}, "FromState": {""}, "FromZip": {""}, "ToCity": {""}, "ToState": {""}, "ToZip": {""},
	}
	for i, t := range m.Media {
		k := strconv.Itoa(i)
		f.Set("MediaContentType"+k, t)
		f.Set("MediaUrl"+k, "https://api.twilio.com/2010-04-01/Accounts/"+e.conf.AccountSID+"/Messages/"+m.SID+"/Media/ME"+k)
	}
	for k, v := range in.Extra {
		f.Set(k, v)
	}
	return f
}

// Sign makes X-Twilio-Signature for a form.
func Sign(token, fullURL string, form url.Values) string {
	keys := make([]string, 0, len(form))
	for k := range form {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, fullURL)
	for _, k := range keys {
		_, _ = io.WriteString(mac, k+form.Get(k))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
