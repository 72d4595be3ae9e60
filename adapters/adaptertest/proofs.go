package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"linkline/bot"

	"github.com/google/go-cmp/cmp"
)

var typed = []string{
	"hello", " spaces kept \r\n", "0", "1️⃣ 👩‍👩‍👧‍👦", "\u202eabc\u2069", "سلام ١٢", "স্বাগতম", "+ % & = ; #", "<!channel> {{1}}", strings.Repeat("é", 1600),
}

func (c *Channel) out(oid, text string) bot.Outbound {
	return bot.Outbound{CID: "cid", OID: bot.OID(oid), Kind: bot.EntryFlow, From: c.Ours, To: c.Resident, Text: bot.Words(text)}
}

// written opens the channel's window, where it has one.
func (c *Channel) written(t *testing.T) {
	t.Helper()
	if _, ok := c.Text("hello", ""); !ok {
		t.Fatal("the provider was not told that all is well")
	}
	<-c.Texts
}

func textsIn(t *testing.T, c *Channel) {
	for _, body := range typed {
		id, ok := c.Text(body, "")
		if !ok {
			t.Fatalf("%.20q is not taken", body)
		}
		in := <-c.Texts
		switch {
		case in.Text.Raw() != body:
			t.Errorf("%.20q came as %.20q", body, in.Text.Raw())
		case in.ProviderID != id || in.ProviderID == "":
			t.Errorf("id %q, want %q", in.ProviderID, id)
		case in.From != c.Resident || in.To != c.Ours || in.Channel != c.Kind || !in.Answerable || in.Late || in.Kind != bot.KindText:
			t.Errorf("%.20q: from %q to %q on %s as %s", body, in.From.Raw(), in.To.Raw(), in.Channel, in.Kind)
		}
	}
}

func textsOut(t *testing.T, c *Channel) {
	c.written(t)
	var want []string
	for i, body := range typed {
		body = strings.TrimSpace(body)
		if _, err := c.Adapter.Send(t.Context(), c.out(fmt.Sprint("e.", i), body)); err != nil {
			t.Fatalf("%.20q: %v", body, err)
		}
		want = append(want, body)
	}
	if diff := cmp.Diff(want, c.Delivered()); diff != "" {
		t.Error(diff)
	}
}

func repeats(t *testing.T, c *Channel) {
	id, _ := c.Text("hello", "")
	<-c.Texts
	c.Text("hello", id)
	if in := <-c.Texts; in.ProviderID != id {
		t.Errorf("a repeat has id %q, want %q", in.ProviderID, id)
	}
	other, _ := c.Text("hello", "")
	if in := <-c.Texts; in.ProviderID != other || other == id {
		t.Errorf("another text has id %q", in.ProviderID)
	}
}

func forged(t *testing.T, c *Channel) {
	c.Forge("let me in")
	c.Text("hello", "")
	if in := <-c.Texts; in.Text != "hello" {
		t.Errorf("taken: %q", in.Text.Raw())
	}
}

func storeDown(t *testing.T, c *Channel) {
	c.StoreDown(true)
	id, ok := c.Text("hello", "")
	if ok {
		t.Error("the provider believes that it was taken")
	}
	c.StoreDown(false)
	if _, ok := c.Text("hello", id); !ok {
		t.Error("not taken although the store is back")
	}
	if in := <-c.Texts; in.ProviderID != id {
		t.Errorf("id %q", in.ProviderID)
	}
}

func receipts(t *testing.T, c *Channel) {
	c.written(t)
	sent, err := c.Adapter.Send(t.Context(), c.out("e.7", "hello"))
	if err != nil || sent.SID == "" {
		t.Fatal(sent, err)
	}
	rank := 0
	for rank < bot.DeliveryDelivered.Rank() {
		r := <-c.Receipts
		if r.CID != "cid" || r.OID != "e.7" || r.Kind != bot.EntryFlow || r.SID != sent.SID || r.Status.Rank() < rank {
			t.Fatalf("receipt %+v after rank %d", r, rank)
		}
		rank = r.Status.Rank()
	}
}

