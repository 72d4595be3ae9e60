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
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	slackapi "linkline/adapters/slack"
	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/flows"
	"linkline/internal/app"
	"linkline/internal/app/apptest"
	"linkline/internal/config"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
	"linkline/internal/vault"

	"golang.org/x/sync/errgroup"
)

// BenchmarkWebhook posts signed texts over loopback and waits until their
// reply is committed; beside it, in the same run, a bare handler that only
// does the same script, and redis-benchmark calling a script of the kind. The
// ratios are what counts: at least one half, and at least one quarter.
func BenchmarkWebhook(b *testing.B) {
	redis := storetest.Redis(b)
	a, bare, public := benchApp(b, redis)
	ceiling := evalshaRate(b, redis.Addrs[0])
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
				b.ReportMetric(rates[1]/ceiling, "of-evalsha")
			}
		})
		a.Wait()
	}
}

// BenchmarkPaced posts a thousand texts a second, each at its time whether or
// not those before it are answered, and tells how long a commit took.
func BenchmarkPaced(b *testing.B) {
	const rate, seconds = 1000, 3
	a, _, public := benchApp(b, storetest.Redis(b))
	srv := httptest.NewServer(a.Handler())
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	for range 1000 {
		if err := postText(client, srv.URL, public); err != nil {
			b.Fatal(err)
		}
	}
	var took []time.Duration
	for b.Loop() {
		var mu sync.Mutex
		var g errgroup.Group
		begin := time.Now()
		for i := range rate * seconds {
			due := begin.Add(time.Duration(i) * time.Second / rate)
			<-time.After(time.Until(due))
			g.Go(func() error {
				err := postText(client, srv.URL, public)
				d := time.Since(due)
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
				return err
			})
		}
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	a.Wait()
	slices.Sort(took)
	at := func(share float64) float64 { return took[int(share*float64(len(took)-1))].Seconds() * 1000 }
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
}

// evalshaRate is how often a second redis-benchmark calls a script that does
// what any commit must: read 1.5 kB of a hash, write it back, note a wake-up
// and a line of a stream. Fifty connections, nothing pipelined.
func evalshaRate(b *testing.B, socket string) float64 {
	b.Helper()
	const script = `local s = redis.call('HMGET', KEYS[1], 's', 'v') redis.call('HSET', KEYS[1], 's', s[1] or string.rep('x', 1500), 'v', (s[2] or 0) + 1) redis.call('ZADD', KEYS[1] .. 'z', 1, 'k') redis.call('XADD', KEYS[1] .. 'x', 'MAXLEN', '~', '100', '*', 'e', '1') return 1`
	out, err := exec.CommandContext(b.Context(), "redis-cli", "-s", socket, "SCRIPT", "LOAD", script).Output()
	if err != nil {
		b.Fatal(err)
	}
	sha := strings.TrimSpace(string(out))
	out, err = exec.CommandContext(b.Context(), "redis-benchmark", "-s", socket, "-c", "50", "-n", "60000", "-r", "900", "-q", "EVALSHA", sha, "1", "ceiling:__rand_int__").Output()
	if err != nil {
		b.Fatal(err)
	}
	m := regexp.MustCompile(`([0-9.]+) requests per second`).FindAllSubmatch(out, -1)
	if m == nil {
		b.Fatalf("redis-benchmark said nothing of a rate: %q", out)
	}
	rate, err := strconv.ParseFloat(string(m[len(m)-1][1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return rate
}

// BenchmarkMemory is what Redis keeps of one resident: of a conversation that
// is idle, its journal apart, and of one with a referral, journal, card and all.
func BenchmarkMemory(b *testing.B) {
	redis := storetest.Redis(b)
	w := apptest.New(b, apptest.Options{Redis: &redis})
	var idle, done float64
	for i := 0; b.Loop(); i++ {
		phone := fmt.Sprintf("+447700900%03d", 100+i)
		all, journals := kept(b, redis.Addrs[0], "{*"), kept(b, redis.Addrs[0], "{*}:h:*")
		w.Text(phone, "hello")
		idle = kept(b, redis.Addrs[0], "{*") - all - (kept(b, redis.Addrs[0], "{*}:h:*") - journals)
		for _, text := range []string{"yes", "1", "1", "1", "Ada", "IG11", "1"} {
			w.Text(phone, text)
		}
		done = kept(b, redis.Addrs[0], "{*") - all
		if said := w.To(phone); !strings.Contains(said[len(said)-1], "Ada") {
			b.Fatalf("no referral came of it: %q", said)
		}
	}
	b.ReportMetric(idle, "idle-bytes")
	b.ReportMetric(done, "referred-bytes")
}

// kept is what the keys of a pattern take together, in bytes.
func kept(b *testing.B, socket, pattern string) float64 {
	b.Helper()
	const sum = `local n = 0 for _, k in ipairs(redis.call('KEYS', ARGV[1])) do n = n + redis.call('MEMORY', 'USAGE', k, 'SAMPLES', '0') end return n`
	out, err := exec.CommandContext(b.Context(), "redis-cli", "-s", socket, "EVAL", sum, "0", pattern).Output()
	if err != nil {
		b.Fatal(err)
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		b.Fatalf("%q: %v", out, err)
	}
	return n
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
func benchApp(b *testing.B, redis redisstore.Options) (*app.App, http.Handler, string) {
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
		Config: conf, Keyset: keys, PublicURL: public, Redis: redis, Log: slog.New(slog.DiscardHandler),
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
