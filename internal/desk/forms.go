package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
	"linkline/internal/sms"
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

// form opens the form behind Reply or Close, for the holder only.
func (d *Desk) form(ctx context.Context, p bot.Press, programme string, ref bot.Ref) string {
	r, told := d.mine(ctx, p.User, programme, ref)
	if told != "" {
		return told
	}
	m := meta{programme: programme, ref: ref, fence: r.Fence, opened: d.Now()}
	f := d.replyForm(r, m)
	if p.Action == actClose {
		f = closeForm(ref, m)
	}
	if err := d.Board.Open(ctx, p.Trigger, f); err != nil {
		d.fail(ctx, "open form", err)
		return sayLater
	}
	return ""
}

func (d *Desk) replyForm(r redisstore.Record, m meta) bot.Form {
	lang, terms := "en", bot.TermsUnknown
	if len(r.Referral.Card.Languages) > 0 {
		lang = r.Referral.Card.Languages[0]
	}
	for _, f := range r.Referral.Card.Flags {
		if f == "shared_phone" {
			terms = bot.TermsShared
		}
	}
	if r.Referral.Handover != nil {
		terms = r.Referral.Handover.Terms
	}
	opts := []bot.Choice{{ID: "own", Text: "My own words"}}
	for _, a := range approved {
		opts = append(opts, bot.Choice{ID: a.ID, Text: a.Text})
	}
	return bot.Form{
		Callback: formReply, Meta: m.String(), Title: "Reply", Submit: "Preview",
		Parts: []bot.Part{{Text: "Their language: " + d.Texts.LanguageName(lang) + ". " + termNames[terms] + ".\nApproved replies are sent in their language. Your own words are sent as you write them."}},
		Inputs: []bot.Input{
			{Name: "kind", Label: "What to send", Options: opts, Initial: "own"},
			{Name: "text", Label: "Your own words", Lines: true, Optional: true, Max: maxReply},
			{Name: "day", Label: "Day, for replies that name one", Date: true, Optional: true},
			{Name: "time", Label: "Time, for replies that name one", Time: true, Optional: true},
		},
	}
}

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
	field := map[string]string{formReply: "text", formPreview: "text", formClose: "code"}[s.Callback]
	wrong := func(text string) bot.Reaction { return bot.Reaction{Faults: map[string]string{field: text}} }
	if !ok || field == "" {
		return bot.Reaction{Faults: map[string]string{"text": sayStale}}
	}
	if _, ok := d.Roster.Worker(m.programme, s.User); !ok {
		return wrong(sayNotOnRoster)
	}
	r, told := d.mine(ctx, s.User, m.programme, m.ref)
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
		return d.preview(r, s, m)
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

// words is what a reply form says: the text as the person will read it, and
// its key and arguments where it is an approved one.
func (d *Desk) words(r redisstore.Record, v map[string]string) (text, key string, args map[string]any, faults map[string]string) {
	fault := func(field, say string) map[string]string { return map[string]string{field: say} }
	own := strings.TrimSpace(v["text"])
	if v["kind"] == "own" || v["kind"] == "" {
		switch {
		case own == "":
			return "", "", nil, fault("text", sayEmpty)
		case len([]rune(own)) > maxReply:
			return "", "", nil, fault("text", sayTooLong)
		}
		return sms.Plain(own), "", nil, nil
	}
	if own != "" {
		return "", "", nil, fault("text", sayBoth)
	}
	for _, a := range approved {
		if a.ID != v["kind"] {
			continue
		}
		day, derr := time.ParseInLocation("2006-01-02", v["day"], london)
		clock, cerr := time.ParseInLocation("15:04", v["time"], london)
		switch {
		case a.Day && derr != nil:
			return "", "", nil, fault("day", sayNeedDay)
		case a.Time && cerr != nil:
			return "", "", nil, fault("time", sayNeedTime)
		}
		lang := "en"
		if len(r.Referral.Card.Languages) > 0 {
			lang = r.Referral.Card.Languages[0]
		}
		key = "reply." + a.ID
		text, args, err := d.Texts.Reply(r.Referral.Programme, lang, key, day, clock)
		if err != nil {
			return "", "", nil, fault("kind", sayLater)
		}
		return text, key, args, nil
	}
	return "", "", nil, fault("kind", sayStale)
}

