package app

import (
	"context"
	"net/http"
	"slices"
	"time"

	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/flows"
	"linkline/internal/config"
	"linkline/internal/desk"
	"linkline/internal/fold"
	"linkline/internal/httpd"
	"linkline/internal/inbox"
	"linkline/internal/redisstore"
	"linkline/locales"
)

// talks is the store as the inbox sees it.
type talks struct{ s *redisstore.Store }

func (t talks) Load(ctx context.Context, cid bot.CID) (inbox.Loaded, error) {
	l, err := t.s.Load(ctx, cid)
	if err != nil {
		return inbox.Loaded{}, err
	}
	out := inbox.Loaded{Version: l.Version, State: l.State, Unsent: l.Unsent}
	if l.State == nil { // an opt-out outlives everything else
		stub, _, err := t.s.Stub(ctx, cid)
		if err != nil {
			return inbox.Loaded{}, err
		}
		out.Stopped = stub.Stopped
	}
	return out, nil
}

func (t talks) Commit(ctx context.Context, c inbox.Change) (bool, map[bot.Lane]string, error) {
	done, err := t.s.Commit(ctx, redisstore.Commit{
		CID: c.CID, Version: c.Version, EventID: c.EventID, State: c.State, Routing: c.Routing,
		Entries: c.Entries, DropFlow: c.DropFlow, Wake: c.Wake, Journal: &c.Journal,
		Person: c.Person, Forget: c.Forget,
	})
	return done.Duplicate, done.Tokens, err
}

func (t talks) Texts(ctx context.Context, cid bot.CID, person int) ([]string, error) {
	return t.s.EventsOf(ctx, cid, person)
}

// directory is the configuration as the inbox sees it.
type directory struct{ c *config.Config }

func (d directory) For(ours bot.Address, text string) (bot.Programme, string, string, string, bool) {
	p, g, practice, ok := d.c.For(ours.Raw(), text)
	if !ok {
		return bot.Programme{}, "", "", "", false
	}
	rest := text
	if g.Keyword != "" {
		if words := fold.Words(text); len(words) > 0 {
			rest = afterFirstWord(text)
		}
		if practice {
			rest = afterFirstWord(rest)
		}
	}
	prog := d.programme(p, g)
	prog.Practice = practice
	return prog, g.Keyword, g.Language, rest, true
}

// afterFirstWord is what a resident wrote beside the poster's keyword.
func afterFirstWord(s string) string {
	in := false
	for i, r := range s {
		space := r == ' ' || r == '\n' || r == '\t' || r == ','
		switch {
		case !in && !space:
			in = true
		case in && space:
			return s[i:]
		}
	}
	return ""
}

func (d directory) Programme(id, group string) (bot.Programme, bool) {
	p, ok := d.c.Programme(id)
	if !ok {
		return bot.Programme{}, false
	}
	i := slices.IndexFunc(p.Groups, func(g config.Group) bool { return g.Name == group })
	if i < 0 {
		return d.programme(p, config.Group{}), true
	}
	return d.programme(p, p.Groups[i]), true
}

func (d directory) Sender(id string) string {
	p, ok := d.c.Programme(id)
	if !ok {
		return ""
	}
	return p.Service
}

func (d directory) programme(p *config.Programme, g config.Group) bot.Programme {
	c := d.c
	council := p.Council
	if council == "" {
		council = c.Safety.Council
	}
	if council == "" {
		council = "999"
	}
	return bot.Programme{
		ID: p.ID, Name: p.Name, Service: c.NeutralName, Flow: flowName(p), Languages: p.Languages,
		Controller: or(c.Controller.Name, c.NeutralName), Privacy: c.Controller.PrivacyURL, Contact: c.Controller.Contact,
		Area: g.Area, Group: g.Name, YoungOwn: p.YoungChannel != "", HomeOffice: approvedText(p.HomeOffice), Council: council, Calendar: p.Hours,
		Unfinished: c.Retention.Unfinished.After, Declined: c.Retention.Declined.After, Closed: c.Retention.Closed.After,
	}
}

// approvedText is the programme's answer about the Home Office: only one that
// somebody has approved by name and on a day.
func approvedText(h config.HomeOffice) string {
	if h.ApprovedBy == "" || h.On.IsZero() {
		return ""
	}
	return h.Text
}

// tailored is what a programme changes in its flow.
func tailored(p *config.Programme) flows.Tailor {
	return flows.Tailor{Drop: p.Drop, Add: p.Add, After: p.QuestionsAfter}
}

