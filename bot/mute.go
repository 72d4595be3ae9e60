package bot

import (
	"strings"
	"time"
)

// MutedFor is how long a nuisance number stays muted.
const MutedFor = 7 * 24 * time.Hour

// unmutes is the timer that ends a mute.
const unmutes = "unmute"

// muteAddress mutes a nuisance number for a while, or unmutes it: an act of
// whoever holds the referral. What came meanwhile is brought to them when the
// mute ends, however it ends.
func (t *turn) muteAddress() {
	if t.p.Owner != t.ev.Worker || t.p.Fence != t.ev.Fence || t.ev.Worker == "" {
		t.refuse("not_yours")
		return
	}
	if t.ev.Code == "off" {
		t.because("unmuted")
		t.unmute()
		return
	}
	t.because("muted")
	t.c.Muted, t.c.MutedAt = t.ev.At.Add(MutedFor), t.ev.At
	t.timer(unmutes, t.c.Muted)
	t.answered()
	t.effect(Effect{Kind: EntryNote, Note: &Note{Kind: NoteMuted, Code: t.c.Muted.Format(time.DateOnly), At: t.ev.At}})
}

// unmute ends a mute and brings what came meanwhile to whoever holds the
// referral.
func (t *turn) unmute() {
	if t.c.MutedAt.IsZero() {
		return
	}
	if t.p.Referred != "" {
		t.bringMuted()
		t.effect(Effect{Kind: EntryNote, Note: &Note{Kind: NoteMuted, Code: "off", At: t.ev.At}})
	}
	t.c.Muted, t.c.MutedAt = zeroTime, zeroTime
	t.timer(unmutes, zeroTime)
}

// bringMuted relays what was kept since the number was muted.
func (t *turn) bringMuted() {
	var kept []string
	for _, s := range t.p.Said {
		if s.At.After(t.c.MutedAt) {
			kept = append(kept, s.Text.Raw())
		}
	}
	if len(kept) > 0 {
		t.effect(Effect{Kind: EntryRelay, Note: &Note{Kind: NoteText, Text: Words(strings.Join(kept, "\n")), Lang: t.p.Lang, At: t.ev.At}})
	}
}

// muted keeps a text of a muted number, which is neither answered nor relayed.
// A cry for help never comes here, nor does an answer to a question about
// safety.
func (t *turn) muted() bool {
	if !t.c.Muted.After(t.ev.At) {
		t.unmute() // its timer is late
		return false
	}
	if a := t.p.Asked; a != nil && (a.State == askSafeNow || a.State == askSafeTime) {
		return false
	}
	t.because("muted")
	t.keepWords()
	return true
}
