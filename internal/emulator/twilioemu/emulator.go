// Package twilioemu is a Twilio that speaks the real Messages protocol on
// loopback: what the real service refuses it refuses, and its webhooks are
// signed, repeated and reported as Twilio does. The demo and the tests run
// the real adapter against it. It may import internal/sms, which counts
// segments, and nothing else of ours.
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
	Service             string // messaging service it was handed to, if any
	Inbound             bool
	Status              string
	Code                int
	Callback            string
	Created, Updated    time.Time
	Sent                time.Time // zero while it stands in Twilio's queue
	Segments            int
	Media               []string // content types
}

// Number is one of the account's numbers with its webhook.
type Number struct {
	Webhook  string // with Twilio's #fragment overrides, if any
	Fallback string
	Voice    string
}

// Emulator is one account. It is safe for concurrent use.
type Emulator struct {
	conf Config

	mu       sync.Mutex
	numbers  map[string]Number
	services map[string]string // messaging service to the address it sends from
	fates    map[string]int    // receiver to the error code its texts end with
	messages []*Message        // Twilio's log
	shown    []*Message        // what phones sent and showed, whatever became of the log
	byID     map[string]*Message
	stopped  map[string]bool // from|to
	lastIn   map[string]time.Time
	next     int
	faults   []Fault
	watchers map[chan Message]bool
	statuses func(Message) []string
	stop     bool
	held     []func()          // webhooks and receipts that come late
	swapped  map[string]func() // by place: what comes after the next one

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
	return &Emulator{
		conf: c, numbers: map[string]Number{}, services: map[string]string{}, fates: map[string]int{}, byID: map[string]*Message{},
		stopped: map[string]bool{}, lastIn: map[string]time.Time{}, watchers: map[chan Message]bool{}, swapped: map[string]func(){},
	}
}

// SetNumber configures one of our numbers ("+44…" or "whatsapp:+44…").
func (e *Emulator) SetNumber(address string, n Number) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.numbers[address] = n
}

// SetService configures a messaging service that sends from one address.
func (e *Emulator) SetService(sid, address string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.services[sid] = address
}

// SetFate says with which error code every text to a receiver ends, found out
// only after it was accepted (30003 the handset is off, 30005 unknown, 30006 a
// landline); 0 takes it back.
func (e *Emulator) SetFate(to string, code int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fates[to] = code
}

// SetStatuses chooses the receipts that follow a text; nil: sent, delivered.
func (e *Emulator) SetStatuses(f func(Message) []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.statuses = f
}

// Messages is a copy of Twilio's log, the oldest first.
func (e *Emulator) Messages() []Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return copied(e.messages)
}

// Shown is a copy of all that phones sent and showed, the oldest first. What
// is deleted from the log stays on the phone.
func (e *Emulator) Shown() []Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return copied(e.shown)
}

func copied(list []*Message) []Message {
	out := make([]Message, len(list))
	for i, m := range list {
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
	m.Updated = m.Created
	if m.Inbound || m.Status == "delivered" {
		m.Sent = m.Created
	}
	e.messages = append(e.messages, m)
	e.shown = append(e.shown, m)
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

var (
	startWords = []string{"START", "UNSTOP", "YES"}
	helpWords  = []string{"HELP", "INFO"}
)

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
	e.optOut(m)
	e.tell(m)
	form := e.form(m, in)
	e.mu.Unlock()
	return m.SID, e.deliver(ctx, n, form)
}

// optOut keeps the block list and answers as Twilio does on SMS by default. On
// WhatsApp Twilio does nothing. It must be called with the lock held.
func (e *Emulator) optOut(m *Message) {
	if strings.HasPrefix(m.From, "whatsapp:") {
		return
	}
	word := strings.ToUpper(strings.TrimSpace(m.Body))
	k := m.To + "|" + m.From
	reply, was := "", e.stopped[k]
	switch {
	case slices.Contains(stopWords, word):
		e.stopped[k] = true
		if !was {
			reply = "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe."
		}
	case slices.Contains(startWords, word):
		delete(e.stopped, k)
		if was {
			reply = "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe."
		}
	case slices.Contains(helpWords, word) && !was:
		reply = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	}
	if reply != "" {
		e.tell(e.add(&Message{From: m.To, To: m.From, Body: reply, Status: "delivered", Segments: 1}))
	}
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
