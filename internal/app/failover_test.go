package app_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore/storetest"
)

// queueKey lies in the slot of the programme's queue and its alerts: the
// master whose death hurts most.
const queueKey = "{q:bdd}:open"

// TestSentinelFailsOverUnderLoad cuts the primary off from its replicas and
// kills it while residents text and cry for help, link workers claim, and Twilio
// has faults of its own, and counts the invariants afterwards. With -soak it goes
// on with whatever may go wrong: replicas die anywhere, primaries fall one after
// the other, Slack is down, keys are rotated.
func TestSentinelFailsOverUnderLoad(t *testing.T) { failsOver(t, storetest.Sentinels(t)) }

// TestClusterFailsOverUnderLoad does the same to one of a Cluster's masters.
func TestClusterFailsOverUnderLoad(t *testing.T) { failsOver(t, storetest.Replicated(t)) }

func failsOver(t *testing.T, set *storetest.Set) {
	t.Helper()
	w := newTown(t, set.Options)
	w.patience = time.Minute
	w.pace = *soak * 3 / 700
	w.started(t)
	rest := w.live(t.Context(), 3)
	w.until(t, 2)
	w.carrierTrouble()
	w.fails(t.Context(), set)
	w.until(t, 3)
	if *soak > 0 {
		w.heals(t.Context(), set)
	}
	for storm, end := context.WithTimeout(t.Context(), *soak); ; {
		if storm.Err() != nil {
			end()
			break
		}
		w.trouble(storm, t, set)
	}
	rest()
	w.reckon(t)
}

// trouble is one thing that goes wrong, by chance.
func (w *town) trouble(ctx context.Context, t *testing.T, set *storetest.Set) {
	t.Helper()
	switch dice(6) {
	case 0:
		w.kill(int(dice(2)))
	case 1:
		w.enqueue(places[dice(int64(len(places)))])
		w.kill(1)
	case 2:
		w.fails(ctx, set)
		w.heals(ctx, set)
	case 3:
		w.slack.Down(true)
		wait(ctx, time.Duration(dice(4))*time.Second)
		w.slack.Down(false)
	case 4:
		w.carrierTrouble()
	case 5:
		w.rotate(t)
	}
	wait(ctx, time.Duration(500+dice(2500))*time.Millisecond)
}

// carrierTrouble lets Twilio refuse, accept without saying so, lose webhooks
// and repeat them.
func (w *town) carrierTrouble() {
	for _, f := range []twilioemu.Fault{
		{On: "create", Kind: twilioemu.AfterAccept, Times: 2}, {On: "create", Kind: twilioemu.CutAfter, Times: 1}, {On: "create", Kind: twilioemu.TooMany, Times: 2, RetryAfter: 1},
		{On: "create", Kind: twilioemu.Internal, Times: 1}, {On: "webhook", Kind: twilioemu.Duplicate, Times: 2}, {On: "webhook", Kind: twilioemu.Drop, Times: 1},
		{On: "status", Kind: twilioemu.Duplicate, Times: 2}, {On: "status", Kind: twilioemu.Drop, Times: 2}, {On: "status", Kind: twilioemu.Reordered, Times: 1},
	} {
		w.phone.Break(f)
	}
}

// fails lets a primary write on alone for a while, and then die.
func (w *town) fails(ctx context.Context, set *storetest.Set) {
	set.Cut(queueKey)
	wait(ctx, 400*time.Millisecond)
	set.Kill(queueKey)
}

// heals brings back whoever died, and lets everybody notice: until it is seen
// that a primary has a replica again, its writes do not wait for one.
func (w *town) heals(ctx context.Context, set *storetest.Set) {
	set.Revive(queueKey)
	set.Whole(queueKey)
	wait(ctx, 5*time.Second)
}

// started waits until both replicas serve.
func (w *town) started(t *testing.T) {
	t.Helper()
	if !w.await(t.Context(), 2*replicaPatience, func() bool {
		w.fleet.mu.Lock()
		defer w.fleet.mu.Unlock()
		return w.ports[0] != "" && w.ports[1] != ""
	}) {
		t.Fatal("the replicas did not start")
	}
}

// live lets residents text and link workers work, until what it returns is
// called.
func (w *town) live(ctx context.Context, lines int) (rest func()) {
	texting, stop := context.WithCancel(ctx)
	working, home := context.WithCancel(ctx)
	w.people(texting, lines)
	var desk sync.WaitGroup
	desk.Go(func() { w.workers(working) })
	return func() {
		stop()
		w.texting.Wait()
		home()
		desk.Wait()
	}
}

// until waits until so many more conversations came to their end.
func (w *town) until(t *testing.T, more int) {
	t.Helper()
	ended := func() int {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.finished
	}
	goal := ended() + more
	if !w.await(t.Context(), 2*time.Minute, func() bool { return ended() >= goal }) {
		t.Fatalf("only %d of %d conversations came to their end", ended(), goal)
	}
}

// reckon waits until nothing is left to do, and counts the invariants.
func (w *town) reckon(t *testing.T) {
	t.Helper()
	if err := w.settled(t.Context()); err != nil {
		t.Error(err)
	}
	w.phone.Wait()
	for _, f := range w.audit(t) {
		t.Error(f)
	}
	w.fleet.mu.Lock()
	defer w.fleet.mu.Unlock()
	t.Logf("%d conversations, %d finished, %d cries for help, %d claims closed; deaths: %v", len(w.phones), w.finished, len(w.cried), w.closed, w.died)
}
