package app

import (
	"sync"
	"time"

	"linkline/bot"
)

// Flood is how many texts of one sender are answered: so many at once, and
// then one each interval. The zero value takes 30 at once and one every four
// seconds; a person who answers every question at once stays far below.
//
// What comes faster is still stored, read for danger and brought to whoever
// holds the referral; only the bot stops answering, after saying so once.
// That also ends a duel with a machine that answers us.
type Flood struct {
	Burst int
	Every time.Duration
}

// limits keeps, for each conversation, when what it has sent so far would
// have come at the allowed pace (GCRA). It lives in memory, on purpose: it
// watches the bill and no promise hangs on it, so a round trip to Redis for
// every text would buy nothing. Several replicas allow so many times as much,
// and a restart forgives.
type limits struct {
	flood Flood
	mu    sync.Mutex
	due   map[bot.CID]time.Time
	swept time.Time
}

func newLimits(f Flood) *limits {
	if f.Burst == 0 {
		f.Burst = 30
	}
	if f.Every == 0 {
		f.Every = 4 * time.Second
	}
	return &limits{flood: f, due: map[bot.CID]time.Time{}}
}

// allow counts one text and tells whether it is answered. A text that is not
// answered costs nothing, so that whoever goes on a little slower is heard.
func (l *limits) allow(cid bot.CID, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	due := l.due[cid]
	if due.Before(now) {
		due = now
	}
	due = due.Add(l.flood.Every)
	if due.Sub(now) > time.Duration(l.flood.Burst)*l.flood.Every {
		return false
	}
	l.due[cid] = due
	return true
}

// back takes one text back that was counted and could not be taken in: the
// provider brings it again.
func (l *limits) back(cid bot.CID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if due, ok := l.due[cid]; ok {
		l.due[cid] = due.Add(-l.flood.Every)
	}
}

// sweep forgets who has been quiet long enough, once a minute.
func (l *limits) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for cid, due := range l.due {
		if due.Before(now) {
			delete(l.due, cid)
		}
	}
}
