package understand

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"linkline/internal/fold"
)

// trueOption finds the one option that begins with a yes or a no.
func trueOption(lexs []*lexicon, v Truth, choices []string) Pick {
	at := 0
	for i, c := range choices {
		words := fold.Words(c)
		for _, x := range lexs {
			m := x.yes
			if v == No {
				m = x.no
			}
			if m.has(strings.Join(words, " ")) || len(words) > 1 && m.has(words[0]) {
				if at > 0 && at != i+1 {
					return Pick{}
				}
				at = i + 1
			}
		}
	}
	if at == 0 {
		return Pick{}
	}
	return Pick{Indexes: []int{at}}
}

// byWords finds options by their own words. A text that fits two options
// equally well, or holds much else, is unclear.
func byWords(lexs []*lexicon, words []string, choices []string) Pick {
	if len(choices) == 0 || len(words) == 0 {
		return Pick{}
	}
	options := make([][]string, len(choices))
	for i, c := range choices {
		options[i] = fold.Words(c)
	}
	if isHan(words[0]) {
		return byHan(words, options)
	}
	if p, ok := sameWords(words, options); ok {
		return p
	}
	if len(words) > 8 {
		return Pick{}
	}
	var hit []int
	strange, past := 0, 0
	for i, w := range words {
		if i < past {
			continue
		}
		if o := wholeAt(words[i:], options); o >= 0 && !denial(lexs, words, i) {
			hit = append(hit, o+1)
			past = i + len(options[o])
			continue
		}
		if isDigits(w) || doubt(lexs, words[i:]) {
			return Pick{}
		}
		if len(words) > 1 && isAnd(lexs, w) {
			continue
		}
		if len([]rune(w)) < 3 && (len(words) > 1 || !exactIn(w, options)) || filler(lexs, words[i:]) > 0 && !exactIn(w, options) {
			continue
		}
		if n := denial(lexs, words, i); n {
			return Pick{}
		}
		at := -1
		for o := range options {
			if wordIn(w, options[o]) {
				if at >= 0 {
					at = -2
					break
				}
				at = o
			}
		}
		switch {
		case at >= 0:
			hit = append(hit, at+1)
		case at == -1 && !small(lexs, w):
			strange++
		}
	}
	slices.Sort(hit)
	hit = slices.Compact(hit)
	if strange > 1 || strange > 0 && len(hit) > 1 || len(hit) == 0 {
		return Pick{}
	}
	return Pick{Indexes: hit}
}

func isAnd(lexs []*lexicon, w string) bool {
	for _, x := range lexs {
		if x.and.has(w) {
			return true
		}
	}
	return false
}

// wholeAt finds the option of several words that words begin with: Vietnamese
// is written in syllables too short to tell options apart one by one.
func wholeAt(words []string, options [][]string) int {
	for i, o := range options {
		if len(o) > 1 && len(o) <= len(words) && slices.Equal(words[:len(o)], o) {
			return i
		}
	}
	return -1
}

// sameWords finds the option that holds all the words where no other does.
func sameWords(words []string, options [][]string) (Pick, bool) {
	at := 0
	for i, o := range options {
		all := true
		for _, w := range words {
			all = all && wordIn(w, o)
		}
		if !all {
			continue
		}
		if at > 0 {
			return Pick{}, true
		}
		at = i + 1
	}
	if at == 0 {
		return Pick{}, false
	}
	return Pick{Indexes: []int{at}}, true
}

// denial tells whether a word of an option is denied: "not food".
func denial(lexs []*lexicon, words []string, i int) bool {
	for _, x := range lexs {
		if x.not.has(words[i]) && !x.no.has(words[i]) {
			return true
		}
		for j := max(0, i-2); j < i; j++ {
			if n := x.not.at(words[j:]); n > 0 && (!x.no.has(words[j]) && !lacks[words[j]] || x.needs.of[words[i]] == "") {
				return true
			}
		}
	}
	return false
}

// lacks are words that say a need rather than deny it: "cant afford food".
var lacks = map[string]bool{"cant": true, "cannot": true, "without": true, "wont": true}

// doubt tells whether words begin with "but", "maybe" and the like.
func doubt(lexs []*lexicon, words []string) bool {
	for _, x := range lexs {
		if x.unsure.at(words) > 0 {
			return true
		}
	}
	return false
}

func exactIn(w string, options [][]string) bool {
	for _, o := range options {
		if slices.Contains(o, w) {
			return true
		}
	}
	return false
}

func wordIn(w string, list []string) bool {
	for _, o := range list {
		if o == w {
			return true
		}
		a, b := utf8.RuneCountInString(o), utf8.RuneCountInString(w)
		if a >= 4 && b >= 3 && undouble(o) == undouble(w) {
			return true
		}
		if a >= 4 && b >= 4 && max(a, b) >= 5 && o[0] == w[0] && fold.Distance(o, w, 1) <= 1 {
			return true
		}
		if a >= 8 && b >= 8 && fold.Distance(o, w, 2) <= 2 {
			return true
		}
	}
	return false
}

func isHan(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.Is(unicode.Han, r)
}

// byHan compares Chinese texts as runs of signs.
func byHan(words []string, options [][]string) Pick {
	text := strings.Join(words, "")
	joined := make([]string, len(options))
	for i, o := range options {
		joined[i] = strings.Join(o, "")
	}
	var whole, part []int
	for i, option := range joined {
		longer := func(x string) bool { // "不可以" holds "可以"
			return x != option && strings.Contains(x, option) && strings.Contains(text, x)
		}
		switch {
		case option == "" || slices.ContainsFunc(joined, longer):
		case strings.Contains(text, option):
			whole = append(whole, i+1)
		case utf8.RuneCountInString(text) >= 2 && strings.Contains(option, text):
			part = append(part, i+1)
		}
	}
	switch {
	case len(whole) > 0:
		return Pick{Indexes: whole}
	case len(part) == 1:
		return Pick{Indexes: part}
	}
	return Pick{}
}

// byMeaning finds options by words that mean the same: "debt" for "Money",
// "a lady" for "A woman please".
func (r *Reader) byMeaning(lexs []*lexicon, words []string, choices []string) Pick {
	if len(words) > 8 || len(choices) == 0 {
		return Pick{}
	}
	of := func(words []string, answer bool) map[string]bool {
		out := map[string]bool{}
		for _, x := range lexs {
			for i := range words {
				for _, t := range []table{x.needs, x.contact.gender, x.contact.ways} {
					id, n := t.at(words[i:])
					if n == 0 {
						id, n = t.at([]string{bareNoun(words[i])})
					}
					if n > 0 && !(answer && denial(lexs, words, i)) {
						out[id] = true
					}
				}
			}
		}
		return out
	}
	meant := of(words, true)
	var hit []int
	for id := range meant {
		at := 0
		for i, c := range choices {
			if of(fold.Words(c), false)[id] {
				if at > 0 {
					return Pick{}
				}
				at = i + 1
			}
		}
		if at > 0 {
			hit = append(hit, at)
		}
	}
	if len(hit) == 0 || len(hit) < len(meant) {
		return Pick{}
	}
	slices.Sort(hit)
	return Pick{Indexes: slices.Compact(hit)}
}
