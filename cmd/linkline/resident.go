package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"linkline/bot"
	"linkline/internal/app"
	"linkline/internal/config"
	"linkline/internal/erasure"
)

type residentCmd struct {
	Export exportCmd `cmd:"" help:"A person's data as JSON."`
	Erase  eraseCmd  `cmd:"" help:"Delete a person here, at Twilio and in Slack; the receipt lists what failed."`
	Hold   holdCmd   `cmd:"" help:"Put a hold on a person's record, so that nothing of it is deleted."`
}

// exported is everything that is known of one person, in a form that a person
// or another program can read.
type exported struct {
	At           time.Time         `json:"exported_at"`
	Conversation bot.CID           `json:"conversation"`
	Channel      bot.Channel       `json:"channel"`
	Address      string            `json:"address"`
	Programme    string            `json:"programme"`
	Group        string            `json:"group,omitempty"`
	Stopped      bool              `json:"opted_out"`
	Person       json.RawMessage   `json:"person"`
	Referrals    []json.RawMessage `json:"referrals"`
	History      []json.RawMessage `json:"history"`
	Note         string            `json:"note"`
}

type exportCmd struct {
	Who string `arg:"" name:"ref|number" help:"A reference, or a number (+44… or whatsapp:…)."`
}

// Run prints the person's data; nothing of anybody else on the same phone.
func (c exportCmd) Run(ctx context.Context) error {
	set, r, done, err := openRecords(ctx)
	if err != nil {
		return err
	}
	defer done()
	one, err := set.find(ctx, r, c.Who)
	if err != nil {
		return err
	}
	p := one.talk.Persons[one.person]
	out := exported{
		At: time.Now().UTC(), Conversation: one.cid, Channel: one.talk.Channel, Address: one.talk.Resident.Raw(), Programme: one.talk.Programme,
		Group: one.talk.Group, Stopped: one.talk.Stopped, Person: plain(p), Referrals: []json.RawMessage{}, History: []json.RawMessage{},
		Note: "Alerts about danger are records of their own, kept under a law of their own; ask the safeguarding lead. Twilio and Slack keep copies as long as the privacy notice says.",
	}
	for _, ref := range p.Refs {
		rec, err := r.store.Record(ctx, one.talk.Programme, ref)
		if errors.Is(err, bot.ErrGone) {
			continue
		}
		if err != nil {
			return serviceError{err}
		}
		out.Referrals = append(out.Referrals, plain(map[string]any{
			"referral": rec.Referral, "state": rec.State, "worker": rec.Worker, "outcome": rec.Code,
		}))
	}
	lines, err := r.store.JournalOf(ctx, one.cid, p.ID)
	if err != nil {
		return serviceError{err}
	}
	for _, l := range lines {
		out.History = append(out.History, plain(l))
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

type eraseCmd struct {
	Who string `arg:"" name:"ref|number" help:"A reference, or a number (+44… or whatsapp:…)."`
}

// Run erases a person and prints a receipt. Exit code 1 if anything still
// stands; a running linkline serve goes on trying.
func (c eraseCmd) Run(ctx context.Context) error {
	_, a, one, err := openOn(ctx, c.Who, nil)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if err := mayErase(ctx, a, one); err != nil {
		return err
	}
	ref := one.ref
	if ref == "" {
		return errors.New("nobody made a referral from that number; what was said there is gone by itself after the time in retention (linkline why tells when)")
	}
	ev := bot.Event{ID: fmt.Sprintf("cli:%d", time.Now().UnixNano()), Kind: bot.EventErased, At: time.Now(), Ref: ref}
	reason, err := a.Inbox.Event(ctx, one.cid, ev)
	if err != nil {
		return serviceError{err}
	}
	if why, refused := strings.CutPrefix(reason, "refused:"); refused {
		return fmt.Errorf("nothing was deleted: %s (linkline why %s)", why, ref)
	}
	receipt, ok := waitErased(ctx, a, one.cid, ev.At)
	if !ok {
		return fmt.Errorf("the deletion of %s has begun and is not at its end (linkline serve goes on with it; look for %q in its log)", ref, "erased")
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	if err := enc.Encode(struct {
		erasure.Receipt
		Backups string `json:"backups"`
	}{receipt, "copies in backups of Redis go when the backups do; the erasure ledger keeps a restored backup from bringing them back"}); err != nil {
		return err
	}
	if len(receipt.Failed) > 0 {
		return fmt.Errorf("%d things still stand (the receipt names them; linkline serve tries again for a day)", len(receipt.Failed))
	}
	return nil
}

// mayErase refuses while a hold stands or an alert about the person is open.
func mayErase(ctx context.Context, a *app.App, one someone) error {
	p := one.talk.Persons[one.person]
	if p.Hold != nil {
		return errors.New("there is a hold on this record (linkline resident hold --off takes it off)")
	}
	ids, err := a.Store.OpenAlerts(ctx, one.talk.Programme)
	if err != nil {
		return serviceError{err}
	}
	for _, id := range ids {
		if strings.HasPrefix(id, string(one.cid)+"-") {
			return errors.New("an alert about this person is open (a link worker closes it in Slack first, saying what was done)")
		}
	}
	return nil
}

// waitErased runs what the erasure left to do until its receipt comes. A linkline
// serve on the same Redis may be the one that carries it to its end.
func waitErased(ctx context.Context, a *app.App, cid bot.CID, since time.Time) (r erasure.Receipt, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		a.Wait()
		a.Round(ctx)
		a.Wait()
		note, err := a.Store.Erased(ctx, cid)
		if err == nil && json.Unmarshal(note, &r) == nil && !r.At.Before(since) {
			return r, true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return erasure.Receipt{}, false
		}
	}
}

type holdCmd struct {
	Who    string `arg:"" name:"ref|number" help:"A reference, or a number (+44… or whatsapp:…)."`
	Reason string `help:"Why; needed unless --off."`
	Off    bool   `help:"Take the hold off."`
}

// Validate refuses a hold that nobody could explain later.
func (c holdCmd) Validate() error {
	if c.Reason == "" && !c.Off {
		return errors.New("a hold needs --reason \"complaint of 3 May\"")
	}
	return nil
}

// Run puts a hold on a record, or takes it off.
func (c holdCmd) Run(ctx context.Context) error {
	_, a, one, err := openOn(ctx, c.Who, nil)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if one.ref == "" {
		return errors.New("nobody made a referral from that number (a hold is put on a referral's person)")
	}
	ev := bot.Event{ID: fmt.Sprintf("cli:%d", time.Now().UnixNano()), Kind: bot.EventHold, At: time.Now(), Ref: one.ref, Text: bot.Words(c.Reason)}
	if c.Off {
		ev.Code = "off"
	}
	if _, err := a.Inbox.Event(ctx, one.cid, ev); err != nil {
		return serviceError{err}
	}
	a.Wait()
	if c.Off {
		fmt.Println("the hold is off")
		return nil
	}
	fmt.Println("on hold: nothing of this record is deleted until the hold is taken off")
	return nil
}

// openOn opens the set-up and finds the person.
func openOn(ctx context.Context, who string, change func(*app.Options)) (setup, *app.App, someone, error) {
	s, err := readSetup(config.NeedsAll, nil)
	if err != nil {
		return s, nil, someone{}, err
	}
	a, err := s.app(ctx, logger("text", max(s.env.LogLevel, slog.LevelWarn)), change)
	if err != nil {
		return s, nil, someone{}, err
	}
	if err := a.Open(ctx); err != nil {
		_ = a.Close()
		return s, nil, someone{}, err
	}
	one, err := s.find(ctx, records{a.Store, a.Vault}, who)
	if err != nil {
		_ = a.Close()
	}
	return s, a, one, err
}

// plain writes a record as it is, personal data and all: it is what a person
// asks to see.
func plain(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil { // records are plain data and always can be written
		return json.RawMessage(`null`)
	}
	return b
}
