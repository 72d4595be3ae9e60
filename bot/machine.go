package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/looplab/fsm"
)

// transition is one checked row of a machine.
type transition struct{ event, from, to string }

// machine holds one looplab/fsm definition and a pool of its instances. An
// instance costs tens of microseconds to build and half of one to reuse, and
// it remembers nothing of the conversation it served: SetState comes first.
type machine struct {
	pool sync.Pool
}

func newMachine(start string, rows []transition) *machine {
	type key struct{ event, to string }
	from := map[key][]string{}
	var order []key
	for _, r := range rows {
		k := key{r.event, r.to}
		if _, ok := from[k]; !ok {
			order = append(order, k)
		}
		from[k] = append(from[k], r.from)
	}
	events := make(fsm.Events, 0, len(order))
	for _, k := range order {
		events = append(events, fsm.EventDesc{Name: k.event, Src: from[k], Dst: k.to})
	}
	m := &machine{}
	m.pool.New = func() any { return fsm.NewFSM(start, events, nil) }
	return m
}

// step names the state that follows event. Without callbacks an event can
// fail only by not being allowed; any other error drops the instance, because
// looplab/fsm keeps a half-done transition for ever (its issue 115).
func (m *machine) step(from, event string) (string, error) {
	f := m.pool.Get().(*fsm.FSM)
	f.SetState(from)
	err := f.Event(context.Background(), event)
	var same fsm.NoTransitionError
	if errors.As(err, &same) && same.Err == nil {
		err = nil // a state may follow itself
	}
	to := f.Current()
	var not fsm.InvalidEventError
	var unknown fsm.UnknownEventError
	switch {
	case err == nil, errors.As(err, &not), errors.As(err, &unknown):
		m.pool.Put(f)
	}
	if err != nil {
		return from, fmt.Errorf("state %s, event %s: %w", from, event, err)
	}
	return to, nil
}

// Lifecycle events.
const (
	lifeRefer   = "refer"
	lifeClaim   = "claim"
	lifeRelease = "release"
	lifeClose   = "close"
	lifeChat    = "chat"
)

// lifecycle is the fixed second machine: where a person stands between the
// bot, a queue and a link worker.
var lifecycle = newMachine(string(LifeChatting), []transition{
	{lifeRefer, string(LifeChatting), string(LifeWaiting)},
	{lifeRefer, string(LifeWaiting), string(LifeWaiting)},
	{lifeRefer, string(LifeClosed), string(LifeWaiting)},
	{lifeRefer, string(LifeWorker), string(LifeWorker)},
	{lifeClaim, string(LifeWaiting), string(LifeWorker)},
	{lifeClaim, string(LifeWorker), string(LifeWorker)},
	{lifeRelease, string(LifeWorker), string(LifeWaiting)},
	{lifeRelease, string(LifeWaiting), string(LifeWaiting)},
	{lifeClose, string(LifeWorker), string(LifeClosed)},
	{lifeClose, string(LifeWaiting), string(LifeClosed)},
	{lifeChat, string(LifeClosed), string(LifeChatting)},
	{lifeChat, string(LifeChatting), string(LifeChatting)},
})

func (p *Person) live(event string) error {
	from := p.Life
	if from == "" {
		from = LifeChatting
	}
	to, err := lifecycle.step(string(from), event)
	if err != nil {
		return fmt.Errorf("lifecycle: %w", err)
	}
	p.Life = Life(to)
	return nil
}
