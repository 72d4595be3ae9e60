package understand

import (
	"slices"
	"strconv"
	"strings"
)

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
