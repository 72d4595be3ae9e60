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
