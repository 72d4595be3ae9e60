package desk

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"linkline/bot"
)

// numbered tells whether a text only picks from a menu, as "1 4": what it
// picked stands among the answers.
func numbered(text string) bool {
	return len(text) < 8 && strings.ContainsFunc(text, unicode.IsDigit) &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsSpace(r) && !unicode.IsPunct(r) })
}

// apart is how many texts stand each on their own; more are put together, the
// oldest first, so that none is left out.
const apart = 20

func quotes(said []bot.Said) []bot.Part {
	said = slices.DeleteFunc(slices.Clone(said), func(s bot.Said) bool { return numbered(s.Text.Raw()) })
	var out []bot.Part
	if n := len(said) - apart; n > 0 {
		var early []string
		for _, s := range said[:n] {
			early = append(early, s.Text.Raw())
		}
		out, said = append(out, bot.Part{Text: strings.Join(early, "\n"), Quote: true}), said[n:]
	}
	for _, s := range said {
		out = append(out, bot.Part{Text: s.Text.Raw(), Quote: true})
	}
	return out
}

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
			{Action: actCalled, Text: "I have spoken to them", Value: v},
			{Action: actHand, Text: "Hand over", Value: v},
			{Action: actMute, Text: "Mute", Value: v, Ask: sayMuteAsk},
			{Action: actRelease, Text: "Release", Value: v, Ask: "It goes back into the queue and the words are removed from here."},
			{Action: actClose, Text: "Close", Value: v},
		},
	}
	if len(d.Roster.Blocks(r.Programme)) > 0 {
		p.Buttons = slices.Insert(p.Buttons, 1, bot.Button{Action: actLend, Text: "Ask questions", Value: v})
	}
	p.First = quotes(h.Said)
	if len(h.Said) == 0 {
		p.First = append(p.First, bot.Part{Text: sayNoWords})
	}
	fact := func(label, value string) {
		if value != "" {
			p.Facts = append(p.Facts, bot.Fact{Label: label, Value: value})
		}
	}
	fact("Name", h.Name.Raw())
	fact("Language", d.language(h.Lang))
	fact("This phone", termNames[h.Terms])
	fact("Another number", h.Phone.Raw())
	for _, l := range h.Lines {
		if l.Slot == "name" || l.Slot == "phone" {
			continue
		}
		fact(slotName(l.Slot), answer(l))
	}
	fact("Not understood", strings.Join(missed(h.Missed), ", "))
	if slices.Contains(h.Missed, bot.MissedHomeOffice) {
		fact("They asked", sayHomeOffice)
	}
	if slices.Contains(h.Missed, bot.MissedQuestion) {
		fact("They asked", sayQuestion)
	}
	if h.Muted.After(d.Now()) {
		fact("Muted", "until "+h.Muted.In(london).Format("Mon 2 Jan"))
		i := slices.IndexFunc(p.Buttons, func(b bot.Button) bool { return b.Action == actMute })
		p.Buttons[i] = bot.Button{Action: actUnmute, Text: "Unmute", Value: v}
	}
	if !h.Promised.IsZero() {
		fact("Promised", "contact by "+h.Promised.In(london).Format("Mon 2 Jan"))
	}
	if h.Agreement.Given {
		fact("Agreed", h.Agreement.At.In(london).Format("Mon 2 Jan 15:04")+", in "+d.Texts.LanguageName(h.Agreement.Lang))
	} else {
		fact("Agreed", "Not yet: tell them what is kept before you write anything down")
	}
	if slices.Contains(h.Flags, "ask_agreement_first") {
		fact("First", "Ask the person themselves if they agree")
	}
	p.Small = "Only you see this. Nothing you write here reaches the person unless you press Reply."
	return p
}

// answer writes one answer in a worker's words; what was typed stands where
// there is nothing better.
func answer(l bot.Line) string {
	text := l.Value.Raw()
	switch {
	case len(l.IDs) > 0:
		names := make([]string, len(l.IDs))
		for i, id := range l.IDs {
			names[i] = optionName(l.Slot, id)
		}
		text = strings.Join(names, ", ")
	case l.Number != nil:
		text = strconv.Itoa(*l.Number)
	case l.Skipped:
		return "Not said"
	case text == "":
		text = l.Typed.Raw()
	}
	if l.Offered && text != "" {
		text += " (said in passing)"
	}
	return text
}

// missed names questions that were let go; what was asked of us stands by
// itself.
func missed(states []string) []string {
	var out []string
	for _, s := range states {
		if s != bot.MissedHomeOffice && s != bot.MissedQuestion {
			out = append(out, stateName(s))
		}
	}
	return out
}
