package twilio

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	sdk "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// carrier brings context and base address to one call of the SDK, which
// knows neither, and keeps what the SDK drops: headers and how far it got.
type carrier struct {
	ctx    context.Context
	base   *url.URL
	user   string
	pass   string
	next   http.RoundTripper
	status int
	retry  string
	wrote  atomic.Bool // the request may have reached the other side
}

// RoundTrip sends the request to the configured address.
func (c *carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	// The body follows the headers, so a call whose headers were never
	// written whole cannot have sent a text.
	ctx := httptrace.WithClientTrace(c.ctx, &httptrace.ClientTrace{WroteHeaders: func() { c.wrote.Store(true) }})
	r = r.Clone(ctx)
	r.Header.Set("X-Twilio-Host", r.URL.Host)
	r.URL.Scheme, r.URL.Host, r.Host = c.base.Scheme, c.base.Host, c.base.Host
	r.URL.Path = c.base.Path + r.URL.Path
	r.SetBasicAuth(c.user, c.pass)
	resp, err := c.next.RoundTrip(r)
	if resp != nil {
		c.status, c.retry = resp.StatusCode, resp.Header.Get("Retry-After")
	}
	return resp, err
}

// service makes an API client for one call; it ends with the context.
func (a *Adapter) service(ctx context.Context) (*api.ApiService, *carrier) {
	c := &carrier{ctx: ctx, base: a.base, user: a.conf.AccountSID, pass: a.conf.AuthTokens[0], next: a.trans}
	cl := &sdk.Client{
		// The SDK refuses, on every call, credentials with anything but letters
		// and digits in them; the carrier writes the real ones.
		Credentials: sdk.NewCredentials("carrier", "carrier"),
		HTTPClient:  &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	cl.SetAccountSid(a.conf.AccountSID)
	return api.NewApiService(sdk.NewRequestHandler(cl)), c
}
