package understand

import (
	"regexp"
	"slices"

	"linkline/bot"
	"linkline/internal/fold"
	"linkline/locales"
)

// Read understands a text against the question that stands open, with the
// texts of its choices as they were shown; asked may be nil.
func (r *Reader) Read(lang string, asked *bot.Asked, choices []string, text string) bot.Understood {
	var u bot.Understood
	s := hear(text)
	u.Lang, u.LangSure = r.Detect(text)
	if tag, spoken := r.serves(u.Lang); spoken {
		u.Lang, u.Spoken = tag, true
	}
	if lang == "" {
		lang = u.Lang
	}
	lexs := r.in(lang)
	scale := asked != nil && asked.Kind == bot.AskScale // where 0 is an answer
	if !scale && s.key == "0" {
		u.Command = "human"
		return u
	}
	if asked == nil || asked.Kind == bot.AskLanguage {
		if tag, spoken, ok := r.languageOf(s); ok {
			u.LangName, u.Spoken = tag, spoken
		}
	}
	u.Command = r.commandOf(lexs, s)
	if u.Command == "none" || scale && s.key == "0" {
		u.Command = ""
	}
	if asked == nil && !u.LangSure {
		if u.Greets = r.greetsIn(s, u.Lang); u.Command == "help" && u.Lang == locales.Base {
			u.Greets = []string{locales.Base} // "I need help" begins like a greeting
		}
	}
	u.More = r.moreOf(lexs, s)
	u.Question = r.questionOf(lexs, s)
	if asked != nil {
		u.Answer = r.answer(lang, asked, choices, text)
		if u.Answer.Kind == bot.AnswerValue && keepsAnswer(u.Command, asked) {
			u.Command = ""
		}
	}
	if asked == nil || len(s.words) > 4 {
		u.Offered = r.offersOf(lexs, lang, s)
	}
	return u
}

// keepsAnswer: words that are commands elsewhere but a plain answer here.
func keepsAnswer(cmd string, asked *bot.Asked) bool {
	switch cmd {
	case "call", "wrong", "start", "language", "change":
		return asked.Kind == bot.AskContact || asked.Kind == bot.AskLanguage || asked.Kind == bot.AskYesNo
	}
	return false
}

// answer reads a text against one question.
func (r *Reader) answer(lang string, a *bot.Asked, choices []string, text string) bot.Answer {
	typed := bot.Words(text)
	for _, kind := range append([]bot.AskKind{a.Kind}, a.Also...) {
		var got bot.Answer
		switch kind {
		case bot.AskYesNo:
			got = r.yesNo(lang, a, text)
		case bot.AskChoice:
			got = r.choice(lang, a, choices, text, false)
		case bot.AskMany:
			got = r.many(lang, a, choices, text)
		case bot.AskLanguage:
			got = r.choice(lang, a, nil, text, false)
		case bot.AskAge:
			got = r.age(lang, a, text)
		case bot.AskName:
			name, refused, ok := r.Name(lang, text)
			got = value(ok && !refused, bot.Value{Text: bot.Words(name)})
			if refused {
				got.Kind = bot.AnswerRefused
			}
		case bot.AskPlace:
			got = r.place(lang, text)
		case bot.AskPhone:
			n, same, ok := r.Phone(lang, text)
			v := bot.Value{Text: bot.Words(n)}
			if same {
				v.IDs = []string{"same"}
			}
			got = value(ok, v)
			if !ok && r.Refused(lang, text) {
				got.Kind = bot.AnswerRefused
			}
		case bot.AskNumber, bot.AskScale:
			said := text
			if g := outOfTen.FindStringSubmatch(fold.Text(text)); g != nil && kind == bot.AskScale {
				said = g[1]
			}
			n, ok := r.Number(lang, said)
			got = value(ok && (kind == bot.AskNumber || n <= 10), bot.Value{Number: n})
		case bot.AskContact:
			got = r.contactAnswer(lang, a, choices, text)
		case bot.AskText:
			got = value(len(fold.Words(text)) > 0 && !r.Greeting(lang, text), bot.Value{Text: typed})
		}
		if got.Kind != bot.AnswerUnclear {
			got.Value.Typed = typed
			return got
		}
	}
	if r.Refused(lang, text) {
		return bot.Answer{Kind: bot.AnswerRefused}
	}
	return bot.Answer{}
}

// outOfTen is how many people answer a scale: "7/10".
var outOfTen = regexp.MustCompile(`^\s*(\d{1,2})\s*(?:/|out of)\s*10\s*$`)

