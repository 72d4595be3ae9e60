package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

func bad(say, hint string) error { return fault{http.StatusBadRequest, say, hint} }

type textIn struct {
	From string `json:"from"` // +44… or whatsapp:+44…
	To   string `json:"to"`
	Body string `json:"body"`
	// Media is photo or voice, if the phone sends one.
	Media string `json:"media,omitempty"`
}

// media are the content types of what phones send beside words.
var media = map[string]string{"photo": "image/jpeg", "voice": "audio/ogg"}

// text sends a text as one of the demo's residents to one of our numbers.
func (c *Console) text(ctx context.Context, in textIn) (any, error) {
	number := strings.TrimPrefix(in.From, "whatsapp:")
	if !slices.ContainsFunc(c.conf.Residents, func(r Resident) bool { return r.Number == number }) {
		return nil, bad("There is no such phone.", "Choose a phone from the list.")
	}
	if !slices.ContainsFunc(c.conf.Numbers, func(n Number) bool {
		return in.To == n.SMS && n.SMS != "" || n.WhatsApp != "" && in.To == "whatsapp:"+n.WhatsApp
	}) || strings.HasPrefix(in.From, "whatsapp:") != strings.HasPrefix(in.To, "whatsapp:") {
		return nil, bad("None of our numbers answers there.", "Choose SMS or WhatsApp above the phone.")
	}
	switch n := utf8.RuneCountInString(in.Body); {
	case in.Media != "" && media[in.Media] == "":
		return nil, bad("No such thing can be sent.", "Send a photo or a voice message.")
	case strings.TrimSpace(in.Body) == "" && in.Media == "":
		return nil, bad("There is nothing to send.", "Type something first.")
	case n > maxText:
		return nil, bad("No phone sends a text that long.", fmt.Sprintf("Keep it to %d characters; this has %d.", maxText, n))
	}
	switch status := c.conf.Phones.Receive(ctx, in.From, in.To, in.Body, media[in.Media]); {
	case status == 0:
		return nil, fault{http.StatusBadGateway, "The service did not answer.", "Twilio would try again. Look at the terminal in which linkline demo runs."}
	case status >= 300:
		return nil, fault{http.StatusBadGateway, fmt.Sprintf("The service did not take the text (it answered %d).", status), "Twilio would try again; send it once more."}
	}
	c.Changed()
	return nil, nil
}

func (c *Console) worker(id string) error {
	if !slices.ContainsFunc(c.conf.Workers, func(w Worker) bool { return w.ID == id }) {
		return bad("There is no such person in this Slack.", "Choose who you are above the channel.")
	}
	return nil
}

// reads tells whether a channel is one that a worker can see.
func (c *Console) reads(user, channel string) error {
	if err := c.worker(user); err != nil {
		return err
	}
	if channel == c.conf.Workspace.DM(user) || slices.ContainsFunc(c.conf.Channels, func(ch Channel) bool { return ch.ID == channel }) {
		return nil
	}
	return bad("That channel is not yours.", "Choose a channel on the left.")
}

type clickIn struct {
	User    string `json:"user"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Action  string `json:"action"`
	Value   string `json:"value"`
}

func (c *Console) click(ctx context.Context, in clickIn) (any, error) {
	if err := c.reads(in.User, in.Channel); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(c.conf.Workspace.Posts(in.Channel), func(p Post) bool { return p.TS == in.TS }) {
		return nil, bad("That message is gone.", "It was changed or removed; look at the newest one.")
	}
	return nil, c.conf.Workspace.Click(ctx, in.User, in.Channel, in.TS, in.Action, in.Value)
}

type submitIn struct {
	User   string                    `json:"user"`
	Modal  string                    `json:"modal"`
	Values map[string]map[string]any `json:"values"`
}

func (c *Console) submit(ctx context.Context, in submitIn) (any, error) {
	if err := c.worker(in.User); err != nil {
		return nil, err
	}
	m, ok := c.conf.Workspace.Modal(in.User)
	if !ok || m.ID != in.Modal {
		return nil, fault{http.StatusConflict, "This form has changed or was closed.", "Open it again from the message."}
	}
	faults, err := c.conf.Workspace.Submit(ctx, in.User, in.Values)
	if err != nil {
		return nil, err
	}
	c.Changed()
	if faults == nil {
		faults = map[string]string{}
	}
	return map[string]any{"ok": len(faults) == 0, "errors": faults}, nil
}

type dismissIn struct {
	User  string `json:"user"`
	Modal string `json:"modal"`
}

// dismiss closes a modal; one that is gone already is no fault.
func (c *Console) dismiss(_ context.Context, in dismissIn) (any, error) {
	if err := c.worker(in.User); err != nil {
		return nil, err
	}
	if m, ok := c.conf.Workspace.Modal(in.User); ok && m.ID == in.Modal {
		c.conf.Workspace.Dismiss(in.User)
	}
	c.Changed()
	return nil, nil
}

type sayIn struct {
	User    string `json:"user"`
	Channel string `json:"channel"`
	Thread  string `json:"thread,omitempty"`
	Text    string `json:"text"`
}

func (c *Console) said(in sayIn) error {
	if err := c.reads(in.User, in.Channel); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(in.Text) == "" && in.Thread == "":
		return bad("There is nothing to send.", "Type something first.")
	case utf8.RuneCountInString(in.Text) > 4000:
		return bad("That is too long.", "Slack takes 4000 characters.")
	}
	return nil
}

// command types /linkline; the text is what follows it.
func (c *Console) command(ctx context.Context, in sayIn) (any, error) {
	if in.Text == "" {
		in.Text = "help"
	}
	if err := c.said(in); err != nil {
		return nil, err
	}
	return nil, c.conf.Workspace.Command(ctx, in.User, in.Channel, in.Text)
}

// say writes into the direct message with the app. Channels take commands
// only: the app does not read what people write to each other.
func (c *Console) say(ctx context.Context, in sayIn) (any, error) {
	if err := c.said(in); err != nil {
		return nil, err
	}
	if in.Channel != c.conf.Workspace.DM(in.User) {
		return nil, bad("Linkline reads nothing that is written in channels.", "Type /linkline help, or write in the direct message.")
	}
	return nil, c.conf.Workspace.Say(ctx, in.User, in.Channel, in.Thread, in.Text)
}

type clockIn struct {
	Seconds int64 `json:"seconds"`
}

// clock puts the demo's clock forward; it never goes back.
func (c *Console) clock(_ context.Context, in clockIn) (any, error) {
	if in.Seconds <= 0 || in.Seconds > maxAhead {
		return nil, bad("The clock goes forward only, by 90 days at most.", "Use one of the buttons.")
	}
	c.conf.Clock.Forward(time.Duration(in.Seconds) * time.Second)
	c.Changed()
	return nil, nil
}

type troubleIn struct {
	What string `json:"what"`
}

// trouble makes something go wrong outside, or right again.
func (c *Console) trouble(_ context.Context, in troubleIn) (any, error) {
	switch in.What {
	case "slack_down", "slack_up":
		c.mu.Lock()
		c.down = in.What == "slack_down"
		c.mu.Unlock()
		c.conf.Trouble.SlackDown(in.What == "slack_down")
	case "twilio_busy":
		c.conf.Trouble.TwilioBusy()
	default:
		return nil, bad("There is no such trouble.", "Use one of the buttons.")
	}
	c.Changed()
	return nil, nil
}
