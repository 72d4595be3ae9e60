package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linkline/bot"

	"github.com/redis/go-redis/v9"
)

// Stub is what outlives the erasure of a conversation: nothing personal, only
// what must still be honoured should the address write again.
type Stub struct {
	Stopped  bool      // it had opted out
	ErasedAt time.Time // nothing from before may be taken in again
	LastIn   time.Time
}

// Stub reads what outlived a conversation; ok is false where nothing was
// erased.
func (s *Store) Stub(ctx context.Context, cid bot.CID) (stub Stub, ok bool, err error) {
	h, err := s.client.rdb.HGetAll(ctx, placeOf(cid).stub()).Result()
	if err != nil {
		return Stub{}, false, fmt.Errorf("read stub: %w", err)
	}
	return Stub{Stopped: h["stop"] == "1", ErasedAt: fromMillis(h["erased"]), LastIn: fromMillis(h["in"])}, len(h) > 0, nil
}

// erasedFor is how long the note of an erasure is there to be read by whoever
// asked for it.
const erasedFor = time.Hour

// NoteErased keeps what came of an erasure for an hour: whoever asked for it may
// be another process than the one that carried it to its end. The note holds
// nothing personal.
func (s *Store) NoteErased(ctx context.Context, cid bot.CID, note []byte) error {
	if err := s.client.rdb.Set(ctx, placeOf(cid).erased(), note, erasedFor).Err(); err != nil {
		return fmt.Errorf("note erasure: %w", err)
	}
	return nil
}

// Erased reads the note; it is empty where there is none.
func (s *Store) Erased(ctx context.Context, cid bot.CID) ([]byte, error) {
	b, err := s.client.rdb.Get(ctx, placeOf(cid).erased()).Bytes()
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("read note of erasure: %w", err)
	}
	return b, nil
}

// Erase forgets a conversation: its state, everything not yet sent, its timers
// and journal. The stub stays, and the ids of its events until the provider
// could no longer repeat them. A zero at is now. replay says that a ledger is
// read again: a conversation that began after at stays. gone tells whether
// nothing from before at is left.
//
// The bytes stay in the append-only file until RewriteAOF.
func (s *Store) Erase(ctx context.Context, cid bot.CID, at time.Time, replay bool) (gone bool, err error) {
	return s.erase(ctx, cid, at, replay, 0)
}

// EraseAt forgets a conversation that still is at the version given; where
// somebody has written since, gone is false and all of it stays.
func (s *Store) EraseAt(ctx context.Context, cid bot.CID, version int64) (gone bool, err error) {
	return s.erase(ctx, cid, time.Time{}, false, version)
}

func (s *Store) erase(ctx context.Context, cid bot.CID, at time.Time, replay bool, version int64) (gone bool, err error) {
	p := placeOf(cid)
	r, err := s.call(ctx, "erase", []string{
		p.conversation(), p.seen(), p.lane(bot.LaneSafety), p.lane(bot.LaneReply), p.lane(bot.LaneRelay),
		p.due(bot.LaneSafety), p.due(bot.LaneReply), p.due(bot.LaneRelay), p.timers(), p.journal(), p.delivery(), p.stub(),
	}, string(cid), millis(at), flag(replay), s.conf.SeenProvider.Milliseconds(), version)
	if err != nil {
		return false, fmt.Errorf("erase: %w", err)
	}
	return r.str(0) != "newer", nil
}

// EraseReferral forgets a referral, the n-th of its conversation. What stands
// of it in Slack is named by its Record and Marks and must be redacted first.
// Its reference is never given to anybody else.
func (s *Store) EraseReferral(ctx context.Context, programme string, ref bot.Ref, cid bot.CID, n int) error {
	var keys []string
	for _, k := range []string{"r:" + string(ref), "open", "lease", "held", "os:" + string(ref), "oc:" + string(ref), "m:" + string(ref), "due:os", "due:oc", "ids", "ts", "dead", "handed:os", "handed:oc"} {
		keys = append(keys, qkey(programme, k))
	}
	// The marks' Slack messages point back at the referral.
	marks, err := s.Marks(ctx, programme, ref)
	if err != nil {
		return fmt.Errorf("erase referral: %w", err)
	}
	for name, at := range marks {
		if !strings.HasPrefix(name, "t:") {
			if err := s.client.rdb.HDel(ctx, qkey(programme, "ts"), at).Err(); err != nil {
				return fmt.Errorf("erase referral: %w", err)
			}
		}
	}
	_, err = s.call(ctx, "queue_erase", keys, string(ref), string(cid)+"|"+strconv.Itoa(n), s.conf.SeenProvider.Milliseconds())
	return err
}

// RewriteAOF makes every master write its append-only file anew, without what
// was erased.
func (s *Store) RewriteAOF(ctx context.Context) error {
	if s.client.opts.InProcess {
		return nil
	}
	return s.client.masters(ctx, func(ctx context.Context, n *redis.Client) error {
		err := n.BgRewriteAOF(ctx).Err()
		var said redis.Error
		if errors.As(err, &said) && strings.Contains(said.Error(), "in progress") {
			return nil
		}
		return err
	})
}
