package bot

import (
	"strings"
	"time"
)

// MutedFor is how long a nuisance number stays muted.
const MutedFor = 7 * 24 * time.Hour

// muteAddress mutes a nuisance number for a while, or unmutes it: an act of
// whoever holds the referral. What came meanwhile is brought to them then.
func (t *turn) muteAddress() {
	if t.p.Owner != t.ev.Worker || t.p.Fence != t.ev.Fence || t.ev.Worker == "" {
		t.refuse("not_yours")
		return
	}
	n := Note{Kind: NoteMuted, Code: "off", At: t.ev.At}
	if t.ev.Code == "off" {
		t.because("unmuted")
		t.bringMuted()
		t.c.Muted, t.c.MutedAt = zeroTime, zeroTime
	} else {
		t.because("muted")
		t.c.Muted, t.c.MutedAt = t.ev.At.Add(MutedFor), t.ev.At
		n.Code = t.c.Muted.Format(time.DateOnly)
		t.answered()
	}
	t.effect(Effect{Kind: EntryNote, Note: &n})
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
		return false
	}
	if a := t.p.Asked; a != nil && (a.State == askSafeNow || a.State == askSafeTime) {
		return false
	}
	t.because("muted")
	t.keepWords()
	return true
}
