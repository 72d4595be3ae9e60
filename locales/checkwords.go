package locales

import (
	"regexp"
	"slices"
	"strings"

	"linkline/internal/fold"
)

// Words to type. STOP and START are Twilio's and SHOUT is a helpline's: they
// stay as they are in every language. The others are commands, and a text
// names one that the language's words.json knows.
var (
	capitals = regexp.MustCompile(`\b[A-Z]{2,}\b`)
	fixed    = []string{"STOP", "START", "SHOUT"}
	commands = map[string]string{"CHANGE": "change", "DELETE": "delete", "PRIVACY": "privacy", "SKIP": "skip"}
)

// typed checks that every word that English tells people to type stands in
// the translation, in a form that will be understood.
func (k *checker) typed(file string, p spot, key, english, text string) {
	if k.l.Tag == Base {
		return
	}
	for _, word := range capitals.FindAllString(english, -1) {
		var known []string
		switch {
		case slices.Contains(fixed, word):
			if !strings.Contains(text, word) {
				k.add(file, p, "it stays as it is in every language", "the text %q does not tell people to type %s", key, word)
			}
			continue
		case word == "NO":
			known = k.l.Words.No
		default:
			known = k.l.Words.Commands[commands[word]]
		}
		if len(known) > 0 && !holds(text, known) {
			k.add(file, p, "words.json knows: "+strings.Join(known[:min(5, len(known))], ", "), "the text %q names no word to type for %s", key, word)
		}
	}
}

// holds tells whether one of the phrases stands in a text, folded.
func holds(text string, phrases []string) bool {
	in := " " + fold.Key(text) + " "
	return slices.ContainsFunc(phrases, func(p string) bool {
		key := fold.Key(p)
		return key != "" && strings.Contains(in, " "+key+" ")
	})
}
