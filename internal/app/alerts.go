package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"linkline/bot"
	"linkline/internal/config"
	"linkline/internal/desk"
	"linkline/internal/inbox"
)

// people is the configuration as the alerts see it.
type people struct{ c *config.Config }

func (p people) Lead() string { return p.c.Safety.Lead }

func (p people) Coordinators(programme string) []string {
	var out []string
	for _, w := range p.c.Workers {
		if w.Role == "coordinator" && w.Serves(programme) {
			out = append(out, w.Slack)
		}
	}
	return out
}

func (p people) OnCall(string) []bot.Address {
	var out []bot.Address
	for _, n := range p.c.Safety.OnCall {
		out = append(out, bot.Address(n))
	}
	return out
}

// Sender is what texts to people on call are sent from: the programme's own
// number, or another's where it has WhatsApp only.
func (p people) Sender(programme string) (from bot.Address, service string) {
	for _, own := range []bool{true, false} {
		for _, q := range p.c.Programmes {
			if (q.ID == programme) == own && (q.SMS != "" || q.Service != "") {
				return bot.Address(q.SMS), q.Service
			}
		}
	}
	return "", ""
}

// Watched tells whether people look at Slack at that time.
func (p people) Watched(programme string, at time.Time) bool {
	return p.c.Safety.Hours == "24h" || p.Calendar(programme).Open(at)
}

func (p people) Calendar(programme string) bot.Calendar {
	q, ok := p.c.Programme(programme)
	if !ok {
		return p.c.Programmes[0].Hours
	}
	return q.Hours
}

// forgetAlerts erases alerts at the end of their retention.
func (a *App) forgetAlerts(ctx context.Context) error {
	before := a.opts.Config.Retention.Alerts.Before(a.opts.Now())
	for _, p := range a.opts.Config.Programmes {
		if err := a.Alerts.Forget(ctx, p.ID, before); err != nil {
			return err
		}
	}
	return nil
}

// conversations are those of the inbox as the desk sees them.
type conversations struct{ a *App }

func (c conversations) Event(ctx context.Context, cid bot.CID, ev bot.Event) (string, error) {
	return c.a.Inbox.Event(ctx, cid, ev)
}

// World is how a conversation stands now.
func (c conversations) World(ctx context.Context, cid bot.CID) (desk.World, error) {
	l, err := c.a.Store.Load(ctx, cid)
	if err != nil {
		return desk.World{}, err
	}
	if l.State == nil {
		return desk.World{}, inbox.ErrNoConversation
	}
	var now bot.Conversation
	if err := json.Unmarshal(l.State, &now); err != nil {
		return desk.World{}, fmt.Errorf("conversation %s: %w", cid, err)
	}
	w := desk.World{Lang: now.Person().Lang, Terms: now.Terms, Stopped: now.Stopped, Window: now.Window, LastIn: now.LastIn, Muted: now.Muted}
	for _, p := range now.Persons {
		if p.Referred != "" && p.Referred == now.OwnRef {
			w.Lang = p.Lang
		}
	}
	if w.Lang == "" {
		w.Lang = "en"
	}
	return w, nil
}
