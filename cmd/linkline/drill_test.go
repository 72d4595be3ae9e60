package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// climbing is a ladder that somebody else climbs: one look of the drill at a
// time.
type climbing struct {
	looks []redisstore.AlertRecord
	pages [][]redisstore.PageRecord
	at    int
	put   bot.Alert
	ended bool
}

func (c *climbing) PutAlert(_ context.Context, a bot.Alert) (bool, error) {
	c.put = a
	return true, nil
}

func (c *climbing) Alert(context.Context, string, string) (redisstore.AlertRecord, error) {
	c.at = min(c.at+1, len(c.looks))
	return c.looks[c.at-1], nil
}

func (c *climbing) PagesOf(context.Context, string, string) ([]redisstore.PageRecord, error) {
	return c.pages[min(c.at, len(c.pages))-1], nil
}

func (c *climbing) CloseAlert(context.Context, string, string, string, string, bot.Words) (string, string, error) {
	c.ended = true
	return "ok", "", nil
}

func drillOn(t *testing.T, c *climbing, took time.Duration) (string, error) {
	t.Helper()
	var out strings.Builder
	tick := make(chan time.Time)
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case tick <- time.Time{}:
			case <-stop:
				return
			}
		}
	}()
	defer close(stop)
	now := began
	d := drill{store: c, out: &out, now: func() time.Time { now = now.Add(took); return now }, tick: tick, patience: 2 * time.Minute}
	err := d.run(t.Context(), bot.Alert{ID: "drill-1", Programme: "bdd", Label: "crisis", Drill: true})
	return out.String(), err
}

var began = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func drillPage(rung int, kind, to string, state redisstore.PageState, due, took time.Duration) redisstore.PageRecord {
	p := redisstore.PageRecord{Page: redisstore.Page{ID: to + kind, Rung: rung, Kind: kind, To: bot.Address(to)}, State: state, Since: began.Add(due)}
	if state != redisstore.PageWaiting {
		p.Done = p.Since.Add(took)
	}
	return p
}

func TestADrillReportsEveryRung(t *testing.T) {
	t.Parallel()
	all := []redisstore.PageRecord{
		drillPage(0, "slack", "", redisstore.PageSent, 0, 300*time.Millisecond),
		drillPage(2, "text", "+447700900900", redisstore.PageDelivered, 5*time.Minute, 2*time.Second),
		drillPage(3, "slack", "U0CCCCCCC", redisstore.PageDead, 10*time.Minute, time.Second),
	}
	c := &climbing{
		looks: []redisstore.AlertRecord{{State: redisstore.AlertOpen, Rung: 1}, {State: redisstore.AlertOpen, Rung: 4}, {State: redisstore.AlertOpen, Rung: 4}},
		pages: [][]redisstore.PageRecord{all[:1], append(all[:2:2], drillPage(3, "slack", "U0CCCCCCC", redisstore.PageWaiting, 0, 0)), all},
	}
	out, err := drillOn(t, c, 0)
	if err != nil || !c.ended || !c.put.Drill {
		t.Fatalf("%v, ended %v", err, c.ended)
	}
	for _, want := range []string{"the alerts channel: due after 0s, accepted after 300ms more", "a phone on call: due after 5m0s, delivered after 2s more", "U0CCCCCCC: due after 10m0s, NOT accepted", "whole ladder was climbed"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in it:\n%s", want, out)
		}
	}
	if strings.Contains(out, "7700900") {
		t.Errorf("a number is printed:\n%s", out)
	}
}

func TestADrillEndsWhenSomebodyHasIt(t *testing.T) {
	t.Parallel()
	c := &climbing{looks: []redisstore.AlertRecord{{State: redisstore.AlertTaken, By: "U0AAAAAAA"}}, pages: [][]redisstore.PageRecord{nil}}
	out, err := drillOn(t, c, time.Second)
	if err != nil || c.ended || !strings.Contains(out, "I have this after") {
		t.Errorf("%v, ended %v:\n%s", err, c.ended, out)
	}
}

func TestADrillThatReachesNobodySaysSo(t *testing.T) {
	t.Parallel()
	c := &climbing{looks: []redisstore.AlertRecord{{State: redisstore.AlertOpen}}, pages: [][]redisstore.PageRecord{nil}}
	_, err := drillOn(t, c, 30*time.Second)
	if !errors.Is(err, errNobody) || !c.ended {
		t.Errorf("%v, ended %v", err, c.ended)
	}
}
