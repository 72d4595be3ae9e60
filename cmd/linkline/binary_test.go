package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"linkline/internal/emulator/slackemu"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore/storetest"
)

// asProgram makes the test binary behave as linkline itself, so that tests
// drive the real command through its arguments, streams, signals and exit code.
const asProgram = "LINKLINE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		os.Exit(run(ctx, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// result is what a finished command left behind.
type result struct {
	out, errs string
	code      int
}

// program prepares linkline with an environment of its own: nothing of the
// machine's reaches it.
func program(t testing.TB, env map[string]string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Env = []string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	for k, v := range env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	cmd.Dir = t.TempDir()
	return cmd
}

// linkline runs a command to its end.
func linkline(t testing.TB, env map[string]string, stdin string, args ...string) result {
	t.Helper()
	cmd := program(t, env, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

const (
	accountSID = "AC00000000000000000000000000000001"
	authToken  = "0123456789abcdef0123456789abcdef"
	ourNumber  = "+447700900001"
	aResident  = "+447700900123"
)

const liveConfig = `controller: {name: Example Charity, contact: "020 7946 0000", privacy_url: "https://example.org/privacy"}
safety: {lead: U0CCCCCCC, on_call: ["+447700900900"], council: "020 7946 0999"}
rehearsal: {phones: ["+447700900777"]}
programmes:
  - id: bdd
    name: Barking & Dagenham Social Prescribing
    languages: [en]
    numbers: {sms: "+447700900001"}
    slack: {channel: C0123456789, alerts: C0987654321}
link_workers:
  - {slack: U0AAAAAAA, name: A. Worker, programmes: [bdd], languages: [en]}
`

// outside is everything that linkline serve talks to.
type outside struct {
	phone *twilioemu.Emulator
	slack *slackemu.Emulator
	env   map[string]string
	dir   string
}

func newOutside(t testing.TB, config string) *outside {
	t.Helper()
	o := &outside{dir: t.TempDir()}
	o.phone = twilioemu.New(twilioemu.Config{AccountSID: accountSID, AuthToken: authToken})
	o.slack = slackemu.New(slackemu.Config{BotToken: "xoxb-test", SigningSecret: "secret", TeamID: "T1", AppID: "A1", BotUser: "U0LINKLINE"})
	o.phone.SetNumber(ourNumber, twilioemu.Number{Webhook: "https://linkline.example.org/hook/twilio/messages"})
	for _, u := range []string{"U0AAAAAAA", "U0CCCCCCC"} {
		o.slack.AddUser(slackemu.User{ID: u, Name: u})
	}
	for _, c := range []string{"C0123456789", "C0987654321"} {
		o.slack.AddChannel(slackemu.Channel{ID: c, Name: strings.ToLower(c), Private: true, Members: []string{"U0AAAAAAA", "U0LINKLINE"}})
	}
	api, sl := httptest.NewServer(o.phone), httptest.NewServer(o.slack)
	o.slack.SetBase(sl.URL)
	t.Cleanup(func() { o.phone.Close(); api.Close(); sl.Close() })
	redis := storetest.Redis(t)
	file := filepath.Join(o.dir, "linkline.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	keys := linkline(t, nil, "", "keys", "new")
	if keys.code != 0 {
		t.Fatalf("keys new: %+v", keys)
	}
	o.env = map[string]string{
		"LINKLINE_CONFIG": file, "LINKLINE_LISTEN": "127.0.0.1:0", "LINKLINE_KEYSET": strings.TrimSpace(keys.out),
		"LINKLINE_PUBLIC_URL": "https://linkline.example.org/hook", "REDIS_URL": "unix://" + redis.Addrs[0],
		"TWILIO_ACCOUNT_SID": accountSID, "TWILIO_AUTH_TOKEN": authToken, "TWILIO_API_URL": api.URL,
		"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_SIGNING_SECRET": "secret", "SLACK_API_URL": sl.URL + "/api/",
		"LINKLINE_LEDGER": filepath.Join(o.dir, "ledger"),
	}
	return o
}

// server is a running linkline serve.
type server struct {
	t   *testing.T
	cmd *exec.Cmd
	url string
	log string // the file that its stderr goes to
}

// errs is what it has written to stderr so far.
func (s *server) errs() string {
	b, err := os.ReadFile(s.log)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// serve starts linkline and returns once it says that it listens.
func (o *outside) serve(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{t: t, cmd: program(t, o.env, append([]string{"serve"}, args...)...), log: filepath.Join(t.TempDir(), "log")}
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd.Stderr = log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		_ = s.cmd.Wait()
		t.Fatalf("serve said %q (%v)\n%s", line, err, s.errs())
	}
	s.url = url
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	return s
}

// post sends a signed webhook as Twilio would: signed for the public URL,
// delivered to where the program really listens.
func (s *server) post(path string, form map[string]string) int {
	s.t.Helper()
	v := map[string][]string{"AccountSid": {accountSID}}
	for k, x := range form {
		v[k] = []string{x}
	}
	body := encode(v)
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", twilioemu.Sign(authToken, "https://linkline.example.org/hook"+path, v))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func (s *server) get(path string) (int, string) {
	s.t.Helper()
	resp, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

// stop sends SIGTERM and returns the exit code.
func (s *server) stop() int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	_ = s.cmd.Wait()
	return s.cmd.ProcessState.ExitCode()
}

// sent waits until the provider has n texts of ours and returns them.
func (o *outside) sent(t *testing.T, s *server, n int) []string {
	t.Helper()
	changes, done := o.phone.Subscribe()
	defer done()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		var out []string
		for _, m := range o.phone.Messages() {
			if !m.Inbound {
				out = append(out, m.Body)
			}
		}
		if len(out) >= n {
			return out
		}
		select {
		case <-changes:
		case <-ctx.Done():
			t.Fatalf("only %d of %d texts were sent\n%s", len(out), n, s.errs())
		}
	}
}
