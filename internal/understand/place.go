package understand

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linkline/internal/fold"
)

//go:embed data/outcodes.csv
var outcodesCSV string

//go:embed data/places.txt
var placesTXT string

// Place is where somebody lives or stays, as CONTRACT 5 writes it.
type Place struct {
	Answer   string   // "IG11 8HE", "IG11", "area:Barking", "nfa", "outside", "refused", "unclear"
	Outcode  string   // outward part; all that is ever kept of a postcode
	Area     string   // English name of a place
	Borough  string   // where it is sure
	Boroughs []string // candidates, the likeliest first, where it is not
}

type share struct {
	borough string
	share   float64
}

type places struct {
	out   map[string][]share
	names map[string]named
	long  []string // names, the longest first
}

type named struct{ area, borough string }

// sure is the share from which an outward code names its borough.
const sure = 0.97

func loadPlaces() (places, error) {
	p := places{out: map[string][]share{}, names: map[string]named{}}
	rows, err := csv.NewReader(strings.NewReader(outcodesCSV)).ReadAll()
	if err != nil {
		return p, fmt.Errorf("understand: outcodes: %w", err)
	}
	for _, row := range rows[1:] {
		s, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			return p, fmt.Errorf("understand: outcodes: %w", err)
		}
		p.out[row[0]] = append(p.out[row[0]], share{row[1], s})
	}
	for _, list := range p.out {
		slices.SortFunc(list, func(a, b share) int {
			if a.share > b.share {
				return -1
			}
			return 1
		})
	}
	for line := range strings.Lines(placesTXT) {
		borough, rest, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		english := ""
		for name := range strings.SplitSeq(rest, ", ") {
			if isLatin(name) {
				english = name
			} else if english == "" || english != borough {
				english = borough
			}
			k := fold.Key(name)
			if _, ok := p.names[k]; !ok {
				p.names[k] = named{strings.ToUpper(english[:1]) + english[1:], borough}
				p.long = append(p.long, k)
			}
		}
	}
	slices.SortFunc(p.long, func(a, b string) int { return len(b) - len(a) })
	return p, nil
}

func isLatin(s string) bool { return s[0] < 0x80 }

// postcode is a full or outward code with the slips people make: l or I for 1,
// O for 0, any spacing.
var postcode = regexp.MustCompile(`(?i)(?:^|[^a-z0-9])([a-z]{1,2})([0-9oil]{1,2}[a-z]?)(?:\s*([0-9o][a-z]{2}))?(?:[^a-z0-9]|$)`)

// Postcode reads a postcode, a London place, "no home", or a refusal.
func (r *Reader) Postcode(lang, text string) Place {
	if r.Refused(lang, text) {
		return Place{Answer: "refused"}
	}
	folded := fold.Text(text)
	if p, ok := r.code(folded); ok {
		return p
	}
	key := fold.Key(text)
	for _, x := range r.in(lang) {
		for _, p := range x.noHome {
			if has(key, p) {
				return Place{Answer: "nfa"}
			}
		}
	}
	for _, x := range r.in(lang) {
		for _, lead := range x.live {
			if rest, ok := strings.CutPrefix(key+" ", lead+" "); ok && strings.TrimSpace(rest) != "" {
				key = strings.TrimSpace(rest)
				break
			}
		}
	}
	return r.named(key)
}

// code finds a postcode in a folded text.
func (r *Reader) code(folded string) (Place, bool) {
	for _, m := range postcode.FindAllStringSubmatch(folded, -1) {
		out := strings.ToUpper(m[1]) + fixDigits(m[2])
		in := ""
		if m[3] != "" {
			in = strings.ToUpper(strings.ReplaceAll(m[3][:1], "o", "0") + m[3][1:])
		}
		list, ok := r.places.out[out]
		if !ok && in == "" && len(m[2]) >= 2 {
			continue
		}
		if !ok {
			if in == "" || !areaLetters[strings.ToUpper(m[1])] {
				continue
			}
			return Place{Answer: "outside", Outcode: out}, true
		}
		p := Place{Answer: out, Outcode: out}
		if in != "" {
			p.Answer = out + " " + in
		}
		if list[0].share >= sure {
			p.Borough = list[0].borough
		} else {
			for _, s := range list {
				if s.share >= 1-sure {
					p.Boroughs = append(p.Boroughs, s.borough)
				}
			}
			if len(p.Boroughs) == 1 {
				p.Borough, p.Boroughs = p.Boroughs[0], nil
			}
		}
		return p, true
	}
	return Place{}, false
}

// areaLetters are the postcode areas of Britain: what begins otherwise is no
// postcode at all.
var areaLetters = func() map[string]bool {
	m := map[string]bool{}
	for a := range strings.FieldsSeq("AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE") {
		m[a] = true
	}
	return m
}()

func fixDigits(s string) string {
	b := []byte(strings.ToLower(s))
	for i, c := range b {
		last := i == len(b)-1
		switch {
		case c == 'o' && (i == 0 || !last || len(b) == 2):
			b[i] = '0'
		case (c == 'i' || c == 'l') && (i == 0 || !last || len(b) == 2):
			b[i] = '1'
		}
	}
	return strings.ToUpper(string(b))
}

// named finds a London place by name: the whole text, or a name inside it.
func (r *Reader) named(key string) Place {
	if n, ok := r.places.names[key]; ok {
		return n.place()
	}
	words := strings.Fields(key)
	if len(words) == 0 || len(words) > 12 {
		return Place{Answer: "unclear"}
	}
	for _, name := range r.places.long {
		if len(name) > 3 && has(key, name) {
			return r.places.names[name].place()
		}
	}
	for n := min(3, len(words)); n >= 1; n-- { // a typing slip in a longer name
		for i := 0; i+n <= len(words); i++ {
			part := strings.Join(words[i:i+n], " ")
			if len([]rune(part)) < 6 {
				continue
			}
			hit := ""
			for _, name := range r.places.long {
				if len(name) >= 6 && name[0] == part[0] && fold.Distance(name, part, 1) <= 1 {
					if hit != "" && r.places.names[hit].borough != r.places.names[name].borough {
						hit = "?"
						break
					}
					hit = name
				}
			}
			if hit != "" && hit != "?" {
				return r.places.names[hit].place()
			}
		}
	}
	return Place{Answer: "unclear"}
}

func (n named) place() Place {
	switch n.borough {
	case "-":
		return Place{Answer: "outside", Area: n.area}
	case "?":
		return Place{Answer: "unclear"}
	}
	return Place{Answer: "area:" + n.area, Area: n.area, Borough: n.borough}
}

// Boroughs lists the London boroughs by name.
func Boroughs() []string {
	var out []string
	for line := range strings.Lines(placesTXT) {
		if b, _, ok := strings.Cut(line, ": "); ok && len(b) > 1 {
			out = append(out, b)
		}
	}
	return out
}
