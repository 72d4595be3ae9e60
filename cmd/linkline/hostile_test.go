package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/internal/emulator/slackemu"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore/storetest"
)

const publicURL = "https://linkline.example.org/hook"

// aText is a webhook as Twilio sends it, all right.
func aText(n int, body string) url.Values {
	return url.Values{
		"AccountSid": {accountSID}, "MessageSid": {fmt.Sprintf("SM%032d", n)}, "From": {aResident}, "To": {ourNumber}, "Body": {body}, "NumMedia": {"0"},
	}
}

// raw sends a request as a test makes it and returns its status.
func (s *server) raw(req *http.Request) int {
	s.t.Helper()
	resp, err := http.DefaultClient.Do(req.WithContext(s.t.Context()))
	if err != nil {
		s.t.Errorf("%s %s: %v", req.Method, req.URL.Path, err)
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// webhook is a signed request, for a test to spoil.
func (s *server) webhook(path string, form url.Values) *http.Request {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", twilioemu.Sign(authToken, publicURL+path, form))
	return req
}

// body replaces what a request carries.
func body(req *http.Request, text string) {
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
}

// TestAHostileCaller calls a running linkline serve as anybody on the internet
// could. What is refused leaves no trace, and residents are answered all the
// while.
func TestAHostileCaller(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	s := o.serve(t)
	const texts = "/twilio/messages"
	n := 100
	for _, c := range []struct {
		name  string
		want  int
		spoil func(*http.Request, url.Values)
	}{
		{"unsigned", 403, func(r *http.Request, _ url.Values) { r.Header.Del("X-Twilio-Signature") }},
		{"an empty signature", 403, func(r *http.Request, _ url.Values) { r.Header.Set("X-Twilio-Signature", "") }},
		{"a forged signature", 403, func(r *http.Request, _ url.Values) {
			r.Header.Set("X-Twilio-Signature", strings.Repeat("A", 27)+"=")
		}},
		{"a signature that is no base64", 403, func(r *http.Request, _ url.Values) { r.Header.Set("X-Twilio-Signature", "\xff\xfe") }},
		{"signed with an empty token", 403, func(r *http.Request, f url.Values) {
			r.Header.Set("X-Twilio-Signature", twilioemu.Sign("", publicURL+texts, f))
		}},
		{"signed for another host", 403, func(r *http.Request, f url.Values) {
			r.Host = "evil.example"
			r.Header.Set("X-Twilio-Signature", twilioemu.Sign(authToken, "https://evil.example"+texts, f))
		}},
		{"signed for where it really listens", 403, func(r *http.Request, f url.Values) {
			r.Header.Set("X-Twilio-Signature", twilioemu.Sign(authToken, "http://"+r.URL.Host+texts, f))
		}},
		{"another host, as a proxy would say it", 403, func(r *http.Request, f url.Values) {
			r.Header.Set("X-Forwarded-Host", "evil.example")
			r.Header.Set("X-Twilio-Signature", twilioemu.Sign(authToken, "https://evil.example"+texts, f))
		}},
		{"a word changed after signing", 403, func(r *http.Request, f url.Values) {
			f.Set("Body", "STOP")
			body(r, f.Encode())
		}},
		{"a query added after signing", 403, func(r *http.Request, _ url.Values) { r.URL.RawQuery = "a=b" }},
		{"another account's", 403, func(r *http.Request, f url.Values) {
			f.Set("AccountSid", "AC"+strings.Repeat("9", 32))
			body(r, f.Encode())
			r.Header.Set("X-Twilio-Signature", twilioemu.Sign(authToken, publicURL+texts, f))
		}},
		{"a key twice", 400, func(r *http.Request, f url.Values) { body(r, f.Encode()+"&Body=another") }},
		{"no form at all", 400, func(r *http.Request, _ url.Values) { body(r, "Body=%zz") }},
		{"GET", 405, func(r *http.Request, _ url.Values) { r.Method = http.MethodGet }},
		{"PUT", 405, func(r *http.Request, _ url.Values) { r.Method = http.MethodPut }},
		{"JSON", 415, func(r *http.Request, _ url.Values) {
			body(r, `{"Body":"hello"}`)
			r.Header.Set("Content-Type", "application/json")
		}},
		{"a form of files", 415, func(r *http.Request, _ url.Values) {
			r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		}},
		{"no type", 415, func(r *http.Request, _ url.Values) { r.Header.Del("Content-Type") }},
		{"a huge body", 413, func(r *http.Request, f url.Values) { body(r, f.Encode()+"&Extra="+strings.Repeat("x", 64<<10)) }},
		{"a huge body of unknown length", 413, func(r *http.Request, f url.Values) {
			body(r, f.Encode()+"&Extra="+strings.Repeat("x", 1<<20))
			r.ContentLength = -1
		}},
		{"a path that is none", 404, func(r *http.Request, _ url.Values) { r.URL.Path = "/twilio/message" }},
		{"a path with a slash too many", 404, func(r *http.Request, _ url.Values) { r.URL.Path = texts + "/" }},
	} {
		n++
		form := aText(n, "zebra "+c.name)
		req := s.webhook(texts, form)
		c.spoil(req, form)
		if got := s.raw(req); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	s.callSlack(t)
	if got := s.raw(s.webhook("/twilio/status", url.Values{"AccountSid": {accountSID}, "MessageSid": {"SM" + strings.Repeat("f", 32)}, "MessageStatus": {"delivered"}})); got != 204 {
		t.Errorf("a receipt of a message nobody sent: %d", got)
	}

	ok := s.webhook(texts, aText(1, "hello"))
	ok.Host = "evil.example" // what Host says decides nothing
	if got := s.raw(ok); got != 200 {
		t.Errorf("a real text: %d\n%s", got, s.errs())
	}
	broken := aText(2, "1")
	broken.Set("Body", "\xff\xfe 1 \x00")
	if got := s.raw(s.webhook(texts, broken)); got != 200 {
		t.Errorf("a text in no encoding: %d", got)
	}
	if all := o.sent(t, s, 3); !strings.HasPrefix(all[0], "Hello, this is Linkline") {
		t.Errorf("answered with %q", all)
	}
	why := linkline(t, o.env, "", "why", aResident, "--reveal")
	for _, trace := range []string{why.out, s.errs()} {
		if strings.Contains(trace, "zebra") || strings.Contains(trace, "another") {
			t.Errorf("a refused call left a trace:\n%s", trace)
		}
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit %d\n%s", code, s.errs())
	}
}

// callSlack calls Slack's routes as somebody who is not Slack.
func (s *server) callSlack(t *testing.T) {
	t.Helper()
	const text = `{"type":"url_verification","challenge":"zebra"}`
	stamp := func(ago time.Duration) string { return strconv.FormatInt(time.Now().Add(-ago).Unix(), 10) }
	for name, c := range map[string]struct {
		at, signature, method string
		want                  int
	}{
		"signed":             {stamp(0), "", "POST", 200},
		"forged":             {stamp(0), "v0=" + strings.Repeat("0", 64), "POST", 401},
		"of ten minutes ago": {stamp(10 * time.Minute), "", "POST", 401},
		"of the future":      {stamp(-10 * time.Minute), "", "POST", 401},
		"of no time":         {"yesterday", "", "POST", 401},
		"GET":                {stamp(0), "", "GET", 405},
	} {
		for _, path := range []string{"/slack/events", "/slack/interactions", "/slack/commands"} {
			if c.want == 200 && path != "/slack/events" {
				continue
			}
			req, err := http.NewRequest(c.method, s.url+path, strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if c.signature == "" {
				c.signature = slackemu.Sign("secret", c.at, []byte(text))
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("X-Slack-Request-Timestamp", c.at)
			req.Header.Set("X-Slack-Signature", c.signature)
			if got := s.raw(req); got != c.want {
				t.Errorf("%s, %s: %d, want %d", path, name, got, c.want)
			}
		}
	}
}

// TestWhoeverSendsSlowlyKeepsNobodyWaiting: callers that never finish are cut
// off, and a text that comes meanwhile is answered.
func TestWhoeverSendsSlowlyKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	s := o.serve(t)
	addr := strings.TrimPrefix(s.url, "http://")
	var slow []net.Conn
	for i := range 20 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		head := "POST /twilio/messages HTTP/1.1\r\nHost: linkline.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\n"
		if i%2 == 0 {
			head += "Content-Length: 1000\r\n\r\nBody=zebra"
		}
		if _, err := io.WriteString(c, head); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	if got := s.raw(s.webhook("/twilio/messages", aText(1, "hello"))); got != 200 {
		t.Errorf("a real text beside them: %d\n%s", got, s.errs())
	}
	o.sent(t, s, 2)
	for _, c := range slow { // each ends by itself: the test's own time limit waits for it
		for r := bufio.NewReader(c); ; {
			line, err := r.ReadString('\n')
			if strings.HasPrefix(line, "HTTP/1.1 2") {
				t.Errorf("half a request was taken: %s", line)
			}
			if err != nil {
				break
			}
		}
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit %d\n%s", code, s.errs())
	}
}

// TestTwoReplicasAndARedisThatDies: every text goes to both replicas, Redis
// dies in between, and each text is answered once.
func TestTwoReplicasAndARedisThatDies(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	srv := storetest.Durable(t)
	o.env["REDIS_URL"] = "unix://" + srv.Options.Addrs[0]
	replicas := []*server{o.serve(t), o.serve(t)}
	both := func(form url.Values) (status []int) {
		status = make([]int, len(replicas))
		var all sync.WaitGroup
		for i, s := range replicas {
			all.Go(func() { status[i] = s.raw(s.webhook("/twilio/messages", form)) })
		}
		all.Wait()
		return status
	}
	until := func(form url.Values, want int) {
		t.Helper()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for { // the test's own time limit ends it
			status := both(form)
			if status[0] == want && status[1] == want {
				return
			}
			for _, got := range status {
				if got != 200 && got != 503 {
					t.Fatalf("status %v", status)
				}
			}
			<-tick.C
		}
	}
	until(aText(1, "hello"), 200)
	o.sent(t, replicas[0], 2)
	until(aText(2, "1"), 200)
	o.sent(t, replicas[0], 3)

	srv.Kill()
	lost := aText(3, "1")
	until(lost, 503)
	for _, s := range replicas {
		if got, _ := s.get("/readyz"); got == 200 {
			t.Error("ready without Redis")
		}
		if got, _ := s.get("/healthz"); got != 200 {
			t.Errorf("healthz without Redis: %d", got)
		}
	}
	srv.Start()
	until(lost, 200) // as Twilio brings it again
	all := o.sent(t, replicas[0], 4)
	if !strings.Contains(all[3], "Is it safe") {
		t.Errorf("after the restart: %q", all[3])
	}
	until(aText(4, "1"), 200)
	o.sent(t, replicas[0], 5)
	for _, s := range replicas {
		if code := s.stop(); code != 0 {
			t.Errorf("exit %d\n%s", code, s.errs())
		}
	}
	if all := o.sent(t, replicas[0], 5); len(all) != 5 {
		t.Errorf("%d texts were sent, want 5: %q", len(all), all)
	}
}
