package understand

// deny takes a "not": it denies what follows, or in languages where it stands
// behind, the days that stood before.
func (h *hearer) deny(x *lexicon, i, n int) int {
	if verbLast[x.tag] && h.timed > 0 && !h.dayAhead(i+n) {
		h.denyTime(i)
		return n
	}
	if verbLast[x.tag] && !h.clause && i > 0 && h.words[i-1] != pause && !h.dayAhead(i+n) {
		return n // it denies something that is no time
	}
	if verbLast[x.tag] && len(h.t.Days) > 0 && (i+n >= len(h.words) || !h.dayAhead(i+n)) {
		h.t.NotDays = append(h.t.NotDays, h.t.Days[h.lastDay:]...)
		h.t.Days = h.t.Days[:h.lastDay]
		h.denied = false
		return n
	}
	if h.clause && !verbLast[x.tag] && !h.named(i+n) && !h.reaches(i+n) {
		h.odd = true
	}
	h.denied, h.took, h.list, h.ways = true, false, false, 0
	return n
}

// verbLast are languages in which "not" stands behind what it denies.
var verbLast = map[string]bool{"bn": true, "ur": true, "hi": true, "pa": true, "gu": true, "ne": true, "ta": true, "tr": true, "fa": true, "ps": true, "am": true, "ti": true}

func (h *hearer) dayAhead(i int) bool {
	for ; i < len(h.words); i++ {
		for _, x := range h.lexs {
			if x.timing.days.of[h.words[i]] != "" {
				return true
			}
		}
	}
	return false
}

// denyTime takes a "not" behind a time of day: "not before ten" is after ten.
// Where something stands between them, or a day beside them, it is unclear
// what is denied.
func (h *hearer) denyTime(i int) {
	t := &h.t
	switch {
	case h.timed != i || len(t.Days) > 0:
		h.odd = true
	case h.how == "before" && t.After == "":
		t.After, t.Before = t.Before, ""
	case h.how == "after" && t.Before == "":
		t.Before, t.After = t.After, ""
	default:
		h.odd = true
	}
}

// stop ends what a denial reaches at a comma, unless days go on behind it:
// "not monday, tuesday".
func (h *hearer) stop(i int) {
	h.list = h.denied && h.took && i+1 < len(h.words) && h.timely(i+1)
	h.denied = h.denied && h.list
	h.clause = h.list
	h.timed = 0
}

// way counts ways of contact behind a denial: in "don't call text mornings"
// the second is wished for.
func (h *hearer) way(i int) {
	if !h.denied || h.took {
		return
	}
	for _, x := range h.lexs {
		if length(x.contact.ways, h.words[i:]) == 0 {
			continue
		}
		if h.ways++; h.ways > 1 && x.and.at(h.words[i-1:]) == 0 && h.words[i-1] != "or" {
			h.denied = false
		}
		return
	}
}

// busy takes words that say a time does not suit. What is said beside them is
// left unclear: "I work mornings" and "I finish work at 5" wish for different
// things.
func (h *hearer) busy(rest []string) int {
	for _, x := range h.lexs {
		n := x.timing.busy.at(rest)
		if n == 0 || n < x.timing.not.at(rest) {
			continue
		}
		if h.denied && !h.took { // "I'm not working"
			h.denied = false
		} else {
			h.odd = true
		}
		return n
	}
	return 0
}

// timely tells whether a day, a part of one or a time stands at a word.
func (h *hearer) timely(i int) bool {
	rest := h.words[i:]
	for _, x := range h.lexs {
		t := x.timing
		if length(t.days, rest)+length(t.parts, rest)+length(t.relative, rest)+t.before.at(rest)+t.after.at(rest)+t.around.at(rest) > 0 {
			return true
		}
	}
	_, ok := h.time(i)
	return ok
}

// reaches tells whether a denial has a day or time to deny within a word or
// two; where one was said before it, it may be that one which is denied
// ("mondays are not good").
func (h *hearer) reaches(i int) bool {
	for j := i; j < len(h.words) && h.words[j] != pause; j++ {
		if h.timely(j) {
			return true
		}
		if j >= i+2 && !light[h.words[j]] {
			return false
		}
	}
	return false
}

// named tells whether a denial is followed by a way of contact or a person,
// and so speaks of that.
func (h *hearer) named(i int) bool {
	for j := i; j < min(i+3, len(h.words)) && h.words[j] != pause; j++ {
		for _, x := range h.lexs {
			if rest := h.words[j:]; length(x.contact.ways, rest) > 0 || length(x.contact.gender, rest) > 0 {
				return true
			}
		}
	}
	return false
}

// light are words that may stand between "not" and what it denies.
var light = map[string]bool{"on": true, "in": true, "at": true, "the": true, "a": true, "any": true, "me": true, "to": true, "for": true, "call": true, "calls": true, "ring": true, "text": true, "phone": true, "do": true, "be": true}
