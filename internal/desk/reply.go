package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	"linkline/bot"
	"linkline/internal/redisstore"
	"linkline/internal/sms"
)

// blank tells whether a text would show nothing at all.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}

// words is what a reply form says: the text as the person will read it, and
// its key and arguments where it is an approved one.
func (d *Desk) words(ctx context.Context, r redisstore.Record, v map[string]string) (text, key string, args map[string]any, faults map[string]string) {
	fault := func(field, say string) map[string]string { return map[string]string{field: say} }
	own := strings.TrimSpace(v["text"])
	if v["kind"] == "own" || v["kind"] == "" {
		switch {
		case blank(own):
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
		case a.Day && !ahead(d.Now().In(london), day, clock, a.Time):
			return "", "", nil, fault("day", sayPast)
		}
		now, err := d.Talks.World(ctx, r.Referral.CID)
		if err != nil {
			d.fail(ctx, "read conversation", err)
			return "", "", nil, fault("kind", sayLater)
		}
		key = "reply." + a.ID
		text, args, err := d.Texts.Reply(r.Referral.Programme, now.Lang, key, day, clock)
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
func (d *Desk) preview(ctx context.Context, r redisstore.Record, s bot.Submission, m meta) bot.Reaction {
	text, key, _, faults := d.words(ctx, r, s.Values)
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
	text, key, args, faults := d.words(ctx, r, s.Values)
	if faults != nil {
		return bot.Reaction{Faults: faults}
	}
	if digest(text, key) != m.digest { // it was changed after the preview
		return d.preview(ctx, r, s, m)
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
	d.later(ctx, func(ctx context.Context) { d.showSent(ctx, r, bot.OID(s.ID+".0"), bot.Words(text)) })
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

// ahead tells whether a day, and the time on it where one is named, is still to
// come, and near enough to be named without its year.
func ahead(now, day, clock time.Time, timed bool) bool {
	at := day.AddDate(0, 0, 1)
	if timed {
		at = time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, day.Location())
	}
	return at.After(now) && at.Before(now.AddDate(0, 6, 0))
}
