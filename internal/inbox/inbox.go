// Package inbox takes one event: it loads the conversation, asks the engine,
// renders what is to be said, and commits all of it or nothing. It is the only
// caller of the engine. It may import bot, locales, internal/sms,
// understand, triage and config.
package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"linkline/bot"
	"linkline/locales"
)

// Change is one turn's outcome, to be stored as a whole.
type Change struct {
	CID      bot.CID
	Version  int64
	EventID  string
	State    []byte
	Routing  bot.Routing
	Entries  map[bot.Lane][]bot.Entry
	DropFlow bool
	Wake     time.Time
	Journal  bot.JournalLine
	Person   int  // whose turn it is
	Forget   bool // the journal forgets what stood in it of that person
}

// Loaded is a conversation as it stands. State is nil where there is none;
// Stopped then tells whether the address had opted out before everything of it
// was erased.
type Loaded struct {
	Version int64
	State   []byte
	Unsent  []bot.OID // replies that nobody has begun to hand to the provider
	Stopped bool
}

// Store keeps conversations. Commit returns bot.ErrStale when the
// conversation changed since it was loaded, and duplicate for an event that
// is committed already.
type Store interface {
	Load(ctx context.Context, cid bot.CID) (Loaded, error)
	// Texts lists the events of a person whose texts the provider has.
	Texts(ctx context.Context, cid bot.CID, person int) (events []string, err error)
	Commit(ctx context.Context, c Change) (duplicate bool, tokens map[bot.Lane]string, err error)
}

// References reserves the reference of a conversation's n-th referral.
type References func(ctx context.Context, programme string, cid bot.CID, n int) (bot.Ref, error)

// Reader understands a text; Look finds danger in it.
type Reader interface {
	Read(lang string, asked *bot.Asked, choices []string, text string) bot.Understood
}

// Looker finds cries for help.
type Looker func(lang, text string) bot.Danger

// Directory knows the programmes.
type Directory interface {
	// For finds the programme that a first text belongs to.
	For(ours bot.Address, text string) (programme bot.Programme, keyword, lang string, rest string, ok bool)
	// Programme finds it again, with what its group fixes.
	Programme(id, group string) (bot.Programme, bool)
	// Sender is the messaging service that texts of a programme leave by, if any.
	Sender(id string) (service string)
}

// Box is the inbox. It is safe for concurrent use.
type Box struct {
	Store   Store
	Engine  *bot.Engine
	Catalog *locales.Catalog
	Reader  Reader
	Look    Looker
	Refs    References
	Dir     Directory
	CID     func(ch bot.Channel, resident, ours bot.Address) bot.CID
	// English says that unreviewed safety texts go out in English alone
	// instead of together with their English.
	English bool
	Now     func() time.Time
	Log     *slog.Logger
	// Kick is told which lanes the commit may drain at once.
	Kick func(cid bot.CID, tokens map[bot.Lane]string)
}

// tries is how often a turn is repeated when somebody else was faster.
const tries = 12

// Text takes a resident's text; it returns once the text is durable.
func (b *Box) Text(ctx context.Context, in bot.Inbound) error {
	prog, keyword, lang, rest, ok := b.Dir.For(in.To, in.Text.Raw())
	if !ok && in.Service != "" { // the programme names its messaging service instead of a number
		prog, keyword, lang, rest, ok = b.Dir.For(bot.Address(in.Service), in.Text.Raw())
	}
	if !ok {
		return bot.ErrNoProgramme
	}
	if !in.Answerable || in.From == in.To {
		b.Log.WarnContext(ctx, "inbound_not_answerable", "channel", in.Channel)
		return nil
	}
	in.OptOut = optOut(in)
	cid := b.CID(in.Channel, in.From, in.To)
	fresh := bot.Conversation{
		CID: cid, Channel: in.Channel, Resident: in.From, Ours: in.To, Programme: prog.ID, Group: prog.Group,
		Keyword: keyword, Owner: bot.OwnerBot,
	}
	if in.Channel == bot.SMS {
		fresh.Service = b.Dir.Sender(prog.ID)
	}
	fresh.Person().Lang = lang
	ev := bot.Event{ID: in.ProviderID, Kind: bot.EventText, At: b.Now(), In: in, Practice: prog.Practice}
	_, err := b.take(ctx, cid, &fresh, ev, rest)
	return err
}

// optOut marks the words that Twilio acts on by itself. YES counts only while
// opted out, which the engine knows.
func optOut(in bot.Inbound) string {
	if in.OptOut != "" {
		return in.OptOut
	}
	if in.Channel == bot.SMS {
		return locales.Network(in.Text.Raw())
	}
	return ""
}

