package bot

import (
	"testing"
	"time"
)

// always is a calendar without nights.
type always struct{}

func (always) Open(time.Time) bool                            { return true }
func (always) NextOpen(t time.Time) time.Time                 { return t }
func (always) AddOpen(t time.Time, d time.Duration) time.Time { return t.Add(d) }
func (always) PromiseBy(t time.Time) time.Time                { return t }
func (always) Daytime(t time.Time) time.Time                  { return t }

func TestATextToTheHolderDoesNotWaitUnasked(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	c := &Conversation{Persons: []Person{{ID: 1, Referred: "BDD-2345", Owner: "U1", Fence: 3, Life: LifeWorker}}}
	on := func(now time.Time, ev Event) *turn {
		ev.At = now
		return &turn{c: c, p: &c.Persons[0], prog: Programme{Calendar: always{}}, ev: ev}
	}
	on(at, Event{}).unanswered()
	first := c.Timers[timerKey(waitsHolder, 1)]
	if !first.Equal(at.Add(WorkingDay)) {
		t.Fatalf("the holder is asked at %v", first)
	}
	on(at.Add(time.Hour), Event{}).unanswered()
	if got := c.Timers[timerKey(waitsHolder, 1)]; !got.Equal(first) {
		t.Errorf("a second text puts the clock back to %v", got)
	}
	fire := func(name string, now time.Time) []Effect {
		tn := on(now, Event{Kind: EventTimer, Timer: timerKey(name, 1)})
		if err := tn.timerDue(); err != nil {
			t.Fatal(err)
		}
		return tn.Effects
	}
	got := fire(waitsHolder, first)
	if len(got) != 1 || got[0].Note.Kind != NoteUnanswered || got[0].Note.Code != "" {
		t.Fatalf("the holder: %+v", got)
	}
	got = fire(waitsCoordinator, first.Add(WorkingDay))
	if len(got) != 1 || got[0].Note.Code != "coordinator" {
		t.Fatalf("the coordinator: %+v", got)
	}
	old := on(at, Event{Kind: EventSpoke, Worker: "U1", Fence: 2})
	old.spoke()
	if len(c.Timers) != 1 {
		t.Error("an act with an old fence stops the clock")
	}
	on(at, Event{Kind: EventSpoke, Worker: "U1", Fence: 3}).spoke()
	if len(c.Timers) != 0 {
		t.Errorf("it goes on after they spoke: %v", c.Timers)
	}
}
