package locales

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Helpline is a phone number that texts to residents may name. Texts place it
// by its key, so that nobody can mistype a number in one language.
type Helpline struct {
	Name     string `json:"name"`
	Number   string `json:"number"`
	Hours    string `json:"hours"`
	Reviewed string `json:"reviewed"` // the day somebody last made sure, as 2006-01-02
	Source   string `json:"source"`
}

var helplineKey = regexp.MustCompile(`^[a-z_]+$`)

func (c *Catalog) loadHelplines(fsys fs.FS) error {
	var file struct {
		Helplines map[string]Helpline `json:"helplines"`
	}
	if err := read(fsys, "helplines.json", &file); err != nil {
		return err
	}
	c.helplines, c.numbers = file.Helplines, make(map[string]any, len(file.Helplines))
	for key, h := range file.Helplines {
		if !helplineKey.MatchString(key) || h.Number == "" {
			return fmt.Errorf("locales/helplines.json: %q has no number, or its key is not of small letters and _", key)
		}
		c.numbers[key] = h.Number
	}
	return nil
}

// Helplines lists the numbers that texts may name, by key.
func (c *Catalog) Helplines() map[string]Helpline { return maps.Clone(c.helplines) }

// StaleHelplines finds numbers that nobody has made sure of for a year.
func (c *Catalog) StaleHelplines(fsys fs.FS, now time.Time) []Fault {
	src, _ := fs.ReadFile(fsys, "helplines.json")
	var out []Fault
	for _, key := range slices.Sorted(maps.Keys(c.helplines)) {
		h := c.helplines[key]
		on, err := time.Parse(time.DateOnly, h.Reviewed)
		if err == nil && now.Before(on.AddDate(1, 0, 0)) {
			continue
		}
		line, col := find(src, key)
		out = append(out, Fault{
			File: "locales/helplines.json", Line: line, Col: col,
			Msg:  fmt.Sprintf("the number of %s was last made sure of on %q, more than a year ago", h.Name, h.Reviewed),
			Hint: "ring it, look it up at " + h.Source + ", and write the day under reviewed",
		})
	}
	return out
}

// Lock says where a text may lie: "safe" on a lock screen at any time, or
// "live" within ten minutes of the person's last text. DESIGN 6.
func (c *Catalog) Lock(key string) string {
	if b, ok := c.budgets.Texts[key]; ok && b.Lock != "" {
		return b.Lock
	}
	return "live"
}

// Menu lists the lines that stand under a question, as "1 key".
func (c *Catalog) Menu(key string) []string { return slices.Clone(c.budgets.Menus[key]) }

// withMenu writes the menu lines of a question under it, as they are sent.
func (c *Catalog) withMenu(key, text string, label func(key string) (string, bool)) (string, error) {
	for _, line := range c.budgets.Menus[key] {
		number, k, _ := strings.Cut(line, " ")
		option, ok := label(k)
		if !ok {
			return "", fmt.Errorf("no text %q", k)
		}
		text += "\n" + number + " " + option
	}
	return text, nil
}
