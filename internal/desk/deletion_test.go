package desk_test

import (
	"testing"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// TestDeletionIsTheCoordinators: the task comes to them, whoever holds the
// referral, and nobody else can do it.
func TestDeletionIsTheCoordinators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.show(redisstore.Item{ID: "d1", Kind: "note", Entry: &bot.Entry{Note: &bot.Note{Kind: bot.NoteDelete, Code: "2026-12-24"}}})
	task := w.board.in("D" + coord[1:])
	has(t, "the task", task, "Deletion asked for", "BDD-2345", "Thu 24 Dec 2026", "Delete now", "Put on hold")
	hasNot(t, "the task", task, "Amina", words)
	for _, u := range []string{amy, helper, "U0STRANGER"} {
		has(t, "not a coordinator: "+u, w.press(u, "delete"), "Only coordinators")
	}
	w.talks.reason = "refused:hold"
	has(t, "a hold", w.press(coord, "delete"), "There is a hold on BDD-2345")
	w.talks.reason = ""
	has(t, "the lead", w.press(lead, "delete_off"), "is kept")
	if _, err := w.store.PutAlert(w.ctx, bot.Alert{ID: "c1-e1", CID: "c1", Programme: prog, Label: "crisis", Category: "suicide", At: start}); err != nil {
		t.Fatal(err)
	}
	has(t, "an open alert", w.press(coord, "delete"), "An alert about this person is open")
	w.show(redisstore.Item{ID: "d2", Kind: "note", Entry: &bot.Entry{Note: &bot.Note{Kind: bot.NoteCancelled}}})
	has(t, "taken back", w.board.in("D"+coord[1:]), "no longer asks for deletion")
}
