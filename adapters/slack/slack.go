// Package slack is Slack's side of the desk: events, interactions and
// commands in; cards, messages and modals out. slack-go stays inside this
// room. It may import bot and internal/tally.
package slack

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/tally"

	"github.com/slack-go/slack"
)

// Config is what the adapter needs.
type Config struct {
	BotToken       string
	AppToken       string   // set: Socket Mode runs
	SigningSecrets []string // the one in force first; a second while it rotates
	APIURL         string
	Client         *http.Client
	Now            func() time.Time
	Log            *slog.Logger
	// Once tells whether an id is seen for the first time by any replica; it
	// remembers for Repeats. Without it each process remembers its own.
	Once func(ctx context.Context, id string) (first bool, err error)
	// Reconnect is the pause before Socket Mode is tried again after Slack
	// refused it; one minute by default.
	Reconnect time.Duration
}

// Adapter is one Slack app in one workspace.
type Adapter struct {
	conf    Config
	api     *slack.Client
	app     *slack.Client // with the app's token, for Socket Mode
	me      string        // the app's own user
	granted []string
	team    string
	desk    Desk
	seen    seen
	work    tally.Tally
	slots   chan struct{} // bounds work that goes on after Slack was answered
}

// Desk decides; the adapter only carries. Every method answers what the
// person is told: empty when there is nothing to say.
type Desk interface {
	Press(ctx context.Context, p bot.Press) (say string)
	Submit(ctx context.Context, s bot.Submission) bot.Reaction
	Command(ctx context.Context, user, channel, text, trigger string) bot.Panel
	Spoken(ctx context.Context, s bot.Spoken) (say string)
}

// Timeout is how long a call to Slack may take.
const Timeout = 10 * time.Second

// New checks the settings.
func New(c Config) (*Adapter, error) {
	if c.BotToken == "" {
		return nil, errors.New("slack: the bot token is needed (set SLACK_BOT_TOKEN)")
	}
	for _, s := range c.SigningSecrets {
		if strings.TrimSpace(s) == "" {
			return nil, errors.New("slack: a signing secret is empty (set SLACK_SIGNING_SECRET)")
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Reconnect == 0 {
		c.Reconnect = time.Minute
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: Timeout}
	}
	opts := []slack.Option{slack.OptionHTTPClient(c.Client)}
	if c.APIURL != "" {
		opts = append(opts, slack.OptionAPIURL(c.APIURL))
	}
	a := &Adapter{conf: c, api: slack.New(c.BotToken, opts...), slots: make(chan struct{}, 64)}
	a.app = slack.New(c.BotToken, append(opts, slack.OptionAppLevelToken(c.AppToken))...)
	return a, nil
}

// Serve names who decides. It is called once, before any request.
func (a *Adapter) Serve(d Desk) { a.desk = d }

// Identify asks Slack who the app is.
func (a *Adapter) Identify(ctx context.Context) error {
	r, err := a.api.AuthTestContext(ctx)
	if err != nil {
		return classify("identify", err)
	}
	a.me, a.team = r.UserID, r.TeamID
	a.granted = nil
	for scope := range strings.SplitSeq(r.Header.Get("X-OAuth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			a.granted = append(a.granted, scope)
		}
	}
	return nil
}

// Granted are the scopes that the bot token has, as Slack said when we last
// identified ourselves; nil where it did not say.
func (a *Adapter) Granted() []string { return a.granted }

// Room is what must be known of a channel before cards are posted there.
type Room struct {
	ID      string
	Private bool
	Member  bool
	Members []string
}

// Room looks a channel up.
func (a *Adapter) Room(ctx context.Context, id string) (Room, error) {
	c, err := a.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
	if err != nil {
		return Room{}, classify("look up channel", err)
	}
	r := Room{ID: id, Private: c.IsPrivate || c.IsIM, Member: c.IsMember}
	cursor := ""
	for {
		list, next, err := a.api.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{ChannelID: id, Cursor: cursor, Limit: 200})
		if err != nil {
			return r, classify("list members", err)
		}
		for _, u := range list {
			if u != a.me {
				r.Members = append(r.Members, u)
			}
		}
		if cursor = next; next == "" {
			return r, nil
		}
	}
}

