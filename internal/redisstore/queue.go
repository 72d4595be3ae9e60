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

// Box is one of a referral's two outboxes.
type Box string

// ToSlack carries cards, hand-overs and notes; ToConversation carries claims,
// releases and closings back.
const (
	ToSlack        Box = "os"
	ToConversation Box = "oc"
	// Jobs carries erasures, which belong to no referral any more.
	Jobs Box = "oj"
)

// Item is one entry of a referral's outbox. Note is sealed at rest; the rest
// is clear and holds nothing personal.
type Item struct {
	ID     string
	Kind   string // card, handover, note, alert; claimed, freed, closed
	Worker string // of an erasure: the conversation
	Fence  int64
	Code   string
	Entry  *bot.Entry
	CID    bot.CID `json:"cid,omitempty"` // of an erasure
	// Again says that it was handed out before: whoever had it may have
	// delivered it. It is not stored.
	Again bool
}

// Record is a referral as the queue knows it.
type Record struct {
	Ref       bot.Ref
	State     string // open, claimed, closed
	Worker    string
	Fence     int64
	Priority  bot.Priority
	Version   int64 // of the card
	Contacted bool
	Code      string
	CardTS    string // channel|ts of the card in Slack
	Thread    string // channel|ts of the hand-over in the holder's direct message
	Knows     []string
	Referral  bot.Referral
}

func qkey(programme, kind string) string { return queueTag(programme) + kind }

// Reserve gives the number of a conversation's n-th referral; the same number
// however often it is asked.
func (s *Store) Reserve(ctx context.Context, programme string, cid bot.CID, n int) (uint64, error) {
	r, err := s.call(ctx, "queue_reserve", []string{qkey(programme, "ids")}, string(cid)+"|"+strconv.Itoa(n))
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(r.str(0), 10, 64)
}

func (s *Store) sealReferral(r bot.Referral) ([]byte, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("seal referral: %w", err)
	}
	return s.sealer.Seal(raw, string(r.Ref)+"|referral"), nil
}

// item writes an outbox entry: clear fields, then the sealed rest.
func (s *Store) item(ref bot.Ref, it Item) (string, error) {
	head := fmt.Sprintf("%s|%s|%s|%d|%s|", it.ID, it.Kind, it.Worker, it.Fence, it.Code)
	if it.Entry == nil {
		return head, nil
	}
	raw, err := json.Marshal(it.Entry)
	if err != nil {
		return "", fmt.Errorf("write item: %w", err)
	}
	return head + string(s.sealer.Seal(raw, string(ref)+"|"+it.ID)), nil
}

func (s *Store) openItem(ref bot.Ref, packed string) (Item, error) {
	f := strings.SplitN(packed, "|", 6)
	if len(f) != 6 {
		return Item{}, fmt.Errorf("an outbox entry of %s cannot be read", ref)
	}
	it := Item{ID: f[0], Kind: f[1], Worker: f[2], Code: f[4]}
	it.Fence, _ = strconv.ParseInt(f[3], 10, 64)
	if f[5] == "" {
		return it, nil
	}
	raw, err := s.sealer.Open([]byte(f[5]), string(ref)+"|"+it.ID)
	if err != nil {
		return it, fmt.Errorf("an outbox entry of %s: %w", ref, err)
	}
	it.Entry = &bot.Entry{}
	if err := json.Unmarshal(raw, it.Entry); err != nil {
		return it, fmt.Errorf("an outbox entry of %s: %w", ref, err)
	}
	return it, nil
}

// Put brings a referral into its queue, once. score is its virtual enqueue
// time in milliseconds: age and priority in one number.
func (s *Store) Put(ctx context.Context, r bot.Referral, score int64) error {
	data, err := s.sealReferral(r)
	if err != nil {
		return err
	}
	it, err := s.item(r.Ref, Item{ID: string(r.Ref) + ".card", Kind: "card"})
	if err != nil {
		return err
	}
	p, ref := r.Programme, string(r.Ref)
	_, err = s.call(ctx, "queue_put", []string{qkey(p, "r:"+ref), qkey(p, "open"), qkey(p, "os:"+ref), qkey(p, "due:os")}, ref, score, data, int(r.Priority), it)
	return err
}

// Raise lifts a referral and, where r carries a card, brings it up to date.
// id makes it happen once.
func (s *Store) Raise(ctx context.Context, programme string, ref bot.Ref, priority bot.Priority, score int64, r *bot.Referral, id string) error {
	var data []byte
	if r != nil {
		var err error
		if data, err = s.sealReferral(*r); err != nil {
			return err
		}
	}
	it, err := s.item(ref, Item{ID: id, Kind: "card"})
	if err != nil {
		return err
	}
	did, err := s.call(ctx, "queue_raise", []string{qkey(programme, "r:"+string(ref)), qkey(programme, "open"), qkey(programme, "os:"+string(ref)), qkey(programme, "due:os")}, string(ref), int(priority), score, data, it, id)
	if err == nil && did.str(0) == "gone" {
		return bot.ErrGone
	}
	return err
}

