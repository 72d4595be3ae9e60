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
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// FS holds every language's folder.
//
//go:embed */*.json *.json
var FS embed.FS

// Base is the language every text is written in first, and the last link of
// every chain.
const Base = "en"

// Language is one folder, loaded.
type Language struct {
	Tag       string
	Meta      Meta
	Words     Words
	Dates     Dates
	safety    safetyFile
	rawSafety map[string]string        // as its file has them
	raw       map[string]*i18n.Message // as its file has them
	texts     map[string]*i18n.Message // with fragile parts isolated
	plurals   map[string]bool          // texts that have more than one form
	loc       func() *i18n.Localizer   // for those; made when first asked
	base      *Language
	absent    []string // files that its folder does not have
}

// Ships tells whether the folder is whole, so that the language may be
// offered. Of one in preparation whatever is there is used, and English stands
// in for the rest.
func (l *Language) Ships() bool { return len(l.absent) == 0 }

type safetyFile struct {
	Review Review                `json:"review"`
	Texts  map[string]safetyText `json:"texts"`
}

type safetyText struct {
	Description string `json:"description"`
	Other       string `json:"other"`
}

// Catalog renders texts in every language that ships. It is read-only and safe
// for concurrent use.
type Catalog struct {
	langs     map[string]*Language
	order     []string
	served    map[string]string // lower-case code → folder
	budgets   budgets
	helplines map[string]Helpline
	numbers   map[string]any // helpline numbers, as arguments of every text
}

// ErrNoText says that no language of the chain has a text.
var ErrNoText = errors.New("no such text")

// Default is the languages that ship, loaded once. What Load and `linkline
// check` find in their words has been found before they ship, and is not looked
// for again at every start.
func Default() (*Catalog, error) { return shipped() }

var shipped = sync.OnceValues(func() (*Catalog, error) {
	return loadAll(FS, func(name string, src []byte, to *Words) error { return decode(name, src, to) })
})

// Load reads one folder a language. Every fault is reported at once; a file
// that is not there yet is for Check to report.
func Load(fsys fs.FS) (*Catalog, error) { return loadAll(fsys, parseWords) }

// wordsReader reads the words.json of a name.
type wordsReader func(name string, src []byte, to *Words) error

func loadAll(fsys fs.FS, words wordsReader) (*Catalog, error) {
	c := &Catalog{langs: map[string]*Language{}, served: map[string]string{}}
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
		l, err := loadLanguage(fsys, e.Name(), words)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		c.langs[l.Tag] = l
		c.order = append(c.order, l.Tag)
	}
	slices.Sort(c.order)
	base := c.langs[Base]
	if base == nil || !base.Ships() {
		faults = append(faults, fmt.Errorf("locales: the folder %s/ is missing or not whole", Base))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	for _, t := range c.order {
		l := c.langs[t]
		l.base = base
		for _, code := range l.Meta.Serves {
			c.served[strings.ToLower(code)] = t
		}
	}
	for _, t := range c.order {
		c.served[strings.ToLower(t)] = t
	}
	return c, nil
}

func read(fsys fs.FS, name string, to any) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("locales/%s: %w", name, err)
	}
	return decode("locales/"+name, src, to)
}

func decode(name string, src []byte, to any) error {
	if err := json.Unmarshal(src, to); err != nil {
		line, col := jsonAt(src, err)
		return fmt.Errorf("%s:%d:%d: %w", name, line, col, err)
	}
	return nil
}

func readWords(fsys fs.FS, name string, words wordsReader, to *Words) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("locales/%s: %w", name, err)
	}
	return words("locales/"+name, src, to)
}

