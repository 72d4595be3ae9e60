package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"linkline/bot"
	"linkline/flows"
	"linkline/internal/sms"
)

// picture is all that a page shows. Times are milliseconds of the demo's
// clock; how far that clock is put forward is told apart, so that a picture in
// which nothing happened equals the one before.
type picture struct {
	Run       string                 `json:"run"`
	Service   string                 `json:"service"`
	Bot       string                 `json:"bot"`
	Ahead     int64                  `json:"ahead"` // ms before the real time
	SlackDown bool                   `json:"slack_down,omitempty"`
	Numbers   []Number               `json:"numbers"`
	Residents []Resident             `json:"residents"`
	Languages []Language             `json:"languages"`
	Workers   []Worker               `json:"workers"`
	Channels  []Channel              `json:"channels"`
	DMs       map[string]string      `json:"dms"`
	Texts     []shownText            `json:"texts"`
	Talks     map[string]talk        `json:"talks"` // by resident and number of ours
	Flows     map[string]graph       `json:"flows"`
	Queue     []waiting              `json:"queue"`
	Lanes     map[string]int64       `json:"lanes"`
	Posts     map[string][]shownPost `json:"posts"` // by channel
	Modals    map[string]shownModal  `json:"modals"`
}

type shownText struct {
	ID       string `json:"id"`
	From     string `json:"from"`
	To       string `json:"to"`
	In       bool   `json:"in,omitempty"`
	Body     string `json:"body"`
	Media    string `json:"media,omitempty"` // photo, voice
	Status   string `json:"status,omitempty"`
	Code     int    `json:"code,omitempty"`
	Segments int    `json:"segments,omitempty"`
	At       int64  `json:"at"`
}

type shownPost struct {
	TS        string          `json:"ts"`
	Thread    string          `json:"thread,omitempty"`
	User      string          `json:"user"`
	Text      string          `json:"text,omitempty"`
	Blocks    json.RawMessage `json:"blocks,omitempty"`
	Ephemeral string          `json:"ephemeral,omitempty"`
	Edited    bool            `json:"edited,omitempty"`
	At        int64           `json:"at"`
}

type shownModal struct {
	ID   string          `json:"id"`
	View json.RawMessage `json:"view"`
}

type talk struct {
	Flow    string      `json:"flow"`
	State   string      `json:"state"`
	Life    string      `json:"life"`
	Lang    string      `json:"lang"`
	Owner   string      `json:"owner"`
	Ref     string      `json:"ref,omitempty"`
	Terms   string      `json:"terms,omitempty"`
	Stopped bool        `json:"stopped,omitempty"`
	Version int64       `json:"version"`
	Path    []string    `json:"path,omitempty"`
	Timers  []timer     `json:"timers,omitempty"`
	Journal []shownLine `json:"journal,omitempty"`
}

type timer struct {
	Name string `json:"name"`
	At   int64  `json:"at"`
}

type shownLine struct {
	Event  string `json:"event"`
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason,omitempty"`
	At     int64  `json:"at"`
}

type graph struct {
	Start  string       `json:"start"`
	States []graphState `json:"states"`
	Edges  []graphEdge  `json:"edges"`
}

type graphState struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // question, says, end
}

type graphEdge struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Label string `json:"label,omitempty"`
}

type waiting struct {
	Ref       string `json:"ref"`
	Programme string `json:"programme"`
	State     string `json:"state"`
	Worker    string `json:"worker,omitempty"`
	Reason    string `json:"reason"`
	Priority  int    `json:"priority"`
	Lang      string `json:"lang,omitempty"`
	Code      string `json:"code,omitempty"`
	Since     int64  `json:"since"`
}

func (c *Console) snapshot(ctx context.Context) (*picture, error) {
	p := &picture{
		Run: c.run, Service: c.conf.Service, Bot: c.conf.Bot, Ahead: time.Until(c.conf.Clock.Now()).Round(time.Second).Milliseconds(),
		Numbers: c.conf.Numbers, Languages: c.conf.Languages, Workers: c.conf.Workers, Channels: c.conf.Channels,
		DMs: map[string]string{}, Texts: []shownText{}, Talks: map[string]talk{}, Flows: map[string]graph{}, Queue: []waiting{},
		Posts: map[string][]shownPost{}, Modals: map[string]shownModal{},
	}
	c.texts(p)
	c.posts(p)
	for _, n := range c.conf.Numbers {
		if f := c.conf.Flows[n.Flow]; f != nil && p.Flows[n.Flow].States == nil {
			p.Flows[n.Flow] = draw(f)
		}
	}
	if err := c.talks(ctx, p); err != nil {
		return nil, err
	}
	if err := c.queue(ctx, p); err != nil {
		return nil, err
	}
	var err error
	p.Lanes, err = c.conf.Store.Depths(ctx)
	return p, err
}

func (c *Console) texts(p *picture) {
	reached := map[string]bool{}
	for _, t := range c.conf.Phones.Texts() {
		s := shownText{ID: t.ID, From: t.From, To: t.To, In: t.Inbound, Body: t.Body, Status: t.Status, Code: t.Code, At: t.At.UnixMilli()}
		for name, kind := range media {
			if slices.Contains(t.Media, kind) {
				s.Media = name
			}
		}
		if !strings.HasPrefix(t.To, "whatsapp:") {
			s.Segments = sms.Count(t.Body).Segments
		}
		p.Texts = append(p.Texts, s)
		if !t.Inbound {
			reached[strings.TrimPrefix(t.To, "whatsapp:")] = true
		}
	}
	p.Residents = []Resident{}
	for _, r := range c.conf.Residents {
		if !r.Quiet || reached[r.Number] {
			p.Residents = append(p.Residents, r)
		}
	}
}

