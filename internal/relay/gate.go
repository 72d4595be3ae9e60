package relay

import (
	"context"
	"slices"
	"sync"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// gate keeps the cards of a programme in order while Slack does not answer.
// The first failure shuts it; when it opens again everything that waits goes
// out in the order in which people came. Alerts never wait at a gate.
type gate struct {
	mu    sync.Mutex
	until map[string]time.Time // by programme; kept until all that waited is out
	fails map[bot.Ref]int      // in a row
}

// stuck is after how many failures in a row of the first in line the second
// is tried as well: perhaps it is not Slack that fails.
const stuck = 5

// shut tells whether a programme waits for Slack.
func (g *gate) shut(programme string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return now.Before(g.until[programme])
}

// failed shuts the gate for as long as the item waits.
func (g *gate) failed(programme string, ref bot.Ref, now time.Time, delay time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.until == nil {
		g.until, g.fails = map[string]time.Time{}, map[bot.Ref]int{}
	}
	g.fails[ref]++
	g.until[programme] = now.Add(delay)
}

// probe opens the gate for one more try when the first in line has failed so
// often that it may be the only one that does.
func (g *gate) probe(programme string, first bot.Ref) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fails[first] < stuck {
		return false
	}
	delete(g.until, programme)
	return true
}

// passed notes that Slack took something of a referral.
func (g *gate) passed(ref bot.Ref) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.fails, ref)
}

// after tells whether things wait that an earlier failure held up, and lets
// go of them.
func (g *gate) after(programme string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, was := g.until[programme]
	delete(g.until, programme)
	return was
}

// backlog is how much is put in order after Slack came back.
const backlog = 512

// cards brings a programme's cards, notes and hand-overs to Slack.
func (r *Relay) cards(ctx context.Context, programme string) error {
	if r.gate.shut(programme, r.Now()) {
		return nil
	}
	limit, recovering := 32, r.gate.after(programme)
	if recovering {
		limit = backlog
	}
	refs, err := r.Queue.DueRefs(ctx, programme, redisstore.ToSlack, limit)
	if err != nil {
		return err
	}
	if recovering {
		r.byAge(ctx, programme, refs)
	}
	for i, ref := range refs {
		if r.gate.shut(programme, r.Now()) && (i != 1 || !r.gate.probe(programme, refs[0])) {
			return nil
		}
		r.box(ctx, programme, ref, redisstore.ToSlack)
	}
	return nil
}

// byAge puts the oldest referral first.
func (r *Relay) byAge(ctx context.Context, programme string, refs []bot.Ref) {
	came := make(map[bot.Ref]time.Time, len(refs))
	for _, ref := range refs {
		if rec, err := r.Queue.Record(ctx, programme, ref); err == nil {
			came[ref] = rec.Referral.Created
		}
	}
	slices.SortStableFunc(refs, func(a, b bot.Ref) int { return came[a].Compare(came[b]) })
}
