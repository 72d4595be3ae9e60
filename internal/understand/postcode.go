package understand

import (
	"regexp"
	"slices"
	"strconv"
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

// ofOutward is what an outward code says.
func (p *places) ofOutward(out string) Place {
	list, ok := p.out[out]
	if !ok {
		return Place{Answer: "outside", Outcode: out}
	}
	pl := Place{Answer: out, Outcode: out}
	if list[0].share >= sure {
		pl.Borough = list[0].borough
		return pl
	}
	for _, s := range list {
		if s.share >= 1-sure {
			pl.Boroughs = append(pl.Boroughs, s.borough)
		}
	}
	if len(pl.Boroughs) == 1 {
		pl.Borough, pl.Boroughs = pl.Boroughs[0], nil
	}
	return pl
}

// ofFull is what a full postcode says: its sector names the borough, and the
// postcodes that lie elsewhere are listed.
func (p *places) ofFull(out, in string) Place {
	pl := p.ofOutward(out)
	if pl.Answer == "outside" {
		return pl
	}
	pl.Answer = out + " " + in
	line, ok := p.sectors[out+in[:1]]
	if !ok {
		return pl // built since the list was made: the outward code says what it can
	}
	fields := strings.Fields(line)
	n, _ := strconv.Atoi(fields[0])
	for _, f := range fields[1:] {
		at, units, _ := strings.Cut(f, ":")
		for i := 0; i+2 <= len(units); i += 2 {
			if units[i:i+2] == in[1:] {
				n, _ = strconv.Atoi(at)
			}
		}
	}
	if n == 0 {
		return Place{Answer: "outside", Outcode: out}
	}
	pl.Borough, pl.Boroughs = boroughsByCode[n-1], nil
	return pl
}

// areas are the postcode areas of Britain with the highest district that a
// Londoner may be near; 99 where any is taken.
var areas = func() map[string]int {
	m := map[string]int{"BR": 8, "CR": 9, "DA": 18, "EN": 11, "HA": 9, "IG": 11, "KT": 24, "RM": 20, "SM": 7, "TN": 40, "TW": 20, "UB": 11, "WD": 25}
	for a := range strings.FieldsSeq("AB AL B BA BB BD BH BL BN BS BT CA CB CF CH CM CO CT CV CW DD DE DG DH DL DN DT DY EH EX FK FY G GL GU HD HG HP HR HS HU HX IP IV KA KW KY L LA LD LE LL LN LS LU M ME MK ML NE NG NN NP NR OL OX PA PE PH PL PO PR RG RH S SA SG SK SL SN SO SP SR SS ST SY TA TD TF TQ TR TS WA WF WN WR WS WV YO ZE JE GY IM") {
		m[a] = 99
	}
	return m
}()

// realArea tells whether an outward code outside London can exist. London's
// own areas are listed whole: what is not there is a slip.
func realArea(out string) bool {
	i := strings.IndexAny(out, "0123456789")
	if i <= 0 || slices.Contains([]string{"E", "EC", "N", "NW", "SE", "SW", "W", "WC"}, out[:i]) {
		return false
	}
	n, err := strconv.Atoi(strings.TrimRight(out[i:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	highest, ok := areas[out[:i]]
	return err == nil && ok && n <= highest
}
