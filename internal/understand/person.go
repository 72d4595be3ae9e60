package understand

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"linkline/internal/fold"

	"github.com/nyaruka/phonenumbers/v2"
)

// Aged is what a text says of an age: years, or a Gregorian year of birth.
type Aged struct {
	Age, Year int
	Refused   bool
	OK        bool
}

var fullDate = regexp.MustCompile(`\b\d{1,2}[ ./-]\d{1,2}[ ./-](\d{4}|\d{2})\b`)

// Age reads an age or a date of birth. Ranges and impossible ages are unclear.
func (r *Reader) Age(lang, text string) Aged {
	if r.Refused(lang, text) {
		return Aged{Refused: true, OK: true}
	}
	folded := fold.Text(text)
	if m := fullDate.FindStringSubmatch(folded); m != nil {
		y, _ := strconv.Atoi(m[1])
		if len(m[1]) == 2 {
			return Aged{}
		}
		return birth(lang, y)
	}
	if strings.Contains(folded, "-") && len(fold.Cut(folded)) > 1 {
		return Aged{}
	}
	n, ok := r.Number(lang, text)
	switch {
	case !ok || len(fold.Words(text)) > 8:
		return Aged{}
	case n >= 3 && n <= 115:
		return Aged{Age: n, OK: true}
	}
	return birth(lang, n)
}

// birth takes a year; in Iran and Afghanistan, and among Kurds from Iran, a
// year like 1350 is Persian and lies 621 behind.
func birth(lang string, y int) Aged {
	switch lang {
	case "fa", "prs", "fa-AF", "ps", "ckb":
		if y >= 1290 && y <= 1410 {
			y += 621
		}
	}
	if y < 1905 || y > 2025 {
		return Aged{}
	}
	return Aged{Year: y, OK: true}
}

// Refused tells whether a text says "rather not say".
func (r *Reader) Refused(lang, text string) bool {
	key := fold.Key(text)
	for _, x := range r.in(lang) {
		if x.refuse[key] || x.commands[key] == "skip" {
			return true
		}
	}
	return false
}

// Name reads the bare name as typed, without "my name is". A sentence is no
// name.
func (r *Reader) Name(lang, text string) (name string, refused, ok bool) {
	if r.Refused(lang, text) {
		return "", true, true
	}
	typed := strings.Join(strings.Fields(strings.Map(nameRune, text)), " ")
	words := strings.Fields(typed)
	lexs := r.in(lang)
	for range 2 { // "hi im Amina"
		for _, x := range lexs {
			for len(words) > 1 && x.greet[fold.Key(words[0])] {
				words = words[1:]
			}
			for _, lead := range x.nameIs {
				n := len(strings.Fields(lead))
				if len(words) > n && fold.Key(strings.Join(words[:n], " ")) == lead {
					words = words[n:]
					break
				}
			}
			for len(words) > 1 && x.polite[fold.Key(words[len(words)-1])] {
				words = words[:len(words)-1]
			}
		}
	}
	if len(words) == 0 || len(words) > 4 || utf8.RuneCountInString(strings.Join(words, " ")) > 40 {
		return "", false, false
	}
	for _, w := range words {
		k := fold.Key(w)
		if strings.ContainsFunc(w, unicode.IsDigit) || k == "" {
			return "", false, false
		}
		for _, x := range lexs {
			if x.yes[k] || x.no[k] || x.not[k] || x.greet[k] && len(words) == 1 {
				return "", false, false
			}
			if len(words) > 2 && r.detect.common(x.tag, k) {
				return "", false, false
			}
		}
	}
	if r.Command(lang, text) != "none" {
		return "", false, false
	}
	return strings.Trim(strings.Join(words, " "), ".,;:!'\"- "), false, true
}

// nameRune keeps letters, marks, digits and what stands inside names.
func nameRune(c rune) rune {
	if unicode.IsLetter(c) || unicode.IsMark(c) || unicode.IsDigit(c) || strings.ContainsRune(" '’-.\u200c\u200d", c) {
		return c
	}
	return ' '
}

// Phone reads a telephone number as people in Britain type it, to E.164.
// same is set for "the same number".
func (r *Reader) Phone(lang, text string) (e164 string, same, ok bool) {
	key := fold.Key(text)
	for _, x := range r.in(lang) {
		if x.same[key] || key == "1" {
			return "", true, true
		}
	}
	// "+44 (0)7…": the bracketed nought is not dialled.
	digits := strings.ReplaceAll(fold.Text(text), "(0)", "")
	n, err := phonenumbers.Parse(digits, "GB")
	if err != nil || !phonenumbers.IsPossibleNumber(n) || n.GetNationalNumber() < 1_000_000 {
		return "", false, false
	}
	return phonenumbers.Format(n, phonenumbers.E164), false, true
}
