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

// pack writes an entry: a clear header that scripts may read, then the sealed
// rest.
func (s *Store) pack(cid bot.CID, e bot.Entry) (string, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("pack entry: %w", err)
	}
	if strings.ContainsAny(string(e.OID)+string(e.Kind)+string(e.Lock), "|\n") {
		return "", fmt.Errorf("pack entry %q: %w", e.OID, ErrEntry)
	}
	head := fmt.Sprintf("%s|%s|%s|%d|%s\n", e.OID, e.Kind, e.Lock, e.Fence, flag(e.Check))
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
	now, err := s.now(ctx, metaKey)
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
