package redisstore

import (
	"context"
	"fmt"
	"time"
)

// Once tells whether an id is seen for the first time by any replica, and
// remembers it for so long.
func (s *Store) Once(ctx context.Context, id string, remember time.Duration) (first bool, err error) {
	first, err = s.client.rdb.SetNX(ctx, "linkline:once:"+id, "1", remember).Result()
	if err != nil {
		return false, fmt.Errorf("remember id: %w", err)
	}
	return first, nil
}
