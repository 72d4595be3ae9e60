package app_test

import (
	"strings"
	"testing"
)

// TestASafetyTextThatTheNetworkLoses: Twilio takes it, and says only later that
// it was not delivered. Whoever reads the alert is told to phone.
func TestASafetyTextThatTheNetworkLoses(t *testing.T) {
	t.Parallel()
	for code, why := range map[int]string{
		30003: "the phone is off or out of reach", 30005: "the number takes no texts", 30008: "the network did not deliver it (30008)", 21610: "they have texted STOP",
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "en")
			w.phone.SetFate(resident, code)
			w.text(resident, "i want to die")
			w.settle()
			shown := w.shows(alerts)
			has(t, "alert", shown, "Suicide")
			has(t, "alert", shown, "The safety text did not arrive")
			has(t, "alert", shown, why)
			has(t, "alert", shown, "hone them")

			// Whoever takes it afterwards reads it beside the words, with the number.
			first := w.slack.Messages(alerts)[0]
			_, after, _ := strings.Cut(string(first.Blocks), `"value":"`)
			value, _, _ := strings.Cut(after, `"`)
			w.click(worker, alerts, first.TS, "alert_take", value)
			dm := w.shows(w.slack.IM(worker))
			has(t, "the words", dm, "i want to die")
			has(t, "the words", dm, resident)
			has(t, "the words", dm, why)
		})
	}
}

// TestAWorkersTextThatTheNetworkLoses: the holder sees on the text itself, and
// in a line under it, that it did not arrive.
func TestAWorkersTextThatTheNetworkLoses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	for _, say := range []string{"hello", "1", "1", "1", "1 4", "my name is Amina", "ig11 8he", "2"} {
		w.text(resident, say)
	}
	card := w.slack.Messages(cards)[0]
	_, after, _ := strings.Cut(string(card.Blocks), `"value":"`)
	value, _, _ := strings.Cut(after, `"`)
	w.click(worker, cards, card.TS, "claim", value)
	w.phone.SetFate(resident, 30008)
	dm := w.slack.IM(worker)
	w.click(worker, dm, w.slack.Messages(dm)[0].TS, "reply", value)
	for range 2 {
		if f := w.submit(worker, map[string]string{"kind": "own", "text": "Hello Amina, I am here."}); len(f) != 0 {
			t.Fatalf("%v", f)
		}
	}
	w.settle()
	has(t, "her text", w.shows(dm), "Not delivered")
	if strings.Contains(w.shows(alerts), "did not arrive") {
		t.Error("an ordinary text that did not arrive is no alert")
	}
}
