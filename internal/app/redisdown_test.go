package app_test

import (
	"strings"
	"testing"
	"time"

	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
)

// TestRedisDiesInMidFlight: while Redis is gone texts are refused, so that the
// provider keeps them; what was acknowledged before is there afterwards; and
// nobody has to do anything for Linkline to go on.
func TestRedisDiesInMidFlight(t *testing.T) {
	t.Parallel()
	srv := storetest.Durable(t)
	w := newWorldOn(t, "en", srv.Options)
	w.text(resident, "hello")
	w.text(resident, "1")
	before := len(w.to(resident))
	srv.Kill()
	sid, status := w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: "1"})
	for range 40 { // brought again and again; what is refused is no flood
		if status != 503 {
			t.Errorf("status %d while Redis is gone", status)
		}
		_, status = w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: "1", SID: sid})
	}
	if err := w.app.Ready(w.ctx); err == nil {
		t.Error("ready without Redis")
	}
	srv.Start()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for w.app.Ready(w.ctx) != nil {
		<-tick.C
	}
	for status != 200 { // repeated until it is taken: the pool may believe in the old refusal for a second
		<-tick.C
		_, status = w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: "1", SID: sid})
	}
	w.settle()
	if _, status = w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: "1", SID: sid}); status != 200 { // and once too often
		t.Errorf("status %d for a repeat", status)
	}
	w.settle()
	got := w.to(resident)[before:]
	if len(got) != 1 || !strings.Contains(got[0], "Is it safe") {
		t.Errorf("answered with %q", got)
	}
}

func TestRedisIsDownAtTheStart(t *testing.T) {
	t.Parallel()
	srv := storetest.Durable(t)
	srv.Kill()
	if _, err := redisstore.Connect(t.Context(), srv.Options); err == nil {
		t.Error("connected to nothing")
	}
	srv.Start()
	c, err := redisstore.Connect(t.Context(), srv.Options)
	if err != nil {
		t.Fatal(err)
	}
	if said, err := c.Check(t.Context(), "print"); err != nil || !strings.Contains(string(said), "fsync always") {
		t.Errorf("%q, %v", said, err)
	}
	// Another keyset is refused, and nothing is written for it.
	if _, err := c.Check(t.Context(), "other"); err == nil {
		t.Error("a wrong keyset is taken")
	}
	if _, err := c.Check(t.Context(), "print"); err != nil {
		t.Errorf("the right one after that: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
