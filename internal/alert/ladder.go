package alert

import (
	"fmt"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// When the rungs of a cry for help are due after it was kept, and how long
// until the next one from then on (the brief of the safeguarding lead: Slack
// at once; on call when Slack is silent for a minute; coordinators at five
// minutes; the lead at ten; then everybody every fifteen).
var rungs = []time.Duration{0, time.Minute, 5 * time.Minute, 10 * time.Minute}

// Every is the pause between rungs above the lead's.
const Every = 15 * time.Minute

// Pause is how long "I have this" stops the climb.
const Pause = 30 * time.Minute

// Keys of what people are told; the desk has the words.
const (
	PageText    = "text"    // to a phone
	PageDrill   = "drill"   // to a phone, in a drill
	PageNew     = "new"     // nobody has it yet
	PageLong    = "long"    // somebody took it and has not closed it
	PageYours   = "yours"   // to whoever took it
	PageConcern = "concern" // a concern nobody has read yet
	PageRoom    = "room"    // the alert's own message
)

// Labels of an alert.
const (
	labelCrisis  = "crisis"
	labelConcern = "concern"
	labelNotice  = "notice"
)

// noticeStays is how long a notice to the lead is kept.
const noticeStays = 72 * time.Hour

// step is what one rung does: whom it calls, which rung is next and when. A
// zero next ends the climb: the alert is closed.
type step struct {
	pages []redisstore.Page
	rung  int
	next  time.Time
}

func (a *Alerts) step(programme string, r redisstore.AlertRecord, now time.Time) step {
	switch r.Alert.Label {
	case labelNotice:
		return a.notice(programme, r, now)
	case labelConcern:
		return a.concern(programme, r, now)
	}
	return a.crisis(programme, r, now)
}

// crisis climbs for somebody who may be in danger.
func (a *Alerts) crisis(programme string, r redisstore.AlertRecord, now time.Time) step {
	c := &caller{a: a, programme: programme, r: r, rung: r.Rung}
	taken := r.By != ""
	if taken && c.rung < 2 {
		c.rung = 2 // it was seen: calling starts where it stops being quiet
	}
	key := PageNew
	if taken {
		key = PageLong
		c.user(r.By, PageYours)
	}
	watched := a.People.Watched(programme, r.Since)
	switch c.rung {
	case 0:
		c.add("slack", "", PageRoom)
		if !watched {
			c.phones()
		}
	case 1:
		if watched && r.Shown.IsZero() {
			c.phones()
		}
	case 2:
		c.coordinators(key)
		c.phones()
	case 3:
		c.user(a.People.Lead(), key)
	default:
		c.user(a.People.Lead(), key)
		c.coordinators(key)
		c.phones()
	}
	return step{pages: c.pages, rung: c.rung + 1, next: a.after(r, c.rung, now)}
}

// after is when the rung behind one is due. The times count from the alert,
// so that a late start does not make everything late; once somebody took it
// and let the pause run out they count from now.
func (a *Alerts) after(r redisstore.AlertRecord, rung int, now time.Time) time.Time {
	if rung+1 >= len(rungs) {
		return now.Add(a.pace(r, Every))
	}
	if r.By != "" {
		return now.Add(a.pace(r, rungs[rung+1]-rungs[rung]))
	}
	return r.Since.Add(a.pace(r, rungs[rung+1]))
}

// Quick is how many times faster a quick drill climbs.
const Quick = 60

// pace shortens the ladder of a quick drill.
func (a *Alerts) pace(r redisstore.AlertRecord, d time.Duration) time.Duration {
	if r.Alert.Drill && r.Alert.Quick {
		return d / Quick
	}
	return d
}

// concern is not danger, but a person reads it the same working day: halfway
// through what is left of the day coordinators are reminded, near its end the
// lead, and from then on both every two working hours.
func (a *Alerts) concern(programme string, r redisstore.AlertRecord, now time.Time) step {
	c := &caller{a: a, programme: programme, r: r, rung: r.Rung}
	cal := a.People.Calendar(programme)
	begin := cal.NextOpen(r.Since)
	day := closing(cal, begin).Sub(begin)
	next := cal.AddOpen(now, 2*time.Hour)
	switch c.rung {
	case 0:
		c.add("slack", "", PageRoom)
		next = begin.Add(day / 2)
	case 1:
		c.coordinators(PageConcern)
		next = begin.Add(day * 9 / 10)
	case 2:
		c.user(a.People.Lead(), PageConcern)
	default:
		c.coordinators(PageConcern)
		c.user(a.People.Lead(), PageConcern)
	}
	return step{pages: c.pages, rung: c.rung + 1, next: next}
}

// closing is when the working day that is open at t ends.
func closing(cal bot.Calendar, t time.Time) time.Time {
	for range 24 * 4 {
		if n := t.Add(15 * time.Minute).Truncate(15 * time.Minute); cal.Open(n) {
			t = n
			continue
		}
		break
	}
	return t.Add(15 * time.Minute).Truncate(15 * time.Minute)
}

// notice tells the lead once and is forgotten after three days.
func (a *Alerts) notice(programme string, r redisstore.AlertRecord, now time.Time) step {
	c := &caller{a: a, programme: programme, r: r, rung: r.Rung}
	if r.Rung > 0 {
		return step{}
	}
	c.add("slack", "", PageRoom)
	return step{pages: c.pages, rung: 1, next: now.Add(noticeStays)}
}

// caller gathers the pages of one rung.
type caller struct {
	a         *Alerts
	programme string
	r         redisstore.AlertRecord
	rung      int
	pages     []redisstore.Page
}

func (c *caller) add(kind string, to bot.Address, key string) {
	for _, p := range c.pages {
		if p.Kind == kind && p.To == to {
			return // somebody who is both is called once
		}
	}
	c.pages = append(c.pages, redisstore.Page{
		ID: fmt.Sprintf("%s.%d.%d", c.r.Alert.ID, c.rung, len(c.pages)), Alert: c.r.Alert.ID, Rung: c.rung, Kind: kind, To: to, Key: key,
	})
}

func (c *caller) user(id, key string) {
	if id != "" {
		c.add("slack", bot.Address(id), key)
	}
}

func (c *caller) coordinators(key string) {
	for _, u := range c.a.People.Coordinators(c.programme) {
		c.user(u, key)
	}
}

func (c *caller) phones() {
	key := PageText
	if c.r.Alert.Drill {
		key = PageDrill
	}
	for _, p := range c.a.People.OnCall(c.programme) {
		c.add("text", p, key)
	}
}
