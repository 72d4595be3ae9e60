package understand

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linkline/internal/fold"
	"linkline/locales"
)

//go:embed data/outcodes.csv
var outcodesCSV string

//go:embed data/sectors.txt
var sectorsTXT string

//go:embed data/places.txt
var placesTXT string

// boroughsByCode are London's boroughs in the order of their GSS codes, which
// sectors.txt counts by.
var boroughsByCode = []string{
	"City of London", "Barking and Dagenham", "Barnet", "Bexley", "Brent", "Bromley", "Camden", "Croydon", "Ealing", "Enfield", "Greenwich", "Hackney",
	"Hammersmith and Fulham", "Haringey", "Harrow", "Havering", "Hillingdon", "Hounslow", "Islington", "Kensington and Chelsea", "Kingston upon Thames",
	"Lambeth", "Lewisham", "Merton", "Newham", "Redbridge", "Richmond upon Thames", "Southwark", "Sutton", "Tower Hamlets", "Waltham Forest", "Wandsworth", "Westminster",
}

// Boroughs lists the London boroughs by name.
func Boroughs() []string {
	out := slices.Clone(boroughsByCode)
	slices.Sort(out)
	return out
}

type share struct {
	borough string
	share   float64
}

// places are the postcodes and names of London.
type places struct {
	out     map[string][]share
	sectors map[string]string // "BR11" (sector BR1 1) → its line of sectors.txt
	names   map[string]named
	max     int
	near    near
}

// Kinds of names.
const (
	inLondon = iota
	outsideLondon
	noPlace
)

// named is a place by its English name.
type named struct {
	area     string
	boroughs []string
	kind     int
}

func (n named) isBorough() bool { return slices.Contains(boroughsByCode, n.area) || n.short() }

// short tells whether the name is a borough's everyday name: "Kingston".
func (n named) short() bool {
	return len(n.boroughs) == 1 && (strings.HasPrefix(n.boroughs[0], n.area+" ") || n.area == "Barking" && n.boroughs[0] == "Barking and Dagenham")
}

func (n named) boroughName() string {
	if len(n.boroughs) == 1 {
		return n.boroughs[0]
	}
	return ""
}

func (n named) place() Place {
	switch n.kind {
	case outsideLondon:
		return Place{Answer: "outside", Area: n.area}
	case noPlace:
		return Place{Answer: string(Unclear)}
	}
	p := Place{Answer: "area:" + n.area, Area: n.area, Borough: n.boroughName()}
	if p.Borough == "" {
		p.Boroughs = slices.Clone(n.boroughs)
	}
	return p
}

func loadPlaces(c *locales.Catalog) (places, error) {
	p := places{out: map[string][]share{}, sectors: map[string]string{}, names: map[string]named{}, near: near{}}
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
	for line := range strings.Lines(sectorsTXT) {
		if sector, rest, ok := strings.Cut(strings.TrimSpace(line), "="); ok && line[0] != '#' {
			p.sectors[sector] = rest
		}
	}
	for line := range strings.Lines(placesTXT) {
		if err := p.load(strings.TrimSpace(line)); err != nil {
			return p, err
		}
	}
	for _, l := range c.Languages() {
		for english, list := range l.Words.Places {
			n, ok := p.names[fold.Key(english)]
			if !ok {
				continue
			}
			for _, name := range list {
				p.add(name, n)
			}
		}
	}
	return p, nil
}

// load reads a line of places.txt.
func (p *places) load(line string) error {
	where, list, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("understand: data/places.txt: %q has no names", line)
	}
	n := named{}
	switch where {
	case "?":
		n.kind = noPlace
	case "-":
		n.kind = outsideLondon
	default:
		n.boroughs = strings.Split(where, " + ")
		for _, b := range n.boroughs {
			if !slices.Contains(boroughsByCode, b) {
				return fmt.Errorf("understand: data/places.txt: %q is no borough", b)
			}
		}
		if len(n.boroughs) == 1 {
			p.add(where, named{area: where, boroughs: n.boroughs})
		}
	}
	for name := range strings.SplitSeq(list, ", ") {
		n.area = name
		if short, ok := shortNames[name]; ok {
			n.area = short
		}
		p.add(name, n)
	}
	return nil
}

// shortNames are ways to write a borough that are no name to show.
var shortNames = map[string]string{"bd": "Barking and Dagenham", "lbbd": "Barking and Dagenham", "b d": "Barking and Dagenham"}

// add notes a name; the first place that has it keeps it. "St" is also
// written out, "and" left out.
func (p *places) add(name string, n named) {
	k := fold.Key(name)
	for _, k := range []string{k, strings.ReplaceAll(" "+k, " st ", " saint ")[1:], strings.Join(strings.Fields(strings.ReplaceAll(" "+k+" ", " and ", " ")), " ")} {
		if _, ok := p.names[k]; ok || k == "" || len(k) < len(fold.Key(name))-4 {
			continue
		}
		p.names[k] = n
		p.max = max(p.max, strings.Count(k, " ")+1)
		p.near.add(k)
	}
}
