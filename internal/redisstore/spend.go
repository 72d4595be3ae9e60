package redisstore

import (
	"context"
	"fmt"
	"time"
)

// spendKept is how long a day's count is kept for whoever asks afterwards.
const spendKept = 35 * 24 * time.Hour

// Spend counts segments that were sent on a day (the day of now, in its own
// zone). first is true for the one call that brought the day to limit; a
// limit of zero is none. A repeat after a lost reply counts twice: it is a
// bill watched, not a bill.
func (s *Store) Spend(ctx context.Context, now time.Time, segments, limit int) (total int64, first bool, err error) {
	key := "linkline:spend:" + now.Format(time.DateOnly)
	r, err := s.call(ctx, "spend", []string{key}, segments, limit, spendKept.Milliseconds())
	if err != nil {
		return 0, false, fmt.Errorf("count spending: %w", err)
	}
	return r.num(0), r.str(1) == "1", nil
}
