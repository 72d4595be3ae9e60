package understand

import (
	"strings"

	"linkline/internal/fold"
	"linkline/locales"
)

// Command reads a word that works in every state. Only a whole message counts,
// after politeness is trimmed: inside a sentence the words are no commands.
// "none" means no command.
func (r *Reader) Command(lang, text string) string {
	switch locales.Network(text) {
	case "STOP":
		return "stop"
	case "START":
		return "start"
	case "HELP":
		return "help"
	}
	lexs := r.in(lang)
	words := fold.Words(text)
	if len(words) == 0 || len(words) > 7 {
		return "none"
	}
	whole := strings.Join(words, " ")
	trimmed := strings.Join(trimAll(lexs, words), " ")
	for _, key := range []string{whole, trimmed} {
		for _, x := range lexs {
			if c, ok := x.commands[key]; ok {
				return outward(c)
			}
		}
	}
	for _, key := range []string{whole, trimmed} {
		// Another language's word counts where it means nothing in this one.
		if c, ok := r.commands[key]; ok && !lexs[0].yes[key] && !lexs[0].no[key] && !lexs[0].greet[key] {
			return outward(c)
		}
	}
	return outward(r.slip(lexs, trimmed))
}

// slip forgives a typing slip in a longer word, if it leads to one command
// only and the text is not a word of another meaning.
func (r *Reader) slip(lexs []*lexicon, key string) string {
	n := fold.Slips(key)
	if n == 0 {
		return "none"
	}
	n = 1 // a command is never two slips away
	found := "none"
	for _, x := range lexs {
		if x.yes[key] || x.no[key] || x.greet[key] || x.needs[key] != "" || x.none[key] || x.refuse[key] {
			return "none"
		}
		for w, c := range x.commands {
			if fold.Slips(w) == 0 || fold.Distance(w, key, n) > n {
				continue
			}
			if found != "none" && found != c {
				return "none"
			}
			found = c
		}
	}
	return found
}

// outward hides what is not a command of the contract.
func outward(c string) string {
	switch c {
	case "more", "none":
		return "none"
	}
	return c
}

// More tells whether a text asks for the rest of a menu.
func (r *Reader) More(lang, text string) bool {
	for _, x := range r.in(lang) {
		if x.commands[strings.Join(x.bare(fold.Words(text)), " ")] == "more" {
			return true
		}
	}
	return false
}

// Question finds a question back; the result names its approved answer
// ("faq.free"), or is empty.
func (r *Reader) Question(lang, text string) string {
	key := fold.Key(text)
	for _, x := range r.in(lang) {
		for phrase, id := range x.faq {
			if key == phrase || len(strings.Fields(phrase)) > 1 && has(key, phrase) && len(key) < 2*len(phrase)+8 {
				return "faq." + id
			}
		}
	}
	return ""
}

// Greeting tells whether a text is nothing but a greeting.
func (r *Reader) Greeting(lang, text string) bool {
	key := fold.Key(text)
	for _, x := range r.in(lang) {
		if x.greet[key] {
			return true
		}
	}
	return false
}
