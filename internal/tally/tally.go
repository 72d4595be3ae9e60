// Package tally counts work under way, so that a stop can wait for it. It
// imports nothing of Linkline's.
package tally

import "sync"

// Tally counts work under way. Unlike a sync.WaitGroup it may go up from
// nothing while somebody waits. The zero Tally is ready for use.
type Tally struct {
	mu    sync.Mutex
	n     int
	empty chan struct{} // closed when n is zero again; nil while it is zero
}

// Add counts n more, or fewer where n is negative.
func (t *Tally) Add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == 0 {
		t.empty = make(chan struct{})
	}
	if t.n += n; t.n == 0 {
		close(t.empty)
		t.empty = nil
	}
}

// Wait returns at a moment at which nothing is under way.
func (t *Tally) Wait() {
	t.mu.Lock()
	empty := t.empty
	t.mu.Unlock()
	if empty != nil {
		<-empty
	}
}
