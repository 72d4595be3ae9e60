package slack

import (
	"sync"
	"time"
)

// Repeats is how long Slack may repeat an event: "delayed events" come hourly
// for a day, and an hour is added for clocks.
const Repeats = 25 * time.Hour

// seen remembers what was handled by this process, in two generations: an id
// is known for at least Repeats, or until most newer ones have come twice
// over.
type seen struct {
	mu       sync.Mutex
	now, old map[string]bool
	since    time.Time
}

const most = 20_000

// add is false when the id is known.
func (s *seen) add(id string, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == nil || at.Sub(s.since) > Repeats || len(s.now) >= most {
		s.old, s.now, s.since = s.now, map[string]bool{}, at
	}
	if s.now[id] || s.old[id] {
		return false
	}
	s.now[id] = true
	return true
}
