package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// deletion brings a resident's wish for deletion, or its taking back, to the
// coordinators' direct messages: where nobody is a coordinator, to the
// safeguarding lead's. It fails only when nobody could be told.
func (d *Desk) deletion(ctx context.Context, r redisstore.Record, it redisstore.Item) error {
	var failed error
	told := 0
	for _, user := range d.coordinators(r.Referral.Programme) {
		if _, err := d.once(ctx, it.Again, user, "", deletionTask(r, it.ID+"."+user, *it.Entry.Note)); err != nil {
			d.fail(ctx, "ask for deletion", err)
			failed = err
			continue
		}
		told++
	}
	if told > 0 {
		return nil
	}
	return failed
}

func (d *Desk) coordinators(programme string) []string {
	var out []string
	for _, w := range d.Roster.Workers(programme) {
		if w.Role == roleCoordinator {
			out = append(out, w.Slack)
		}
	}
	if lead := d.Roster.Lead(); len(out) == 0 && lead != "" {
		out = append(out, lead)
	}
	return out
}

// deletionTask holds nothing personal: the reference and the day.
func deletionTask(r redisstore.Record, id string, n bot.Note) bot.Panel {
	if n.Kind == bot.NoteCancelled {
		return bot.Panel{ID: id, Summary: "Deletion is no longer asked for: " + string(r.Ref), Parts: []bot.Part{{Text: say(sayDeleteCancelled, r.Ref, "")}}}
	}
	v := join(r.Referral.Programme, r.Ref)
	p := bot.Panel{
		ID: id, Summary: "Deletion asked for: " + string(r.Ref), Heading: "Deletion asked for · " + string(r.Ref),
		Parts: []bot.Part{{Text: say(sayDeleteTask, r.Ref, "")}},
		Buttons: []bot.Button{
			{Action: actDelete, Text: "Delete now", Value: v, Style: "danger", Ask: sayDeleteAsk},
			{Action: actHold, Text: "Put on hold", Value: v},
			{Action: actHoldOff, Text: "Take the hold off", Value: v, Ask: sayHoldOffAsk},
			{Action: actDeleteOff, Text: "They changed their mind", Value: v, Ask: sayDeleteOffAsk},
		},
	}
	if due, err := time.ParseInLocation(time.DateOnly, n.Code, london); err == nil {
		p.Facts = append(p.Facts, bot.Fact{Label: "To be done by", Value: due.Format("Mon 2 Jan 2006")})
	}
	if r.State == "claimed" {
		p.Small = "With <@" + r.Worker + ">"
	}
	return p
}

// pressDeletion acts on a deletion task. Only coordinators and the
// safeguarding lead may.
func (d *Desk) pressDeletion(ctx context.Context, p bot.Press, programme string, ref bot.Ref) string {
	r, told := d.deletable(ctx, p.User, programme, ref)
	if told != "" {
		return told
	}
	ev := bot.Event{ID: p.ID, At: d.Now(), Ref: ref, Worker: p.User}
	switch p.Action {
	case actHold:
		if err := d.Board.Open(ctx, p.Trigger, holdForm(meta{programme: programme, ref: ref, opened: d.Now()})); err != nil {
			d.fail(ctx, "open form", err)
			return sayAgain
		}
		return ""
	case actHoldOff:
		ev.Kind, ev.Code = bot.EventHold, "off"
	case actDeleteOff:
		ev.Kind, ev.Code = bot.EventErased, bot.EraseCancel
	default:
		open, err := d.alertOpen(ctx, programme, r.Referral.CID)
		switch {
		case err != nil:
			d.fail(ctx, "read alerts", err)
			return sayLater
		case open:
			return sayDeleteAlert
		}
		ev.Kind, ev.Code = bot.EventErased, bot.EraseAsked
	}
	reason, err := d.Talks.Event(ctx, r.Referral.CID, ev)
	if err != nil {
		d.fail(ctx, "delete", err)
		return sayLater
	}
	switch why, refused := strings.CutPrefix(reason, "refused:"); {
	case refused && refusals[why] != "":
		return say(refusals[why], ref, "")
	case refused:
		return sayStale
	}
	return say(map[string]string{actDelete: sayDeleting, actHoldOff: sayHoldOff, actDeleteOff: sayDeleteKept}[p.Action], ref, "")
}

// deletable reads a referral, open or closed, for somebody who may delete.
func (d *Desk) deletable(ctx context.Context, user, programme string, ref bot.Ref) (redisstore.Record, string) {
	w, ok := d.Roster.Worker(programme, user)
	if (!ok || w.Role != roleCoordinator) && (user == "" || user != d.Roster.Lead()) {
		return redisstore.Record{}, sayDeleteWho
	}
	r, err := d.Queue.Record(ctx, programme, ref)
	switch {
	case errors.Is(err, bot.ErrGone):
		return r, say(sayErased, ref, "")
	case err != nil:
		d.fail(ctx, "read referral", err)
		return r, sayLater
	}
	return r, ""
}

// alertOpen tells whether an alert about somebody on this address stands open.
func (d *Desk) alertOpen(ctx context.Context, programme string, cid bot.CID) (bool, error) {
	ids, err := d.Queue.OpenAlerts(ctx, programme)
	for _, id := range ids {
		if strings.HasPrefix(id, string(cid)+"-") {
			return true, err
		}
	}
	return false, err
}

func holdForm(m meta) bot.Form {
	return bot.Form{
		Callback: formHold, Meta: m.String(), Title: "Put on hold", Submit: "Put on hold",
		Parts:  []bot.Part{{Text: say(sayHoldAbout, m.ref, "")}},
		Inputs: []bot.Input{{Name: "reason", Label: "Why must it be kept?", Lines: true, Max: 300}},
	}
}

// hold puts a record on hold with the reason that was given.
func (d *Desk) hold(ctx context.Context, s bot.Submission, m meta, wrong func(string) bot.Reaction) bot.Reaction {
	r, told := d.deletable(ctx, s.User, m.programme, m.ref)
	if told != "" {
		return wrong(told)
	}
	reason := strings.TrimSpace(s.Values["reason"])
	if blank(reason) {
		return wrong(sayHoldWhy)
	}
	ev := bot.Event{ID: s.ID, Kind: bot.EventHold, At: d.Now(), Ref: m.ref, Worker: s.User, Text: bot.Words(reason)}
	said, err := d.Talks.Event(ctx, r.Referral.CID, ev)
	switch {
	case err != nil:
		d.fail(ctx, "hold", err)
		return wrong(sayLater)
	case strings.HasPrefix(said, "refused:"):
		return wrong(sayStale)
	}
	return bot.Reaction{}
}
