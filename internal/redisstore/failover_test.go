package redisstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
	"linkline/internal/vault"
)

// writer is a replica of Linkline that commits one event for each of many
// conversations.
type writer struct {
	t      *testing.T
	client *redisstore.Client
	store  *redisstore.Store
	name   string

	mu             sync.Mutex
	taken, refused []string
}

func newWriter(t *testing.T, o redisstore.Options, name string, sealer redisstore.Sealer) *writer {
	t.Helper()
	client, err := redisstore.Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	store, err := redisstore.New(client, sealer, redisstore.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &writer{t: t, client: client, store: store, name: name}
}

func (w *writer) cid(event string) bot.CID { return bot.CID(fmt.Sprintf("%s%s", w.name, event)) }

// commit commits one event; the first of its conversation, or a repeat.
func (w *writer) commit(ctx context.Context, event string) error {
	l, err := w.store.Load(ctx, w.cid(event))
	if err != nil {
		return err
	}
	_, err = w.store.Commit(ctx, redisstore.Commit{CID: w.cid(event), Version: l.Version, EventID: event, State: []byte(event), Journal: &bot.JournalLine{EventID: event}})
	return err
}

// burst commits many events at once and notes which were taken.
func (w *writer) burst(from, to int) {
	w.t.Helper()
	var all sync.WaitGroup
	for i := from; i < to; i++ {
		all.Go(func() {
			event := fmt.Sprintf("SM%04d", i)
			err := w.commit(w.t.Context(), event)
			w.mu.Lock()
			defer w.mu.Unlock()
			switch {
			case err == nil:
				w.taken = append(w.taken, event)
			case errors.Is(err, redisstore.ErrReplicas):
				w.refused = append(w.refused, event)
			default:
				w.t.Errorf("%s: %v", event, err)
			}
		})
	}
	all.Wait()
}

// lost counts what was taken and is not there.
func (w *writer) lost() (n int) {
	w.t.Helper()
	for _, event := range w.taken {
		seen := false
		eventually(w.t, func() (err error) { // it may have to learn of the new master first
			seen, err = w.store.Seen(w.t.Context(), w.cid(event), event)
			return err
		})
		if !seen {
			n++
		}
	}
	return n
}

// TestFailover cuts a primary off from its replicas, writes on, and kills it.
// What was acknowledged is there afterwards; what only the dead one had was
// refused; and somebody who does not wait for replicas has lost it.
func TestFailover(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *storetest.Set{"sentinel": storetest.Sentinels, "cluster": storetest.Replicated} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failover(t, open(t))
		})
	}
}

func newSealer(t testing.TB) *vault.Vault {
	t.Helper()
	keys, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := vault.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

func failover(t *testing.T, set *storetest.Set) {
	sealer := newSealer(t)
	o := set.Options
	o.ReplicaTimeout, o.ReplicaGrace = 300*time.Millisecond, time.Second
	careful := newWriter(t, o, "careful", sealer)
	o.Replicas = -1
	hasty := newWriter(t, o, "hasty", sealer)
	said, err := careful.client.Check(t.Context(), sealer.Fingerprint())
	if err != nil || !strings.Contains(string(said), "1 replica(s)") || !strings.HasPrefix(string(said), string(o.Mode)+": append-only file, fsync everysec") {
		t.Fatalf("%q, %v", said, err)
	}
	const victim = "{00}:c:" // partition 0 is among the first of the slots' owners
	careful.burst(0, 64)
	hasty.burst(0, 64)
	set.Cut(victim)
	careful.burst(64, 128)
	hasty.burst(64, 128)
	if len(careful.refused) == 0 {
		t.Error("a primary without its replicas acknowledged everything")
	}
	if len(hasty.refused) > 0 {
		t.Errorf("%d were refused although nobody waits for replicas", len(hasty.refused))
	}
	set.Kill(victim)

	// The refused are brought again, as the provider does, until they are taken.
	eventually(t, func() error {
		news, err := careful.client.Watch(t.Context())
		if err == nil && len(careful.refused) > 0 {
			err = careful.commit(t.Context(), careful.refused[0])
		}
		if err != nil {
			return fmt.Errorf("%w (%+v)", err, news)
		}
		return nil
	})
	for _, event := range careful.refused {
		if err := careful.commit(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	careful.taken = append(careful.taken, careful.refused...)
	if n := careful.lost(); n > 0 {
		t.Errorf("%d of %d acknowledged events are lost", n, len(careful.taken))
	}
	for _, event := range careful.taken {
		lines, err := careful.store.Journal(t.Context(), careful.cid(event))
		if err != nil || len(lines) != 1 {
			t.Errorf("%s counts %d times (%v)", event, len(lines), err)
		}
	}
	lost := hasty.lost()
	if lost == 0 {
		t.Error("nothing is lost without waiting: this failover proves nothing")
	}
	t.Logf("%d events, %d refused while the primary was cut off, none lost; without waiting %d of %d lost", len(careful.taken), len(careful.refused), lost, len(hasty.taken))
}

// TestAReplicaDies: a primary that lost its only replica refuses for a while,
// and is then written to alone; with a replica again, writes wait for it.
func TestAReplicaDies(t *testing.T) {
	t.Parallel()
	set := storetest.Sentinels(t)
	sealer := newSealer(t)
	o := set.Options
	o.ReplicaTimeout, o.ReplicaGrace = 100*time.Millisecond, time.Hour
	patient := newWriter(t, o, "patient", sealer)
	o.ReplicaGrace = time.Nanosecond
	short := newWriter(t, o, "short", sealer)
	for _, w := range []*writer{patient, short} {
		if _, err := w.client.Check(t.Context(), sealer.Fingerprint()); err != nil {
			t.Fatal(err)
		}
		if err := w.commit(t.Context(), "SM0001"); err != nil {
			t.Fatal(err)
		}
	}
	set.Cut("")
	for _, w := range []*writer{patient, short} {
		if err := w.commit(t.Context(), "SM0002"); !errors.Is(err, redisstore.ErrReplicas) {
			t.Errorf("%s, not looked yet: %v", w.name, err)
		}
		if news, err := w.client.Watch(t.Context()); err != nil || news.Alone != 1 || news.Changed {
			t.Errorf("%s sees %+v, %v", w.name, news, err)
		}
	}
	if err := patient.commit(t.Context(), "SM0003"); !errors.Is(err, redisstore.ErrReplicas) {
		t.Errorf("within the grace: %v", err)
	}
	if err := short.commit(t.Context(), "SM0003"); err != nil {
		t.Errorf("after it: %v", err)
	}
	set.Mend("")
	for _, w := range []*writer{patient, short} {
		eventually(t, func() error {
			news, err := w.client.Watch(t.Context())
			if err == nil && news.Alone != 0 {
				err = errors.New("no replica yet")
			}
			return err
		})
		if err := w.commit(t.Context(), "SM0004"); err != nil {
			t.Errorf("%s, with replicas again: %v", w.name, err)
		}
	}
}

// eventually repeats do until it succeeds, for a minute.
func eventually(t *testing.T, do func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := do()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(err)
		}
	}
}