// Claim gives a referral to a worker. how is ok, yours, held (by names who),
// knows, closed or gone.
func (s *Store) Claim(ctx context.Context, programme string, ref bot.Ref, worker string, until time.Time) (how, by string, fence int64, err error) {
	r, err := s.call(ctx, "queue_claim", s.claimKeys(programme, ref), string(ref), worker, millis(until))
	if err != nil {
		return "", "", 0, err
	}
	how = r.str(0)
	if how == "held" {
		return how, r.str(1), 0, nil
	}
	return how, worker, r.num(1), nil
}

func (s *Store) claimKeys(programme string, ref bot.Ref) []string {
	r := string(ref)
	return []string{qkey(programme, "r:"+r), qkey(programme, "open"), qkey(programme, "lease"), qkey(programme, "oc:"+r), qkey(programme, "due:oc"), qkey(programme, "held")}
}

// End ends a claim: what is "freed" or "closed". lease is the lease a reaper
// saw, zero for a worker's own act. ok is false when the claim is no longer
// the one meant.
func (s *Store) End(ctx context.Context, programme string, ref bot.Ref, worker string, fence int64, what, code string, lease time.Time) (ok bool, err error) {
	r, err := s.call(ctx, "queue_end", s.claimKeys(programme, ref), string(ref), worker, fence, what, code, millis(lease))
	if err != nil {
		return false, err
	}
	return r.str(0) == "ok", nil
}

// Touch renews a lease; a zero until says that first contact was made.
func (s *Store) Touch(ctx context.Context, programme string, ref bot.Ref, worker string, fence int64, until time.Time) (bool, error) {
	r, err := s.call(ctx, "queue_touch", []string{qkey(programme, "r:"+string(ref)), qkey(programme, "lease")}, string(ref), worker, fence, millis(until))
	if err != nil {
		return false, err
	}
	return r.str(0) == "ok", nil
}

// ErrHolds says that a worker must let a referral go first.
var ErrHolds = errors.New("the worker holds this referral")

// Knows keeps a referral from a worker who knows the person, for good.
// ErrHolds or bot.ErrGone otherwise.
func (s *Store) Knows(ctx context.Context, programme string, ref bot.Ref, worker string) error {
	r, err := s.call(ctx, "queue_knows", []string{qkey(programme, "r:"+string(ref))}, worker)
	switch {
	case err != nil:
		return err
	case r.str(0) == "holds":
		return ErrHolds
	case r.str(0) == "gone":
		return bot.ErrGone
	}
	return nil
}

// HandOver moves a claim to another worker, with a new fence: a release and a
// claim in one. how is ok, lost (the claim is no longer the one meant), knows
// (the other may not hold it) or gone.
func (s *Store) HandOver(ctx context.Context, programme string, ref bot.Ref, from string, fence int64, to string, until time.Time) (how string, newFence int64, err error) {
	k := s.claimKeys(programme, ref)
	r, err := s.call(ctx, "queue_hand", []string{k[0], k[2], k[3], k[4], k[5]}, string(ref), from, fence, to, millis(until))
	if err != nil {
		return "", 0, err
	}
	return r.str(0), r.num(1), nil
}

// Offer lists the open referrals that a worker may claim, the next one first:
// not those of people the worker knows.
func (s *Store) Offer(ctx context.Context, programme, worker string, limit int) ([]bot.Ref, error) {
	refs, err := s.Waiting(ctx, programme, 4*limit)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	cmds := make([]*redis.BoolCmd, len(refs))
	_, err = s.client.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, ref := range refs {
			cmds[i] = p.HExists(ctx, qkey(programme, "r:"+string(ref)), "k:"+worker)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("offer referrals: %w", err)
	}
	var out []bot.Ref
	for i, ref := range refs {
		if !cmds[i].Val() && len(out) < limit {
			out = append(out, ref)
		}
	}
	return out, nil
}

// Push adds an item to an outbox of a referral, once per item id. bot.ErrGone
// says that there is no such referral; for one that was erased nothing is to
// be done and nothing is wrong.
func (s *Store) Push(ctx context.Context, programme string, ref bot.Ref, box Box, it Item) error {
	packed, err := s.item(ref, it)
	if err != nil {
		return err
	}
	r, err := s.call(ctx, "queue_push", []string{qkey(programme, "r:"+string(ref)), qkey(programme, string(box)+":"+string(ref)), qkey(programme, "due:"+string(box))}, string(ref), packed, it.ID)
	if err == nil && r.str(0) == "gone" {
		return bot.ErrGone
	}
	return err
}

