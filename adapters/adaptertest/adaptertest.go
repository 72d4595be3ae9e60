// Package adaptertest is the suite that every channel must pass, whatever it
// speaks: what a channel promises to the rest of Linkline. Only tests import
// it. It may import bot.
package adaptertest

import (
	"context"
	"testing"
	"time"

	"linkline/bot"
)

// Adapter is a channel as the rest of Linkline sees it.
type Adapter interface {
	Capabilities(ch bot.Channel) bot.Capabilities
	Send(ctx context.Context, out bot.Outbound) (bot.Sent, error)
	Find(ctx context.Context, out bot.Outbound, since time.Time, known func(sid string) bool) (sid string, found bool, err error)
	Inbound(ctx context.Context, to bot.Address, since time.Time) ([]bot.Inbound, error)
}

// Fault is something that goes wrong with the next call that sends a text.
type Fault string

// What may go wrong, and whether the text was taken all the same.
const (
	Busy       Fault = "busy"        // asked to wait seven seconds; not taken
	Refused    Fault = "refused"     // for good; not taken
	FailBefore Fault = "fail before" // an error that leaves it open; not taken
	FailAfter  Fault = "fail after"  // the same; taken
	CutBefore  Fault = "cut before"  // the connection ends; not taken
	CutAfter   Fault = "cut after"   // the same; taken
	Denied     Fault = "denied"      // our credentials are refused
)

// Channel is an adapter between a provider that the suite can handle and
// handlers that the suite watches. Every test opens one of its own.
type Channel struct {
	Kind           bot.Channel
	Adapter        Adapter
	Ours, Resident bot.Address

	// Text makes the resident send a text, through the real webhook; the
	// provider's id may be given to repeat one. ok tells whether the provider
	// was told that all is well.
	Text func(body, repeat string) (id string, ok bool)
	// Forge posts a text that the provider did not send.
	Forge func(body string)
	// Lose makes the next text's webhook get lost.
	Lose func()
	// Break makes the next sending go wrong.
	Break func(Fault)
	// StoreDown makes taking texts in fail, until it is called with false.
	StoreDown func(bool)
	// Age lets so much time pass at the provider.
	Age func(time.Duration)
	// Delivered waits for all receipts and gives what the resident's phone
	// shows of our texts.
	Delivered func() []string

	Texts    <-chan bot.Inbound
	Receipts <-chan bot.Receipt
}

// Run proves a channel.
func Run(t *testing.T, open func(t *testing.T) *Channel) {
	for name, prove := range map[string]func(*testing.T, *Channel){
		"texts come as they were typed":         textsIn,
		"texts go as they were written":         textsOut,
		"a repeat is known by its id":           repeats,
		"nobody can forge a text":               forged,
		"a store that is down is told":          storeDown,
		"receipts name our own ids":             receipts,
		"outcomes are told apart":               outcomes,
		"a text is found where it went out":     finds,
		"another text is not taken for it":      findsNoOther,
		"lost texts stand in the log, in order": lost,
		"no more than it can carry":             tooLong,
		"the window is kept":                    window,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prove(t, open(t))
		})
	}
}
