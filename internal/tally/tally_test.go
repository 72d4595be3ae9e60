package tally_test

import (
	"sync/atomic"
	"testing"

	"linkline/internal/tally"
)

func TestWaitEndsWhenNothingIsUnderWay(t *testing.T) {
	t.Parallel()
	var work tally.Tally
	work.Wait() // nothing has begun
	for range 3 {
		var done atomic.Int32
		for range 20 {
			work.Add(1)
			go func() {
				work.Add(1) // work that begins more work
				go func() {
					defer work.Add(-1)
					done.Add(1)
				}()
				work.Add(-1)
			}()
		}
		work.Wait()
		if n := done.Load(); n != 20 {
			t.Fatalf("%d of 20 were done", n)
		}
	}
}
