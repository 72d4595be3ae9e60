package twilio

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" // Twilio's own choice; docs.twilio.com, "Webhooks security"
	"encoding/base64"
	"io"
	"maps"
	"net/url"
	"slices"

	"linkline/bot"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Setting is one of the account's numbers as it is configured at Twilio.
type Setting struct {
	Number      bot.Address
	Messages    string // address that is called when a text comes in
	Method      string
	Fallback    string // called when Messages fails
	Voice       string // called when somebody rings
	Application bool   // an application's or a trunk's addresses are used instead
}

// Settings reads how the account's numbers are configured, for a check of a
// live set-up. It fails with wrong credentials.
func (a *Adapter) Settings(ctx context.Context) ([]Setting, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	svc, c := a.service(ctx)
	p := &api.ListIncomingPhoneNumberParams{}
	p.SetPageSize(200)
	p.SetLimit(1000)
	list, err := svc.ListIncomingPhoneNumber(p)
	if err != nil {
		return nil, classify(err, c)
	}
	out := make([]Setting, len(list))
	for i, n := range list {
		out[i] = Setting{
			Number: bot.Address(str(n.PhoneNumber)), Messages: str(n.SmsUrl), Method: str(n.SmsMethod), Fallback: str(n.SmsFallbackUrl),
			Voice: str(n.VoiceUrl), Application: str(n.SmsApplicationSid) != "" || str(n.TrunkSid) != "",
		}
	}
	return out, nil
}

// Webhook is the exact address to paste at Twilio for a number's messages:
// with the rules by which Twilio tries again when we are away.
func (a *Adapter) Webhook() string {
	u := a.conf.PublicURL.JoinPath("/twilio/messages")
	return u.String() + retryRules
}

// Sign writes the signature that Twilio would send with a form, so that a
// live set-up can be tried through its public address.
func (a *Adapter) Sign(full string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(a.conf.AuthTokens[0]))
	_, _ = io.WriteString(mac, full)
	for _, k := range slices.Sorted(maps.Keys(form)) {
		for _, v := range form[k] {
			_, _ = io.WriteString(mac, k+v)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
