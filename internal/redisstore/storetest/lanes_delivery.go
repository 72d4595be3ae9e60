package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"linkline/bot"
	"linkline/internal/redisstore"
)

func laneDelivery(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	_, err := s.Ack(w.ctx, h, redisstore.Result{What: "sent", SID: "SM1"})
	must(t, err)
	for _, step := range []struct {
		status bot.Delivery
		moved  bool
		then   bot.Delivery
	}{
		{bot.DeliverySent, true, bot.DeliverySent}, {bot.DeliveryQueued, false, bot.DeliverySent},
		{bot.DeliveryDelivered, true, bot.DeliveryDelivered}, {bot.DeliverySent, false, bot.DeliveryDelivered},
		{bot.DeliveryFailed, false, bot.DeliveryDelivered}, {bot.DeliveryRead, true, bot.DeliveryRead}, {bot.DeliveryDelivered, false, bot.DeliveryRead},
	} {
		moved, known, err := s.Receipt(w.ctx, bot.Receipt{CID: h.CID, OID: "a.0", SID: "SM1", Status: step.status})
		must(t, err)
		d, err := s.Deliveries(w.ctx, h.CID)
		must(t, err)
		if !known || moved != step.moved || d["a.0"] != step.then {
			t.Errorf("%s: moved %v, is %s", step.status, moved, d["a.0"])
		}
	}
	if _, known, err := s.Receipt(w.ctx, bot.Receipt{CID: h.CID, OID: "z.9", Status: bot.DeliverySent}); err != nil || known {
		t.Errorf("a text that never was ours is known: %v", err)
	}
}

func laneReceiptFirst(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{Lease: short})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	_, _, err := s.Receipt(w.ctx, bot.Receipt{CID: h.CID, OID: "a.0", SID: "SM1", Status: bot.DeliveryDelivered})
	must(t, err)
	other := w.poll(t, w.store(t, redisstore.Config{}), bot.LaneReply, h.CID)
	if other.Known != bot.DeliveryDelivered || other.SID != "SM1" {
		t.Errorf("known as %q, %q", other.Known, other.SID)
	}
	_, err = s.Ack(w.ctx, other, redisstore.Result{What: "sent", SID: "SM1"})
	must(t, err)
	if d, err := s.Deliveries(w.ctx, h.CID); err != nil || d["a.0"] != bot.DeliveryDelivered {
		t.Errorf("went back to %q, %v", d["a.0"], err)
	}
	// A failure told twice is told twice: whoever heard it first may have died.
	h = w.begun(t, s, text(bot.EntryFlow, "b.0"))
	for range 2 {
		if moved, _, err := s.Receipt(w.ctx, bot.Receipt{CID: h.CID, OID: "b.0", Status: bot.DeliveryFailed, Code: "30003"}); err != nil || !moved {
			t.Errorf("moved %v, %v", moved, err)
		}
	}
}

func laneSIDs(t testing.TB, w *world) {
	s := w.store(t, redisstore.Config{})
	h := w.begun(t, s, text(bot.EntryFlow, "a.0"))
	_, err := s.Ack(w.ctx, h, redisstore.Result{What: "sent", SID: "SM1"})
	must(t, err)
	got, err := s.SIDs(w.ctx, h.CID)
	must(t, err)
	if diff := cmp.Diff(map[string]bot.OID{"SM1": "a.0"}, got); diff != "" {
		t.Error(diff)
	}
}
