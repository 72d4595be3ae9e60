package config

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"linkline/internal/fold"
	"linkline/internal/hours"

	"go.yaml.in/yaml/v4"
)

func (r *reader) programme(n *yaml.Node) {
	p := Programme{Line: n.Line, Col: n.Column, Flow: "self-referral"}
	days := map[string]string{"days": "mon-fri", "from": "09:00", "to": "17:00", "zone": "Europe/London", "holidays": "england-and-wales"}
	unknown := false
	daysAt := map[string]*yaml.Node{}
	within := 10
	r.fields(n, "programmes", keys{
		"id":        r.scalar(&p.ID, idPat, "programme id", "two to six small letters; it stands in every reference"),
		"name":      r.scalar(&p.Name, nil, "name", ""),
		"flow":      func(v *yaml.Node) { p.Flow, unknown = r.flow(v) },
		"languages": r.list(&p.Languages, nil, r.known.Languages, "language that ships", ""),
		"numbers":   func(v *yaml.Node) { r.numbers(&p, v) },
		"slack": func(v *yaml.Node) {
			r.fields(v, "slack", keys{
				"channel": r.scalar(&p.Channel, chanPat, "Slack channel", "a channel id like C0123456789"),
				"alerts":  r.scalar(&p.Alerts, chanPat, "Slack channel", "a channel id like C0987654321"),
			})
		},
		"young_people": func(v *yaml.Node) {
			if v.Kind == yaml.ScalarNode && v.Value == "none" {
				return
			}
			r.fields(v, "young_people", keys{"channel": r.scalar(&p.YoungChannel, chanPat, "Slack channel", "none, or {channel: C…}")})
		},
		"hours": func(v *yaml.Node) {
			own := keys{}
			for k := range days {
				own[k] = func(x *yaml.Node) { days[k], daysAt[k] = x.Value, x }
			}
			r.fields(v, "hours", own)
		},
		"contact_within": func(v *yaml.Node) {
			d, err := hours.ParseWithin(v.Value)
			if err != nil {
				r.fault(v, "", "%s", err)
				return
			}
			within = d
		},
		"questions": func(v *yaml.Node) {
			r.fields(v, "questions", keys{"drop": r.list(&p.Drop, nil, nil, "question", ""), "add": r.list(&p.Add, nil, nil, "block", "")})
		},
		"questions_after": r.list(&p.QuestionsAfter, nil, nil, "block", ""),
		"council":         r.scalar(&p.Council, nil, "phone number", ""),
		"home_office": func(v *yaml.Node) {
			r.fields(v, "home_office", keys{
				"text":        r.scalar(&p.HomeOffice.Text, nil, "text", ""),
				"approved_by": r.scalar(&p.HomeOffice.ApprovedBy, nil, "name", ""),
				"on":          r.date(&p.HomeOffice.On),
			})
		},
		"groups": r.each("groups", func(g *yaml.Node) { r.group(&p, g) }),
	})
	w, err := hours.New(days["days"], days["from"], days["to"], days["zone"], days["holidays"])
	if all, ok := err.(interface{ Unwrap() []error }); ok { // every fault at once
		for _, err := range all.Unwrap() {
			var wrong hours.Wrong
			errors.As(err, &wrong)
			r.fault(cmp.Or(daysAt[wrong.Key], daysAt["from"]), "", "%s", err)
		}
	}
	p.Hours = w.Within(within)
	if len(p.Languages) == 0 {
		p.Languages = []string{"en"}
	}
	if unknown { // nothing can be said of the questions of a flow that is not there
		p.Drop, p.Add, p.QuestionsAfter = nil, nil, nil
	}
	r.whole(&p, n)
	r.config.Programmes = append(r.config.Programmes, p)
}

// whole checks a programme as a whole.
func (r *reader) whole(p *Programme, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	if p.ID == "" && !r.faulty(below(n, "id")) {
		r.fault(n, "id: bdd", "a programme has no id")
	}
	if p.SMS == "" && p.Service == "" && p.WhatsApp == "" && !r.faulty(below(n, "numbers")) {
		r.fault(n, "numbers: {sms: \"+44…\"}", "the programme %q has no number", p.ID)
	}
	if p.Channel == "" && !r.faulty(below(n, "slack")) {
		r.fault(n, "slack: {channel: C…, alerts: C…}", "the programme %q has no Slack channel", p.ID)
	}
	if p.Alerts == "" {
		p.Alerts = p.Channel
	}
	for _, q := range r.config.Programmes {
		if q.ID == p.ID && p.ID != "" {
			r.fault(n, "give one of them another id", "the programme %q stands twice", p.ID)
		}
	}
}

// flow names the flow of a programme, or one that ships where there is none of
// that name, so that its absence is not found again.
func (r *reader) flow(n *yaml.Node) (name string, unknown bool) {
	if !strings.HasSuffix(n.Value, ".yaml") && r.known.Flows != nil && !slices.Contains(r.known.Flows, n.Value) {
		r.fault(n, suggest(n.Value, r.known.Flows), "there is no flow %q", n.Value)
		return r.known.Flows[0], true
	}
	return n.Value, false
}

func (r *reader) numbers(p *Programme, n *yaml.Node) {
	r.fields(n, "numbers", keys{
		"sms":               r.scalar(&p.SMS, e164, "phone number", "write \"+447700900001\", in quotes"),
		"messaging_service": r.scalar(&p.Service, mgPat, "messaging service", "MG and 32 letters and digits"),
		"pace": func(v *yaml.Node) {
			n, err := strconv.Atoi(v.Value)
			if err != nil || n < 1 || n > 1000 {
				r.fault(v, "segments a second that the SMS sender carries; Twilio says which", "pace must be a whole number from 1 to 1000")
				return
			}
			p.Pace = n
		},
		"whatsapp": r.scalar(&p.WhatsApp, e164, "phone number", "write \"+447700900001\", in quotes"),
	})
}

func (r *reader) group(p *Programme, n *yaml.Node) {
	var g Group
	var at *yaml.Node
	r.fields(n, "groups", keys{
		"keyword": func(v *yaml.Node) { g.Keyword, at = v.Value, v },
		"name":    r.scalar(&g.Name, nil, "name", ""),
		"language": func(v *yaml.Node) {
			r.list(&[]string{}, nil, r.known.Languages, "language that ships", "")(v)
			g.Language = v.Value
		},
		"area": func(v *yaml.Node) {
			r.list(&[]string{}, nil, r.known.Boroughs, "London borough", "")(v)
			g.Area = v.Value
		},
	})
	k := fold.Key(g.Keyword)
	if n.Kind != yaml.MappingNode {
		return
	}
	if k == "" || strings.Contains(k, " ") {
		r.fault(n, "keyword: PIANO", "a group has no keyword of one word")
		return
	}
	for _, w := range r.known.Reserved {
		if f := fold.Key(w); sameWord(k, f) || sameWord(f, k) {
			r.fault(at, "choose another word", "the keyword %q is too close to %q, which means something already", g.Keyword, w)
			break
		}
	}
	all := slices.Clone(p.Groups)
	for _, q := range r.config.Programmes {
		all = append(all, q.Groups...)
	}
	for _, o := range all {
		if f := fold.Key(o.Keyword); sameWord(k, f) || sameWord(f, k) {
			r.fault(at, "two groups need words that differ by two letters", "the keyword %q is too close to %q", g.Keyword, o.Keyword)
		}
	}
	if g.Name == "" {
		g.Name = g.Keyword
	}
	p.Groups = append(p.Groups, g)
}
