package understand

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"linkline/internal/fold"
)

// Truth is an answer to a yes-or-no question.
type Truth string

// The three answers; Unclear always means: ask again.
const (
	Yes     Truth = "yes"
	No      Truth = "no"
	Unclear Truth = "unclear"
)

// YesNo reads yes and no in the language in force, and in English unless the
// word means something else there. 1 is yes, 2 is no.
func (r *Reader) YesNo(lang, text string) Truth {
	lexs := r.in(lang)
	key := corrected(lexs, fold.Key(text))
	if key == "" {
		return thumbs(text)
	}
	words := trimAll(lexs, strings.Fields(key))
	key = strings.Join(words, " ")
	switch key {
	case "1":
		return Yes
	case "2":
		return No
	}
	own := lexs[0]
	for i, x := range lexs {
		if i > 0 && (own.yes[key] || own.no[key]) {
			break
		}
		switch {
		case x.yes[key] && !x.no[key]:
			return Yes
		case x.no[key] && !x.yes[key]:
			return No
		}
	}
	for _, x := range lexs { // a slip of the thumb, in longer words only
		y, n := near(x.yes, key), near(x.no, key)
		switch {
		case y && !n:
			return Yes
		case n && !y:
			return No
		}
	}
	// "yes i agree", "no i dont": every word or phrase says the same.
	if len(words) > 1 && len(words) <= 5 {
		return first(lexs, words)
	}
	return Unclear
}

// first reads a short sentence by its first word, where nothing in the rest
// says the opposite.
func first(lexs []*lexicon, words []string) Truth {
	for _, x := range lexs {
		y, n := x.yes[words[0]], x.no[words[0]]
		if y == n {
			continue
		}
		for _, w := range words[1:] {
			if y && (x.no[w] || x.not[w]) || n && x.yes[w] {
				return Unclear
			}
		}
		if y {
			return Yes
		}
		return No
	}
	return Unclear
}

func thumbs(text string) Truth {
	switch {
	case strings.ContainsAny(text, "👍✅☑✔👌"):
		return Yes
	case strings.ContainsAny(text, "👎❌✖🚫"):
		return No
	}
	return Unclear
}

func near(m map[string]bool, key string) bool {
	slips := fold.Slips(key)
	if slips == 0 {
		return false
	}
	for w := range m {
		if fold.Slips(w) > 0 && fold.Distance(w, key, min(slips, fold.Slips(w))) <= min(slips, fold.Slips(w)) {
			return true
		}
	}
	return false
}

// Pick is an answer to a menu: indexes from 1, ascending; None for "none of
// these"; neither means unclear.
type Pick struct {
	Indexes []int
	None    bool
}

// Choice reads a menu answer. An index out of range, or a command, is unclear.
func (r *Reader) Choice(lang, text string, choices []string) Pick {
	lexs := r.in(lang)
	key := corrected(lexs, fold.Key(text))
	if key == "" {
		return Pick{}
	}
	words := trimAll(lexs, strings.Fields(key))
	key = strings.Join(words, " ")
	for _, x := range lexs {
		if x.none[key] {
			return Pick{None: true}
		}
	}
	if p, ok := r.numbers(lexs, words, len(choices)); ok {
		return p
	}
	if r.Command(lang, text) != "none" {
		return Pick{}
	}
	return byWords(lexs, words, choices)
}

// numbers reads digits, number words and ordinals; any other word but "and",
// "number" and the like makes it no list of numbers.
func (r *Reader) numbers(lexs []*lexicon, words []string, n int) (Pick, bool) {
	var out []int
	for _, w := range words {
		i, ok := number(lexs, w)
		switch {
		case w == "one" && len(out) > 0: // "the second one"
		case ok && i < 0 && n > 0:
			out = append(out, n)
		case ok && i >= 1 && i <= n:
			out = append(out, i)
		case ok && len(w) > 1 && n <= 9 && digitsOnly(w) && inRange(w, n):
			for _, d := range w { // "14" for 1 and 4
				out = append(out, int(d-'0'))
			}
		case ok:
			return Pick{}, true
		case filler(lexs, w):
		default:
			return Pick{}, false
		}
	}
	if len(out) == 0 {
		return Pick{}, false
	}
	slices.Sort(out)
	return Pick{Indexes: slices.Compact(out)}, true
}

var fillers = map[string]bool{"number": true, "no": true, "option": true, "the": true, "one": true, "nr": true, "num": true, "answer": true, "is": true, "its": true}

func filler(lexs []*lexicon, w string) bool {
	if fillers[w] {
		return true
	}
	for _, x := range lexs {
		if x.and[w] || x.polite[w] {
			return true
		}
	}
	return false
}

func number(lexs []*lexicon, w string) (int, bool) {
	if i, err := strconv.Atoi(w); err == nil {
		return i, true
	}
	for _, x := range lexs {
		if n, ok := x.numbers[w]; ok {
			return n, true
		}
		if n, ok := x.ordinals[w]; ok {
			return n, true
		}
	}
	return 0, false
}

func digitsOnly(w string) bool {
	return strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

func inRange(w string, n int) bool {
	for i, d := range w {
		if int(d-'0') < 1 || int(d-'0') > n || strings.ContainsRune(w[:i], d) {
			return false
		}
	}
	return true
}

// byWords finds options by their own words. A text that fits two options
// equally well is unclear.
func byWords(lexs []*lexicon, words []string, choices []string) Pick {
	var hit []int
	key := strings.Join(words, " ")
	for i, c := range choices {
		ck := fold.Key(c)
		if ck == key {
			return Pick{Indexes: []int{i + 1}}
		}
		if score(lexs, words, strings.Fields(ck), choices, i) {
			hit = append(hit, i+1)
		}
	}
	if len(words) > 6 || len(hit) == 0 || len(hit) == len(choices) {
		return Pick{}
	}
	return Pick{Indexes: hit}
}

// score tells whether one of the words stands in this option and in no other.
func score(lexs []*lexicon, words, option []string, choices []string, own int) bool {
	for _, w := range words {
		if len([]rune(w)) < 3 && !digitsOnly(w) || negated(lexs, w) {
			continue
		}
		if !wordIn(w, option) {
			continue
		}
		elsewhere := false
		for j, c := range choices {
			if j != own && wordIn(w, fold.Words(c)) {
				elsewhere = true
			}
		}
		if !elsewhere {
			return true
		}
	}
	return false
}

func negated(lexs []*lexicon, w string) bool {
	for _, x := range lexs {
		if x.not[w] || x.and[w] {
			return true
		}
	}
	return false
}

func wordIn(w string, list []string) bool {
	for _, o := range list {
		if s := fold.Slips(o); o == w || s > 0 && len(w) > 4 && fold.Distance(o, w, 1) <= 1 {
			return true
		}
	}
	return false
}

// Number reads a whole number in digits or words.
func (r *Reader) Number(lang, text string) (int, bool) {
	lexs := r.in(lang)
	words := trimAll(lexs, strings.Fields(corrected(lexs, fold.Key(text))))
	found, n := 0, 0
	for i := 0; i < len(words); i++ {
		v, ok := number(lexs, words[i])
		if !ok || v < 0 {
			continue
		}
		if v >= 20 && v < 100 && v%10 == 0 && i+1 < len(words) { // seventy two
			if u, ok := number(lexs, words[i+1]); ok && u > 0 && u < 10 && !digitsOnly(words[i]) {
				v += u
				i++
			}
		}
		found, n = found+1, v
	}
	return n, found == 1
}
