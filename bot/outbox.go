package bot

import "time"

// Lane is one of the three ordered ways out of a conversation. Order holds
// within a lane; nothing waits behind another lane.
type Lane string

// The lanes: texts for someone in danger, all other texts, and effects for
// the queue and Slack.
const (
	LaneSafety Lane = "s"
	LaneReply  Lane = "o"
	LaneRelay  Lane = "x"
)

// Lock says where a text may lie.
type Lock string

// LockSafe may lie on a lock screen at any time: it names no need, no person
// and no case. LockLive may only be sent within ten minutes of the person's
// last text.
const (
	LockSafe Lock = "safe"
	LockLive Lock = "live"
)

// EntryKind says what an entry of a lane is.
type EntryKind string

// Kinds of entries. The first five are texts; the rest travel on LaneRelay.
const (
	EntrySafety EntryKind = "safety" // for someone in danger; never held back
	EntryStop   EntryKind = "stop"   // confirms a STOP; passes although stopped
	EntryFlow   EntryKind = "flow"   // the bot's own questions and answers
	EntryWorker EntryKind = "worker" // a link worker's words; needs their fence
	EntryNotice EntryKind = "notice" // a reminder or other text nobody waits for

	EntryRefer EntryKind = "refer" // put a referral into its queue
	EntryRaise EntryKind = "raise" // lift an open referral, flag a claimed one
	EntryAlert EntryKind = "alert" // a cry for help
	EntryRelay EntryKind = "relay" // a resident's text for the holder
	EntryNote  EntryKind = "note"  // something the holder must know
	EntryOwner EntryKind = "owner" // the conversation took a claim, release or close
	EntryErase EntryKind = "erase" // something was forgotten: Key says words, person or all
)

// Entry is one committed effect. OID, Kind, Lock and Fence are clear so that
// the send script can check them; everything else is sealed.
type Entry struct {
	OID   OID       `json:"oid"`
	Kind  EntryKind `json:"kind"`
	Lock  Lock      `json:"lock,omitempty"`
	Fence int64     `json:"fence,omitempty"` // of the worker who wrote it
	Check bool      `json:"check,omitempty"` // look it up at the provider before sending

	To      Address        `json:"to,omitempty"`
	From    Address        `json:"from,omitempty"`
	Service string         `json:"service,omitempty"`
	Key     string         `json:"key,omitempty"` // message key of a rendered text
	Args    map[string]any `json:"args,omitempty"`
	Options []string       `json:"options,omitempty"`
	Lang    string         `json:"lang,omitempty"`
	Text    Words          `json:"text,omitempty"`

	Programme string    `json:"programme,omitempty"`
	Ref       Ref       `json:"ref,omitempty"`
	Referral  *Referral `json:"referral,omitempty"`
	Alert     *Alert    `json:"alert,omitempty"`
	Note      *Note     `json:"note,omitempty"`
	At        time.Time `json:"at"`

	// Of an EntryErase: what was forgotten elsewhere must go there too. Person is whose words,
	// Events are the ids of the events whose texts stand in the provider's log, Refs
	// the person's referrals, Version the conversation's after the commit.
	Person  int      `json:"person,omitempty"`
	Events  []string `json:"events,omitempty"`
	Refs    []Ref    `json:"refs,omitempty"`
	Version int64    `json:"version,omitempty"`
}

// Routing is what scripts must know of a conversation without reading its
// sealed state. It holds nothing personal.
type Routing struct {
	Stopped bool      // the address opted out
	Owner   string    // "bot", "queue" or a worker's Slack id
	Fence   int64     // the owner's fence
	Ref     Ref       // the referral the owner holds
	LastIn  time.Time // the last inbound text
	Window  time.Time // free text may be sent until then; zero: always
	Terms   Terms     // whoever holds the phone
}

// Terms says what may be sent to a phone that others may read.
type Terms string

// TermsAny: only the person reads it. TermsShared: others may read it, only
// LockSafe texts outside a live session. TermsNone: nothing outside a live
// session. TermsUnknown counts as shared.
const (
	TermsUnknown Terms = ""
	TermsAny     Terms = "any"
	TermsShared  Terms = "shared"
	TermsNone    Terms = "none"
)

// JournalLine is one line of a conversation's history.
type JournalLine struct {
	EventID string    `json:"event_id"`
	Event   string    `json:"event"` // text, timer:nudge, worker:claim …
	From    string    `json:"from"`  // state before
	To      string    `json:"to"`    // state after
	Reason  string    `json:"reason,omitempty"`
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
	In      Words     `json:"in,omitempty"`  // sealed: the text that came
	Out     []Words   `json:"out,omitempty"` // sealed: the texts that answer it
}
