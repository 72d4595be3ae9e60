package bot

import (
	"slices"
	"time"
)

// Conversation is all that is known of one resident's address talking to one
// of our numbers. What is true of the address stands here; what is true of
// one of the people who use it stands in their Person.
type Conversation struct {
	CID       CID     `json:"cid"`
	Channel   Channel `json:"channel"`
	Resident  Address `json:"resident"`
	Ours      Address `json:"ours"`
	Service   string  `json:"service,omitempty"` // messaging service to send by
	Programme string  `json:"programme"`
	Group     string  `json:"group,omitempty"` // name of the group whose keyword opened it
	Keyword   string  `json:"keyword,omitempty"`

	Persons []Person `json:"persons"`
	Writing int      `json:"writing"`           // index of the person who is writing now
	LastID  int      `json:"last_id,omitempty"` // id of the person who came last
	Pending []Said   `json:"pending,omitempty"` // texts that nobody's name can be put to yet
	Wrong   bool     `json:"wrong,omitempty"`   // whoever holds the phone said: wrong number

	Stopped bool  `json:"stopped,omitempty"`
	Terms   Terms `json:"terms,omitempty"` // the strictest of the people who use the address
	// Owner, fence and referral of the person who wrote last, or whose holder
	// wrote last: what the send script checks a worker's words against.
	Owner  string `json:"owner"` // OwnerBot, OwnerQueue or a Slack user id
	Fence  int64  `json:"fence,omitempty"`
	OwnRef Ref    `json:"own_ref,omitempty"`

	LastIn  time.Time `json:"last_in,omitzero"`
	LastOut time.Time `json:"last_out,omitzero"`
	Window  time.Time `json:"window,omitzero"`
	Slowed  time.Time `json:"slowed,omitzero"` // when it was last said that too many texts came
	Muted   time.Time `json:"muted,omitzero"`  // a worker muted the number until then
	MutedAt time.Time `json:"muted_at,omitzero"`
	Sorry   time.Time `json:"sorry,omitzero"` // when it was last said that we missed a text

	// Timers by name; those of all but the first person carry their id, as
	// "nudge#2".
	Timers map[string]time.Time `json:"timers,omitempty"`
	Refs   int                  `json:"refs,omitempty"` // how many referrals were made here
}

// Owners that are not a link worker.
const (
	OwnerBot   = "bot"
	OwnerQueue = "queue"
)

// Life is a person's place in the fixed lifecycle.
type Life string

// The lifecycle: chatting with the bot, waiting in a queue, with a link
// worker, closed. Opting out is a flag of the address beside it.
const (
	LifeChatting Life = "chatting"
	LifeWaiting  Life = "waiting"
	LifeWorker   Life = "with_worker"
	LifeClosed   Life = "closed"
)

