package redisstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linkline/bot"

	"github.com/redis/go-redis/v9"
)

// Seen tells whether an event of a conversation was committed, as long as its
// id is remembered.
func (s *Store) Seen(ctx context.Context, cid bot.CID, eventID string) (bool, error) {
	scores, err := s.client.rdb.ZMScore(ctx, placeOf(cid).seen(), eventID).Result()
	if err != nil {
		return false, fmt.Errorf("look for event: %w", err)
	}
	return len(scores) == 1 && scores[0] > 0, nil
}

// Erased tells when a conversation was last erased, zero if it never was. It
// stands in the stub, the hash z, which outlives an erasure.
func (s *Store) Erased(ctx context.Context, cid bot.CID) (time.Time, error) {
	p := placeOf(cid)
	at, err := s.client.rdb.HGet(ctx, p.tag+"z:"+string(p.cid), "erased").Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return time.Time{}, fmt.Errorf("look for erasure: %w", err)
	}
	return fromMillis(at), nil
}
