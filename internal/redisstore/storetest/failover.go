package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"linkline/internal/redisstore"
)

// replication is how servers are set that copy one another: durable as in
// going-live.md, and quick to agree, so that a test need not wait long.
var replication = []string{"appendonly", "yes", "appendfsync", "everysec", "repl-diskless-sync", "yes", "repl-diskless-sync-delay", "0", "repl-ping-replica-period", "1"}

// Set is several redis-servers of which others take over when one dies.
type Set struct {
	Options redisstore.Options

	t         testing.TB
	nodes     []*member
	sentinels []*redis.SentinelClient
}

// member is one server of a set.
type member struct {
	addr, bus string
	dir       string
	settings  []string
	client    *redis.Client
	process   *os.Process
	died      <-chan struct{}
}

// add starts one server.
func (s *Set) add(dir, port, bus string, settings []string) error {
	n := &member{addr: "127.0.0.1:" + port, bus: bus, dir: dir, settings: settings}
	n.process, n.died = launch(s.t, dir, settings)
	n.client = redis.NewClient(&redis.Options{Addr: n.addr, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true})
	s.t.Cleanup(func() { _ = n.client.Close() })
	s.nodes = append(s.nodes, n)
	return try(func(ctx context.Context) error {
		select {
		case <-n.died:
			return fmt.Errorf("%w: a server died at its start", errGiveUp)
		default:
			return n.client.Ping(ctx).Err()
		}
	})
}

// masterName is what the sentinels call the set.
const masterName = "linkline"

// Sentinels starts one primary, two replicas, and three sentinels that watch
// over them.
func Sentinels(t testing.TB) *Set {
	t.Helper()
	var err error
	for range 3 { // another process may take a port between asking and using
		s := &Set{t: t, Options: redisstore.Options{Mode: redisstore.Sentinel, Master: masterName, Logger: quiet}}
		if err = s.watched(); err == nil {
			return s
		}
	}
	t.Fatalf("no sentinels came up: %v", err)
	return nil
}

func (s *Set) watched() error {
	ports, err := freePorts(6)
	if err != nil {
		return err
	}
	for i, port := range ports[:3] {
		dir, err := os.MkdirTemp("", "ll")
		if err != nil {
			return err
		}
		s.t.Cleanup(func() { _ = os.RemoveAll(dir) })
		settings := append([]string{"port", port}, replication...)
		if i > 0 {
			settings = append(settings, "replicaof", "127.0.0.1 "+ports[0])
		}
		if err := s.add(dir, port, "", settings); err != nil {
			return err
		}
	}
	for _, port := range ports[3:] {
		if err := s.sentinel(port, ports[0]); err != nil {
			return err
		}
	}
	return try(func(ctx context.Context) error {
		for _, c := range s.sentinels {
			m, err := c.Master(ctx, masterName).Result()
			if err != nil {
				return err
			}
			if m["num-slaves"] != "2" || m["num-other-sentinels"] != "2" || m["flags"] != "master" {
				return errors.New("the sentinels do not know everybody yet")
			}
		}
		return says(ctx, s.nodes[0].client, "connected_slaves", "2")
	})
}

// sentinel starts one that watches the primary at a port.
func (s *Set) sentinel(port, primary string) error {
	dir, err := os.MkdirTemp("", "ll")
	if err != nil {
		return err
	}
	s.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(dir, "sentinel.conf")
	conf := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor %s 127.0.0.1 %s 2\nsentinel down-after-milliseconds %s 3000\nsentinel failover-timeout %s 6000\n",
		port, dir, masterName, primary, masterName, masterName)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		return err
	}
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return err
	}
	_, died := run(s.t, exec.Command(path, file, "--sentinel"))
	addr := "127.0.0.1:" + port
	c := redis.NewSentinelClient(&redis.Options{Addr: addr, MaxRetries: -1})
	s.t.Cleanup(func() { _ = c.Close() })
	s.sentinels = append(s.sentinels, c)
	s.Options.Addrs = append(s.Options.Addrs, addr)
	return try(func(ctx context.Context) error {
		select {
		case <-died:
			return fmt.Errorf("%w: a sentinel died at its start", errGiveUp)
		default:
			return c.Ping(ctx).Err()
		}
	})
}

// URL is REDIS_URL for this set.
func (s *Set) URL() string {
	hosts := strings.Join(s.Options.Addrs, ",")
	if s.Options.Mode == redisstore.Sentinel {
		return "redis+sentinel://" + hosts + "/" + masterName + "/0"
	}
	return "redis+cluster://" + hosts
}

// primary is the server that takes writes of a key now, and its address.
func (s *Set) primary(ctx context.Context, key string) (*member, string, error) {
	addr, err := s.where(ctx, key)
	if err != nil {
		return nil, "", err
	}
	for _, n := range s.nodes {
		if n.addr == addr {
			return n, addr, nil
		}
	}
	return nil, "", fmt.Errorf("nobody knows %s", addr)
}

