package triage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// file is one language's crisis.json.
type file struct {
	Groups  map[string][]string `json:"groups"`
	Crisis  map[string][]string `json:"crisis"`
	Concern map[string][]string `json:"concern"`
	Lower   []string            `json:"lower"`
	Except  []string            `json:"except"`
	Before  []string            `json:"before"`
	After   []string            `json:"after"`
	Known   []string            `json:"known"`
	Short   map[string]string   `json:"short"`
	Dev     dev                 `json:"dev"`
}

// dev holds the texts that a language's patterns were written from.
type dev struct {
	Crisis  map[string][]string `json:"crisis"`
	Concern map[string][]string `json:"concern"`
	None    []string            `json:"none"`
}

// categories is every kind of danger; the first wins when a text holds several
// at one label.
var categories = []string{"medical", "suicide", "violence", "child", "abuse", "exploitation", "selfharm", "threat", "adult", "destitution"}

// Fault is something wrong in a crisis.json, as its author reads it.
type Fault struct {
	File      string
	Line, Col int
	Msg, Hint string
}

// Error is file:line:col: what is wrong (hint).
func (f Fault) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s (%s)", f.File, f.Line, f.Col, f.Msg, f.Hint)
}

// source is one file with its text, so that faults know their place.
type source struct {
	lang   string
	name   string
	src    []byte
	file   file
	faults []error
	bit    uint64 // its own in a set of languages
}

func (s *source) fault(near, hint, format string, args ...any) {
	line, col := 1, 1
	quoted, _ := json.Marshal(near)
	if i := bytes.Index(s.src, unescaped(quoted)); near != "" && i >= 0 {
		line = bytes.Count(s.src[:i], []byte("\n")) + 1
		col = i - bytes.LastIndexByte(s.src[:i], '\n')
	}
	s.faults = append(s.faults, Fault{s.name, line, col, fmt.Sprintf(format, args...), hint})
}

// unescaped undoes the escapes that encoding/json adds and no author types.
func unescaped(quoted []byte) []byte {
	return []byte(strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(quoted)))
}

// load reads every language's file; faults stay with the file they are in.
func load(fsys fs.FS) ([]*source, error) {
	names, err := fs.Glob(fsys, "*/crisis.json")
	if err != nil {
		return nil, fmt.Errorf("find crisis.json: %w", err)
	}
	var out []*source
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read locales/%s: %w", name, err)
		}
		lang, _, _ := strings.Cut(name, "/")
		s := &source{lang: lang, name: "locales/" + name, src: src}
		s.decode()
		out = append(out, s)
	}
	return addConcepts(fsys, out)
}

func (s *source) decode() {
	d := json.NewDecoder(bytes.NewReader(s.src))
	d.DisallowUnknownFields()
	if err := d.Decode(&s.file); err != nil {
		at := d.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		}
		at = min(at, int64(len(s.src)))
		before := s.src[:at]
		s.faults = append(s.faults, Fault{s.name, bytes.Count(before, []byte("\n")) + 1, int(at) - bytes.LastIndexByte(before, '\n'), err.Error(), "keys: groups crisis concern lower except before after known short dev"})
		return
	}
	for _, byKind := range []map[string][]string{s.file.Crisis, s.file.Concern, s.file.Dev.Crisis, s.file.Dev.Concern} {
		for _, c := range sorted(byKind) {
			if !slices.Contains(categories, c) {
				s.fault(c, strings.Join(categories, " "), "unknown category %q", c)
			}
		}
	}
	s.used()
}

// used finds groups nobody names, and patterns written twice.
func (s *source) used() {
	all := s.patterns()
	type key struct{ label, text string }
	seen := make(map[key]bool, len(all))
	named := map[string]bool{}
	for _, p := range all {
		if seen[key{p.label, p.text}] {
			s.fault(p.text, "take one out", "the pattern %q stands twice", p.text)
		}
		seen[key{p.label, p.text}] = true
		for rest := p.text; ; {
			_, after, ok := strings.Cut(rest, "@")
			if !ok {
				break
			}
			name, more, _ := cutAny(after, " /?")
			named[name], rest = true, more
		}
	}
	for _, g := range sorted(s.file.Groups) {
		if !named[g] && s.lang != "en" { // other languages may use English groups
			s.fault(g, "use it in a pattern as @"+g+", or take it out", "nothing uses the group %q", g)
		}
		if len(s.file.Groups[g]) == 0 {
			s.fault(g, "write its words, or take it out", "the group %q is empty", g)
		}
	}
}

// cutAny cuts s around the first of some signs.
func cutAny(s, signs string) (before, after string, found bool) {
	if i := strings.IndexAny(s, signs); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// written is a pattern as its author wrote it.
type written struct {
	label    string // crisis, concern, lower, except
	category string
	text     string
}

func (s *source) patterns() []written {
	n := len(s.file.Lower) + len(s.file.Except)
	for _, by := range []map[string][]string{s.file.Crisis, s.file.Concern} {
		for _, list := range by {
			n += len(list)
		}
	}
	out := make([]written, 0, n)
	for _, l := range []struct {
		label string
		by    map[string][]string
	}{{Crisis, s.file.Crisis}, {Concern, s.file.Concern}} {
		for _, c := range categories {
			for _, p := range l.by[c] {
				out = append(out, written{l.label, c, p})
			}
		}
	}
	for _, p := range s.file.Lower {
		out = append(out, written{lower, "", p})
	}
	for _, p := range s.file.Except {
		out = append(out, written{except, "", p})
	}
	return out
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
