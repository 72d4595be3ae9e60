package app_test

import (
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// clock is the time of a whole world. Until it is moved it is the true one.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
	mini  *miniredis.Miniredis
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// advance lets time pass everywhere: for Linkline, for Twilio, for Redis.
func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	c.ahead += d
	at := time.Now().Add(c.ahead)
	c.mu.Unlock()
	c.mini.SetTime(at)
}
