package triage

import (
	"encoding/json"
	"io/fs"
	"strings"

	"linkline/locales"
)

// answers are the texts that Linkline itself asks for, in every language, as
// tokens with a space between: its menu lines, and the words by which people
// agree, refuse, count, name a day, greet or give a command. A text that is one
// of them and nothing else says too little for hints to be added up: what was
// learnt does not raise it alone. Patterns still do. What people write of their
// needs, their home and their fears is not among them.
//
// A file that cannot be read adds nothing, and so takes nothing away.
func answers(fsys fs.FS, known *lexicon) map[string]bool {
	out := map[string]bool{}
	add := func(texts ...string) {
		for _, text := range texts {
			if key := sayingOf(read(nil, text, known)); key != "" {
				out[key] = true
			}
		}
	}
	add(oneself...)
	files, _ := fs.Glob(fsys, "*/words.json")
	for _, name := range files {
		var w locales.Words
		if src, err := fs.ReadFile(fsys, name); err != nil || json.Unmarshal(src, &w) != nil {
			continue
		}
		for _, list := range [][]string{w.Yes, w.No, w.Unsure, w.All, w.Greetings, w.Polite, w.Sorry, w.None, w.Refuse, w.Same, w.Interpreter} {
			add(list...)
		}
		for _, lists := range []map[string][]string{w.Commands, w.Weekdays, w.Months, w.Parts, w.Relative, w.Channels, w.Gender, w.Access} {
			for _, list := range lists {
				add(list...)
			}
		}
		for _, words := range []map[string]int{w.Numbers, w.Ordinals} {
			for word := range words {
				add(word)
			}
		}
	}
	files, _ = fs.Glob(fsys, "*/messages.json")
	for _, name := range files {
		var lines map[string]struct {
			Other string `json:"other"`
		}
		if src, err := fs.ReadFile(fsys, name); err != nil || json.Unmarshal(src, &lines) != nil {
			continue
		}
		for key, line := range lines {
			if menuLine(key, line.Other) {
				add(line.Other)
			}
		}
	}
	return out
}

// menuLine tells a line that people choose by its number from a longer text.
func menuLine(key, text string) bool {
	return strings.Contains(key, ".") && !strings.HasPrefix(key, "faq.") && !strings.Contains(text, "{")
}

// oneself is the answer to "Who needs help?" that looks most like half a cry.
var oneself = []string{"myself", "for myself", "by myself", "just myself", "me myself"}

// longestAnswer is of how many words an answer may be.
const longestAnswer = 8

// sayingOf is a short text as answers has it; empty for a longer one.
func sayingOf(ts []token) string {
	if len(ts) > longestAnswer {
		return ""
	}
	var b strings.Builder
	for i, t := range ts {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// answer tells whether a window is a text that was asked for.
func (t *Triage) answer(ts []token) bool {
	key := sayingOf(ts)
	return key != "" && t.answers()[key]
}
