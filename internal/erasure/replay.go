package erasure

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/vault"
)

// onePerson names one of several people who use an address, in the ledger.
func onePerson(cid bot.CID, person int) bot.CID {
	return cid + "#" + bot.CID(strconv.Itoa(person))
}

// Replay holds what stands in Redis against the ledger: a restored backup
// brings erased people back, and this makes them go again before anybody is
// answered. again forgets one of several people by a referral of theirs.
// It is idempotent and runs at every start.
func (e *Eraser) Replay(ctx context.Context, again func(ctx context.Context, cid bot.CID, ref bot.Ref) error) (found int, err error) {
	if e.Ledger == nil {
		return 0, nil
	}
	lines, damaged, err := e.Ledger.Read()
	if err != nil {
		return 0, err
	}
	if damaged > 0 {
		e.Log.WarnContext(ctx, "ledger_lines_damaged", "lines", damaged, "hint", "each was cut short by a crash before anything was confirmed; ask whoever ran the erasure to run it again")
	}
	for _, line := range lines {
		cid, _, one := strings.Cut(string(line.CID), "#")
		var back bool
		if one {
			back, err = e.oneAgain(ctx, bot.CID(cid), line.Referrals, again)
		} else {
			back, err = e.wholeAgain(ctx, bot.CID(cid), line.At, line.Referrals)
		}
		if err != nil {
			return found, fmt.Errorf("replay the erasure ledger: %w", err)
		}
		if back {
			found++
		}
	}
	if found > 0 {
		e.Log.WarnContext(ctx, "erased_people_were_back", "count", found, "hint", "Redis was restored from a backup; they have been erased again")
		if err := e.Store.RewriteAOF(ctx); err != nil {
			e.Log.WarnContext(ctx, "append_only_file_not_rewritten", "error", err.Error())
		}
	}
	return found, nil
}

// wholeAgain erases a conversation that a backup brought back, with its
// referrals. What began after the erasure stays.
func (e *Eraser) wholeAgain(ctx context.Context, cid bot.CID, at time.Time, refs []vault.ErasedReferral) (back bool, err error) {
	for _, r := range refs {
		ok, err := e.referralAgain(ctx, r.Ref)
		if err != nil {
			return back, err
		}
		back = back || ok
	}
	before, err := e.Store.Load(ctx, cid)
	if err != nil {
		return back, err
	}
	gone, err := e.Store.Erase(ctx, cid, at, true)
	return back || gone && before.Version > 0, err
}

// oneAgain erases one of several people.
func (e *Eraser) oneAgain(ctx context.Context, cid bot.CID, refs []vault.ErasedReferral, again func(context.Context, bot.CID, bot.Ref) error) (back bool, err error) {
	for _, r := range refs {
		ok, err := e.referralAgain(ctx, r.Ref)
		if err != nil {
			return back, err
		}
		if !ok {
			continue
		}
		back = true
		if err := again(ctx, cid, r.Ref); err != nil {
			return back, err
		}
	}
	return back, nil
}

// referralAgain erases a referral that a backup brought back. What stands of
// it in Slack was removed the first time.
func (e *Eraser) referralAgain(ctx context.Context, ref bot.Ref) (back bool, err error) {
	programme, _, _ := strings.Cut(strings.ToLower(string(ref)), "-")
	rec, err := e.Store.Record(ctx, programme, ref)
	switch {
	case errors.Is(err, bot.ErrGone):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, e.Store.EraseReferral(ctx, programme, ref, rec.Referral.CID, rec.Referral.N)
}
