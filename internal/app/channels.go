package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	slackapi "linkline/adapters/slack"
	"linkline/internal/config"
)

// channels makes sure that cards and alerts are seen only by those whom they
// are for: private channels that the app is in, and no volunteer where alerts
// are posted. Members who are not on the roster are named.
func (a *App) channels(ctx context.Context) error { return errors.Join(a.Rooms(ctx)...) }

// Rooms lists everything that is wrong with the channels, each with how to
// mend it.
func (a *App) Rooms(ctx context.Context) (wrong []error) {
	named := map[string]bool{}
	for _, p := range a.opts.Config.Programmes {
		for _, ch := range []string{p.Channel, p.Alerts, p.YoungChannel} {
			if ch == "" || named[p.ID+ch] {
				continue
			}
			named[p.ID+ch] = true
			room, err := a.Slack.Room(ctx, ch)
			switch {
			case err != nil:
				wrong = append(wrong, fmt.Errorf("channel %s: %w (invite the app to it)", ch, err))
			case !room.Private:
				wrong = append(wrong, fmt.Errorf("channel %s is public: anybody in the workspace could read cards (make it private)", ch))
			case !room.Member:
				wrong = append(wrong, fmt.Errorf("the app is not in channel %s (type /invite @linkline there)", ch))
			default:
				wrong = append(wrong, a.members(ctx, p, room)...)
			}
		}
	}
	return wrong
}

// members names who can read a channel and is not on the roster, and refuses
// volunteers where alerts are posted.
func (a *App) members(ctx context.Context, p config.Programme, room slackapi.Room) (wrong []error) {
	for _, u := range room.Members {
		w, ok := a.opts.Config.Worker(u)
		switch {
		case ok && w.Role == "volunteer" && room.ID == p.Alerts:
			wrong = append(wrong, fmt.Errorf("the volunteer %s is in channel %s, where alerts are posted (take them out, or give alerts a channel of their own)", u, room.ID))
		case ok && slices.Contains(w.Programmes, p.ID), u == a.opts.Config.Safety.Lead:
			a.known(ctx, room.ID, u, "guest_on_roster", "a guest may hold referrals: is that meant?")
		default:
			a.known(ctx, room.ID, u, "member_not_on_roster", "add them to link_workers, or take them out of the channel")
		}
	}
	return wrong
}

// known warns of a member: of any who is not on the roster, and of guests who
// are.
func (a *App) known(ctx context.Context, channel, user, event, hint string) {
	kind := "member"
	who, err := a.Slack.Person(ctx, user)
	switch {
	case err != nil:
		kind = "unknown"
	case who.Guest:
		kind = "guest"
	case who.Bot:
		kind = "bot"
	case who.Gone:
		kind = "deactivated"
	}
	if event == "guest_on_roster" && kind != "guest" {
		return
	}
	a.opts.Log.WarnContext(ctx, event, "channel", channel, "user", user, "kind", kind, "hint", hint)
}
