package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// pause is how long "I have this" stops the ladder.
const pause = 30 * time.Minute

// may tells whether somebody may see alerts of a programme. Volunteers never
// do; the safeguarding lead always does.
func (d *Desk) may(programme, user string) (w Worker, ok bool) {
	w, ok = d.Roster.Worker(programme, user)
	if user == d.Roster.Lead() && user != "" {
		return w, true
	}
	return w, ok && w.Role != roleVolunteer
}

func (d *Desk) pressAlert(ctx context.Context, p bot.Press, programme, id string) string {
	w, ok := d.may(programme, p.User)
	if !ok {
		return sayNoAlerts
	}
	r, err := d.Queue.Alert(ctx, programme, id)
	switch {
	case errors.Is(err, bot.ErrGone):
		return sayStale
	case err != nil:
		d.fail(ctx, "read alert", err)
		return sayLater
	case p.Action == actTakeAlert:
		return d.takeAlert(ctx, p, programme, id)
	case r.State == redisstore.AlertClosed:
		return say(sayAlertClosed, "", r.ClosedBy)
	case r.By != p.User && w.Role != roleCoordinator && p.User != d.Roster.Lead():
		return say(sayAlertNotYours, "", r.By)
	case p.Action == actReadAlert:
		return d.endAlert(ctx, p.User, programme, id, "read", "")
	}
	if err := d.Board.Open(ctx, p.Trigger, closeAlertForm(meta{programme: programme, ref: bot.Ref(id), opened: d.Now()})); err != nil {
		d.fail(ctx, "open form", err)
		return sayAgain
	}
	return ""
}

// takeAlert gives an alert to whoever pressed first. The words open to them
// alone.
func (d *Desk) takeAlert(ctx context.Context, p bot.Press, programme, id string) string {
	how, by, err := d.Queue.TakeAlert(ctx, programme, id, p.User, d.Now().Add(pause))
	if err != nil {
		d.fail(ctx, "take alert", err)
		return sayLater
	}
	switch how {
	case "held":
		return say(sayAlertHeld, "", by)
	case "closed":
		return say(sayAlertClosed, "", by)
	case "ok":
	default:
		return sayStale
	}
	r, err := d.Queue.Alert(ctx, programme, id)
	if err != nil {
		d.fail(ctx, "take alert", err)
		return sayLater
	}
	if err := d.redactAlert(ctx, r, p.User); err != nil {
		d.fail(ctx, "redact alert", err)
	}
	if err := d.openAlert(ctx, r, p.User); err != nil {
		d.fail(ctx, "open alert", err)
		return sayAlertLater
	}
	if err := d.ShowAlert(ctx, programme, id, true); err != nil {
		d.fail(ctx, "show alert", err) // its outbox repeats it
	}
	return ""
}

// openAlert shows the words to whoever took the alert, once.
func (d *Desk) openAlert(ctx context.Context, r redisstore.AlertRecord, user string) error {
	ref := bot.Ref(r.Alert.ID)
	marks, err := d.Queue.Marks(ctx, r.Alert.Programme, ref)
	if _, ts, _ := strings.Cut(marks[user], "|"); err != nil || ts != "" {
		return err
	}
	at, err := d.surely(ctx, true, user, "", alertWords(r)) // a copy that is not on record would never be removed
	if err != nil {
		return err
	}
	return d.Queue.SetMark(ctx, r.Alert.Programme, ref, user, at.Channel, at.TS)
}

// redactAlert removes an alert's words from everybody's direct message but
// one.
func (d *Desk) redactAlert(ctx context.Context, r redisstore.AlertRecord, but string) error {
	ref := bot.Ref(r.Alert.ID)
	marks, err := d.Queue.Marks(ctx, r.Alert.Programme, ref)
	if err != nil {
		return err
	}
	for user, at := range marks {
		ch, ts, ok := strings.Cut(at, "|")
		if !ok || user == but || ts == "" || strings.HasPrefix(user, pageMark) {
			continue
		}
		err := d.Board.Update(ctx, bot.Spot{Channel: ch, TS: ts}, bot.Panel{Summary: "Removed", Parts: []bot.Part{{Text: sayAlertRemoved}}})
		if err != nil && !errors.Is(err, bot.ErrMessageGone) {
			return err
		}
		if err := d.Queue.SetMark(ctx, r.Alert.Programme, ref, user, "", ""); err != nil {
			return err
		}
	}
	return nil
}

