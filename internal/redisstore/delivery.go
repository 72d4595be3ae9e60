package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"linkline/bot"

	"github.com/redis/go-redis/v9"
)

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

// Undelivered lists the texts of one event that did not arrive, with the
// provider's code.
func (s *Store) Undelivered(ctx context.Context, cid bot.CID, event string) (map[bot.OID]string, error) {
	h, err := s.client.rdb.HGetAll(ctx, placeOf(cid).delivery()).Result()
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	out := map[bot.OID]string{}
	for oid, v := range h {
		f := strings.SplitN(v, "|", 3)
		if len(f) == 3 && bot.Delivery(f[0]) == bot.DeliveryFailed && strings.HasPrefix(oid, event+".") {
			out[bot.OID(oid)] = f[1]
		}
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
	return s.journal(ctx, cid, "")
}

// EventsOf lists the events of one of the people who use an address.
func (s *Store) EventsOf(ctx context.Context, cid bot.CID, person int) ([]string, error) {
	lines, err := s.journal(ctx, cid, strconv.Itoa(person))
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.EventID
	}
	return out, err
}

// JournalOf reads the history of one of the people who use an address.
func (s *Store) JournalOf(ctx context.Context, cid bot.CID, person int) ([]bot.JournalLine, error) {
	return s.journal(ctx, cid, strconv.Itoa(person))
}

// journal reads a history; person "" takes everybody's.
func (s *Store) journal(ctx context.Context, cid bot.CID, person string) ([]bot.JournalLine, error) {
	list, err := s.client.rdb.XRange(ctx, placeOf(cid).journal(), "-", "+").Result()
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	var out []bot.JournalLine
	for _, m := range list {
		if who, _ := m.Values["p"].(string); person != "" && who != person {
			continue
		}
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

// Waits lists what stands in a lane, the head first.
func (s *Store) Waits(ctx context.Context, cid bot.CID, lane bot.Lane) ([]bot.OID, error) {
	list, err := s.client.rdb.LRange(ctx, placeOf(cid).lane(lane), 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("read lane: %w", err)
	}
	out := make([]bot.OID, len(list))
	for i, packed := range list {
		oid, _, _ := strings.Cut(packed, "|")
		out[i] = bot.OID(oid)
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
