package understand

import (
	"strings"

	"linkline/internal/fold"
)

// phrases is a set of folded phrases of one or more words.
type phrases struct {
	set   map[string]bool
	first map[string]int // first word → words of the longest phrase it begins
	last  map[string]int // last word, likewise
}

func set(list []string) phrases {
	p := phrases{set: make(map[string]bool, len(list)), first: map[string]int{}, last: map[string]int{}}
	for _, s := range list {
		p.add(s)
	}
	return p
}

func (p phrases) add(s string) {
	if k := fold.Key(s); k != "" {
		p.set[k] = true
		words := strings.Fields(k)
		p.first[words[0]] = max(p.first[words[0]], len(words))
		p.last[words[len(words)-1]] = max(p.last[words[len(words)-1]], len(words))
	}
}

// without is the set less some of its phrases.
func (p phrases) without(list []string) phrases {
	for _, s := range list {
		delete(p.set, fold.Key(s))
	}
	return p
}

func (p phrases) has(key string) bool { return p.set[key] }

// at is the number of words of the longest phrase that a list of words begins
// with; 0 if there is none.
func (p phrases) at(words []string) int {
	if len(words) == 0 {
		return 0
	}
	return longest(p.set, words, p.first[words[0]])
}

// longest is the number of words, up to n, that make a key of a map.
func longest[T comparable](m map[string]T, words []string, n int) int {
	for n = min(n, len(words)); n > 1; n-- {
		if _, ok := m[strings.Join(words[:n], " ")]; ok {
			return n
		}
	}
	if n == 1 {
		if _, ok := m[words[0]]; ok {
			return 1
		}
	}
	return 0
}

// behind is the same at the end.
func (p phrases) behind(words []string) int {
	if len(words) == 0 {
		return 0
	}
	for n := min(p.last[words[len(words)-1]], len(words)); n > 0; n-- {
		if p.set[strings.Join(words[len(words)-n:], " ")] {
			return n
		}
	}
	return 0
}

// inside tells whether a phrase stands anywhere among words.
func (p phrases) inside(words []string) bool {
	for i := range words {
		if p.at(words[i:]) > 0 {
			return true
		}
	}
	return false
}
