package bot

import "time"

// EventKind says what happened.
type EventKind string

// What may happen to a conversation.
const (
	EventText    EventKind = "text"    // the resident wrote
	EventTimer   EventKind = "timer"   // a due time came
	EventClaimed EventKind = "claimed" // the queue gave the referral to a worker
	EventFreed   EventKind = "freed"   // the worker let it go, or the lease ran out
	EventClosed  EventKind = "closed"  // the worker closed the referral
	EventReply   EventKind = "reply"   // the holder sends words to the resident
	EventFailed  EventKind = "failed"  // a text of ours did not arrive
	EventSpoke   EventKind = "spoke"   // the holder has spoken with the resident in another way
	EventLend    EventKind = "lend"    // the holder lends the conversation to a block of questions
	EventPaged   EventKind = "paged"   // a page about the person's alert was accepted, or nobody could be paged
	EventTaken   EventKind = "taken"   // somebody pressed: I have this
	EventErased  EventKind = "erased"  // a person has deleted what the resident asked to have deleted
	EventMute    EventKind = "mute"    // a worker mutes a nuisance number for a while, or unmutes it
	EventHold    EventKind = "hold"    // somebody put a hold on a person's record, or took it off: nothing of it is deleted
)

// Event is one thing that happened, with everything that was found out about
// it before the engine was asked. Events with the same ID count once.
type Event struct {
	ID   string
	Kind EventKind
	At   time.Time

	In         Inbound    // EventText
	Understood Understood // EventText
	Practice   bool       // EventText: TRY and a keyword
	Unseen     bool       // EventText: the open question was not handed to the provider yet
	Ref        Ref        // reserved reference, or the referral an owner event speaks of
	Timer      string     // EventTimer: its name
	Worker     string     // owner events: Slack user id
	Fence      int64      // owner events
	Code       string     // EventClosed: outcome code; EventFailed: error code; EventLend: block; EventPaged: PageAccepted or PageNone
	Text       Words      // EventReply: the words
	Key        string     // EventReply: an approved reply instead of words
	Args       map[string]any
	OID        OID // EventFailed: of the text
	Opened     time.Time
}

// Codes of EventPaged.
const (
	PageAccepted = "accepted"
	PageNone     = "none"
)

// FreedLease is the code of an EventFreed that no worker wished: the time ran
// out. OwnerLapsed is the code of the EntryOwner that follows from it.
const (
	FreedLease  = "lease"
	OwnerLapsed = "lapsed"
)

// EraseAsked and EraseCancel are codes of EventErased: a coordinator does what
// a resident asked for, or takes the wish back for them. Without a code a
// person is erased who need not have asked.
const (
	EraseAsked  = "asked"
	EraseCancel = "cancel"
)

// Understood is what a text was found to mean. The zero value is a text in
// which nothing was understood.
type Understood struct {
	Command  string           // CONTRACT 5; empty: none
	More     bool             // 9: tell me more
	Answer   Answer           // against the open question
	Offered  map[string]Value // other slots that the text fills
	Lang     string           // language of the text; empty: cannot be known
	LangSure bool
	Greets   []string // languages in which the whole text is a greeting; English alone for one that others borrow
	LangName string   // a language the text names as a whole message
	Spoken   bool     // whether we speak LangName (or Lang)
	Question string   // key of an approved answer to a question back
	Danger   Danger
}

// Danger is what triage found.
type Danger struct {
	Label    string // crisis, concern; empty: none
	Category string
	Matched  []string
}

// AnswerKind says how an answer was understood.
type AnswerKind string

// Unclear is the zero value: ask again.
const (
	AnswerUnclear AnswerKind = ""
	AnswerValue   AnswerKind = "value"
	AnswerNone    AnswerKind = "none"    // none of these
	AnswerRefused AnswerKind = "refused" // rather not say
)

// Answer is a text understood against the open question.
type Answer struct {
	Kind  AnswerKind
	Value Value
}

// Calendar is a programme's working time. internal/hours implements it.
type Calendar interface {
	Open(t time.Time) bool
	NextOpen(t time.Time) time.Time
	AddOpen(t time.Time, d time.Duration) time.Time
	// PromiseBy is the day by which a person makes contact.
	PromiseBy(t time.Time) time.Time
	// Daytime is t, or the next moment at which a reminder may be sent.
	Daytime(t time.Time) time.Time
}

// Programme is what the engine must know of a programme.
type Programme struct {
	ID         string
	Name       string
	Service    string // how texts name the service
	Flow       string
	Languages  []string // order of the menu
	Controller string
	Privacy    string // privacy_url
	Contact    string // the controller's contact
	Area       string // borough that the poster's group fixes
	Group      string
	YoungOwn   bool // under 18s have a channel of their own
	HomeOffice string
	Council    string
	Practice   bool // the text that led here begins with TRY
	Calendar   Calendar
	// Retention of unfinished conversations, refusals and closed referrals.
	Unfinished, Declined, Closed func(time.Time) time.Time
}

// Turn is the outcome of one event.
type Turn struct {
	Conversation Conversation
	Says         []Say
	Effects      []Effect
	Who          int  // index of the person the turn was about
	DropFlow     bool // unsent flow texts are dropped from the reply lane
	From, To     string
	Reason       string
	// NeedRef is set when the turn makes a referral and Event.Ref was empty:
	// reserve the NeedRef-th reference of this conversation and ask again.
	NeedRef int
}

// Say is a text to render and send.
type Say struct {
	Kind    EntryKind
	Key     string
	Lead    string // key of a text that stands before it, on a line of its own
	Args    map[string]any
	Options []string // ids, in the order shown
	Menu    []string // message keys of the options, in the same order
	Tail    []string // further lines of the menu, as "9 menu.more"
	Lang    string
	Lock    Lock
	Text    Words // a worker's own words instead of a key
	Fence   int64
	Safety  string // category: render from the safety texts instead of a key
	Asks    bool   // the text carries the open question
}

// Effect is a committed effect for the queue and Slack.
type Effect struct {
	Kind     EntryKind
	Ref      Ref
	Referral *Referral
	Alert    *Alert
	Note     *Note
	Fence    int64
	Worker   string
	Code     string
	Person   int   // EntryErase: whose words
	Refs     []Ref // EntryErase: that person's referrals
}

// Labels is an argument that the renderer replaces by the texts of message
// keys, written as a list in the language of the text. "key|15:30" places a
// time of day, "weekday.mon" is a day's own name, "=name" stands as it is.
type Labels []string

// Day is an argument that the renderer writes as a date.
type Day time.Time

// Clock is an argument that the renderer writes as a time of day.
type Clock time.Time
