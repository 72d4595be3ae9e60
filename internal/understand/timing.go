package understand

import (
	"regexp"
	"slices"
	"strings"

	"linkline/internal/fold"
	"linkline/locales"
)

// Timing is when a person can be reached, as CONTRACT 5 writes it.
type Timing struct {
	Part     []string `json:"part,omitempty"`
	After    string   `json:"after,omitempty"`
	Before   string   `json:"before,omitempty"`
	Around   string   `json:"around,omitempty"`
	Days     []string `json:"days,omitempty"`
	NotDays  []string `json:"not_days,omitempty"`
	Relative string   `json:"relative,omitempty"`
}

// Empty tells whether nothing was understood.
func (t Timing) Empty() bool {
	return len(t.Part) == 0 && t.After == "" && t.Before == "" && t.Around == "" && len(t.Days) == 0 && len(t.NotDays) == 0 && t.Relative == ""
}

// timing is a language's words for days and times.
type timing struct {
	days, parts, relative table
	before, after, around phrases
	not, busy             phrases
	clock                 clockWords
	telling               map[string]bool // without any of these a text names no day or time
}

func newTiming(w locales.Words) timing {
	t := timing{before: set(w.Before), after: set(w.After), around: set(w.Around), not: set(w.Not), busy: set(w.Busy), clock: newClockWords(w.Clock)}
	t.days, t.parts, t.relative = inverse(w.Weekdays), inverse(w.Parts), inverse(w.Relative)
	return t
}

// noteTelling gathers, from every phrase that names a day or a time, its
// longest word. A text without any of them names none and is read no further.
func (t *timing) noteTelling(x *lexicon) {
	t.telling = map[string]bool{}
	note := func(phrase string) {
		longest := ""
		for w := range strings.FieldsSeq(phrase) {
			if len(w) > len(longest) {
				longest = w
			}
		}
		t.telling[longest] = true
	}
	for _, m := range []map[string]string{t.days.of, t.parts.of, t.relative.of, t.clock.times} {
		for phrase := range m {
			note(phrase)
		}
	}
	for _, m := range []map[string]int{x.numbers, x.ordinals, t.clock.hours} {
		for phrase := range m {
			note(phrase)
		}
	}
}

// mayTime tells whether any word could belong to a day or a time.
func mayTime(lexs []*lexicon, words []string) bool {
	for _, w := range words {
		if _, ok := han[w]; ok || w == "十" {
			return true
		}
		for _, x := range lexs {
			if x.timing.telling[w] {
				return true
			}
		}
	}
	return false
}

var week = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// ContactTime reads when a person can be reached. A word that may be a day or
// a part of one ("mañana") is unclear alone, and so are two different hours.
func (r *Reader) ContactTime(lang, text string) (Timing, bool) {
	return r.timingOf(r.in(lang), hear(text))
}

func (r *Reader) timingOf(lexs []*lexicon, s said) (Timing, bool) {
	text, words := s.folded, s.words
	if !strings.ContainsAny(text, "0123456789") && !mayTime(lexs, words) {
		return Timing{}, false
	}
	var written []moment
	if strings.ContainsAny(text, "0123456789") {
		text, written = marks(text)
	}
	if strings.ContainsAny(text, ",;.!?\n،؛。，") {
		text = breaks.ReplaceAllString(text, "$1 "+pause+" ")
	}
	if strings.Contains(text, "-") {
		text = hyphen.ReplaceAllString(text, " to ")
	}
	if text != s.folded {
		words = fold.Cut(text)
	}
	words, halfway := corrected(lexs, words)
	if halfway || len(words) > 80 {
		return Timing{}, false
	}
	h := hearer{lexs: lexs, words: splitDigitsKeeping(words), written: written, partAt: -1}
	h.run()
	t := h.t
	t.tidy()
	return t, !h.odd && !t.Empty()
}

// pause stands for a comma or a full stop among the words: what was denied
// before it is not what stands behind it.
const pause = "pauseq"

// breaks are commas and full stops between words, none inside a number.
var breaks = regexp.MustCompile(`([^0-9\s])\s*[,;.!?\n،؛。，]+|[,;.!?\n،؛。，]+(?:\s|$)`)

// splitDigitsKeeping parts digits from letters but leaves the marks of times.
func splitDigitsKeeping(words []string) []string {
	if !slices.ContainsFunc(words, func(w string) bool { return strings.ContainsAny(w, "0123456789") }) {
		return words
	}
	var out []string
	for _, w := range words {
		if strings.HasPrefix(w, "clock") {
			out = append(out, w)
			continue
		}
		out = append(out, splitDigits([]string{w})...)
	}
	return out
}
