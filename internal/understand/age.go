package understand

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linkline/internal/fold"
)

// Aged is what a text says of an age: years, or a Gregorian year of birth.
type Aged struct {
	Age, Year int
	Refused   bool
	OK        bool
}

var (
	fullDate = regexp.MustCompile(`\b(\d{1,4})\s*[ ./,-]\s*(\d{1,2})\s*[ ./,-]\s*(\d{1,4})\b`)
	ageRange = regexp.MustCompile(`\b\d{1,3}\s*(?:-|to|or)\s*\d{1,3}\b`)
	bigAge   = regexp.MustCompile(`[0-9][.,][0-9]`)
)

// Ages that people give for themselves lie between these.
const (
	youngest = 3
	oldest   = 115
)

// Age reads an age, a year or a date of birth. Ranges, two numbers and
// impossible ages are unclear.
func (r *Reader) Age(lang, text string) Aged {
	lexs := r.in(lang)
	s := hear(text)
	if r.refusedOf(lexs, s) {
		return Aged{Refused: true, OK: true}
	}
	if m := fullDate.FindStringSubmatch(s.folded); m != nil {
		return dateOfBirth(r.calendars(lang, lexs), m[1:])
	}
	words, halfway := corrected(lexs, s.words)
	if halfway || strings.ContainsAny(s.folded, "+<>%£$") || bigAge.MatchString(s.folded) || strings.Contains(" "+s.folded, " -") && len(words) == 1 {
		return Aged{}
	}
	if ageRange.MatchString(s.folded) && len(words) == len(s.words) {
		return Aged{}
	}
	words = splitDigits(trimmed(lexs, words))
	n, found, _ := figures(lexs, words)
	if found == 2 {
		n, found = yearBehind(lexs, words)
	}
	if found != 1 || len(words) > 9 {
		return Aged{}
	}
	if n < 1000 {
		if n < youngest || n > oldest || !ageWords(lexs, words) {
			return Aged{}
		}
		return Aged{Age: n, OK: true}
	}
	return birth(r.calendars(lang, lexs), n)
}

// ageWords tells whether nothing stands beside a number but what belongs to
// an age: "3 kids" and "29 next month" are none.
func ageWords(lexs []*lexicon, words []string) bool {
	for i := 0; i < len(words); {
		if f, ok := figureAt(lexs, words[i:]); ok {
			i += f.words
			continue
		}
		n := 0
		for _, x := range lexs {
			n = max(n, x.ageIs.at(words[i:]), x.age.at(words[i:]), x.polite.at(words[i:]), x.greet.at(words[i:]), x.choose.at(words[i:]), x.nameIs.at(words[i:]), x.and.at(words[i:]), x.nameBehind.at(words[i:]))
		}
		if n == 0 && slices.Contains(ageFillers, words[i]) {
			n = 1
		}
		if n == 0 {
			return false
		}
		i += n
	}
	return true
}

var ageFillers = []string{"old", "now", "already", "male", "female", "man", "woman", "lady", "m", "f", "of", "years", "y", "o", "a", "am", "yes", "lol", "turning"}

// yearBehind takes the year of "12 march 1957" and "born 3rd 1957".
func yearBehind(lexs []*lexicon, words []string) (n, found int) {
	for i := 0; i < len(words); {
		f, ok := figureAt(lexs, words[i:])
		if !ok {
			i++
			continue
		}
		if f.n > 1000 {
			n = f.n
			found++
		} else if f.n > 31 {
			return 0, 2
		}
		i += f.words
	}
	return n, found
}

// dateOfBirth reads three numbers as a date, the year first or last.
func dateOfBirth(calendars []string, parts []string) Aged {
	var n [3]int
	for i, p := range parts {
		n[i], _ = strconv.Atoi(p)
	}
	y, d := n[2], n[0]
	if len(parts[0]) == 4 {
		y, d = n[0], n[2]
	}
	switch {
	case d < 1 || d > 32 || n[1] < 1 || n[1] > 31 || d > 13 && n[1] > 13:
		return Aged{}
	case y >= 1000:
		return birth(calendars, y)
	case len(parts[2]) == 2 && y > 26 && y < 100 && len(parts[0]) <= 2: // nobody is born in 2057
		return birth(calendars, 1900+y)
	}
	return Aged{}
}

// Years of birth lie between these.
const (
	firstYear = 1908
	lastYear  = 2024
)

// birth takes a year; in languages whose speakers count in another calendar
// too, a year that can be Gregorian in no life is taken over into it: 1350 is
// a Persian year, 2060 one of Nepal.
func birth(calendars []string, y int) Aged {
	for _, c := range calendars {
		switch {
		case c == "persian" && y >= 1288 && y <= 1404:
			y += 621
		case c == "bikram" && y > lastYear && y <= lastYear+57:
			y -= 57
		case c == "bikram" && y > 1990: // 2010 may be either
			return Aged{}
		}
	}
	if y < firstYear || y > lastYear {
		return Aged{}
	}
	return Aged{Year: y, OK: true}
}

// calendars are those beside the Gregorian that a language's speakers count
// in. Those of Iran, Afghanistan and Nepal hold before a folder says so.
func (r *Reader) calendars(lang string, lexs []*lexicon) []string {
	if c := lexs[0].calendars; len(c) > 0 {
		return c
	}
	tag, _ := r.serves(lang)
	return usual[tag]
}

var usual = map[string][]string{"fa": {"persian"}, "ps": {"persian"}, "ckb": {"persian"}, "ne": {"bikram"}}

// Refused tells whether a text says "rather not say".
func (r *Reader) Refused(lang, text string) bool { return r.refusedOf(r.in(lang), hear(text)) }

func (r *Reader) refusedOf(lexs []*lexicon, s said) bool {
	words := trimmed(lexs, s.words)
	key := strings.Join(words, " ")
	for _, x := range lexs {
		if x.refuse.has(s.key) || x.refuse.has(key) || x.commands[key] == "skip" || x.commands[s.key] == "skip" {
			return true
		}
		for n := x.no.at(words); n > 0 && n < len(words); { // "no, i don't want to say"
			if x.refuse.has(strings.Join(words[n:], " ")) {
				return true
			}
			break
		}
		if len(words) > 2 && len(words) <= 9 {
			for i := range words {
				if n := x.refuse.at(words[i:]); n >= 3 && len(words)-n <= 3 {
					return true
				}
			}
		}
		if len(key) >= 10 {
			for p := range x.refuse.set {
				if len(p) >= 10 && strings.Count(p, " ") == strings.Count(key, " ") && p[0] == key[0] && fold.Distance(p, key, 2) <= 2 && sameButOne(p, key) {
					return true
				}
			}
		}
	}
	return false
}
