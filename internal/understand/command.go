package understand

import (
	"strings"
	"unicode/utf8"

	"linkline/internal/fold"
	"linkline/locales"
)

// Command reads a word that works in every state. Only a whole message counts,
// after politeness is trimmed: inside a sentence the words are no commands.
// "none" means no command.
func (r *Reader) Command(lang, text string) string {
	return r.commandOf(r.in(lang), hear(text))
}

func (r *Reader) commandOf(lexs []*lexicon, s said) string {
	switch locales.Network(s.raw) {
	case "STOP":
		return "stop"
	case "START":
		return "start"
	case "HELP":
		return "help"
	}
	if n := len(s.words); n == 0 || n > 16 {
		return "none"
	}
	bare := trimmed(lexs, once(s.words))
	whole, key := s.key, strings.Join(bare, " ")
	if len(bare) > 12 {
		return "none"
	}
	wished, asked := wishOf(lexs, bare)
	for _, k := range []string{whole, key} {
		for _, x := range lexs {
			if c, ok := x.commands[k]; ok {
				return outward(c)
			}
		}
	}
	if asked {
		for _, x := range lexs {
			if c, ok := x.commands[wished]; ok && wishable[c] {
				return outward(c)
			}
		}
	}
	for _, k := range []string{whole, key} {
		// Another language's word counts where it means nothing in this one.
		if c, ok := r.commands[k]; ok && len(k) > 2 && !meansSomething(lexs, k) {
			return outward(c)
		}
	}
	return outward(slip(lexs, key))
}

// once takes "stop stop stop" for "stop".
func once(words []string) []string {
	for _, w := range words {
		if w != words[0] {
			return words
		}
	}
	return words[:1]
}

// wishable are the commands that "I want to" may stand before.
var wishable = map[string]bool{"stop": true, "back": true, "change": true, "skip": true, "restart": true, "delete": true, "language": true, "human": true}

// wishOf cuts "I want to" and the like from a command.
func wishOf(lexs []*lexicon, words []string) (string, bool) {
	cut := false
	for range 2 {
		for _, x := range lexs {
			if n := x.wish.at(words); n > 0 && n < len(words) {
				words, cut = words[n:], true
			}
		}
	}
	return strings.Join(words, " "), cut
}

func meansSomething(lexs []*lexicon, key string) bool {
	for _, x := range lexs {
		if x.known(key) {
			return true
		}
	}
	return false
}

// ordinary are English words one slip away from a command.
var ordinary = map[string]bool{
	"chance": true, "charge": true, "charges": true, "changes": true, "smart": true, "starts": true, "stark": true, "stars": true, "starter": true,
	"humane": true, "persons": true, "parson": true, "skin": true, "humans": true, "hormone": true, "stat": true, "stats": true, "state": true, "star": true,
	"privet": true, "dating": true, "date": true, "started": true, "restarted": true, "skips": true, "skipped": true, "wrongs": true, "backs": true, "helped": true,
	"helps": true, "stops": true, "stopped": true, "hlep": false,
}

// slip forgives a typing slip, if it leads to one command only and the text
// is no word of another meaning. Words of four letters may hold two swapped
// letters or one doubled: anything else leads to another word too soon.
func slip(lexs []*lexicon, key string) string {
	length := utf8.RuneCountInString(key)
	if length < 4 || ordinary[key] || strings.ContainsAny(key, "0123456789") {
		return "none"
	}
	for _, x := range lexs {
		if x.known(key) || x.outside.has(key) {
			return "none"
		}
		for _, w := range strings.Fields(key) {
			if x.needs.of[w] != "" && !x.commandsHold(w) {
				return "none"
			}
		}
	}
	max := 1
	if length >= 14 {
		max = 2
	}
	found := "none"
	for _, x := range lexs {
		x.commandsNear.find(key, max, func(w string) {
			n := utf8.RuneCountInString(w)
			if n < 4 || n < 5 && !swapped(w, key) && !doubled(w, key) || strings.Count(w, " ") != strings.Count(key, " ") {
				return
			}
			if strings.Contains(w, " ") && !sameButOne(w, key) {
				return
			}
			c := x.commands[w]
			if found != "none" && found != c {
				c = "?"
			}
			found = c
		})
	}
	if found == "?" {
		return "none"
	}
	return found
}

func (x *lexicon) commandsHold(w string) bool {
	for c := range x.commands {
		if has(c, w) {
			return true
		}
	}
	return false
}

// sameButOne tells whether phrases differ in one word only, and that one is
// long enough for a slip.
func sameButOne(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	differ := 0
	for i := range x {
		if x[i] != y[i] {
			differ++
			if fold.Distance(x[i], y[i], 1) > 1 || len(x[i]) < 4 {
				return false
			}
		}
	}
	return differ == 1 || differ == 2 && len(a) >= 14
}

// swapped tells whether two neighbouring letters changed places.
func swapped(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	for i := 0; i+1 < len(x); i++ {
		if x[i] != y[i] {
			return x[i] == y[i+1] && x[i+1] == y[i] && string(x[i+2:]) == string(y[i+2:])
		}
	}
	return false
}

// doubled tells whether b is a with one letter typed twice.
func doubled(a, b string) bool { return len(b) == len(a)+1 && undouble(b) == undouble(a) }

// outward hides what is not a command of the contract.
func outward(c string) string {
	switch c {
	case "more", "none", "":
		return "none"
	}
	return c
}

// More tells whether a text asks for the rest of a menu.
func (r *Reader) More(lang, text string) bool { return r.moreOf(r.in(lang), hear(text)) }

func (r *Reader) moreOf(lexs []*lexicon, s said) bool {
	key := strings.Join(trimmed(lexs, s.words), " ")
	for _, x := range lexs {
		if x.commands[key] == "more" {
			return true
		}
	}
	return false
}

// Greeting tells whether a text is nothing but greetings.
func (r *Reader) Greeting(lang, text string) bool {
	var in []*core
	for _, x := range r.in(lang) {
		in = append(in, x.core)
	}
	return greeting(in, hear(text))
}

// greetsIn lists the languages in which a text is nothing but a greeting. One
// that English has and that looks like English others only borrow.
func (r *Reader) greetsIn(s said, looks string) []string {
	if len(s.words) == 0 || len(s.words) > 6 {
		return nil
	}
	base := r.english()
	if looks == locales.Base && (greeting([]*core{base.core}, s) || base.yes.has(s.key)) {
		return []string{locales.Base}
	}
	var out []string
	for _, tag := range r.tags {
		if tag != locales.Base && greeting([]*core{r.langs[tag].core}, s) {
			out = append(out, tag)
		}
	}
	return out
}

func greeting(in []*core, s said) bool {
	words := s.words
	for len(words) > 0 {
		n := 0
		for _, x := range in {
			n = max(n, x.greet.at(words))
			if n == 0 && len(words) < len(s.words) {
				n = x.polite.at(words)
			}
		}
		if n == 0 {
			return false
		}
		words = words[n:]
	}
	return len(s.words) > 0
}
