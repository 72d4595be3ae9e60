package desk

import (
	"context"
	"errors"
	"hash/fnv"

	"linkline/bot"
)

// finder is a board that can look for a panel whose posting was answered by
// silence.
type finder interface {
	Find(ctx context.Context, channel, thread, id string) (bot.Spot, bool, error)
}

// lost is a failure after which the work may have been done.
type lost interface{ Lost() bool }

// once posts a panel that somebody before us may have posted, who died before
// they could say so: then it looks first.
func (d *Desk) once(ctx context.Context, again bool, channel, thread string, p bot.Panel) (bot.Spot, error) {
	if f, ok := d.Board.(finder); ok && again {
		at, there, err := f.Find(ctx, channel, thread, p.ID)
		if err != nil {
			return bot.Spot{}, err
		}
		if there {
			return at, d.Board.Update(ctx, at, p)
		}
	}
	return d.post(ctx, channel, thread, p)
}

// surely is once for somebody in danger: when nobody can tell whether it
// stands, it is posted. Told twice does no harm; not told does.
func (d *Desk) surely(ctx context.Context, again bool, channel, thread string, p bot.Panel) (bot.Spot, error) {
	if f, ok := d.Board.(finder); ok && again {
		if at, there, err := f.Find(ctx, channel, thread, p.ID); err == nil && there {
			return at, d.Board.Update(ctx, at, p)
		}
	}
	return d.post(ctx, channel, thread, p)
}

// alone keeps others of this process from writing the same message, until
// what it returns is called.
func (d *Desk) alone(id string) (free func()) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	mu := &d.marking[h.Sum32()%uint32(len(d.marking))]
	mu.Lock()
	return mu.Unlock
}

// post posts a panel once: after an answer that never came it looks first.
func (d *Desk) post(ctx context.Context, channel, thread string, p bot.Panel) (bot.Spot, error) {
	at, err := d.Board.Post(ctx, channel, thread, p)
	var l lost
	if err == nil || !errors.As(err, &l) || !l.Lost() {
		return at, err
	}
	f, ok := d.Board.(finder)
	if !ok {
		return at, err
	}
	found, there, ferr := f.Find(ctx, channel, thread, p.ID)
	if ferr == nil && there {
		return found, nil
	}
	return at, err
}
