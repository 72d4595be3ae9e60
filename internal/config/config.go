// Package config reads the environment and linkline.yaml and reports every
// fault at once, with file, line and column. It may import bot,
// internal/fold and internal/hours.
package config

import (
	"fmt"
	"strings"
	"time"

	"linkline/internal/fold"
	"linkline/internal/hours"
)

// Config is linkline.yaml, checked.
type Config struct {
	File         string // where it was read from
	Controller   Controller
	Safety       Safety
	Rehearsal    []string // phones that a rehearsal answers
	SpendPerDay  int      // segments a day that raise an alert
	NeutralName  string
	HeartbeatURL string
	Programmes   []Programme
	Workers      []Worker
	Retention    Retention

	places map[string]place // where a first-level key was written
}

// place is where a key was written, and whether what stands there is wrong.
type place struct {
	line, col int
	faulty    bool
}

// Controller is who answers for the data.
type Controller struct{ Name, Contact, PrivacyURL string }

// Safety says who hears of people in danger.
type Safety struct {
	Lead       string
	OnCall     []string
	Hours      string // office or 24h
	Council    string
	Unreviewed string // both or english
}

// Programme is one social prescribing programme.
type Programme struct {
	Line, Col      int // where it stands in the file
	ID             string
	Name           string
	Flow           string
	Languages      []string
	SMS            string
	Service        string // messaging service id
	Pace           int    // segments a second its SMS sender carries; 0: the provider's own queue
	WhatsApp       string
	Channel        string
	Alerts         string
	YoungChannel   string
	Hours          hours.Week
	Drop, Add      []string
	QuestionsAfter []string
	HomeOffice     HomeOffice
	Council        string
	Groups         []Group
}

// HomeOffice is the approved answer to "will you tell the Home Office?".
type HomeOffice struct {
	Text, ApprovedBy string
	On               time.Time
}

// Group is a community group with a poster of its own.
type Group struct{ Keyword, Name, Language, Area string }

// Worker is somebody on the roster.
type Worker struct {
	Slack, Name, Role string // role: link_worker, volunteer, coordinator
	Programmes        []string
	Languages         []string
	Areas             []string
	Skills            []string
}

// Retention says how long what is kept.
type Retention struct{ Unfinished, Declined, Closed, Alerts, YoungPeople hours.Span }

// Fault is one mistake.
type Fault struct {
	File      string
	Line, Col int
	Msg, Hint string
}

// Error is the fault as an operator reads it.
func (f Fault) Error() string {
	s := f.File
	if f.Line > 0 {
		s = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Col)
	}
	s += ": " + f.Msg
	if f.Hint != "" {
		s += " (" + f.Hint + ")"
	}
	return s
}

// Faults are all mistakes of a file or of the environment.
type Faults []Fault

// Error lists every fault on a line of its own.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// ForServe tells what is missing before the public may be answered. What Parse
// found wrong already is not told again.
func (c *Config) ForServe(rehearsal bool) Faults {
	if rehearsal {
		return nil
	}
	var fs Faults
	lacks := func(key, hint string) {
		at, there := c.places[key]
		f := Fault{File: c.File, Line: 1, Col: 1, Msg: key + " is missing", Hint: hint + "; or start with --rehearsal"}
		if there {
			f.Line, f.Col, f.Msg = at.line, at.col, key+" is not complete"
		}
		if !at.faulty {
			fs = append(fs, f)
		}
	}
	if c.Controller.Name == "" || c.Controller.Contact == "" {
		lacks("controller", "say who answers for the data: name, contact, privacy_url")
	}
	if c.Safety.Lead == "" || len(c.Safety.OnCall) == 0 {
		lacks("safety", "name a lead and at least one on_call number")
	}
	return fs
}

// Programme finds a programme by its id.
func (c *Config) Programme(id string) (*Programme, bool) {
	for i := range c.Programmes {
		if c.Programmes[i].ID == id {
			return &c.Programmes[i], true
		}
	}
	return nil, false
}

// Pace is how many segments a second a sender of ours carries; zero leaves it
// to the provider.
func (c *Config) Pace(sender string) int {
	for _, p := range c.Programmes {
		if sender != "" && (sender == p.SMS || sender == p.Service) && p.Pace > 0 {
			return p.Pace
		}
	}
	return 0
}

// Worker finds somebody on the roster.
func (c *Config) Worker(slack string) (Worker, bool) {
	for _, w := range c.Workers {
		if w.Slack == slack {
			return w, true
		}
	}
	return Worker{}, false
}

// Serves tells whether a worker is on a programme's roster.
func (w Worker) Serves(programme string) bool {
	for _, p := range w.Programmes {
		if p == programme {
			return true
		}
	}
	return false
}

// For finds the programme, and the group, that a first text to one of our
// addresses belongs to: the keyword decides, else the first programme with
// that number. The keyword is forgiving of case, accents and, from five
// letters up, of one slip. practice is set for "TRY <keyword>".
func (c *Config) For(ours, text string) (p *Programme, g Group, practice, ok bool) {
	words := fold.Words(text)
	if len(words) > 1 && words[0] == "try" {
		practice, words = true, words[1:]
	}
	for i := range c.Programmes {
		if !c.Programmes[i].has(ours) {
			continue
		}
		if p == nil {
			p = &c.Programmes[i]
		}
		for _, group := range c.Programmes[i].Groups {
			if len(words) > 0 && sameWord(fold.Key(group.Keyword), words[0]) {
				return &c.Programmes[i], group, practice, true
			}
		}
	}
	return p, Group{}, false, p != nil
}

func (p Programme) has(ours string) bool {
	return ours != "" && (ours == p.SMS || ours == p.Service || ours == "whatsapp:"+p.WhatsApp && p.WhatsApp != "")
}

// sameWord forgives one slip from five letters up.
func sameWord(keyword, word string) bool {
	if keyword == word {
		return true
	}
	return len([]rune(keyword)) >= 5 && fold.Distance(keyword, word, 1) <= 1
}
