package understand

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"linkline/internal/fold"
)

// longestRead is as much of a text as is read to name its language, in bytes.
const longestRead = 600

// Detect names the language of a text. sure is set only where script, letters
// or several words leave no doubt; "und" where nothing can be known.
func (r *Reader) Detect(text string) (lang string, sure bool) {
	if len(text) > longestRead {
		text = strings.ToValidUTF8(text[:longestRead], "")
	}
	s, share, letters := scriptsOf(text)
	switch {
	case letters == 0:
		return "und", false
	case s == chinese:
		tag, sure := r.detect.chineseOf(text)
		return tag, sure && share > 0.5
	case len(s) == 2: // a script of one language
		if s == "he" && strings.ContainsAny(text, "ײױװ") {
			return "yi", true
		}
		if s == "bn" && strings.ContainsAny(text, "ৰৱ") {
			return "as", false
		}
		return string(s), share > 0.6 && letters >= 2
	}
	g := r.detect.groups[s]
	if g == nil {
		return "und", false
	}
	tag, sure := g.name(text)
	return tag, sure && share > 0.6
}

// name scores the languages of a group.
func (g *group) name(text string) (tag string, sure bool) {
	n := len(g.tags)
	var room [96]float64
	score := room[:n]
	signs := g.letters(text, score)
	words := fold.Words(text)
	hits := make([]uint8, n)
	known, grams := 0, 0
	for _, w := range words {
		if isDigits(w) {
			continue
		}
		list := g.words[w]
		if len(list) > 0 {
			known++
		}
		size := utf8.RuneCountInString(w)
		weight := [...]float64{0, 0.4, 1.2, 2, 2.6}[min(size, 4)] / math.Sqrt(float64(len(list)+1)) * 1.6
		for _, i := range list {
			score[i] += weight
			if size > 1 {
				hits[i]++
			}
		}
		each(w, func(k gram) {
			grams++
			row, ok := g.grams[k]
			if !ok {
				for i, u := range g.unseen {
					score[i] += 0.35 * float64(u)
				}
				return
			}
			from := int(row) * n
			for i, v := range g.scores[from : from+n] {
				score[i] += 0.35 * float64(v)
			}
		})
	}
	best, second := -1, -1
	for i := range score {
		switch {
		case best < 0 || score[i] > score[best]:
			best, second = i, best
		case second < 0 || score[i] > score[second]:
			second = i
		}
	}
	if best < 0 || grams == 0 {
		return "und", false
	}
	lead := score[best]
	if second >= 0 {
		lead -= score[second]
	}
	tag = g.tags[best]
	if lead < 0.25 && known == 0 && signs == 0 || grams < 3 && hits[best] == 0 && signs == 0 {
		return "und", false
	}
	others := 0
	if second >= 0 {
		others = int(hits[second])
	}
	evidence := int(hits[best]) + signs
	sure = lead >= 6 && evidence >= 3 && evidence >= others+2 || lead >= 9 && evidence >= 2 && evidence > others
	return tag, sure
}

// letters scores letters that betray a language, and says how many the best
// has.
func (g *group) letters(text string, score []float64) int {
	signs := make([]int, len(score))
	for _, r := range text {
		r = unicode.ToLower(r)
		if r < 0x80 {
			continue
		}
		if i, ok := g.at[betray[r]]; ok && betray[r] != "" {
			signs[i]++
		}
		switch r {
		case 'ی', 'ک', 'پ', 'چ', 'گ': // not written in Arabic
			if i, ok := g.at["ar"]; ok {
				score[i] -= 1
			}
		case 'ي', 'ك':
			if i, ok := g.at["ar"]; ok {
				score[i] += 0.3
			}
		}
	}
	best := 0
	for i, n := range signs {
		score[i] += 2.5 * float64(min(n, 4))
		best = max(best, min(n, 3))
	}
	return best
}
