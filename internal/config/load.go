package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"

	"linkline/internal/hours"

	"go.yaml.in/yaml/v4"
)

// Known is what a configuration may name: flows, languages, boroughs, and
// words that no keyword may equal.
type Known struct {
	Flows     []string
	Languages []string
	Boroughs  []string
	Reserved  []string // commands, greetings, words networks act on
}

// Parse reads a configuration. Every fault is reported at once, as Faults; the
// configuration that comes with them is what could be read, good for finding
// more faults and for nothing else.
func Parse(file string, src []byte, known Known) (*Config, error) {
	r := &reader{file: file, known: known, config: &Config{File: file, NeutralName: "Linkline"}}
	r.config.Safety.Hours, r.config.Safety.Unreviewed = "office", "both"
	r.config.Retention = Retention{
		Unfinished: hours.Span{Days: 30}, Declined: hours.Span{Months: 6}, Closed: hours.Span{Months: 12},
		Alerts: hours.Span{Years: 8}, YoungPeople: hours.Span{Months: 12},
	}
	r.read(src)
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b Fault) int {
			if a.Line != b.Line {
				return a.Line - b.Line
			}
			return a.Col - b.Col
		})
		return r.config, r.faults
	}
	return r.config, nil
}

type reader struct {
	file   string
	known  Known
	config *Config
	faults Faults
}

var (
	e164    = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	idPat   = regexp.MustCompile(`^[a-z]{2,6}$`)
	userPat = regexp.MustCompile(`^[UW][A-Z0-9]{5,}$`)
	chanPat = regexp.MustCompile(`^[CG][A-Z0-9]{5,}$`)
	mgPat   = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
)

func (r *reader) read(src []byte) {
	var doc yaml.Node
	docs := yaml.NewDecoder(bytes.NewReader(src))
	if err := docs.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		at := &yaml.Node{Line: 1, Column: 1}
		var one *yaml.LoadError
		if errors.As(err, &one) {
			at.Line, at.Column = one.Mark.Line, one.Mark.Column
		}
		r.fault(at, "things of the same level stand at the same indentation", "cannot be read as YAML")
		return
	}
	if len(doc.Content) == 0 {
		r.fault(nil, "begin with programmes:", "the file is empty")
		return
	}
	var second yaml.Node
	if err := docs.Decode(&second); !errors.Is(err, io.EOF) {
		r.fault(&second, "take the line --- out, or one of the two", "a second configuration begins here, and nobody would read it")
	}
	c := r.config
	var workers *yaml.Node
	r.fields(doc.Content[0], "the configuration", keys{
		"controller": func(n *yaml.Node) {
			r.fields(n, "controller", keys{
				"name":        r.scalar(&c.Controller.Name, nil, "name", ""),
				"contact":     r.scalar(&c.Controller.Contact, nil, "contact", ""),
				"privacy_url": r.scalar(&c.Controller.PrivacyURL, regexp.MustCompile(`^https?://`), "web address", "https://example.org/privacy"),
			})
		},
		"safety": r.safety,
		"rehearsal": func(n *yaml.Node) {
			r.fields(n, "rehearsal", keys{"phones": r.list(&c.Rehearsal, e164, nil, "phone number", "write +447700900777")})
		},
		"spend": func(n *yaml.Node) {
			r.fields(n, "spend", keys{"segments_per_day": func(v *yaml.Node) {
				i, err := strconv.Atoi(v.Value)
				if err != nil || i < 0 {
					r.fault(v, "write a whole number", "%q is no number of segments", v.Value)
				}
				c.SpendPerDay = i
			}})
		},
		"neutral_name":  r.scalar(&c.NeutralName, nil, "name", ""),
		"heartbeat_url": r.scalar(&c.HeartbeatURL, regexp.MustCompile(`^(https?://.*)?$`), "web address", "https://…"),
		"programmes":    r.each("programmes", r.programme),
		"link_workers":  func(n *yaml.Node) { workers = n },
		"retention":     r.retention,
	})
	if workers != nil {
		r.each("link_workers", r.worker)(workers)
	}
	c.places = map[string]place{}
	for i := 0; i+1 < len(doc.Content[0].Content); i += 2 {
		k, v := doc.Content[0].Content[i], doc.Content[0].Content[i+1]
		c.places[k.Value] = place{k.Line, k.Column, r.faulty(v)}
	}
	if len(c.Programmes) == 0 {
		r.fault(doc.Content[0], "write programmes: and below it - id: …", "there is no programme")
	}
}

func (r *reader) safety(n *yaml.Node) {
	s := &r.config.Safety
	r.fields(n, "safety", keys{
		"lead":       r.scalar(&s.Lead, userPat, "Slack user", "a Slack member id like U0CCCCCCC"),
		"on_call":    r.list(&s.OnCall, e164, nil, "phone number", "write +447700900900"),
		"hours":      r.oneOf(&s.Hours, "kind of hours", "office", "24h"),
		"council":    r.scalar(&s.Council, nil, "phone number", ""),
		"unreviewed": r.oneOf(&s.Unreviewed, "rule", "both", "english"),
	})
}

func (r *reader) retention(n *yaml.Node) {
	t := &r.config.Retention
	span := func(to *hours.Span) func(*yaml.Node) {
		return func(v *yaml.Node) {
			s, err := hours.ParseSpan(v.Value)
			if err != nil {
				r.fault(v, "", "%s", err)
				return
			}
			*to = s
		}
	}
	r.fields(n, "retention", keys{
		"unfinished": span(&t.Unfinished), "declined": span(&t.Declined), "closed": span(&t.Closed),
		"alerts": span(&t.Alerts), "young_people": span(&t.YoungPeople),
	})
}

func (r *reader) worker(n *yaml.Node) {
	w := Worker{Role: "link_worker"}
	var ids []string
	for _, p := range r.config.Programmes {
		ids = append(ids, p.ID)
	}
	if slices.Contains(ids, "") { // which there are is not known
		ids = nil
	}
	r.fields(n, "link_workers", keys{
		"slack":      r.scalar(&w.Slack, userPat, "Slack user", "a Slack member id like U0AAAAAAA"),
		"name":       r.scalar(&w.Name, nil, "name", ""),
		"role":       r.oneOf(&w.Role, "role", "link_worker", "volunteer", "coordinator"),
		"programmes": r.list(&w.Programmes, nil, ids, "programme here", ""),
		"languages":  r.list(&w.Languages, regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z]+)?$`), nil, "language code", "write en, so, zh-Hans"),
		"areas":      r.list(&w.Areas, nil, r.known.Boroughs, "London borough", ""),
		"skills":     r.list(&w.Skills, nil, nil, "skill", ""),
	})
	if w.Slack == "" {
		if n.Kind == yaml.MappingNode && !r.faulty(below(n, "slack")) {
			r.fault(n, "slack: U0AAAAAAA", "a link worker has no Slack user")
		}
		return
	}
	if _, twice := r.config.Worker(w.Slack); twice {
		r.fault(n, "keep one of them", "%s stands twice", w.Slack)
	}
	r.config.Workers = append(r.config.Workers, w)
}

func (r *reader) date(to *time.Time) func(*yaml.Node) {
	return func(n *yaml.Node) {
		t, err := time.Parse("2006-01-02", n.Value)
		if err != nil {
			r.fault(n, "write 2026-11-01", "%q is no date", n.Value)
		}
		*to = t
	}
}
