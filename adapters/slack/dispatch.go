package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"linkline/bot"
)

// What Slack sends is read into our own types: slack-go refuses a whole
// payload for one block that it does not know, and nothing of a block is
// needed here.

type envelope struct {
	Type      string          `json:"type"`
	Challenge string          `json:"challenge"`
	TeamID    string          `json:"team_id"`
	EventID   string          `json:"event_id"`
	Event     json.RawMessage `json:"event"`
}

type message struct {
	Type     string  `json:"type"`
	Subtype  string  `json:"subtype"`
	User     string  `json:"user"`
	BotID    string  `json:"bot_id"`
	Text     string  `json:"text"`
	TS       string  `json:"ts"`
	Thread   string  `json:"thread_ts"`
	Channel  string  `json:"channel"`
	Message  *edited `json:"message"`
	Previous *edited `json:"previous_message"`
}

type edited struct {
	User   string `json:"user"`
	BotID  string `json:"bot_id"`
	Text   string `json:"text"`
	TS     string `json:"ts"`
	Thread string `json:"thread_ts"`
}

type id struct {
	ID string `json:"id"`
}

type interaction struct {
	Type      string `json:"type"`
	Team      *id    `json:"team"`
	User      id     `json:"user"`
	Trigger   string `json:"trigger_id"`
	Channel   id     `json:"channel"`
	Container struct {
		MessageTS string `json:"message_ts"`
		Thread    string `json:"thread_ts"`
		Channel   string `json:"channel_id"`
	} `json:"container"`
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
		TS    string `json:"action_ts"`
	} `json:"actions"`
	View struct {
		ID       string `json:"id"`
		Callback string `json:"callback_id"`
		Meta     string `json:"private_metadata"`
		State    struct {
			Values map[string]map[string]field `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// field is the state of one input; what was left untouched is null.
type field struct {
	Value    string `json:"value"`
	Date     string `json:"selected_date"`
	Time     string `json:"selected_time"`
	User     string `json:"selected_user"`
	Selected *struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

func (f field) text() string {
	if f.Selected != nil {
		return f.Selected.Value
	}
	return f.Value + f.Date + f.Time + f.User
}

type command struct {
	Team    string `json:"team_id"`
	User    string `json:"user_id"`
	Channel string `json:"channel_id"`
	Text    string `json:"text"`
	Trigger string `json:"trigger_id"`
}

// later runs work after Slack was answered. The work is bounded and ends with
// its own time-out, not with the request.
func (a *Adapter) later(ctx context.Context, do func(ctx context.Context)) {
	ctx = context.WithoutCancel(ctx)
	a.work.Add(1)
	go func() {
		defer a.work.Add(-1)
		a.slots <- struct{}{} // waits here, never in front of the answer
		defer func() { <-a.slots }()
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		do(ctx)
	}()
}

// Drain waits until all work that went on after an answer is done.
func (a *Adapter) Drain() { a.work.Wait() }

// ours tells whether something comes from the workspace we are installed in;
// an organisation-wide install names none.
func (a *Adapter) ours(team string) bool { return a.team == "" || team == "" || team == a.team }

// warnings are events that say something is wrong with the app's place in
// the workspace. Residents are still taken; an operator must look.
var warnings = map[string]bool{
	"app_rate_limited": true, "tokens_revoked": true, "app_uninstalled": true, "channel_archive": true, "channel_deleted": true, "channel_left": true,
	"group_archive": true, "group_deleted": true, "group_left": true, "channel_unarchive": false,
}

// event takes one event; Slack may repeat it for a day, and it counts once.
func (a *Adapter) event(ctx context.Context, e envelope) {
	if !a.ours(e.TeamID) {
		return
	}
	if warnings[e.Type] {
		a.warn(ctx, e.Type)
		return
	}
	var m message
	if e.Type != "event_callback" || json.Unmarshal(e.Event, &m) != nil {
		return
	}
	if warnings[m.Type] {
		a.warn(ctx, m.Type)
		return
	}
	s, ok := a.spoken(e.EventID, m)
	if m.Type != "message" || !ok {
		return
	}
	a.later(ctx, func(ctx context.Context) {
		if !a.first(ctx, "event:"+e.EventID) {
			return
		}
		if say := a.desk.Spoken(ctx, s); say != "" {
			a.tell(ctx, s.Channel, s.User, s.Thread, say)
		}
	})
}

func (a *Adapter) warn(ctx context.Context, kind string) {
	if a.conf.Log != nil {
		a.conf.Log.ErrorContext(ctx, "slack_warns", "event", kind, "hint", "linkline doctor says what to mend")
	}
}

// spoken keeps what a person wrote, changed or deleted; our own messages and
// other bots' are nobody's words.
func (a *Adapter) spoken(id string, m message) (bot.Spoken, bool) {
	s := bot.Spoken{ID: id, User: m.User, Channel: m.Channel, Thread: m.Thread, TS: m.TS, Text: bot.Words(m.Text)}
	switch m.Subtype {
	case "", "file_share", "thread_broadcast", "me_message":
	case "message_changed":
		if m.Message == nil || m.Previous == nil || m.Message.Text == m.Previous.Text || m.Message.BotID != "" {
			return s, false // a preview was added, nothing was said
		}
		s.User, s.Edited, s.TS, s.Thread = m.Message.User, true, m.Message.TS, m.Message.Thread
	case "message_deleted":
		if m.Previous == nil || m.Previous.BotID != "" {
			return s, false
		}
		s.User, s.Deleted, s.Thread = m.Previous.User, true, m.Previous.Thread
	default:
		return s, false
	}
	if m.BotID != "" || s.User == "" || s.User == a.me {
		return s, false
	}
	return s, true
}

// interact acts on a button or a form, and says what Slack is answered.
func (a *Adapter) interact(ctx context.Context, c interaction) map[string]any {
	if c.Team != nil && !a.ours(c.Team.ID) {
		return nil
	}
	switch c.Type {
	case "block_actions":
		a.pressed(ctx, c)
	case "view_submission":
		return a.submitted(ctx, c)
	}
	return nil
}

func (a *Adapter) pressed(ctx context.Context, c interaction) {
	if c.Channel.ID == "" {
		c.Channel.ID = c.Container.Channel
	}
	for _, act := range c.Actions {
		p := bot.Press{
			ID: "press:" + c.Trigger + ":" + act.TS, User: c.User.ID, Action: act.ID, Value: act.Value,
			Channel: c.Channel.ID, TS: c.Container.MessageTS, Trigger: c.Trigger,
		}
		a.later(ctx, func(ctx context.Context) {
			if !a.first(ctx, p.ID) {
				return
			}
			if say := a.desk.Press(ctx, p); say != "" {
				a.tell(ctx, p.Channel, p.User, c.Container.Thread, say)
			}
		})
	}
}

// submitted answers a form: nothing, to close it, or what is wrong with which
// field, or the next form.
func (a *Adapter) submitted(ctx context.Context, c interaction) map[string]any {
	s := bot.Submission{ID: "view:" + c.View.ID, User: c.User.ID, Callback: c.View.Callback, Meta: c.View.Meta, Values: map[string]string{}}
	for name, acts := range c.View.State.Values {
		for _, v := range acts {
			s.Values[name] = v.text()
		}
	}
	re := a.desk.Submit(ctx, s)
	switch {
	case len(re.Faults) > 0:
		faults := map[string]string{}
		for name, say := range re.Faults {
			faults[name] = clip(say, 300)
		}
		return map[string]any{"response_action": "errors", "errors": faults}
	case re.Next != nil:
		return map[string]any{"response_action": "update", "view": modal(*re.Next)}
	}
	return nil
}

func (a *Adapter) command(ctx context.Context, c command) map[string]any {
	if !a.ours(c.Team) {
		return nil
	}
	p := a.desk.Command(ctx, c.User, c.Channel, c.Text, c.Trigger)
	return map[string]any{"response_type": "ephemeral", "text": mrkdwn(p.Summary, maxSection), "blocks": blocks(p)}
}

// first tells whether something is seen for the first time. When that cannot
// be known it counts as the first: the desk's own acts happen once anyway.
func (a *Adapter) first(ctx context.Context, id string) bool {
	if !a.seen.add(id, a.conf.Now()) {
		return false
	}
	if a.conf.Once == nil {
		return true
	}
	ok, err := a.conf.Once(ctx, id)
	return ok || err != nil
}

func (a *Adapter) tell(ctx context.Context, channel, user, thread, text string) {
	if channel == "" {
		channel = user
	}
	if err := a.Whisper(ctx, channel, user, thread, text); err != nil && a.conf.Log != nil {
		var e *Error
		code := "unknown"
		if errors.As(err, &e) {
			code = e.Code
		}
		a.conf.Log.WarnContext(ctx, "slack_answer_not_shown", "code", code)
	}
}