func (s *Set) where(ctx context.Context, key string) (string, error) {
	var errs []error
	if s.Options.Mode == redisstore.Sentinel {
		for _, c := range s.sentinels {
			ctx, cancel := context.WithTimeout(ctx, answers)
			at, err := c.GetMasterAddrByName(ctx, masterName).Result()
			cancel()
			if err == nil && len(at) == 2 {
				return net.JoinHostPort(at[0], at[1]), nil
			}
			errs = append(errs, cmp.Or(err, errNotYet))
		}
		return "", errors.Join(errs...)
	}
	for _, n := range s.nodes {
		mine, err := n.has(ctx, key)
		if mine {
			return n.addr, nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", n.addr, cmp.Or(err, errNotYet)))
	}
	return "", errors.Join(errs...)
}

// answers is how long one server may take to say what it is: one that hangs
// must not keep the others from being asked.
const answers = 2 * time.Second

// has tells whether a server of a Cluster takes the writes of a key.
func (n *member) has(ctx context.Context, key string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	slot, err := n.client.ClusterKeySlot(ctx, key).Result()
	if err != nil {
		return false, err
	}
	nodes, err := n.client.ClusterNodes(ctx).Result()
	return err == nil && owns(nodes, slot), err
}

// Cut lets the primary of a key reach no replica any more: they may not sync,
// and are thrown off. What it takes from now on is lost with it; a failover
// without this loses nothing on one machine, and proves nothing.
func (s *Set) Cut(key string) {
	s.t.Helper()
	await(s.t, "the primary's replicas to be gone", func(ctx context.Context) error {
		n, _, err := s.primary(ctx, key)
		if err != nil {
			return err
		}
		if err := n.client.Do(ctx, "ACL", "SETUSER", "default", "-psync", "-sync", "-replconf").Err(); err != nil {
			return err
		}
		if err := n.client.Do(ctx, "CLIENT", "KILL", "TYPE", "replica").Err(); err != nil {
			return err
		}
		return says(ctx, n.client, "connected_slaves", "0")
	})
}

// Mend lets the replicas come back after a Cut.
func (s *Set) Mend(key string) {
	s.t.Helper()
	await(s.t, "the primary's replicas to be back", func(ctx context.Context) error {
		n, _, err := s.primary(ctx, key)
		if err != nil {
			return err
		}
		if err := n.client.Do(ctx, "ACL", "SETUSER", "default", "+@all").Err(); err != nil {
			return err
		}
		if says(ctx, n.client, "connected_slaves", "0") == nil {
			return errNotYet
		}
		return nil
	})
}

// Kill ends the primary of a key at once, and returns when another has taken
// its place.
func (s *Set) Kill(key string) {
	s.t.Helper()
	dead := ""
	await(s.t, "the primary to be known", func(ctx context.Context) error {
		n, addr, err := s.primary(ctx, key)
		if err != nil {
			return err
		}
		_ = n.process.Kill()
		<-n.died
		dead = addr
		return nil
	})
	await(s.t, "another to take its place", func(ctx context.Context) error {
		n, addr, err := s.primary(ctx, key)
		switch {
		case err != nil:
			return err
		case addr == dead:
			return errNotYet
		}
		ctx, cancel := context.WithTimeout(ctx, answers)
		defer cancel()
		return says(ctx, n.client, "role", "master")
	})
}

// Revive brings every server that was killed back, as a replica of whoever is
// the primary now. What it wrote alone is thrown away.
func (s *Set) Revive(key string) {
	s.t.Helper()
	for _, n := range s.nodes {
		select {
		case <-n.died:
		default:
			continue
		}
		settings := n.settings
		await(s.t, "the primary to be known", func(ctx context.Context) error {
			_, addr, err := s.primary(ctx, key)
			if s.Options.Mode == redisstore.Sentinel && err == nil {
				_, port, _ := net.SplitHostPort(addr)
				settings = append(slices.Clone(settings), "replicaof", "127.0.0.1 "+port)
			}
			return err
		})
		n.process, n.died = launch(s.t, n.dir, settings)
		await(s.t, "a server to follow the primary again", func(ctx context.Context) error {
			if err := says(ctx, n.client, "role", "slave"); err != nil {
				return err
			}
			return says(ctx, n.client, "master_link_status", "up")
		})
	}
}

// Whole waits until the primary of a key has a replica.
func (s *Set) Whole(key string) {
	s.t.Helper()
	await(s.t, "the primary to have a replica", func(ctx context.Context) error {
		n, _, err := s.primary(ctx, key)
		if err != nil {
			return err
		}
		return says(ctx, n.client, "slave0", "ip=")
	})
}

// clockKey is where the time stands for scripts that Clocked made.
const clockKey = "linkline:clock"

// SetClock moves the time of a set of sentinels, as the scripts of Clocked see
// it. The hands are copied to replicas like everything else.
func (s *Set) SetClock(at time.Time) {
	s.t.Helper()
	await(s.t, "the clock to be set", func(ctx context.Context) error {
		n, _, err := s.primary(ctx, clockKey)
		if err != nil {
			return err
		}
		return n.client.Set(ctx, clockKey, at.UnixMilli(), 0).Err()
	})
}

// Clocked is the store's scripts on the clock that SetClock moves, for
// Config.Scripts. On a Cluster they would read a key of another slot.
func Clocked(t testing.TB) fs.FS {
	t.Helper()
	out, err := changed([3]string{"lib_now.lua", "local clock = redis.call('TIME')\nlocal now = clock[1] * 1000 + math.floor(clock[2] / 1000)", "local now = tonumber(redis.call('GET', '" + clockKey + "'))"})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// says tells whether a server's INFO has a line.
func says(ctx context.Context, c *redis.Client, name, want string) error {
	info, err := c.Info(ctx, "replication").Result()
	if err != nil {
		return err
	}
	if !strings.Contains(info, name+":"+want) {
		return fmt.Errorf("%s is not %s yet", name, want)
	}
	return nil
}