// Person is a member of the workspace.
type Person struct {
	ID    string
	Guest bool
	Bot   bool
	Gone  bool // deactivated
}

// Person looks a member up.
func (a *Adapter) Person(ctx context.Context, id string) (Person, error) {
	u, err := a.api.GetUserInfoContext(ctx, id)
	if err != nil {
		return Person{}, classify("look up member", err)
	}
	return Person{ID: id, Guest: u.IsRestricted || u.IsUltraRestricted || u.IsStranger, Bot: u.IsBot, Gone: u.Deleted}, nil
}

// Post shows a panel. Its id travels as metadata, so that a repeat after a
// lost answer finds the message that is there.
func (a *Adapter) Post(ctx context.Context, channel, thread string, p bot.Panel) (bot.Spot, error) {
	opts := a.render(p)
	if thread != "" {
		opts = append(opts, slack.MsgOptionTS(thread))
	}
	if p.ID != "" {
		opts = append(opts, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "linkline", EventPayload: map[string]any{"id": p.ID}}))
	}
	ch, ts, err := a.api.PostMessageContext(ctx, channel, opts...)
	if err != nil {
		return bot.Spot{}, classify("post", err)
	}
	return bot.Spot{Channel: ch, TS: ts}, nil
}

// Find looks for a panel that may have been posted although the answer was
// lost.
func (a *Adapter) Find(ctx context.Context, channel, thread, id string) (bot.Spot, bool, error) {
	if strings.HasPrefix(channel, "U") || strings.HasPrefix(channel, "W") {
		c, _, _, err := a.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{channel}})
		if err != nil {
			return bot.Spot{}, false, classify("find", err)
		}
		channel = c.ID
	}
	var list []slack.Message
	if thread != "" {
		msgs, _, _, err := a.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: thread, Limit: 100, IncludeAllMetadata: true})
		if err != nil {
			return bot.Spot{}, false, classify("find", err)
		}
		list = msgs
	} else {
		h, err := a.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: channel, Limit: 100, IncludeAllMetadata: true})
		if err != nil {
			return bot.Spot{}, false, classify("find", err)
		}
		list = h.Messages
	}
	for _, m := range list {
		if m.Metadata.EventPayload["id"] == id {
			return bot.Spot{Channel: channel, TS: m.Timestamp}, true, nil
		}
	}
	return bot.Spot{}, false, nil
}

// Update changes a panel in place.
func (a *Adapter) Update(ctx context.Context, at bot.Spot, p bot.Panel) error {
	_, _, _, err := a.api.UpdateMessageContext(ctx, at.Channel, at.TS, a.render(p)...)
	return classify("update", err)
}

// Whisper says something to one person only; where they cannot be whispered
// to in a channel, they are told in their direct message.
func (a *Adapter) Whisper(ctx context.Context, channel, user, thread, text string) error {
	say := []slack.MsgOption{slack.MsgOptionText(mrkdwn(text, maxSection), false), slack.MsgOptionParse(false)}
	opts := slices.Clone(say)
	if thread != "" {
		opts = append(opts, slack.MsgOptionTS(thread))
	}
	_, err := a.api.PostEphemeralContext(ctx, channel, user, opts...)
	if err == nil {
		return nil
	}
	_, _, err = a.api.PostMessageContext(ctx, user, say...)
	return classify("whisper", err)
}

// Open opens a modal.
func (a *Adapter) Open(ctx context.Context, trigger string, f bot.Form) error {
	_, err := a.api.OpenViewContext(ctx, trigger, modal(f))
	return classify("open form", err)
}
