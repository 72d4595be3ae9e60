package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"linkline/internal/emulator/slackemu"
)

var publicChannel = slackemu.Channel{ID: "C0PUBLIC000", Name: "public", Members: []string{"U0LINKLINE"}}

func TestUsage(t *testing.T) {
	t.Parallel()
	for args, code := range map[string]int{"": 0, "--help": 0, "version": 0, "no-such-command": 2, "chat --no-such-flag": 2, "flow graph no-such-flow": 1, "keys": 2, "demo --listen bad": 1, "resident hold BDD-7K2M": 2} {
		if got := linkline(t, nil, "", strings.Fields(args)...); got.code != code {
			t.Errorf("linkline %s: exit %d, want %d\n%s%s", args, got.code, code, got.out, got.errs)
		}
	}
	if got := linkline(t, nil, "", "version"); !strings.Contains(got.out, "linkline") || !strings.Contains(got.out, "go1.") {
		t.Errorf("version: %q", got.out)
	}
}

func TestChatWorksPiped(t *testing.T) {
	t.Parallel()
	for lines, args := range map[string][]string{"hello\n1\n": {"chat"}, "hello\n 1\n": {"chat", "--lang", "en"}} {
		got := linkline(t, nil, lines, args...)
		if got.code != 0 || !strings.Contains(got.out, "Who needs help?") || strings.Contains(got.out, "ckb") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

// Every line of a pipe is an answer to what was printed before it, however fast
// it comes: one that is not understood is asked again.
func TestChatAnswersEveryLine(t *testing.T) {
	t.Parallel()
	got := linkline(t, nil, "hello\nbanana\n1\nfrog\n1\n1\n3\nskip\nIG11\n3\n", "chat")
	if n := strings.Count(got.out, "Can we keep"); n != 2 {
		t.Errorf("agreement is asked %d times, want 2", n)
	}
	if n := strings.Count(got.out, "Who needs help?"); n != 2 {
		t.Errorf("who is asked %d times, want 2", n)
	}
	if !regexp.MustCompile(`Your number is DEMO-[2-9A-HJ-NP-Z]{4}\.`).MatchString(got.out) || strings.Contains(got.out, "DEMO-2001") {
		t.Errorf("no reference that can be read aloud:\n%s", got.out)
	}
}

func TestChatUnderstandsTheFirstText(t *testing.T) {
	t.Parallel()
	got := linkline(t, nil, "Hi im Chantelle, 29, E6, 2 kids, flat full of mould, pls text not call\n1\n", "chat")
	if got.code != 0 || !strings.Contains(got.out, "Is it safe for us to text this phone?") || strings.Contains(got.out, "Who needs help?") {
		t.Errorf("%+v", got)
	}
}

func TestFlowGraph(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"": "stateDiagram", "mermaid": "stateDiagram", "dot": "digraph"} {
		args := []string{"flow", "graph", "self-referral"}
		if format != "" {
			args = append(args, "--format", format)
		}
		if got := linkline(t, nil, "", args...); got.code != 0 || !strings.Contains(got.out, want) {
			t.Errorf("%s: %+v", format, got)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	if got := linkline(t, nil, "", "check"); got.code != 0 {
		t.Errorf("what ships: %+v", got)
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("programmes:\n  - id: BDD\n    colour: red\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := linkline(t, nil, "", "check", bad)
	if got.code != 1 || !strings.Contains(got.out+got.errs, "bad.yaml:2:9") || !strings.Contains(got.out+got.errs, "bad.yaml:3:5") ||
		!strings.Contains(got.errs, fmt.Sprintf("faults: %d ", strings.Count(got.out, "\n"))) {
		t.Errorf("%+v", got)
	}
}

func TestLineTools(t *testing.T) {
	t.Parallel()
	for tool, lines := range map[string][][2]string{
		"understand": {{`{"question":"yesno","lang":"en","text":"yes please"}`, `"yes"`}, {`nonsense`, ""}, {`{"question":"colour","lang":"en","text":"red"}`, ""}, {`{"question":"postcode","lang":"en","text":"ig11 8he"}`, `"IG11 8HE"`}},
		"triage":     {{`{"lang":"en","text":"i want to die"}`, `"crisis"`}, {``, ""}, {`{"text":"hello"}`, `"none"`}},
		"detect":     {{`{"text":"hello my name is Sam and i need help with my house"}`, `"en"`}, {`{`, ""}},
	} {
		var in []string
		for _, l := range lines {
			in = append(in, l[0])
		}
		got := linkline(t, nil, strings.Join(in, "\n")+"\n", tool)
		out := strings.Split(strings.TrimSpace(got.out), "\n")
		if got.code != 0 || len(out) != len(lines) {
			t.Errorf("%s: exit %d, %d lines for %d\n%s%s", tool, got.code, len(out), len(lines), got.out, got.errs)
			continue
		}
		for i, l := range lines {
			var v map[string]any
			if err := json.Unmarshal([]byte(out[i]), &v); err != nil {
				t.Errorf("%s: line %d is no JSON: %s", tool, i, out[i])
			}
			if _, faulty := v["error"]; faulty != (l[1] == "") || !strings.Contains(out[i], l[1]) {
				t.Errorf("%s: %s gave %s", tool, l[0], out[i])
			}
		}
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	got := linkline(t, map[string]string{"LINKLINE_PUBLIC_URL": "https://linkline.example.org/hook"}, "", "slack", "manifest")
	if got.code != 0 || !strings.Contains(got.out, "https://linkline.example.org/hook/slack/events") || !strings.Contains(got.out, "/linkline") {
		t.Errorf("%+v", got)
	}
}
