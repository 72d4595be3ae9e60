package main

import (
	"context"
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

// readSetup reads it; every fault of either is reported at once.
func readSetup() (setup, error) {
	env, err := config.FromEnv(os.Getenv)
	if err != nil {
		return setup{}, err
	}
	cat, err := locales.Default()
	if err != nil {
		return setup{}, err
	}
	src, err := os.ReadFile(env.Config)
	if err != nil {
		return setup{}, fmt.Errorf("the configuration %s cannot be read (set LINKLINE_CONFIG)", env.Config)
	}
	conf, err := config.Parse(env.Config, src, known(cat))
	return setup{env, conf, cat}, err
}

// app wires a Linkline for this set-up. Nothing runs until it is told to.
func (s setup) app(ctx context.Context, log *slog.Logger, change func(*app.Options)) (*app.App, error) {
	ledger, err := vault.OpenLedger(s.env.Ledger)
	if err != nil {
		return nil, err
	}
	o := app.Options{
		Config: s.conf, Dir: filepath.Dir(configPath()), Keyset: s.env.Keyset.Raw(), PublicURL: s.env.PublicURL, Redis: redisOptions(s.env.Redis), Log: log, Ledger: ledger,
		Twilio: twilio.Config{AccountSID: s.env.TwilioSID, AuthTokens: []string{s.env.TwilioToken.Raw()}, APIURL: s.env.TwilioURL},
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
func (s setup) store(ctx context.Context) (store *redisstore.Store, v *vault.Vault, done func(), err error) {
	if v, err = vault.Open(s.env.Keyset.Raw()); err != nil {
		return nil, nil, nil, err
	}
	client, err := redisstore.Connect(ctx, redisOptions(s.env.Redis))
	if err != nil {
		return nil, nil, nil, serviceError{err}
	}
	done = func() { _ = client.Close() }
	if _, err = client.Check(ctx, v.Fingerprint()); err == nil {
		store, err = redisstore.New(client, v, redisstore.Config{})
	}
	if err != nil {
		done()
		return nil, nil, nil, err
	}
	return store, v, done, nil
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
func (s setup) find(ctx context.Context, a *app.App, who string) (someone, error) {
	if strings.HasPrefix(who, "+") || strings.HasPrefix(who, "whatsapp:") {
		return s.findNumber(ctx, a, bot.Address(who))
	}
	ref := bot.Ref(strings.ToUpper(who))
	programme, _, _ := strings.Cut(strings.ToLower(who), "-")
	rec, err := a.Store.Record(ctx, programme, ref)
	if errors.Is(err, bot.ErrGone) {
		return someone{}, fmt.Errorf("no referral %s (a reference looks like BDD-7K2M; one that was erased is gone)", ref)
	}
	if err != nil {
		return someone{}, serviceError{err}
	}
	c, err := a.Conversation(ctx, rec.Referral.CID)
	if err != nil {
		return someone{}, err
	}
	for i, p := range c.Persons {
		for _, r := range append([]bot.Ref{p.Referred}, p.Refs...) {
			if r == ref {
				return someone{c.CID, c, i, ref}, nil
			}
		}
	}
	return someone{}, fmt.Errorf("nobody in the conversation has the referral %s any more (linkline why %s)", ref, ref)
}

func (s setup) findNumber(ctx context.Context, a *app.App, number bot.Address) (someone, error) {
	var found []someone
	for _, p := range s.conf.Programmes {
		ours := bot.Address(p.SMS)
		if number.Channel() == bot.WhatsApp {
			ours = bot.Address("whatsapp:" + p.WhatsApp)
		}
		cid := a.Vault.CID(number.Channel(), number, ours)
		if len(found) > 0 && found[0].cid == cid { // several programmes share the number
			continue
		}
		c, err := a.Conversation(ctx, cid)
		if err != nil {
			continue
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
