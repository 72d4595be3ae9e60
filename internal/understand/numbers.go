package understand

import (
	"regexp"
	"strconv"
	"strings"

	"linkline/locales"
)

// A figure is a number found among words.
type figure struct {
	n       int
	words   int  // how many words it took
	digits  bool // typed as digits
	ordinal bool
}

// figureAt reads the number that words begin with: digits, number words put
// together, ordinals, Chinese numerals. ok is false where there is none.
func figureAt(lexs []*lexicon, words []string) (f figure, ok bool) {
	if len(words) == 0 {
		return f, false
	}
	if w := words[0]; isDigits(w) {
		if len(w) > 9 {
			return f, false
		}
		n, err := strconv.Atoi(w)
		return figure{n, 1, true, false}, err == nil
	}
	if n, used := hanNumber(words); used > 0 {
		return figure{n, used, false, false}, true
	}
	for i, x := range lexs {
		if i > 0 && lexs[0].friends.has(words[0]) {
			break
		}
		if f, ok := x.figure(words); ok {
			return f, true
		}
	}
	return f, false
}

// figure reads a number word of one language, and what is joined to it.
func (x *lexicon) figure(words []string) (figure, bool) {
	n, used, ordinal := x.word(words)
	if used == 0 {
		return figure{}, false
	}
	f := figure{n: n, words: used, ordinal: ordinal}
	if ordinal || n < 1 || n > 90 || n >= 10 && n%10 != 0 {
		return f, true
	}
	rest := words[used:]
	joined := x.join.at(rest)
	rest = rest[joined:]
	if len(rest) == 0 || isDigits(rest[0]) {
		return f, true
	}
	u, more, second := x.word(rest)
	prefixed := false
	if more == 0 && joined == 0 { // "خمسة وعشرون"
		for _, p := range x.andPrefix {
			if w, cut := strings.CutPrefix(rest[0], p); cut && len(x.join.set) > 0 {
				u, more, second = x.word(append([]string{w}, rest[1:]...))
				prefixed = more > 0
			}
		}
	}
	tens, unit := n, u
	if n < 10 {
		tens, unit = u, n
	}
	switch {
	case more == 0 || second:
	case n < 10 && joined == 0 && !prefixed: // "five twenty" is two numbers
	case tens < 10 || tens > 90 || tens%10 != 0 || unit < 1:
	case unit > 9 && (tens != 60 && tens != 80 || unit > 19 || x.tag != "fr"):
	case tens == 10 && joined == 0 && !prefixed && x.tag == "en":
	default:
		f.n = tens + unit
		f.words = used + joined + more
	}
	return f, true
}

// word looks up the longest number or ordinal that words begin with.
func (x *lexicon) word(words []string) (n, used int, ordinal bool) {
	for k := min(x.numberFirst[words[0]], len(words)); k > 0; k-- {
		key := words[0]
		if k > 1 {
			key = strings.Join(words[:k], " ")
		}
		if n, ok := x.numbers[key]; ok {
			return n, k, false
		}
		if n, ok := x.ordinals[key]; ok {
			return n, k, true
		}
	}
	return 0, 0, false
}

// anyNumber tells whether one word is a number.
func anyNumber(lexs []*lexicon, w string) (int, bool) {
	f, ok := figureAt(lexs, []string{w})
	return f.n, ok
}

var han = map[string]int{"零": 0, "〇": 0, "一": 1, "壹": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}

// hanNumber reads Chinese numerals: 十五, 二十三, 一百. Signs without a ten
// between them are numbers of their own.
func hanNumber(words []string) (n, used int) {
	digit, ok := han[words[0]]
	i := 0
	if ok {
		i = 1
	} else {
		digit = 1
	}
	if i < len(words) && words[i] == "百" {
		if i+1 < len(words) && (words[i+1] == "分" || words[i+1] == "货") {
			return 0, 0
		}
		return 100 * digit, i + 1
	}
	if i < len(words) && words[i] == "十" {
		n = 10 * digit
		i++
		if i < len(words) {
			if u, ok := han[words[i]]; ok && u > 0 {
				return n + u, i + 1
			}
		}
		return n, i
	}
	if !ok {
		return 0, 0
	}
	return digit, 1
}

// noCount is a number that counts nothing: a date, a share, a time of day,
// part of a postcode, one below nought, a half.
var noCount = regexp.MustCompile(`\d\s*[/:%]|(?:^|\s)-\s?\d|\d\s?(?:am|pm|a\.m|p\.m)\b|\b(?:[a-wyz]|[a-z]{2})\d|\bon\s+(?:the\s+)?\d+(?:st|nd|rd|th)|\d\s+(?:and|&)\s+(?:a\s+)?half|\bat\s+\d`)

// Number reads a whole number in digits or words. Two numbers are unclear.
func (r *Reader) Number(lang, text string) (int, bool) { return r.numberOf(r.in(lang), hear(text)) }

func (r *Reader) numberOf(lexs []*lexicon, s said) (int, bool) {
	words, halfway := corrected(lexs, s.words)
	if halfway || strings.Contains(s.folded, "-") && rangeOf.MatchString(s.folded) || noCount.MatchString(s.folded) {
		return 0, false
	}
	for _, x := range lexs {
		if x.tag == locales.Base && x.countsNothing(words) {
			return 0, false
		}
	}
	n, found, other := figures(lexs, splitDigits(trimmed(lexs, words)))
	return n, found == 1 && other <= 6
}

// countsNothing finds English words that make a number beside them no count:
// "not 1", "1st december", "3 o'clock". In other languages the same words
// count too (Bengali "টা", Romanian "mai").
func (x *lexicon) countsNothing(words []string) bool {
	for i, w := range words {
		month := len(words) <= 4 && x.months[w]
		if month || x.timing.clock.hour.at(words[i:]) > 0 || x.not.at(words[i:]) > 0 && x.no.at(words[i:]) == 0 {
			return true
		}
	}
	return false
}

// figures counts the numbers among words, and the words beside them.
func figures(lexs []*lexicon, words []string) (n, found, other int) {
	for i := 0; i < len(words); {
		f, ok := figureAt(lexs, words[i:])
		if !ok || f.n < 0 {
			other++
			i++
			continue
		}
		found, n = found+1, f.n
		i += f.words
	}
	return n, found, other
}
