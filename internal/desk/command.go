package desk

import (
	"context"
	"fmt"
	"strings"

	"linkline/bot"
)

// listed is how many referrals a list shows.
const listed = 10

// Command answers /linkline. What it answers is seen by whoever typed it, and
// is as masked as the cards are.
func (d *Desk) Command(ctx context.Context, user, _, text, _ string) bot.Panel {
	programmes := d.Roster.Programmes(user)
	if len(programmes) == 0 {
		return bot.Panel{Summary: sayNotOnRoster}
	}
	word := ""
	if f := strings.Fields(strings.ToLower(text)); len(f) > 0 {
		word = f[0]
	}
	switch word {
	case "queue":
		return d.queue(ctx, programmes)
	case "next":
		return d.next(ctx, user, programmes)
	case "mine":
		return d.own(ctx, user, programmes)
	case "status":
		return d.status(ctx, user, programmes)
	}
	return bot.Panel{Summary: sayHelp}
}

// line is a referral in a list.
func (d *Desk) line(ctx context.Context, programme string, ref bot.Ref) (bot.Part, bool) {
	r, err := d.Queue.Record(ctx, programme, ref)
	if err != nil {
		return bot.Part{}, false // it went away meanwhile
	}
	c := r.Referral.Card
	text := say(sayLine, ref, "")
	if r.State == "claimed" && !r.Contacted {
		text = say(sayLineNew, ref, "")
	}
	if r.State == "claimed" {
		if until := d.mutedUntil(ctx, r.Referral.CID); until != "" {
			text += say(sayMutedLine, "", until)
		}
	}
	return bot.Part{Text: strings.NewReplacer(
		"{reason}", reasonNames[r.Referral.Reason], "{lang}", d.Texts.LanguageName(first(c.Languages)), "{since}", c.Since.In(london).Format("Mon 2 Jan 15:04"),
	).Replace(text)}, true
}

func first(list []string) string {
	if len(list) == 0 {
		return "en"
	}
	return list[0]
}

// queue lists who waits.
func (d *Desk) queue(ctx context.Context, programmes []string) bot.Panel {
	p := bot.Panel{Summary: "Waiting", Heading: "Waiting"}
	for _, id := range programmes {
		refs, err := d.Queue.Waiting(ctx, id, listed)
		if err != nil {
			d.fail(ctx, "list queue", err)
			return bot.Panel{Summary: sayLater}
		}
		for _, ref := range refs {
			if part, ok := d.line(ctx, id, ref); ok {
				p.Parts = append(p.Parts, part)
			}
		}
	}
	if len(p.Parts) == 0 {
		return bot.Panel{Summary: sayNothing}
	}
	p.Small = sayNext
	return p
}

// next claims the first referral that this worker may hold.
func (d *Desk) next(ctx context.Context, user string, programmes []string) bot.Panel {
	volunteer := true
	for _, id := range programmes {
		w, ok := d.Roster.Worker(id, user)
		if !ok || w.Role == roleVolunteer {
			continue
		}
		volunteer = false
		refs, err := d.Queue.Offer(ctx, id, user, listed)
		if err != nil {
			d.fail(ctx, "next", err)
			return bot.Panel{Summary: sayLater}
		}
		for _, ref := range refs {
			how, _, _, err := d.Queue.Claim(ctx, id, ref, user, d.Roster.LeaseEnds(id, d.Now()))
			if err != nil {
				d.fail(ctx, "next", err)
				return bot.Panel{Summary: sayLater}
			}
			if how == "ok" { // somebody may have been faster with any of them
				d.Pump(ctx, id, ref)
				return bot.Panel{Summary: say(sayNow, ref, "")}
			}
		}
	}
	if volunteer {
		return bot.Panel{Summary: sayVolunteer}
	}
	return bot.Panel{Summary: sayNothing}
}

func (d *Desk) own(ctx context.Context, user string, programmes []string) bot.Panel {
	p := bot.Panel{Summary: "Yours", Heading: "Yours"}
	for _, id := range programmes {
		refs, err := d.Queue.Held(ctx, id, user)
		if err != nil {
			d.fail(ctx, "list held", err)
			return bot.Panel{Summary: sayLater}
		}
		for _, ref := range refs {
			if part, ok := d.line(ctx, id, ref); ok {
				p.Parts = append(p.Parts, part)
			}
		}
	}
	if len(p.Parts) == 0 {
		return bot.Panel{Summary: sayNoneMine}
	}
	p.Small = sayInMessages
	return p
}

// status counts; coordinators also see who holds how many.
func (d *Desk) status(ctx context.Context, user string, programmes []string) bot.Panel {
	p := bot.Panel{Summary: "How things stand", Heading: "How things stand"}
	for _, id := range programmes {
		waiting, err := d.Queue.Waiting(ctx, id, 1000)
		if err != nil {
			d.fail(ctx, "status", err)
			return bot.Panel{Summary: sayLater}
		}
		mine, err := d.Queue.Held(ctx, id, user)
		if err != nil {
			d.fail(ctx, "status", err)
			return bot.Panel{Summary: sayLater}
		}
		p.Facts = append(p.Facts, bot.Fact{Label: id, Value: fmt.Sprintf("%d waiting, %d with you", len(waiting), len(mine))})
		if list := d.mutedAmong(ctx, id, mine); list != "" {
			p.Facts = append(p.Facts, bot.Fact{Label: id + ", muted", Value: list})
		}
		if w, ok := d.Roster.Worker(id, user); !ok || w.Role != roleCoordinator {
			continue
		}
		for _, w := range d.Roster.Workers(id) {
			held, err := d.Queue.Held(ctx, id, w.Slack)
			if err != nil {
				d.fail(ctx, "status", err)
				return bot.Panel{Summary: sayLater}
			}
			if len(held) > 0 {
				p.Facts = append(p.Facts, bot.Fact{Label: id + ", " + w.Name, Value: fmt.Sprintf("%d: %s", len(held), refs(held))})
			}
		}
	}
	return p
}

func refs(list []bot.Ref) string {
	out := make([]string, 0, listed+1)
	for i, r := range list {
		if i == listed {
			out = append(out, "…")
			break
		}
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

// mutedAmong names the referrals whose numbers are muted, of the first few.
func (d *Desk) mutedAmong(ctx context.Context, programme string, held []bot.Ref) string {
	var out []string
	for i, ref := range held {
		if i == 5*listed {
			break
		}
		r, err := d.Queue.Record(ctx, programme, ref)
		if err != nil {
			continue
		}
		if until := d.mutedUntil(ctx, r.Referral.CID); until != "" {
			out = append(out, string(ref)+" until "+until)
		}
	}
	return strings.Join(out, ", ")
}
