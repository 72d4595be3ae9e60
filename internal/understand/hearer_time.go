package understand

// time reads a time of day at a word.
func (h *hearer) time(i int) (moment, bool) {
	if m, ok := marked(h.words[i], h.written); ok {
		return m, true
	}
	loose := h.mode != "" && i > 0 || h.postfix(i)
	if _, used := hourAt(h.lexs, h.words[i:]); used > 0 && i+used+1 < len(h.words) && h.words[i+used] == "or" && h.timeAhead(i+used+1) {
		loose = true
	}
	m, ok := spoken(h.lexs, h.words[i:], loose)
	if !ok && i > 0 { // "at" and "to" stand before an hour too
		if w := h.words[i-1]; (w == "to" || w == "between" || w == "and") && (h.t.After != "" || w == "between") {
			m, ok = spoken(h.lexs, h.words[i:], true)
		}
	}
	if !ok && h.rangeAhead(i) {
		m, ok = spoken(h.lexs, h.words[i:], true)
	}
	return m, ok
}

// rangeAhead finds "9 to 5".
func (h *hearer) rangeAhead(i int) bool {
	_, used := hourAt(h.lexs, h.words[i:])
	if used == 0 || i+used+1 >= len(h.words) || !h.through(h.words[i+used]) {
		return false
	}
	_, more := hourAt(h.lexs, h.words[i+used+1:])
	if more == 0 {
		_, ok := marked(h.words[i+used+1], h.written)
		return ok
	}
	return true
}

// postfix tells whether a bare hour is followed by "after" or "before", in
// languages that put them there.
func (h *hearer) postfix(i int) bool {
	_, used := hourAt(h.lexs, h.words[i:])
	if used == 0 || i+used >= len(h.words) {
		return false
	}
	rest := h.words[i+used:]
	for _, x := range h.lexs {
		if x.timing.clock.am.at(rest) > 0 || x.timing.clock.pm.at(rest) > 0 {
			return true
		}
		n := max(x.timing.after.at(rest), x.timing.before.at(rest))
		if n > 0 && x.tag != "en" && (verbLast[x.tag] || !h.timeAhead(i+used+n)) {
			return true
		}
		if verbLast[x.tag] && x.timing.around.at(rest) > 0 {
			return true
		}
	}
	return false
}

// clock places a time and returns how many words it took with what belongs
// to it.
func (h *hearer) clock(i int, m moment) int {
	used := m.words
	half, part, offset := h.halfAround(i, &used)
	for _, x := range h.lexs {
		offset = max(offset, x.timing.clock.offset)
	}
	at, ok := m.at(half, part, offset)
	if !ok {
		h.odd = true
		return used
	}
	if h.mode == "" {
		if n := h.behind(i + used); n > 0 {
			used += n
		}
	}
	if h.mode == "" && i+used+1 < len(h.words) && h.through(h.words[i+used]) || i > 0 && h.words[i-1] == "between" {
		if h.mode == "" && h.timeAhead(i+used+1) {
			h.wished("t")
			h.put("after", at)
			h.mode = "before"
			return used + 1
		}
	}
	if i+used+1 < len(h.words) && h.words[i+used] == "or" && h.timeAhead(i+used+1) {
		h.odd = true
	}
	mode := h.mode
	h.wished("t")
	if h.denied && h.took { // "not friday after 10": neither on Fridays nor before ten
		h.odd = h.odd || mode != "after"
	} else if h.denied { // "not before 10" is after 10
		switch mode {
		case "before":
			mode = "after"
		case "after":
			mode = "before"
		}
	}
	h.put(mode, at)
	h.timed, h.how = i+used, mode
	h.mode, h.denied = "", false
	return used
}

func (h *hearer) timeAhead(i int) bool {
	if i >= len(h.words) {
		return false
	}
	_, ok := marked(h.words[i], h.written)
	_, used := hourAt(h.lexs, h.words[i:])
	_, said := spoken(h.lexs, h.words[i:], true)
	return ok || used > 0 || said
}

// behind reads "after" or "before" behind an hour: "6 ke baad", "5 onwards".
func (h *hearer) behind(i int) int {
	if i >= len(h.words) {
		return 0
	}
	rest := h.words[i:]
	for _, x := range h.lexs {
		b, a := x.timing.before.at(rest), x.timing.after.at(rest)
		n := max(a, b)
		if n == 0 || !verbLast[x.tag] && (len(rest) > n && h.timeAhead(i+n)) {
			continue
		}
		if a >= b {
			h.mode = "after"
		} else {
			h.mode = "before"
		}
		return n
	}
	return 0
}

func (h *hearer) put(mode, at string) {
	to := &h.t.Around
	switch mode {
	case "before":
		to = &h.t.Before
	case "after":
		to = &h.t.After
	}
	if *to != "" && *to != at {
		h.odd = true
	}
	*to = at
}

// halfAround finds the word that tells morning from evening beside an hour:
// "3 in the afternoon", "صباحا", "subah 10 baje". A word behind the hour
// belongs to it; one before it is also a part of the day on its own.
func (h *hearer) halfAround(i int, used *int) (half, part string, offset int) {
	for _, x := range h.lexs {
		c := x.timing.clock
		rest := h.words[min(len(h.words), i+*used):]
		for skip := 0; skip < min(2, len(rest)) && half == ""; skip++ {
			if skip > 0 && (len(rest[0]) > 4 && rest[0][0] < 0x80 || x.timing.after.at(rest) > 0 || x.timing.before.at(rest) > 0) {
				break
			}
			am, pm := c.am.at(rest[skip:]), c.pm.at(rest[skip:])
			p := x.timing.parts.of[rest[skip]]
			switch {
			case am > 0:
				half, part = amHalf, "morning"
				*used += skip + am
			case pm > 0:
				half, part = pmHalf, p
				*used += skip + pm
			}
		}
		if half != "" {
			return half, part, c.offset
		}
		for back := 1; back <= 3 && i-back >= 0; back++ {
			w := h.words[i-back]
			if w == "am" && i-back > 0 && h.words[i-back-1] == "i" {
				break
			}
			p := x.timing.parts.of[w]
			if p != "" && i-back == h.partAt && !h.said { // it is said of the hour
				h.t.Part = h.t.Part[:len(h.t.Part)-1]
				h.said = true
			}
			if c.am.has(w) && p == "" {
				return amHalf, "morning", c.offset
			}
			switch p {
			case "morning":
				return amHalf, p, c.offset
			case "afternoon", "evening":
				return pmHalf, p, c.offset
			}
			if c.pm.has(w) {
				return pmHalf, p, c.offset
			}
		}
	}
	return half, part, offset
}
