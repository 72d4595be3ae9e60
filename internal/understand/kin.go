package understand

// someoneElse is the option of whoever asks help for another person.
const someoneElse = "other"

// forKin tells whether a short answer names another person: "for my mum", "my
// son 12". With "me" or an "and" beside them it is unclear who is meant, and
// who lives with whom says nothing of who needs help.
func (r *Reader) forKin(lang, text string) bool {
	lexs := r.in(lang)
	words := splitDigits(trimmed(lexs, hear(text).words))
	if n := len(words); n > 1 && isDigits(words[n-1]) { // their age
		words = words[:n-1]
	}
	for _, w := range words {
		if w == "me" || w == "myself" || w == "i" || w == "im" {
			return false
		}
	}
	for _, x := range lexs {
		if x.and.inside(words) || x.live.inside(words) || x.not.inside(words) {
			return false
		}
	}
	for _, x := range lexs {
		if len(words) <= 4 && x.kin.inside(words) || len(words) <= 5 && x.kin.behind(words) > 0 {
			return true
		}
	}
	return false
}
