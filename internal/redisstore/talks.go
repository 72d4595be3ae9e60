package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linkline/bot"

	"github.com/redis/go-redis/v9"
)

// Loaded is a conversation as it was read; State is nil for a new one.
type Loaded struct {
	Version int64
	State   []byte
	// Unsent are the texts of the reply lane that nobody has begun to hand to
	// the provider, in order.
	Unsent []bot.OID
}

// Load reads a conversation in one round trip.
func (s *Store) Load(ctx context.Context, cid bot.CID) (Loaded, error) {
	p := placeOf(cid)
	var fields *redis.SliceCmd
	var lane *redis.StringSliceCmd
	_, err := s.client.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error { // one slot, one round trip
		fields = pipe.HMGet(ctx, p.conversation(), "v", "s", "st:o")
		lane = pipe.LRange(ctx, p.lane(bot.LaneReply), 0, -1)
		return nil
	})
	if err != nil {
		return Loaded{}, fmt.Errorf("load conversation: %w", err)
	}
	v := fields.Val()
	version, _ := v[0].(string)
	sealed, _ := v[1].(string)
	if version == "" {
		return Loaded{}, nil
	}
	n, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return Loaded{}, fmt.Errorf("load conversation %s: %w", cid, err)
	}
	state, err := s.sealer.Open([]byte(sealed), string(cid)+"|state")
	if err != nil {
		return Loaded{}, fmt.Errorf("load conversation %s: %w", cid, err)
	}
	inFlight, _ := v[2].(string)
	return Loaded{Version: n, State: state, Unsent: unsent(lane.Val(), inFlight == "f")}, nil
}

// unsent names the entries of a lane but for a head that is in flight.
func unsent(lane []string, inFlight bool) []bot.OID {
	if inFlight && len(lane) > 0 {
		lane = lane[1:]
	}
	var out []bot.OID
	for _, packed := range lane {
		oid, _, _ := strings.Cut(packed, "|")
		out = append(out, bot.OID(oid))
	}
	return out
}

// Commit is one turn's outcome.
type Commit struct {
	CID      bot.CID
	Version  int64
	EventID  string
	State    []byte
	Routing  bot.Routing
	Entries  map[bot.Lane][]bot.Entry
	DropFlow bool
	Wake     time.Time
	Journal  *bot.JournalLine
	// Person is the index of the person whose turn it is. It stands beside the
	// sealed line, so that Forget can delete one person's history and leave that
	// of others who use the address. An index must never pass to somebody else.
	Person int
	Forget bool
}

// Committed says what became of a commit. Tokens are for the lanes that the
// committer drains at once.
type Committed struct {
	Duplicate bool
	Version   int64
	Tokens    map[bot.Lane]string
}

// Commit stores a turn with one script: all of it or nothing. bot.ErrStale
// says that the conversation changed since it was read.
func (s *Store) Commit(ctx context.Context, c Commit) (Committed, error) {
	args, err := s.commitArgs(c)
	if err != nil {
		return Committed{}, fmt.Errorf("commit: %w", err)
	}
	p := placeOf(c.CID)
	keys := []string{
		p.conversation(), p.seen(), p.lane(bot.LaneSafety), p.lane(bot.LaneReply), p.lane(bot.LaneRelay),
		p.due(bot.LaneSafety), p.due(bot.LaneReply), p.due(bot.LaneRelay), p.timers(), p.journal(), p.delivery(),
	}
	r, err := s.call(ctx, "commit", keys, args...)
	if err != nil {
		return Committed{}, fmt.Errorf("commit: %w", err)
	}
	switch r.str(0) {
	case "stale":
		return Committed{}, bot.ErrStale
	case "dup":
		return Committed{Duplicate: true, Version: r.num(1)}, nil
	}
	done := Committed{Version: r.num(1), Tokens: map[bot.Lane]string{}}
	for i, lane := range lanes {
		if t := r.str(2 + i); t != "" {
			done.Tokens[lane] = t
		}
	}
	return done, nil
}

func (s *Store) commitArgs(c Commit) ([]any, error) {
	seen := s.conf.SeenProvider
	if strings.Contains(c.EventID, ":") {
		seen = s.conf.SeenOther
	}
	journal := ""
	if c.Journal != nil {
		raw, err := json.Marshal(c.Journal)
		if err != nil {
			return nil, err
		}
		journal = string(s.sealer.Seal(raw, string(c.CID)+"|journal"))
	}
	r := c.Routing
	routing := []any{"stop", flag(r.Stopped), "owner", r.Owner, "f", strconv.FormatInt(r.Fence, 10), "ref", string(r.Ref), "in", millis(r.LastIn), "win", millis(r.Window), "terms", string(r.Terms)}
	args := []any{
		string(c.CID), strconv.FormatInt(c.Version, 10), c.EventID, nonce(), s.sealer.Seal(c.State, string(c.CID)+"|state"),
		millis(c.Wake), s.conf.Lease.Milliseconds(), seen.Milliseconds(), s.conf.Backstop.Milliseconds(), flag(c.DropFlow), journal, c.Person, flag(c.Forget), len(routing) / 2,
	}
	args = append(args, routing...)
	for i, lane := range lanes {
		for _, e := range c.Entries[lane] {
			packed, err := s.pack(c.CID, e)
			if err != nil {
				return nil, err
			}
			args = append(args, i+1, string(e.OID), packed)
		}
	}
	return args, nil
}
