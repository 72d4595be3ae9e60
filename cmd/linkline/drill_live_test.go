package main

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"linkline/internal/emulator/slackemu"
)

// practice is a running linkline drill.
type practice struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *bufio.Reader
	said strings.Builder
}

func (o *outside) drill(t *testing.T, args ...string) *practice {
	t.Helper()
	p := &practice{t: t, cmd: program(t, o.env, append([]string{"drill"}, args...)...)}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// until reads what it says up to a line with these words.
func (p *practice) until(words string) {
	p.t.Helper()
	for {
		line, err := p.out.ReadString('\n')
		p.said.WriteString(line)
		if strings.Contains(line, words) {
			return
		}
		if err != nil {
			p.t.Fatalf("it never said %q:\n%s", words, p.said.String())
		}
	}
}

// end reads to its end and returns all it said.
func (p *practice) end() string {
	p.t.Helper()
	rest, err := io.ReadAll(p.out)
	if err != nil {
		p.t.Fatal(err)
	}
	p.said.Write(rest)
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("%v:\n%s", err, p.said.String())
	}
	for _, secret := range []string{"7700900", authToken, "xoxb-test"} {
		if strings.Contains(p.said.String(), secret) {
			p.t.Errorf("it prints %q:\n%s", secret, p.said.String())
		}
	}
	return p.said.String()
}

// TestDrillBesideServe practises as an operator would: a running serve, and
// the command beside it.
func TestDrillBesideServe(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	s := o.serve(t)
	o.slack.Endpoints(s.url+"/slack/events", s.url+"/slack/interactions", s.url+"/slack/commands")
	last := func() slackemu.Message {
		all := o.slack.Messages("C0987654321")
		if len(all) == 0 {
			t.Fatalf("no alert stands in Slack\n%s", s.errs())
		}
		return all[len(all)-1]
	}

	whole := o.drill(t, "--quick").end()
	for _, want := range []string{"Nobody is in danger", "rung 0, page 1: the alerts channel: due after", "a phone on call: due after", "Slack user U0CCCCCCC: due after", "whole ladder was climbed", "The practice alert is over."} {
		if !strings.Contains(whole, want) {
			t.Errorf("%q is not in it:\n%s", want, whole)
		}
	}
	if !strings.Contains(last().Text, "Practice alert") {
		t.Errorf("the channel is not told that it is practice: %s", last().Text)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(string(last().Blocks), "Over.") { // the test's own time limit ends it
		<-tick.C
	}
	for _, text := range o.sent(t, s, 1) {
		if !strings.Contains(strings.ToLower(text), "practice") {
			t.Errorf("a phone on call is not told that it is practice: %q", text)
		}
	}

	taken := o.drill(t)
	taken.until("the alerts channel: due after")
	m := last()
	_, after, _ := strings.Cut(string(m.Blocks), `"value":"`)
	value, _, _ := strings.Cut(after, `"`)
	if _, status, err := o.slack.Click(t.Context(), "U0AAAAAAA", "C0987654321", m.TS, "alert_take", value); err != nil || status != 200 {
		t.Fatalf("I have this: %d %v", status, err)
	}
	if said := taken.end(); !strings.Contains(said, "Somebody pressed I have this after") {
		t.Errorf("it does not say who has it:\n%s", said)
	}

	broken := o.drill(t)
	broken.until("the alerts channel: due after")
	if err := broken.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if said := broken.end(); !strings.Contains(said, "Broken off. The practice alert is over.") {
		t.Errorf("it is not broken off:\n%s", said)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("serve: exit %d\n%s", code, s.errs())
	}
}
