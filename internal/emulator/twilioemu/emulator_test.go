package twilioemu_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/internal/emulator/twilioemu"

	"github.com/google/go-cmp/cmp"
)

const (
	account  = "AC00000000000000000000000000000001"
	token    = "12345"
	ours     = "+447700900001"
	resident = "+447700900123"
	service  = "MG00000000000000000000000000000001"
	list     = "/2010-04-01/Accounts/" + account + "/Messages.json"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func open(t *testing.T) (*twilioemu.Emulator, *httptest.Server, *clock) {
	t.Helper()
	c := &clock{at: time.Date(2026, 3, 1, 23, 59, 0, 0, time.UTC)}
	e := twilioemu.New(twilioemu.Config{AccountSID: account, AuthToken: token, Now: c.now})
	e.SetNumber(ours, twilioemu.Number{})
	e.SetNumber("whatsapp:"+ours, twilioemu.Number{})
	e.SetService(service, ours)
	srv := httptest.NewServer(e)
	t.Cleanup(func() { e.Close(); srv.Close() })
	return e, srv, c
}

func call(t *testing.T, method, u string, form url.Values) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, u, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(account, token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, _ := io.ReadAll(resp.Body)
	out := map[string]any{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
	}
	return resp.StatusCode, out
}

func TestRefusesWhatTwilioRefuses(t *testing.T) {
	t.Parallel()
	e, srv, _ := open(t)
	e.Receive(t.Context(), twilioemu.Inbound{From: "+447700900200", To: ours, Body: " stop "})
	for _, tc := range []struct {
		name string
		form url.Values
		want float64
	}{
		{"no receiver", url.Values{"From": {ours}, "Body": {"x"}}, 21604},
		{"not a number", url.Values{"From": {ours}, "To": {"07700900123"}, "Body": {"x"}}, 21211},
		{"no sender", url.Values{"To": {resident}, "Body": {"x"}}, 21603},
		{"not our number", url.Values{"From": {"+447700900002"}, "To": {resident}, "Body": {"x"}}, 21606},
		{"not our WhatsApp sender", url.Values{"From": {"whatsapp:+447700900002"}, "To": {"whatsapp:" + resident}, "Body": {"x"}}, 63007},
		{"across channels", url.Values{"From": {ours}, "To": {"whatsapp:" + resident}, "Body": {"x"}}, 63007},
		{"to itself", url.Values{"From": {ours}, "To": {ours}, "Body": {"x"}}, 21266},
		{"no body", url.Values{"From": {ours}, "To": {resident}}, 21602},
		{"1601 characters", url.Values{"From": {ours}, "To": {resident}, "Body": {strings.Repeat("x", 1601)}}, 21617},
		{"801 emoji", url.Values{"From": {ours}, "To": {resident}, "Body": {strings.Repeat("😀", 801)}}, 21617},
		{"opted out", url.Values{"From": {ours}, "To": {"+447700900200"}, "Body": {"x"}}, 21610},
		{"unknown service", url.Values{"MessagingServiceSid": {"MG00000000000000000000000000000009"}, "To": {resident}, "Body": {"x"}}, 21705},
		{"callback with an underscore", url.Values{"From": {ours}, "To": {resident}, "Body": {"x"}, "StatusCallback": {"https://a_b.example/x"}}, 21609},
		{"content id", url.Values{"From": {ours}, "To": {resident}, "ContentSid": {"HX1"}}, 21655},
		{"content variables", url.Values{"From": {ours}, "To": {resident}, "ContentSid": {"HX" + strings.Repeat("0", 32)}, "ContentVariables": {"{"}}, 21656},
	} {
		status, got := call(t, "POST", srv.URL+list, tc.form)
		if status != 400 || got["code"] != tc.want {
			t.Errorf("%s: %d %v, want %v", tc.name, status, got["code"], tc.want)
		}
	}
	req, _ := http.NewRequestWithContext(t.Context(), "GET", srv.URL+list, nil)
	req.SetBasicAuth(account, "wrong")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 401 {
		t.Errorf("a wrong token: %d", resp.StatusCode)
	}
}

func TestTheLogHasTrueDatesAndPages(t *testing.T) {
	t.Parallel()
	e, srv, c := open(t)
	e.SetStatuses(func(twilioemu.Message) []string { return nil }) // stays queued
	for i := range 3 {
		e.Receive(t.Context(), twilioemu.Inbound{From: resident, To: ours, Body: fmt.Sprint("in ", i)})
		call(t, "POST", srv.URL+list, url.Values{"From": {ours}, "To": {resident}, "Body": {fmt.Sprint("out ", i)}})
		c.add(time.Minute) // over midnight after the first
	}
	bodies := func(query string) []string {
		var out []string
		for next := list + "?" + query; ; {
			_, got := call(t, "GET", srv.URL+next, nil)
			rows, _ := got["messages"].([]any)
			for _, r := range rows {
				m, _ := r.(map[string]any)
				out = append(out, m["body"].(string))
			}
			if next, _ = got["next_page_uri"].(string); next == "" {
				return out
			}
			// What comes while a log is paged through must not shift it.
			e.Receive(t.Context(), twilioemu.Inbound{From: resident, To: ours, Body: "meanwhile"})
		}
	}
	for query, want := range map[string][]string{
		"DateSent=2026-03-01":                         {"in 0"},
		"DateSent%3C=2026-03-01":                      {"in 0"},
		"DateSent%3E=2026-03-02&From=%2B447700900123": {"in 2", "in 1"},
		"To=%2B447700900123":                          {"out 2", "out 1", "out 0"},
		"PageSize=2":                                  {"out 2", "in 2", "out 1", "in 1", "out 0", "in 0"},
	} {
		if query == "PageSize=2" {
			continue // last, as it adds to the log
		}
		if diff := cmp.Diff(want, bodies(query)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	if diff := cmp.Diff([]string{"out 2", "in 2", "out 1", "in 1", "out 0", "in 0"}, bodies("PageSize=2")); diff != "" {
		t.Error(diff)
	}
}

func TestAMessagingServiceTellsLater(t *testing.T) {
	t.Parallel()
	e, srv, _ := open(t)
	e.Receive(t.Context(), twilioemu.Inbound{From: resident, To: ours, Body: "STOP"})
	status, got := call(t, "POST", srv.URL+list, url.Values{"MessagingServiceSid": {service}, "To": {resident}, "Body": {"x"}})
	if status != 201 || got["status"] != "accepted" || got["from"] != nil || got["num_segments"] != "0" {
		t.Errorf("%d %v", status, got)
	}
	e.Wait()
	all := e.Messages()
	if m := all[len(all)-1]; m.Status != "failed" || m.Code != 21610 {
		t.Errorf("%+v", m)
	}
}

// hooks records webhooks; answer says what the endpoint does.
type hooks struct {
	mu   sync.Mutex
	got  []url.Values
	sigs []bool
}

func (h *hooks) server(t *testing.T, answer func(n int) int) *httptest.Server {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		h.mu.Lock()
		h.got = append(h.got, r.PostForm)
		h.sigs = append(h.sigs, r.Header.Get("X-Twilio-Signature") == twilioemu.Sign(token, "http://"+r.Host+r.URL.RequestURI(), r.PostForm))
		n := len(h.got)
		h.mu.Unlock()
		w.WriteHeader(answer(n))
	}))
	t.Cleanup(srv.Close)
	return srv
}

