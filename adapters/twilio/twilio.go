// Package twilio speaks SMS and WhatsApp through Twilio: signed webhooks in,
// texts out, receipts. twilio-go stays inside this room. It may import bot.
package twilio

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linkline/bot"

	sdk "github.com/twilio/twilio-go/client"
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

// capabilities are what Twilio carries.
var capabilities = map[bot.Channel]bot.Capabilities{
	bot.SMS:      {MaxText: 1600, Segment: true},
	bot.WhatsApp: {MaxText: 1600, Window: 24 * time.Hour},
}

// Capabilities says what a channel can carry.
func (a *Adapter) Capabilities(ch bot.Channel) bot.Capabilities { return capabilities[ch] }