// Person is one of the people who use an address. Nothing of one person is
// ever shown to another.
type Person struct {
	ID        int              `json:"id,omitempty"`
	Practice  bool             `json:"practice,omitempty"` // an organiser tries the questions: nothing outlives it
	Lang      string           `json:"lang,omitempty"`
	LangKnown bool             `json:"lang_known,omitempty"` // they wrote in it or chose it; else it is only supposed
	Life      Life             `json:"life"`
	State     string           `json:"state,omitempty"`
	Path      []string         `json:"path,omitempty"` // questions asked, oldest first
	Agreement *Agreement       `json:"agreement,omitempty"`
	Answers   Answers          `json:"answers,omitempty"`
	Offered   map[string]Value `json:"offered,omitempty"` // said in passing, not yet asked
	OfferedAt time.Time        `json:"offered_at,omitzero"`
	Said      []Said           `json:"said,omitempty"`
	Asked     *Asked           `json:"asked,omitempty"`       // the open question, as shown
	Resume    *Asked           `json:"interrupted,omitempty"` // the question that stood open before an interruption
	Changing  string           `json:"changing,omitempty"`    // the question that is asked again
	Unclear   int              `json:"unclear,omitempty"`     // unclear answers to the open question
	Shown     int              `json:"shown,omitempty"`       // how often the open question was shown
	Danger    *Crisis          `json:"danger,omitempty"`      // the last cry for help, while it is talked about
	Lent      string           `json:"lent,omitempty"`        // block of questions that the holder lent the conversation to
	LentFrom  string           `json:"lent_from,omitempty"`   // where the person stood in their own flow
	Missed    []string         `json:"missed,omitempty"`      // questions that were let go unanswered
	Nudged    bool             `json:"nudged,omitempty"`
	Drafted   bool             `json:"drafted,omitempty"`
	Referred  Ref              `json:"referred,omitempty"` // the open referral
	RefN      int              `json:"ref_n,omitempty"`
	RefAt     time.Time        `json:"ref_at,omitzero"`
	Reason    Reason           `json:"reason,omitempty"`
	Promised  time.Time        `json:"promised,omitzero"`
	Noted     time.Time        `json:"noted,omitzero"` // when "we have your text" was last said
	Concern   bool             `json:"concern,omitempty"`
	ConcernAt time.Time        `json:"concern_at,omitzero"` // of the text that a person was last asked to read
	Deleting  time.Time        `json:"deleting,omitzero"`   // by when deletion was promised
	Hold      *Hold            `json:"hold,omitempty"`      // nothing of this person is deleted while it stands
	Refs      []Ref            `json:"refs,omitempty"`      // every referral of this person, the oldest first
	Terms     Terms            `json:"terms,omitempty"`     // what this person said of the phone
	Owner     string           `json:"owner,omitempty"`     // holder of their referral: OwnerQueue or a Slack user id
	Fence     int64            `json:"fence,omitempty"`     // of that referral's owner
	LastIn    time.Time        `json:"last_in,omitzero"`
}

// Hold keeps a person's record from deletion, for a reason somebody gave: a
// complaint, a request to see the record, a court.
type Hold struct {
	Reason Words     `json:"reason"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at"`
}

// Crisis is a cry for help as the conversation remembers it.
type Crisis struct {
	Category string    `json:"category"`
	At       time.Time `json:"at"`
	Open     bool      `json:"open,omitempty"` // its text hinted at nothing, and no yes has come yet
}

// Asked is a question as the person saw it.
type Asked struct {
	State   string    `json:"state"`
	Kind    AskKind   `json:"kind"`
	Options []string  `json:"options,omitempty"` // ids in the order shown
	Menu    []string  `json:"menu,omitempty"`    // keys of the options' texts
	Also    []AskKind `json:"also,omitempty"`    // other kinds of answer that are understood
	All     []string  `json:"all,omitempty"`     // every option, where one text cannot show them all
	Page    int       `json:"page,omitempty"`
	Lang    string    `json:"lang"`
	OID     OID       `json:"oid,omitempty"`
	At      time.Time `json:"at"`
}

// AskKind is the kind of a question.
type AskKind string

// The kinds of questions that a flow may ask.
const (
	AskYesNo    AskKind = "yes_no"
	AskChoice   AskKind = "choice"
	AskMany     AskKind = "many"
	AskScale    AskKind = "scale"
	AskText     AskKind = "text"
	AskName     AskKind = "name"
	AskAge      AskKind = "age"
	AskPlace    AskKind = "place"
	AskNumber   AskKind = "number"
	AskPhone    AskKind = "phone"
	AskContact  AskKind = "contact"
	AskLanguage AskKind = "language"
)

// Value is an answer in its normal form beside the words as typed.
type Value struct {
	IDs     []string `json:"ids,omitempty"`  // option ids
	Text    Words    `json:"text,omitempty"` // a name, a place, a number
	Number  int      `json:"number,omitempty"`
	Typed   Words    `json:"typed,omitempty"`
	Place   *Place   `json:"place,omitempty"`
	Contact *Contact `json:"contact,omitempty"`
	Skipped bool     `json:"skipped,omitempty"`
	Flag    string   `json:"flag,omitempty"` // what a guard may ask: sure, ambiguous, nfa, outside
	Offered bool     `json:"offered,omitempty"`
}

// Place is where a person lives or stays; of a postcode only the outward part.
type Place struct {
	Outcode  string   `json:"outcode,omitempty"`
	Area     string   `json:"area,omitempty"`
	Borough  string   `json:"borough,omitempty"`
	Boroughs []string `json:"boroughs,omitempty"` // candidates, most likely first
	Basis    string   `json:"basis,omitempty"`    // postcode, place, told, group
}