// Event takes anything else that happens to a conversation. The reason it
// returns begins with "refused:" when the conversation did not let it happen.
func (b *Box) Event(ctx context.Context, cid bot.CID, ev bot.Event) (reason string, err error) {
	return b.take(ctx, cid, nil, ev, "")
}

// ErrNoConversation says that there is no such conversation.
var ErrNoConversation = errors.New("no such conversation")

func (b *Box) take(ctx context.Context, cid bot.CID, fresh *bot.Conversation, ev bot.Event, rest string) (string, error) {
	for range tries {
		l, err := b.Store.Load(ctx, cid)
		if err != nil {
			return "", err
		}
		var c bot.Conversation
		switch {
		case l.State != nil:
			if c, err = bot.Decode(l.State); err != nil {
				return "", fmt.Errorf("conversation %s cannot be read: %w", cid, err)
			}
			if ev.Kind == bot.EventText {
				rest, ev.Unseen = ev.In.Text.Raw(), unseen(&c, l.Unsent)
			}
		case fresh != nil:
			c = *fresh
			c.Stopped = l.Stopped
		default:
			return "", ErrNoConversation
		}
		reason, err := b.once(ctx, l.Version, c, ev, rest)
		if errors.Is(err, bot.ErrStale) {
			continue
		}
		return reason, err
	}
	return "", fmt.Errorf("conversation %s: %w", cid, bot.ErrStale)
}

// unseen tells whether the open question was not handed to the provider yet,
// so that no text can be an answer to it.
func unseen(c *bot.Conversation, unsent []bot.OID) bool {
	a := c.Person().Asked
	return a != nil && a.OID != "" && slices.Contains(unsent, a.OID)
}

// once runs one turn on one version of the conversation.
func (b *Box) once(ctx context.Context, version int64, c bot.Conversation, ev bot.Event, text string) (string, error) {
	prog, ok := b.Dir.Programme(c.Programme, c.Group)
	if !ok {
		return "", bot.ErrNoProgramme
	}
	if ev.Kind == bot.EventText {
		ev.Understood = b.understand(&c, text)
	}
	t, err := b.turn(ctx, c, prog, ev)
	if err != nil {
		return "", err
	}
	if ev.In.Late {
		lateIn(&t.Conversation, c, ev.In)
	}
	change, err := b.change(ctx, version, t, prog, ev)
	if err != nil { // a text that cannot be written must not cost the one that came
		b.Log.ErrorContext(ctx, "text_not_rendered", "cid", c.CID, "error", err.Error())
		if t, err = b.rescue(ctx, c, prog, ev); err != nil {
			return "", err
		}
		if change, err = b.change(ctx, version, t, prog, ev); err != nil {
			return "", err
		}
	}
	dup, tokens, err := b.Store.Commit(ctx, change)
	if err != nil {
		return "", err
	}
	if !dup && b.Kick != nil && len(tokens) > 0 {
		b.Kick(change.CID, tokens)
	}
	return t.Reason, nil
}

// lateIn sets what hangs on the last text to the time at which a late one
// really came: whoever sent it need not hold the phone now.
func lateIn(c *bot.Conversation, before bot.Conversation, in bot.Inbound) {
	c.LastIn = in.At
	if before.LastIn.After(in.At) {
		c.LastIn = before.LastIn
	}
	if !c.Window.IsZero() {
		c.Window = c.LastIn.Add(24 * time.Hour)
	}
}

func (b *Box) understand(c *bot.Conversation, text string) bot.Understood {
	p := c.Person()
	open := p.Open()
	u := b.Reader.Read(p.Lang, open, b.choices(open), text)
	if p.Learns() && u.LangSure && u.Spoken && u.LangName == "" && u.Lang != p.Lang {
		u = b.Reader.Read(u.Lang, open, b.choices(open), text) // in the language that is spoken from here
	}
	u.Danger = b.Look(p.Lang, text)
	if c.Stopped && strings.EqualFold(strings.TrimSpace(text), "yes") {
		u.Command = "start" // YES opts in again only while opted out
	}
	return u
}

// choices are the texts of the open question's options as they were shown.
func (b *Box) choices(open *bot.Asked) []string {
	if open == nil {
		return nil
	}
	out := make([]string, len(open.Menu))
	for i, k := range open.Menu {
		out[i] = b.label(open.Lang, k)
	}
	return out
}

// turn asks the engine, reserving a reference when it needs one. A panic in
// the engine hands the conversation to a person with the text kept.
func (b *Box) turn(ctx context.Context, c bot.Conversation, prog bot.Programme, ev bot.Event) (bot.Turn, error) {
	t, err := b.reserved(ctx, c, prog, ev, b.safely)
	if errors.Is(err, errBroken) {
		return b.rescue(ctx, c, prog, ev)
	}
	return t, err
}

