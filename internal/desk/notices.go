package desk

import (
	"context"
	"strconv"
	"strings"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// ShowUnreached tells under an alert, and to whoever has it, that our text did
// not reach the person, so that somebody phones them.
func (d *Desk) ShowUnreached(ctx context.Context, programme, id string, it redisstore.Item) error {
	rec, err := d.Queue.Alert(ctx, programme, id)
	if err != nil {
		return err
	}
	p := unreached(rec, it)
	ch, ts, _ := strings.Cut(rec.Slack, "|")
	if ch == "" {
		_, ch, _ = d.Roster.Rooms(programme)
	}
	if _, err := d.surely(ctx, it.Again, ch, ts, p); err != nil || rec.By == "" {
		return err
	}
	_, err = d.surely(ctx, it.Again, rec.By, "", p)
	return err
}

func unreached(rec redisstore.AlertRecord, it redisstore.Item) bot.Panel {
	p := bot.Panel{
		ID: rec.Alert.ID + "." + it.ID, Summary: "The safety text did not arrive: phone them", Heading: "The safety text did not arrive",
		Parts: []bot.Part{{Text: sayUnreached}},
	}
	if rec.Alert.Ref != "" {
		p.Facts = append(p.Facts, bot.Fact{Label: "Referral", Value: string(rec.Alert.Ref)})
	}
	p.Facts = append(p.Facts, bot.Fact{Label: "Why", Value: why(it.Code)})
	if rec.By != "" {
		p.Small = "<@" + rec.By + "> has this."
	}
	return p
}

// why puts the provider's code into a worker's words.
func why(code string) string {
	switch code {
	case "21610":
		return "they have texted STOP, so the network lets no text through"
	case "21211", "21614", "30005", "30006", "63003", "63024":
		return "the number takes no texts"
	case "30003":
		return "the phone is off or out of reach"
	case "63016", "window":
		return "WhatsApp lets us write only within 24 hours of their last message"
	case "unknown":
		return "nobody can tell whether it went out"
	}
	return "the network did not deliver it (" + code + ")"
}

// Overspent tells the lead once a day that more segments went out than was
// planned. Nothing is held back.
func (d *Desk) Overspent(ctx context.Context, total int64, limit int) error {
	lead := d.Roster.Lead()
	if lead == "" {
		return nil
	}
	p := bot.Panel{
		ID: "spend." + d.Now().Format("2006-01-02"), Summary: "More texts than planned today", Heading: "More texts than planned today",
		Facts: []bot.Fact{{Label: "Segments today", Value: strconv.FormatInt(total, 10)}, {Label: "Planned at most", Value: strconv.Itoa(limit)}},
		Parts: []bot.Part{{Text: sayOverspent}},
	}
	_, err := d.post(ctx, lead, "", p)
	return err
}
