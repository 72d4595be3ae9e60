// Package erasure forgets people: it takes what a conversation has committed
// to forget to everywhere it still stands (the queue, Slack, the provider's
// log), writes the ledger that a restored backup is held against, and says in
// a receipt what could not be deleted. It may import bot, internal/redisstore
// and internal/vault.
package erasure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
	"linkline/internal/vault"
)

// Store is the part of redisstore that knows what there is and forgets it.
type Store interface {
	Load(ctx context.Context, cid bot.CID) (redisstore.Loaded, error)
	Waits(ctx context.Context, cid bot.CID, lane bot.Lane) ([]bot.OID, error)
	SIDs(ctx context.Context, cid bot.CID) (map[string]bot.OID, error)
	Record(ctx context.Context, programme string, ref bot.Ref) (redisstore.Record, error)
	EraseReferral(ctx context.Context, programme string, ref bot.Ref, cid bot.CID, n int) error
	EraseAt(ctx context.Context, cid bot.CID, version int64) (gone bool, err error)
	Erase(ctx context.Context, cid bot.CID, at time.Time, replay bool) (gone bool, err error)
	RewriteAOF(ctx context.Context) error
	NoteErased(ctx context.Context, cid bot.CID, note []byte) error
}

// Provider deletes a text from its log. One that is gone already is no error.
type Provider interface {
	Delete(ctx context.Context, sid string) error
}

// Desk removes what link workers were shown of a referral.
type Desk interface {
	Forget(ctx context.Context, programme string, ref bot.Ref) error
}

// Eraser forgets. It is safe for concurrent use.
type Eraser struct {
	Store    Store
	Provider Provider
	Desk     Desk
	Ledger   *vault.Ledger // nil: nothing outlives Redis here, as in the demo
	Now      func() time.Time
	Log      *slog.Logger
}

// Receipt says what was deleted and what could not be. It holds nothing
// personal.
type Receipt struct {
	CID       bot.CID   `json:"conversation"`
	What      string    `json:"what"` // words, person, all
	At        time.Time `json:"at"`
	Texts     int       `json:"texts_deleted_at_provider"`
	Referrals []bot.Ref `json:"referrals_deleted"`
	Failed    []string  `json:"failed,omitempty"` // provider ids and references that still stand
}

// patience is how long an erasure is tried again before a person must look
// at it: it becomes a dead letter, which raises an alarm.
const patience = 24 * time.Hour

// later asks for another try. It implements what the relay asks of an error.
type later struct {
	msg  string
	wait time.Duration
	over bool
}

func (l later) Error() string { return l.msg }

// Wait is how long to wait before the next try.
func (l later) Wait() time.Duration { return l.wait }

// Never says that nobody should try again.
func (l later) Never() bool { return l.over }

func (e *Eraser) later(entry bot.Entry, format string, args ...any) error {
	age := e.Now().Sub(entry.At)
	return later{fmt.Sprintf(format, args...), min(max(age, 0), time.Minute), age > patience}
}

// Forget carries one committed erasure to its end. An error asks to be called
// again; calling again is harmless.
func (e *Eraser) Forget(ctx context.Context, cid bot.CID, entry bot.Entry) error {
	if entry.Key == "all" {
		// The last text, that it is done, goes out first.
		if err := e.sent(ctx, cid, entry); err != nil {
			return err
		}
	}
	r := Receipt{CID: cid, What: entry.Key, At: e.Now()}
	if entry.Key != "words" {
		if err := e.ledger(ctx, cid, entry); err != nil {
			return err
		}
	}
	for _, ref := range entry.Refs {
		if err := e.referral(ctx, entry.Programme, ref); err != nil {
			e.Log.WarnContext(ctx, "referral_not_erased", "ref", string(ref), "error", err.Error())
			r.Failed = append(r.Failed, string(ref))
			continue
		}
		r.Referrals = append(r.Referrals, ref)
	}
	if err := e.texts(ctx, cid, entry, &r); err != nil {
		return err
	}
	if len(r.Failed) > 0 {
		e.done(ctx, r)
		return e.later(entry, "%d things still stand elsewhere", len(r.Failed))
	}
	if entry.Key == "all" {
		if err := e.conversation(ctx, cid, entry.Version); err != nil {
			return err
		}
		if err := e.Store.RewriteAOF(ctx); err != nil {
			e.Log.WarnContext(ctx, "append_only_file_not_rewritten", "error", err.Error())
		}
	}
	e.Log.InfoContext(ctx, "erased", "cid", string(cid), "what", r.What, "texts", r.Texts, "referrals", len(r.Referrals))
	e.done(ctx, r)
	return nil
}