func digest(text, key string) string {
	sum := sha256.Sum256([]byte(key + "\x00" + text))
	return hex.EncodeToString(sum[:8])
}

// preview shows the text as the person will read it, with what it costs.
func (d *Desk) preview(r redisstore.Record, s bot.Submission, m meta) bot.Reaction {
	text, key, _, faults := d.words(r, s.Values)
	if faults != nil {
		return bot.Reaction{Faults: faults}
	}
	size := sms.Count(text)
	m.digest = digest(text, key)
	segments := fmt.Sprintf("%d text messages", size.Segments)
	if size.Segments == 1 {
		segments = "1 text message"
	}
	f := bot.Form{
		Callback: formPreview, Meta: m.String(), Title: "Send this?", Submit: "Send",
		Parts: []bot.Part{{Text: "They will read:\n" + text}, {Text: segments + ". Change it below if you like; then you see it once more."}},
		Inputs: []bot.Input{
			{Name: "kind", Label: "What to send", Options: []bot.Choice{{ID: kindOf(s.Values), Text: kindName(s.Values)}}, Initial: kindOf(s.Values)},
			{Name: "text", Label: "Your own words", Lines: true, Optional: true, Max: maxReply, Initial: strings.TrimSpace(s.Values["text"])},
			{Name: "day", Label: "Day", Date: true, Optional: true, Initial: s.Values["day"]},
			{Name: "time", Label: "Time", Time: true, Optional: true, Initial: s.Values["time"]},
		},
	}
	return bot.Reaction{Next: &f}
}

func kindOf(v map[string]string) string {
	if v["kind"] == "" {
		return "own"
	}
	return v["kind"]
}

func kindName(v map[string]string) string {
	for _, a := range approved {
		if a.ID == v["kind"] {
			return a.Text
		}
	}
	return "My own words"
}

// send commits a reply with the conversation's own checks.
func (d *Desk) send(ctx context.Context, r redisstore.Record, s bot.Submission, m meta, wrong func(string) bot.Reaction) bot.Reaction {
	text, key, args, faults := d.words(r, s.Values)
	if faults != nil {
		return bot.Reaction{Faults: faults}
	}
	if digest(text, key) != m.digest { // it was changed after the preview
		return d.preview(r, s, m)
	}
	ev := bot.Event{
		ID: s.ID, Kind: bot.EventReply, At: d.Now(), Ref: m.ref, Worker: s.User, Fence: m.fence,
		Text: bot.Words(text), Key: key, Args: args, Opened: m.opened,
	}
	reason, err := d.Talks.Event(ctx, r.Referral.CID, ev)
	if err != nil {
		d.fail(ctx, "reply", err)
		return wrong(sayLater)
	}
	if why, refused := strings.CutPrefix(reason, "refused:"); refused {
		say := refusals[why]
		if say == "" {
			say = sayStale
		}
		return wrong(say)
	}
	if _, err := d.Queue.Touch(ctx, m.programme, m.ref, s.User, m.fence, time.Time{}); err != nil {
		d.fail(ctx, "note contact", err)
	}
	d.showSent(ctx, r, bot.OID(s.ID+".0"), bot.Words(text))
	return bot.Reaction{}
}

// showSent puts the worker's text into the thread, where its delivery will be
// marked. It is a convenience: the text is committed already.
func (d *Desk) showSent(ctx context.Context, r redisstore.Record, oid bot.OID, text bot.Words) {
	ch, ts, ok := strings.Cut(r.Thread, "|")
	if !ok || ts == "" {
		return
	}
	if _, err := d.Queue.Shown(ctx, r.Referral.Programme, r.Ref, oid); err == nil {
		return // sent twice by Slack
	}
	v := redisstore.Shown{Text: text, State: bot.DeliveryQueued}
	at, err := d.post(ctx, ch, ts, sent(r.Ref, oid, v))
	if err != nil {
		d.fail(ctx, "show reply", err)
		return
	}
	v.Channel, v.TS = at.Channel, at.TS
	if err := d.Queue.SetShown(ctx, r.Referral.Programme, r.Ref, oid, v); err != nil {
		d.fail(ctx, "show reply", err)
		return
	}
	// Receipts may have overtaken us.
	if err := d.Delivered(ctx, r.Referral.Programme, r.Ref, r.Referral.CID, oid); err != nil {
		d.fail(ctx, "show delivery", err)
	}
}
