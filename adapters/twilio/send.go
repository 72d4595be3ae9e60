package twilio

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"linkline/bot"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// retryRules is what we ask Twilio to do when a receipt does not get through.
// The fragment is never sent and never signed.
const retryRules = "#rc=3&rp=ct,5xx,rt"

// Send hands one text to Twilio. The receipt's address carries our own ids,
// so that a receipt which overtakes Twilio's answer finds its text.
func (a *Adapter) Send(ctx context.Context, out bot.Outbound) (bot.Sent, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
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
		s.Segments, _ = strconv.Atoi(*m.NumSegments) // "0" from a messaging service: not counted yet
	}
	return s, nil
}

func (a *Adapter) callback(out bot.Outbound) string {
	u := *a.conf.PublicURL
	u.Path = strings.TrimRight(u.Path, "/") + "/twilio/status"
	q := url.Values{"c": {string(out.CID)}, "o": {string(out.OID)}}
	if out.Kind != "" {
		q.Set("k", string(out.Kind))
	}
	u.RawQuery, u.Fragment, u.User = q.Encode(), "", nil
	return u.String() + retryRules
}

// Delete removes a text from Twilio's log, for an erasure. One that is gone
// already is no error.
func (a *Adapter) Delete(ctx context.Context, sid string) error {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	svc, c := a.service(ctx)
	err := svc.DeleteMessage(sid, nil)
	if err == nil || c.status == 404 {
		return nil
	}
	return classify(err, c)
}
