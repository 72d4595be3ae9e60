package understand

import (
	"regexp"
	"slices"
	"strings"

	"linkline/bot"
	"linkline/internal/fold"
)

// Offers finds the answers that a longer text gives in passing. It takes only
// what is clear; everything else will be asked.
func (r *Reader) Offers(lang, text string) map[string]bot.Value {
	words := fold.Words(text)
	if len(words) < 4 {
		return nil
	}
	out := map[string]bot.Value{}
	typed := bot.Words(text)
	if name := r.offeredName(lang, text); name != "" {
		out["name"] = bot.Value{Text: bot.Words(name), Typed: typed}
	}
	if age, ok := r.offeredAge(lang, text); ok {
		if ids := band([]string{"young", "adult", "older"}, age); ids != nil {
			out["who"] = bot.Value{IDs: ids, Number: age, Typed: typed}
		}
	}
	if p, ok := r.code(fold.Text(text)); ok && p.Answer != "outside" {
		v := r.place(lang, p.Outcode)
		if v.Kind == bot.AnswerValue {
			v.Value.Typed = typed
			out["place"] = v.Value
		}
	} else if a := r.livesIn(lang, words); a != nil {
		a.Typed = typed
		out["place"] = *a
	}
	if ids := r.Needs(lang, text); len(ids) > 0 {
		out["needs"] = bot.Value{IDs: ids, Text: typed, Typed: typed}
	}
	if c := r.Contact(lang, text); len(c.Ways)+len(c.NotWays) > 0 {
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
func (r *Reader) offeredName(lang, text string) string {
	fields := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,.;!?\n\t،।", c) })
	for _, x := range r.in(lang) {
		for _, lead := range x.nameIs {
			n := len(strings.Fields(lead))
			for i := 0; i+n < len(fields); i++ {
				if fold.Key(strings.Join(fields[i:i+n], " ")) != lead {
					continue
				}
				w := fields[i+n]
				k := fold.Key(w)
				if nameWord.MatchString(w) && !x.not[k] && !r.detect.common(x.tag, k) && x.needs[k] == "" && r.names[k] == "" && r.places.names[k].area == "" {
					return w
				}
			}
		}
	}
	return ""
}

var ageBare = regexp.MustCompile(`(?:^|[ ,.;])(?:(?:im|i'm|i am|aged|age)[ ,]+(?:[\p{L}'-]+[ ,]+)?)(\d{1,2})(?:[ ,.;]|$)|,\s*(\d{2})\s*,`)

// offeredAge takes a number beside "years", behind "I am", or alone between
// commas.
func (r *Reader) offeredAge(lang, text string) (int, bool) {
	folded := fold.Text(text)
	words := fold.Cut(folded)
	for _, x := range r.in(lang) {
		for _, years := range x.age {
			if i := phraseAt(words, years); i > 0 {
				if n, ok := number([]*lexicon{x}, words[i-1]); ok && n >= 10 && n <= 110 {
					return n, !strings.Contains(folded, "ago")
				}
			}
		}
	}
	if m := ageBare.FindStringSubmatch(folded); m != nil {
		digits := m[1] + m[2]
		if n, ok := number(nil, digits); ok && n >= 13 && n <= 99 {
			return n, true
		}
	}
	return 0, false
}

// livesIn takes a place only behind "I live in" and the like.
func (r *Reader) livesIn(lang string, words []string) *bot.Value {
	for _, x := range r.in(lang) {
		for _, lead := range x.live {
			if len(strings.Fields(lead)) < 2 {
				continue
			}
			i := phraseAt(words, lead)
			if i < 0 {
				continue
			}
			rest := words[i+len(strings.Fields(lead)):]
			for n := min(3, len(rest)); n >= 1; n-- {
				if p, ok := r.places.names[strings.Join(rest[:n], " ")]; ok && p.borough != "?" && p.borough != "-" {
					return &bot.Value{Text: bot.Words(p.area), Flag: "sure", Place: &bot.Place{Area: p.area, Borough: p.borough, Basis: "told"}}
				}
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
