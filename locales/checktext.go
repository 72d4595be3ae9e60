package locales

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"linkline/internal/fold"
	"linkline/internal/sms"
)

// messages looks at every text of messages.json.
func (k *checker) messages() {
	const file = "messages.json"
	base := k.c.langs[Base]
	at, twice := k.read(file)
	for _, key := range twice {
		k.add(file, at[key], "keep one", "%q stands twice", strings.ReplaceAll(key, "\x00", " → "))
	}
	for _, key := range slices.Sorted(maps.Keys(base.raw)) {
		m, ok := k.l.raw[key]
		if !ok {
			k.add(file, spot{}, "add it; until then the English is sent", "the text %q is missing", key)
			continue
		}
		if m.Description == "" {
			k.add(file, at[key], "say what it is for, as the English does", "the text %q has no description", key)
		}
		want := []string{"other"}
		if severalForms(base.raw[key]) {
			want = k.l.forms()
		}
		forms := formsOf(m)
		for _, form := range want {
			if forms[form] == "" {
				k.add(file, at[key], "the language says it by number: "+strings.Join(want, ", "), "the text %q is empty for %q", key, form)
			}
		}
		for _, form := range slices.Sorted(maps.Keys(forms)) {
			p, ok := at[key+"\x00"+form]
			if !ok {
				p = at[key]
			}
			k.text(file, p, key, forms[form], wanted(base.raw[key].Other, forms[form], form), k.c.budgets.text(k.l.Tag, key))
			k.typed(file, p, key, base.raw[key].Other, forms[form])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(k.l.raw)) {
		if _, ok := base.raw[key]; !ok {
			k.add(file, at[key], "take it out, or add it to English", "unknown text %q", key)
		}
	}
}

// wanted lists the variables that a form must place.
func wanted(english, text, form string) []string {
	want := variables(english)
	if !slices.Contains([]string{"zero", "one", "two"}, form) {
		return want
	}
	return slices.DeleteFunc(want, func(v string) bool {
		return slices.Contains(counts, v) && !strings.Contains(text, "{"+v+"}")
	})
}

// safety looks at the texts for someone in danger.
func (k *checker) safety() {
	const file = "safety.json"
	at, twice := k.read(file)
	for _, key := range twice {
		k.add(file, at[key], "keep one", "%q stands twice", strings.ReplaceAll(key, "\x00", " → "))
	}
	base := k.c.langs[Base]
	for _, cat := range slices.Sorted(maps.Keys(base.safety.Texts)) {
		want := base.safety.Texts[cat]
		got, ok := k.l.safety.Texts[cat]
		p := at["texts\x00"+cat]
		if !ok || got.Other == "" {
			k.add(file, p, "add it; until then the English is sent", "the safety text %q is missing", cat)
			continue
		}
		if got.Description == "" {
			k.add(file, p, "say what it is for, as the English does", "the safety text %q has no description", cat)
		}
		if w, g := numbers(want.Other), numbers(got.Other); !slices.Equal(w, g) {
			k.add(file, p, "English has: "+strings.Join(w, ", "), "the safety text %q gives other numbers than English: %s", cat, strings.Join(g, ", "))
		}
		k.text(file, p, cat, got.Other, variables(want.Other), k.c.budgets.widen(k.l.Tag, k.c.budgets.Safety))
		k.typed(file, p, cat, want.Other, got.Other)
	}
	for _, cat := range slices.Sorted(maps.Keys(k.l.safety.Texts)) {
		if _, ok := base.safety.Texts[cat]; !ok {
			k.add(file, at["texts\x00"+cat], "take it out, or add it to English", "unknown safety text %q", cat)
		}
	}
}

// text measures one text with the longest arguments and looks for what makes
// it dear or wrong.
func (k *checker) text(file string, p spot, key, text string, want []string, limit limit) {
	if got := variables(text); !slices.Equal(want, got) {
		k.add(file, p, "English has: "+list(want), "the text %q places other variables than English: %s", key, list(got))
		return
	}
	if bad := strings.IndexAny(variable.ReplaceAllString(text, ""), "{}"); bad >= 0 {
		k.add(file, p, "only variables stand in braces, in small letters", "the text %q has a stray brace", key)
		return
	}
	// "voice" is read out by a machine, digit for digit.
	if name := k.c.spelledOut(text); name != "" && key != "voice" {
		k.add(file, p, "write {"+name+"} where the number belongs: numbers change", "the text %q spells out a number that stands in helplines.json", key)
	}
	if trimmed := strings.TrimSpace(text); trimmed != text || strings.Contains(text, "  ") {
		k.add(file, p, "take it out", "the text %q has a space too many", key)
	}
	k.measure(file, p, key, text, limit)
}

// spelledOut names the helpline whose number stands in a text as digits,
// however they are written or spaced; empty if none does.
func (c *Catalog) spelledOut(text string) string {
	var digits strings.Builder
	for _, r := range fold.Text(text) { // digits of every script are 0 to 9 there
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case r != ' ' && r != '-':
			digits.WriteByte('|')
		}
	}
	runs := strings.Split(digits.String(), "|")
	for _, key := range slices.Sorted(maps.Keys(c.helplines)) {
		number := strings.ReplaceAll(c.helplines[key].Number, " ", "")
		if len(number) > 2 && slices.Contains(runs, number) {
			return key
		}
	}
	return ""
}

func (k *checker) measure(file string, p spot, key, text string, limit limit) {
	out, err := k.l.place(k.l.asShown(text), k.c.budgets.Examples, k.c)
	if err != nil {
		k.add(file, p, "add an example to budgets.json", "the text %q cannot be measured: %s", key, err)
		return
	}
	if file == "messages.json" {
		if out, err = k.c.withMenu(key, out, k.label); err != nil {
			k.add(file, p, "see menus in budgets.json", "the menu of %q cannot be measured: %s", key, err)
			return
		}
	}
	size := sms.Count(out)
	if k.l.Meta.GSM7 && size.Encoding != sms.GSM7 {
		k.add(file, p, "write it with the letters of a plain SMS; one such character makes the whole text cost double", "the text %q has %s", key, characters(size.Forcing))
		return
	}
	if n := limit.of(size.Encoding); size.Segments > n {
		k.add(file, p, fmt.Sprintf("at most %d segments; it has %d of %d characters", n, size.Units, room(size.Encoding, n)), "the text %q costs %d segments", key, size.Segments)
	}
}

// asShown is a text as it is sent, fragile parts isolated.
func (l *Language) asShown(text string) string {
	if l.Meta.Direction != "rtl" {
		return text
	}
	return isolateFragile(text)
}

// room is how many characters n segments hold.
func room(e sms.Encoding, n int) int {
	one, many := 160, 153
	if e == sms.UCS2 {
		one, many = 70, 67
	}
	if n == 1 {
		return one
	}
	return n * many
}

// characters names what a plain SMS cannot carry, so that it can be found.
func characters(runes []rune) string {
	var out []string
	for _, r := range runes {
		out = append(out, fmt.Sprintf("%q (U+%04X)", string(r), r))
	}
	return strings.Join(out, ", ")
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// numbers lists the telephone and short numbers of a text, in ascending order:
// a wrong digit in a helpline is the worst misprint there is.
func numbers(text string) []string {
	var out []string
	for _, n := range number.FindAllString(text, -1) {
		digits := strings.Map(func(r rune) rune {
			if isDigit(r) {
				return r
			}
			return -1
		}, n)
		if len(digits) >= 3 {
			out = append(out, digits)
		}
	}
	slices.Sort(out)
	return out
}