// PushJob adds a job that belongs to no referral and may be done twice.
func (s *Store) PushJob(ctx context.Context, programme string, job bot.Ref, it Item) error {
	packed, err := s.item(job, it)
	if err != nil {
		return err
	}
	_, err = s.call(ctx, "queue_job", []string{qkey(programme, string(Jobs)+":"+string(job)), qkey(programme, "due:"+string(Jobs))}, string(job), packed)
	return err
}

// Next hands out the head of an outbox; nil when there is none, or somebody
// else drains it.
func (s *Store) Next(ctx context.Context, programme string, ref bot.Ref, box Box) (it *Item, token string, err error) {
	r, err := s.call(ctx, "queue_next", []string{qkey(programme, string(box)+":"+string(ref)), qkey(programme, "due:"+string(box)), qkey(programme, "handed:"+string(box))}, string(ref), s.conf.Lease.Milliseconds())
	if err != nil || r.str(0) != "head" {
		return nil, "", err
	}
	got, err := s.openItem(ref, r.str(2))
	if err != nil && got.ID == "" {
		return nil, "", err
	}
	got.Again = r.num(3) == 1
	return &got, r.str(1), err
}

// Settle ends what Next handed out: done, again after a delay, or dead.
func (s *Store) Settle(ctx context.Context, programme string, ref bot.Ref, box Box, id, token string, delay time.Duration, dead bool) error {
	d := ""
	switch {
	case dead:
		d = "dead"
	case delay > 0:
		d = strconv.FormatInt(delay.Milliseconds(), 10)
	}
	_, err := s.call(ctx, "queue_ack", []string{qkey(programme, string(box)+":"+string(ref)), qkey(programme, "due:"+string(box)), qkey(programme, "dead"), qkey(programme, "handed:"+string(box))}, string(ref), token, id, d)
	return err
}

// DueRefs lists referrals with something to deliver.
func (s *Store) DueRefs(ctx context.Context, programme string, box Box, limit int) ([]bot.Ref, error) {
	now, err := s.now(ctx, qkey(programme, "due:"+string(box)))
	if err != nil {
		return nil, err
	}
	return s.refs(ctx, qkey(programme, "due:"+string(box)), now, limit)
}

// BoxDepth counts the referrals with something in an outbox, due or not.
func (s *Store) BoxDepth(ctx context.Context, programme string, box Box) (int, error) {
	n, err := s.client.rdb.ZCard(ctx, qkey(programme, "due:"+string(box))).Result()
	return int(n), err
}

// Expired lists claimed referrals whose lease has run out, with that lease.
func (s *Store) Expired(ctx context.Context, programme string, now time.Time, limit int) (map[bot.Ref]time.Time, error) {
	zs, err := s.client.rdb.ZRangeByScoreWithScores(ctx, qkey(programme, "lease"), &redis.ZRangeBy{Min: "-inf", Max: millis(now), Count: int64(limit)}).Result()
	if err != nil {
		return nil, err
	}
	out := map[bot.Ref]time.Time{}
	for _, z := range zs {
		ref, _ := z.Member.(string)
		out[bot.Ref(ref)] = time.UnixMilli(int64(z.Score)).UTC()
	}
	return out, nil
}

func (s *Store) refs(ctx context.Context, key string, now time.Time, limit int) ([]bot.Ref, error) {
	list, err := s.client.rdb.ZRangeByScore(ctx, key, &redis.ZRangeBy{Min: "-inf", Max: millis(now), Count: int64(limit)}).Result()
	if err != nil {
		return nil, err
	}
	out := make([]bot.Ref, len(list))
	for i, r := range list {
		out[i] = bot.Ref(r)
	}
	return out, nil
}

// Waiting lists the open referrals of a programme, the next one first.
func (s *Store) Waiting(ctx context.Context, programme string, limit int) ([]bot.Ref, error) {
	return s.refs(ctx, qkey(programme, "open"), time.UnixMilli(1<<52), limit)
}

// Held lists what a worker holds in a programme, the oldest claim first.
func (s *Store) Held(ctx context.Context, programme, worker string) ([]bot.Ref, error) {
	all, err := s.client.rdb.ZRange(ctx, qkey(programme, "held"), 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("held referrals: %w", err)
	}
	var out []bot.Ref
	for _, m := range all {
		if ref, ok := strings.CutPrefix(m, worker+"|"); ok {
			out = append(out, bot.Ref(ref))
		}
	}
	return out, nil
}
