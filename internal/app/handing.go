package app

import (
	"context"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// queues is the store as the desk sees it.
type queues struct{ *redisstore.Store }

func (q queues) HandOver(ctx context.Context, programme string, ref bot.Ref, from string, fence int64, to string, until time.Time) (string, int64, error) {
	r, err := q.Record(ctx, programme, ref)
	if err != nil {
		return "", 0, err
	}
	for _, k := range r.Knows {
		if k == to {
			return "knows", 0, nil
		}
	}
	ok, err := q.End(ctx, programme, ref, from, fence, "freed", "", time.Time{})
	if err != nil || !ok {
		return "lost", 0, err
	}
	how, _, f, err := q.Claim(ctx, programme, ref, to, until)
	return how, f, err
}

func (q queues) Offer(ctx context.Context, programme, worker string, limit int) ([]bot.Ref, error) {
	return q.Waiting(ctx, programme, limit)
}
