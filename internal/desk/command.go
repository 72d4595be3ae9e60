package desk

import (
	"context"
	"fmt"
	"strings"

	"linkline/bot"
)

// Command answers /linkline.
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
		return d.queue(ctx, programmes, 10)
	case "next":
		return d.next(ctx, user, programmes)
	case "mine":
		return d.own(ctx, user, programmes)
	case "status":
		return d.status(ctx, user, programmes)
	}
	return bot.Panel{Summary: sayHelp}
}

// queue lists who waits, as masked as the cards are.
func (d *Desk) queue(ctx context.Context, programmes []string, most int) bot.Panel {
	p := bot.Panel{Summary: "Waiting", Heading: "Waiting"}
	for _, id := range programmes {
		refs, err := d.Queue.Waiting(ctx, id, most)
		if err != nil {
			d.fail(ctx, "list queue", err)
			return bot.Panel{Summary: sayLater}
		}
		for _, ref := range refs {
			r, err := d.Queue.Record(ctx, id, ref)
			if err != nil {
				continue
			}
			c := r.Referral.Card
			p.Parts = append(p.Parts, bot.Part{Text: fmt.Sprintf("%s · %s · %s · since %s", ref, reasonNames[r.Referral.Reason], d.Texts.LanguageName(first(c.Languages)), c.Since.In(london).Format("Mon 15:04"))})
		}
	}
	if len(p.Parts) == 0 {
		return bot.Panel{Summary: sayNothing}
	}
	p.Small = "/linkline next takes the first."
	return p
}

func first(list []string) string {
	if len(list) == 0 {
		return "en"
	}
	return list[0]
}

// next claims the first referral that this worker may hold.
func (d *Desk) next(ctx context.Context, user string, programmes []string) bot.Panel {
	for _, id := range programmes {
		w, ok := d.Roster.Worker(id, user)
		if !ok {
			continue
		}
		if w.Role == "volunteer" {
			return bot.Panel{Summary: sayVolunteer}
		}
		refs, err := d.Queue.Waiting(ctx, id, 20)
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
			if how == "ok" {
				d.Pump(ctx, id, ref)
				return bot.Panel{Summary: say(sayYours, ref, "")}
			}
		}
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
			p.Parts = append(p.Parts, bot.Part{Text: string(ref)})
		}
	}
	if len(p.Parts) == 0 {
		return bot.Panel{Summary: sayNoneMine}
	}
	p.Small = "Each is in your messages with Linkline."
	return p
}

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
	}
	return p
}
