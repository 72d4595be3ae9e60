package triage

// soundKey is how a Latin spelling sounds, roughly: people write Hindi, Urdu,
// Bengali, Arabic or Russian in Latin letters as they hear them, "chahta",
// "chaahtaa", "cahta". Two spellings with one key are taken for one word. It is
// empty for words of other letters and for words too short to tell.
func soundKey(w string) string {
	if len(w) < 3 || len(w) > 24 {
		return ""
	}
	var buf [48]byte
	out := buf[:0]
	for i := 0; i < len(w); i++ {
		c := w[i]
		if c < 'a' || c > 'z' {
			return ""
		}
		next := byte(0)
		if i+1 < len(w) {
			next = w[i+1]
		}
		switch c {
		case 'h':
			if i > 0 {
				continue // kh, chahta, bh: breath is not heard
			}
		case 'p':
			if next == 'h' {
				c = 'f'
			}
		case 'w':
			c = 'v'
		case 'z':
			c = 'j'
		case 'q':
			c = 'k'
		case 'x':
			c = 'k'
		case 'y':
			c = 'i'
		case 'e':
			c = 'i'
		case 'o':
			c = 'u'
		case 'c':
			if next == 'k' {
				continue
			}
		}
		if n := len(out); n > 0 && out[n-1] == c {
			continue
		}
		out = append(out, c)
	}
	if len(out) < 3 {
		return ""
	}
	return string(out)
}
