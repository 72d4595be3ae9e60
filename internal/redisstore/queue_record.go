package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"linkline/bot"
)

// Record reads a referral; bot.ErrGone if the queue does not have it.
func (s *Store) Record(ctx context.Context, programme string, ref bot.Ref) (Record, error) {
	h, err := s.client.rdb.HGetAll(ctx, qkey(programme, "r:"+string(ref))).Result()
	if err != nil {
		return Record{}, fmt.Errorf("read referral: %w", err)
	}
	if h["st"] == "" || h["st"] == "erased" {
		return Record{}, bot.ErrGone
	}
	r := Record{Ref: ref, State: h["st"], Worker: h["w"], Code: h["code"], CardTS: h["card"], Thread: h["thread"], Contacted: h["con"] == "1"}
	r.Fence, _ = strconv.ParseInt(h["f"], 10, 64)
	r.Version, _ = strconv.ParseInt(h["ver"], 10, 64)
	p, _ := strconv.Atoi(h["p"])
	r.Priority = bot.Priority(p)
	for k := range h {
		if w, ok := strings.CutPrefix(k, "k:"); ok {
			r.Knows = append(r.Knows, w)
		}
	}
	raw, err := s.sealer.Open([]byte(h["data"]), string(ref)+"|referral")
	if err != nil {
		return r, fmt.Errorf("read referral %s: %w", ref, err)
	}
	if err := json.Unmarshal(raw, &r.Referral); err != nil {
		return r, fmt.Errorf("read referral %s: %w", ref, err)
	}
	return r, nil
}

// SetCard remembers where a referral's card stands in Slack, both ways.
func (s *Store) SetCard(ctx context.Context, programme string, ref bot.Ref, channel, ts string) error {
	if err := s.client.rdb.HSet(ctx, qkey(programme, "r:"+string(ref)), "card", channel+"|"+ts).Err(); err != nil {
		return err
	}
	return s.client.rdb.HSet(ctx, qkey(programme, "ts"), channel+"|"+ts, string(ref)).Err()
}

// SetThread remembers where the hand-over stands in the holder's direct
// message with the app.
func (s *Store) SetThread(ctx context.Context, programme string, ref bot.Ref, channel, ts string) error {
	where := ""
	if ts != "" {
		where = channel + "|" + ts
		if err := s.client.rdb.HSet(ctx, qkey(programme, "ts"), where, string(ref)).Err(); err != nil {
			return err
		}
	}
	return s.client.rdb.HSet(ctx, qkey(programme, "r:"+string(ref)), "thread", where).Err()
}

// RefAt finds the referral that a Slack message belongs to; empty if none.
func (s *Store) RefAt(ctx context.Context, programme, channel, ts string) (bot.Ref, error) {
	v, err := s.client.rdb.HMGet(ctx, qkey(programme, "ts"), channel+"|"+ts).Result()
	if err != nil || v[0] == nil {
		return "", err
	}
	ref, _ := v[0].(string)
	return bot.Ref(ref), nil
}

// SetMark remembers the Slack message that shows a text, for its delivery
// marks and for redaction.
func (s *Store) SetMark(ctx context.Context, programme string, ref bot.Ref, name, channel, ts string) error {
	return s.client.rdb.HSet(ctx, qkey(programme, "m:"+string(ref)), name, channel+"|"+ts).Err()
}

// Marks lists the Slack messages that show something of a referral.
func (s *Store) Marks(ctx context.Context, programme string, ref bot.Ref) (map[string]string, error) {
	return s.client.rdb.HGetAll(ctx, qkey(programme, "m:"+string(ref))).Result()
}

// DropMarks forgets them, after redaction.
func (s *Store) DropMarks(ctx context.Context, programme string, ref bot.Ref) error {
	return s.client.rdb.Del(ctx, qkey(programme, "m:"+string(ref))).Err()
}

// Shown is a text of a worker's as it stands in Slack.
type Shown struct {
	Channel, TS string
	Text        bot.Words
	State       bot.Delivery
}

// SetShown remembers where a worker's text stands, so that its delivery can be
// written on it.
func (s *Store) SetShown(ctx context.Context, programme string, ref bot.Ref, oid bot.OID, v Shown) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("remember message: %w", err)
	}
	k := qkey(programme, "m:"+string(ref))
	if err := s.client.rdb.HSet(ctx, k, "t:"+string(oid), s.sealer.Seal(raw, string(ref)+"|"+string(oid))).Err(); err != nil {
		return fmt.Errorf("remember message: %w", err)
	}
	return s.client.rdb.HSet(ctx, k, string(oid), v.Channel+"|"+v.TS).Err()
}

// Shown reads it back; bot.ErrGone if it is not known.
func (s *Store) Shown(ctx context.Context, programme string, ref bot.Ref, oid bot.OID) (Shown, error) {
	var v Shown
	got, err := s.client.rdb.HMGet(ctx, qkey(programme, "m:"+string(ref)), "t:"+string(oid)).Result()
	if err != nil {
		return v, fmt.Errorf("read message: %w", err)
	}
	sealed, ok := got[0].(string)
	if !ok {
		return v, bot.ErrGone
	}
	raw, err := s.sealer.Open([]byte(sealed), string(ref)+"|"+string(oid))
	if err != nil {
		return v, fmt.Errorf("read message: %w", err)
	}
	return v, json.Unmarshal(raw, &v)
}