// flowName names a programme's flow: the one that ships, or its own cut of it.
func flowName(p *config.Programme) string {
	if tailored(p).Empty() {
		return p.Flow
	}
	return p.Flow + "@" + p.ID
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func rehearses(c *config.Config, from bot.Address) bool {
	return slices.Contains(c.Rehearsal, from.Raw())
}

// roster is the configuration as the desk sees it.
type roster struct{ c *config.Config }

func (r roster) Worker(programme, slack string) (desk.Worker, bool) {
	w, ok := r.c.Worker(slack)
	if !ok || !w.Serves(programme) {
		return desk.Worker{}, false
	}
	return desk.Worker{Slack: w.Slack, Name: w.Name, Role: w.Role, Languages: w.Languages}, true
}

func (r roster) Workers(programme string) []desk.Worker {
	var out []desk.Worker
	for _, w := range r.c.Workers {
		if w.Serves(programme) {
			out = append(out, desk.Worker{Slack: w.Slack, Name: w.Name, Role: w.Role, Languages: w.Languages})
		}
	}
	return out
}

func (r roster) Programmes(slack string) []string {
	w, ok := r.c.Worker(slack)
	if !ok {
		return nil
	}
	return w.Programmes
}

func (r roster) Rooms(programme string) (cards, alerts, young string) {
	p, ok := r.c.Programme(programme)
	if !ok {
		return "", "", ""
	}
	return p.Channel, p.Alerts, p.YoungChannel
}

// LeaseEnds is thirty minutes of the programme's hours from now.
func (r roster) LeaseEnds(programme string, now time.Time) time.Time {
	p, ok := r.c.Programme(programme)
	if !ok {
		return now.Add(30 * time.Minute)
	}
	return p.Hours.AddOpen(now, 30*time.Minute)
}

func (r roster) Blocks(programme string) []string {
	p, ok := r.c.Programme(programme)
	if !ok {
		return nil
	}
	return p.QuestionsAfter
}

func (r roster) Lead() string { return r.c.Safety.Lead }

// texts renders approved replies for the desk.
type texts struct{ a *App }

func (t texts) Reply(programme, lang, key string, day, clock time.Time) (string, map[string]any, error) {
	args := map[string]any{}
	show := map[string]any{"service": t.a.opts.Config.NeutralName}
	if !day.IsZero() {
		args["day"], show["day"] = bot.Day(day), locales.DayOf(day)
	}
	if clock.Year() > 0 || !clock.IsZero() {
		args["time"], show["time"] = bot.Clock(clock), locales.ClockOf(clock)
	}
	out, err := t.a.Catalog.Render(lang, key, show)
	return out.Text, args, err
}

func (t texts) LanguageName(tag string) string {
	if l, ok := t.a.Catalog.Language(tag); ok {
		return l.Meta.Name
	}
	return tag
}

func (t texts) Reviewed(tag string) bool {
	l, ok := t.a.Catalog.Language(tag)
	return ok && (l.Tag == locales.Base || l.Meta.Review.Done())
}

func (a *App) routes() {
	a.mux = http.NewServeMux()
	a.mux.Handle("/twilio/messages", a.Twilio.Messages(a.opts.Now, a.Inbound))
	a.mux.Handle("/twilio/status", a.Twilio.Status(a.Receipt))
	a.mux.Handle("/twilio/voice", a.Twilio.Voice(a.spoken))
	if len(a.opts.Slack.SigningSecrets) > 0 {
		a.mux.Handle("/slack/events", a.Slack.Events())
		a.mux.Handle("/slack/interactions", a.Slack.Interactions())
		a.mux.Handle("/slack/commands", a.Slack.Commands())
	}
	httpd.Health(a.mux, a.Ready)
}

// spoken is what people hear who ring a number: the same sentence in every
// language of its programmes that there is a voice and a text of its own for.
func (a *App) spoken(to string) []twilio.Spoken {
	var langs []string
	for _, p := range a.opts.Config.Programmes {
		if to == "" || to == p.SMS || p.SMS == "" {
			langs = append(langs, p.Languages...)
		}
	}
	if !slices.Contains(langs, locales.Base) {
		langs = append(langs, locales.Base)
	}
	var out []twilio.Spoken
	seen := map[string]bool{}
	for _, lang := range langs {
		t, err := a.Catalog.Render(lang, "voice", nil)
		if err != nil || seen[t.Lang] || !twilio.Speaks(t.Lang) {
			continue
		}
		seen[t.Lang] = true
		out = append(out, twilio.Spoken{Lang: t.Lang, Text: t.Text})
	}
	return out
}

// Handler is everything that is served.
func (a *App) Handler() http.Handler { return a.mux }
