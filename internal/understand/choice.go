package understand

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"linkline/internal/fold"
)

// Pick is an answer to a menu: indexes from 1, ascending; None for "none of
// these"; neither means unclear.
type Pick struct {
	Indexes []int
	None    bool
}

// rangeOf is "1-4" or "20 - 30", which may mean two numbers or all between.
var rangeOf = regexp.MustCompile(`\d\s*-\s*\d`)

// notMenu is a number that is no number of a menu: a half, a date, a
// fraction, money, a share, one below nought.
var notMenu = regexp.MustCompile(`\d\s*/\s*\d|^\D*\d\.\d\D*$|[£$€₹৳]\s*\d|\d\s*[£$€₹৳%]|(?:^|\s)-\s?\d`)

// Choice reads a menu answer. An index out of range, or a command, is unclear.
func (r *Reader) Choice(lang, text string, choices []string) Pick {
	return r.choiceOf(r.in(lang), lang, hear(text), choices)
}

func (r *Reader) choiceOf(lexs []*lexicon, lang string, s said, choices []string) Pick {
	if s.key == "" {
		if v := thumbs(s.raw); v != Unclear {
			return trueOption(lexs, v, choices)
		}
		return Pick{}
	}
	for i, c := range choices { // exactly as it was shown
		if fold.Key(c) == s.key && !isDigits(s.key) {
			return Pick{Indexes: []int{i + 1}}
		}
	}
	words, halfway := corrected(lexs, s.words)
	if halfway || strings.Contains(s.folded, "-") && rangeOf.MatchString(s.folded) || notMenu.MatchString(s.folded) {
		return Pick{}
	}
	words = trimmed(lexs, words)
	key := strings.Join(words, " ")
	for _, x := range lexs {
		if x.none.has(key) {
			return Pick{None: true}
		}
		if len(choices) > 0 && x.all.has(key) {
			p := Pick{}
			for i := range choices {
				p.Indexes = append(p.Indexes, i+1)
			}
			return p
		}
	}
	n := len(choices)
	if n == 0 {
		n = 9 // the menu is not known: as many as one may have
	}
	if p, ok := menuNumbers(lexs, scripts(s.raw, splitDigits(words)), n); ok {
		return p
	}
	if p, ok := numberAndName(lexs, words, choices); ok {
		return p
	}
	if contradicts(lexs, words, choices) {
		return Pick{}
	}
	words = withoutAnd(lexs, words, choices)
	p := byWords(lexs, words, choices)
	if len(p.Indexes) > 0 && len(words) > 1 { // one option by its name, another by what it means
		p.Indexes = append(p.Indexes, r.byMeaning(lexs, words, choices).Indexes...)
		slices.Sort(p.Indexes)
		p.Indexes = slices.Compact(p.Indexes)
	}
	if len(p.Indexes) > 0 && len(words) == 1 && exactWord(words[0], choices) {
		return p
	}
	if r.commandOf(lexs, s) != "none" {
		return Pick{}
	}
	if len(p.Indexes) > 0 {
		return p
	}
	if v := r.yesNoOf(lexs, s); v != Unclear && !isDigits(key) {
		if p := trueOption(lexs, v, choices); len(p.Indexes) > 0 {
			return p
		}
	}
	return r.byMeaning(lexs, words, choices)
}

// withoutAnd cuts an "and" written on a word where that leaves a word of an
// option: "والطعام".
func withoutAnd(lexs []*lexicon, words []string, choices []string) []string {
	var out []string
	for i, w := range words {
		for _, x := range lexs {
			for _, p := range x.andPrefix {
				if rest, ok := strings.CutPrefix(w, p); ok && !exactWord(w, choices) && (exactWord(rest, choices) || x.needs.of[bareNoun(rest)] != "") {
					if out == nil {
						out = slices.Clone(words)
					}
					out[i] = rest
				}
			}
			for _, p := range x.andSuffix {
				if rest, ok := strings.CutSuffix(w, p); ok && !exactWord(w, choices) && exactWord(rest, choices) {
					if out == nil {
						out = slices.Clone(words)
					}
					out[i] = rest
				}
			}
		}
	}
	if out == nil {
		return words
	}
	return out
}

// bareNoun cuts the Arabic article.
func bareNoun(w string) string {
	if rest, ok := strings.CutPrefix(w, "ال"); ok && utf8.RuneCountInString(rest) > 2 {
		return rest
	}
	return w
}

func exactWord(w string, choices []string) bool {
	for _, c := range choices {
		if slices.Contains(fold.Words(c), w) {
			return true
		}
	}
	return false
}

// scripts parts a number typed in the digits of two scripts: "1৪" is 1 and 4.
func scripts(raw string, words []string) []string {
	var zero rune = -1
	mixed := false
	for _, c := range raw {
		if unicode.Is(unicode.Nd, c) {
			z := c - rune(fold.Text(string(c))[0]-'0')
			mixed = mixed || zero >= 0 && z != zero
			zero = z
		}
	}
	if !mixed {
		return words
	}
	var out []string
	for _, w := range words {
		if !isDigits(w) {
			out = append(out, w)
			continue
		}
		for _, d := range w {
			out = append(out, string(d))
		}
	}
	return out
}

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
