package redisstore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Mode is the way Redis is set up.
type Mode string

// The ways Redis may be set up.
const (
	Single   Mode = "single"
	Sentinel Mode = "sentinel"
	Cluster  Mode = "cluster"
)

// Options says where Redis is.
type Options struct {
	Mode     Mode     // empty: Single
	Addrs    []string // host:port; an address that begins with "/" is a unix socket
	Master   string   // name of the master, Sentinel only
	Username string
	Password string
	DB       int         // not on a Cluster
	TLS      *tls.Config // nil: plain

	// SentinelUsername and SentinelPassword open the sentinels themselves.
	SentinelUsername, SentinelPassword string

	// Replicas is how many replicas must have a write before it counts. Zero:
	// one, at every master that has one (see Watch). Negative: none, whatever
	// there is. ReplicaTimeout bounds the wait (default 1 s). ReplicaGrace is how
	// long a master that lost its last replica refuses before it is written to
	// alone (default 10 s): longer than a failover takes, so that a master that
	// is cut off does not take what the next one will not have.
	Replicas       int
	ReplicaTimeout time.Duration
	ReplicaGrace   time.Duration

	PoolSize int          // connections a node; zero: 10 for each CPU
	Logger   *slog.Logger // nil: slog.Default()

	// InProcess says that the server is the demo's own and keeps nothing: it
	// knows no CONFIG, and Check asks it for none.
	InProcess bool
	// Dialer replaces the network, for an in-process server.
	Dialer func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Client is a connection pool to one Redis, however it is set up.
type Client struct {
	rdb     redis.UniversalClient
	cluster *redis.ClusterClient // nil unless a Cluster
	opts    Options
	log     *slog.Logger

	// nodes is what is known of the masters, by address.
	mu    sync.Mutex
	nodes map[string]standing
}

// logOnce guards go-redis' one logger for the whole process.
var logOnce sync.Once

// libraryLog passes go-redis' own lines on. They speak of connections, never
// of values.
type libraryLog struct{ log *slog.Logger }

func (l libraryLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "redis client", "says", fmt.Sprintf(format, v...))
}

