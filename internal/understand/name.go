package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"linkline/internal/fold"

	"github.com/nyaruka/phonenumbers/v2"
)

// longestName is in letters; people have four names and more.
const longestName = 40

// Name reads the bare name as typed, without "my name is". A sentence is no
// name, nor is an answer to another question.
func (r *Reader) Name(lang, text string) (name string, refused, ok bool) {
	lexs := r.in(lang)
	s := hear(text)
	if r.refusedOf(lexs, s) {
		return "", true, true
	}
	if len(s.words) == 0 || len(s.words) > 16 || strings.ContainsAny(s.raw, "?؟@#/") || r.commandOf(lexs, s) != "none" {
		return "", false, false
	}
	if i := strings.LastIndexAny(s.raw, ".!\n"); i > 0 && i < len(s.raw)-2 && strings.Count(s.key, " ") > 6 {
		return "", false, false // two sentences
	}
	words := typedWords(s.raw)
	words, led := withoutFrame(lexs, words)
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = fold.Key(w)
	}
	if !nameLike(lexs, r, plain, led) {
		return "", false, false
	}
	out := strings.Trim(joinTyped(words), ".,;:!'\"- ")
	if out == "" || utf8.RuneCountInString(out) > longestName {
		return "", false, false
	}
	return out, false, true
}

// typedWords cuts a text into words as they were typed; a Chinese sign is a
// word, as in fold.
func typedWords(text string) []string {
	var out []string
	for _, f := range strings.Fields(strings.Map(nameRune, text)) {
		from := 0
		for i, c := range f {
			if unicode.Is(unicode.Han, c) {
				if i > from {
					out = append(out, f[from:i])
				}
				from = i + utf8.RuneLen(c)
				out = append(out, f[i:from])
			}
		}
		if from < len(f) {
			out = append(out, f[from:])
		}
	}
	keep := out[:0]
	for _, w := range out {
		if fold.Key(w) != "" {
			keep = append(keep, w)
		}
	}
	return keep
}