func value(ok bool, v bot.Value) bot.Answer {
	if !ok {
		return bot.Answer{}
	}
	return bot.Answer{Kind: bot.AnswerValue, Value: v}
}

// yesNo maps yes and no to the options that mean them: the first and the
// second of every such question.
func (r *Reader) yesNo(lang string, a *bot.Asked, text string) bot.Answer {
	if len(a.Options) > 2 && fold.Key(text) == "2" {
		return bot.Answer{} // the menu's own number
	}
	id := string(r.YesNo(lang, text))
	switch {
	case id == string(Unclear):
		return bot.Answer{}
	case len(a.Options) == 0 || slices.Contains(a.Options, id):
	case id == string(Yes):
		id = a.Options[0]
	case slices.Contains(a.Options, "no"):
		id = "no"
	default:
		return bot.Answer{}
	}
	return value(true, bot.Value{IDs: []string{id}})
}

func (r *Reader) choice(lang string, a *bot.Asked, choices []string, text string, several bool) bot.Answer {
	if choices == nil {
		choices = make([]string, len(a.Options))
	}
	p := r.Choice(lang, text, choices)
	if p.None {
		return bot.Answer{Kind: bot.AnswerNone, Value: bot.Value{IDs: []string{"none"}}}
	}
	if len(p.Indexes) == 0 || !several && len(p.Indexes) > 1 {
		return bot.Answer{}
	}
	var ids []string
	for _, i := range p.Indexes {
		if i <= len(a.Options) {
			ids = append(ids, a.Options[i-1])
		}
	}
	return value(len(ids) > 0, bot.Value{IDs: ids})
}

// many takes numbers, option words and, in own words, what they name.
func (r *Reader) many(lang string, a *bot.Asked, choices []string, text string) bot.Answer {
	got := r.choice(lang, a, choices, text, true)
	ids := got.Value.IDs
	if len(fold.Words(text)) > 2 || len(ids) == 0 {
		for _, id := range r.Needs(lang, text) {
			if slices.Contains(a.Options, id) && !slices.Contains(ids, id) && got.Kind != bot.AnswerValue {
				ids = append(ids, id)
			}
		}
	}
	if got.Kind == bot.AnswerNone {
		return got
	}
	return value(len(ids) > 0, bot.Value{IDs: ids, Text: bot.Words(text)})
}

// age maps a typed age to the band that holds it.
func (r *Reader) age(lang string, a *bot.Asked, text string) bot.Answer {
	if slices.Contains(a.Options, someoneElse) && r.forKin(lang, text) {
		return value(true, bot.Value{IDs: []string{someoneElse}})
	}
	g := r.Age(lang, text)
	switch {
	case g.Refused:
		return bot.Answer{Kind: bot.AnswerRefused}
	case !g.OK:
		return bot.Answer{}
	case g.Year > 0: // a year alone may lie on either side of a birthday
		ids := band(a.Options, r.now().Year()-g.Year)
		sure := slices.Equal(ids, band(a.Options, r.now().Year()-g.Year-1))
		return value(sure && len(ids) > 0, bot.Value{IDs: ids, Text: bot.Words(text)})
	}
	ids := band(a.Options, g.Age)
	return value(len(ids) > 0, bot.Value{IDs: ids, Number: g.Age})
}

func band(options []string, age int) []string {
	for _, b := range []struct {
		id       string
		from, to int
	}{{"under_13", 0, 12}, {"13_15", 13, 15}, {"16_17", 16, 17}, {"young", 0, 17}, {"adult", 18, 64}, {"older", 65, 130}} {
		if age >= b.from && age <= b.to && slices.Contains(options, b.id) {
			return []string{b.id}
		}
	}
	return nil
}

func (r *Reader) place(lang, text string) bot.Answer {
	p := r.Postcode(lang, text)
	v := bot.Value{Place: &bot.Place{Outcode: p.Outcode, Area: p.Area, Borough: p.Borough, Boroughs: p.Boroughs, Basis: "told"}}
	switch p.Answer {
	case "unclear":
		return bot.Answer{}
	case "refused":
		return bot.Answer{Kind: bot.AnswerRefused}
	case "nfa", "outside":
		v.Flag = p.Answer
	default:
		v.Flag = "sure"
		if len(p.Boroughs) > 1 {
			v.Flag = "ambiguous"
		}
		if p.Outcode != "" {
			v.Place.Basis = "postcode"
		}
	}
	if v.Text = bot.Words(p.Outcode); v.Text == "" {
		v.Text = bot.Words(p.Area)
	}
	return value(true, v)
}
