package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/adapters/adaptertest"
	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/internal/emulator/twilioemu"
)

func TestSMS(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(t *testing.T) *adaptertest.Channel { return openChannel(t, "") })
}

func TestWhatsApp(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(t *testing.T) *adaptertest.Channel { return openChannel(t, "whatsapp:") })
}

// openChannel is one channel between the adapter and an emulated Twilio.
func openChannel(t *testing.T, prefix string) *adaptertest.Channel {
	t.Helper()
	var mu sync.Mutex
	var ahead time.Duration
	var down bool
	texts, receipts := make(chan bot.Inbound, 64), make(chan bot.Receipt, 64)
	emu := twilioemu.New(twilioemu.Config{AccountSID: account, AuthToken: token, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(ahead)
	}})
	mux := http.NewServeMux()
	app, api := httptest.NewServer(mux), httptest.NewServer(emu)
	t.Cleanup(func() { emu.Close(); app.Close(); api.Close() })
	public, _ := url.Parse(app.URL)
	a, err := twilio.New(twilio.Config{AccountSID: account, AuthTokens: []string{token}, PublicURL: public, APIURL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/twilio/messages", a.Messages(time.Now, func(_ context.Context, in bot.Inbound) error {
		mu.Lock()
		defer mu.Unlock()
		if down {
			return errors.New("down")
		}
		texts <- in
		return nil
	}))
	mux.Handle("/twilio/status", a.Status(func(_ context.Context, r bot.Receipt) error { receipts <- r; return nil }))
	from, to := prefix+resident, prefix+ours
	emu.SetNumber(to, twilioemu.Number{Webhook: app.URL + "/twilio/messages"})
	faults := map[adaptertest.Fault]twilioemu.Fault{
		adaptertest.Busy: {Kind: twilioemu.TooMany, RetryAfter: 7}, adaptertest.Refused: {Kind: twilioemu.Code, Code: 21614},
		adaptertest.FailBefore: {Kind: twilioemu.Internal}, adaptertest.FailAfter: {Kind: twilioemu.AfterAccept},
		adaptertest.CutBefore: {Kind: twilioemu.CutBefore}, adaptertest.CutAfter: {Kind: twilioemu.CutAfter}, adaptertest.Denied: {Kind: twilioemu.NoAuth},
	}
	return &adaptertest.Channel{
		Kind: bot.Address(to).Channel(), Adapter: a, Ours: bot.Address(to), Resident: bot.Address(from),
		Text: func(body, repeat string) (string, bool) {
			id, status := emu.Receive(context.Background(), twilioemu.Inbound{From: from, To: to, Body: body, SID: repeat})
			return id, status == 200
		},
		Forge: func(body string) {
			form := url.Values{"MessageSid": {"SM" + strings.Repeat("0", 32)}, "AccountSid": {account}, "From": {from}, "To": {to}, "Body": {body}}
			if resp, err := http.PostForm(app.URL+"/twilio/messages", form); err == nil {
				_ = resp.Body.Close()
			}
		},
		Lose: func() { emu.Break(twilioemu.Fault{On: "webhook", Kind: twilioemu.Drop, Times: 1}) },
		Break: func(f adaptertest.Fault) {
			x := faults[f]
			x.On, x.Times = "create", 1
			emu.Break(x)
		},
		StoreDown: func(d bool) { mu.Lock(); defer mu.Unlock(); down = d },
		Age:       func(d time.Duration) { mu.Lock(); defer mu.Unlock(); ahead += d },
		Delivered: func() []string {
			emu.Wait()
			var out []string
			for _, m := range emu.Messages() {
				if !m.Inbound && m.To == from {
					out = append(out, m.Body)
				}
			}
			return out
		},
		Texts: texts, Receipts: receipts,
	}
}
