package understand

import (
	"slices"
	"strings"

	"linkline/locales"
)

// settled is the place of somebody who has a place to stay and of somebody
// who has none: the first is where the hostel is, the second is "nfa", with
// the part of London they named beside it. ok is false where the text speaks
// of neither.
func (r *Reader) settled(lexs []*lexicon, folded string, words, alone []string) (Place, bool) {
	var hard, stays bool
	for _, x := range lexs {
		hard = hard || x.noHome.inside(words) || x.noHome.inside(alone)
		stays = stays || x.stays.inside(words) || x.stays.inside(alone)
	}
	if !hard && !stays {
		return Place{}, false
	}
	at, named := r.places.postcode(folded, strings.Join(alone, " "))
	if !named {
		at = r.places.find(lexs, words, alone)
	}
	named = at.Answer != string(Unclear)
	switch {
	case hard && len(strings.Fields(at.Answer)) == 2 && !strings.HasPrefix(at.Answer, "area:"): // a whole postcode is an address
		return at, true
	case hard && named && at.Answer != "outside":
		at.Answer = "nfa"
		return at, true
	case !hard && named:
		return at, true
	}
	return Place{Answer: "nfa"}, true
}

// elsewhere are places that people name beside the one where they live, and
// former is what tells of a home that is none any more or not yet.
var (
	elsewhere = set([]string{"gp", "doctor", "doctors", "dr", "surgery", "dentist", "school", "college", "university", "uni", "nursery", "work", "works", "job", "solicitor", "probation"})
	former    = set([]string{"used to live", "used to stay", "used to be in", "moved from", "moving to", "move to", "moving from", "born in", "grew up"})
	beside    = set([]string{"near", "by", "opposite", "close to", "next to", "behind", "beside", "round", "around"})
	living    = set([]string{"i live", "i stay", "i am in", "i am at", "im in", "im at", "i am near", "im near", "we live", "we stay", "living", "i am living", "im living", "i am staying", "im staying", "staying", "my home is", "my house is", "my flat is", "home is", "i am", "im"})
)

// lived keeps what a text says of the place where somebody lives and leaves
// out where their doctor is. ok is false where it says nothing of that: "my
// gp is in E6" is no home.
func lived(lexs []*lexicon, words []string) (kept []string, ok bool) {
	if former.inside(words) {
		return nil, false
	}
	other := -1
	for i := range words {
		if elsewhere.at(words[i:]) > 0 && (i == 0 || beside.behind(words[:i]) == 0 && (i == 1 || beside.behind(words[:i-1]) == 0)) {
			other = i
			break
		}
	}
	if other < 0 {
		return words, true
	}
	home := -1
	for i := range words {
		if n := living.at(words[i:]); n > 0 && !slices.Contains([]string{"and", "but"}, words[min(i+n, len(words)-1)]) {
			home = i
		}
		for _, x := range lexs {
			if x.tag != locales.Base && x.live.at(words[i:]) > 1 {
				home = i
			}
		}
	}
	switch {
	case home < 0:
		return nil, false
	case home > other:
		return words[home:], true
	}
	return words[:other], true
}
