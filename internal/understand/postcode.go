package understand

import (
	"regexp"

	"strings"
)

// sure is the share from which an outward code names its borough.
const sure = 0.97

// tokens are runs of letters and digits that may be parts of a postcode.
var tokens = regexp.MustCompile(`[a-z0-9]+`)

// postcode finds a postcode in a folded text. alone is the text without
// politeness and "I live in": there a bare outward code of any place counts.
func (p *places) postcode(folded, alone string) (Place, bool) {
	if !strings.ContainsAny(folded, "0123456789") && len(folded) > 20 {
		return Place{}, false
	}
	parts := tokens.FindAllString(folded, -1)
	if len(parts) == 0 || len(parts) > 60 || !strings.ContainsAny(folded, "0123456789") && len(parts) > 2 {
		return Place{}, false
	}
	var found []Place
	for i := 0; i < len(parts); {
		pl, used, ok := p.fullAt(parts[i:])
		if !ok {
			i++
			continue
		}
		found = append(found, pl)
		i += used
	}
	if len(found) == 0 {
		for i, t := range parts {
			if out, ok := p.outward(t); ok && !measure(parts, i) {
				found = append(found, p.ofOutward(out))
			}
		}
	}
	if len(found) == 0 {
		return p.bareOutward(strings.ReplaceAll(alone, " ", ""))
	}
	for _, f := range found[1:] {
		if f.Outcode != found[0].Outcode {
			return Place{Answer: string(Unclear)}, true
		}
	}
	return found[0], true
}

// measure tells whether a short code is part of something else: "e 6", a
// price, a bus ("the W3 bus").
func measure(parts []string, i int) bool {
	if i+1 < len(parts) {
		switch parts[i+1] {
		case "bus", "visa", "form", "permit", "road":
			return true
		}
	}
	return false
}

// fullAt reads a full postcode from up to four tokens, in any spacing.
func (p *places) fullAt(parts []string) (Place, int, bool) {
	joined := ""
	for n := 1; n <= min(4, len(parts)); n++ {
		joined += parts[n-1]
		if len(joined) > 8 {
			break
		}
		if len(joined) < 5 {
			continue
		}
		if last := parts[n-1]; n > 1 && n < len(parts) && len(last) == 3 && !strings.ContainsAny(last, "0123456789") {
			continue // "E6 but": a word of the sentence, no "8UT"
		}
		if last := parts[n-1]; n == 2 && len(last) == 2 && !strings.ContainsAny(last, "0123456789") {
			if _, known := p.outward(parts[0]); known {
				continue // Turkish "IG11 de" is "in IG11", no IG1 1DE
			}
		}
		out, in, ok := p.split(joined)
		if !ok {
			continue
		}
		return p.ofFull(out, in), n, true
	}
	return Place{}, 0, false
}

// split parts a run of letters and digits into outward and inward code,
// mending l and I for 1, O for 0 and the like. "IG1 18HE" and "IG11 18HE"
// with a digit too many are mended where one reading is left.
func (p *places) split(s string) (out, in string, ok bool) {
	inward := s[len(s)-3:]
	d, okD := asDigit(inward[0])
	a, b := upper(inward[1]), upper(inward[2])
	if !okD || a < 'A' || b < 'A' || a > 'Z' || b > 'Z' || strings.ContainsAny(string([]byte{a, b}), "CIKMOV") {
		return "", "", false
	}
	if !strings.ContainsAny(s, "0123456789") {
		return "", "", false
	}
	in = string([]byte{d, a, b})
	for _, head := range []string{s[:len(s)-3], drop(s[:len(s)-3])} {
		if head == "" {
			continue
		}
		if out, ok := p.mendOutward(head); ok {
			return out, in, true
		}
	}
	return "", "", false
}

// drop takes a digit typed twice from the end of an outward code.
func drop(s string) string {
	if len(s) == 5 && s[3] == s[4] {
		return s[:4]
	}
	return ""
}

// shapes of an outward code; A is a letter, 9 a digit.
var shapes = []string{"A9", "A99", "AA9", "AA99", "A9A", "AA9A"}

// mendOutward reads an outward code that is one of London's, or else one of a
// British area.
func (p *places) mendOutward(s string) (string, bool) {
	elsewhere := ""
	for _, shape := range shapes {
		if len(shape) != len(s) {
			continue
		}
		b := make([]byte, len(s))
		ok, exact := true, true
		for i := range len(s) {
			if shape[i] == '9' {
				b[i], ok = asDigit(s[i])
			} else {
				b[i], ok = asLetter(s[i])
			}
			exact = exact && b[i] == upper(s[i])
			if !ok {
				break
			}
		}
		if !ok {
			continue
		}
		if _, london := p.out[string(b)]; london {
			return string(b), true
		}
		if exact && realArea(string(b)) {
			elsewhere = string(b)
		}
	}
	return elsewhere, elsewhere != ""
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func asDigit(c byte) (byte, bool) {
	switch upper(c) {
	case 'O':
		return '0', true
	case 'I', 'L':
		return '1', true
	case 'Z':
		return '2', true
	case 'S':
		return '5', true
	case 'B':
		return '8', true
	}
	return c, c >= '0' && c <= '9'
}

func asLetter(c byte) (byte, bool) {
	switch c {
	case '0':
		return 'O', true
	case '1':
		return 'I', true
	case '5':
		return 'S', true
	case '8':
		return 'B', true
	}
	c = upper(c)
	return c, c >= 'A' && c <= 'Z'
}

// outward reads one token as an outward code of London: its letters as typed,
// at least one digit, l and O mended.
func (p *places) outward(t string) (string, bool) {
	if len(t) < 2 || len(t) > 4 || !strings.ContainsAny(t, "0123456789") || t[0] < 'a' {
		return "", false
	}
	for _, shape := range shapes {
		if len(shape) != len(t) {
			continue
		}
		b, ok := []byte(strings.ToUpper(t)), true
		for i := range len(t) {
			digit := b[i] >= '0' && b[i] <= '9'
			switch {
			case shape[i] == 'A' && digit:
				ok = false
			case shape[i] == '9' && !digit:
				if b[i], ok = asDigit(b[i]); ok && b[i] != '0' && b[i] != '1' {
					ok = false
				}
			}
			if !ok {
				break
			}
		}
		if ok && p.out[string(b)] != nil {
			return string(b), true
		}
	}
	return "", false
}

// bareOutward reads a text that is nothing but an outward code: also with l
// for every 1 ("IGll"), split ("E 6"), or of a place outside London.
func (p *places) bareOutward(s string) (Place, bool) {
	if n := len(s); n >= 3 && n <= 5 && s[n-1] >= '0' && s[n-1] <= '9' { // with the first digit of the rest: "IG11 8"
		if out, ok := p.outward(s[:n-1]); ok && len(out) >= 3 {
			if _, whole := p.outward(s); !whole {
				return p.ofOutward(out), true
			}
		}
	}
	if len(s) < 2 || len(s) > 4 || !isASCIIWord(s) {
		return Place{}, false
	}
	digits := strings.ContainsAny(s, "0123456789")
	if out, ok := p.outward(s); ok {
		return p.ofOutward(out), true
	}
	if !digits && (len(s) < 4 || !strings.HasSuffix(s, "ll")) {
		return Place{}, false
	}
	if out, ok := p.mendOutward(s); ok && (p.out[out] != nil || digits) {
		return p.ofOutward(out), true
	}
	return Place{}, false
}

func isASCIIWord(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