func outcomes(t *testing.T, c *Channel) {
	c.written(t)
	for fault, want := range map[Fault]bot.Outcome{
		Busy: bot.NotSent, Denied: bot.NotSent, Refused: bot.Rejected,
		FailBefore: bot.Unknown, FailAfter: bot.Unknown, CutBefore: bot.Unknown, CutAfter: bot.Unknown,
	} {
		c.Break(fault)
		_, err := c.Adapter.Send(t.Context(), c.out("e.0", "words for "+string(fault)))
		var se *bot.SendError
		if !errors.As(err, &se) || se.Outcome != want {
			t.Errorf("%s: %v, want %s", fault, err, want)
			continue
		}
		if fault == Busy && se.Retry != 7*time.Second {
			t.Errorf("%s: asked to wait %v", fault, se.Retry)
		}
		if se.Alarm != (fault == Denied) {
			t.Errorf("%s: alarm %v", fault, se.Alarm)
		}
		for e := error(se); e != nil; e = errors.Unwrap(e) {
			if said := e.Error(); strings.Contains(said, "words for") || strings.Contains(said, strings.TrimLeft(c.Resident.Raw(), "whatsp:+")) {
				t.Errorf("%s: the error tells too much: %s", fault, said)
			}
		}
	}
}

func finds(t *testing.T, c *Channel) {
	c.written(t)
	for fault, taken := range map[Fault]bool{FailBefore: false, FailAfter: true, CutBefore: false, CutAfter: true} {
		since := time.Now()
		out := c.out("e.0", "words for "+string(fault))
		c.Break(fault)
		if _, err := c.Adapter.Send(t.Context(), out); err == nil {
			t.Fatalf("%s: no error", fault)
		}
		sid, found, err := c.Adapter.Find(t.Context(), out, since, nil)
		if err != nil || found != taken || found != (sid != "") {
			t.Errorf("%s: found %v %q, want %v (%v)", fault, found, sid, taken, err)
		}
	}
}

func findsNoOther(t *testing.T, c *Channel) {
	c.written(t)
	out := c.out("e.0", "the same words")
	since := time.Now()
	sent, err := c.Adapter.Send(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	find := func(what string, out bot.Outbound, since time.Time, known func(string) bool, want bool) {
		t.Helper()
		if _, found, err := c.Adapter.Find(t.Context(), out, since, known); err != nil || found != want {
			t.Errorf("%s: %v %v", what, found, err)
		}
	}
	find("itself", out, since, nil, true)
	find("one that is known to be another entry's", out, since, func(sid string) bool { return sid == sent.SID }, false)
	find("one of long before", out, since.Add(time.Minute), nil, false)
	other := out
	other.Text = "other words"
	find("other words", other, since, nil, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.Adapter.Find(ctx, out, since, nil); err == nil {
		t.Error("a log that was not read looks empty")
	}
}

func lost(t *testing.T, c *Channel) {
	since := time.Now().Add(-time.Minute)
	var want []string
	for i := range 3 {
		c.Lose()
		body := fmt.Sprint("lost ", i)
		c.Text(body, "")
		want = append(want, body)
	}
	list, err := c.Adapter.Inbound(t.Context(), c.Ours, since)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, in := range list {
		got = append(got, in.Text.Raw())
		if !in.Late || in.From != c.Resident || in.To != c.Ours || in.Channel != c.Kind || in.ProviderID == "" || in.At.IsZero() {
			t.Errorf("%q: late %v, id %q", in.Text.Raw(), in.Late, in.ProviderID)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func tooLong(t *testing.T, c *Channel) {
	c.written(t)
	most := c.Adapter.Capabilities(c.Kind).MaxText
	if most == 0 {
		t.Fatal("a channel says how much it carries")
	}
	if _, err := c.Adapter.Send(t.Context(), c.out("e.0", strings.Repeat("x", most))); err != nil {
		t.Errorf("%d characters: %v", most, err)
	}
	var se *bot.SendError
	if _, err := c.Adapter.Send(t.Context(), c.out("e.1", strings.Repeat("x", most+1))); !errors.As(err, &se) || se.Outcome != bot.Rejected {
		t.Errorf("%d characters: %v", most+1, err)
	}
}

// window: a channel with a window lets a text fail outside it, and says so at
// the latest by a receipt; one without lets it pass.
func window(t *testing.T, c *Channel) {
	c.written(t)
	open := c.Adapter.Capabilities(c.Kind).Window
	c.Age(max(open, 24*time.Hour) + time.Minute)
	_, err := c.Adapter.Send(t.Context(), c.out("e.0", "hello"))
	if err != nil {
		var se *bot.SendError
		if open == 0 || !errors.As(err, &se) || se.Outcome != bot.Rejected {
			t.Errorf("at once: %v", err)
		}
		return
	}
	for {
		r := <-c.Receipts
		if r.Status == bot.DeliveryFailed && (open == 0 || r.Code == "") || r.Status == bot.DeliveryDelivered && open != 0 {
			t.Errorf("window %v: %s %q", open, r.Status, r.Code)
		}
		if r.Status == bot.DeliveryFailed || r.Status == bot.DeliveryDelivered {
			return
		}
	}
}
