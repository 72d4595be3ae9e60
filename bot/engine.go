package bot

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Engine turns one event for one conversation into the next conversation and
// its effects. It holds nothing but compiled flows and is safe for concurrent
// use.
type Engine struct {
	flows map[string]*Flow
}

// NewEngine returns an engine for compiled flows, by name.
func NewEngine(flows map[string]*Flow) *Engine { return &Engine{flows: flows} }

// ErrNoFlow says that a programme names a flow that was not loaded.
var ErrNoFlow = errors.New("no such flow")

// Live is how long after a person's last text a LockLive text may follow.
const Live = 10 * time.Minute

// Quiet is the silence after which nothing said before is repeated on a phone
// that others may read.
const Quiet = 30 * time.Minute

// Joined is how soon a second text belongs to the one before.
const Joined = 4 * time.Second

// turn is the work in progress of one Turn.
type turn struct {
	Turn
	c        *Conversation
	p        *Person
	who      int // index of p
	f        *Flow
	all      map[string]*Flow
	lead     string // key of the text that stands before the next one
	kept     bool   // the text is among the person's words already
	switched bool   // their first real words were in another language than we supposed
	over     bool   // nothing more is entered in this turn
	behind   bool   // the text came right behind the one that the open question answered
	prog     Programme
	ev       Event
}

var errNeedRef = errors.New("a reference is needed first")

// Turn answers one event. The conversation that is passed in is not changed.
// When the turn makes a referral and ev.Ref is empty it returns with NeedRef
// set and nothing else of use. An error means that the flow is broken; the
// caller then hands the conversation to a person.
func (e *Engine) Turn(c Conversation, prog Programme, ev Event) (Turn, error) {
	f := e.flows[prog.Flow]
	if f == nil {
		return Turn{}, fmt.Errorf("%w: %s", ErrNoFlow, prog.Flow)
	}
	c = c.clone()
	if c.Owner == "" {
		c.Owner = OwnerBot
	}
	t := &turn{c: &c, f: f, all: e.flows, prog: prog, ev: ev}
	c.Person()
	t.become(c.Writing)
	t.From = t.where()
	if err := t.run(); err != nil {
		if errors.Is(err, errNeedRef) {
			return Turn{NeedRef: c.Refs + 1}, nil
		}
		return Turn{}, err
	}
	t.Conversation = c
	t.Who = t.who
	t.To = t.where()
	return t.Turn, nil
}

func (t *turn) run() error {
	switch t.ev.Kind {
	case EventText:
		return t.text()
	case EventTimer:
		return t.timerDue()
	case EventClaimed, EventFreed, EventClosed, EventReply, EventSpoke, EventFailed, EventLend, EventPaged, EventTaken, EventErased, EventHold, EventMute:
		return t.owner()
	}
	return fmt.Errorf("unknown event kind %q", t.ev.Kind)
}

// where names the place of the person who writes, for the journal.
func (t *turn) where() string {
	if t.p.Asked != nil && t.p.State != t.p.Asked.State {
		return string(t.p.Life) + ":" + t.p.Asked.State
	}
	return string(t.p.Life) + ":" + t.p.State
}

// say adds a text of the bot in the person's language.
func (t *turn) say(kind EntryKind, key string, args map[string]any) *Say {
	all := map[string]any{"service": t.prog.Service}
	for k, v := range args {
		all[k] = v
	}
	t.Says = append(t.Says, Say{Kind: kind, Key: key, Args: all, Lang: t.lang(), Lock: LockLive})
	return &t.Says[len(t.Says)-1]
}

// lang is the language to answer in: the person's, else the programme's first.
func (t *turn) lang() string {
	if t.p.Lang != "" {
		return t.p.Lang
	}
	if len(t.prog.Languages) > 0 {
		return t.prog.Languages[0]
	}
	return "en"
}

func (t *turn) effect(e Effect) {
	if e.Ref == "" {
		e.Ref = t.p.Referred
	}
	t.Effects = append(t.Effects, e)
}

// note tells the holder of the person's referral, if there is one.
func (t *turn) note(kind NoteKind, text Words) {
	if t.p.Referred == "" {
		return
	}
	t.effect(Effect{Kind: EntryNote, Note: &Note{Kind: kind, Text: text, Lang: t.p.Lang, At: t.ev.At}})
}

func (t *turn) because(reason string) {
	if t.Reason == "" {
		t.Reason = reason
	}
}

// clone copies what a turn may change, so that a turn that is thrown away
// leaves no trace.
func (c Conversation) clone() Conversation {
	c.Persons = slices.Clone(c.Persons)
	c.Pending = slices.Clone(c.Pending)
	for i := range c.Persons {
		p := &c.Persons[i]
		p.Path = slices.Clone(p.Path)
		p.Said = slices.Clone(p.Said)
		p.Missed = slices.Clone(p.Missed)
		p.Answers = maps.Clone(p.Answers) // a slot's own list is never changed in place
		p.Offered = maps.Clone(p.Offered)
		if p.Agreement != nil {
			a := *p.Agreement
			p.Agreement = &a
		}
		if p.Danger != nil {
			d := *p.Danger
			p.Danger = &d
		}
		p.Asked, p.Resume = p.Asked.clone(), p.Resume.clone()
	}
	c.Timers = maps.Clone(c.Timers)
	return c
}

func (a *Asked) clone() *Asked {
	if a == nil {
		return nil
	}
	b := *a
	return &b
}
