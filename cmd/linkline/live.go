package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	slackapi "linkline/adapters/slack"
	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/internal/app"
	"linkline/internal/config"
	"linkline/internal/redisstore"
	"linkline/internal/vault"
	"linkline/locales"
)

// setup is a live set-up as the environment and linkline.yaml describe it.
type setup struct {
	env  config.Env
	conf *config.Config
	cat  *locales.Catalog
}

// mistakes are all that is wrong with what an operator wrote, a line each.
type mistakes []error

// Error lists them.
func (m mistakes) Error() string { return errors.Join(m...).Error() }

// readSetup reads what a command needs of it. Every fault of the environment
// and of the file is reported at once; more looks for what only this command
// minds.
func readSetup(needs config.Needs, more func(*config.Config) config.Faults) (setup, error) {
	cat, err := locales.Default()
	if err != nil {
		return setup{}, err
	}
	var wrong mistakes
	env, faults := config.FromEnv(os.Getenv, needs)
	for _, f := range faults {
		wrong = append(wrong, f)
	}
	if env.Keyset != "" {
		if _, err := vault.Open(env.Keyset.Raw()); err != nil {
			wrong = append(wrong, config.Fault{File: "LINKLINE_KEYSET", Msg: err.Error(), Hint: "the whole of what linkline keys new printed, or the path of a file of mode 0600 that holds it"})
		}
	}
	conf, err := readConfig(cat, env.Config)
	if err != nil {
		wrong = append(wrong, err)
	}
	if conf != nil && more != nil {
		for _, f := range more(conf) {
			wrong = append(wrong, f)
		}
	}
	if len(wrong) > 0 {
		return setup{}, wrong
	}
	return setup{env, conf, cat}, nil
}

// readConfig reads linkline.yaml and tries the flows that it names. With a
// fault comes what could be read.
func readConfig(cat *locales.Catalog, path string) (*config.Config, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s:1:1: the configuration cannot be read (set LINKLINE_CONFIG to its path)", path)
	}
	conf, err := config.Parse(path, src, known(cat))
	var wrong mistakes
	if err != nil {
		wrong = append(wrong, err)
	}
	for i := range conf.Programmes {
		p := &conf.Programmes[i]
		if _, err := app.Cut(cat, filepath.Dir(path), p); err != nil {
			wrong = append(wrong, fmt.Errorf("%s:%d:%d: programme %s: %w", path, p.Line, p.Col, p.ID, err))
		}
	}
	if len(wrong) > 0 {
		return conf, wrong
	}
	return conf, nil
}

// app wires a Linkline for this set-up. Nothing runs until it is told to.
func (s setup) app(ctx context.Context, log *slog.Logger, change func(*app.Options)) (*app.App, error) {
	ledger, err := vault.OpenLedger(s.env.Ledger)
	if err != nil {
		return nil, err
	}
	o := app.Options{
		Config: s.conf, Dir: filepath.Dir(configPath()), Keyset: s.env.Keyset.Raw(), PublicURL: s.env.PublicURL, Redis: redisOptions(s.env.Redis), Log: log, Ledger: ledger,
		Twilio: twilio.Config{AccountSID: s.env.TwilioSID, AuthTokens: secrets(s.env.TwilioToken), APIURL: s.env.TwilioURL},
		Slack:  slackapi.Config{BotToken: s.env.SlackToken.Raw(), AppToken: s.env.SlackApp.Raw(), SigningSecrets: secrets(s.env.SlackSecret), APIURL: s.env.SlackURL},
	}
	if change != nil {
		change(&o)
	}
	a, err := app.New(ctx, o)
	var away app.Unreachable
	if errors.As(err, &away) {
		return nil, serviceError{err}
	}
	return a, err
}

// store opens the set-up's Redis alone, for commands that speak to nobody.
func (s setup) store(ctx context.Context) (r records, done func(), err error) {
	if r.vault, err = vault.Open(s.env.Keyset.Raw()); err != nil {
		return records{}, nil, err
	}
	client, err := redisstore.Connect(ctx, redisOptions(s.env.Redis))
	if err != nil {
		return records{}, nil, serviceError{err}
	}
	done = func() { _ = client.Close() }
	_, err = client.Check(ctx, r.vault.Fingerprint())
	switch {
	case err == nil:
		r.store, err = redisstore.New(client, r.vault, redisstore.Config{})
	case !errors.Is(err, redisstore.ErrMeta) && !errors.Is(err, redisstore.ErrEviction):
		err = serviceError{err}
	}
	if err != nil {
		done()
		return records{}, nil, err
	}
	return r, done, nil
}

