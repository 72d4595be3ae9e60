package locales

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"linkline/internal/fold"
)

// wordIDs are the keys that a map of words may have.
var wordIDs = map[string][]string{
	"commands":  {"stop", "start", "help", "back", "change", "skip", "restart", "human", "language", "privacy", "delete", "wrong", "call", "more", "none"},
	"weekdays":  {"mon", "tue", "wed", "thu", "fri", "sat", "sun"},
	"months":    {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"},
	"parts":     {"morning", "afternoon", "evening", "any"},
	"relative":  {"today", "tomorrow", "weekend", "weekday"},
	"channels":  {"text", "call", "whatsapp", "visit"},
	"gender":    {"woman", "man"},
	"needs":     {"money", "home", "food", "lonely", "health"},
	"access":    {"bsl", "relay", "large_print", "cannot_hear"},
	"faq":       {"free", "who", "robot", "long", "private", "home_office", "number"},
	"places":    nil,
	"languages": nil,
}

// wordsWanted are the keys no language can do without, and the maps whose
// every id must be there.
var (
	wordsWanted = []string{
		"yes", "no", "commands", "numbers", "ordinals", "and", "weekdays", "parts", "relative", "before", "after", "around", "not",
		"greetings", "polite", "sorry", "none", "refuse", "no_home", "same", "names", "name_is", "live", "age", "born", "common",
		"channels", "gender", "interpreter", "needs",
	}
	wordsWhole = []string{"commands", "weekdays", "parts", "relative", "channels", "gender", "needs"}
	calendars  = []string{"persian", "bikram", "ethiopic", "hijri"}
	clockTime  = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
)

// parseWords reads a words.json strictly: what is unknown, empty, said twice
// or out of range is a fault with its place.
func parseWords(file string, src []byte, w *Words) error {
	p := wordsParser{file: file, src: src, dec: json.NewDecoder(bytes.NewReader(src))}
	p.dec.UseNumber()
	p.object("", reflect.TypeFor[Words]())
	if len(p.faults) == 0 {
		if err := json.Unmarshal(src, w); err != nil {
			p.fault("see docs/translating.md", "%s", err)
		}
	}
	if len(p.faults) == 0 {
		p.whole(*w)
	}
	return errors.Join(p.faults...)
}

type wordsParser struct {
	file   string
	src    []byte
	dec    *json.Decoder
	faults []error
	broken bool
}

// fault notes a fault at the token that was read last.
func (p *wordsParser) fault(hint, format string, args ...any) {
	at := min(int(p.dec.InputOffset()), len(p.src))
	before := p.src[:at]
	line := bytes.Count(before, []byte("\n")) + 1
	p.faults = append(p.faults, Fault{p.file, line, at - bytes.LastIndexByte(before, '\n'), fmt.Sprintf(format, args...), hint})
}

func (p *wordsParser) token() json.Token {
	if p.broken {
		return nil
	}
	t, err := p.dec.Token()
	if err != nil {
		p.broken = true
		p.fault("is a comma, a quote or a bracket missing just before?", "no JSON: %s", err)
		return nil
	}
	return t
}

func (p *wordsParser) open(d json.Delim, path string) bool {
	t := p.token()
	if t != d {
		if !p.broken {
			p.fault("see docs/translating.md", "%s must begin with %s", path, d)
			p.broken = true
		}
		return false
	}
	return true
}

// object walks an object whose keys are the fields of a struct.
func (p *wordsParser) object(path string, t reflect.Type) {
	if !p.open('{', "the file "+path) {
		return
	}
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = t.Field(i).Type
	}
	seen := map[string]bool{}
	for !p.broken && p.dec.More() {
		key, _ := p.token().(string)
		ft, ok := fields[key]
		switch {
		case p.broken:
		case !ok:
			p.fault("known: "+strings.Join(slices.Sorted(maps.Keys(fields)), ", "), "unknown key %q", key)
			p.skip()
		case seen[key]:
			p.fault("put both into one", "the key %q stands twice", key)
			p.skip()
		default:
			p.value(key, ft)
		}
		seen[key] = true
	}
	p.token()
	if path != "" {
		return
	}
	for _, k := range wordsWanted {
		if !seen[k] {
			p.fault("see docs/translating.md", "the key %q is missing", k)
		}
	}
}

