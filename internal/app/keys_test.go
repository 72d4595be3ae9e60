package app_test

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/outbox"
	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
	"linkline/internal/relay"
	"linkline/internal/vault"

	"github.com/redis/go-redis/v9"
)

// sealer is a vault whose keyset may be exchanged.
type sealer struct{ atomic.Pointer[vault.Vault] }

func (s *sealer) Seal(plain []byte, ad string) []byte           { return s.Load().Seal(plain, ad) }
func (s *sealer) Open(sealed []byte, ad string) ([]byte, error) { return s.Load().Open(sealed, ad) }

// restart brings a replica back with the configuration in force, and returns
// when it serves again.
func (w *town) restart(t *testing.T, i int) {
	t.Helper()
	serving := func() string {
		w.fleet.mu.Lock()
		defer w.fleet.mu.Unlock()
		return w.ports[i]
	}
	before := serving()
	w.kill(i)
	if !w.await(t.Context(), 2*replicaPatience, func() bool { now := serving(); return now != "" && now != before }) {
		t.Fatal("a replica did not come back")
	}
}

// rotate gives every replica that starts from now on a keyset with one more
// key.
func (w *town) rotate(t *testing.T) {
	t.Helper()
	w.fleet.mu.Lock()
	defer w.fleet.mu.Unlock()
	rotated, err := vault.Rotate(w.conf.Keyset, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	turned, err := vault.Open(rotated)
	if err != nil {
		t.Fatal(err)
	}
	w.keys.Store(turned)
	w.conf.Keyset = rotated
}

// TestKeysRotateUnderLoad gives one replica after the other a keyset with one
// more key while residents text and link workers work. In between, one seals
// what the other cannot read: that is refused, or left to the one that can,
// and nothing is lost. The old key is still needed afterwards.
func TestKeysRotateUnderLoad(t *testing.T) {
	w := newTown(t, storetest.Redis(t))
	w.patience = time.Minute
	w.started(t)
	rest := w.live(t.Context(), 3)
	w.until(t, 2)
	old := w.conf.Keyset
	w.rotate(t)
	turned := w.keys.Load()
	w.restart(t, 0)
	w.until(t, 6)
	w.restart(t, 1)
	w.until(t, 3)
	rest()
	w.reckon(t)

	before, err := vault.Open(old)
	if err != nil {
		t.Fatal(err)
	}
	opened, closed := journalLines(t, w.raw.Addrs[0], before)
	if opened == 0 || closed == 0 {
		t.Errorf("the old key opens %d lines of journals and not %d: some of each were to be there", opened, closed)
	}
	if dead, err := w.store.Dead(t.Context()); err != nil || len(dead) > 0 {
		t.Errorf("dead letters %+v, %v", dead, err)
	}
	if turned.Fingerprint() != w.vault.Fingerprint() {
		t.Error("the lookup key changed")
	}
}

// journalLines counts the lines of all journals that a keyset opens, and those
// that it lacks the key for.
func journalLines(t *testing.T, socket string, keys *vault.Vault) (opened, closed int) {
	t.Helper()
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	defer c.Close()
	journals, err := c.Keys(t.Context(), "*:h:*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range journals {
		lines, err := c.XRange(t.Context(), key, "-", "+").Result()
		if err != nil {
			t.Fatal(err)
		}
		cid := key[strings.LastIndexByte(key, ':')+1:]
		for _, l := range lines {
			sealed, _ := l.Values["l"].(string)
			switch _, err := keys.Open([]byte(sealed), cid+"|journal"); {
			case err == nil:
				opened++
			case errors.Is(err, bot.ErrOtherKey):
				closed++
			default:
				t.Errorf("a line of a journal: %v", err)
			}
		}
	}
	return opened, closed
}

// TestWhatAnotherReplicaSealedIsLeftToIt: a replica whose keyset lacks the new
// key sets nothing aside as unreadable.
func TestWhatAnotherReplicaSealedIsLeftToIt(t *testing.T) {
	t.Parallel()
	o := storetest.Mini(t)
	old, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := vault.Rotate(old, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sent := &carrier{slow: func() time.Duration { return 0 }}
	type replica struct {
		store *redisstore.Store
		out   *outbox.Outbox
		relay *relay.Relay
	}
	start := func(keys string) replica {
		v, err := vault.Open(keys)
		if err != nil {
			t.Fatal(err)
		}
		client, err := redisstore.Connect(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		s, err := redisstore.New(client, v, redisstore.Config{Lease: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		log := slog.New(slog.DiscardHandler)
		return replica{s, &outbox.Outbox{Lanes: s, Provider: sent, Now: time.Now, Log: log}, &relay.Relay{Lanes: s, Queue: s, Now: time.Now, Log: log}}
	}
	behind, ahead := start(old), start(rotated)
	entry := bot.Entry{OID: "SM1.0", Kind: bot.EntrySafety, Lock: bot.LockSafe, To: resident, Text: "text", At: time.Now()}
	effect := bot.Entry{OID: "SM1.1", Kind: bot.EntryRelay, At: time.Now()}
	if _, err := ahead.store.Commit(t.Context(), redisstore.Commit{
		CID: "c1", EventID: "SM1", State: []byte("state"), Entries: map[bot.Lane][]bot.Entry{bot.LaneSafety: {entry}, bot.LaneRelay: {effect}},
	}); err != nil {
		t.Fatal(err)
	}
	// It is handed both, and leaves them.
	poll := func(r replica) (found int) {
		for _, do := range []func() (int, error){
			func() (int, error) { return r.out.Poll(t.Context(), bot.LaneSafety) },
			func() (int, error) { return r.relay.Poll(t.Context()) },
		} {
			n, err := do()
			if err != nil {
				t.Fatal(err)
			}
			found += n
		}
		return found
	}
	for handed := 0; handed < 2; handed += poll(behind) {
		wait(t.Context(), 5*time.Millisecond) // until the committer's lease is over
	}
	if dead, err := ahead.store.Dead(t.Context()); err != nil || len(dead) > 0 {
		t.Fatalf("dead letters %+v, %v", dead, err)
	}
	for {
		poll(ahead)
		if d, err := ahead.store.Depths(t.Context()); err != nil || d["lane_s"]+d["lane_x"] == 0 {
			break
		}
		wait(t.Context(), 20*time.Millisecond) // it was put off for a second
	}
	if len(sent.log) != 1 || sent.log[0].Text != "text" {
		t.Errorf("sent %d texts", len(sent.log))
	}
}
