package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"linkline/internal/redisstore"
	"linkline/internal/vault"
)

// raw is a plain client of the world's Redis, to see and to break what the
// store keeps there.
func (w *world) raw(t testing.TB) redis.UniversalClient {
	t.Helper()
	c := redis.NewUniversalClient(&redis.UniversalOptions{Addrs: w.options.Addrs, IsClusterMode: w.options.Mode == redisstore.Cluster})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// dump reads every key that has one of the parts in its name, or in one of its
// members' names.
func (w *world) dump(t testing.TB, parts ...string) map[string]string {
	t.Helper()
	var mu sync.Mutex
	out := map[string]string{}
	visit := func(ctx context.Context, c *redis.Client) error {
		keys, err := c.Keys(ctx, "{*").Result()
		if err != nil {
			return err
		}
		for _, k := range keys {
			v, err := content(ctx, c, k)
			if err != nil {
				return err
			}
			for _, p := range parts {
				if strings.Contains(k+v, p) {
					mu.Lock()
					out[k] = v
					mu.Unlock()
				}
			}
		}
		return nil
	}
	var err error
	switch c := w.raw(t).(type) {
	case *redis.ClusterClient:
		err = c.ForEachMaster(w.ctx, visit)
	case *redis.Client:
		err = visit(w.ctx, c)
	}
	must(t, err)
	return out
}

// content is all that a key holds, as one text.
func content(ctx context.Context, c *redis.Client, key string) (string, error) {
	kind, err := c.Type(ctx, key).Result()
	if err != nil {
		return "", err
	}
	var v any
	switch kind {
	case "hash":
		v, err = c.HGetAll(ctx, key).Result()
	case "list":
		v, err = c.LRange(ctx, key, 0, -1).Result()
	case "zset":
		v, err = c.ZRange(ctx, key, 0, -1).Result()
	case "stream":
		v, err = c.XRange(ctx, key, "-", "+").Result()
	case "set":
		v, err = c.SMembers(ctx, key).Result()
	case "string":
		v, err = c.Get(ctx, key).Result()
	case "none": // it ended meanwhile
	default:
		err = fmt.Errorf("%s is a %s", key, kind)
	}
	return fmt.Sprint(v), err
}

// otherSealer has another keyset.
func otherSealer(t testing.TB) *vault.Vault {
	t.Helper()
	keys, err := vault.NewKeyset(rand.Reader)
	must(t, err)
	v, err := vault.Open(keys)
	must(t, err)
	return v
}

func redisZ(member string) redis.Z { return redis.Z{Score: 1, Member: member} }
