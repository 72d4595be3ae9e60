package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"linkline/internal/emulator/slackemu"
	"linkline/internal/emulator/twilioemu"
)

// front is the web server that stands before linkline in the world: its
// address is the public one, with a path of its own.
func (o *outside) front(t *testing.T) (to func(string)) {
	t.Helper()
	var at atomic.Pointer[url.URL] // the server's goroutines read it
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		behind := at.Load()
		if behind == nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		http.StripPrefix("/hook", httputil.NewSingleHostReverseProxy(behind)).ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	o.env["LINKLINE_PUBLIC_URL"] = srv.URL + "/hook"
	return func(u string) {
		behind, err := url.Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		at.Store(behind)
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	to := o.front(t)
	sick := linkline(t, o.env, "", "doctor")
	if sick.code != 1 {
		t.Errorf("exit %d with everything wrong", sick.code)
	}
	for _, want := range []string{
		o.env["LINKLINE_PUBLIC_URL"] + "/twilio/messages#rc=3&rp=ct,5xx,rt", // the exact address to paste
		"says nothing when this server is away", "<Response><Message>", "hear nothing", "a call without a signature got 502",
		"appendfsync always", "not https", "heartbeat_url is empty",
	} {
		if !strings.Contains(sick.out, want) {
			t.Errorf("it does not say %q:\n%s", want, sick.out)
		}
	}

	public := o.env["LINKLINE_PUBLIC_URL"]
	o.phone.SetNumber(ourNumber, twilioemu.Number{
		Webhook: public + "/twilio/messages#rc=3&rp=ct,5xx,rt", Fallback: "https://handler.example.org/bin", Voice: public + "/twilio/voice",
	})
	s := o.serve(t)
	to(s.url)
	well := linkline(t, o.env, "", "doctor")
	for _, want := range []string{"the number of bdd is set as it should be", "a signed call goes round", "the channels are private", "the credentials are right", "clock"} {
		if !strings.Contains(well.out, want) {
			t.Errorf("it does not say %q:\n%s", want, well.out)
		}
	}
	// What is left are the things a test cannot have: https, and a Redis on disk.
	if n := strings.Count(well.out, "WRONG"); n != 2 {
		t.Errorf("%d things are wrong:\n%s", n, well.out)
	}
	for _, out := range []string{sick.out, well.out, sick.errs, well.errs} {
		if strings.Contains(out, ourNumber) || strings.Contains(out, authToken) {
			t.Error("a number or a token is shown")
		}
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}

	o.env["TWILIO_AUTH_TOKEN"] = "wrong_token-with-signs"
	o.slack.AddChannel(slackemu.Channel{ID: "C0987654321", Name: "alerts", Members: []string{"U0LINKLINE"}})
	worse := linkline(t, o.env, "", "doctor")
	for _, want := range []string{"check TWILIO_ACCOUNT_SID", "is public"} {
		if !strings.Contains(worse.out, want) {
			t.Errorf("it does not say %q:\n%s", want, worse.out)
		}
	}
}
