package app_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/app/apptest"
	"linkline/internal/emulator/slackemu"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore/storetest"
)

var update = flag.Bool("update", false, "write docs/night.md anew")

// nightSetup has everybody a ladder needs.
const nightSetup = `
controller: {name: Example Charity, contact: "020 7946 0000", privacy_url: "https://example.org/privacy"}
safety: {lead: U0CCCCCCC, on_call: ["+447700900900"], council: "020 7946 0999"}
programmes:
  - id: bdd
    name: Barking & Dagenham Social Prescribing
    languages: [en, so]
    numbers: {sms: "+447700900001"}
    slack: {channel: C0123456789, alerts: C0987654321}
link_workers:
  - {slack: U0AAAAAAA, name: A. Worker, programmes: [bdd], languages: [en, so]}
  - {slack: U0BBBBBBB, name: B. Worker, role: coordinator, programmes: [bdd], languages: [en]}
`

// night is a world whose every text and page is written down.
type night struct {
	*apptest.World
	t    *testing.T
	set  *storetest.Set
	rows []string
	said map[string]string // what a place showed last
	read map[string]int    // how much of a phone is written down
	late string            // id of a text that nobody took yet
}

const (
	phoneIn  = "the phone texts"
	phoneOut = "the phone gets"
)

func (n *night) row(who, what string) {
	what = strings.NewReplacer("\n", " / ", "|", "\\|").Replace(what)
	what = regexp.MustCompile(`BDD-[2-9A-Z]{4}`).ReplaceAllString(what, "BDD-2345")
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		n.t.Fatal(err)
	}
	n.rows = append(n.rows, fmt.Sprintf("| %s | %s | %s |", n.Now().In(london).Format("15:04"), who, what))
}

// look writes down what is new everywhere.
func (n *night) look() {
	n.t.Helper()
	n.found()
	for _, p := range []struct{ number, name string }{{apptest.Resident, phoneOut}, {apptest.OnCall, "the phone on call gets"}} {
		all := n.To(p.number)
		for _, text := range all[n.read[p.number]:] {
			n.row(p.name, text)
		}
		n.read[p.number] = len(all)
	}
	for _, p := range []struct{ channel, name string }{
		{apptest.Alerts, "Slack, alerts"}, {apptest.Cards, "Slack, cards"},
		{n.Slack.IM(apptest.Other), "Slack, to the coordinator"}, {n.Slack.IM(apptest.Lead), "Slack, to the lead"},
	} {
		for _, m := range n.Slack.Messages(p.channel) {
			id, now := m.Channel+m.TS, plain(m)
			if before, known := n.said[id]; before != now {
				n.said[id] = now
				if known {
					now = "changed to: " + now
				}
				n.row(p.name, now)
			}
		}
	}
}

// found writes down that a text which nobody took was taken in after all.
func (n *night) found() {
	n.t.Helper()
	if n.late == "" {
		return
	}
	cid := n.App.Vault.CID(bot.SMS, apptest.Resident, apptest.Ours)
	seen, err := n.App.Store.Seen(n.t.Context(), cid, n.late)
	if err != nil {
		n.t.Fatal(err)
	}
	if seen {
		n.late = ""
		n.row("Linkline", "finds the refused text in Twilio's log and takes it in, marked late")
	}
}

// plain is a message of Slack's as one reads it.
func plain(m slackemu.Message) string {
	var tree any
	if err := json.Unmarshal(m.Blocks, &tree); err != nil {
		return m.Text
	}
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			text, is := v["text"].(string)
			switch {
			case is && v["type"] != "button":
				out = append(out, text)
				return
			case v["type"] == "button":
				inner, _ := v["text"].(map[string]any)
				label, _ := inner["text"].(string)
				out = append(out, "["+label+"]")
				return
			}
			for _, key := range []string{"text", "fields", "elements"} {
				walk(v[key])
			}
		}
	}
	walk(tree)
	return strings.Join(out, " · ")
}

// pass lets the night go on, minute by minute, as the loops of Run would see
// it.
func (n *night) pass(minutes int) {
	n.t.Helper()
	for range minutes {
		n.Pass(time.Minute)
		if err := n.App.Watch(n.t.Context()); err != nil {
			n.t.Fatal(err)
		}
		if n.Now().Minute()%2 == 0 {
			if err := n.App.CatchUp.Look(n.t.Context()); err != nil {
				n.t.Fatal(err)
			}
		}
		n.Settle()
		n.look()
	}
}

// says sends a text from the phone.
func (n *night) says(body string) {
	n.t.Helper()
	n.row(phoneIn, body)
	n.Text(apptest.Resident, body)
	n.look()
}

// presses presses the newest button of a name in a channel.
func (n *night) presses(user, channel, action string) {
	n.t.Helper()
	all := n.Slack.Messages(channel)
	for i := len(all) - 1; i >= 0; i-- {
		if value := regexp.MustCompile(`"action_id":"` + action + `","value":"([^"]*)"`).FindSubmatch(all[i].Blocks); value != nil {
			n.Click(user, channel, all[i].TS, action, string(value[1]))
			n.look()
			return
		}
	}
	n.t.Fatalf("there is no button %s in %s", action, channel)
}

