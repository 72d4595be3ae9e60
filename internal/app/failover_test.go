package app_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"linkline/internal/redisstore/storetest"
)

// queueKey lies in the slot of the programme's queue and its alerts: the
// master whose death hurts most.
const queueKey = "{q:bdd}:open"

// TestSentinelFailsOverUnderLoad cuts the primary off from its replicas and kills it
// while residents text and link workers claim, and counts the invariants
// afterwards.
func TestSentinelFailsOverUnderLoad(t *testing.T) { failsOver(t, storetest.Sentinels(t)) }

// TestClusterFailsOverUnderLoad does the same to one of a Cluster's masters.
func TestClusterFailsOverUnderLoad(t *testing.T) { failsOver(t, storetest.Replicated(t)) }

func failsOver(t *testing.T, set *storetest.Set) {
	t.Helper()
	w := newTown(t, set.Options)
	w.patience = time.Minute
	w.started(t)
	rest := w.live(t.Context(), 3)
	w.until(t, 2)
	w.fails(t.Context(), set)
	w.until(t, 3)
	rest()
	w.reckon(t)
}

// fails lets a primary write on alone for a while, and then die.
func (w *town) fails(ctx context.Context, set *storetest.Set) {
	set.Cut(queueKey)
	wait(ctx, 400*time.Millisecond)
	set.Kill(queueKey)
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
