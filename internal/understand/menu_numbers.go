package understand

import (
	"slices"
	"strings"
	"unicode/utf8"

	"linkline/internal/fold"
)

// menuNumbers reads digits, number words and ordinals; ok is false where any
// word but "and", "number" and the like stands beside them.
func menuNumbers(lexs []*lexicon, words []string, n int) (p Pick, ok bool) {
	var out, not []int
	denied, last := false, false
	for i := 0; i < len(words); {
		if m := negation(lexs, words[i:]); m > 0 {
			denied, last, i = true, false, i+m
			continue
		}
		if last && len(words) > i+1 && isNo(lexs, words[i]) { // "3 no 2"
			if _, ok := figureAt(lexs, words[i+1:]); ok {
				out, last, i = nil, false, i+1
				continue
			}
		}
		f, found := menuFigure(lexs, words[i:])
		if !found || f.n == 1 && !f.digits && len(out) > 0 && last && words[i] == "one" { // "the second one"
			m := filler(lexs, words[i:])
			if m == 0 {
				return Pick{}, false
			}
			last = false
			i += m
			continue
		}
		at := f.n
		if f.n == -1 {
			at = n
		}
		if at < 1 || at > n {
			return Pick{}, true
		}
		if denied {
			not, denied = append(not, at), false
		} else {
			out = append(out, at)
		}
		last = true
		i += f.words
	}
	if len(out) == 0 {
		return Pick{}, len(not) > 0
	}
	slices.Sort(out)
	out = slices.Compact(out)
	for _, d := range not {
		if slices.Contains(out, d) {
			return Pick{}, true
		}
	}
	return Pick{Indexes: out}, true
}

// menuFigure is figureAt, also behind or before an "and" written on the word.
func menuFigure(lexs []*lexicon, words []string) (figure, bool) {
	if f, ok := figureAt(lexs, words); ok {
		return f, true
	}
	for _, x := range lexs {
		for _, p := range x.andPrefix {
			if w, ok := strings.CutPrefix(words[0], p); ok && w != "" {
				if f, ok := figureAt(lexs, append([]string{w}, words[1:]...)); ok {
					return f, true
				}
			}
		}
		for _, p := range x.andSuffix {
			if w, ok := strings.CutSuffix(words[0], p); ok && w != "" {
				if f, ok := figureAt(lexs, []string{w}); ok {
					return f, true
				}
			}
		}
	}
	if utf8.RuneCountInString(words[0]) >= 5 { // "thrid", "secnd", "fourht"
		found, n := figure{}, 0
		for _, x := range lexs {
			if x.known(words[0]) {
				return found, false
			}
			for _, m := range []map[string]int{x.numbers, x.ordinals} {
				for k, v := range m {
					if len(k) >= 5 && v <= 10 && k[0] == words[0][0] && fold.Distance(k, words[0], 1) == 1 && (n == 0 || v != found.n) {
						found = figure{n: v, words: 1, ordinal: true}
						n++
					}
				}
			}
		}
		return found, n == 1
	}
	return figure{}, false
}

func isNo(lexs []*lexicon, w string) bool {
	for _, x := range lexs {
		if x.no.has(w) {
			return true
		}
	}
	return false
}

// negation is the length of a word that denies the number behind it; "no" is
// none, for it also stands for "number".
func negation(lexs []*lexicon, words []string) int {
	for _, x := range lexs {
		if n := x.not.at(words); n > 0 && !x.no.has(words[0]) && x.choose.at(words) == 0 {
			return n
		}
	}
	return 0
}

// filler is the length of a phrase that may stand beside a menu number.
func filler(lexs []*lexicon, words []string) int {
	n := 0
	for _, x := range lexs {
		n = max(n, x.and.at(words), x.choose.at(words), x.polite.at(words), x.greet.at(words))
	}
	if n == 0 && strings.Trim(words[0], "x") == "" {
		n = 1
	}
	return n
}

// contradicts finds "home 3" where home is 2: one word and one number, of two
// options.
func contradicts(lexs []*lexicon, words []string, choices []string) bool {
	if len(words) != 2 {
		return false
	}
	for i, w := range words {
		f, ok := figureAt(lexs, []string{w})
		if !ok || !f.digits || f.n < 1 || f.n > len(choices) {
			continue
		}
		other := words[1-i]
		if exactWord(other, choices) && !wordIn(other, fold.Words(choices[f.n-1])) {
			return true
		}
	}
	return false
}

// numberAndName reads "1 money" and "2. a man": a number with the words of
// its own option.
func numberAndName(lexs []*lexicon, words []string, choices []string) (Pick, bool) {
	f, ok := figureAt(lexs, words)
	if !ok || !f.digits || f.n < 1 || f.n > len(choices) || len(words) < 2 {
		return Pick{}, false
	}
	option := fold.Words(choices[f.n-1])
	for _, w := range words[1:] {
		if !wordIn(w, option) && filler(lexs, []string{w}) == 0 {
			return Pick{}, false
		}
	}
	return Pick{Indexes: []int{f.n}}, true
}