func (b *Box) rescue(ctx context.Context, c bot.Conversation, prog bot.Programme, ev bot.Event) (bot.Turn, error) {
	return b.reserved(ctx, c, prog, ev, func(_ context.Context, c bot.Conversation, prog bot.Programme, ev bot.Event) (bot.Turn, error) {
		return b.Engine.Rescue(c, prog, ev)
	})
}

type turning func(context.Context, bot.Conversation, bot.Programme, bot.Event) (bot.Turn, error)

// reserved runs a turn, and once more with a reference if it makes a referral.
func (b *Box) reserved(ctx context.Context, c bot.Conversation, prog bot.Programme, ev bot.Event, run turning) (bot.Turn, error) {
	t, err := run(ctx, c, prog, ev)
	if err != nil || t.NeedRef == 0 {
		return t, err
	}
	ref, err := b.Refs(ctx, prog.ID, c.CID, t.NeedRef)
	if err != nil {
		return bot.Turn{}, fmt.Errorf("reserve reference: %w", err)
	}
	ev.Ref = ref
	return run(ctx, c, prog, ev)
}

var errBroken = errors.New("the turn broke")

// safely runs the engine; a panic or a broken flow is one error.
func (b *Box) safely(ctx context.Context, c bot.Conversation, prog bot.Programme, ev bot.Event) (t bot.Turn, err error) {
	defer func() {
		if r := recover(); r != nil {
			b.Log.ErrorContext(ctx, "engine_panicked", "cid", c.CID, "event", ev.Kind)
			t, err = bot.Turn{}, errBroken
		}
	}()
	t, err = b.Engine.Turn(c, prog, ev)
	if err != nil {
		b.Log.ErrorContext(ctx, "flow_broken", "cid", c.CID, "event", ev.Kind, "error", err.Error())
		return bot.Turn{}, errBroken
	}
	return t, nil
}

// change renders a turn into what is stored.
func (b *Box) change(ctx context.Context, version int64, t bot.Turn, prog bot.Programme, ev bot.Event) (Change, error) {
	c := &t.Conversation
	out := Change{
		CID: c.CID, Version: version, EventID: ev.ID, Routing: c.Routing(), DropFlow: t.DropFlow, Wake: c.Wake(),
		Entries: map[bot.Lane][]bot.Entry{},
		Journal: bot.JournalLine{EventID: ev.ID, Event: string(ev.Kind), From: t.From, To: t.To, Reason: t.Reason, Version: version + 1, At: ev.At, In: ev.In.Text},
	}
	if t.Who < len(c.Persons) {
		out.Person = c.Persons[t.Who].ID
	}
	n := 0
	add := func(lane bot.Lane, e bot.Entry) {
		e.OID = bot.OID(ev.ID + "." + strconv.Itoa(n))
		e.At = ev.At
		if ev.In.Late { // an earlier life of ours may have answered it: look first
			e.At, e.Check = ev.In.At, lane != bot.LaneRelay
		}
		e.Programme = c.Programme
		n++
		out.Entries[lane] = append(out.Entries[lane], e)
		if e.Text != "" {
			out.Journal.Out = append(out.Journal.Out, e.Text)
		}
	}
	for _, s := range t.Says {
		texts, lang, err := b.render(s, prog)
		if err != nil {
			return Change{}, err
		}
		if s.Key != "" {
			s.Lock = bot.Lock(b.Catalog.Lock(s.Key))
		}
		lane := bot.LaneReply
		if s.Kind == bot.EntrySafety {
			lane = bot.LaneSafety
		}
		for _, text := range texts {
			add(lane, bot.Entry{
				Kind: s.Kind, Lock: s.Lock, Fence: s.Fence, To: c.Resident, From: c.Ours, Service: c.Service,
				Key: s.Key, Options: s.Options, Lang: lang, Text: bot.Words(text), Ref: c.OwnRef,
			})
		}
		if s.Asks && t.Who < len(c.Persons) && c.Persons[t.Who].Asked != nil && len(out.Entries[lane]) > 0 {
			c.Persons[t.Who].Asked.OID = out.Entries[lane][len(out.Entries[lane])-1].OID
		}
	}
	for _, e := range t.Effects {
		entry := bot.Entry{Kind: e.Kind, Ref: e.Ref, Referral: e.Referral, Alert: e.Alert, Note: e.Note, Fence: e.Fence, Key: e.Code, Service: e.Worker}
		if e.Kind == bot.EntryErase {
			if err := b.forget(ctx, &out, e, &entry, version); err != nil {
				return Change{}, err
			}
		}
		add(bot.LaneRelay, entry)
	}
	if out.Forget { // what is said in this very turn is forgotten with the rest
		out.Journal.In, out.Journal.Out = "", nil
	}
	state, err := json.Marshal(c)
	if err != nil {
		return Change{}, fmt.Errorf("write conversation: %w", err)
	}
	out.State = state
	return out, nil
}
