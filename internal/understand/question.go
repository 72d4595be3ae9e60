package understand

import (
	"strings"
)

// Question finds a question back, an insult or words meant for a machine; the
// result is the message key of the approved answer ("faq.free"), or empty
// where there is none.
func (r *Reader) Question(lang, text string) string {
	return r.questionOf(r.in(lang), hear(text))
}

func (r *Reader) questionOf(lexs []*lexicon, s said) string {
	if len(s.words) == 0 || len(s.words) > 25 {
		return ""
	}
	words := trimmed(lexs, s.words)
	key := strings.Join(words, " ")
	asks := strings.ContainsAny(s.folded, "?;")
	best, size := "", 0
	for _, x := range lexs {
		for i := range words {
			id, n := x.faq.at(words[i:])
			whole := n == len(words)
			if n <= size || !whole && (n < 2 || len(words) > n+6 || !asks && (n < 3 || len(words) > n+4)) {
				continue
			}
			best, size = id, n
		}
	}
	if best == "" && r.abusive(lexs, words) {
		best = "abuse"
	}
	if best == "" && forMachines(key) {
		best = "robot"
	}
	if key := approved[best]; r.texts[key] {
		return key
	}
	return ""
}

// approved names the text that answers each kind of question back. The Home
// Office has a text only where the programme approved one, which the engine
// knows; how we have a number nobody but a person can say.
var approved = map[string]string{
	"free": "faq.free", "who": "faq.who", "robot": "faq.robot", "long": "faq.long", "private": "faq.safe", "safe": "faq.safe",
	"gp": "faq.gp", "papers": "faq.papers", "link_worker": "faq.link_worker", "help": "faq.help", "why": "faq.why",
	"home_office": "home_office", "number": "home_office_person", "abuse": "calm", "off_topic": "off_topic",
}

// abusive finds an insult in a short text.
func (r *Reader) abusive(lexs []*lexicon, words []string) bool {
	if len(words) > 8 {
		return false
	}
	for _, x := range lexs {
		if x.abuse.inside(words) {
			return true
		}
	}
	return false
}

// forMachines finds words that try to give orders to a program. They are
// answered like "are you a robot?" and change nothing.
func forMachines(key string) bool {
	for _, p := range []string{
		"ignore previous instructions", "ignore all previous", "ignore your instructions", "ignore the above", "disregard previous", "disregard all previous",
		"system prompt", "developer mode", "you are now", "pretend to be", "act as a", "reveal your instructions", "print your instructions",
	} {
		if has(key, p) {
			return true
		}
	}
	return false
}
