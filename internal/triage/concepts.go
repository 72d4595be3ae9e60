package triage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Concepts are what a language calls the things that cries for help are made
// of, wherever they are written: a weapon, a door, a child, to hit, to lock
// in. locales/<lang>/concepts.json lists its words for each, in the same
// notation as a group of crisis.json; locales/concept_rules.json says, once
// for all languages, which of them together are a cry for help. So a language
// has every rule from the day its words are there, and a sentence that nobody
// wrote down is found by what it is about.
const (
	conceptFiles = "*/concepts.json"
	conceptRules = "concept_rules.json"
	conceptMark  = "c_" // before a concept's name, apart from a file's own groups
)

// addConcepts gives every language its concepts and the rules that it has all
// the words for.
func addConcepts(fsys fs.FS, sources []*source) ([]*source, error) {
	names, err := fs.Glob(fsys, conceptFiles)
	if err != nil || len(names) == 0 {
		return sources, err
	}
	var rules map[string][]string
	if err := readJSON(fsys, conceptRules, &rules); err != nil {
		return nil, err
	}
	for _, name := range names {
		var words map[string][]string
		if err := readJSON(fsys, name, &words); err != nil {
			return nil, err
		}
		lang, _, _ := strings.Cut(name, "/")
		i := slices.IndexFunc(sources, func(s *source) bool { return s.lang == lang })
		if i < 0 {
			sources = append(sources, &source{lang: lang, name: "locales/" + name})
			i = len(sources) - 1
		}
		sources[i].file.addConcepts(words, rules)
	}
	return sources, nil
}

func (f *file) addConcepts(words, rules map[string][]string) {
	if f.Groups == nil {
		f.Groups = map[string][]string{}
	}
	for concept, list := range words {
		f.Groups[conceptMark+concept] = list
	}
	if f.Crisis == nil {
		f.Crisis = map[string][]string{}
	}
	for _, kind := range slices.Sorted(maps.Keys(rules)) {
		for _, rule := range rules[kind] {
			if own, ok := ruleFor(rule, words); ok {
				f.Crisis[kind] = append(f.Crisis[kind], own)
			}
		}
	}
}

// ruleFor writes a rule over the names that concepts have among a file's
// groups; ok is false where the language lacks one.
func ruleFor(rule string, words map[string][]string) (own string, ok bool) {
	items := strings.Fields(rule)
	for i, item := range items {
		concept, named := strings.CutPrefix(item, "@")
		if !named {
			continue
		}
		if len(words[concept]) == 0 {
			return "", false
		}
		items[i] = "@" + conceptMark + concept
	}
	return strings.Join(items, " "), true
}

func readJSON(fsys fs.FS, name string, v any) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("read locales/%s: %w", name, err)
	}
	d := json.NewDecoder(bytes.NewReader(src))
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("locales/%s: %w (a map of lists)", name, err)
	}
	return nil
}
