package understand

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linkline/bot"
	"linkline/internal/fold"
	"linkline/locales"
)

// Offers finds the answers that a longer text gives in passing. It takes only
// what is clear; everything else will be asked.
func (r *Reader) Offers(lang, text string) map[string]bot.Value {
	return r.offersOf(r.in(lang), lang, hear(text))
}

func (r *Reader) offersOf(lexs []*lexicon, lang string, s said) map[string]bot.Value {
	words, text := s.words, s.raw
	if len(words) < 4 {
		return nil
	}
	out := map[string]bot.Value{}
	typed := bot.Words(text)
	if name := r.offeredName(lexs, text); name != "" {
		out["name"] = bot.Value{Text: bot.Words(name), Typed: typed}
	}
	if age, ok := r.offeredAge(lexs, s); ok {
		if ids := band([]string{"young", "adult", "older"}, age); ids != nil {
			out["who"] = bot.Value{IDs: ids, Number: age, Typed: typed}
		}
	}
	if p, ok := r.places.postcode(s.folded, ""); ok && p.Answer != "outside" && p.Outcode != "" {
		v := r.place(lang, p.Answer)
		if v.Kind == bot.AnswerValue {
			v.Value.Typed = typed
			out["place"] = v.Value
		}
	} else if a := r.livesIn(lexs, words); a != nil {
		a.Typed = typed
		out["place"] = *a
	}
	if ids := r.needsOf(lexs, s); len(ids) > 0 {
		out["needs"] = bot.Value{IDs: ids, Text: typed, Typed: typed}
	}
	if c := r.contactOf(lexs, s); len(c.Ways)+len(c.NotWays) > 0 {
		b := toBot(c)
		out["contact"] = bot.Value{Contact: &b, Text: typed, Typed: typed}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// capital is a name as people write it, or any word where the script has no
// capitals.
var nameWord = regexp.MustCompile(`^[\p{Lu}\p{Lo}][\p{L}\p{M}'’-]+$`)

// offeredName takes a name only behind "my name is", "im" and the like, and
// only where it is written as one.
func (r *Reader) offeredName(lexs []*lexicon, text string) string {
	fields := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,.;!?\n\t،।", c) })
	plain := make([]string, len(fields))
	for i, f := range fields {
		plain[i] = fold.Key(f)
	}
	for _, x := range lexs {
		for i := range fields {
			n := x.nameIs.at(plain[i:])
			if n == 0 || i+n >= len(fields) {
				continue
			}
			w, k := fields[i+n], plain[i+n]
			if nameWord.MatchString(w) && !x.known(k) && !r.english().known(k) && r.names.tag[k] == "" && !stateWords[k] && r.places.names[k].area == "" {
				return w
			}
		}
	}
	return ""
}

var ageBare = regexp.MustCompile(`(?:^|[ ,.;])(?:(?:im|i'm|i am|aged|age)[ ,]+(?:[\p{L}'-]+[ ,]+)?)(\d{1,2})(?:[ ,.;]|$)|,\s*(\d{2})\s*,`)

// offeredAge takes a number beside "years", behind "I am", or alone between
// commas.
func (r *Reader) offeredAge(lexs []*lexicon, s said) (int, bool) {
	folded := s.folded
	if !strings.ContainsAny(folded, "0123456789") && !s.holds(lexs) {
		return 0, false
	}
	words := splitDigits(s.words)
	for _, x := range lexs {
		for i := 1; i < len(words); i++ {
			if x.age.at(words[i:]) == 0 {
				continue
			}
			f, ok := figureAt([]*lexicon{x}, words[i-1:])
			if !ok || f.n < 10 || f.n > 110 || f.words != 1 || strings.Contains(folded, "ago") || lasting(words, i) {
				continue
			}
			return f.n, true
		}
	}
	if m := ageBare.FindStringSubmatch(folded); m != nil {
		digits := m[1] + m[2]
		if n, err := strconv.Atoi(digits); err == nil && n >= 13 && n <= 99 {
			return n, true
		}
	}
	return 0, false
}

// holds tells whether a text says "years" in any way.
func (s said) holds(lexs []*lexicon) bool {
	for _, x := range lexs {
		if x.age.inside(s.words) {
			return true
		}
	}
	return false
}

// durations follow "years" where they are no age: "10 years in the UK".
var durations = map[string]bool{"in": true, "since": true, "now": true, "ago": true, "here": true, "living": true, "waiting": true}

// lasting tells whether the years at a word are how long something lasts, or
// somebody else's age.
func lasting(words []string, i int) bool {
	if i+1 < len(words) && durations[words[i+1]] {
		return true
	}
	for j := max(0, i-5); j < i-1; j++ {
		if w := words[j]; kin[w] || (w == "for" || w == "been" || w == "since") && j == i-2 {
			return true
		}
	}
	return false
}

// kin are people whose age a text may tell beside the writer's own.
var kin = map[string]bool{"son": true, "sons": true, "daughter": true, "daughters": true, "kid": true, "kids": true, "child": true, "children": true, "boy": true, "girl": true, "baby": true, "mum": true, "mother": true, "dad": true, "father": true, "husband": true, "wife": true, "nan": true, "brother": true, "sister": true}

// livesIn takes a place only behind "I live in" and the like.
func (r *Reader) livesIn(lexs []*lexicon, words []string) *bot.Value {
	for _, x := range lexs {
		for i := range words {
			lead := x.live.at(words[i:])
			if lead < 2 && (lead == 0 || x.tag == locales.Base || x.common[words[i]]) {
				continue
			}
			rest := words[i+lead:]
			for n := min(4, len(rest)); n >= 1; n-- {
				p, ok := r.places.names[strings.Join(rest[:n], " ")]
				if !ok || p.kind != inLondon {
					continue
				}
				got := p.place()
				flag := "sure"
				if len(got.Boroughs) > 1 {
					flag = "ambiguous"
				}
				return &bot.Value{Text: bot.Words(got.Area), Flag: flag, Place: &bot.Place{Area: got.Area, Borough: got.Borough, Boroughs: got.Boroughs, Basis: "told"}}
			}
		}
	}
	return nil
}

// Ready names the slots that Offers may fill, in the order of the questions.
func Ready(m map[string]bot.Value) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
