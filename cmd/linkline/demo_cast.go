package main

import (
	"fmt"

	"linkline/internal/console"
	"linkline/locales"
)

// numbers are our numbers with the programmes behind them.
func (w *world) numbers() []console.Number {
	var out []console.Number
	for _, p := range w.conf.Programmes {
		n := console.Number{Programme: p.ID, Name: p.Name, Flow: p.Flow, SMS: p.SMS, WhatsApp: p.WhatsApp}
		for _, g := range p.Groups {
			n.Groups = append(n.Groups, console.Group{Keyword: g.Keyword, Name: g.Name})
		}
		out = append(out, n)
	}
	return out
}

// residents are phones to pick up: one for every language that a programme
// offers, one more that two people share, the rehearsal's own, and the phones
// on call, which appear when they are texted.
func (w *world) residents() []console.Resident {
	var out []console.Resident
	seen := map[string]bool{}
	for _, p := range w.conf.Programmes {
		for _, tag := range p.Languages {
			l, ok := w.cat.Language(tag)
			if !ok || seen[l.Tag] {
				continue
			}
			seen[l.Tag] = true
			out = append(out, console.Resident{Number: fmt.Sprintf("+447700900%03d", 100+len(out)), Label: l.Meta.Name, Lang: l.Tag})
		}
	}
	out = append(out, console.Resident{Number: "+447700900199", Label: "A shared phone", Lang: locales.Base})
	for _, n := range w.conf.Rehearsal {
		out = append(out, console.Resident{Number: n, Label: "Rehearsal phone", Lang: locales.Base})
	}
	for _, n := range w.conf.Safety.OnCall {
		out = append(out, console.Resident{Number: n, Label: "On call", Lang: locales.Base, Quiet: true})
	}
	return out
}

// workers are everybody whose Slack may be looked at.
func (w *world) workers() []console.Worker {
	var out []console.Worker
	lead := w.conf.Safety.Lead
	for _, p := range w.conf.Workers {
		role := map[string]string{"link_worker": "link worker", "volunteer": "volunteer", "coordinator": "coordinator"}[p.Role]
		if role == "" {
			role = "link worker"
		}
		if p.Slack == lead {
			role += ", safeguarding lead"
			lead = ""
		}
		out = append(out, console.Worker{ID: p.Slack, Name: p.Name, Role: role, Languages: p.Languages})
	}
	if lead != "" {
		out = append(out, console.Worker{ID: lead, Name: "Lead", Role: "safeguarding lead"})
	}
	return append(out, console.Worker{ID: demoStranger, Name: "Someone else", Role: "on no roster"})
}

// cries are what the page offers to try as a cry for help. A test makes sure
// that each is recognised.
var cries = map[string]string{
	"en": "i dont want to live anymore", "ro": "nu mai vreau să trăiesc", "bn": "আমি আর বাঁচতে চাই না", "so": "waxaan rabaa inaan dhinto",
	"ur": "میں مرنا چاہتا ہوں", "ar": "أريد أن أموت",
}

// languages are what the phones may be written in, with words to try.
func (w *world) languages() []console.Language {
	var out []console.Language
	for _, l := range w.cat.Languages() {
		if !l.Ships() {
			continue
		}
		c := console.Language{Tag: l.Tag, Name: l.Meta.Name, Endonym: l.Meta.Endonym, Dir: l.Meta.Direction, Try: map[string]string{}}
		if len(l.Words.Greetings) > 0 {
			c.Try["hello"] = l.Words.Greetings[0]
		}
		if l.Tag == locales.Base {
			c.Try["hello"] = "hello"
		}
		if cry := cries[l.Tag]; cry != "" {
			c.Try["danger"] = cry
		}
		out = append(out, c)
	}
	return out
}
