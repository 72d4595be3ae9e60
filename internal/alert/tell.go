package alert

import (
	"context"
	"errors"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// tell brings what became of alerts to their conversations: once somebody is
// known to have been called, and once a person has it. The person is told
// nothing that is not so.
func (a *Alerts) tell(ctx context.Context, programme string) error {
	refs, err := a.News.DueRefs(ctx, programme, redisstore.AlertToConversation, batch)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		a.news(ctx, programme, ref)
	}
	return nil
}

func (a *Alerts) news(ctx context.Context, programme string, ref bot.Ref) {
	for ctx.Err() == nil {
		it, token, err := a.News.Next(ctx, programme, ref, redisstore.AlertToConversation)
		if err == nil && it == nil {
			return
		}
		if err == nil {
			err = a.item(ctx, programme, string(ref), *it)
		}
		delay := time.Duration(0)
		if err != nil {
			a.Log.WarnContext(ctx, "alert_not_told", "programme", programme, "error", err.Error())
			delay = 2 * time.Second
		}
		if it == nil || a.News.Settle(ctx, programme, ref, redisstore.AlertToConversation, it.ID, token, delay, false) != nil || delay > 0 {
			return
		}
	}
}

func (a *Alerts) item(ctx context.Context, programme, id string, it redisstore.Item) error {
	r, err := a.Ladder.Alert(ctx, programme, id)
	if errors.Is(err, bot.ErrGone) {
		return nil
	}
	if err != nil || r.Alert.Label != labelCrisis {
		return err
	}
	switch it.Kind {
	case "told":
		return a.say(ctx, r, bot.EventPaged, bot.PageAccepted)
	case "taken":
		return a.say(ctx, r, bot.EventTaken, "")
	}
	return nil // what was done about it is nobody's business on the phone
}

// say tells the conversation, which decides what the person may hear of it.
// Each is said once, whoever takes the alert after.
func (a *Alerts) say(ctx context.Context, r redisstore.AlertRecord, kind bot.EventKind, code string) error {
	if r.Alert.CID == "" || r.Alert.Ref == "" && !r.Alert.Practice {
		return nil
	}
	_, err := a.Talks.Event(ctx, r.Alert.CID, bot.Event{
		ID: "alert:" + r.Alert.ID + ":" + string(kind) + code, Kind: kind, At: a.Now(), Ref: r.Alert.Ref, Code: code,
	})
	return err
}
