package understand

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"linkline/internal/fold"
	"linkline/locales"
)

// clockWords is how a language says the time of day.
type clockWords struct {
	hour, am, pm                                     phrases
	halfBefore, halfBehind, halfTo                   phrases
	quarterBefore, quarterBehind, quarterTo, quarter phrases
	hours                                            map[string]int
	times                                            map[string]string
	timesMax                                         int
	offset                                           int
}

func newClockWords(c locales.Clock) clockWords {
	w := clockWords{
		hour: set(c.Hour), am: set(c.AM), pm: set(c.PM), halfBefore: set(c.HalfBefore), halfBehind: set(c.HalfBehind), halfTo: set(c.HalfTo),
		quarterBefore: set(c.QuarterBefore), quarterBehind: set(c.QuarterBehind), quarterTo: set(c.QuarterTo), quarter: set(c.QuarterLess),
		hours: map[string]int{}, times: map[string]string{}, offset: c.Offset,
	}
	for k, n := range c.Hours {
		w.hours[fold.Key(k)] = n
	}
	for k, t := range c.Times {
		k = fold.Key(k)
		w.times[k] = t
		w.timesMax = max(w.timesMax, strings.Count(k, " ")+1)
	}
	return w
}

// halves of the day.
const (
	anyHalf = ""
	amHalf  = "am"
	pmHalf  = "pm"
)

// moment is a time of day as it was said.
type moment struct {
	hour, minute int
	exact        bool   // 15:30, 9am: nothing is to be added
	half         string // am or pm, where a word says so
	words        int
}

var (
	digitTime = regexp.MustCompile(`(^|[^0-9])([01]?[0-9]|2[0-3])\s?[:.h]\s?([0-5][0-9])(?:\s*h)?\s*(am|pm|a\.m\.?|p\.m\.?)?(?:[^0-9a-z]|$)`)
	wholeHour = regexp.MustCompile(`(^|[^0-9])([01]?[0-9]|2[0-3])\s*(?:o'?\s?clock)?\s*(am|pm|a\.m\.?|p\.m\.?|a m|p m|h|hrs|hours)(?:[^0-9a-z]|$)`)
	hyphen    = regexp.MustCompile(`\s*-\s*`)
)

// marks takes written times (15:30, 9am) out of a folded text and leaves a
// word for each.
func marks(s string) (string, []moment) {
	var out []moment
	mark := func(h, m int, half string, twoDigits bool) string {
		half = strings.Map(func(r rune) rune {
			if r == '.' || r == ' ' {
				return -1
			}
			return r
		}, half)
		mo := moment{hour: h, minute: m, words: 1}
		switch {
		case half == amHalf:
			mo.half, mo.exact = amHalf, true
			if h == 12 {
				mo.hour = 0
			}
		case half == pmHalf:
			mo.half, mo.exact = pmHalf, true
			if h < 12 {
				mo.hour += 12
			}
		case half != "" || h > 12 || h == 0 || twoDigits && h < 10:
			mo.exact = true
		}
		out = append(out, mo)
		return fmt.Sprintf(" clock%sq ", strconv.Itoa(len(out)-1))
	}
	for _, re := range []*regexp.Regexp{digitTime, wholeHour} {
		for range 8 {
			g := re.FindStringSubmatchIndex(s)
			if g == nil {
				break
			}
			h, _ := strconv.Atoi(s[g[4]:g[5]])
			m, half := 0, ""
			end := g[1]
			if re == digitTime {
				m, _ = strconv.Atoi(s[g[6]:g[7]])
				if g[8] >= 0 {
					half = s[g[8]:g[9]]
				}
			} else {
				half = s[g[6]:g[7]]
			}
			tail := ""
			if end > 0 && end <= len(s) && g[1] > g[0] { // the sign behind stays
				if c := s[end-1]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z') {
					tail = s[end-1 : end]
					if c >= 0x80 {
						tail, end = "", end-1
					}
				}
			}
			s = s[:g[3]] + mark(h, m, half, s[g[4]] == '0') + tail + s[end:]
		}
	}
	return s, out
}

// marked reads a word that marks left.
func marked(w string, out []moment) (moment, bool) {
	rest, ok := strings.CutPrefix(w, "clock")
	if !ok || !strings.HasSuffix(rest, "q") {
		return moment{}, false
	}
	n, err := strconv.Atoi(rest[:len(rest)-1])
	if err != nil || n >= len(out) {
		return moment{}, false
	}
	return out[n], true
}

