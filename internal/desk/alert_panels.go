package desk

import (
	"strings"

	"linkline/bot"
	"linkline/internal/redisstore"
)

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
