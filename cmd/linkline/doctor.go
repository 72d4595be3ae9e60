package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/internal/app"
	"linkline/internal/config"
	"linkline/locales"
)

type doctorCmd struct{}

// Run checks a live set-up. Exit code 1 if anything must be mended.
func (doctorCmd) Run(ctx context.Context) error {
	s, err := readSetup(config.NeedsAll, nil)
	if err != nil {
		return err
	}
	d := &doctor{setup: s, out: os.Stdout, http: &http.Client{Timeout: 15 * time.Second}, now: time.Now}
	return d.run(ctx)
}

// doctor looks at one thing after the other and says of each what it found
// and, where it is wrong, how to mend it.
type doctor struct {
	setup
	out   io.Writer
	http  *http.Client
	now   func() time.Time
	wrong int
	app   *app.App
}

func (d *doctor) good(format string, args ...any) {
	_, _ = fmt.Fprintf(d.out, "  ok     "+format+"\n", args...)
}

func (d *doctor) note(format string, args ...any) {
	_, _ = fmt.Fprintf(d.out, "  note   "+format+"\n", args...)
}

// bad says what is wrong and how to mend it.
func (d *doctor) bad(mend, format string, args ...any) {
	d.wrong++
	_, _ = fmt.Fprintf(d.out, "  WRONG  "+format+"\n         mend: %s\n", append(args, mend)...)
}

func (d *doctor) part(name string) { _, _ = fmt.Fprintf(d.out, "%s\n", name) }

func (d *doctor) run(ctx context.Context) error {
	a, err := d.setup.app(ctx, slog.New(hints{d}), nil)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	d.app = a
	for _, look := range []func(context.Context){d.config, d.redis, d.twilio, d.public, d.slack, d.texts} {
		look(ctx)
	}
	if d.wrong > 0 {
		return fmt.Errorf("%d things must be mended (each line above says how)", d.wrong)
	}
	_, _ = fmt.Fprintln(d.out, "all is well")
	return nil
}

// hints turns warnings that the program itself would log into lines of the
// doctor's.
type hints struct{ d *doctor }

func (hints) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (h hints) WithAttrs([]slog.Attr) slog.Handler         { return h }
func (h hints) WithGroup(string) slog.Handler              { return h }

// Handle writes one warning as a note.
func (h hints) Handle(_ context.Context, r slog.Record) error {
	line := strings.ReplaceAll(r.Message, "_", " ")
	r.Attrs(func(a slog.Attr) bool {
		line += "; " + a.Key + ": " + a.Value.String()
		return true
	})
	h.d.note("%s", line)
	return nil
}

