package desk

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// maxReply is how long a worker's text may be.
const maxReply = 1000

// meta is what a form carries along: ids, times and a digest; never words.
type meta struct {
	programme string
	ref       bot.Ref
	fence     int64
	opened    time.Time
	digest    string
}

func (m meta) String() string {
	return fmt.Sprintf("1|%s|%s|%d|%d|%s", m.programme, m.ref, m.fence, m.opened.UnixMilli(), m.digest)
}

func readMeta(s string) (meta, bool) {
	f := strings.Split(s, "|")
	if len(f) != 6 || f[0] != "1" {
		return meta{}, false
	}
	fence, err := strconv.ParseInt(f[3], 10, 64)
	at, err2 := strconv.ParseInt(f[4], 10, 64)
	return meta{programme: f[1], ref: bot.Ref(f[2]), fence: fence, opened: time.UnixMilli(at), digest: f[5]}, err == nil && err2 == nil
}

// form opens the form behind Reply, Ask questions, Close, Hand over or Move.
func (d *Desk) form(ctx context.Context, p bot.Press, w Worker, programme string, ref bot.Ref) string {
	r, told := d.mine(ctx, p.User, programme, ref)
	if p.Action == actMove {
		r, told = d.held(ctx, w, programme, ref)
	}
	if told != "" {
		return told
	}
	m := meta{programme: programme, ref: ref, fence: r.Fence, opened: d.Now()}
	var f bot.Form
	switch p.Action {
	case actClose:
		f = closeForm(ref, m)
	case actLend:
		f = lendForm(d.Roster.Blocks(programme), m)
	case actHand, actMove:
		f = d.handForm(r, p.Action == actMove, m)
	default:
		now, err := d.Talks.World(ctx, r.Referral.CID)
		if err != nil {
			d.fail(ctx, "read conversation", err)
			return sayLater
		}
		if now.Stopped {
			return sayStopped
		}
		f = d.replyForm(now, m)
	}
	if err := d.Board.Open(ctx, p.Trigger, f); err != nil {
		d.fail(ctx, "open form", err)
		return sayAgain
	}
	return ""
}

// held reads a referral that somebody holds, for a coordinator.
func (d *Desk) held(ctx context.Context, w Worker, programme string, ref bot.Ref) (redisstore.Record, string) {
	if w.Role != roleCoordinator {
		return redisstore.Record{}, sayCoordinator
	}
	r, told := d.notClosed(ctx, programme, ref)
	if told == "" && r.State != "claimed" {
		told = sayStale
	}
	return r, told
}

func (d *Desk) replyForm(now World, m meta) bot.Form {
	opts := []bot.Choice{{ID: "own", Text: "My own words"}}
	for _, a := range approved {
		opts = append(opts, bot.Choice{ID: a.ID, Text: a.Text})
	}
	about := []bot.Part{{Text: "Their language: " + d.language(now.Lang) + ".\n" + termNames[now.Terms] + "."}}
	if !now.Window.IsZero() {
		text := sayWindow
		if d.Now().Before(now.Window.Add(-closing)) {
			text = say(sayWindowOpen, "", now.Window.Add(-closing).In(london).Format("Mon 15:04"))
		}
		about = append(about, bot.Part{Text: text})
	}
	return bot.Form{
		Callback: formReply, Meta: m.String(), Title: "Reply", Submit: "Preview",
		Parts: append(about, bot.Part{Text: "Approved replies are sent in their language. Your own words are sent as you write them."}),
		Inputs: []bot.Input{
			{Name: "kind", Label: "What to send", Options: opts, Initial: "own"},
			{Name: "text", Label: "Your own words", Lines: true, Optional: true, Max: maxReply},
			{Name: "day", Label: "Day, for replies that name one", Date: true, Optional: true},
			{Name: "time", Label: "Time, for replies that name one", Time: true, Optional: true},
		},
	}
}

// closing is how long before WhatsApp's window ends the conversation takes no
// more words: they must still get there.
const closing = 5 * time.Minute

func closeForm(ref bot.Ref, m meta) bot.Form {
	var opts []bot.Choice
	for _, c := range bot.CloseCodes {
		opts = append(opts, bot.Choice{ID: c, Text: name(closeNames, c)})
	}
	return bot.Form{
		Callback: formClose, Meta: m.String(), Title: "Close " + string(ref), Submit: "Close it",
		Parts:  []bot.Part{{Text: "The words are removed from your messages. If the person writes again they begin anew."}},
		Inputs: []bot.Input{{Name: "code", Label: "How did it end?", Options: opts}},
	}
}

// Submit acts on a form. The world is checked again here: who holds the
// referral, STOP, the safe terms, the window, and anything new the person
// wrote since the form was opened.
func (d *Desk) Submit(ctx context.Context, s bot.Submission) bot.Reaction {
	m, ok := readMeta(s.Meta)
	field := map[string]string{formReply: "text", formPreview: "text", formClose: "code", formAlert: "code", formHand: "to", formMove: "to", formLend: "block", formHold: "reason"}[s.Callback]
	wrong := func(text string) bot.Reaction { return bot.Reaction{Faults: map[string]string{field: text}} }
	switch {
	case field == "":
		return bot.Reaction{}
	case !ok:
		return wrong(sayStale)
	case s.Callback == formAlert:
		return d.submitAlert(ctx, s, m)
	case s.Callback == formHold:
		return d.hold(ctx, s, m, wrong)
	}
	w, ok := d.Roster.Worker(m.programme, s.User)
	if !ok {
		return wrong(sayNotOnRoster)
	}
	r, told := d.mine(ctx, s.User, m.programme, m.ref)
	if s.Callback == formMove {
		r, told = d.held(ctx, w, m.programme, m.ref)
	}
	if told != "" {
		return wrong(told)
	}
	if r.Fence != m.fence {
		return wrong(sayStale)
	}
	switch s.Callback {
	case formClose:
		return d.close(ctx, s, m, wrong)
	case formReply:
		return d.preview(ctx, r, s, m)
	case formLend:
		return d.lend(ctx, r, s, m, wrong)
	case formHand, formMove:
		return d.hand(ctx, r, s, m, wrong)
	}
	return d.send(ctx, r, s, m, wrong)
}

func (d *Desk) close(ctx context.Context, s bot.Submission, m meta, wrong func(string) bot.Reaction) bot.Reaction {
	code := s.Values["code"]
	if _, ok := closeNames[code]; !ok {
		return wrong(sayStale)
	}
	ok, err := d.Queue.End(ctx, m.programme, m.ref, s.User, m.fence, "closed", code, time.Time{})
	if err != nil {
		d.fail(ctx, "close", err)
		return wrong(sayLater)
	}
	if !ok {
		return wrong(sayStale)
	}
	d.Pump(ctx, m.programme, m.ref)
	return bot.Reaction{}
}