// at tells when something was first written down; empty: never.
func (n *night) at(who, what string) string {
	for _, r := range n.rows {
		f := strings.SplitN(r, " | ", 3)
		if f[1] == who && strings.Contains(f[2], what) {
			return strings.TrimPrefix(f[0], "| ")
		}
	}
	return ""
}

func (n *night) want(when, who, what string) {
	n.t.Helper()
	if got := n.at(who, what); got != when {
		n.t.Errorf("%q (%s): at %q, want %q", what, who, got, when)
	}
}

// TestTheScriptedNight: a cry for help at two in the morning, in Somali, on a
// phone that others read, with Slack down, nobody answering until the lead is
// called, and Redis failing over in the middle. Every text and page is written
// down in docs/night.md.
func TestTheScriptedNight(t *testing.T) {
	t.Parallel()
	set := storetest.Sentinels(t)
	n := &night{
		World: apptest.New(t, apptest.Options{Config: nightSetup, Set: set, Webhook: "#rc=3&rp=ct,5xx,rt", Start: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)}),
		t:     t, set: set, said: map[string]string{}, read: map[string]int{},
	}
	for _, say := range []string{"salaan", "haa", "1", "2", "lacag iyo cunto", "magacaygu waa Amina", "ig11", "1"} {
		n.Text(apptest.Resident, say)
		n.Pass(time.Minute)
	}
	if len(n.Slack.Messages(apptest.Cards)) != 1 {
		t.Fatalf("no referral in the evening: %q", n.To(apptest.Resident))
	}
	n.Pass(7*time.Hour + 50*time.Minute)
	n.look()
	n.rows = nil // the evening is told in words

	n.Slack.Down(true)
	n.row("Slack", "is down")
	n.pass(2)
	n.says("waxaan rabaa inaan is dilo")
	n.pass(4)
	n.fails("maya")
	n.pass(5)
	n.Slack.Down(false)
	n.row("Slack", "is back")
	n.pass(3)
	n.row("the lead", "presses I have this")
	n.presses(apptest.Lead, apptest.Alerts, "alert_take")
	n.pass(13)
	n.row("the lead", "closes it: called")
	n.presses(apptest.Lead, n.Slack.IM(apptest.Lead), "alert_close")
	if f := n.Submit(apptest.Lead, map[string]string{"code": "called", "text": ""}); len(f) > 0 {
		t.Fatal(f)
	}
	n.look()
	n.Pass(6 * time.Hour)
	n.look()
	n.says("hello")

	n.want("02:00", phoneIn, "is dilo")
	n.want("02:00", phoneOut, "116 123")
	n.want("02:00", "the phone on call gets", "someone may need help now")
	n.want("02:00", phoneOut, "We have told our on-call team")
	n.want("02:06", "Linkline", "takes it in")
	n.want("02:06", phoneOut, "Please call 999 now")
	n.want("02:10", "Slack, alerts", "Suicide")
	n.want("02:10", "Slack, to the lead", "Nobody has pressed")
	n.want("02:12", phoneOut, "A person here has read your text")
	n.want("02:12", "Slack, to the lead", "is dilo")
	for i, r := range n.rows {
		if strings.Contains(r, "| 08:") && (strings.Contains(r, "Amina") || strings.Contains(r, "dilo")) {
			t.Errorf("the next person who holds the phone is shown: %s", r)
		}
		if strings.Contains(r, "is dilo") && strings.Contains(r, "Slack") && !strings.Contains(r, "to the lead") {
			t.Errorf("row %d shows the words to others than who has the alert: %s", i, r)
		}
	}
	n.write()
}

// fails lets Redis' primary die under a text.
func (n *night) fails(body string) {
	n.t.Helper()
	n.set.Cut("")
	n.row("Redis", "the primary is cut off from its replicas")
	sid, status := n.Phone.Receive(n.t.Context(), twilioemu.Inbound{From: apptest.Resident, To: apptest.Ours, Body: body})
	if status != http.StatusServiceUnavailable {
		n.t.Fatalf("a primary without replicas took a text: %d", status)
	}
	n.late = sid
	n.row(phoneIn, body+" — refused four times: it would be lost with the primary")
	n.set.Kill("")
	n.set.SetClock(n.Now())
	n.set.Whole("")
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for n.App.Watch(n.t.Context()) != nil { // the test's own time limit ends it
		<-tick.C
	}
	n.row("Redis", "the primary is killed; a replica takes its place")
}

// write compares docs/night.md with the night, or writes it.
func (n *night) write() {
	n.t.Helper()
	file := filepath.Join("..", "..", "docs", "night.md")
	src, err := os.ReadFile(file)
	if err != nil {
		n.t.Fatal(err)
	}
	const begin, end = "<!-- the night -->\n", "<!-- until morning -->\n"
	head, rest, ok := strings.Cut(string(src), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		n.t.Fatalf("docs/night.md has no %q and %q", begin, end)
	}
	whole := head + begin + "\n| time | who | what |\n|---|---|---|\n" + strings.Join(n.rows, "\n") + "\n\n" + end + tail
	if *update {
		if err := os.WriteFile(file, []byte(whole), 0o644); err != nil {
			n.t.Fatal(err)
		}
		return
	}
	if whole != string(src) {
		n.t.Errorf("the night goes otherwise than docs/night.md tells (go test ./internal/app -run TestTheScriptedNight -update writes it anew):\n%s", strings.Join(n.rows, "\n"))
	}
}
