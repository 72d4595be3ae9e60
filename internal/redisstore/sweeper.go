package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"linkline/bot"
)

// sweepPage is how many keys one SCAN asks for: small enough that nothing
// else waits.
const sweepPage = 200

// Sweep walks every conversation and puts the indexes of due work and timers
// right, from the lanes and conversations themselves; index entries of
// conversations that are gone are taken out. It returns how many entries were
// wrong. It is slow on purpose and safe beside everything else: what it adds
// is due now and is looked up before it is sent.
func (s *Store) Sweep(ctx context.Context) (wrong int, err error) {
	var found atomic.Int64
	err = s.client.masters(ctx, func(ctx context.Context, node *redis.Client) error {
		return pages(func(cursor uint64) ([]string, uint64, error) {
			return node.Scan(ctx, cursor, "{*}:c:*", sweepPage).Result()
		}, func(key string) error {
			_, cid, _ := strings.Cut(key, ":c:")
			return s.sweepOne(ctx, bot.CID(cid), &found)
		})
	})
	for p := range Partitions {
		if err != nil {
			break
		}
		err = s.sweepIndexes(ctx, tag(p), &found)
	}
	if err != nil {
		err = fmt.Errorf("sweep: %w", err)
	}
	return int(found.Load()), err
}

// sweepIndexes looks at everything that the indexes of a partition name.
func (s *Store) sweepIndexes(ctx context.Context, tag string, found *atomic.Int64) error {
	indexes := []string{timersKey(tag)}
	for _, l := range lanes {
		indexes = append(indexes, dueKey(tag, l))
	}
	for _, index := range indexes {
		err := s.members(ctx, index, func(cid string) error { return s.sweepOne(ctx, bot.CID(cid), found) })
		if err != nil {
			return err
		}
	}
	return nil
}

// pages follows a cursor to its end.
func pages(next func(cursor uint64) ([]string, uint64, error), visit func(string) error) error {
	for cursor := uint64(0); ; {
		list, after, err := next(cursor)
		if err != nil {
			return err
		}
		for _, v := range list {
			if err := visit(v); err != nil {
				return err
			}
		}
		if cursor = after; cursor == 0 {
			return nil
		}
	}
}

func (s *Store) sweepOne(ctx context.Context, cid bot.CID, found *atomic.Int64) error {
	p := placeOf(cid)
	r, err := s.call(ctx, "sweep", []string{
		p.conversation(), p.lane(bot.LaneSafety), p.lane(bot.LaneReply), p.lane(bot.LaneRelay),
		p.due(bot.LaneSafety), p.due(bot.LaneReply), p.due(bot.LaneRelay), p.timers(),
	}, string(cid))
	found.Add(r.num(0))
	return err
}

// Dead lists the dead letters of all partitions. Nothing trims them but an
// operator.
func (s *Store) Dead(ctx context.Context) ([]DeadLetter, error) {
	cmds := make([]*redis.StringSliceCmd, Partitions)
	_, err := s.client.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range Partitions {
			cmds[i] = p.LRange(ctx, deadKey(tag(i)), 0, -1)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read dead letters: %w", err)
	}
	var out []DeadLetter
	for _, c := range cmds {
		for _, raw := range c.Val() {
			var d DeadLetter
			if err := json.Unmarshal([]byte(raw), &d); err != nil {
				return nil, fmt.Errorf("read dead letters: %w", err)
			}
			out = append(out, d)
		}
	}
	return out, nil
}
