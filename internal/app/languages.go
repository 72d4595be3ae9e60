package app

import (
	"linkline/internal/triage"
	"linkline/internal/understand"
	"linkline/locales"

	"golang.org/x/sync/errgroup"
)

// Languages are every language as it was read: its texts, what its speakers
// mean, their cries for help. They are only read, so several apps may share
// them.
type Languages struct {
	Catalog *locales.Catalog
	Reader  *understand.Reader
	Triage  *triage.Triage
}

// ReadLanguages reads the languages that ship, side by side: together they
// are most of what a start takes.
func ReadLanguages() (*Languages, error) {
	l := &Languages{}
	var g errgroup.Group
	g.Go(func() (err error) {
		if l.Catalog, err = locales.Default(); err != nil {
			return err
		}
		l.Reader, err = understand.New(l.Catalog)
		return err
	})
	g.Go(func() (err error) {
		l.Triage, err = triage.New(locales.FS)
		return err
	})
	return l, g.Wait()
}
