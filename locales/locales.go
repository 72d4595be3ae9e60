// Package locales holds one folder a language — messages, words, crisis
// phrases, safety texts, dates — and the Catalog that renders them. It is
// pure: the files are part of the program. It may import internal/fold and
// internal/sms.
package locales

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// FS holds every language's folder.
//
//go:embed */*.json budgets.json helplines.json
var FS embed.FS

// Base is the language every text is written in first, and the last link of
// every chain.
const Base = "en"

// Meta says what a language is and who has read its texts.
type Meta struct {
	Tag       string   `json:"tag"`
	Endonym   string   `json:"endonym"` // the language's own name, as its menu line
	Name      string   `json:"name"`    // in English
	Script    string   `json:"script"`
	Direction string   `json:"direction"` // ltr or rtl
	Digits    string   `json:"digits,omitempty"`
	Plural    string   `json:"plural,omitempty"` // language whose plural rules it borrows
	GSM7      bool     `json:"gsm7,omitempty"`   // its texts must stay GSM-7
	Serves    []string `json:"serves,omitempty"` // other codes that this folder serves
	List      string   `json:"list,omitempty"`   // what stands between items of a list
	Review    Review   `json:"review"`
}

// Review says who has read a language's texts. Status is "unreviewed" until a
// speaker's name and the date stand here.
type Review struct {
	Status string `json:"status,omitempty"`
	By     string `json:"by,omitempty"`
	On     string `json:"on,omitempty"`
}

// Done tells whether a speaker has read it.
func (r Review) Done() bool { return r.By != "" && r.On != "" && r.Status != "unreviewed" }

// Dates are a language's names of days and months, and how a date is written.
type Dates struct {
	Weekdays []string `json:"weekdays"` // Sunday first
	Months   []string `json:"months"`
	Format   string   `json:"format"` // {weekday} {day} {month}
}

// Language is one folder, loaded.
type Language struct {
	Tag    string
	Meta   Meta
	Words  Words
	Dates  Dates
	safety safetyFile
	texts  map[string]*i18n.Message
	loc    *i18n.Localizer
}

type safetyFile struct {
	Review Review `json:"review"`
	Texts  map[string]struct {
		Description string `json:"description"`
		Other       string `json:"other"`
	} `json:"texts"`
}

// Catalog renders texts in every language that ships. It is read-only and safe
// for concurrent use.
type Catalog struct {
	langs     map[string]*Language
	order     []string
	budgets   budgets
	helplines map[string]Helpline
	numbers   map[string]any // helpline numbers, as arguments of every text
}

// ErrNoText says that no language of the chain has a text.
var ErrNoText = errors.New("no such text")

// Default loads the languages that ship.
func Default() (*Catalog, error) { return Load(FS) }

// Load reads one folder a language. Every fault is reported at once.
func Load(fsys fs.FS) (*Catalog, error) {
	c := &Catalog{langs: map[string]*Language{}}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read locales: %w", err)
	}
	var faults []error
	if err := read(fsys, "budgets.json", &c.budgets); err != nil {
		faults = append(faults, err)
	}
	if err := c.loadHelplines(fsys); err != nil {
		faults = append(faults, err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		l, err := loadLanguage(fsys, e.Name())
		if err != nil {
			faults = append(faults, err)
			continue
		}
		c.langs[l.Tag] = l
		c.order = append(c.order, l.Tag)
	}
	slices.Sort(c.order)
	if c.langs[Base] == nil {
		faults = append(faults, fmt.Errorf("locales: the folder %s/ is missing", Base))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return c, nil
}

func read(fsys fs.FS, name string, to any) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("locales/%s: %w", name, err)
	}
	if err := json.Unmarshal(src, to); err != nil {
		return fmt.Errorf("locales/%s: %w", name, err)
	}
	return nil
}

func readWords(fsys fs.FS, name string, to *Words) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("locales/%s: %w", name, err)
	}
	*to, err = parseWords("locales/"+name, src)
	return err
}

func loadLanguage(fsys fs.FS, tag string) (*Language, error) {
	l := &Language{Tag: tag}
	err := errors.Join(
		read(fsys, tag+"/meta.json", &l.Meta),
		readWords(fsys, tag+"/words.json", &l.Words),
		read(fsys, tag+"/dates.json", &l.Dates),
		read(fsys, tag+"/safety.json", &l.safety),
	)
	if err != nil {
		return nil, err
	}
	src, err := fs.ReadFile(fsys, tag+"/messages.json")
	if err != nil {
		return nil, fmt.Errorf("locales/%s/messages.json: %w", tag, err)
	}
	rule := tag
	if l.Meta.Plural != "" {
		rule = l.Meta.Plural
	}
	// A bundle of its own, under a synthetic path: a shared bundle answers
	// one language with its neighbour and reports no error, and the real
	// path would be read as the language "und".
	b := i18n.NewBundle(language.MustParse(rule))
	file, err := b.ParseMessageFileBytes(src, rule+".json")
	if err != nil {
		return nil, fmt.Errorf("locales/%s/messages.json: %w", tag, err)
	}
	l.texts = make(map[string]*i18n.Message, len(file.Messages))
	for _, m := range file.Messages {
		l.texts[m.ID] = m
	}
	l.loc = i18n.NewLocalizer(b, rule)
	return l, nil
}

// Languages lists what ships, in the order of the tags.
func (c *Catalog) Languages() []*Language {
	out := make([]*Language, 0, len(c.order))
	for _, t := range c.order {
		out = append(out, c.langs[t])
	}
	return out
}

// Language finds the folder that serves a code: its own, one it is served by
// (Dari by fa), or the code without its region.
func (c *Catalog) Language(tag string) (*Language, bool) {
	if l, ok := c.langs[tag]; ok {
		return l, true
	}
	for _, t := range c.order {
		if slices.Contains(c.langs[t].Meta.Serves, tag) {
			return c.langs[t], true
		}
	}
	if base, _, ok := strings.Cut(tag, "-"); ok {
		return c.Language(base)
	}
	return nil, false
}

// RTL tells whether a language is written from right to left.
func (c *Catalog) RTL(tag string) bool {
	l, ok := c.Language(tag)
	return ok && l.Meta.Direction == "rtl"
}

// Safety is the text for someone in danger, in the language asked for or in
// the base language where there is none. reviewed tells whether a speaker has
// read it.
func (c *Catalog) Safety(tag, category string, args map[string]any) (text string, reviewed bool, err error) {
	for _, t := range []string{tag, Base} {
		l, ok := c.Language(t)
		if !ok {
			continue
		}
		s, ok := l.safety.Texts[category]
		if !ok {
			continue
		}
		out, err := l.place(s.Other, args, c)
		return out, l.safety.Review.Done(), err
	}
	return "", false, fmt.Errorf("safety text %q: %w", category, ErrNoText)
}
