package storetest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"linkline/internal/redisstore"
)

// notices says which of the suite's rules must fail when a rule of the scripts
// is broken.
var notices = map[Rule][]string{
	Dedupe:  {"an event counts once", "an event counts once among many at a time"},
	Version: {"a commit on an old version is refused", "no commit is lost among many at a time"},
	Fence:   {"a settlement without the lease is refused"},
	Lease:   {"a live lease is nobody else's"},
	Blind:   {"a head in flight is looked up, never sent blindly", "an unknown outcome holds the lane"},
	Owner:   {"of many claims one wins, and each other is told who"},
	Forward: {"a delivery never goes back"},
}

// Controls breaks one rule after the other and proves that the suite notices:
// a suite that passes on a broken store proves nothing of a whole one.
func Controls(t *testing.T, o redisstore.Options) {
	w := newWorld(t, o)
	byName := map[string]rule{}
	for _, r := range rules() {
		byName[r.name] = r
	}
	for broken := range changes {
		t.Run(string(broken), func(t *testing.T) {
			t.Parallel()
			if len(notices[broken]) == 0 {
				t.Fatal("nothing is said to notice it")
			}
			bad := *w
			bad.scripts = Broken(t, broken)
			for _, name := range notices[broken] {
				r, ok := byName[name]
				if !ok {
					t.Fatalf("there is no rule %q", name)
				}
				if faults := Faults(t, func(t testing.TB) { r.holds(t, &bad) }); len(faults) == 0 {
					t.Errorf("%q passes although the rule is broken", name)
				}
			}
		})
	}
}

// Faults runs a check and returns what it complains of, instead of failing.
func Faults(t testing.TB, check func(t testing.TB)) []string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(r)
	}()
	<-done
	return r.faults
}

// recorder is a test whose failures are an answer.
type recorder struct {
	testing.TB
	mu     sync.Mutex
	faults []string
}

func (r *recorder) note(s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, s)
}

func (r *recorder) Error(args ...any)            { r.note(fmt.Sprint(args...)) }
func (r *recorder) Errorf(f string, args ...any) { r.note(fmt.Sprintf(f, args...)) }
func (r *recorder) Fatal(args ...any)            { r.note(fmt.Sprint(args...)); runtime.Goexit() }
func (r *recorder) Fatalf(f string, args ...any) { r.note(fmt.Sprintf(f, args...)); runtime.Goexit() }
func (r *recorder) Failed() bool                 { r.mu.Lock(); defer r.mu.Unlock(); return len(r.faults) > 0 }
