package redisstore

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"linkline/bot"

	"github.com/redis/go-redis/v9"
)

// SweepQueues walks every referral, alert and page and puts their indexes
// right, from the records themselves. It returns how many entries were wrong.
// Like Sweep it is slow on purpose and safe beside everything else.
func (s *Store) SweepQueues(ctx context.Context) (wrong int, err error) {
	var found atomic.Int64
	err = s.client.masters(ctx, func(ctx context.Context, node *redis.Client) error {
		return pages(func(cursor uint64) ([]string, uint64, error) {
			return node.Scan(ctx, cursor, "{q:*", sweepPage).Result()
		}, func(key string) error {
			programme, rest, ok := strings.Cut(strings.TrimPrefix(key, "{q:"), "}:")
			kind, id, named := strings.Cut(rest, ":")
			if !ok {
				return nil
			}
			return s.sweepQueueKey(ctx, programme, kind, id, named, &found)
		})
	})
	if err != nil {
		err = fmt.Errorf("sweep queues: %w", err)
	}
	return int(found.Load()), err
}

// sweepQueueKey looks at one key: a record, or an index whose entries may name
// records that are gone.
func (s *Store) sweepQueueKey(ctx context.Context, programme, kind, id string, named bool, found *atomic.Int64) error {
	switch {
	case kind == "r":
		return s.sweepReferral(ctx, programme, id, found)
	case kind == "a" && named:
		return s.sweepAlert(ctx, programme, "a:"+id, "alerts", id, found)
	case kind == "p" && named:
		return s.sweepAlert(ctx, programme, "p:"+id, "pages", id, found)
	case kind == "open" || kind == "lease" || kind == "due" && (id == string(ToSlack) || id == string(ToConversation)):
		return s.members(ctx, qkey(programme, strings.TrimSuffix(kind+":"+id, ":")), func(ref string) error {
			return s.sweepReferral(ctx, programme, ref, found)
		})
	case kind == "alerts" || kind == "pages":
		short := kind[:1] + ":"
		return s.members(ctx, qkey(programme, kind), func(id string) error {
			return s.sweepAlert(ctx, programme, short+id, kind, id, found)
		})
	}
	return nil
}

// members visits everything in an index.
func (s *Store) members(ctx context.Context, index string, visit func(string) error) error {
	score := true // ZSCAN gives member, score, member …
	return pages(func(cursor uint64) ([]string, uint64, error) {
		return s.client.rdb.ZScan(ctx, index, cursor, "", sweepPage).Result()
	}, func(member string) error {
		if score = !score; score {
			return nil
		}
		return visit(member)
	})
}

func (s *Store) sweepReferral(ctx context.Context, programme, ref string, found *atomic.Int64) error {
	k := s.claimKeys(programme, bot.Ref(ref))
	r, err := s.call(ctx, "queue_sweep", []string{k[0], k[1], k[2], k[5],
		qkey(programme, "os:"+ref), k[3], qkey(programme, "due:os"), k[4]}, ref)
	found.Add(r.num(0))
	return err
}

func (s *Store) sweepAlert(ctx context.Context, programme, record, index, id string, found *atomic.Int64) error {
	r, err := s.call(ctx, "alert_sweep", []string{qkey(programme, record), qkey(programme, index)}, id)
	found.Add(r.num(0))
	return err
}
