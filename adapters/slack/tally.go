package slack

import "sync"

// tally counts work under way. Unlike a sync.WaitGroup it may go up from
// nothing while somebody waits.
type tally struct {
	mu    sync.Mutex
	n     int
	empty chan struct{} // closed when n is zero again; nil while it is zero
}

func (t *tally) add(n int) {
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

// wait returns at a moment at which nothing is under way.
func (t *tally) wait() {
	t.mu.Lock()
	empty := t.empty
	t.mu.Unlock()
	if empty != nil {
		<-empty
	}
}