// records are what is kept of people: a store, and the vault that names them.
type records struct {
	store *redisstore.Store
	vault *vault.Vault
}

// errUnknown says that no such conversation is kept.
var errUnknown = errors.New("no such conversation (it may have been erased)")

// conversation reads one.
func (r records) conversation(ctx context.Context, cid bot.CID) (bot.Conversation, error) {
	l, err := r.store.Load(ctx, cid)
	switch {
	case err != nil:
		return bot.Conversation{}, serviceError{err}
	case l.State == nil:
		return bot.Conversation{}, errUnknown
	}
	var c bot.Conversation
	if err := json.Unmarshal(l.State, &c); err != nil {
		return bot.Conversation{}, fmt.Errorf("conversation %s cannot be read: %w (is this release older than the one that wrote it?)", cid, err)
	}
	return c, nil
}

// openRecords reads the set-up and opens its Redis, for commands that look
// something up.
func openRecords(ctx context.Context) (setup, records, func(), error) {
	set, err := readSetup(config.NeedsStore, nil)
	if err != nil {
		return setup{}, records{}, nil, err
	}
	r, done, err := set.store(ctx)
	return set, r, done, err
}

// someone is one person a command speaks of.
type someone struct {
	cid    bot.CID
	talk   bot.Conversation
	person int // index
	ref    bot.Ref
}

// find names the person behind a reference, or behind a number that one
// person uses; a number that several people use is answered with their
// references.
func (s setup) find(ctx context.Context, r records, who string) (someone, error) {
	if strings.HasPrefix(who, "+") || strings.HasPrefix(who, "whatsapp:") {
		return s.findNumber(ctx, r, bot.Address(who))
	}
	ref := bot.Ref(strings.ToUpper(who))
	programme, _, _ := strings.Cut(strings.ToLower(who), "-")
	rec, err := r.store.Record(ctx, programme, ref)
	if errors.Is(err, bot.ErrGone) {
		return someone{}, fmt.Errorf("no referral %s (a reference looks like BDD-7K2M; one that was erased is gone)", ref)
	}
	if err != nil {
		return someone{}, serviceError{err}
	}
	c, err := r.conversation(ctx, rec.Referral.CID)
	if err != nil {
		return someone{}, err
	}
	for i, p := range c.Persons {
		for _, own := range append([]bot.Ref{p.Referred}, p.Refs...) {
			if own == ref {
				return someone{c.CID, c, i, ref}, nil
			}
		}
	}
	return someone{}, fmt.Errorf("nobody in the conversation has the referral %s any more (linkline why %s)", ref, ref)
}

func (s setup) findNumber(ctx context.Context, r records, number bot.Address) (someone, error) {
	var found []someone
	for _, p := range s.conf.Programmes {
		ours := bot.Address(p.SMS)
		if number.Channel() == bot.WhatsApp {
			ours = bot.Address("whatsapp:" + p.WhatsApp)
		}
		cid := r.vault.CID(number.Channel(), number, ours)
		if len(found) > 0 && found[0].cid == cid { // several programmes share the number
			continue
		}
		c, err := r.conversation(ctx, cid)
		switch {
		case errors.Is(err, errUnknown):
			continue
		case err != nil:
			return someone{}, err
		}
		for i, person := range c.Persons {
			one := someone{cid: cid, talk: c, person: i}
			if n := len(person.Refs); n > 0 {
				one.ref = person.Refs[n-1]
			}
			found = append(found, one)
		}
	}
	switch len(found) {
	case 0:
		return someone{}, errors.New("no conversation with that number (check the number and the keyset)")
	case 1:
		return found[0], nil
	}
	var refs []string
	for _, f := range found {
		if f.ref != "" {
			refs = append(refs, string(f.ref))
		}
	}
	return someone{}, fmt.Errorf("several people use that number: %s (say which, by reference)", strings.Join(refs, ", "))
}
