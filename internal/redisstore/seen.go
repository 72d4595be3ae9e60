package redisstore

import (
	"context"
	"fmt"

	"linkline/bot"
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
