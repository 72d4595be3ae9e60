package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"linkline/internal/config"

	"github.com/google/go-cmp/cmp"
)

var known = config.Known{
	Flows: []string{"self-referral"}, Languages: []string{"en", "so"},
	Boroughs: []string{"Barking and Dagenham", "Newham"}, Reserved: []string{"STOP", "HELP", "hello", "change"},
}

func TestTheContractsExample(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse("linkline.yaml", src, known)
	if err != nil {
		t.Fatal(err)
	}
	if fs := c.ForServe(false); len(fs) > 0 {
		t.Error(fs)
	}
	for text, want := range map[string]string{"piano": "Becontree Piano Club", "PIANNO hi": "Becontree Piano Club", "Piáno": "Becontree Piano Club", "hello": "", "pian": "Becontree Piano Club"} {
		p, g, _, ok := c.For("+447700900001", text)
		if !ok || p.ID != "bdd" || g.Name != want {
			t.Errorf("%q: %v %q", text, ok, g.Name)
		}
	}
	if _, g, practice, ok := c.For("whatsapp:+447700900001", "TRY piano"); !ok || !practice || g.Keyword != "PIANO" {
		t.Error("TRY PIANO is practice")
	}
	if _, _, _, ok := c.For("+447700900002", "hello"); ok {
		t.Error("a number no programme has")
	}
}