func TestRetriesAsTheFragmentSays(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		fragment string
		fails    int // this many 500s, then 200
		tries    int
		last     int
	}{
		{"", 1, 1, 500}, // Twilio's default repeats only a connection that failed
		{"#rc=3&rp=ct,5xx,rt", 2, 3, 200},
		{"#rc=3&rp=ct,5xx,rt", 9, 4, 500},
		{"#rc=9&rp=all", 9, 2, 500}, // more than five counts as not said
	} {
		h := &hooks{}
		srv := h.server(t, func(n int) int {
			if n <= tc.fails {
				return 500
			}
			return 200
		})
		e, _, _ := open(t)
		e.SetNumber(ours, twilioemu.Number{Webhook: srv.URL + "/x?a=b" + tc.fragment})
		_, status := e.Receive(t.Context(), twilioemu.Inbound{From: resident, To: ours, Body: "hi"})
		if len(h.got) != tc.tries || status != tc.last {
			t.Errorf("%q: %d tries, status %d", tc.fragment, len(h.got), status)
		}
		for i, ok := range h.sigs {
			if !ok {
				t.Errorf("%q: try %d is not signed over the address without its fragment", tc.fragment, i)
			}
		}
	}
}

func TestTheFallbackIsTriedOnce(t *testing.T) {
	t.Parallel()
	a, b := &hooks{}, &hooks{}
	e, _, _ := open(t)
	e.SetNumber(ours, twilioemu.Number{
		Webhook:  a.server(t, func(int) int { return 500 }).URL + "/",
		Fallback: b.server(t, func(int) int { return 200 }).URL + "/",
	})
	_, status := e.Receive(t.Context(), twilioemu.Inbound{From: resident, To: ours, Body: "hi"})
	if status != 200 || len(a.got) != 1 || len(b.got) != 1 || a.got[0].Get("MessageSid") != b.got[0].Get("MessageSid") {
		t.Errorf("status %d, %d and %d", status, len(a.got), len(b.got))
	}
}

func TestWebhooksThatComeWrong(t *testing.T) {
	t.Parallel()
	h := &hooks{}
	e, _, _ := open(t)
	e.SetNumber(ours, twilioemu.Number{Webhook: h.server(t, func(int) int { return 200 }).URL + "/"})
	send := func(kind twilioemu.FaultKind, body string) {
		if kind != "" {
			e.Break(twilioemu.Fault{On: "webhook", Kind: kind, Times: 1})
		}
		e.Receive(context.Background(), twilioemu.Inbound{From: resident, To: ours, Body: body})
	}
	send(twilioemu.Duplicate, "a")
	send(twilioemu.Drop, "b")
	send(twilioemu.Reordered, "c")
	send("", "d")
	send(twilioemu.Late, "e")
	send("", "f")
	e.Release()
	var got []string
	for _, f := range h.got {
		got = append(got, f.Get("Body"))
	}
	if diff := cmp.Diff([]string{"a", "a", "d", "c", "f", "e"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOptOutWordsAreAnsweredByTwilio(t *testing.T) {
	t.Parallel()
	e, _, _ := open(t)
	replies := func() int {
		n := 0
		for _, m := range e.Messages() {
			if !m.Inbound {
				n++
			}
		}
		return n
	}
	for _, step := range []struct {
		body string
		want int // replies so far
	}{{"yes", 0}, {"Stop please", 0}, {"QUIT", 1}, {"STOP", 1}, {"HELP", 1}, {"YES", 2}, {"help", 3}, {"UNSTOP", 3}} {
		e.Receive(t.Context(), twilioemu.Inbound{From: resident, To: ours, Body: step.body})
		if got := replies(); got != step.want {
			t.Errorf("after %q: %d replies, want %d", step.body, got, step.want)
		}
	}
	e.Receive(t.Context(), twilioemu.Inbound{From: "whatsapp:" + resident, To: "whatsapp:" + ours, Body: "STOP"})
	if got := replies(); got != 3 {
		t.Errorf("WhatsApp: %d replies", got)
	}
}
