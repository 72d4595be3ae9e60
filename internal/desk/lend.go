package desk

import (
	"context"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// lendForm asks which block of questions the holder lends the conversation to.
func lendForm(blocks []string, m meta) bot.Form {
	in := bot.Input{Name: "block", Label: "Which questions?"}
	for _, b := range blocks {
		in.Options = append(in.Options, bot.Choice{ID: b, Text: name(blockNames, b)})
	}
	return bot.Form{
		Callback: formLend, Meta: m.String(), Title: "Ask questions", Submit: "Ask them",
		Parts: []bot.Part{{Text: sayLend}}, Inputs: []bot.Input{in},
	}
}

// lend gives the conversation to a block of questions. Its answers come back
// into the thread; anything else the person writes comes to the holder.
func (d *Desk) lend(ctx context.Context, r redisstore.Record, s bot.Submission, m meta, wrong func(string) bot.Reaction) bot.Reaction {
	block, ok := s.Values["block"], false
	for _, b := range d.Roster.Blocks(m.programme) {
		ok = ok || b == block
	}
	if !ok {
		return wrong(sayStale)
	}
	ev := bot.Event{ID: s.ID, Kind: bot.EventLend, At: d.Now(), Ref: m.ref, Worker: s.User, Fence: m.fence, Code: block, Opened: m.opened}
	reason, err := d.Talks.Event(ctx, r.Referral.CID, ev)
	if err != nil {
		d.fail(ctx, "lend", err)
		return wrong(sayLater)
	}
	if why, refused := strings.CutPrefix(reason, "refused:"); refused {
		if text := refusals[why]; text != "" {
			return wrong(text)
		}
		return wrong(sayStale)
	}
	if _, err := d.Queue.Touch(ctx, m.programme, m.ref, s.User, m.fence, time.Time{}); err != nil {
		d.fail(ctx, "note contact", err)
	}
	return bot.Reaction{}
}

// mute mutes the number of a referral that the user holds, or unmutes it.
func (d *Desk) mute(ctx context.Context, p bot.Press, programme string, ref bot.Ref) string {
	r, told := d.mine(ctx, p.User, programme, ref)
	if told != "" {
		return told
	}
	ev := bot.Event{ID: p.ID, Kind: bot.EventMute, At: d.Now(), Ref: ref, Worker: p.User, Fence: r.Fence}
	if p.Action == actUnmute {
		ev.Code = "off"
	}
	reason, err := d.Talks.Event(ctx, r.Referral.CID, ev)
	switch {
	case err != nil:
		d.fail(ctx, "mute", err)
		return sayLater
	case strings.HasPrefix(reason, "refused:"):
		return sayStale
	case ev.Code == "off":
		return say(sayUnmuted, ref, "")
	}
	return say(sayMuted, ref, "")
}

// mutedUntil is the day until which the number of a referral is muted; empty
// where it is not.
func (d *Desk) mutedUntil(ctx context.Context, cid bot.CID) string {
	w, err := d.Talks.World(ctx, cid)
	if err != nil || !w.Muted.After(d.Now()) {
		return ""
	}
	return w.Muted.In(london).Format("Mon 2 Jan")
}
