package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"time"

	"linkline/bot"
	"linkline/internal/hours"
	"linkline/internal/inbox"
	"linkline/internal/triage"
	"linkline/internal/understand"
	"linkline/internal/vault"
	"linkline/locales"
)

type chatCmd struct {
	Flow string `default:"self-referral" help:"A flow that ships, or a file."`
	Lang string `help:"Begin in this language."`
}

// memory keeps one conversation, for the terminal.
type memory struct {
	version int64
	state   []byte
	out     io.Writer
	now     time.Time
}

// tick moves the clock on to the next line. In a terminal the replies stand
// above whatever is typed, so no line is ever the second half of the one
// before it, however fast it came: between two there is time to read.
func (m *memory) tick() time.Time {
	m.now = m.now.Add(2 * bot.Joined)
	if real := time.Now(); real.After(m.now) {
		m.now = real
	}
	return m.now
}

func (m *memory) Load(context.Context, bot.CID) (inbox.Loaded, error) {
	return inbox.Loaded{Version: m.version, State: m.state}, nil
}

func (m *memory) Texts(context.Context, bot.CID, int) ([]string, error) { return nil, nil }

func (m *memory) Commit(_ context.Context, c inbox.Change) (bool, map[bot.Lane]string, error) {
	m.version++
	m.state = c.State
	for _, lane := range []bot.Lane{bot.LaneSafety, bot.LaneReply} {
		for _, e := range c.Entries[lane] {
			if _, err := fmt.Fprintln(m.out, e.Text.Raw()+"\n"); err != nil {
				return false, nil, err
			}
		}
	}
	for _, e := range c.Entries[bot.LaneRelay] {
		switch e.Kind {
		case bot.EntryRefer:
			_, _ = fmt.Fprintf(m.out, "[referral %s enters the queue: %s]\n\n", e.Referral.Ref, e.Referral.Reason)
		case bot.EntryAlert:
			_, _ = fmt.Fprintf(m.out, "[alert: %s %s]\n\n", e.Alert.Label, e.Alert.Category)
		case bot.EntryRelay:
			_, _ = fmt.Fprintf(m.out, "[kept for the link worker]\n\n")
		}
	}
	return false, nil, nil
}

// single is one programme for every number.
type single struct{ p bot.Programme }

func (s single) For(_ bot.Address, text string) (bot.Programme, string, string, string, bool) {
	return s.p, "", "", text, true
}
func (s single) Programme(string, string) (bot.Programme, bool) { return s.p, true }
func (s single) Sender(string) string                           { return "" }

// Run reads a line, prints the replies.
func (c chatCmd) Run(ctx context.Context) error {
	f, err := loadFlow(c.Flow)
	if err != nil {
		return err
	}
	box, store, err := chatBox(f, c.Lang)
	if err != nil {
		return err
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for n := 0; in.Scan(); n++ {
		at := store.tick()
		msg := bot.Inbound{
			Channel: bot.SMS, From: "+447700900123", To: "+447700900001", ProviderID: "chat" + strconv.Itoa(n),
			Text: bot.Words(in.Text()), Kind: bot.KindText, Answerable: true, At: at,
		}
		if err := box.Text(ctx, msg); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read: %w (a line is longer than 1 MiB)", err)
	}
	return nil
}

func after(years, months int) func(time.Time) time.Time {
	return func(t time.Time) time.Time { return t.AddDate(years, months, 0) }
}

func chatBox(f *bot.Flow, lang string) (*inbox.Box, *memory, error) {
	cat, err := locales.Default()
	if err != nil {
		return nil, nil, err
	}
	tags := []string{locales.Base} // first: "hello" alone is English
	for _, l := range cat.Languages() {
		if l.Ships() && l.Tag != locales.Base {
			tags = append(tags, l.Tag)
		}
	}
	if lang != "" {
		l, ok := cat.Language(lang)
		if !ok {
			return nil, nil, fmt.Errorf("there is no language %q (see linkline locales status)", lang)
		}
		tags = []string{l.Tag}
	}
	r, err := understand.New(cat)
	if err != nil {
		return nil, nil, err
	}
	tr, err := triage.New(locales.FS)
	if err != nil {
		return nil, nil, err
	}
	week, err := hours.New("mon-fri", "09:00", "17:00", "Europe/London", "england-and-wales")
	if err != nil {
		return nil, nil, err
	}
	keys, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	v, err := vault.Open(keys)
	if err != nil {
		return nil, nil, err
	}
	m := &memory{out: os.Stdout, now: time.Now()}
	return &inbox.Box{
		Store: m, Engine: bot.NewEngine(map[string]*bot.Flow{f.Name: f}), Catalog: cat, Reader: r,
		Look: func(lang, text string) bot.Danger { return tr.Look(lang, text).Danger() },
		Refs: func(_ context.Context, p string, _ bot.CID, n int) (bot.Ref, error) {
			return bot.Ref(v.ReferenceCode(p, uint64(n))), nil
		},
		Dir: single{bot.Programme{
			ID: "demo", Service: "Linkline", Flow: f.Name, Languages: tags, Calendar: week, Controller: "Example Charity",
			Contact: "020 7946 0000", Privacy: "https://example.org/privacy", Council: "020 7946 0999",
			Unfinished: after(0, 1), Declined: after(0, 6), Closed: after(1, 0),
		}},
		CID: func(bot.Channel, bot.Address, bot.Address) bot.CID { return "chat" },
		Now: func() time.Time { return m.now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}, m, nil
}
