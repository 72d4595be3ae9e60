package outbox

import (
	"sync"
	"time"
)

// turns paces senders: each may send its segments a second, a second's worth
// at once. It remembers one time per sender: when what was sent so far has
// gone out at the pace (a virtual schedule, as GCRA keeps it).
type turns struct {
	mu  sync.Mutex
	due map[string]time.Time
}

// take takes a turn of n segments, or says how long to wait for one. A text
// longer than a second's worth goes when the sender is idle.
func (t *turns) take(sender string, pace, n int, now time.Time) (wait time.Duration) {
	if pace <= 0 {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.due == nil {
		t.due = map[string]time.Time{}
	}
	due := t.due[sender]
	if due.Before(now) {
		due = now
	}
	cost := time.Duration(n) * time.Second / time.Duration(pace)
	if early := due.Add(min(cost, time.Second)).Sub(now) - time.Second; early > 0 {
		return early
	}
	t.due[sender] = due.Add(cost)
	return 0
}