func (d *doctor) config(context.Context) {
	d.part("Configuration")
	if err := d.conf.ForServe(false); len(err) > 0 {
		d.bad("add it to "+d.env.Config, "linkline serve would refuse to start: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	} else {
		d.good("%s names who answers for the data and who is on call", d.env.Config)
	}
	if d.conf.HeartbeatURL == "" {
		d.note("heartbeat_url is empty: nobody is told when Linkline stops")
	}
	if d.conf.SpendPerDay == 0 {
		d.note("spend.segments_per_day is not set: nobody is told of a flood of texts")
	}
	if u := d.env.PublicURL; u.Scheme != "https" {
		d.bad("set LINKLINE_PUBLIC_URL to an https address", "texts would travel unencrypted: LINKLINE_PUBLIC_URL is not https")
	}
}

func (d *doctor) redis(ctx context.Context) {
	d.part("Redis")
	h, err := d.app.Health(ctx)
	if err != nil {
		d.bad("see docs/going-live.md, step 6; the keyset must be the one this Redis was first used with", "%s", err)
		return
	}
	d.good("answers; durability: %s", h.Durability)
	if !strings.Contains(h.Durability, "fsync always") {
		d.bad(`start redis-server with "--appendonly yes --appendfsync always"`, "a crash of the machine can lose texts that were acknowledged")
	}
	if skew := h.Clock.Sub(d.now()).Abs(); skew > 5*time.Second {
		d.bad("run a time service on both machines", "the clocks of this machine and of Redis differ by %s", skew.Round(time.Second))
	} else {
		d.good("its clock and this machine's agree")
	}
	if h.Dead > 0 {
		d.bad("look for \"dead\" in the log; each is a text or a card that never arrived", "%d dead letters", h.Dead)
	}
}

func (d *doctor) twilio(ctx context.Context) {
	d.part("Twilio")
	list, err := d.app.Twilio.Settings(ctx)
	if err != nil {
		d.bad("check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in Twilio's console", "Twilio does not answer as it should: %s", err)
		return
	}
	d.good("the credentials are right")
	want := d.app.Twilio.Webhook()
	voice := d.env.PublicURL.JoinPath("/twilio/voice").String()
	for _, p := range d.conf.Programmes {
		if p.SMS == "" {
			d.note("%s sends by a messaging service: set its inbound address to %s", p.ID, want)
			continue
		}
		i := slices.IndexFunc(list, func(s twilio.Setting) bool { return s.Number == bot.Address(p.SMS) })
		if i < 0 {
			d.bad("buy or port it, or change numbers.sms", "the number of %s is not in this account", p.ID)
			continue
		}
		d.number(p.ID, list[i], want, voice)
	}
	d.note("WhatsApp senders: set their inbound address to %s in Twilio's console (it cannot be read from here)", want)
}

func (d *doctor) number(id string, s twilio.Setting, want, voice string) {
	wrong := d.wrong
	switch {
	case s.Application:
		d.bad("take the application off the number", "the number of %s has an application; its own addresses are ignored", id)
	case strings.SplitN(s.Messages, "#", 2)[0] != strings.SplitN(want, "#", 2)[0]:
		d.bad("paste "+want, "the number of %s calls %s when a text comes in", id, or(s.Messages, "nothing"))
	case s.Messages != want:
		d.bad("paste "+want, "Twilio would not try again for the number of %s: the part behind # is missing", id)
	case s.Method != "POST":
		d.bad("choose POST for \"A message comes in\"", "the number of %s uses %s", id, s.Method)
	}
	if s.Fallback == "" {
		d.bad("make a TwiML Bin that says <Response><Message>We have a fault and have not read your text. Please try again in an hour. In danger call 999.</Message></Response> and set it as \"Primary handler fails\"",
			"the number of %s says nothing when this server is away", id)
	}
	if s.Voice != voice {
		d.bad("paste "+voice+" at \"A call comes in\"", "people who ring the number of %s hear nothing", id)
	}
	if wrong == d.wrong {
		d.good("the number of %s is set as it should be", id)
	}
}

// public sends a signed and an unsigned call round through the public
// address, as Twilio would.
func (d *doctor) public(ctx context.Context) {
	d.part("The public address")
	at := d.env.PublicURL.JoinPath("/twilio/status").String()
	form := url.Values{"AccountSid": {d.env.TwilioSID}, "MessageSid": {"SM" + strings.Repeat("0", 32)}, "MessageStatus": {"delivered"}}
	unsigned, err := d.call(ctx, at, form, "")
	if err != nil {
		d.bad("start linkline serve, and the web server in front of it; try the address from outside", "nothing answers at %s", at)
		return
	}
	signed, err := d.call(ctx, at, form, d.app.Twilio.Sign(at, form))
	switch {
	case err != nil:
		d.bad("try again; look at the web server's log", "the second call to %s was not answered", at)
	case unsigned != http.StatusForbidden:
		d.bad("the address must lead to linkline serve and nothing else", "a call without a signature got %d, not 403", unsigned)
	case signed != http.StatusNoContent && signed != http.StatusOK:
		d.bad("LINKLINE_PUBLIC_URL must be exactly the address in Twilio's console, and the token this account's", "a signed call got %d", signed)
	default:
		d.good("a signed call goes round, an unsigned one is refused")
	}
}

func (d *doctor) call(ctx context.Context, at string, form url.Values, signature string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if signature != "" {
		req.Header.Set("X-Twilio-Signature", signature)
	}
	resp, err := d.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	return resp.StatusCode, nil
}

func (d *doctor) slack(ctx context.Context) {
	d.part("Slack")
	if err := d.app.Slack.Identify(ctx); err != nil {
		d.bad("copy the bot token from the app's page, OAuth and Permissions", "Slack does not know SLACK_BOT_TOKEN: %s", err)
		return
	}
	granted := d.app.Slack.Granted()
	if granted == nil {
		d.note("Slack does not say which scopes the token has")
	}
	for _, s := range scopes {
		if granted != nil && !slices.Contains(granted, s.Name) {
			d.bad("paste linkline slack manifest at the app's page and install it again", "the scope %s is missing (%s)", s.Name, s.Why)
		}
	}
	wrong := d.app.Rooms(ctx)
	for _, err := range wrong {
		d.bad("see the words in brackets", "%s", err)
	}
	if len(wrong) == 0 {
		d.good("the channels are private, and the app is in them")
	}
	for _, p := range d.conf.Programmes {
		if !slices.ContainsFunc(d.conf.Workers, func(w config.Worker) bool { return w.Serves(p.ID) && w.Role != "volunteer" }) {
			d.bad("add them to link_workers", "nobody on the roster may take a referral of %s", p.ID)
		}
	}
}

func (d *doctor) texts(context.Context) {
	d.part("Texts")
	used := map[string]bool{}
	for _, p := range d.conf.Programmes {
		for _, l := range p.Languages {
			used[l] = true
		}
	}
	for _, s := range d.cat.Status() {
		if used[s.Tag] && !s.Safety && s.Tag != locales.Base {
			d.note("no speaker has reviewed the safety texts of %s; they go out together with the English", s.Name)
		}
	}
	for _, h := range d.cat.StaleHelplines(locales.FS, d.now()) {
		d.bad("ring it, and renew its date", "%s", h.Msg)
	}
}
