package understand

import (
	"strings"
	"unicode/utf8"
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
	return r.yesNoOf(r.in(lang), hear(text))
}

func (r *Reader) yesNoOf(lexs []*lexicon, s said) Truth {
	if s.key == "" {
		return thumbs(s.raw)
	}
	if v := whole(lexs, s.key); v != "" {
		return v
	}
	words, halfway := corrected(lexs, s.words)
	if halfway {
		return Unclear
	}
	words = trimmed(lexs, words)
	key := strings.Join(words, " ")
	if v := whole(lexs, key); v != "" {
		return v
	}
	if p, ok := menuNumbers(lexs, splitDigits(words), 2); ok {
		if len(p.Indexes) != 1 {
			return Unclear
		}
		return []Truth{Yes, No}[p.Indexes[0]-1]
	}
	if v := slipped(lexs, key); v != "" {
		return v
	}
	if len(words) > 10 || strings.ContainsAny(s.folded, "?") || s.folded == "" {
		return Unclear
	}
	return sentence(lexs, words)
}

// whole reads a text that is one phrase.
func whole(lexs []*lexicon, key string) Truth {
	own := lexs[0]
	for i, x := range lexs {
		if i > 0 && own.elsewhere(key) {
			return ""
		}
		y, n := x.yes.has(key), x.no.has(key)
		switch {
		case x.unsure.has(key), y && n:
			return Unclear
		case y:
			return Yes
		case n:
			return No
		}
	}
	return ""
}

// elsewhere tells whether an English word means something else here.
func (x *lexicon) elsewhere(key string) bool {
	if x.friends.has(key) {
		return true
	}
	_, number := x.numbers[key]
	return number || x.greet.has(key) || x.not.has(key) && !x.no.has(key)
}

// slipped forgives a slip of the thumb, and letters typed twice in short
// words ("yess", "noo").
func slipped(lexs []*lexicon, key string) Truth {
	var found Truth
	note := func(v Truth) {
		if found != "" && found != v {
			v = Unclear
		}
		found = v
	}
	if strings.Contains(key, " ") && utf8.RuneCountInString(key) < 8 {
		return ""
	}
	for i, x := range lexs {
		if x.known(key) || x.commands[key] != "" {
			return ""
		}
		if i > 0 && found != "" {
			break
		}
		tell := func(w string) {
			if i > 0 && lexs[0].elsewhere(w) {
				return
			}
			switch {
			case x.yes.has(w):
				note(Yes)
			case x.no.has(w):
				note(No)
			}
		}
		if n := slips(key); n > 0 {
			x.answersNear.find(key, n, func(w string) {
				if utf8.RuneCountInString(w) > 4 {
					tell(w)
				}
			})
			continue
		}
		if once := undouble(key); once != key {
			tell(once)
		}
	}
	return found
}

// slips is how many slips a text may hold: none below five letters, one, and
// two from twelve.
func slips(key string) int {
	switch n := utf8.RuneCountInString(key); {
	case n < 5:
		return 0
	case n < 12:
		return 1
	}
	return 2
}

// undouble writes every doubled letter once.
func undouble(s string) string {
	var b strings.Builder
	var last rune
	for _, r := range s {
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// sentence reads a short sentence by the yeses and noes in it: "yes i agree",
// "no i dont". It must begin with one, hold no other, and after a no hold
// nothing but small words.
func sentence(lexs []*lexicon, words []string) Truth {
	var found Truth
	rest := 0
	for i := 0; i < len(words); {
		v, n := Truth(""), 0
		for j, x := range lexs {
			if j > 0 && (n > 0 || lexs[0].elsewhere(words[i])) {
				break
			}
			y, no, u := x.yes.at(words[i:]), x.no.at(words[i:]), x.unsure.at(words[i:])
			switch {
			case u > 0 && u >= y && u >= no:
				return Unclear
			case y > 1 && verbLast[x.tag] && i+y+1 == len(words) && x.no.has(words[i+y]): // "ami raji na"
				v, n = No, y+1
			case y > no:
				v, n = Yes, y
			case no > y:
				v, n = No, no
			case y > 0:
				return Unclear
			}
			if neg := x.not.at(words[i:]); neg > 0 && n < neg+1 && v != No {
				if y := x.yes.at(words[i+neg:]); y > 0 { // "not ok"
					v, n = No, neg+y
				} else if n == 0 {
					v, n = No, neg
					if found == "" {
						return Unclear // a sentence that denies something
					}
				}
			}
		}
		switch {
		case n == 0 && found == "":
			return Unclear
		case n == 0:
			if found == No && !small(lexs, words[i]) {
				return Unclear
			}
			if _, ok := anyNumber(lexs, words[i]); ok {
				return Unclear
			}
			rest++
			n = 1
		case found != "" && found != v:
			return Unclear
		default:
			found = v
		}
		i += n
	}
	if found == "" || rest > 7 {
		return Unclear
	}
	return found
}

// small tells whether a word says nothing of its own.
func small(lexs []*lexicon, w string) bool {
	for _, x := range lexs {
		if x.needs.of[w] != "" {
			return false
		}
		if x.common[w] || x.polite.has(w) || x.greet.has(w) {
			return true
		}
	}
	return false
}

func thumbs(text string) Truth {
	yes := strings.ContainsAny(text, "👍✅☑✔👌🆗💯")
	no := strings.ContainsAny(text, "👎❌✖🚫❎🙅")
	switch {
	case yes && !no:
		return Yes
	case no && !yes:
		return No
	}
	return Unclear
}

// isDigits tells whether a word is a number in digits.
func isDigits(w string) bool {
	for i := range len(w) {
		if w[i] < '0' || w[i] > '9' {
			return false
		}
	}
	return w != ""
}

// splitDigits parts digits from the letters written on them: "2x", "29yrs",
// "no2". "2nd" and postcodes are somebody else's to read.
func splitDigits(words []string) []string {
	mixed := false
	for _, w := range words {
		if !isDigits(w) && strings.ContainsAny(w, "0123456789") {
			mixed = true
		}
	}
	if !mixed {
		return words
	}
	var out []string
	for _, w := range words {
		if isDigits(w) || !strings.ContainsAny(w, "0123456789") || ordinalEnding(w) {
			out = append(out, w)
			continue
		}
		from, digit := 0, isDigits(w[:1])
		for i, r := range w {
			if d := r >= '0' && r <= '9'; d != digit {
				out = append(out, w[from:i])
				from, digit = i, d
			}
		}
		out = append(out, w[from:])
	}
	return out
}

func ordinalEnding(w string) bool {
	t := strings.TrimLeft(w, "0123456789")
	return t != w && (t == "st" || t == "nd" || t == "rd" || t == "th")
}
