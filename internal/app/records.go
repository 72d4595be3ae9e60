package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linkline/bot"
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

// ErrNobody says that there is no such conversation.
var ErrNobody = errors.New("no such conversation")

// Conversation reads one as it stands.
func (a *App) Conversation(ctx context.Context, cid bot.CID) (bot.Conversation, error) {
	l, err := a.Store.Load(ctx, cid)
	switch {
	case err != nil:
		return bot.Conversation{}, err
	case l.State == nil:
		return bot.Conversation{}, ErrNobody
	}
	var c bot.Conversation
	if err := json.Unmarshal(l.State, &c); err != nil {
		return bot.Conversation{}, fmt.Errorf("conversation %s cannot be read: %w", cid, err)
	}
	return c, nil
}
