package understand

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Place is where somebody lives or stays, as CONTRACT 5 writes it.
type Place struct {
	Answer   string   // "IG11 8HE", "IG11", "area:Barking", "nfa", "outside", "refused", "unclear"
	Outcode  string   // outward part; all that is ever kept of a postcode
	Area     string   // English name of a place
	Borough  string   // where it is sure
	Boroughs []string // candidates, the likeliest first, where it is not
}

// Postcode reads a postcode, a London place, "no home", or a refusal.
func (r *Reader) Postcode(lang, text string) Place {
	return r.placeOf(r.in(lang), hear(text))
}

func (r *Reader) placeOf(lexs []*lexicon, s said) Place {
	if len(s.words) == 0 {
		return Place{Answer: string(Unclear)}
	}
	if r.refusedOf(lexs, s) {
		return Place{Answer: "refused"}
	}
	words, halfway := corrected(lexs, s.words)
	if halfway {
		return Place{Answer: string(Unclear)}
	}
	folded := s.folded
	home, ok := lived(lexs, words)
	if !ok {
		return Place{Answer: string(Unclear)}
	}
	if words = home; len(words) < len(s.words) {
		folded = strings.Join(words, " ")
	}
	alone := withoutLive(lexs, trimmed(lexs, words))
	if n, ok := r.places.names[strings.Join(alone, " ")]; ok && len(alone) > 1 && n.kind == inLondon {
		return n.place()
	}
	if p, ok := r.settled(lexs, folded, words, alone); ok {
		return p
	}
	if p, ok := r.places.postcode(folded, strings.Join(alone, " ")); ok {
		return p
	}
	for _, x := range lexs {
		if x.outside.inside(words) || slices.ContainsFunc(words, x.bentOutside) {
			return Place{Answer: "outside"}
		}
	}
	if slices.ContainsFunc(words, notHere(lexs)) && len(words) > 2 {
		return Place{Answer: string(Unclear)}
	}
	return r.places.find(lexs, words, alone)
}

// bentOutside finds a name from outside London with an ending of the language:
// "в Манчестере", "в Москве".
func (x *lexicon) bentOutside(w string) bool {
	for _, end := range x.placeSuffix {
		stem, ok := strings.CutSuffix(w, end)
		if !ok || utf8.RuneCountInString(stem) < 4 {
			continue
		}
		if x.outside.has(stem) || x.outside.has(stem+"а") || x.outside.has(stem+"is") || x.outside.has(stem+"as") {
			return true
		}
	}
	return false
}

// notHere finds "not in Barking any more".
func notHere(lexs []*lexicon) func(string) bool {
	return func(w string) bool {
		for _, x := range lexs {
			if x.not.has(w) && !x.no.has(w) && !x.common[w] {
				return true
			}
		}
		return w == "not" || w == "dont"
	}
}

// withoutLive takes "I live in" and the like from around a place.
func withoutLive(lexs []*lexicon, words []string) []string {
	for range 3 {
		n := len(words)
		for _, x := range lexs {
			if k := x.live.at(words); k > 0 && k < len(words) {
				words = words[k:]
			}
			if k := x.liveBehind.behind(words); k > 0 && k < len(words) {
				words = words[:len(words)-k]
			}
			words = x.bare(words)
		}
		if n == len(words) {
			break
		}
	}
	if len(words) > 1 && words[0] == "the" {
		words = words[1:]
	}
	return words
}

// find looks for a place by name: the bare words, then a name inside them,
// then a slip of the thumb.
func (p *places) find(lexs []*lexicon, words, alone []string) Place {
	if len(words) > 30 || len(alone) == 0 {
		return Place{Answer: string(Unclear)}
	}
	words, alone = spelt(words), spelt(alone)
	if n, ok := p.names[strings.Join(words, " ")]; ok {
		return n.place()
	}
	if n, ok := p.inside(lexs, words); ok {
		return n
	}
	if n, ok := p.names[strings.Join(alone, " ")]; ok {
		return n.place()
	}
	if n, ok := p.suffixed(lexs, alone); ok {
		return n.place()
	}
	if n, ok := p.slipped(lexs, alone); ok {
		return n.place()
	}
	return Place{Answer: string(Unclear)}
}

// shorthand is how people shorten parts of names.
var shorthand = map[string]string{"pk": "park", "rd": "road", "grn": "green", "sq": "square", "bdwy": "broadway", "bway": "broadway", "nth": "north", "sth": "south", "stn": "station", "ctrl": "central", "twn": "town", "hosp": "hospital"}

func spelt(words []string) []string {
	out := words
	for i, w := range words {
		full, ok := shorthand[w]
		if w == "x" && i > 0 && words[i-1] == "kings" {
			full, ok = "cross", true
		}
		if ok {
			out = slices.Clone(out)
			out[i] = full
		}
	}
	return out
}

