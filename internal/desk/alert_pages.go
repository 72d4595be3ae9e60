package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// pageMark begins the names under which the messages of pages are on record.
const pageMark = "page|"

// page is one call to one person about an alert, in their direct message.
type page struct{ id, user, key string }

func (p page) mark() string { return pageMark + p.id + "|" + p.user + "|" + p.key }

func readPage(mark string) (page, bool) {
	f := strings.Split(strings.TrimPrefix(mark, pageMark), "|")
	if !strings.HasPrefix(mark, pageMark) || len(f) != 3 {
		return page{}, false
	}
	return page{f[0], f[1], f[2]}, true
}

// PageUser calls one person to an alert in their direct message. again: an
// earlier try may have got through, so it looks first.
func (d *Desk) PageUser(ctx context.Context, programme, id, name, user, key string, again bool) error {
	r, err := d.Queue.Alert(ctx, programme, id)
	if err != nil {
		return err
	}
	p := page{name, user, key}
	at, err := d.surely(ctx, again, user, "", d.pagePanel(r, p))
	if err != nil {
		return err
	}
	if err := d.Queue.SetMark(ctx, programme, bot.Ref(id), p.mark(), at.Channel, at.TS); err != nil {
		return err
	}
	now, err := d.Queue.Alert(ctx, programme, id)
	if err != nil || now.State == r.State && now.By == r.By {
		return err
	}
	defer d.alone(id)() // somebody took or closed it meanwhile
	return d.renewPages(ctx, now)
}

// renewPages brings every page of an alert up to date, so that no button
// outlives what it was for. A page of a closed alert is final.
func (d *Desk) renewPages(ctx context.Context, r redisstore.AlertRecord) error {
	if r.State == redisstore.AlertOpen {
		return nil // as they were posted
	}
	ref := bot.Ref(r.Alert.ID)
	marks, err := d.Queue.Marks(ctx, r.Alert.Programme, ref)
	if err != nil {
		return err
	}
	for _, mark := range slices.Sorted(maps.Keys(marks)) {
		p, ours := readPage(mark)
		ch, ts, ok := strings.Cut(marks[mark], "|")
		if !ours || !ok || ts == "" {
			continue
		}
		err := d.Board.Update(ctx, bot.Spot{Channel: ch, TS: ts}, d.pagePanel(r, p))
		gone := errors.Is(err, bot.ErrMessageGone)
		if err != nil && !gone {
			return err
		}
		if gone || r.State == redisstore.AlertClosed {
			if err := d.Queue.SetMark(ctx, r.Alert.Programme, ref, mark, "", ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// pagePanel is a page as it stands now: why somebody is called, while that
// holds, and the buttons that do something for them.
func (d *Desk) pagePanel(r redisstore.AlertRecord, p page) bot.Panel {
	out := d.alertPanel(r)
	out.ID, out.Parts = p.id, nil
	mine := r.By == p.user
	switch {
	case r.State == redisstore.AlertClosed:
	case p.key == "yours" && mine:
		out.Parts, out.Buttons = []bot.Part{{Text: say(pageNames[p.key], "", r.By)}}, alertButtons(r)
	case p.key == "yours":
	case p.key == "long" && !mine, r.By == "":
		out.Parts = []bot.Part{{Text: say(pageNames[p.key], "", r.By)}}
	case mine:
		out.Buttons = nil // the message with the words has them
	}
	return out
}

// PageText is what a phone on call is sent: no details.
func (d *Desk) PageText(key string) string { return pageTexts[key] }
