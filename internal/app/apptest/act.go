package apptest

import (
	"encoding/json"
	"strconv"
	"strings"

	"linkline/internal/emulator/slackemu"
)

var people = map[string]string{"worker": Worker, "other": Other, "lead": Lead, "stranger": Stranger}

// act presses a button or sends a form as somebody in Slack.
func (r *run) act(user, what, rest string) {
	r.t.Helper()
	switch what {
	case "claim", "know":
		r.press(user, []string{Cards, Young}, what)
	case "alert":
		r.press(user, []string{Alerts, r.w.Slack.IM(user)}, "alert_take")
	case "delete", "delete_off", "hold_off":
		r.press(user, []string{r.w.Slack.IM(user)}, what)
	case "hold":
		r.press(user, []string{r.w.Slack.IM(user)}, "hold")
		r.send(user, map[string]string{"reason": rest}, 1)
	case "lend":
		r.press(user, []string{r.w.Slack.IM(user)}, "lend")
		r.send(user, map[string]string{"block": rest}, 1)
	case "done":
		r.press(user, []string{r.w.Slack.IM(user), Alerts}, "alert_close")
		r.send(user, map[string]string{"code": rest, "note": "-"}, 1)
	case "release", "called", "mute", "unmute":
		r.press(user, []string{r.w.Slack.IM(user)}, what)
	case "reply":
		r.press(user, []string{r.w.Slack.IM(user)}, "reply")
		r.send(user, map[string]string{"kind": "own", "text": rest}, 2)
	case "approved":
		kind, day, _ := strings.Cut(rest, " ")
		values := map[string]string{"kind": kind}
		if day != "" {
			d, t, _ := strings.Cut(day, " ")
			values["day"], values["time"] = d, t
		}
		r.press(user, []string{r.w.Slack.IM(user)}, "reply")
		r.send(user, values, 2)
	case "close":
		r.press(user, []string{r.w.Slack.IM(user)}, "close")
		r.send(user, map[string]string{"code": rest}, 1)
	default:
		r.fail("nobody can %q (claim, know, reply, approved, release, called, mute, unmute, lend, close, alert, done, delete, delete_off, hold, hold_off)", what)
	}
}

// send sends a form, and its preview behind it where there is one.
func (r *run) send(user string, values map[string]string, times int) {
	r.t.Helper()
	for range times {
		if len(r.w.Slack.Views(user)) == 0 {
			return // refused before there was anything to send
		}
		if faults := r.w.Submit(user, values); len(faults) > 0 {
			r.fail("the form was refused: %v", faults)
		}
	}
}

// press presses the newest button of that name in one of the channels.
func (r *run) press(user string, channels []string, action string) {
	r.t.Helper()
	for _, ch := range channels {
		all := r.w.Slack.Messages(ch)
		for i := len(all) - 1; i >= 0; i-- {
			if value, ok := button(all[i], action); ok {
				r.w.Click(user, ch, all[i].TS, action, value)
				return
			}
		}
	}
	r.fail("there is no button %q to press", action)
}

// button finds a button in a message's blocks.
func button(m slackemu.Message, action string) (value string, ok bool) {
	var tree any
	if json.Unmarshal(m.Blocks, &tree) != nil {
		return "", false
	}
	var find func(any) bool
	find = func(n any) bool {
		switch n := n.(type) {
		case []any:
			for _, c := range n {
				if find(c) {
					return true
				}
			}
		case map[string]any:
			if id, _ := n["action_id"].(string); id == action {
				value, _ = n["value"].(string)
				return true
			}
			for _, c := range n {
				if find(c) {
					return true
				}
			}
		}
		return false
	}
	return value, find(tree)
}

// board looks at what stands in Slack, or at the on-call phone.
func (r *run) board(how, where, want string) {
	r.t.Helper()
	if where == "on call" {
		r.expect(OnCall, want)
		return
	}
	channel := map[string]string{"cards": Cards, "alerts": Alerts, "young": Young}[where]
	if name, ok := strings.CutPrefix(where, "dm "); ok {
		channel = r.w.Slack.IM(people[name])
	}
	want = strings.ReplaceAll(want, "{ref}", r.ref)
	shown := r.w.Shows(channel)
	switch how {
	case "count ":
		if n := len(r.w.Slack.Messages(channel)); strconv.Itoa(n) != want {
			r.fail("%d messages stand in %s:\n%s", n, where, shown)
		}
	case "not ":
		if strings.Contains(shown, want) {
			r.fail("%q stands in %s:\n%s", want, where, shown)
		}
	default:
		if !strings.Contains(shown, want) {
			r.fail("%q does not stand in %s:\n%s", want, where, shown)
		}
	}
}
