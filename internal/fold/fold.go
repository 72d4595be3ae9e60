// Package fold makes texts comparable: one spelling for what people type in
// many. It is pure and imports the standard library and x/text only.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text folds a text: compatibility forms, case, digits of every script, marks
// over letters, Arabic and Bengali spellings, invisible characters, quotes
// and repeated letters. What is left is meant for comparing, never for people.
func Text(s string) string {
	if ascii(s) {
		return squeeze(strings.ToLower(s))
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, " ")
	}
	if folded, ok := alone(s); ok {
		return squeeze(folded)
	}
	return squeeze(together(s))
}

// together folds a text whose letters may join or change places.
func together(s string) string {
	b := make([]byte, 0, len(s)+len(s)/2)
	for _, r := range norm.NFKD.String(s) {
		if r = one(r); r >= 0 {
			b = utf8.AppendRune(b, r)
		}
	}
	return string(norm.NFC.Bytes(b))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// one folds one decomposed character; -1 drops it.
func one(r rune) rune {
	if r < utf8.RuneSelf && r > ' ' && r != '`' {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if to, ok := same[r]; ok {
		return to
	}
	switch {
	case r < utf8.RuneSelf:
		return unicode.ToLower(r)
	case r >= 0x0300 && r <= 0x036f, // marks over Latin, Greek, Cyrillic
		r >= 0x064b && r <= 0x065f, r == 0x0670, r == 0x0640, // harakat, tatweel
		r >= 0x0610 && r <= 0x061a, r >= 0x06d6 && r <= 0x06ed,
		r == 0x20e3, r >= 0xfe00 && r <= 0xfe0f, // keycap, variation selectors
		r >= 0x1f3fb && r <= 0x1f3ff,                       // skin tones
		r == 0x09bc, r == 0x093c, r == 0x0a3c, r == 0x0abc, // nukta
		r == 0x0a71, r == 0x0621: // addak, a hamza on the line
		return -1
	case r >= 0x1200 && r <= 0x1357:
		return ethiopic(r)
	case r >= 0x1369 && r <= 0x1371: // Ethiopic one to nine
		return '1' + r - 0x1369
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r):
		return -1
	case unicode.Is(unicode.Nd, r):
		return '0' + rune(digit(r))
	}
	r = unicode.ToLower(r)
	if to, ok := same[r]; ok {
		return to
	}
	return r
}

// ethiopic gives letters that are spoken alike and written for one another
// (ሀ ሐ ኀ, ሰ ሠ, አ ዐ, ጸ ፀ) one form. Every letter has a row of eight.
func ethiopic(r rune) rune {
	switch row, order := r&^7, r&7; row {
	case 0x1210, 0x1280: // ሐ ኀ
		r = 0x1200 + order
	case 0x1220: // ሠ
		r = 0x1230 + order
	case 0x12d0: // ዐ
		r = 0x12a0 + order
	case 0x1340: // ፀ
		r = 0x1338 + order
	}
	switch r {
	case 0x1203: // ሃ is spoken as ሀ
		return 0x1200
	case 0x12a3: // ኣ as አ
		return 0x12a0
	}
	return r
}

// digit is the value of a decimal digit: every script's ten stand in a row.
func digit(r rune) int {
	n := 0
	for n < 9 && unicode.Is(unicode.Nd, r-rune(n)-1) {
		n++
	}
	if n == 9 { // two scripts may touch: count from the block's own zero
		return int(r-zeroOf(r)) % 10
	}
	return n
}

func zeroOf(r rune) rune {
	for _, z := range zeros {
		if r >= z && r < z+10 {
			return z
		}
	}
	return r - r%10
}

var zeros = []rune{'0', 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6}

var same = map[rune]rune{
	'\u2018': '\'', '\u2019': '\'', '\u02bc': '\'', '`': '\'', '\u00b4': '\'', '\u201c': '"', '\u201d': '"',
	'\u2013': '-', '\u2014': '-', '\u060c': ',', '\u061b': ';', '\u061f': '?', '\u06d4': '.', '\u0964': '.', '\u3002': '.',
	'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا', 'ى': 'ي', 'ی': 'ي', 'ې': 'ي', 'ے': 'ي', 'ئ': 'ي', 'ؤ': 'و',
	'ک': 'ك', 'ڪ': 'ك', 'ة': 'ه', 'ہ': 'ه', 'ھ': 'ه', 'ۃ': 'ه', 'ە': 'ه', 'ۀ': 'ه', 'ۂ': 'ه', 'ۓ': 'ي', 'ں': 'ن',
	'ۆ': 'و', 'ێ': 'ي', 'ڕ': 'ر', 'ڵ': 'ل', 'ۋ': 'و', 'ۍ': 'ي', 'ګ': 'ك',
	'ঁ': 'ং', 'ँ': 'ं', 'ઁ': 'ં', 'ੰ': 'ਂ', 'ਁ': 'ਂ', 'ৎ': 'ত',
	'ı': 'i', 'İ': 'i', 'ß': 's', 'ø': 'o', 'đ': 'd', 'ł': 'l', 'æ': 'e', 'œ': 'e',
}

// squeeze collapses white space, and runs of three or more of one letter to
// one: "yesssss" is "yes", "soooo" is "so".
func squeeze(s string) string {
	s = strings.TrimSpace(s)
	if squeezed(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	space := false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.IsSpace(r) || unicode.Is(unicode.Cc, r) {
			space = true
			i += n
			continue
		}
		j := i + n
		for j+n <= len(s) && s[j:j+n] == s[i:i+n] {
			j += n
		}
		if space && len(out) > 0 {
			out = append(out, ' ')
		}
		space = false
		if j-i >= 3*n && unicode.IsLetter(r) {
			j, i = i+n, j
			out = append(out, s[j-n:j]...)
			continue
		}
		out = append(out, s[i:j]...)
		i = j
	}
	return string(out)
}

// squeezed tells that squeeze would leave a trimmed text as it is. It may say
// no where that is so.
func squeezed(s string) bool {
	a, b := rune(-1), rune(-1) // the two before
	for _, r := range s {
		switch {
		case r == ' ' && b == ' ':
			return false
		case r < ' ' || r >= 0x7f && (r < 0xa1 || r >= 0x1680 && r < 0x3001):
			return false
		case r == b && b == a:
			return false
		}
		a, b = b, r
	}
	return true
}

// Words cuts a text into its folded words: runs of letters, digits and marks,
// and every Chinese sign by itself.
// Apostrophes inside a word are dropped ("don't" is "dont").
func Words(s string) []string {
	return Cut(Text(s))
}

// Cut is Words for a text that is folded already.
func Cut(folded string) []string {
	var out []string
	from, dropped := -1, false // where the word began; whether signs stand in it
	flush := func(end int) {
		if from < 0 {
			return
		}
		w := folded[from:end]
		if dropped {
			w = signs.Replace(w)
		}
		if w != "" {
			out = append(out, w)
		}
		from, dropped = -1, false
	}
	for i, r := range folded {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			if from < 0 {
				from = i
			}
		case r == '\'' || r == '*':
			if from >= 0 {
				dropped = true
			}
		case r < utf8.RuneSelf:
			if r >= 'A' && r <= 'Z' {
				if from < 0 {
					from = i
				}
				continue
			}
			flush(i)
		case r >= 0x2e80 && unicode.Is(unicode.Han, r): // written without spaces: a sign is a word
			flush(i)
			out = append(out, folded[i:i+utf8.RuneLen(r)])
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			if from < 0 {
				from = i
			}
		default:
			flush(i)
		}
	}
	flush(len(folded))
	return out
}

// signs stand inside words and say nothing.
var signs = strings.NewReplacer("'", "", "*", "")

// Key is the words of a text joined by single spaces: two texts with the same
// key read the same.
func Key(s string) string { return strings.Join(Words(s), " ") }

// Distance is the number of typing slips between two words (a letter more,
// less, other or swapped), counted up to max; beyond it, max+1.
func Distance(a, b string, max int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > max || -d > max {
		return max + 1
	}
	var room [3][40]int // on the stack for every word that matters
	prev2, prev, cur := room[0][:], room[1][:], room[2][:]
	if len(y) >= len(prev) {
		prev2, prev, cur = make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	}
	prev2, prev, cur = prev2[:len(y)+1], prev[:len(y)+1], cur[:len(y)+1]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		best := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
			best = min(best, cur[j])
		}
		if best > max {
			return max + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	if prev[len(y)] > max {
		return max + 1
	}
	return prev[len(y)]
}

// Slips is how many typing slips a word of this length may hold and still be
// taken for itself: none up to four letters, one up to seven, two beyond.
func Slips(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n <= 4:
		return 0
	case n <= 7:
		return 1
	}
	return 2
}
