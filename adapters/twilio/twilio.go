// Package twilio speaks SMS and WhatsApp through Twilio: signed webhooks in,
// texts out, receipts. twilio-go stays inside this room. It may import bot.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linkline/bot"

	sdk "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Config is what the adapter needs.
type Config struct {
	AccountSID string
	AuthTokens []string // the primary first; a second one is accepted while keys rotate
	PublicURL  *url.URL // what signatures are checked against, never Host
	APIURL     string   // base of Twilio's REST API
	Client     *http.Client
	Log        *slog.Logger
}

// Adapter is one Twilio account.
type Adapter struct {
	conf  Config
	base  *url.URL
	valid []sdk.RequestValidator
	trans http.RoundTripper
}

// Timeout is how long a call to Twilio may take. A lease on a text outlasts
// it by ten seconds.
const Timeout = 15 * time.Second

// New checks the settings. An empty token is refused: the SDK would accept
// signatures made with it, and so with nothing.
func New(c Config) (*Adapter, error) {
	if c.AccountSID == "" || len(c.AuthTokens) == 0 {
		return nil, errors.New("twilio: account and token are needed (set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN)")
	}
	if c.PublicURL == nil {
		return nil, errors.New("twilio: the public URL is needed (set LINKLINE_PUBLIC_URL)")
	}
	a := &Adapter{conf: c}
	for _, t := range c.AuthTokens {
		if strings.TrimSpace(t) == "" {
			return nil, errors.New("twilio: an auth token is empty (set TWILIO_AUTH_TOKEN): anybody could forge texts")
		}
		a.valid = append(a.valid, sdk.NewRequestValidator(t))
	}
	if c.APIURL == "" {
		c.APIURL = "https://api.twilio.com"
	}
	base, err := url.Parse(strings.TrimRight(c.APIURL, "/"))
	if err != nil || base.Host == "" {
		return nil, errors.New("twilio: the API address cannot be read (set TWILIO_API_URL)")
	}
	a.base = base
	a.trans = http.DefaultTransport
	if c.Client != nil && c.Client.Transport != nil {
		a.trans = c.Client.Transport
	}
	return a, nil
}

// Capabilities says what a channel can carry.
func (a *Adapter) Capabilities(ch bot.Channel) bot.Capabilities {
	if ch == bot.WhatsApp {
		return bot.Capabilities{MaxText: 1600, Window: 24 * time.Hour}
	}
	return bot.Capabilities{MaxText: 1600, Segment: true}
}

// carrier brings context and base address to one call of the SDK, which
// knows neither, and keeps what the SDK drops: headers and how far it got.
type carrier struct {
	ctx    context.Context
	base   *url.URL
	next   http.RoundTripper
	status int
	retry  string
	wrote  bool
}

// RoundTrip sends the request to the configured address.
func (c *carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(c.ctx)
	r.Header.Set("X-Twilio-Host", r.URL.Host)
	r.URL.Scheme, r.URL.Host, r.Host = c.base.Scheme, c.base.Host, c.base.Host
	r.URL.Path = c.base.Path + r.URL.Path
	resp, err := c.next.RoundTrip(r)
	c.wrote = err == nil || !isDial(err)
	if resp != nil {
		c.status, c.retry = resp.StatusCode, resp.Header.Get("Retry-After")
	}
	return resp, err
}

// service makes an API client for one call.
func (a *Adapter) service(ctx context.Context) (*api.ApiService, *carrier) {
	c := &carrier{ctx: ctx, base: a.base, next: a.trans}
	cl := &sdk.Client{
		Credentials: sdk.NewCredentials(a.conf.AccountSID, a.conf.AuthTokens[0]),
		HTTPClient:  &http.Client{Transport: c, Timeout: Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	cl.SetAccountSid(a.conf.AccountSID)
	return api.NewApiService(sdk.NewRequestHandler(cl)), c
}

// Send hands one text to Twilio. The receipt's address carries our own ids.
func (a *Adapter) Send(ctx context.Context, out bot.Outbound) (bot.Sent, error) {
	svc, c := a.service(ctx)
	p := &api.CreateMessageParams{}
	p.SetTo(out.To.Raw())
	p.SetBody(out.Text.Raw())
	p.SetStatusCallback(a.callback(out))
	if out.Service != "" {
		p.SetMessagingServiceSid(out.Service)
	} else {
		p.SetFrom(out.From.Raw())
	}
	m, err := svc.CreateMessage(p)
	if err != nil {
		return bot.Sent{}, classify(err, c)
	}
	if c.status/100 != 2 || m == nil || m.Sid == nil || *m.Sid == "" {
		return bot.Sent{}, &bot.SendError{Outcome: bot.Unknown}
	}
	s := bot.Sent{SID: *m.Sid}
	if m.NumSegments != nil {
		_, _ = fmt.Sscan(*m.NumSegments, &s.Segments)
	}
	return s, nil
}

func (a *Adapter) callback(out bot.Outbound) string {
	u := *a.conf.PublicURL
	u.Path = strings.TrimRight(u.Path, "/") + "/twilio/status"
	u.RawQuery = url.Values{"c": {string(out.CID)}, "o": {string(out.OID)}}.Encode()
	return u.String() + "#rc=3&rp=ct,5xx,rt"
}

// Find looks for a text in Twilio's log: same sender, receiver and body,
// created no earlier than five seconds before since, and not one of known.
func (a *Adapter) Find(ctx context.Context, out bot.Outbound, since time.Time, known func(sid string) bool) (sid string, found bool, err error) {
	svc, c := a.service(ctx)
	p := &api.ListMessageParams{}
	p.SetTo(out.To.Raw())
	if out.From != "" && out.Service == "" {
		p.SetFrom(out.From.Raw())
	}
	p.SetDateSentAfter(since.Add(-24 * time.Hour).UTC().Truncate(24 * time.Hour))
	p.SetPageSize(100)
	p.SetLimit(200)
	list, err := svc.ListMessage(p)
	if err != nil {
		return "", false, classify(err, c)
	}
	for _, m := range list {
		if m.Sid == nil || m.Body == nil || *m.Body != out.Text.Raw() || m.Direction == nil || !strings.HasPrefix(*m.Direction, "outbound") {
			continue
		}
		made := ""
		if m.DateCreated != nil {
			made = *m.DateCreated
		}
		at, perr := time.Parse(time.RFC1123Z, made)
		if perr != nil || at.Before(since.Add(-5*time.Second).Truncate(time.Second)) || known != nil && known(*m.Sid) {
			continue
		}
		return *m.Sid, true, nil
	}
	return "", false, nil
}