func closeAlertForm(m meta) bot.Form {
	opts := make([]bot.Choice, len(alertCodes))
	for i, c := range alertCodes {
		opts[i] = bot.Choice{ID: c.ID, Text: c.Text}
	}
	return bot.Form{
		Callback: formAlert, Meta: m.String(), Title: "Close this alert", Submit: "Close it",
		Parts: []bot.Part{{Text: sayCloseAlert}},
		Inputs: []bot.Input{
			{Name: "code", Label: "What was done?", Options: opts},
			{Name: "text", Label: "In a few words, for the record", Lines: true, Optional: true, Max: maxReply},
		},
	}
}

// submitAlert closes an alert from its form.
func (d *Desk) submitAlert(ctx context.Context, s bot.Submission, m meta) bot.Reaction {
	wrong := func(text string) bot.Reaction { return bot.Reaction{Faults: map[string]string{"code": text}} }
	w, ok := d.may(m.programme, s.User)
	if !ok {
		return wrong(sayNoAlerts)
	}
	known := false
	for _, c := range alertCodes {
		known = known || c.ID == s.Values["code"]
	}
	if !known {
		return wrong(sayStale)
	}
	r, err := d.Queue.Alert(ctx, m.programme, string(m.ref))
	switch {
	case err != nil:
		return wrong(sayStale)
	case r.By != s.User && w.Role != roleCoordinator && s.User != d.Roster.Lead():
		return wrong(say(sayAlertNotYours, "", r.By))
	}
	if told := d.endAlert(ctx, s.User, m.programme, string(m.ref), s.Values["code"], bot.Words(s.Values["text"])); told != "" {
		return wrong(told)
	}
	return bot.Reaction{}
}

func (d *Desk) endAlert(ctx context.Context, user, programme, id, code string, note bot.Words) string {
	how, by, err := d.Queue.CloseAlert(ctx, programme, id, user, code, note)
	switch {
	case err != nil:
		d.fail(ctx, "close alert", err)
		return sayLater
	case how == "closed" && by != user:
		return say(sayAlertClosed, "", by)
	case how == "gone":
		return sayStale
	}
	d.later(ctx, func(ctx context.Context) {
		if err := d.ShowAlert(ctx, programme, id, true); err != nil {
			d.fail(ctx, "show alert", err) // its outbox repeats it
		}
	})
	return ""
}

// ShowAlert posts an alert, or brings its messages up to date, in the channel
// and in the direct messages of those who were called to it; it may be
// repeated. again: somebody may have posted it and died before that was on
// record, so it looks first.
func (d *Desk) ShowAlert(ctx context.Context, programme, id string, again bool) error {
	defer d.alone(id)()
	r, err := d.Queue.Alert(ctx, programme, id)
	if err != nil {
		return err
	}
	if r.State == redisstore.AlertClosed {
		if err := d.redactAlert(ctx, r, ""); err != nil {
			return err
		}
	}
	if err := d.showFace(ctx, r, again); err != nil {
		return err
	}
	return d.renewPages(ctx, r)
}

// showFace is the alert as it stands in the channel.
func (d *Desk) showFace(ctx context.Context, r redisstore.AlertRecord, again bool) error {
	programme := r.Alert.Programme
	p := d.alertPanel(r)
	if ch, ts, ok := strings.Cut(r.Slack, "|"); ok {
		err := d.Board.Update(ctx, bot.Spot{Channel: ch, TS: ts}, p)
		if !errors.Is(err, bot.ErrMessageGone) {
			return err
		}
	}
	_, room, _ := d.Roster.Rooms(programme)
	if r.Alert.Label == "notice" && d.Roster.Lead() != "" {
		room = d.Roster.Lead()
	}
	at, err := d.surely(ctx, again, room, "", p)
	if err != nil {
		return err
	}
	return d.Queue.AlertShown(ctx, programme, r.Alert.ID, at.Channel, at.TS)
}