// inside finds the names that words hold. Two that lie in different boroughs
// are unclear, unless one is the borough of the other.
func (p *places) inside(lexs []*lexicon, words []string) (Place, bool) {
	var hits []named
	for i := 0; i < len(words); {
		n := min(p.max, len(words)-i)
		for ; n > 0; n-- {
			k := strings.Join(words[i:i+n], " ")
			hit, ok := p.names[k]
			if !ok || hit.kind == noPlace && len(hits) > 0 {
				continue
			}
			if n == 1 && (ambiguousWord[k] || utf8.RuneCountInString(k) < 4 && k[0] < 0x80 || isCommon(lexs, k)) && !leads(lexs, words[:i]) {
				continue
			}
			hits = append(hits, hit)
			break
		}
		i += max(n, 1)
	}
	hits = slices.DeleteFunc(hits, func(n named) bool { return n.kind == noPlace })
	if len(hits) == 0 {
		return Place{}, false
	}
	first := hits[0]
	for _, h := range hits[1:] {
		switch {
		case h.area == first.area:
		case h.kind != first.kind:
			return Place{Answer: string(Unclear)}, true
		case h.area == first.boroughName() || slices.Contains(first.boroughs, h.boroughName()) && h.isBorough():
			if h.isBorough() {
				first.boroughs = []string{h.boroughName()}
			}
		case first.isBorough() && slices.Contains(h.boroughs, first.boroughName()):
			h.boroughs = []string{first.boroughName()}
			first = h
		case slices.Equal(h.boroughs, first.boroughs):
		default:
			return Place{Answer: string(Unclear)}, true
		}
	}
	return first.place(), true
}

func isCommon(lexs []*lexicon, w string) bool {
	for _, x := range lexs {
		if x.common[w] || x.needs.of[w] != "" {
			return true
		}
	}
	return false
}

// leads tells whether words end in "I live in" and the like.
func leads(lexs []*lexicon, words []string) bool {
	for _, x := range lexs {
		if x.live.behind(words) > 0 {
			return true
		}
	}
	return false
}

// ambiguousWord are names of places that are words of their own; inside a
// sentence they count only behind "I live in".
var ambiguousWord = map[string]bool{
	"bank": true, "angel": true, "borough": true, "oval": true, "monument": true, "temple": true, "strand": true, "elephant": true, "valence": true, "reading": true, "bath": true, "bury": true,
	"hull": true, "derby": true, "preston": true, "victoria": true, "hook": true, "excel": true, "arena": true, "springfield": true, "mayfield": true, "chadwell": true, "alexandra": true, "upton": true,
	"heath": true, "cavendish": true, "cleveland": true, "riverside": true, "cathedrals": true, "brooklands": true, "beverley": true, "faraday": true, "stanley": true, "hove": true, "dover": true,
	"shaftesbury": true, "munster": true, "weavers": true, "underhill": true, "alibon": true, "nightingale": true, "bishop's": true, "bishops": true, "princes": true, "durham": true, "lee": true, "evelyn": true,
	"england": true, "uk": true, "london": true, "chelsea": true, "grange": true, "chessington": false, "alton": true, "york": true, "lincoln": true, "bedford": true, "newport": true, "lancaster": true, "the lane": true,
}

// suffixed takes an ending of the language from the last word: "Barking'de".
func (p *places) suffixed(lexs []*lexicon, words []string) (named, bool) {
	for _, x := range lexs {
		for _, end := range x.placeSuffix {
			for i, w := range words {
				stem, ok := strings.CutSuffix(w, end)
				if !ok || utf8.RuneCountInString(stem) < 3 || i > 2 {
					continue
				}
				for from := 0; from <= i; from++ {
					if n, ok := p.names[strings.Join(append(slices.Clone(words[from:i]), stem), " ")]; ok {
						return n, true
					}
				}
			}
		}
	}
	return named{}, false
}

// slipped finds a name one slip away, two from nine letters. Two names of
// different boroughs are none.
func (p *places) slipped(lexs []*lexicon, words []string) (named, bool) {
	for n := min(3, len(words)); n >= 1; n-- {
		for i := 0; i+n <= len(words); i++ {
			part := strings.Join(words[i:i+n], " ")
			length := utf8.RuneCountInString(part)
			if length < 5 || len(words) > 6 || isCommon(lexs, part) {
				continue
			}
			most := 1
			if length >= 9 {
				most = 2
			}
			for d := 1; d <= most; d++ {
				var hit *named
				clash := false
				p.near.find(part, d, func(name string) {
					h := p.names[name]
					if len([]rune(name)) < 5 || h.kind == noPlace {
						return
					}
					if hit != nil && !slices.Equal(hit.boroughs, h.boroughs) {
						clash = true
					}
					if hit == nil || len(name) > len(hit.area) {
						hit = &h
					}
				})
				if clash {
					return named{}, false
				}
				if hit != nil {
					return *hit, true
				}
			}
		}
	}
	return named{}, false
}
