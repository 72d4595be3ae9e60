package app

import (
	"context"
	"errors"
	"time"

	"linkline/internal/redisstore"
)

// Open makes sure that the Redis is this keyset's own, for commands that only
// look or do one thing.
func (a *App) Open(ctx context.Context) error {
	_, err := a.client.Check(ctx, a.Vault.Fingerprint())
	if err == nil || errors.Is(err, redisstore.ErrMeta) || errors.Is(err, redisstore.ErrEviction) {
		return err
	}
	return Unreachable{err}
}

// Health is what a check of a live set-up tells of Redis.
type Health struct {
	Durability string
	Clock      time.Time
	Dead       int // dead letters
}

// Health looks at Redis. It writes nothing but what every start writes.
func (a *App) Health(ctx context.Context) (Health, error) {
	d, err := a.client.Check(ctx, a.Vault.Fingerprint())
	if err != nil {
		return Health{}, err
	}
	h := Health{Durability: string(d)}
	if h.Clock, err = a.client.Now(ctx); err != nil {
		return h, err
	}
	dead, err := a.Store.Dead(ctx)
	h.Dead = len(dead)
	return h, err
}