func loadLanguage(fsys fs.FS, tag string, words wordsReader) (*Language, error) {
	l := &Language{Tag: tag, Meta: Meta{Tag: tag, Endonym: tag, Name: tag}}
	var faults []error
	optional := func(file string, err error) {
		if errors.Is(err, fs.ErrNotExist) {
			l.absent = append(l.absent, file)
			return
		}
		faults = append(faults, err)
	}
	optional("meta.json", read(fsys, tag+"/meta.json", &l.Meta))
	optional("words.json", readWords(fsys, tag+"/words.json", words, &l.Words))
	optional("dates.json", read(fsys, tag+"/dates.json", &l.Dates))
	optional("safety.json", read(fsys, tag+"/safety.json", &l.safety))
	if l.Dates.Format != "" && (len(l.Dates.Weekdays) != 7 || len(l.Dates.Months) != 12) {
		faults = append(faults, fmt.Errorf("locales/%s/dates.json:1:1: a week has seven days and a year twelve months", tag))
	}
	if _, err := fs.Stat(fsys, tag+"/crisis.json"); err != nil { // triage reads it
		l.absent = append(l.absent, "crisis.json")
	}
	faults = append(faults, l.loadTexts(fsys))
	l.rawSafety = make(map[string]string, len(l.safety.Texts))
	for k, t := range l.safety.Texts {
		l.rawSafety[k] = t.Other
		t.Other = l.asShown(t.Other)
		l.safety.Texts[k] = t
	}
	return l, errors.Join(faults...)
}

// loadTexts reads the texts under a synthetic path: the real one would be read
// as the language "und".
func (l *Language) loadTexts(fsys fs.FS) error {
	name := l.Tag + "/messages.json"
	src, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		l.absent = append(l.absent, "messages.json")
		src, err = []byte("{}"), nil
	}
	if err != nil {
		return fmt.Errorf("locales/%s: %w", name, err)
	}
	rule := l.Tag
	if l.Meta.Plural != "" {
		rule = l.Meta.Plural
	}
	tag, err := language.Parse(rule)
	if err != nil {
		return fmt.Errorf("locales/%s/meta.json:1:1: %q names no language (a folder and \"plural\" are BCP 47 tags)", l.Tag, rule)
	}
	file, err := i18n.ParseMessageFileBytes(src, rule+".json", nil)
	if err == nil {
		err = i18n.NewBundle(tag).AddMessages(tag)
	}
	if err != nil {
		line, col := jsonAt(src, err)
		return fmt.Errorf("locales/%s:%d:%d: %w (if it has no plural rules, borrow some with \"plural\" in meta.json)", name, line, col, err)
	}
	l.raw = make(map[string]*i18n.Message, len(file.Messages))
	l.plurals = make(map[string]bool)
	l.texts = make(map[string]*i18n.Message, len(file.Messages))
	for _, m := range file.Messages {
		l.raw[m.ID] = m
		l.texts[m.ID] = l.isolated(m)
		if severalForms(m) {
			l.plurals[m.ID] = true
		}
	}
	l.loc = sync.OnceValue(func() *i18n.Localizer { return l.localizer(tag, rule) })
	return nil
}

// localizer chooses plural forms. It has a bundle of its own: a shared one
// answers one language with its neighbour and reports no error.
func (l *Language) localizer(tag language.Tag, rule string) *i18n.Localizer {
	b := i18n.NewBundle(tag)
	for id := range l.plurals {
		b.MustAddMessages(tag, l.texts[id]) // it has plural rules, or would not be loaded
	}
	return i18n.NewLocalizer(b, rule)
}

func (l *Language) isolated(m *i18n.Message) *i18n.Message {
	if l.Meta.Direction != "rtl" {
		return m
	}
	out := *m
	for _, form := range []*string{&out.Zero, &out.One, &out.Two, &out.Few, &out.Many, &out.Other} {
		*form = isolateFragile(*form)
	}
	return &out
}

// Languages lists the folders, in the order of the tags.
func (c *Catalog) Languages() []*Language {
	out := make([]*Language, 0, len(c.order))
	for _, t := range c.order {
		out = append(out, c.langs[t])
	}
	return out
}

// Language finds the folder that serves a code: its own, one it is served by
// (Dari by fa), or that of the code without its region. A neighbouring language
// or another script is never a substitute.
func (c *Catalog) Language(tag string) (*Language, bool) {
	for t := strings.ToLower(tag); t != ""; {
		if name, ok := c.served[t]; ok {
			return c.langs[name], true
		}
		cut := max(0, strings.LastIndexByte(t, '-'))
		if len(t)-cut == len("-Hant") {
			return nil, false
		}
		t = t[:cut]
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
		if !ok || s.Other == "" {
			continue
		}
		out, err := l.place(s.Other, args, c)
		return out, l.safety.Review.Done(), err
	}
	return "", false, fmt.Errorf("safety text %q: %w", category, ErrNoText)
}
