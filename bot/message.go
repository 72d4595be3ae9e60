package bot

import (
	"errors"
	"fmt"
	"time"
)

// CID names a conversation: base32 of a keyed hash of (channel, resident,
// ours). It holds nothing personal.
type CID string

// OID names one entry of an outbox: the id of the event that made it, a dot,
// and a number. It is the same however often the turn is repeated.
type OID string

// Ref is the reference of a referral that a person can read aloud:
// "BDD-7K2M". It holds nothing personal.
type Ref string

// Inbound is one text that reached the service.
type Inbound struct {
	Channel    Channel
	From, To   Address
	Service    string // messaging service it came through, if any
	ProviderID string // the provider's id; the event id that never counts twice
	Text       Words
	Media      []Media
	Kind       InboundKind
	Button     string    // id of a pressed button, if any
	OptOut     string    // STOP, START or HELP: the provider has answered already
	Profile    Words     // the name a channel shows; never trusted
	Answerable bool      // false for short codes and alphanumeric senders
	At         time.Time // when it reached us; of a late one, when it reached the provider
	Late       bool      // found in the provider's log: its webhook never came
	Flood      bool      // one of too many at once from this address
}

// InboundKind says what arrived beside or instead of text.
type InboundKind string

// What an inbound message may be.
const (
	KindText        InboundKind = "text"
	KindMedia       InboundKind = "media"    // picture, voice note, video, file
	KindLocation    InboundKind = "location" // a shared place
	KindContact     InboundKind = "contact"
	KindUnsupported InboundKind = "unsupported" // empty text without media
)

// Media is a file at the provider. It is named, never fetched.
type Media struct {
	ContentType string
	URL         string
}

// Outbound is one text to hand to a provider.
type Outbound struct {
	CID     CID
	OID     OID
	Kind    EntryKind
	From    Address // our number; empty when Service is set
	Service string  // messaging service id, if the programme uses one
	To      Address
	Text    Words
}

// Sent is the provider's acceptance of an Outbound.
type Sent struct {
	SID      string
	Segments int
}

// Outcome classes a failed attempt to send.
type Outcome int

// The three outcomes of a failed attempt: it certainly did not go out and may
// be tried again; it will never go out; nobody knows and it must be settled
// before anything else is sent.
const (
	NotSent Outcome = iota + 1
	Rejected
	Unknown
)

// String names the outcome.
func (o Outcome) String() string {
	switch o {
	case NotSent:
		return "not sent"
	case Rejected:
		return "rejected"
	case Unknown:
		return "unknown"
	}
	return "none"
}

// SendError is a failed attempt to send. Code is the provider's error code
// ("21610"); Retry is how long the provider asked to wait, zero if it did not
// say; Alarm is set when an operator must act (wrong credentials).
type SendError struct {
	Outcome Outcome
	Retry   time.Duration
	Code    string
	Alarm   bool
	Err     error
}

// Error says what happened without any personal data.
func (e *SendError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("send %s", e.Outcome)
	}
	return fmt.Sprintf("send %s (code %s)", e.Outcome, e.Code)
}

// Unwrap gives the cause; it must not carry personal data.
func (e *SendError) Unwrap() error { return e.Err }

// Delivery is what is known of a text after it was handed over. It only moves
// forward.
type Delivery string

// Delivery states in the order of their rank; Failed is final unless better
// news arrives.
const (
	DeliveryQueued    Delivery = "queued"
	DeliverySent      Delivery = "sent"
	DeliveryFailed    Delivery = "failed"
	DeliveryDelivered Delivery = "delivered"
	DeliveryRead      Delivery = "read"
)

// Rank orders deliveries: a lower rank never replaces a higher one.
func (d Delivery) Rank() int {
	switch d {
	case DeliveryQueued:
		return 1
	case DeliverySent:
		return 2
	case DeliveryFailed:
		return 3
	case DeliveryDelivered:
		return 4
	case DeliveryRead:
		return 5
	}
	return 0
}

// Receipt is a provider's word on one text of ours.
type Receipt struct {
	CID    CID
	OID    OID
	Kind   EntryKind // what the text was, as we told the provider
	SID    string
	Status Delivery // empty for a status we do not know
	Raw    string   // the provider's own word
	Code   string   // error code on failure
}

// Capabilities says what a channel can carry, as data.
type Capabilities struct {
	MaxText int           // characters one message may hold
	Window  time.Duration // how long free text may follow the last inbound; zero: always
	Segment bool          // billed by SMS segments
}

// What an adapter's handler may answer.
var (
	// ErrNoProgramme: no programme has this number. The provider is told 200.
	ErrNoProgramme = errors.New("no programme has this number")
	// ErrUnknownMessage: a receipt for a text we never sent.
	ErrUnknownMessage = errors.New("no such message")
	// ErrStale: the conversation changed since it was read.
	ErrStale = errors.New("the conversation changed meanwhile")
	// ErrGone: the referral, entry or lease no longer exists.
	ErrGone = errors.New("no longer there")
	// ErrOtherKey: it was sealed with a key that this replica does not have.
	ErrOtherKey = errors.New("sealed with a key that is not in the keyset here")
)