// Contact is how, when and by whom a person wants to be contacted.
type Contact struct {
	Ways        []string `json:"ways,omitempty"` // text, call, whatsapp, visit
	NotWays     []string `json:"not_ways,omitempty"`
	Parts       []string `json:"parts,omitempty"` // morning, afternoon, evening, any
	After       string   `json:"after,omitempty"` // 15:30
	Before      string   `json:"before,omitempty"`
	Around      string   `json:"around,omitempty"`
	Days        []string `json:"days,omitempty"` // mon … sun
	NotDays     []string `json:"not_days,omitempty"`
	Gender      string   `json:"gender,omitempty"` // woman, man
	Interpreter bool     `json:"interpreter,omitempty"`
	Needs       []string `json:"needs,omitempty"` // bsl, relay, large_print, cannot_hear
}

// Person returns the person who is writing now. There is always one.
func (c *Conversation) Person() *Person {
	if len(c.Persons) == 0 {
		c.Persons = []Person{{Life: LifeChatting}}
		c.Writing = 0
	}
	return &c.Persons[c.Writing]
}

// Held tells whether a link worker holds the referral of the person who is
// writing now.
func (c *Conversation) Held() bool { return c.Person().Held() }

// Held tells whether a link worker holds the person's referral.
func (p *Person) Held() bool { return p.Owner != OwnerQueue && p.Owner != "" }

// Learns tells whether the person's language is only supposed, from a poster
// or a greeting, so that their first real words decide it. After agreement it
// is theirs to change.
func (p *Person) Learns() bool { return !p.LangKnown && p.Agreement == nil }

// Open is the question that a text is read against: the one that was asked
// last, or one with a menu that a cry for help interrupted. A question for
// words of one's own is not taken up again unasked: any text would answer it.
func (p *Person) Open() *Asked {
	if p.Asked != nil || p.Resume == nil {
		return p.Asked
	}
	switch p.Resume.Kind {
	case AskYesNo, AskChoice, AskMany, AskScale, AskContact:
		return p.Resume
	}
	return nil
}

// Blank tells whether nobody is left in the conversation: everybody was
// forgotten, and nobody has written since.
func (c *Conversation) Blank() bool {
	for i := range c.Persons {
		if p := &c.Persons[i]; p.State != "" || p.Asked != nil || p.Agreement != nil || len(p.Said) > 0 || len(p.Refs) > 0 || p.Hold != nil {
			return false
		}
	}
	return true
}

// Routing is the clear part of the conversation that scripts may read.
func (c *Conversation) Routing() Routing {
	return Routing{
		Stopped: c.Stopped, Owner: c.Owner, Fence: c.Fence, Ref: c.OwnRef,
		LastIn: c.LastIn, Window: c.Window, Terms: c.Terms,
	}
}

// Wake is when the earliest timer is due; zero if there is none.
func (c *Conversation) Wake() time.Time {
	var first time.Time
	for _, t := range c.Timers {
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	return first
}

// Answer returns what counts in a slot: the last answer, else what was offered.
func (p *Person) Answer(slot string) (Value, bool) {
	if vs := p.Answers[slot]; len(vs) > 0 {
		return vs[len(vs)-1], true
	}
	v, ok := p.Offered[slot]
	return v, ok
}

// Has tells whether the last answer in a slot carries an option id or flag.
func (p *Person) Has(slot, id string) bool {
	v, ok := p.Answer(slot)
	return ok && (slices.Contains(v.IDs, id) || v.Flag == id)
}

// Agreed tells whether the person agreed that answers are kept.
func (p *Person) Agreed() bool { return p.Agreement != nil && p.Agreement.Given }

func (p *Person) put(slot string, v Value, keep bool) {
	if slot == "" {
		return
	}
	if p.Answers == nil {
		p.Answers = Answers{}
	}
	if keep {
		p.Answers[slot] = append(slices.Clip(p.Answers[slot]), v)
	} else {
		p.Answers[slot] = []Value{v}
	}
	delete(p.Offered, slot)
}