func (c *Console) posts(p *picture) {
	var rooms []string
	for _, ch := range c.conf.Channels {
		rooms = append(rooms, ch.ID)
	}
	for _, w := range c.conf.Workers {
		p.DMs[w.ID] = c.conf.Workspace.DM(w.ID)
		rooms = append(rooms, p.DMs[w.ID])
		if m, ok := c.conf.Workspace.Modal(w.ID); ok {
			p.Modals[w.ID] = shownModal(m)
		}
	}
	now := c.conf.Clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	p.SlackDown = c.down
	for _, room := range rooms {
		list := []shownPost{}
		for _, m := range c.conf.Workspace.Posts(room) {
			key := room + "|" + m.TS
			if c.seen[key].IsZero() {
				c.seen[key] = now
			}
			s := shownPost{TS: m.TS, Thread: m.Thread, User: m.User, Text: m.Text, Blocks: m.Blocks, Ephemeral: m.Ephemeral, Edited: m.Edited, At: c.seen[key].UnixMilli()}
			if string(s.Blocks) == "null" {
				s.Blocks = nil
			}
			list = append(list, s)
		}
		p.Posts[room] = list
	}
}

// draw lists a flow's states in the order of its file.
func draw(f *bot.Flow) graph {
	g := graph{Start: f.Start, States: []graphState{}, Edges: []graphEdge{}}
	for _, name := range f.Order {
		kind := "says"
		switch s := f.States[name]; {
		case s.Question():
			kind = "question"
		case s.End():
			kind = "end"
		}
		g.States = append(g.States, graphState{name, kind})
	}
	for _, e := range flows.Edges(f) {
		g.Edges = append(g.Edges, graphEdge(e))
	}
	return g
}

// talks reads the conversation behind every pair of numbers that has texts.
func (c *Console) talks(ctx context.Context, p *picture) error {
	for _, t := range p.Texts {
		resident, ours := t.To, t.From
		if t.In {
			resident, ours = t.From, t.To
		}
		key := resident + " " + ours
		if _, done := p.Talks[key]; done {
			continue
		}
		shown, ok, err := c.talk(ctx, bot.Address(resident), bot.Address(ours))
		if err != nil {
			return err
		}
		if ok {
			p.Talks[key] = shown
		}
	}
	return nil
}

func (c *Console) talk(ctx context.Context, resident, ours bot.Address) (talk, bool, error) {
	cid := c.conf.CID(resident.Channel(), resident, ours)
	l, err := c.conf.Store.Load(ctx, cid)
	if err != nil || l.State == nil {
		return talk{}, false, err
	}
	var conv bot.Conversation
	if err := json.Unmarshal(l.State, &conv); err != nil {
		return talk{}, false, fmt.Errorf("conversation %s: %w", cid, err)
	}
	person := conv.Person()
	out := talk{
		State: person.State, Life: string(person.Life), Lang: person.Lang, Owner: conv.Owner, Ref: string(conv.OwnRef),
		Terms: string(conv.Terms), Stopped: conv.Stopped, Version: l.Version, Path: person.Path,
	}
	if i := slices.IndexFunc(c.conf.Numbers, func(n Number) bool { return n.Programme == conv.Programme }); i >= 0 {
		out.Flow = c.conf.Numbers[i].Flow
	}
	for _, name := range slices.Sorted(maps.Keys(conv.Timers)) {
		out.Timers = append(out.Timers, timer{name, conv.Timers[name].UnixMilli()})
	}
	lines, err := c.conf.Store.Journal(ctx, cid)
	if err != nil {
		return talk{}, false, err
	}
	for _, j := range lines {
		out.Journal = append(out.Journal, shownLine{j.Event, place(j.From), place(j.To), j.Reason, j.At.UnixMilli()})
	}
	return out, true, nil
}

// place shortens "life:state" to what tells most.
func place(s string) string {
	life, state, ok := strings.Cut(s, ":")
	if !ok || state == "" || life != string(bot.LifeChatting) {
		return life
	}
	return state
}

// queue lists the referrals of every programme: those that wait, those that
// somebody holds, and those that were seen before and are closed by now.
func (c *Console) queue(ctx context.Context, p *picture) error {
	for _, n := range c.conf.Numbers {
		refs, err := c.conf.Store.Waiting(ctx, n.Programme, 200)
		if err != nil {
			return err
		}
		for _, w := range c.conf.Workers {
			held, err := c.conf.Store.Held(ctx, n.Programme, w.ID)
			if err != nil {
				return err
			}
			refs = append(refs, held...)
		}
		for _, ref := range refs {
			c.refs[ref] = n.Programme
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(c.refs)) {
		r, err := c.conf.Store.Record(ctx, c.refs[ref], ref)
		if errors.Is(err, bot.ErrGone) {
			continue
		}
		if err != nil {
			return err
		}
		w := waiting{
			Ref: string(ref), Programme: c.refs[ref], State: r.State, Worker: r.Worker, Reason: string(r.Referral.Reason),
			Priority: int(r.Priority), Code: r.Code, Since: r.Referral.Created.UnixMilli(),
		}
		if len(r.Referral.Card.Languages) > 0 {
			w.Lang = r.Referral.Card.Languages[0]
		}
		p.Queue = append(p.Queue, w)
	}
	return nil
}