func joinTyped(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && (!isHan(w) || !isHan(words[i-1])) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// nameRune keeps letters, marks, digits and what stands inside names.
func nameRune(c rune) rune {
	if unicode.IsLetter(c) || unicode.IsMark(c) || unicode.IsDigit(c) || strings.ContainsRune(" '’-.\u200c\u200d", c) {
		return c
	}
	return ' '
}

// withoutFrame takes greetings, "my name is" and politeness from around a
// name. led is set where something named it as a name.
func withoutFrame(lexs []*lexicon, words []string) (rest []string, led bool) {
	cut := func(p phrases, front bool) bool {
		if len(words) == 0 { // "〇" holds a word and no letter
			return false
		}
		plain := make([]string, len(words))
		for i, w := range words {
			plain[i] = fold.Key(w)
		}
		n := 0
		if front {
			if n = p.at(plain); n == 0 && p.has(plain[0]) { // "chamo-me" was typed as one
				n = 1
			}
		} else {
			n = p.behind(plain)
		}
		if n == 0 || n >= len(words) {
			return false
		}
		if front {
			words = words[n:]
		} else {
			words = words[:len(words)-n]
		}
		return true
	}
	for range 4 {
		again := false
		for _, x := range lexs {
			again = cut(x.greet, true) || again
			again = cut(x.polite, true) || again
			if cut(x.nameIs, true) {
				led, again = true, true
			}
			again = cut(x.polite, false) || again
			if !led || x.tag != "en" {
				if cut(x.nameBehind, false) {
					led, again = true, true
				}
			}
		}
		if !again {
			break
		}
	}
	return words, led
}

// nameLike tells whether words can be a name.
func nameLike(lexs []*lexicon, r *Reader, words []string, led bool) bool {
	n := len(words)
	if n == 0 || n > 4 && !isHan(words[0]) || n > 8 {
		return false
	}
	small := 0
	for i, w := range words {
		if w == "" || strings.ContainsAny(w, "0123456789") {
			return false
		}
		for j, x := range lexs {
			if isHan(w) {
				continue
			}
			if x.not.has(w) || x.abuse.has(w) || x.unsure.has(w) || (x.yes.has(w) || x.no.has(w)) && (n == 1 || !led) && !(j > 0 && lexs[0].friends.has(w)) {
				return false
			}
			if _, isNumber := x.numbers[w]; isNumber && !led && (n == 1 || x.tag != "en") && !isPersonName[w] {
				return false
			}
			if x.greet.has(w) && n == 1 && !led || x.needs.of[w] != "" && !isPersonName[w] || x.same.has(w) || x.none.has(w) || x.noHome.has(w) {
				return false
			}
		}
		if n > 1 && len(w) == 1 { // an initial
			continue
		}
		if lexs[0].common[w] && !isPersonName[w] || len(lexs) > 1 && lexs[1].common[w] && len(w) > 1 && !isPersonName[w] {
			small++
		}
		if n > 1 && i == 0 && r.english().common[w] && sentenceStarts[w] {
			return false
		}
	}
	key := strings.Join(words, " ")
	for _, x := range lexs {
		if x.same.has(key) || x.none.has(key) || x.noHome.has(key) || x.unsure.has(key) || x.greet.has(key) && !led || x.yes.has(key) || x.no.has(key) {
			return false
		}
	}
	if forMachines(key) {
		return false
	}
	switch {
	case n == 1 && !led && (r.names.tag[key] != "" && len(key) > 4 || r.places.names[key].kind == noPlace && r.places.names[key].area != ""), key == "x":
		return false
	case n == 1 && small == 1:
		return led && utf8.RuneCountInString(key) > 3 && !stateWords[key]
	case n == 1 && stateWords[key]:
		return false
	}
	return small == 0 || led && small < n && small <= 1 && n <= 3 && !stateWords[words[n-1]]
}

// sentenceStarts begin a sentence, never a name.
var sentenceStarts = map[string]bool{"i": true, "im": true, "my": true, "the": true, "we": true, "can": true, "what": true, "why": true, "how": true, "when": true, "where": true, "is": true, "are": true, "do": true, "please": true, "need": true, "want": true, "its": true}

// isPersonName are names that are words too.
var isPersonName = map[string]bool{"will": true, "may": true, "joy": true, "hope": true, "grace": true, "mark": true, "bill": true, "rose": true, "faith": true, "star": true, "man": true, "an": true, "sun": true, "june": true, "april": true, "august": true, "summer": true, "sat": true, "jan": true, "do": true, "van": true, "ali": true, "amal": true}

// stateWords stand behind "I am" and are no names.
var stateWords = map[string]bool{
	"fine": true, "ok": true, "okay": true, "good": true, "tired": true, "sad": true, "sick": true, "lost": true, "alone": true, "hungry": true, "homeless": true, "worried": true,
	"scared": true, "happy": true, "sorry": true, "busy": true, "disabled": true, "pregnant": true, "single": true, "married": true, "divorced": true, "ill": true, "old": true,
	"here": true, "back": true, "ready": true, "confused": true, "stressed": true, "depressed": true, "anxious": true, "angry": true, "desperate": true, "broke": true, "unemployed": true,
	"retired": true, "safe": true, "test": true, "testing": true, "hello": true, "help": true, "nobody": true, "someone": true, "me": true, "you": true, "who": true, "what": true, "why": true,
	"male": true, "female": true, "woman": true, "mother": true, "mum": true, "father": true, "dad": true, "asylum": true, "refugee": true, "struggling": true, "freezing": true, "interested": true,
	"anonymous": true, "name": true, "nothing": true, "none": true, "idk": true, "lol": true, "not": true, "blank": true, "unknown": true, "private": true, "money": true, "food": true, "house": true,
}

// Phone reads a telephone number as people in Britain type it, to E.164.
// same is set for "the same number".
func (r *Reader) Phone(lang, text string) (e164 string, same, ok bool) {
	lexs := r.in(lang)
	s := hear(text)
	key := strings.Join(trimmed(lexs, s.words), " ")
	for _, x := range lexs {
		if x.same.has(key) || key == "1" {
			return "", true, true
		}
	}
	// "+44 (0)7…": the bracketed nought is not dialled.
	digits := strings.ReplaceAll(s.folded, "(0)", "")
	n, err := phonenumbers.Parse(digits, "GB")
	if err != nil || !phonenumbers.IsPossibleNumber(n) || n.GetNationalNumber() < 1_000_000 {
		return "", false, false
	}
	return phonenumbers.Format(n, phonenumbers.E164), false, true
}
