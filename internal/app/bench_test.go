package app_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	slackapi "linkline/adapters/slack"
	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/flows"
	"linkline/internal/app"
	"linkline/internal/config"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
	"linkline/internal/vault"
)

// BenchmarkWebhook posts signed texts over loopback and waits until their
// reply is committed; beside it, in the same run, a bare handler that only
// does the same script. The ratio is what DESIGN bounds: at least one half.
func BenchmarkWebhook(b *testing.B) {
	a, bare, public := benchApp(b)
	var rates [2]float64
	for i, side := range []struct {
		name string
		h    http.Handler
	}{{"bare", bare}, {"whole", a.Handler()}} {
		b.Run(side.name, func(b *testing.B) {
			srv := httptest.NewServer(side.h)
			defer srv.Close()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			for range 1000 { // connections, pools and conversations are there
				if err := postText(client, srv.URL, public); err != nil {
					b.Fatal(err)
				}
			}
			b.SetParallelism(16)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := postText(client, srv.URL, public); err != nil {
						b.Error(err)
						return
					}
				}
			})
			rates[i] = float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rates[i], "texts/s")
			if i == 1 {
				b.ReportMetric(rates[1]/rates[0], "of-bare")
			}
		})
		a.Wait()
	}
}

var posted atomic.Int64

// postText signs and posts the next text; nine hundred residents take turns.
func postText(client *http.Client, to, public string) error {
	n := posted.Add(1)
	form := url.Values{
		"MessageSid": {fmt.Sprintf("SM%032x", n)}, "AccountSid": {account}, "From": {fmt.Sprintf("+447700900%03d", 100+n%900)}, "To": {ours},
		"Body": {"hello"}, "NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	req, err := http.NewRequest(http.MethodPost, to+"/twilio/messages", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", twilioemu.Sign(token, public+"/twilio/messages", form))
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

// benchApp is the whole with a provider that takes everything at once, and a
// bare handler on the same Redis: a form, one read, one commit.
func benchApp(b *testing.B) (*app.App, http.Handler, string) {
	b.Helper()
	const base = "https://linkline.example"
	public, err := url.Parse(base)
	if err != nil {
		b.Fatal(err)
	}
	conf, err := config.Parse("linkline.yaml", []byte(strings.Replace(setup, "LANGS", "en", 1)), config.Known{Flows: flows.Names(), Languages: []string{"en"}})
	if err != nil {
		b.Fatal(err)
	}
	keys, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	a, err := app.New(b.Context(), app.Options{
		Config: conf, Keyset: keys, PublicURL: public, Redis: storetest.Redis(b), Log: slog.New(slog.DiscardHandler),
		Twilio: twilio.Config{AccountSID: account, AuthTokens: []string{token}, APIURL: base},
		Slack:  slackapi.Config{BotToken: "xoxb-test", SigningSecrets: []string{"secret"}, APIURL: base + "/api/"},
		Flood:  app.Flood{Burst: 1 << 30, Every: time.Nanosecond},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Close() })
	a.Outbox.Provider = taker{}
	state := make([]byte, 1500)
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		cid, id := bot.CID("bare"+r.PostForm.Get("From")[1:]), r.PostForm.Get("MessageSid")
		for {
			l, err := a.Store.Load(r.Context(), cid)
			if err != nil {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			if _, err = a.Store.Commit(r.Context(), redisstore.Commit{
				CID: cid, Version: l.Version, EventID: id, State: state, Routing: bot.Routing{LastIn: time.Now()},
				Entries: map[bot.Lane][]bot.Entry{bot.LaneReply: {{OID: bot.OID(id + ".0"), Kind: bot.EntryFlow, Lock: bot.LockSafe, Text: "a reply of usual length"}}},
				Journal: &bot.JournalLine{EventID: id, Version: l.Version + 1},
			}); err == nil {
				return
			}
		}
	})
	return a, bare, base
}

// taker accepts every text.
type taker struct{}

func (taker) Send(context.Context, bot.Outbound) (bot.Sent, error) {
	return bot.Sent{SID: fmt.Sprintf("SM%032x", posted.Add(1)<<32), Segments: 1}, nil
}

func (taker) Find(context.Context, bot.Outbound, time.Time, func(string) bool) (string, bool, error) {
	return "", false, nil
}
