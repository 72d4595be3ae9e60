package redisstore

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Sealer encrypts what people said and who they are. ad names the place a
// value belongs to ("cid|field"); a sealed value opens in no other place.
type Sealer interface {
	Seal(plain []byte, ad string) []byte
	Open(sealed []byte, ad string) ([]byte, error)
}

// Config sets the store's times. Zero values take the default.
type Config struct {
	// Lease is how long a head belongs to whoever took it: the HTTP time-out
	// of a send and ten seconds more. Default 25 s.
	Lease time.Duration
	// SeenProvider and SeenOther are how long event ids are remembered: those
	// of a provider, which may be found again by a catch-up (8 days), and all
	// others, which carry a kind before a colon (25 h: Slack repeats for a day).
	SeenProvider, SeenOther time.Duration
	// Backstop is when an untouched conversation vanishes although no
	// retention timer erased it. Longer than any retention. Default 2 years.
	Backstop time.Duration
	// Scripts replaces the built-in Lua files, for tests of what happens when
	// a rule is broken. nil: Scripts().
	Scripts fs.FS
}

// Store keeps conversations and queues.
type Store struct {
	client  *Client
	sealer  Sealer
	conf    Config
	scripts map[string]*redis.Script
}

// New makes a store. It fails only when a script cannot be read.
func New(client *Client, sealer Sealer, conf Config) (*Store, error) {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&conf.Lease, 25*time.Second)
	def(&conf.SeenProvider, 8*24*time.Hour)
	def(&conf.SeenOther, 25*time.Hour)
	def(&conf.Backstop, 2*365*24*time.Hour)
	if conf.Scripts == nil {
		conf.Scripts = Scripts()
	}
	scripts, err := loadScripts(conf.Scripts)
	if err != nil {
		return nil, fmt.Errorf("redisstore: %w", err)
	}
	return &Store{client: client, sealer: sealer, conf: conf, scripts: scripts}, nil
}

// nonce marks one call, so that its repeat after a lost reply is recognised.
// It need not be secret.
func nonce() string { return strconv.FormatUint(rand.Uint64(), 36) }
