package understand

import (
	"regexp"
	"slices"

	"linkline/bot"
	"linkline/internal/fold"
)

// contactAnswer reads numbers of the menu, then own words: "3 not mondays" is
// both.
func (r *Reader) contactAnswer(lang string, a *bot.Asked, choices []string, text string) bot.Answer {
	picked, rest, numbers := text, "", r.onlyNumbers(lang, text)
	if g := menuFirst.FindStringSubmatch(fold.Text(text)); !numbers && g != nil && r.sameTime(lang, text, g[2]) {
		picked, rest = g[1], g[2]
	}
	pick := r.choice(lang, a, choices, picked, true)
	if rest == "" && !numbers && !slices.ContainsFunc(choices, func(c string) bool { return fold.Key(c) == fold.Key(text) }) {
		if own := r.Contact(lang, text); !own.Empty() {
			pick, rest = bot.Answer{}, text
		}
	}
	got := menuContact(pick.Value.IDs)
	if rest != "" {
		got = joined(got, toBot(r.Contact(lang, rest)))
	}
	return value(!empty(got), bot.Value{IDs: pick.Value.IDs, Contact: &got, Text: bot.Words(text)})
}

// menuFirst is numbers of a menu in front of own words.
var menuFirst = regexp.MustCompile(`^\s*((?:[1-9](?:\s*[,&+.)]\s*|\s+and\s+|\s+))+)(\D.*)$`)

// sameTime tells whether numbers in front belong to no time of day: what is
// said with them is said without them.
func (r *Reader) sameTime(lang, whole, rest string) bool {
	a, okA := r.ContactTime(lang, whole)
	b, okB := r.ContactTime(lang, rest)
	return okA == okB && slices.Equal(a.Days, b.Days) && a.After == b.After && a.Before == b.Before && a.Around == b.Around
}

// onlyNumbers tells whether a text is an answer to a menu by number and
// nothing else.
func (r *Reader) onlyNumbers(lang, text string) bool {
	lexs := r.in(lang)
	_, found, other := figures(lexs, splitDigits(withoutFillers(lexs, hear(text).words)))
	return found > 0 && other == 0
}

func withoutFillers(lexs []*lexicon, words []string) (out []string) {
	for i := 0; i < len(words); {
		if n := filler(lexs, words[i:]); n > 0 {
			i += n
			continue
		}
		out = append(out, words[i])
		i++
	}
	return out
}

// menuContact is what the options of the menu stand for.
func menuContact(ids []string) bot.Contact {
	var c bot.Contact
	for _, id := range ids {
		switch id {
		case "call_day":
			c.Ways = append(c.Ways, "call")
			c.Parts = append(c.Parts, "morning", "afternoon")
		case "call_evening":
			c.Ways = append(c.Ways, "call")
			c.Parts = append(c.Parts, "evening")
		case "text":
			c.Ways = append(c.Ways, "text")
		case "woman", "man":
			c.Gender = id
		case "interpreter":
			c.Interpreter = true
		}
	}
	slices.Sort(c.Ways)
	c.Ways = slices.Compact(c.Ways)
	return c
}

// joined is a choice from the menu with what own words add; where they speak
// of the same thing, own words are right.
func joined(menu, own bot.Contact) bot.Contact {
	own.Ways = append(own.Ways, menu.Ways...)
	slices.Sort(own.Ways)
	own.Ways = slices.Compact(own.Ways)
	own.Ways = slices.DeleteFunc(own.Ways, func(w string) bool { return slices.Contains(own.NotWays, w) })
	if own.After+own.Before+own.Around == "" && len(own.Parts) == 0 {
		own.Parts = menu.Parts
	}
	if slices.Equal(menu.Parts, []string{"evening"}) && own.After < "12:00" && own.Before < "12:00" && own.Around < "12:00" {
		own.Parts, own.After, own.Before, own.Around = menu.Parts, "", "", "" // "evening, but after 8": which eight is not said
	}
	if own.Gender == "" {
		own.Gender = menu.Gender
	}
	own.Interpreter = own.Interpreter || menu.Interpreter
	return own
}

func toBot(c Contact) bot.Contact {
	return bot.Contact{
		Ways: c.Ways, NotWays: c.NotWays, Parts: c.Time.Part, After: c.Time.After, Before: c.Time.Before,
		Around: c.Time.Around, Days: c.Time.Days, NotDays: c.Time.NotDays, Gender: c.Gender,
		Interpreter: c.Interpreter, Needs: c.Access,
	}
}

func empty(c bot.Contact) bool {
	return len(c.Ways)+len(c.NotWays)+len(c.Parts)+len(c.Days)+len(c.NotDays)+len(c.Needs) == 0 &&
		c.After+c.Before+c.Around+c.Gender == "" && !c.Interpreter
}
