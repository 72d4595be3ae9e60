package main

import (
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func encode(v url.Values) string { return v.Encode() }

func TestServeAnswersAndStops(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	s := o.serve(t)
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/nothing": 404} {
		if got, _ := s.get(path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	text := map[string]string{"MessageSid": "SM" + strings.Repeat("0", 31) + "1", "From": aResident, "To": ourNumber, "Body": "hello", "NumMedia": "0"}
	if got := s.post("/twilio/messages", text); got != 200 {
		t.Fatalf("a text: %d\n%s", got, s.errs())
	}
	first := o.sent(t, s, 2)
	if got := s.post("/twilio/messages", text); got != 200 {
		t.Errorf("the same text again: %d", got)
	}
	text["MessageSid"], text["To"] = "SM"+strings.Repeat("0", 31)+"2", "+447700900099"
	if got := s.post("/twilio/messages", text); got != 200 {
		t.Errorf("a number no programme has: %d", got)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("SIGTERM: exit %d\n%s", code, s.errs())
	}
	if again := o.sent(t, s, 2); len(again) != len(first) {
		t.Errorf("the repeat was answered: %q", again)
	}
	for _, secret := range []string{aResident, "7700900123", "hello", authToken, "xoxb-test"} {
		if strings.Contains(s.errs(), secret) {
			t.Errorf("the log shows %q", secret)
		}
	}

	why := linkline(t, o.env, "", "why", aResident)
	if why.code != 0 || !strings.Contains(why.out, "agreement") || strings.Contains(why.out, "hello") {
		t.Errorf("why: %+v", why)
	}
	if why = linkline(t, o.env, "", "why", aResident, "--reveal"); !strings.Contains(why.out, "> hello") {
		t.Errorf("why --reveal: %+v", why)
	}
	if why = linkline(t, o.env, "", "why", "BDD-2222"); why.code != 1 {
		t.Errorf("why with a reference nobody has: %+v", why)
	}
}

func TestServeRefusesToStart(t *testing.T) {
	t.Parallel()
	base := newOutside(t, liveConfig)
	with := func(k, v string) map[string]string {
		env := map[string]string{}
		for a, b := range base.env {
			env[a] = b
		}
		env[k] = v
		return env
	}
	file := func(name, text string) string {
		p := base.dir + "/" + name
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	bare := strings.SplitN(liveConfig, "rehearsal:", 2)[1]
	for name, c := range map[string]struct {
		env  map[string]string
		code int
		says string
	}{
		"an empty token":      {with("TWILIO_AUTH_TOKEN", ""), 1, "TWILIO_AUTH_TOKEN"},
		"no Redis":            {with("REDIS_URL", "redis://127.0.0.1:1/0"), 3, ""},
		"a wrong Slack token": {with("SLACK_BOT_TOKEN", "xoxb-other"), 3, "SLACK_BOT_TOKEN"},
		"no configuration":    {with("LINKLINE_CONFIG", base.dir+"/none.yaml"), 1, "LINKLINE_CONFIG"},
		"no controller":       {with("LINKLINE_CONFIG", file("bare.yaml", "rehearsal:"+bare)), 1, "controller"},
		"three mistakes": {with("LINKLINE_CONFIG", file("three.yaml", "nonsense: 1\nprogrammes:\n  - id: BDD\n    numbers: {sms: \"07700\"}\n    slack: {channel: C0123456789}\n")),
			1, "three.yaml:4:20"},
		"a keyset that is none": {with("LINKLINE_KEYSET", "base64:AAAA"), 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := linkline(t, c.env, "", "serve")
			if got.code != c.code || !strings.Contains(got.errs, c.says) {
				t.Errorf("exit %d, want %d\n%s", got.code, c.code, got.errs)
			}
			if !strings.Contains(got.errs, "(") {
				t.Errorf("no hint: %s", got.errs)
			}
		})
	}
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "linkline.yaml")
	if err := os.WriteFile(file, []byte("nonsense: 1\nprogrammes:\n  - id: bdd\n    flow: mine.yaml\n    numbers: {sms: \"07700\"}\n    slack: {channel: C0123456789}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := linkline(t, map[string]string{"LINKLINE_CONFIG": file, "LINKLINE_KEYSET": "base64:AAAA", "REDIS_URL": "h:1", "TWILIO_AUTH_TOKEN": " "}, "", "serve")
	if got.code != 1 {
		t.Errorf("exit %d", got.code)
	}
	lines := strings.Split(strings.TrimSpace(got.errs), "\n")
	var at []string
	for _, line := range lines {
		place, _, _ := strings.Cut(line, ": ")
		at = append(at, strings.TrimPrefix(place, file))
		if !strings.HasSuffix(line, ")") {
			t.Errorf("no hint: %s", line)
		}
	}
	want := []string{
		"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "LINKLINE_PUBLIC_URL", "REDIS_URL", "LINKLINE_KEYSET",
		":1:1", ":5:20", ":3:5", ":1:1", ":1:1",
	}
	if d := cmp.Diff(want, at); d != "" {
		t.Errorf("%s\n%s", d, got.errs)
	}
}

func TestACommandAsksOnlyForWhatItUses(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	s := o.serve(t)
	o.talk(t, s, "hello")
	s.stop()
	few := map[string]string{}
	for _, k := range []string{"LINKLINE_CONFIG", "LINKLINE_KEYSET", "REDIS_URL"} {
		few[k] = o.env[k]
	}
	for _, args := range [][]string{{"why", aResident}, {"resident", "export", aResident}} {
		if got := linkline(t, few, "", args...); got.code != 0 || got.errs != "" {
			t.Errorf("%v: %+v", args, got)
		}
	}
	few["REDIS_URL"] = "redis://127.0.0.1:1/0"
	for _, args := range [][]string{{"why", aResident}, {"why", "BDD-2222"}, {"resident", "export", aResident}} {
		if got := linkline(t, few, "", args...); got.code != 3 || !strings.HasSuffix(got.errs, ")\n") {
			t.Errorf("%v without Redis: %+v", args, got)
		}
	}
	delete(few, "LINKLINE_KEYSET")
	got := linkline(t, few, "", "why", aResident)
	if want := "LINKLINE_KEYSET: is not set (make one with: linkline keys new)\n"; got.code != 1 || got.errs != want {
		t.Errorf("why without a keyset: %+v", got)
	}
}

func TestAWrongKeysetIsRefused(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	s := o.serve(t)
	if code := s.stop(); code != 0 {
		t.Fatalf("exit %d", code)
	}
	other := linkline(t, nil, "", "keys", "new")
	o.env["LINKLINE_KEYSET"] = strings.TrimSpace(other.out)
	got := linkline(t, o.env, "", "serve")
	if got.code != 1 || !strings.Contains(strings.ToLower(got.errs), "keyset") {
		t.Errorf("%+v", got)
	}
}

func TestAPublicChannelIsRefused(t *testing.T) {
	t.Parallel()
	o := newOutside(t, strings.Replace(liveConfig, "alerts: C0987654321", "alerts: C0PUBLIC000", 1))
	o.slack.AddChannel(publicChannel)
	got := linkline(t, o.env, "", "serve")
	if got.code == 0 || !strings.Contains(got.errs, "public") {
		t.Errorf("%+v", got)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	k := linkline(t, nil, "", "keys", "new")
	if k.code != 0 || !strings.HasPrefix(k.out, "base64:") {
		t.Fatalf("%+v", k)
	}
	if _, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(k.out), "base64:")); err != nil {
		t.Error(err)
	}
	r := linkline(t, map[string]string{"LINKLINE_KEYSET": strings.TrimSpace(k.out)}, "", "keys", "rotate")
	if r.code != 0 || !strings.HasPrefix(r.out, "base64:") || r.out == k.out || strings.Count(r.out, "\n") != 1 {
		t.Errorf("%+v", r)
	}
	for _, word := range []string{"old key", "every machine", "start\n   linkline serve again"} {
		if !strings.Contains(r.errs, word) {
			t.Errorf("what to do next does not say %q: %s", word, r.errs)
		}
	}
}

func TestBothSecretsHoldWhileTheyRotate(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	o.env["TWILIO_AUTH_TOKEN"] = authToken + ", fedcba9876543210fedcba9876543210"
	o.env["SLACK_SIGNING_SECRET"] = "new,secret"
	s := o.serve(t)
	o.talk(t, s, "hello") // signed with the first, and sent with it
	o.env["TWILIO_AUTH_TOKEN"] = " , "
	if got := linkline(t, o.env, "", "serve"); got.code != 1 {
		t.Errorf("a token that is only a comma: %+v", got)
	}
	s.post("/twilio/messages", map[string]string{"MessageSid": "SM" + strings.Repeat("b", 32), "From": aResident, "To": ourNumber, "Body": "1", "NumMedia": "0"})
	o.slack.Endpoints(s.url+"/slack/events", s.url+"/slack/interactions", s.url+"/slack/commands")
	if said, err := o.slack.Command(t.Context(), "U0AAAAAAA", "C0123456789", "/linkline", "help"); err != nil || said == "" {
		t.Errorf("signed with the second secret: %q %v", said, err)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit %d\n%s", code, s.errs())
	}
}