func TestThreeMistakesAtOnce(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/three.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = config.Parse("three.yaml", src, known)
	var fs config.Faults
	if !errors.As(err, &fs) {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, f := range fs {
		got = append(got, fmt.Sprintf("%d:%d", f.Line, f.Col))
	}
	if want := []string{"2:9", "5:20", "7:5"}; !cmp.Equal(got, want) {
		t.Errorf("at %v, want %v\n%v", got, want, err)
	}
}

// said is what a configuration's faults say, a line each.
func said(t *testing.T, src string) []string {
	t.Helper()
	c, err := config.Parse("x.yaml", []byte(src), known)
	var fs config.Faults
	if !errors.As(err, &fs) {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, f := range append(fs, c.ForServe(false)...) {
		got = append(got, f.Error())
	}
	return got
}

func TestAMistakeIsToldOnce(t *testing.T) {
	t.Parallel()
	got := said(t, `safety: {lead: nobody, on_call: ["+447700900900"]}
controller: {name: Example}
programmes:
  - id: BDD1
    languages: [so, ckb, sx]
    numbers: {sms: "07700900001"}
    slack: {channl: C0123456789}
    flow: self-referal
  - name: no id
    numbers: {sms: "+447700900003"}
  - plain
link_workers:
  - {slack: me, programmes: [BDD1], areas: [Barking]}
`)
	want := []string{
		`x.yaml:1:16: "nobody" is no Slack user (a Slack member id like U0CCCCCCC)`,
		`x.yaml:4:9: "BDD1" is no programme id (two to six small letters; it stands in every reference)`,
		`x.yaml:5:21: "ckb" is no language that ships (known: en, so)`,
		`x.yaml:5:26: "sx" is no language that ships (known: en, so)`,
		`x.yaml:6:20: "07700900001" is no phone number (write "+447700900001", in quotes)`,
		`x.yaml:7:13: unknown key "channl" in slack (did you mean channel?)`,
		`x.yaml:8:11: there is no flow "self-referal" (did you mean self-referral?)`,
		`x.yaml:9:5: a programme has no id (id: bdd)`,
		`x.yaml:9:5: the programme "" has no Slack channel (slack: {channel: C…, alerts: C…})`,
		`x.yaml:11:5: programmes is no list of keys (write keys below it)`,
		`x.yaml:13:13: "me" is no Slack user (a Slack member id like U0AAAAAAA)`,
		`x.yaml:13:45: "Barking" is no London borough (did you mean Barking and Dagenham?)`,
		`x.yaml:2:1: controller is not complete (say who answers for the data: name, contact, privacy_url; or start with --rehearsal)`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNothingIsPassedOverInSilence(t *testing.T) {
	t.Parallel()
	got := said(t, `programmes:
  - id: bdd
    numbers: {sms: "+447700900001"}
    slack: {channel: C0123456789}
    flow: self-referal
    questions: {drop: [agreement], add: [zzz]}
    hours: {days: fun, from: "9", to: "09:00", zone: Mars, holidays: mars}
rehearsal: {phones: ["+447700900777"]}
---
controller: {name: Example}
`)
	want := []string{
		`x.yaml:5:11: there is no flow "self-referal" (did you mean self-referral?)`,
		`x.yaml:7:19: unknown days "fun" (write mon-fri, or mon,wed,fri)`,
		`x.yaml:7:30: "9" is no time of day (write 09:00)`,
		`x.yaml:7:54: unknown zone "Mars" (try Europe/London)`,
		`x.yaml:7:70: unknown holidays "mars" (known: england-and-wales, none)`,
		`x.yaml:9:1: a second configuration begins here, and nobody would read it (take the line --- out, or one of the two)`,
	}
	if d := cmp.Diff(want, got[:min(len(got), len(want))]); d != "" {
		t.Errorf("%s\n%q", d, got)
	}
}

func TestKeywordsKeepTheirDistance(t *testing.T) {
	t.Parallel()
	const head = "programmes:\n  - id: bdd\n    numbers: {sms: \"+447700900001\"}\n    slack: {channel: C0123456789}\n    groups:\n"
	for _, bad := range []string{"stop", "HELLO", "hallo", "chage"} {
		if _, err := config.Parse("x.yaml", []byte(head+"      - {keyword: "+bad+"}\n"), known); err == nil {
			t.Errorf("%s passed", bad)
		}
	}
	if _, err := config.Parse("x.yaml", []byte(head+"      - {keyword: PIANO}\n      - {keyword: PIANOS}\n"), known); err == nil {
		t.Error("two keywords one slip apart passed")
	}
	if _, err := config.Parse("x.yaml", []byte(head+"      - {keyword: PIANO}\n"), known); err != nil {
		t.Error(err)
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	if _, err := config.FromEnv(func(string) string { return "" }, config.NeedsAll); err == nil {
		t.Fatal("an empty environment passed")
	} else if len(err) < 6 {
		t.Errorf("every missing variable at once: %v", err)
	}
	open := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(open, []byte("base64:x"), 0o644); err != nil {
		t.Fatal(err)
	}
	good := map[string]string{"LINKLINE_PUBLIC_URL": "https://example.org/hook", "LINKLINE_KEYSET": "base64:x", "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "SLACK_BOT_TOKEN": "b", "SLACK_SIGNING_SECRET": "s"}
	get := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	e, wrong := config.FromEnv(get(good), config.NeedsAll)
	if wrong != nil || e.PublicURL.Path != "/hook" || e.Listen != "127.0.0.1:8080" {
		t.Fatalf("%+v %v", e, wrong)
	}
	if s := fmt.Sprintf("%v %+v %#v %s", e.TwilioToken, e.TwilioToken, e.TwilioToken, e.SlackToken); s != "[secret] [secret] [secret] [secret]" {
		t.Errorf("a secret prints: %s", s)
	}
	good["LINKLINE_KEYSET"] = open
	if _, err := config.FromEnv(get(good), config.NeedsAll); err == nil {
		t.Error("a keyset that others may read passed")
	}
}

func TestParseRedis(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]config.Redis{
		"redis://h:1/2":                       {Mode: "single", Addrs: []string{"h:1"}, DB: 2},
		"rediss://u:p@h":                      {Mode: "single", Addrs: []string{"h:6379"}, TLS: true, Username: "u", Password: "p"},
		"unix:///run/r.sock":                  {Mode: "single", Addrs: []string{"/run/r.sock"}},
		"redis+sentinel://a:1,b:2/mymaster/3": {Mode: "sentinel", Addrs: []string{"a:1", "b:2"}, Master: "mymaster", DB: 3},
		"redis+cluster://a:1,b:2":             {Mode: "cluster", Addrs: []string{"a:1", "b:2"}},
	} {
		got, err := config.ParseRedis(in)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %s %v", in, cmp.Diff(want, got), err)
		}
	}
	for _, bad := range []string{"", "h:1", "redis://", "redis://a,b", "ftp://h", "redis://h/x", "redis+sentinel://h"} {
		if _, err := config.ParseRedis(bad); err == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	src, _ := os.ReadFile("testdata/full.yaml")
	f.Add(src)
	f.Fuzz(func(_ *testing.T, src []byte) { _, _ = config.Parse("x", src, known) })
}
