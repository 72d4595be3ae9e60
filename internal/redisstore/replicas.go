package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrReplicas is a write that stands at the master but has not reached the
// replicas that were asked for. It must not be acknowledged; repeating it is
// safe.
var ErrReplicas = errors.New("too few replicas have the write")

// standing is what is known of a master.
type standing struct {
	run      string // the server's own id; another one is another server, or one that was started again
	replicas int
	alone    time.Time // since when it has no replica; zero: it has one, or never had
}

// News is what a look at the masters found.
type News struct {
	// Changed: a master was started again, or another stands in its place. What
	// was acknowledged last may be missing there.
	Changed bool
	// Alone is how many masters have lost their replicas.
	Alone int
}

// Watch looks at every master: how many replicas it has, and whether it is
// still the one it was. Writes wait for one replica wherever there is one. A
// master that lost its last refuses for Options.ReplicaGrace, and is then
// written to alone: better one disk than nobody who answers.
func (c *Client) Watch(ctx context.Context) (News, error) {
	if c.opts.InProcess {
		return News{}, nil
	}
	seen := map[string]standing{}
	err := c.masters(ctx, func(ctx context.Context, n *redis.Client) error {
		info, err := n.Info(ctx).Result()
		if err != nil {
			if lostConnection(err) || ctx.Err() != nil {
				return err
			}
			return nil // managed services may hide it
		}
		s := standing{run: field(info, "run_id")}
		_, _ = fmt.Sscan(field(info, "connected_slaves"), &s.replicas)
		c.mu.Lock()
		defer c.mu.Unlock()
		seen[n.Options().Addr] = s
		return nil
	})
	if err != nil {
		return News{}, fmt.Errorf("look at redis: %w", err)
	}
	return c.learn(seen, time.Now()), nil
}

// learn takes what was seen for what is known.
func (c *Client) learn(seen map[string]standing, now time.Time) (news News) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := len(c.nodes) == 0
	had := false
	for _, s := range c.nodes {
		had = had || s.replicas > 0 || !s.alone.IsZero()
	}
	for addr, s := range seen {
		before, known := c.nodes[addr]
		if !first && (!known || before.run != s.run) {
			news.Changed = true
		}
		if s.replicas == 0 && had {
			switch {
			case known && !before.alone.IsZero() && before.run == s.run:
				s.alone = before.alone
			case !known || before.replicas > 0 || before.run != s.run:
				s.alone = now
			}
		}
		if !s.alone.IsZero() {
			news.Alone++
		}
		seen[addr] = s
	}
	c.nodes = seen
	return news
}

// field is one line of INFO.
func field(info, name string) string {
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// want is how many replicas of a master must have a write before it counts.
func (c *Client) want(n *redis.Client) int {
	if c.opts.Replicas != 0 {
		return max(0, c.opts.Replicas)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, known := c.nodes[n.Options().Addr]
	switch {
	case !known: // it took another's place since we looked: ask of it what we ask of all
		return min(1, c.most())
	case s.replicas > 0:
		return 1
	case s.alone.IsZero() || time.Since(s.alone) > c.opts.ReplicaGrace:
		return 0
	}
	return 1
}

// most is the largest number of replicas a master has. The caller holds mu.
func (c *Client) most() (n int) {
	for _, s := range c.nodes {
		n = max(n, s.replicas)
	}
	return n
}

// fewest is how many replicas every master's writes wait for.
func (c *Client) fewest() int {
	if c.opts.Replicas != 0 {
		return max(0, c.opts.Replicas)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.nodes {
		if s.replicas == 0 {
			return 0
		}
	}
	return min(1, len(c.nodes))
}

// relearns asks a Cluster anew who holds what when a connection was lost: the
// library itself goes on asking a dead master for ten seconds.
type relearns struct{ c *Client }

// DialHook changes nothing.
func (relearns) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook watches single commands.
func (r relearns) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if lostConnection(err) {
			r.c.relearn(ctx)
		}
		return err
	}
}

// ProcessPipelineHook watches several at once.
func (r relearns) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		if lostConnection(err) {
			r.c.relearn(ctx)
		}
		return err
	}
}