func (p *wordsParser) skip() {
	var v json.RawMessage
	if err := p.dec.Decode(&v); err != nil {
		p.broken = true
	}
}

func (p *wordsParser) value(key string, t reflect.Type) {
	switch t.Kind() {
	case reflect.Struct:
		p.object(key, t)
	case reflect.Slice:
		p.list(key, map[string]bool{})
	case reflect.Map:
		p.table(key, t.Elem())
	case reflect.Int:
		if _, ok := p.token().(json.Number); !ok {
			p.fault("write 6", "%s must be a number", key)
		}
	}
}

// list walks a list of words.
func (p *wordsParser) list(key string, seen map[string]bool) {
	if !p.open('[', key) {
		return
	}
	for !p.broken && p.dec.More() {
		t := p.token()
		s, ok := t.(string)
		switch {
		case p.broken:
		case !ok:
			p.fault("write words in quotes", "%s holds something that is no word", key)
			p.broken = true
		case fold.Key(s) == "":
			p.fault("take it out", "%s holds an empty word", key)
		case seen[s]:
			p.fault("take one out", "%s holds %q twice", key, s)
		case key == "calendars" && !slices.Contains(calendars, s):
			p.fault("known: "+strings.Join(calendars, ", "), "unknown calendar %q", s)
		}
		seen[s] = true
	}
	p.token()
}

// table walks an object whose values are lists, numbers or times.
func (p *wordsParser) table(key string, elem reflect.Type) {
	if !p.open('{', key) {
		return
	}
	ids := wordIDs[key]
	seen, said := map[string]bool{}, map[string]bool{}
	means := map[string]int64{}
	for !p.broken && p.dec.More() {
		id, _ := p.token().(string)
		switch {
		case p.broken:
			return
		case seen[id]:
			p.fault("take one out", "%s.%s stands twice", key, id)
		case ids != nil && !slices.Contains(ids, id):
			p.fault("known: "+strings.Join(ids, ", "), "unknown key %q in %s", id, key)
		}
		seen[id] = true
		switch elem.Kind() {
		case reflect.Slice:
			if key == "relative" || key == "needs" {
				said = map[string]bool{}
			}
			p.list(key, said)
		case reflect.Int:
			n, ok := p.token().(json.Number)
			i, err := n.Int64()
			if !ok || err != nil || i < -1 || i > 1_000_000 {
				p.fault("write a whole number; -1 is the last", "%s.%s is no number", key, id)
			}
			if old, ok := means[fold.Key(id)]; ok && old != i {
				p.fault("accents make no difference: keep the one that people type without them", "%s.%s reads like a word for %d", key, id, old)
			}
			means[fold.Key(id)] = i
		default:
			if s, ok := p.token().(string); !ok || !clockTime.MatchString(s) {
				p.fault("write 02:30", "%s.%s is no time of day", key, id)
			}
		}
	}
	p.token()
	if slices.Contains(wordsWhole, key) {
		for _, id := range ids {
			if !seen[id] {
				p.fault("every language needs it", "%s.%s is missing", key, id)
			}
		}
	}
}

// whole finds what contradicts itself.
func (p *wordsParser) whole(w Words) {
	yes := map[string]bool{}
	for _, s := range w.Yes {
		yes[fold.Key(s)] = true
	}
	for _, s := range w.No {
		if yes[fold.Key(s)] {
			p.at(s, "a word that can mean either belongs to neither", "%q is both yes and no", s)
		}
	}
	for _, s := range append(slices.Clone(w.Polite), w.FalseFriends...) {
		for _, n := range w.No {
			if fold.Key(n) == fold.Key(s) {
				p.at(s, "take it out of one", "%q is both no and politeness or a false friend", s)
			}
		}
	}
	if o := w.Clock.Offset; o != 0 && o != 6 {
		p.at("offset", "leave it out, or write 6", "clock.offset is %d", o)
	}
}

// at notes a fault at a word.
func (p *wordsParser) at(word, hint, format string, args ...any) {
	line, col := find(p.src, word)
	p.faults = append(p.faults, Fault{p.file, line, col, fmt.Sprintf(format, args...), hint})
}