// hourAt reads a bare hour: 3, three, trzeciej.
func hourAt(lexs []*lexicon, words []string) (h, used int) {
	if len(words) == 0 {
		return 0, 0
	}
	for _, x := range lexs {
		if len(x.timing.clock.hours) == 0 {
			continue
		}
		for n := min(3, len(words)); n > 0; n-- {
			if h, ok := x.timing.clock.hours[strings.Join(words[:n], " ")]; ok {
				return h, n
			}
		}
	}
	f, ok := figureAt(lexs, words)
	if !ok || f.n < 0 || f.n > 23 || f.ordinal {
		return 0, 0
	}
	return f.n, f.words
}

// spoken reads a time in words: "half 3", "tres y media", "quarter to 4",
// "3 o'clock", "noon". loose is set where a word before it asked for a time,
// so that a bare hour is enough.
func spoken(lexs []*lexicon, words []string, loose bool) (moment, bool) {
	for _, x := range lexs {
		for n := min(x.timing.clock.timesMax, len(words)); n > 0; n-- {
			if t, ok := x.timing.clock.times[strings.Join(words[:n], " ")]; ok {
				h, _ := strconv.Atoi(t[:2])
				m, _ := strconv.Atoi(t[3:])
				return moment{hour: h, minute: m, exact: true, words: n}, true
			}
		}
	}
	for _, x := range lexs {
		c := x.timing.clock
		for _, way := range []struct {
			p      phrases
			add    int
			behind phrases
		}{{c.halfTo, -30, phrases{}}, {c.quarterTo, -15, phrases{}}, {c.quarterBefore, 15, phrases{}}, {c.halfBefore, 30, phrases{}}} {
			n := way.p.at(words)
			if n == 0 {
				continue
			}
			skip := c.hour.at(words[n:])
			h, used := hourAt(lexs, words[n+skip:])
			if used == 0 || h < 1 || h > 24 {
				continue
			}
			m := plus(h, way.add)
			m.words = n + skip + used
			m.words += c.hour.at(words[m.words:])
			return m, true
		}
	}
	lead := 0
	for _, x := range lexs {
		lead = max(lead, x.timing.clock.hour.at(words))
	}
	h, used := hourAt(lexs, words[lead:])
	if used == 0 {
		return moment{}, false
	}
	m := moment{hour: h, words: lead + used, exact: h > 12}
	said := lead > 0 || loose
	for _, x := range lexs {
		c := x.timing.clock
		if n := c.hour.at(words[m.words:]); n > 0 {
			m.words += n
			said = true
		}
		for p, add := range map[*phrases]int{&c.halfBehind: 30, &c.quarterBehind: 15, &c.quarter: -15} {
			if n := p.at(words[m.words:]); n > 0 {
				k := plus(h, add)
				k.words = m.words + n
				k.words += c.hour.at(words[k.words:])
				return k, true
			}
		}
	}
	return m, said && h > 0
}

func plus(h, minutes int) moment {
	t := (h*60 + minutes + 24*60) % (24 * 60)
	return moment{hour: t / 60, minute: t % 60, exact: h > 12}
}

// at is the time of day. Hours without morning or evening lie between 8 and
// 19: people are called in the daytime. Where hours are counted from sunrise
// an hour needs a part of the day; ok is false without one.
func (m moment) at(half, part string, offset int) (string, bool) {
	h := m.hour
	switch {
	case m.exact && m.half == "":
	case m.half != "":
	case offset > 0 && h >= 1 && h <= 12:
		eth := (h + 6) % 12
		from, to := 6, 12
		switch {
		case part == "afternoon":
			from, to = 12, 18
		case part == "evening" || half == pmHalf:
			from, to = 18, 24
		case part == "morning" || half == amHalf:
		default:
			return "", false
		}
		for _, c := range []int{eth, eth + 12, h % 12, h%12 + 12} {
			if c >= from && c < to || c == 12 && to == 12 && h == 6 {
				return fmt.Sprintf("%02d:%02d", c%24, m.minute), true
			}
		}
		return "", false
	case half == amHalf: // 12 in the morning is noon; 12am says itself
	case half == pmHalf && h == 12 && part == "evening":
		h = 0
	case half == pmHalf && h < 12:
		h += 12
	case half == "" && h >= 1 && h < 8:
		h += 12
	}
	return fmt.Sprintf("%02d:%02d", h%24, m.minute), true
}
