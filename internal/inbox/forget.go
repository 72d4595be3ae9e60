package inbox

import (
	"context"
	"fmt"

	"linkline/bot"
)

// forget makes the commit that forgets a person take their lines out of the
// journal, and the entry carry on what must be deleted elsewhere: once the
// journal has forgotten, nobody could name it any more.
func (b *Box) forget(ctx context.Context, c *Change, e bot.Effect, entry *bot.Entry, version int64) error {
	events, err := b.Store.Texts(ctx, c.CID, e.Person)
	if err != nil {
		return fmt.Errorf("list what to forget: %w", err)
	}
	events = append(events, c.EventID)
	entry.Person, entry.Events, entry.Refs, entry.Version = e.Person, events, e.Refs, version+1
	c.Person, c.Forget = e.Person, true
	return nil
}
