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
	Practice  bool    `json:"practice,omitempty"`

	Persons []Person `json:"persons"`
	Writing int      `json:"writing"` // index of the person who is writing now

	Stopped bool      `json:"stopped,omitempty"`
	Terms   Terms     `json:"terms,omitempty"`
	Owner   string    `json:"owner"` // OwnerBot, OwnerQueue or a Slack user id
	Fence   int64     `json:"fence,omitempty"`
	OwnRef  Ref       `json:"own_ref,omitempty"` // the referral whose owner holds the conversation
	LastIn  time.Time `json:"last_in,omitzero"`
	LastOut time.Time `json:"last_out,omitzero"`
	Window  time.Time `json:"window,omitzero"`

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
	Lang      string             `json:"lang,omitempty"`
	LangAsked bool               `json:"lang_asked,omitempty"`
	Life      Life               `json:"life"`
	State     string             `json:"state,omitempty"`
	Path      []string           `json:"path,omitempty"` // questions asked, oldest first
	Agreement *Agreement         `json:"agreement,omitempty"`
	Answers   map[string][]Value `json:"answers,omitempty"` // per slot; the last one counts
	Offered   map[string]Value   `json:"offered,omitempty"` // said in passing, not yet asked
	OfferedAt time.Time          `json:"offered_at,omitzero"`
	Said      []Said             `json:"said,omitempty"`
	Asked     *Asked             `json:"asked,omitempty"`       // the open question, as shown
	Resume    *Asked             `json:"interrupted,omitempty"` // the question that stood open before an interruption
	Changing  string             `json:"changing,omitempty"`    // the question that is asked again
	Unclear   int                `json:"unclear,omitempty"`     // unclear answers to the open question
	Missed    []string           `json:"missed,omitempty"`      // questions that were let go unanswered
	Nudged    bool               `json:"nudged,omitempty"`
	Drafted   bool               `json:"drafted,omitempty"`
	Referred  Ref                `json:"referred,omitempty"` // the open referral
	RefN      int                `json:"ref_n,omitempty"`
	RefAt     time.Time          `json:"ref_at,omitzero"`
	Reason    Reason             `json:"reason,omitempty"`
	Promised  time.Time          `json:"promised,omitzero"`
	Noted     time.Time          `json:"noted,omitzero"` // when "we have your text" was last said
	Concern   bool               `json:"concern,omitempty"`
	LastIn    time.Time          `json:"last_in,omitzero"`
}

// Asked is a question as the person saw it.
type Asked struct {
	State   string    `json:"state"`
	Kind    AskKind   `json:"kind"`
	Options []string  `json:"options,omitempty"` // ids in the order shown
	Menu    []string  `json:"menu,omitempty"`    // keys of the options' texts
	Also    []AskKind `json:"also,omitempty"`    // other kinds of answer that are understood
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

// Held tells whether a link worker owns the conversation.
func (c *Conversation) Held() bool {
	return c.Owner != OwnerBot && c.Owner != OwnerQueue && c.Owner != ""
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

func (c *Conversation) timer(name string, due time.Time) {
	if due.IsZero() {
		delete(c.Timers, name)
		return
	}
	if c.Timers == nil {
		c.Timers = map[string]time.Time{}
	}
	c.Timers[name] = due
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
		p.Answers = map[string][]Value{}
	}
	if keep {
		p.Answers[slot] = append(p.Answers[slot], v)
	} else {
		p.Answers[slot] = []Value{v}
	}
	delete(p.Offered, slot)
}
