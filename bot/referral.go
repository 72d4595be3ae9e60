package bot

import "time"

// Reason says why a referral exists.
type Reason string

// Why a referral enters the queue.
const (
	ReasonSelf       Reason = "self_referral"
	ReasonCrisis     Reason = "crisis"
	ReasonHuman      Reason = "human"
	ReasonUnfinished Reason = "unfinished"
	ReasonLanguage   Reason = "language"
	ReasonUnreadable Reason = "unreadable"
)

// Priority lifts a referral in its queue.
type Priority int

// Priorities: the usual order, people who asked for a person or could not be
// understood, people in danger.
const (
	PriorityUsual Priority = iota
	PriorityRaised
	PriorityUrgent
)

// Referral is what enters a programme's queue. Its card fields may be seen by
// the whole channel; the hand-over is for the holder only and is sealed.
type Referral struct {
	Ref       Ref       `json:"ref"`
	N         int       `json:"n"` // the conversation's own count of referrals
	CID       CID       `json:"cid"`
	Programme string    `json:"programme"`
	Reason    Reason    `json:"reason"`
	Priority  Priority  `json:"priority"`
	Card      Card      `json:"card"`
	Handover  *Handover `json:"handover,omitempty"`
	Created   time.Time `json:"created"`
}

// Card is the masked face of a referral: what everybody in the programme's
// channel may see, and nothing else.
type Card struct {
	Initials  string    `json:"initials,omitempty"`
	Borough   string    `json:"borough,omitempty"`
	Languages []string  `json:"languages,omitempty"` // tags, the person's first
	Needs     []string  `json:"needs,omitempty"`     // ids: money home food lonely health other
	AgeBand   string    `json:"age_band,omitempty"`  // 18-64, 65+, 16-17, 13-15, under-13
	Group     string    `json:"group,omitempty"`     // name of the poster's group
	Since     time.Time `json:"since"`
	Flags     []string  `json:"flags,omitempty"`  // someone_else, young, interpreter, shared_phone, second_hand, concern, unreviewed_language
	Missed    []string  `json:"missed,omitempty"` // questions that were not understood and let go
	Young     bool      `json:"young,omitempty"`  // goes to the young people's channel
}

// Handover is what the holder of a referral is told, original words first.
type Handover struct {
	Name      Words     `json:"name,omitempty"`
	Phone     Address   `json:"phone,omitempty"` // another number that was given
	Lang      string    `json:"lang"`
	Terms     Terms     `json:"terms"`
	Lines     []Line    `json:"lines"` // what was asked and answered, in order
	Said      []Said    `json:"said"`  // the person's own words
	Promised  time.Time `json:"promised"`
	Agreement Agreement `json:"agreement"`
	Flags     []string  `json:"flags,omitempty"`
	Muted     time.Time `json:"muted,omitzero"`   // the number is muted until then
	Missed    []string  `json:"missed,omitempty"` // questions that were not understood and let go
}

// Line is one answer as the holder reads it: the slot, the option ids or the
// normal form, and the words as typed.
type Line struct {
	Slot    string   `json:"slot"`
	IDs     []string `json:"ids,omitempty"`
	Value   Words    `json:"value,omitempty"`
	Typed   Words    `json:"typed,omitempty"`
	Number  *int     `json:"number,omitempty"` // of a scale
	Skipped bool     `json:"skipped,omitempty"`
	Offered bool     `json:"offered,omitempty"` // said in passing, never asked
}

// What a person asked that no approved text answers, among Missed.
const (
	MissedHomeOffice = "home_office"
	MissedQuestion   = "question"
)

// Said is one text of a resident as it came.
type Said struct {
	Text Words     `json:"text"`
	At   time.Time `json:"at"`
}