// Connect opens a pool and proves that Redis answers. The settings are those
// that keep a write from being repeated behind our back and a deadline from
// being overrun; the library's defaults do both.
func Connect(ctx context.Context, o Options) (*Client, error) {
	if len(o.Addrs) == 0 {
		return nil, errors.New("redis: no address; set REDIS_URL")
	}
	if o.Mode == Sentinel && o.Master == "" {
		return nil, errors.New("redis: Sentinel needs the master's name; write redis+sentinel://host:port/NAME/0")
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.ReplicaTimeout == 0 {
		o.ReplicaTimeout = time.Second
	}
	if o.ReplicaGrace == 0 {
		o.ReplicaGrace = 10 * time.Second
	}
	logOnce.Do(func() { redis.SetLogger(libraryLog{o.Logger}) })

	u := &redis.UniversalOptions{
		Addrs: o.Addrs, DB: o.DB, Username: o.Username, Password: o.Password,
		SentinelUsername: o.SentinelUsername, SentinelPassword: o.SentinelPassword,
		TLSConfig: o.TLS, Dialer: o.Dialer, PoolSize: o.PoolSize,
		MaxRetries:            -1,
		ContextTimeoutEnabled: true,
		DialerRetries:         1,
		DialTimeout:           2 * time.Second,
		ReadTimeout:           3*time.Second + o.ReplicaTimeout,
		WriteTimeout:          3 * time.Second,
		DisableIdentity:       true,
		IsClusterMode:         o.Mode == Cluster,
		MaintNotificationsConfig: &maintnotifications.Config{
			Mode: maintnotifications.ModeDisabled,
		},
	}
	if o.Mode == Sentinel {
		u.MasterName = o.Master
	} else if o.Mode != Cluster {
		u.Addrs = o.Addrs[:1] // several addresses would make a cluster of it
	}
	c := &Client{rdb: redis.NewUniversalClient(u), opts: o, log: o.Logger, nodes: map[string]standing{}}
	if c.cluster, _ = c.rdb.(*redis.ClusterClient); c.cluster != nil {
		c.cluster.AddHook(relearns{c})
	}
	if err := c.Ping(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// Close gives all connections back.
func (c *Client) Close() error { return c.rdb.Close() }

// Ping asks every master whether it is there.
func (c *Client) Ping(ctx context.Context) error {
	err := c.masters(ctx, func(ctx context.Context, n *redis.Client) error { return n.Ping(ctx).Err() })
	if err != nil {
		return fmt.Errorf("redis does not answer: %w", err)
	}
	return nil
}

// Writable proves that Redis takes writes; a master that lost its replicas,
// a full disk or a failover in progress refuse here as they would refuse a
// commit. On a Cluster every partition is tried.
func (c *Client) Writable(ctx context.Context) error {
	n := 1
	if c.cluster != nil {
		n = Partitions
	}
	_, err := c.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range n {
			p.Set(ctx, tag(i)+"ready", "1", time.Minute)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("redis takes no writes: %w", err)
	}
	return nil
}

// masters calls fn for every master, one after the other on a single Redis
// and at once on a Cluster.
func (c *Client) masters(ctx context.Context, fn func(context.Context, *redis.Client) error) error {
	if c.cluster != nil {
		return c.cluster.ForEachMaster(ctx, fn)
	}
	return fn(ctx, c.rdb.(*redis.Client))
}

// node is the master that holds a key.
func (c *Client) node(ctx context.Context, key string) (*redis.Client, error) {
	if c.cluster != nil {
		return c.cluster.MasterForKey(ctx, key)
	}
	return c.rdb.(*redis.Client), nil
}

// Now is Redis' own time.
func (c *Client) Now(ctx context.Context) (time.Time, error) { return c.rdb.Time(ctx).Result() }

// Durability says what survives a crash, in an operator's words.
type Durability string

// Errors of Check, each with what to do about it.
var (
	ErrMeta     = errors.New("this Redis was written with another keyset or partition count (use the keyset it was written with: without it every record is gone)")
	ErrEviction = errors.New("redis may evict data (set maxmemory-policy noeviction)")
)

// Check refuses a Redis that may lose or misread data, before anything is
// written, and says which durability is in force. Where every master has a
// replica, it also makes every later write wait for one.
func (c *Client) Check(ctx context.Context, fingerprint string) (Durability, error) {
	meta := fmt.Sprintf("%s/%d", fingerprint, Partitions)
	got, err := c.rdb.Get(ctx, metaKey).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("redis: %w", err)
	}
	if got != "" && got != meta {
		return "", ErrMeta
	}
	said, err := c.durability(ctx)
	if err != nil {
		return said, err
	}
	if err := c.rdb.SetNX(ctx, metaKey, meta, 0).Err(); err != nil {
		return "", fmt.Errorf("redis: %w", err)
	}
	if got, err = c.rdb.Get(ctx, metaKey).Result(); err != nil {
		return "", fmt.Errorf("redis: %w", err)
	}
	if got != meta { // another replica with another keyset was faster
		return "", ErrMeta
	}
	return said, nil
}

func (c *Client) durability(ctx context.Context) (Durability, error) {
	if c.opts.InProcess {
		return "in memory only: nothing outlives this program", nil
	}
	var mu sync.Mutex
	said := Durability("unknown: the server does not tell")
	err := c.masters(ctx, func(ctx context.Context, n *redis.Client) error {
		conf, err := n.ConfigGet(ctx, "*").Result()
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil: // managed services hide CONFIG
			return nil
		case conf["maxmemory-policy"] != "noeviction":
			return ErrEviction
		case conf["appendonly"] != "yes":
			said = "none beyond snapshots: appendonly is off"
		default:
			said = Durability("append-only file, fsync " + conf["appendfsync"])
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if _, err := c.Watch(ctx); err != nil {
		return said, err
	}
	if c.opts.Mode == Sentinel || c.opts.Mode == Cluster {
		said = Durability(c.opts.Mode) + ": " + said
	}
	if n := c.fewest(); n > 0 {
		said += Durability(fmt.Sprintf("; a write counts once %d replica(s) of its master have it", n))
	}
	return said, nil
}
