package storetest

import (
	"context"
	"crypto/rand"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
	"linkline/internal/vault"
)

// Run proves every rule of the store on one Redis. The rules are the same
// whether it is a single server or a cluster.
func Run(t *testing.T, o redisstore.Options) {
	w := newWorld(t, o)
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.holds(t, w)
		})
	}
}

func rules() []rule {
	return slices.Concat(commitRules, laneRules, queueRules, alertRules, eraseRules)
}

func newWorld(t *testing.T, o redisstore.Options) *world {
	t.Helper()
	client, err := redisstore.Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return &world{client: client, sealer: otherSealer(t), options: o, ctx: t.Context()}
}

// rule is one rule of the store and what proves it.
type rule struct {
	name  string
	holds func(t testing.TB, w *world)
}

// world is one Redis and the means to make stores on it. Every rule uses
// conversations and programmes of its own, so that all run side by side.
type world struct {
	client  *redisstore.Client
	sealer  *vault.Vault
	options redisstore.Options
	ctx     context.Context
	scripts fs.FS // nil: the store's own
}

// long is a lease that no test outlives; short one that a test waits out.
const (
	long  = time.Hour
	short = 40 * time.Millisecond
)

func (w *world) store(t testing.TB, conf redisstore.Config) *redisstore.Store {
	t.Helper()
	if conf.Lease == 0 {
		conf.Lease = long
	}
	conf.Scripts = w.scripts
	s, err := redisstore.New(w.client, w.sealer, conf)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cid names a conversation that nobody used before.
func (w *world) cid() bot.CID { return bot.CID(strings.ToLower(rand.Text()[:20])) }

// programme names a queue that nobody used before.
func (w *world) programme() string {
	digits := strings.NewReplacer("2", "q", "3", "r", "4", "s", "5", "t", "6", "u", "7", "v")
	return digits.Replace(strings.ToLower(rand.Text()[:6]))
}

// eventually waits until something holds; the test fails when it never does.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	await(t, what, func(context.Context) error {
		if holds() {
			return nil
		}
		return errNotYet
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