// Agreement is stored as it was shown and answered.
type Agreement struct {
	Given   bool      `json:"given"`
	Version string    `json:"version"` // version of the text that was shown
	Lang    string    `json:"lang"`
	Reply   Words     `json:"reply,omitempty"` // exact reply
	Scope   []string  `json:"scope,omitempty"` // contact_me, link_worker_team
	At      time.Time `json:"at"`
}

// NoteKind says what a note tells its holder.
type NoteKind string

// Notes for the holder, from the conversation.
const (
	NoteText      NoteKind = "text"      // the resident wrote
	NoteMedia     NoteKind = "media"     // a picture or voice note that nobody can open here
	NoteStopped   NoteKind = "stopped"   // the resident opted out
	NoteStarted   NoteKind = "started"   // the resident opted in again
	NoteFailed    NoteKind = "failed"    // a text of ours did not arrive
	NoteSent      NoteKind = "sent"      // delivery of a text of ours moved on
	NoteHeld      NoteKind = "held"      // a text was held back by the safe terms
	NoteWindow    NoteKind = "window"    // WhatsApp's window has closed
	NoteRefused   NoteKind = "refused"   // the conversation refused an act, with its reason
	NoteWrong     NoteKind = "wrong"     // whoever holds the phone says: wrong number
	NoteDelete    NoteKind = "delete"    // the resident asks for deletion
	NoteCorrected NoteKind = "corrected" // an answer was changed after the referral
	NoteCrisis    NoteKind = "crisis"    // a safety text went out
	NoteSafe      NoteKind = "safe"      // an answer to "is it a good time" or "are you safe": Code is yes, no or not_sure
	NoteLent      NoteKind = "lent"      // a block of questions that was lent to is over: Code is done or broken_off
	NoteCancelled NoteKind = "cancelled" // the wish for deletion was taken back
	NoteCall      NoteKind = "call"      // the resident asks to be called
	NoteMuted     NoteKind = "muted"     // the address was muted or unmuted
	// NoteUnanswered: the resident's text has waited for a working day; with a
	// code the coordinators hear of it too.
	NoteUnanswered NoteKind = "unanswered"
)

// Note is something a referral's holder must know. Text is for the holder
// alone; it never stands on a card.
type Note struct {
	Kind  NoteKind  `json:"kind"`
	OID   OID       `json:"oid,omitempty"` // of the text that it speaks of
	Text  Words     `json:"text,omitempty"`
	Lang  string    `json:"lang,omitempty"`
	State Delivery  `json:"state,omitempty"`
	Code  string    `json:"code,omitempty"` // NoteDelete: the day that was promised; NoteMuted: until when, or off
	Lines []Line    `json:"lines,omitempty"`
	At    time.Time `json:"at"`
}

// Alert is a cry for help as a record of its own. The words open only to
// whoever took it.
type Alert struct {
	ID        string    `json:"id"`
	CID       CID       `json:"cid"`
	Programme string    `json:"programme"`
	Ref       Ref       `json:"ref,omitempty"`
	Label     string    `json:"label"`    // crisis or concern
	Category  string    `json:"category"` // CONTRACT section 5
	Lang      string    `json:"lang"`
	Said      Words     `json:"said"`
	Resident  Address   `json:"resident"`
	At        time.Time `json:"at"`
	Practice  bool      `json:"practice,omitempty"` // came from an organiser who was trying the questions
	TakenBy   string    `json:"taken_by,omitempty"`
	TakenAt   time.Time `json:"taken_at,omitzero"`
	Drill     bool      `json:"drill,omitempty"` // practice: nobody is in danger
	Quick     bool      `json:"quick,omitempty"` // a drill that climbs in seconds
}

// Outcome codes for closing a referral (reference: domain research 2.9).
var CloseCodes = []string{
	"goals_met", "goals_part_met", "connected_to_service", "signposted",
	"declined", "withdrew_stop", "no_contact_after_3_tries", "not_eligible",
	"moved_area", "already_supported", "duplicate", "escalated_statutory",
	"unsafe_to_contact", "died",
}