// done leaves the receipt for whoever asked.
func (e *Eraser) done(ctx context.Context, r Receipt) {
	note, err := json.Marshal(r)
	if err == nil {
		err = e.Store.NoteErased(ctx, r.CID, note)
	}
	if err != nil {
		e.Log.WarnContext(ctx, "receipt_not_kept", "cid", string(r.CID), "error", err.Error())
	}
}

// conversation erases the record itself, unless somebody has written since.
// Receipts may have moved its version on; what has nobody in it goes too.
func (e *Eraser) conversation(ctx context.Context, cid bot.CID, version int64) error {
	for range 4 {
		gone, err := e.Store.EraseAt(ctx, cid, version)
		if err != nil || gone {
			return err
		}
		l, err := e.Store.Load(ctx, cid)
		if err != nil || l.State == nil {
			return err
		}
		var c bot.Conversation
		if err := json.Unmarshal(l.State, &c); err != nil {
			return fmt.Errorf("conversation %s: %w", cid, err)
		}
		if !c.Blank() {
			return nil
		}
		version = l.Version
	}
	return nil
}

// sent tells whether every text of a conversation has left.
func (e *Eraser) sent(ctx context.Context, cid bot.CID, entry bot.Entry) error {
	for _, lane := range []bot.Lane{bot.LaneSafety, bot.LaneReply} {
		waits, err := e.Store.Waits(ctx, cid, lane)
		if err != nil {
			return err
		}
		// What cannot leave for a day goes with the rest.
		if len(waits) > 0 && e.Now().Sub(entry.At) < patience {
			return e.later(entry, "texts are still on their way out")
		}
	}
	return nil
}

// ledger writes down what is forgotten before it is: a crash between the two
// is made good when the ledger is read again.
func (e *Eraser) ledger(ctx context.Context, cid bot.CID, entry bot.Entry) error {
	if e.Ledger == nil {
		return nil
	}
	line := vault.Erasure{At: e.Now(), CID: cid}
	if entry.Key == "person" {
		line.CID = onePerson(cid, entry.Person)
	}
	for _, ref := range entry.Refs {
		rec, err := e.Store.Record(ctx, entry.Programme, ref)
		switch {
		case errors.Is(err, bot.ErrGone):
		case err != nil:
			return err
		default:
			line.Referrals = append(line.Referrals, vault.ErasedReferral{Ref: ref, N: rec.Referral.N})
		}
	}
	return e.Ledger.Append(line)
}

func (e *Eraser) referral(ctx context.Context, programme string, ref bot.Ref) error {
	rec, err := e.Store.Record(ctx, programme, ref)
	if errors.Is(err, bot.ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := e.Desk.Forget(ctx, programme, ref); err != nil {
		return err
	}
	return e.Store.EraseReferral(ctx, programme, ref, rec.Referral.CID, rec.Referral.N)
}

// texts deletes at the provider what came in and what went out.
func (e *Eraser) texts(ctx context.Context, cid bot.CID, entry bot.Entry, r *Receipt) error {
	sids, err := e.Store.SIDs(ctx, cid)
	if err != nil {
		return err
	}
	var all []string
	for sid, oid := range sids {
		event := string(oid)[:max(0, strings.LastIndex(string(oid), "."))]
		if slices.Contains(entry.Events, event) {
			all = append(all, sid)
		}
	}
	for _, id := range entry.Events {
		if strings.HasPrefix(id, "SM") || strings.HasPrefix(id, "MM") {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	for _, sid := range slices.Compact(all) {
		if err := e.Provider.Delete(ctx, sid); err != nil {
			var se *bot.SendError
			if errors.As(err, &se) && se.Outcome == bot.Rejected {
				// It will never be deleted from here: a person must.
				e.Log.ErrorContext(ctx, "text_not_deleted_at_provider", "sid", sid, "code", se.Code)
			}
			r.Failed = append(r.Failed, sid)
			continue
		}
		r.Texts++
	}
	return nil
}
