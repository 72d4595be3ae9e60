package twilio

import (
	"context"
	"slices"
	"strings"
	"time"

	"linkline/bot"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// How many lines of the log a look reads. A resident is sent a few texts a
// day; a number receives thousands a week at most.
const (
	maxFind    = 300
	maxInbound = 20000
)

// slack is how far Twilio's clock and ours may disagree.
const slack = 5 * time.Second

// Find looks for a text in Twilio's log: same sender, receiver and body,
// created no earlier than five seconds before since, and not one of known.
//
// DateSent filters are not used: a text that still stands in Twilio's queue
// has no DateSent, and is the very one that must not be sent again. The log
// gives the newest first.
func (a *Adapter) Find(ctx context.Context, out bot.Outbound, since time.Time, known func(sid string) bool) (sid string, found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	svc, c := a.service(ctx)
	p := &api.ListMessageParams{}
	p.SetTo(out.To.Raw())
	if out.From != "" && out.Service == "" {
		p.SetFrom(out.From.Raw())
	}
	p.SetPageSize(100)
	p.SetLimit(maxFind)
	list, err := svc.ListMessage(p)
	if err != nil {
		return "", false, classify(err, c)
	}
	earliest := since.Add(-slack).Truncate(time.Second) // the log knows whole seconds
	for _, m := range list {
		if str(m.Sid) == "" || str(m.Body) != out.Text.Raw() || !strings.HasPrefix(str(m.Direction), "outbound") {
			continue
		}
		if out.Service != "" && str(m.MessagingServiceSid) != out.Service {
			continue
		}
		at, perr := stamp(m.DateCreated)
		if perr != nil || at.Before(earliest) || known != nil && known(*m.Sid) {
			continue
		}
		return *m.Sid, true, nil
	}
	return "", false, nil
}

// Inbound reads what residents sent to one of our numbers since a moment, the
// oldest first; to may be empty for every number of the account. The log does
// not keep buttons, profiles or the addresses of media.
func (a *Adapter) Inbound(ctx context.Context, to bot.Address, since time.Time) ([]bot.Inbound, error) {
	svc, c := a.service(ctx)
	p := &api.ListMessageParams{}
	if to != "" {
		p.SetTo(to.Raw())
	}
	p.SetDateSentAfter(since.UTC().Truncate(24 * time.Hour)) // the filter knows whole days
	p.SetPageSize(1000)
	p.SetLimit(maxInbound)
	list, err := svc.ListMessage(p)
	if err != nil {
		return nil, classify(err, c)
	}
	var out []bot.Inbound
	for _, m := range list {
		at, perr := stamp(m.DateSent)
		if perr != nil {
			at, perr = stamp(m.DateCreated)
		}
		if perr != nil || str(m.Direction) != "inbound" || str(m.Sid) == "" || at.Before(since) {
			continue
		}
		in := bot.Inbound{
			From: bot.Address(str(m.From)), To: bot.Address(str(m.To)), Service: str(m.MessagingServiceSid), ProviderID: *m.Sid,
			Text: bot.Words(clean(str(m.Body))), Kind: bot.KindText, At: at, Late: true,
		}
		in.Channel = in.From.Channel()
		in.Answerable = answerable(in.From)
		if in.Text == "" {
			in.Kind = bot.KindUnsupported
			if n := str(m.NumMedia); n != "" && n != "0" {
				in.Kind = bot.KindMedia
			}
		}
		out = append(out, in)
	}
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b bot.Inbound) int { return a.At.Compare(b.At) })
	return out, nil
}

func str(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// stamp reads a time as Twilio writes it: RFC 2822.
func stamp(p *string) (time.Time, error) { return time.Parse(time.RFC1123Z, str(p)) }
