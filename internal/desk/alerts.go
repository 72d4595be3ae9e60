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
		if !ok || user == but || ts == "" {
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

// ShowAlert posts an alert, or brings its message up to date; it may be
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
	return d.Queue.AlertShown(ctx, programme, id, at.Channel, at.TS)
}

// PageUser calls one person to an alert in their direct message. again: an
// earlier try may have got through, so it looks first.
func (d *Desk) PageUser(ctx context.Context, programme, id, page, user, key string, again bool) error {
	r, err := d.Queue.Alert(ctx, programme, id)
	if err != nil {
		return err
	}
	p := d.alertPanel(r)
	p.ID = page
	p.Parts = []bot.Part{{Text: say(pageNames[key], "", r.By)}}
	if key == "yours" {
		p.Buttons = alertButtons(r)
	}
	_, err = d.surely(ctx, again, user, "", p)
	return err
}

// PageText is what a phone on call is sent: no details.
func (d *Desk) PageText(key string) string { return pageTexts[key] }

// alertPanel is an alert as the channel sees it: reference, kind and
// language, never the words.
func (d *Desk) alertPanel(r redisstore.AlertRecord) bot.Panel {
	a := r.Alert
	head := "Possible danger: " + name(categoryNames, a.Category)
	said := sayAlertSent
	switch {
	case a.Drill:
		head, said = "Practice alert: nobody is in danger", sayAlertDrill
	case a.Practice:
		said = sayAlertTry
	case a.Label == "notice":
		head, said = "Notice: a child under 13 texted. Nothing was kept.", ""
	case a.Label == "concern":
		head, said = "Please read today: "+name(categoryNames, a.Category), sayConcern
	}
	p := bot.Panel{ID: "alert." + a.ID, Summary: head, Heading: head}
	fact := func(label, value string) {
		if value != "" {
			p.Facts = append(p.Facts, bot.Fact{Label: label, Value: value})
		}
	}
	fact("Referral", string(a.Ref))
	if a.Lang != "" {
		fact("Language", d.Texts.LanguageName(a.Lang))
	}
	fact("At", a.At.In(london).Format("Mon 2 Jan 15:04"))
	if r.Unreached != "" {
		fact("Not reached", say(sayNotReached, "", why(r.Unreached)))
	}
	v := a.Programme + "|" + a.ID
	switch {
	case r.State == redisstore.AlertClosed:
		p.Small = closedBy(r)
	case r.By != "":
		p.Small = "<@" + r.By + "> has this since " + a.TakenAt.In(london).Format("15:04") + "."
		p.Buttons = []bot.Button{{Action: actTakeAlert, Text: "I have this now", Value: v}}
	case a.Label == "concern":
		p.Buttons = []bot.Button{{Action: actTakeAlert, Text: "Read it", Value: v, Style: "primary"}}
	case a.Label != "notice":
		p.Buttons = []bot.Button{{Action: actTakeAlert, Text: "I have this", Value: v, Style: "danger"}}
	}
	if r.State == redisstore.AlertOpen && said != "" {
		p.Parts = []bot.Part{{Text: said}}
	}
	return p
}

func closedBy(r redisstore.AlertRecord) string {
	if r.ClosedBy == "" {
		return "Over."
	}
	what := r.ClosedCode
	for _, c := range alertCodes {
		if c.ID == what {
			what = c.Text
		}
	}
	if what == "read" {
		return "<@" + r.ClosedBy + "> has read this."
	}
	return "Closed by <@" + r.ClosedBy + ">: " + what + "."
}

func alertButtons(r redisstore.AlertRecord) []bot.Button {
	v := r.Alert.Programme + "|" + r.Alert.ID
	if r.Alert.Label == "concern" {
		return []bot.Button{{Action: actReadAlert, Text: "I have read it", Value: v, Style: "primary"}}
	}
	return []bot.Button{
		{Action: actCloseAlert, Text: "Close: what was done", Value: v, Style: "primary"},
		{Action: actTakeAlert, Text: "I still have this", Value: v},
	}
}

// alertWords open to whoever took an alert.
func alertWords(r redisstore.AlertRecord) bot.Panel {
	a := r.Alert
	p := bot.Panel{ID: "words." + a.ID, Summary: "The alert that you took", Heading: "You have this alert", Small: sayAlertTaken, Buttons: alertButtons(r)}
	if a.Drill {
		p.Parts = []bot.Part{{Text: sayAlertDrill}}
		return p
	}
	p.Parts = []bot.Part{{Text: a.Said.Raw(), Quote: true}}
	p.Facts = []bot.Fact{{Label: "Phone", Value: strings.TrimPrefix(a.Resident.Raw(), "whatsapp:")}, {Label: "Kind", Value: name(categoryNames, a.Category)}}
	if a.Ref != "" {
		p.Facts = append(p.Facts, bot.Fact{Label: "Referral", Value: string(a.Ref)})
	}
	if r.Unreached != "" {
		p.Facts = append(p.Facts, bot.Fact{Label: "Not reached", Value: say(sayNotReached, "", why(r.Unreached))})
	}
	return p
}
