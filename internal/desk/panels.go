package desk

import (
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// face is a referral's masked face. It never shows a name, a number or a word
// of what was said, whoever holds it.
func (d *Desk) face(r redisstore.Record) bot.Panel {
	c := r.Referral.Card
	var langs []string
	for _, t := range c.Languages {
		langs = append(langs, d.language(t))
	}
	var needs, flags []string
	for _, n := range c.Needs {
		needs = append(needs, optionName("needs", n))
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
	fact("Not understood", strings.Join(missed(c.Missed), ", "))
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
		p.Buttons = []bot.Button{{Action: actMove, Text: "Move (coordinators)", Value: v}}
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

// language names a language and says so when no speaker has read our texts in
// it.
func (d *Desk) language(tag string) string {
	n := d.Texts.LanguageName(tag)
	if !d.Texts.Reviewed(tag) {
		n += " (our texts in it are not yet reviewed)"
	}
	return n
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
		text(failure(n.Code))
	case bot.NoteHeld, bot.NoteWindow, bot.NoteRefused:
		say := refusals[n.Code]
		if say == "" {
			say = "A text was not sent."
		}
		text(say)
	case bot.NoteWrong:
		text("Whoever holds the phone says: wrong number. Nothing more is sent by the questions. Check the number before you write.")
	case bot.NoteDelete:
		text("They ask to have their data deleted. The coordinators were asked to see to it within a month.")
	case bot.NoteSafe:
		text(say(saySafe, "", name(safeNames, n.Code)))
	case bot.NoteLent:
		text(name(lentNames, n.Code))
		for _, l := range n.Lines {
			p.Facts = append(p.Facts, bot.Fact{Label: slotName(l.Slot), Value: answer(l)})
		}
	case bot.NoteMuted:
		p.Buttons = nil
		if until, err := time.ParseInLocation(time.DateOnly, n.Code, london); err == nil {
			text(say(sayMutedNote, "", until.Format("Mon 2 Jan")))
			p.Buttons = []bot.Button{{Action: actUnmute, Text: "Unmute", Value: ""}}
		} else {
			text(sayUnmutedNote)
		}
	case bot.NoteCancelled:
		text(sayCancelled)
	case bot.NoteCall:
		text(sayCallMe)
		p.Buttons = []bot.Button{{Action: actReply, Text: "Reply", Value: "", Style: "primary"}, {Action: actCalled, Text: "I have spoken to them", Value: ""}}
	case bot.NoteUnanswered:
		text(sayUnanswered)
		p.Buttons = []bot.Button{{Action: actReply, Text: "Reply", Value: "", Style: "primary"}, {Action: actCalled, Text: "I have spoken to them", Value: ""}}
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
		p.Small = "✗ Not delivered. The line below says what to do."
	default:
		p.Small = "On its way"
	}
	return p
}

// erased stands where a card was.
func erased(ref bot.Ref) bot.Panel {
	return bot.Panel{Summary: "Deleted: " + string(ref), Parts: []bot.Part{{Text: say(sayErased, ref, "")}}}
}

// redacted stands where words were, and says where the referral went.
func redacted(r redisstore.Record) bot.Panel {
	text := sayRedactedOpen
	switch r.State {
	case "claimed":
		text = sayRedactedMoved
	case "closed":
		text = sayRedactedClosed
	}
	return bot.Panel{Summary: "Removed: " + string(r.Ref), Parts: []bot.Part{{Text: say(text, r.Ref, "")}}}
}
