package desk

import (
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// card is a referral's masked face. It never shows a name, a number or a word
// of what was said, whoever holds it.
func (d *Desk) card(r redisstore.Record) bot.Panel {
	c := r.Referral.Card
	var langs []string
	for _, t := range c.Languages {
		n := d.Texts.LanguageName(t)
		if !d.Texts.Reviewed(t) {
			n += " (texts not yet reviewed)"
		}
		langs = append(langs, n)
	}
	var needs, flags []string
	for _, n := range c.Needs {
		needs = append(needs, name(needNames, n))
	}
	for _, f := range c.Flags {
		flags = append(flags, name(flagNames, f))
	}
	p := bot.Panel{
		ID:      string(r.Ref) + ".card",
		Summary: "Referral " + string(r.Ref),
		Heading: reasonNames[r.Referral.Reason] + " · " + string(r.Ref),
	}
	fact := func(label, value string) {
		if value != "" {
			p.Facts = append(p.Facts, bot.Fact{Label: label, Value: value})
		}
	}
	fact("Initials", c.Initials)
	fact("Area", c.Borough)
	fact("Language", strings.Join(langs, ", "))
	fact("Would like help with", strings.Join(needs, ", "))
	fact("Age", c.AgeBand)
	fact("From", c.Group)
	fact("Please note", strings.Join(flags, ", "))
	fact("Waiting since", c.Since.In(london).Format("Mon 2 Jan 15:04"))
	v := join(r.Referral.Programme, r.Ref)
	switch r.State {
	case "open":
		p.Buttons = []bot.Button{
			{Action: actClaim, Text: "Claim", Value: v, Style: "primary"},
			{Action: actKnow, Text: "I know this person", Value: v},
		}
		if r.Priority == bot.PriorityUrgent {
			p.Heading = "Urgent · " + p.Heading
		}
	case "claimed":
		p.Small = "With <@" + r.Worker + ">"
	case "closed":
		p.Small = "Closed: " + name(closeNames, r.Code)
	}
	return p
}

var london = func() *time.Location {
	z, err := time.LoadLocation("Europe/London")
	if err != nil {
		return time.UTC
	}
	return z
}()

// handover is what the holder is told, the person's own words first.
func (d *Desk) handover(r bot.Referral) bot.Panel {
	h := r.Handover
	if h == nil {
		h = &bot.Handover{Lang: "en"}
	}
	v := join(r.Programme, r.Ref)
	p := bot.Panel{
		ID: string(r.Ref) + ".handover", Summary: "You have " + string(r.Ref), Heading: "You have " + string(r.Ref),
		Buttons: []bot.Button{
			{Action: actReply, Text: "Reply", Value: v, Style: "primary"},
			{Action: actRelease, Text: "Release", Value: v, Ask: "It goes back into the queue and the words are removed from here."},
			{Action: actClose, Text: "Close", Value: v},
		},
	}
	for _, s := range h.Said {
		p.Parts = append(p.Parts, bot.Part{Text: s.Text.Raw(), Quote: true})
	}
	if len(h.Said) == 0 {
		p.Parts = append(p.Parts, bot.Part{Text: "No words were kept: the person has not agreed to that. They asked for a person; write to them first."})
	}
	fact := func(label, value string) {
		if value != "" {
			p.Facts = append(p.Facts, bot.Fact{Label: label, Value: value})
		}
	}
	fact("Name", h.Name.Raw())
	fact("Language", d.Texts.LanguageName(h.Lang))
	fact("This phone", termNames[h.Terms])
	fact("Another number", h.Phone.Raw())
	for _, l := range h.Lines {
		if l.Slot == "name" || l.Slot == "phone" {
			continue
		}
		text := l.Typed.Raw()
		if len(l.IDs) > 0 {
			ids := make([]string, len(l.IDs))
			for i, id := range l.IDs {
				ids[i] = name(needNames, id)
			}
			text = strings.Join(ids, ", ")
		}
		if l.Offered {
			text += " (said in passing)"
		}
		fact(name(slotNames, l.Slot), text)
	}
	if !h.Promised.IsZero() {
		fact("Promised", "contact by "+h.Promised.In(london).Format("Mon 2 Jan"))
	}
	for _, f := range h.Flags {
		if f == "ask_agreement_first" {
			fact("First", "Ask the person themselves if they agree")
		}
	}
	p.Small = "Only you see this. Nothing you write here reaches the person unless you press Reply."
	return p
}

// alertPanel is an alert as the channel sees it: reference, kind and
// language, never the words.
func (d *Desk) alertPanel(a bot.Alert, by string) bot.Panel {
	head := "Possible danger: " + name(categoryNames, a.Category)
	if a.Label == "notice" {
		head = "Notice: a child under 13 texted. Nothing was kept."
	}
	p := bot.Panel{ID: "alert." + a.ID, Summary: head, Heading: head}
	if a.Ref != "" {
		p.Facts = append(p.Facts, bot.Fact{Label: "Referral", Value: string(a.Ref)})
	}
	p.Facts = append(p.Facts, bot.Fact{Label: "Language", Value: d.Texts.LanguageName(a.Lang)}, bot.Fact{Label: "At", Value: a.At.In(london).Format("Mon 2 Jan 15:04")})
	switch {
	case by != "":
		p.Small = "<@" + by + "> has this."
	case a.Label != "notice":
		p.Parts = []bot.Part{{Text: "The person has been sent the safety text for this. The words open to whoever takes it."}}
		p.Buttons = []bot.Button{{Action: actTakeAlert, Text: "I have this", Value: a.Programme + "|" + a.ID, Style: "danger"}}
	}
	return p
}

// alertWords open to whoever took an alert.
func alertWords(a bot.Alert) bot.Panel {
	p := bot.Panel{ID: "alertwords." + a.ID, Summary: "The alert that you took", Heading: "You have this alert", Parts: []bot.Part{{Text: a.Said.Raw(), Quote: true}}}
	p.Facts = []bot.Fact{{Label: "Phone", Value: strings.TrimPrefix(a.Resident.Raw(), "whatsapp:")}, {Label: "Kind", Value: name(categoryNames, a.Category)}}
	if a.Ref != "" {
		p.Facts = append(p.Facts, bot.Fact{Label: "Referral", Value: string(a.Ref)})
	}
	p.Small = "If someone is in danger now, call 999. Follow your safeguarding steps. Claim the referral to write to the person."
	return p
}

// note is a line in the holder's thread.
func (d *Desk) note(ref bot.Ref, id string, n bot.Note) bot.Panel {
	p := bot.Panel{ID: id, Summary: "News on " + string(ref)}
	text := func(s string) { p.Parts = append(p.Parts, bot.Part{Text: s}) }
	switch n.Kind {
	case bot.NoteText:
		p.Heading = "They wrote"
		p.Parts = []bot.Part{{Text: n.Text.Raw(), Quote: true}}
		p.Buttons = []bot.Button{{Action: actReply, Text: "Reply", Value: "", Style: "primary"}}
	case bot.NoteCrisis:
		p.Heading = "They wrote, and it may be an emergency"
		p.Parts = []bot.Part{{Text: n.Text.Raw(), Quote: true}}
		text("The safety text was sent to them at once, and an alert was raised.")
	case bot.NoteMedia:
		text("They sent a picture or a voice message. It cannot be opened here; they were asked to type.")
	case bot.NoteStopped:
		text(sayStopped)
	case bot.NoteStarted:
		text("They texted START: you may write to them again.")
	case bot.NoteFailed:
		text("A text of ours did not reach them. Code " + n.Code + ". Try calling, if they agreed to calls.")
	case bot.NoteHeld, bot.NoteWindow, bot.NoteRefused:
		say := refusals[n.Code]
		if say == "" {
			say = "A text was not sent."
		}
		text(say)
	case bot.NoteWrong:
		text("Whoever holds the phone says: wrong number. Nothing more is sent by the questions. Check the number before you write.")
	case bot.NoteDelete:
		text("They ask to have their data deleted. A coordinator must see to it within a month.")
	case bot.NoteCorrected:
		text("They corrected an answer. The card shows it now.")
	default:
		text("Something changed.")
	}
	return p
}

// sent is a worker's own text as it stands in the thread, with its delivery.
func sent(ref bot.Ref, oid bot.OID, v redisstore.Shown) bot.Panel {
	p := bot.Panel{ID: "sent." + string(oid), Summary: "Your text on " + string(ref), Heading: "You wrote", Parts: []bot.Part{{Text: v.Text.Raw(), Quote: true}}}
	switch v.State {
	case bot.DeliveryDelivered, bot.DeliveryRead:
		p.Small = "✓ Delivered"
	case bot.DeliverySent:
		p.Small = "Sent, not yet delivered"
	case bot.DeliveryFailed:
		p.Small = "✗ Not delivered"
	default:
		p.Small = "On its way"
	}
	return p
}

// redacted stands where words were.
func redacted(ref bot.Ref) bot.Panel {
	return bot.Panel{Summary: "Removed: " + string(ref), Parts: []bot.Part{{Text: "The words about " + string(ref) + " were removed here."}}}
}
