package redisstore

import (
	"context"
	"encoding/json"
	"errors"
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
}

// Load reads a conversation in one round trip.
func (s *Store) Load(ctx context.Context, cid bot.CID) (Loaded, error) {
	v, err := s.client.rdb.HMGet(ctx, placeOf(cid).conversation(), "v", "s").Result()
	if err != nil {
		return Loaded{}, fmt.Errorf("load conversation: %w", err)
	}
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
	return Loaded{Version: n, State: state}, nil
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
	drop, journal := "", ""
	if c.DropFlow {
		drop = "1"
	}
	if c.Journal != nil {
		raw, err := json.Marshal(c.Journal)
		if err != nil {
			return nil, err
		}
		journal = string(s.sealer.Seal(raw, string(c.CID)+"|journal"))
	}
	stop := ""
	if c.Routing.Stopped {
		stop = "1"
	}
	r := c.Routing
	routing := []any{"stop", stop, "owner", r.Owner, "f", strconv.FormatInt(r.Fence, 10), "ref", string(r.Ref), "in", millis(r.LastIn), "win", millis(r.Window), "terms", string(r.Terms)}
	args := []any{
		string(c.CID), strconv.FormatInt(c.Version, 10), c.EventID, nonce(), s.sealer.Seal(c.State, string(c.CID)+"|state"),
		millis(c.Wake), s.conf.Lease.Milliseconds(), seen.Milliseconds(), s.conf.Backstop.Milliseconds(), drop, journal, len(routing) / 2,
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

// pack writes an entry: a clear header that scripts may read, then the sealed
// rest.
func (s *Store) pack(cid bot.CID, e bot.Entry) (string, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("pack entry: %w", err)
	}
	check := "0"
	if e.Check {
		check = "1"
	}
	if strings.ContainsAny(string(e.OID)+string(e.Kind)+string(e.Lock), "|\n") {
		return "", fmt.Errorf("pack entry %q: %w", e.OID, ErrEntry)
	}
	head := fmt.Sprintf("%s|%s|%s|%d|%s\n", e.OID, e.Kind, e.Lock, e.Fence, check)
	return head + string(s.sealer.Seal(raw, string(cid)+"|"+string(e.OID))), nil
}

// ErrEntry says that an entry of a lane cannot be read.
var ErrEntry = errors.New("an entry cannot be read")

func (s *Store) unpack(cid bot.CID, packed string) (bot.Entry, error) {
	head, body, ok := strings.Cut(packed, "\n")
	oid, _, _ := strings.Cut(head, "|")
	e := bot.Entry{OID: bot.OID(oid)}
	if !ok {
		return e, ErrEntry
	}
	raw, err := s.sealer.Open([]byte(body), string(cid)+"|"+oid)
	if err != nil {
		return e, fmt.Errorf("%w: %w", ErrEntry, err)
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, fmt.Errorf("%w: %w", ErrEntry, err)
	}
	return e, nil
}

// Head is the first entry of a lane, handed out to one holder.
type Head struct {
	CID      bot.CID
	Lane     bot.Lane
	Token    string
	Entry    bot.Entry
	Attempts int
	InFlight bool      // a holder before us may have sent it
	Handed   time.Time // when it was last handed out
	Known    bot.Delivery
	SID      string
	Say      string // send, look (find out first), drop
	Reason   string // of a drop: stopped, lost, window, terms, lock
	Broken   error  // the entry cannot be read
	own      bool   // taken by its committer, not by a poller
}

// Due is a conversation with something in a lane.
type Due struct {
	CID   bot.CID
	Score string
}

// DueIn lists conversations whose head may be handed out now.
func (s *Store) DueIn(ctx context.Context, lane bot.Lane, limit int) ([]Due, error) {
	now, err := s.client.now(ctx)
	if err != nil {
		return nil, fmt.Errorf("read clock: %w", err)
	}
	return s.scan(ctx, func(tag string) string { return dueKey(tag, lane) }, now, limit)
}

// DueTimers lists conversations with a timer that is due.
func (s *Store) DueTimers(ctx context.Context, now time.Time, limit int) ([]Due, error) {
	return s.scan(ctx, timersKey, now, limit)
}

func (s *Store) scan(ctx context.Context, key func(tag string) string, now time.Time, limit int) ([]Due, error) {
	cmds := make([]*redis.ZSliceCmd, Partitions)
	_, err := s.client.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range Partitions {
			cmds[i] = p.ZRangeByScoreWithScores(ctx, key(tag(i)), &redis.ZRangeBy{Min: "-inf", Max: millis(now), Count: int64(limit)})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for due work: %w", err)
	}
	var out []Due
	for _, c := range cmds {
		for _, z := range c.Val() {
			cid, _ := z.Member.(string)
			out = append(out, Due{CID: bot.CID(cid), Score: strconv.FormatFloat(z.Score, 'f', 0, 64)})
		}
	}
	return out, nil
}

// Take takes the head of a lane. own says that score is the caller's own
// token, straight from its commit; looked says that the head was looked up at
// the provider and is not there. nil: somebody else has it, or nothing is left.
func (s *Store) Take(ctx context.Context, lane bot.Lane, cid bot.CID, score string, own, looked bool) (*Head, error) {
	p := placeOf(cid)
	flag := func(b bool) string {
		if b {
			return "1"
		}
		return ""
	}
	// What its own committer did not send within its first lease is looked up
	// before it is sent; effects for the queue may be repeated safely.
	look := !own && lane != bot.LaneRelay
	r, err := s.call(ctx, "lane_claim", []string{p.conversation(), p.lane(lane), p.due(lane), p.delivery()},
		string(cid), string(lane), score, flag(own || looked), s.conf.Lease.Milliseconds(), nonce(), flag(look), flag(looked))
	if err != nil {
		return nil, err
	}
	if r.str(0) != "head" {
		return nil, nil
	}
	h := &Head{CID: cid, Lane: lane, own: own, Token: r.str(1), Attempts: int(r.num(3)), InFlight: r.str(4) == "1", Handed: fromMillis(r.str(5)), Say: r.str(7), Reason: r.str(8)}
	if f := strings.SplitN(r.str(6), "|", 3); len(f) == 3 {
		h.Known, h.SID = bot.Delivery(f[0]), f[2]
	}
	h.Entry, h.Broken = s.unpack(cid, r.str(2))
	return h, nil
}

// Result settles a head.
type Result struct {
	What  string // sent, retry, hold (still unknown), gone (dropped), dead
	Delay time.Duration
	SID   string
	Code  string
}

// ErrLost says that somebody else has the head by now.
var ErrLost = errors.New("the lease was lost")

// DeadLetter names an entry that can never be carried out. It holds nothing
// personal; the words stay in the journal.
type DeadLetter struct {
	CID  bot.CID       `json:"cid"`
	Lane bot.Lane      `json:"lane"`
	OID  bot.OID       `json:"oid"`
	Kind bot.EntryKind `json:"kind"`
	Code string        `json:"code"`
	At   time.Time     `json:"at"` // when it was committed
}

// Ack settles a head. next is the token for the entry behind it, which is the
// caller's; empty when nothing is left.
func (s *Store) Ack(ctx context.Context, h *Head, res Result) (next string, err error) {
	letter, goOn := "", ""
	if h.own || h.Lane == bot.LaneRelay {
		goOn = "1" // else the next head waits for a poller, who looks it up first
	}
	if res.What == "dead" {
		raw, err := json.Marshal(DeadLetter{h.CID, h.Lane, h.Entry.OID, h.Entry.Kind, res.Code, h.Entry.At})
		if err != nil {
			return "", fmt.Errorf("dead letter: %w", err)
		}
		letter = string(raw)
	}
	p := placeOf(h.CID)
	r, err := s.call(ctx, "lane_ack", []string{p.conversation(), p.lane(h.Lane), p.due(h.Lane), p.delivery(), p.dead()},
		string(h.CID), string(h.Lane), h.Token, string(h.Entry.OID), res.What, res.Delay.Milliseconds(), res.SID, res.Code, letter, s.conf.Lease.Milliseconds(), goOn)
	if err != nil {
		return "", err
	}
	switch r.str(0) {
	case "lost":
		return "", ErrLost
	case "more":
		return r.str(1), nil
	}
	return "", nil
}

// Receipt moves a delivery forward. moved is false for old news; known is
// false for a text that never was ours.
func (s *Store) Receipt(ctx context.Context, rec bot.Receipt) (moved, known bool, err error) {
	args := []any{string(rec.OID), rec.Status.Rank(), string(rec.Status), rec.Code, rec.SID}
	for _, d := range []bot.Delivery{bot.DeliveryQueued, bot.DeliverySent, bot.DeliveryFailed, bot.DeliveryDelivered, bot.DeliveryRead} {
		args = append(args, d.Rank(), string(d))
	}
	r, err := s.call(ctx, "receipt", []string{placeOf(rec.CID).delivery()}, args...)
	if err != nil {
		return false, false, err
	}
	return r.str(0) == "moved", r.str(0) != "unknown", nil
}

// Deliveries reads what is known of every text of a conversation.
func (s *Store) Deliveries(ctx context.Context, cid bot.CID) (map[bot.OID]bot.Delivery, error) {
	h, err := s.client.rdb.HGetAll(ctx, placeOf(cid).delivery()).Result()
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	out := map[bot.OID]bot.Delivery{}
	for oid, v := range h {
		status, _, _ := strings.Cut(v, "|")
		out[bot.OID(oid)] = bot.Delivery(status)
	}
	return out, nil
}

// SIDs lists the provider's ids of a conversation's texts.
func (s *Store) SIDs(ctx context.Context, cid bot.CID) (map[string]bot.OID, error) {
	h, err := s.client.rdb.HGetAll(ctx, placeOf(cid).delivery()).Result()
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	out := map[string]bot.OID{}
	for oid, v := range h {
		if f := strings.SplitN(v, "|", 3); len(f) == 3 && f[2] != "" {
			out[f[2]] = bot.OID(oid)
		}
	}
	return out, nil
}

// Journal reads a conversation's history, the oldest line first.
func (s *Store) Journal(ctx context.Context, cid bot.CID) ([]bot.JournalLine, error) {
	list, err := s.client.rdb.XRange(ctx, placeOf(cid).journal(), "-", "+").Result()
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	var out []bot.JournalLine
	for _, m := range list {
		sealed, _ := m.Values["l"].(string)
		raw, err := s.sealer.Open([]byte(sealed), string(cid)+"|journal")
		if err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		var l bot.JournalLine
		if err := json.Unmarshal(raw, &l); err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		out = append(out, l)
	}
	return out, nil
}

// Depths counts what waits in every lane, and the dead letters.
func (s *Store) Depths(ctx context.Context) (map[string]int64, error) {
	type count struct {
		name string
		cmd  *redis.IntCmd
	}
	var counts []count
	_, err := s.client.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range Partitions {
			for _, lane := range lanes {
				counts = append(counts, count{"lane_" + string(lane), p.ZCard(ctx, dueKey(tag(i), lane))})
			}
			counts = append(counts, count{"dead", p.LLen(ctx, deadKey(tag(i)))}, count{"timers", p.ZCard(ctx, timersKey(tag(i)))})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count depths: %w", err)
	}
	out := map[string]int64{}
	for _, c := range counts {
		out[c.name] += c.cmd.Val()
	}
	return out, nil
}
