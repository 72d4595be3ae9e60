package app_test

import (
	"fmt"
	"slices"
	"testing"

	"linkline/bot"
)

// record is what one conversation looks like afterwards, from three sides: the
// provider that brought texts, Redis, and the provider that took texts.
type record struct {
	cid      bot.CID
	accepted []string // ids of the texts that came
	journal  []bot.JournalLine
	sent     []string // bodies, in the order in which the provider took them
	lanes    bool     // texts left through several lanes, between which there is no order
}

// audit counts DESIGN's invariants 1 to 3 over a conversation: every text has
// one effect, the answers leave in order, and nothing leaves twice.
func (r record) audit() (faults []string) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Sprintf("%s: ", r.cid)+fmt.Sprintf(format, args...))
	}
	effects := map[string]int{}
	var answers []string
	for i, line := range r.journal {
		effects[line.EventID]++
		if line.Version != int64(i+1) {
			fault("line %d of the journal is version %d: a turn was lost or overwritten", i+1, line.Version)
		}
		for _, w := range line.Out {
			answers = append(answers, w.Raw())
		}
	}
	for _, id := range r.accepted {
		if effects[id] == 0 {
			fault("text %s has no effect", id)
		}
	}
	for id, n := range effects {
		if n > 1 {
			fault("event %s counts %d times", id, n)
		}
	}
	if slices.Equal(answers, r.sent) {
		return faults
	}
	left := map[string]int{}
	for _, a := range answers {
		left[a]++
	}
	for _, s := range r.sent {
		if left[s]--; left[s] < 0 {
			fault("sent once too often: %.40q", s)
		}
	}
	for a, n := range left {
		if n > 0 {
			fault("never sent: %.40q", a)
		}
	}
	if len(faults) == 0 && !r.lanes {
		fault("texts left in another order than they were committed in")
	}
	return faults
}

// TestAuditNotices shows the audit each kind of fault.
func TestAuditNotices(t *testing.T) {
	t.Parallel()
	line := func(id string, version int64, out ...bot.Words) bot.JournalLine {
		return bot.JournalLine{EventID: id, Version: version, Out: out}
	}
	good := record{cid: "c", accepted: []string{"1", "2"}, journal: []bot.JournalLine{line("1", 1, "a", "b"), line("2", 2, "c")}, sent: []string{"a", "b", "c"}}
	if faults := good.audit(); len(faults) != 0 {
		t.Errorf("a good record: %v", faults)
	}
	for name, spoil := range map[string]func(r *record){
		"lost":      func(r *record) { r.accepted = append(r.accepted, "3") },
		"twice":     func(r *record) { r.journal = append(r.journal, line("2", 3)) },
		"overtaken": func(r *record) { r.journal[1].Version = 1 },
		"not sent":  func(r *record) { r.sent = []string{"a", "b"} },
		"double":    func(r *record) { r.sent = []string{"a", "b", "b", "c"} },
		"order":     func(r *record) { r.sent = []string{"b", "a", "c"} },
	} {
		bad := good
		bad.journal = slices.Clone(good.journal)
		spoil(&bad)
		if len(bad.audit()) == 0 {
			t.Errorf("%s is not noticed", name)
		}
	}
}
