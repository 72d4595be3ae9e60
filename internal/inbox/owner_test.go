package inbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linkline/bot"
)

// effects counts the notes of a kind in what was committed since.
func (w *talk) notes(from int, kind bot.NoteKind) []bot.Note {
	var out []bot.Note
	for _, c := range w.store.all[from:] {
		for _, e := range c.Entries[bot.LaneRelay] {
			if e.Note != nil && e.Note.Kind == kind {
				out = append(out, *e.Note)
			}
		}
	}
	return out
}

// held is a talk whose referral somebody has just claimed.
func held(t *testing.T) *talk {
	w := newTalk(t, nil)
	w.run(referred)
	w.event(bot.Event{Kind: bot.EventClaimed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
	return w
}

// TestADeletionIsAskedForAgain: coordinators hear of it at once, a week before
// its day, and every other day from then on; a hold only waits.
func TestADeletionIsAskedForAgain(t *testing.T) {
	t.Parallel()
	w := held(t)
	w.say("delete")
	first := w.notes(0, bot.NoteDelete)
	if len(first) != 1 || first[0].Code != w.now.AddDate(0, 1, 0).Format(time.DateOnly) {
		t.Fatalf("asked: %+v", first)
	}
	count := func(d time.Duration, want int) {
		t.Helper()
		from := len(w.store.all)
		w.pass(d)
		if got := w.notes(from, bot.NoteDelete); len(got) != want {
			t.Errorf("%d reminders within %v, want %d", len(got), d, want)
		}
	}
	day := 24 * time.Hour
	count(22*day, 0)
	count(2*day, 1)
	w.event(bot.Event{Kind: bot.EventHold, Ref: "BDD-2001", Worker: "U0LEAD", Text: "a complaint"})
	count(4*day, 0)
	w.event(bot.Event{Kind: bot.EventHold, Ref: "BDD-2001", Worker: "U0LEAD", Code: "off"})
	w.event(bot.Event{Kind: bot.EventClosed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 2, Code: "goals_met"})
	count(4*day, 2) // closed or not
	if r := w.event(bot.Event{Kind: bot.EventErased, Ref: "BDD-2001", Worker: "U0LEAD", Code: bot.EraseAsked}); strings.HasPrefix(r, "refused") {
		t.Fatal(r)
	}
	count(30*day, 0)
}

func TestADeletionMayBeTakenBackAndIsStoppedByAHold(t *testing.T) {
	t.Parallel()
	w := held(t)
	erase := func(code string) string {
		return w.event(bot.Event{Kind: bot.EventErased, Ref: "BDD-2001", Worker: "U0LEAD", Code: code})
	}
	if r := erase(bot.EraseAsked); r != "refused:not_asked" {
		t.Errorf("nobody asked: %s", r)
	}
	w.say("delete")
	w.event(bot.Event{Kind: bot.EventHold, Ref: "BDD-2001", Worker: "U0LEAD", Text: "a complaint"})
	if r := erase(bot.EraseAsked); r != "refused:hold" {
		t.Errorf("on hold: %s", r)
	}
	if r := erase(bot.EraseCancel); r != "deletion cancelled" || len(w.notes(0, bot.NoteCancelled)) != 1 {
		t.Errorf("taken back by a coordinator: %s", r)
	}
	if p := w.writer(); !p.Deleting.IsZero() {
		t.Error("still to be deleted")
	}
}

// TestANoToTheWorkerTakesNoDeletionBack: once the holder has written, a no
// answers them.
func TestANoToTheWorkerTakesNoDeletionBack(t *testing.T) {
	t.Parallel()
	w := held(t)
	w.say("delete")
	w.event(bot.Event{Kind: bot.EventReply, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1, Text: "Can I call you now?"})
	w.say("no")
	if p := w.writer(); p.Deleting.IsZero() {
		t.Error("the wish was taken back")
	}
}

func TestAMutedNumberIsKeptAndNotRelayed(t *testing.T) {
	t.Parallel()
	w := held(t)
	mute := func(code string, fence int64) string {
		return w.event(bot.Event{Kind: bot.EventMute, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: fence, Code: code})
	}
	if r := mute("", 7); r != "refused:not_yours" {
		t.Errorf("an old fence: %s", r)
	}
	mute("", 1)
	from := len(w.store.all)
	for _, text := range []string{"rubbish", "0", "change", "delete", ""} {
		if got := w.say(text); len(got) != 0 || len(w.store.last.Entries[bot.LaneRelay]) != 0 {
			t.Errorf("%q: answered %q, %d effects", text, got, len(w.store.last.Entries[bot.LaneRelay]))
		}
	}
	mute("off", 1)
	kept := w.notes(from, bot.NoteText)
	if len(kept) != 1 || kept[0].Text != "rubbish\n0\nchange\ndelete" {
		t.Errorf("kept: %d notes", len(kept))
	}
	mute("", 1)
	w.pass(bot.MutedFor + time.Hour)
	from = len(w.store.all)
	w.say("hello again")
	if len(w.notes(from, bot.NoteText)) != 1 {
		t.Error("still muted after its time")
	}
	mute("", 1)
	w.say("STOP") // is always heard
	if !w.conversation().Stopped {
		t.Error("a stop was not heard")
	}
}

// TestWhatAMuteKeptIsBrought: by itself at its end, by a cry for help, and by
// the close, after which nobody would read it.
func TestWhatAMuteKeptIsBrought(t *testing.T) {
	t.Parallel()
	texts := func(w *talk, from int) (out []string) {
		for _, n := range w.notes(from, bot.NoteText) {
			out = append(out, n.Text.Raw())
		}
		return out
	}
	begin := func() (*talk, int) {
		w := held(t)
		w.event(bot.Event{Kind: bot.EventMute, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
		from := len(w.store.all)
		w.say("the boiler broke")
		w.say("please")
		if got := texts(w, from); len(got) != 0 {
			t.Fatalf("shown while muted: %q", got)
		}
		return w, from
	}
	want := []string{"the boiler broke\nplease"}

	w, from := begin()
	w.pass(bot.MutedFor + time.Minute)
	if got := texts(w, from); !slices.Equal(got, want) || !w.conversation().Muted.IsZero() {
		t.Errorf("at its end: %q", got)
	}

	w, from = begin()
	w.say("i want to kill myself")
	if got := texts(w, from); !slices.Equal(got, want) {
		t.Errorf("by a cry for help: %q", got)
	}

	w, from = begin()
	w.now = w.now.Add(bot.MutedFor + time.Hour) // the timer is late
	w.say("hello again")
	if got := texts(w, from); !slices.Equal(got, append(want, "hello again")) {
		t.Errorf("before its timer: %q", got)
	}

	w, _ = begin()
	w.event(bot.Event{Kind: bot.EventClosed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 2, Code: "done"})
	if got := w.say("hello"); len(got) == 0 || !w.conversation().Muted.IsZero() {
		t.Errorf("still muted after the close: %q", got)
	}
}

func TestACryForHelpEndsAMute(t *testing.T) {
	t.Parallel()
	w := held(t)
	w.event(bot.Event{Kind: bot.EventMute, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1})
	if got := strings.Join(w.say("i want to kill myself"), " "); !strings.Contains(got, "116 123") {
		t.Errorf("%q", got)
	}
	from := len(w.store.all)
	w.say("are you there")
	if len(w.notes(from, bot.NoteText)) != 1 {
		t.Error("muted after a cry for help")
	}
}

// TestALentBlocksAnswersComeBack: the answers stand in the note that ends it.
func TestALentBlocksAnswersComeBack(t *testing.T) {
	t.Parallel()
	w := held(t)
	w.say("hello")
	w.event(bot.Event{Kind: bot.EventLend, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1, Code: "ons4"})
	for _, n := range []string{"6", "7", "8", "0"} {
		w.say(n)
	}
	got := w.notes(0, bot.NoteLent)
	if len(got) != 1 || got[0].Code != "done" || len(got[0].Lines) != 4 || *got[0].Lines[3].Number != 0 {
		t.Fatalf("%+v", got)
	}
	w.event(bot.Event{Kind: bot.EventLend, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 1, Code: "ons4"})
	w.say("please ring me instead")
	if got = w.notes(0, bot.NoteLent); len(got) != 2 || got[1].Code != "broken_off" {
		t.Errorf("broken off: %+v", got)
	}
}

// TestALaterConcernIsReadToo: what follows at once is the same worry; days
// later a person reads again.
func TestALaterConcernIsReadToo(t *testing.T) {
	t.Parallel()
	w := held(t)
	alerts := func() int {
		n := 0
		for _, c := range w.store.all {
			for _, e := range c.Entries[bot.LaneRelay] {
				if e.Alert != nil && e.Alert.Label == "concern" {
					n++
				}
			}
		}
		return n
	}
	const worry = "i can't cope any more"
	for i, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {5 * time.Minute, 1}, {5 * time.Hour, 2}, {48 * time.Hour, 3}} {
		w.pass(step.after)
		w.say(worry)
		if got := alerts(); got != step.want {
			t.Errorf("text %d: %d alerts, want %d", i+1, got, step.want)
		}
	}
}

// TestALapsedLeaseIsSaid: the worker is told, unlike after their own release.
func TestALapsedLeaseIsSaid(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"": "freed", bot.FreedLease: bot.OwnerLapsed} {
		w := held(t)
		w.event(bot.Event{Kind: bot.EventFreed, Ref: "BDD-2001", Worker: "U0AAAAAAA", Fence: 2, Code: code})
		if e := w.store.last.Entries[bot.LaneRelay]; len(e) != 1 || e[0].Key != want || e[0].Service != "U0AAAAAAA" {
			t.Errorf("%q: %+v", code, e)
		}
	}
}
