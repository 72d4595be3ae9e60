package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linkline/bot"
	"linkline/internal/config"
	"linkline/internal/redisstore"
)

type whyCmd struct {
	Who    string `arg:"" name:"ref|number" help:"A reference, or a number (+44… or whatsapp:…)."`
	Reveal bool   `help:"Show the texts too. This is personal data."`
}

// Run prints a conversation's history.
func (c whyCmd) Run(ctx context.Context) error {
	set, r, done, err := openRecords(ctx)
	if err != nil {
		return err
	}
	defer done()
	cids, err := c.find(ctx, r, set.conf)
	if err != nil {
		return err
	}
	for _, cid := range cids {
		if err := c.print(ctx, r.store, cid); err != nil {
			return err
		}
	}
	return nil
}

// find names the conversations meant.
func (c whyCmd) find(ctx context.Context, s records, conf *config.Config) ([]bot.CID, error) {
	var out []bot.CID
	if strings.HasPrefix(c.Who, "+") || strings.HasPrefix(c.Who, "whatsapp:") {
		a := bot.Address(c.Who)
		for _, p := range conf.Programmes {
			ours := bot.Address(p.SMS)
			if a.Channel() == bot.WhatsApp {
				ours = bot.Address("whatsapp:" + p.WhatsApp)
			}
			cid := s.vault.CID(a.Channel(), a, ours)
			l, err := s.store.Load(ctx, cid)
			if err != nil {
				return nil, serviceError{err}
			}
			if l.State != nil && !slices.Contains(out, cid) { // several programmes may share the number
				out = append(out, cid)
			}
		}
		if out == nil {
			return nil, fmt.Errorf("no conversation with that number (check the number and the keyset)")
		}
		return out, nil
	}
	ref := bot.Ref(strings.ToUpper(c.Who))
	programme, _, _ := strings.Cut(strings.ToLower(c.Who), "-")
	r, err := s.store.Record(ctx, programme, ref)
	switch {
	case err != nil && !errors.Is(err, bot.ErrGone):
		return nil, serviceError{err}
	case err != nil:
		return nil, fmt.Errorf("no referral %s (a reference looks like BDD-7K2M)", ref)
	}
	fmt.Printf("%s: %s", ref, r.State)
	if r.Worker != "" {
		fmt.Printf(", with %s", r.Worker)
	}
	fmt.Printf(", because: %s\n", r.Referral.Reason)
	return []bot.CID{r.Referral.CID}, nil
}

func (c whyCmd) print(ctx context.Context, s *redisstore.Store, cid bot.CID) error {
	l, err := s.Load(ctx, cid)
	if err != nil {
		return err
	}
	var conv bot.Conversation
	if err := json.Unmarshal(l.State, &conv); err != nil {
		return fmt.Errorf("the conversation cannot be read")
	}
	fmt.Printf("conversation %s, version %d, owner %s, stopped %v, who reads the phone: %s\n", cid, l.Version, conv.Owner, conv.Stopped, or(string(conv.Terms), "not known"))
	lines, err := s.Journal(ctx, cid)
	if err != nil {
		return err
	}
	for _, j := range lines {
		fmt.Printf("%s  %-8s %s -> %s", j.At.Format("2006-01-02 15:04:05"), j.Event, j.From, j.To)
		if j.Reason != "" {
			fmt.Printf("  (%s)", j.Reason)
		}
		fmt.Println()
		if c.Reveal {
			if j.In != "" {
				fmt.Printf("    > %s\n", j.In.Raw())
			}
			for _, t := range j.Out {
				fmt.Printf("    < %s\n", strings.ReplaceAll(t.Raw(), "\n", "\n      "))
			}
		}
	}
	return nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
