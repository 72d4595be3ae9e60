package locales

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"linkline/internal/sms"
)

// extreme are arguments longer and stranger than any that are met in earnest,
// one set a kind.
func extreme() map[string]map[string]any {
	day := DayOf(time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)) // Wednesday 30 September
	clock := ClockOf(time.Date(2026, 9, 30, 20, 45, 0, 0, time.UTC))
	needs := []string{"needs.money", "needs.home", "needs.food", "needs.lonely", "needs.health", "needs.other"}
	contact := []string{"contact.call_day", "contact.no_whatsapp", "contact.bsl", "contact.interpreter"}
	base := map[string]any{
		"service": "Linkline", "group": "Becontree Piano Club", "ref": "BDD-7K2M", "day": day, "time": clock, "name": "Amina", "place": "IG11",
		"needs": needs, "contact": contact, "controller": "Example Charity", "link": "https://example.org/privacy/", "council": "020 7946 0999", "months": 12, "count": 3,
	}
	with := func(change map[string]any) map[string]any {
		m := maps.Clone(base)
		maps.Copy(m, change)
		return m
	}
	return map[string]map[string]any{
		"usual":         base,
		"right to left": with(map[string]any{"name": "أمينة", "place": "بارکنگ", "group": "نادي الحي", "service": "لينك"}),
		"both ways":     with(map[string]any{"name": "Amina أمينة (Mina)", "place": "E6, near مسجد 12", "contact": "+447700900123"}),
		"long":          with(map[string]any{"name": strings.Repeat("Wolfeschlegelstein ", 6), "place": strings.Repeat("Llanfair", 12), "service": strings.Repeat("S", 60), "group": strings.Repeat("Club ", 20)}),
		"nothing":       with(map[string]any{"needs": []string{}, "contact": []string{}, "name": "", "place": "", "months": 0, "count": 0}),
		"one":           with(map[string]any{"needs": needs[:1], "contact": contact[:1], "months": 1, "count": 1}),
		"hostile":       with(map[string]any{"name": "{service} %s <b>\u202eevil\u2067", "place": "}{", "group": "🏳️‍🌈👨‍👩‍👧"}),
	}
}

// Every text of every language, with every kind of argument, comes out whole.
func TestEveryTextRenders(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, l := range c.Languages() {
		for kind, args := range extreme() {
			for key := range c.langs[Base].raw {
				got, err := c.Render(l.Tag, key, args)
				if err != nil {
					t.Errorf("%s/%s %s: %v", l.Tag, key, kind, err)
					continue
				}
				if want := l.raw[key] == nil; got.FellBack != want {
					t.Errorf("%s/%s: fell back: %v", l.Tag, key, got.FellBack)
				}
				whole(t, l.Tag+"/"+key+" "+kind, got.Text, kind)
			}
			for cat := range c.langs[Base].safety.Texts {
				text, _, err := c.Safety(l.Tag, cat, args)
				if err != nil {
					t.Errorf("%s/safety/%s %s: %v", l.Tag, cat, kind, err)
				}
				whole(t, l.Tag+"/safety/"+cat+" "+kind, text, kind)
			}
		}
	}
}

func whole(t *testing.T, what, text, kind string) {
	t.Helper()
	if text == "" || sms.Units(text) > sms.MaxBody {
		t.Errorf("%s: %d characters", what, sms.Units(text))
	}
	if kind != "hostile" && strings.ContainsAny(text, "{}") {
		t.Errorf("%s has a brace: %s", what, text)
	}
	depth := 0
	for _, r := range text {
		switch {
		case r == '\u2066' || r == '\u2068':
			depth++
		case r == '\u2069':
			depth--
		}
		if depth < 0 {
			t.Fatalf("%s closes what it did not open: %q", what, text)
		}
	}
	if depth != 0 {
		t.Errorf("%s leaves an isolate open: %q", what, text)
	}
}

// The chain is the language's own folder, what it serves, then English: never
// a neighbour.
func TestNoNeighbourStandsIn(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{}
	for _, name := range []string{"budgets.json", "helplines.json", "en/messages.json", "en/safety.json", "en/meta.json", "en/dates.json", "en/words.json", "en/crisis.json"} {
		src, err := FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tree[name] = &fstest.MapFile{Data: src}
	}
	for tag, serves := range map[string]string{"ru": `[]`, "fa": `["prs", "fa-AF"]`, "zh-Hans": `["zh", "zh-CN"]`, "tr": `[]`, "ar": `[]`} {
		tree[tag+"/meta.json"] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"tag": %q, "direction": "ltr", "serves": %s}`, tag, serves)}
		tree[tag+"/messages.json"] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"thanks": {"description": "x", "other": %q}}`, tag)}
	}
	c, err := Load(tree)
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]string{
		"ru": "ru", "uk": Base, "be": Base, "ku": Base, "ckb": Base, "ug": Base, "prs": "fa", "fa-AF": "fa", "fa-IR": "fa", "ps": Base, "pnb": Base,
		"zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-Hant": Base, "pa-Arab": Base, "zh-Hans-SG": "zh-Hans", "AR-eg": "ar", "": Base, "xx": Base,
	} {
		got, err := c.Render(asked, "thanks", nil)
		if err != nil || got.Lang != want {
			t.Errorf("%q speaks %q, not %q (%v)", asked, got.Lang, want, err)
		}
		if got.FellBack != (want == Base) {
			t.Errorf("%q: fell back: %v", asked, got.FellBack)
		}
	}
}

func TestPluralForms(t *testing.T) {
	t.Parallel()
	c := load(t)
	for tag, want := range map[string]string{
		"en": "one other", "ro": "one few other", "bn": "one other", "so": "one other", "ur": "one other", "ar": "zero one two few many other", "pl": "one few many other", "es": "one other",
	} {
		if got := strings.Join(c.langs[tag].forms(), " "); got != want {
			t.Errorf("%s counts in %s, not %s", tag, got, want)
		}
	}
	for _, tc := range []struct {
		tag    string
		months int
		want   string
	}{
		{"en", 1, "1 month after"}, {"en", 12, "12 months after"},
		{"ro", 1, "la o lună"}, {"ro", 6, "la 6 luni"}, {"ro", 24, "la 24 de luni"},
		{"ar", 0, "فور انتهائنا"}, {"ar", 1, "بعد شهر من"}, {"ar", 2, "بعد شهرين"}, {"ar", 3, "3 أشهر"}, {"ar", 12, "12 شهراً"}, {"ar", 100, "100 شهر من"},
	} {
		got, err := c.Render(tc.tag, "privacy_short", map[string]any{"months": tc.months, "contact": "020 7946 0000"})
		if err != nil || !strings.Contains(got.Text, tc.want) {
			t.Errorf("%s, %d months: %s (%v)", tc.tag, tc.months, got.Text, err)
		}
	}
}

// Dates, times and lists, as each language writes them.
func TestDatesTimesLists(t *testing.T) {
	t.Parallel()
	c := load(t)
	first := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	eighth := time.Date(2026, 12, 8, 15, 30, 0, 0, time.UTC)
	for tag, want := range map[string][]string{
		"en": {"Tuesday 1 December", "9am", "Tuesday 8 December", "3:30pm", "a, b and c"},
		"ro": {"marți 1 decembrie", "9:00", "marți 8 decembrie", "15:30", "a, b și c"},
		"so": {"Talaado 1 Desembar", "9 subaxnimo", "Talaado 8 Desembar", "3:30 galabnimo", "a, b iyo c"},
		"es": {"martes 1 de diciembre", "9:00", "martes 8 de diciembre", "15:30", "a, b y c"},
		"pl": {"wtorek 1 grudnia", "9:00", "wtorek 8 grudnia", "15:30", "a, b i c"},
		"pt": {"terça-feira, 1 de dezembro", "9:00", "terça-feira, 8 de dezembro", "15:30", "a, b e c"},
		"it": {"martedì 1 dicembre", "9:00", "martedì 8 dicembre", "15:30", "a, b e c"},
		"bn": {"মঙ্গলবার ১ ডিসেম্বর", "সকাল ৯টা", "মঙ্গলবার ৮ ডিসেম্বর", "বিকাল ৩:৩০", "a, b ও c"},
		"ur": {"منگل 1 دسمبر", "صبح 9 بجے", "منگل 8 دسمبر", "دوپہر 3:30 بجے", "a، b اور c"},
		"ar": {"الثلاثاء 1 ديسمبر", "الساعة 9 صباحاً", "الثلاثاء 8 ديسمبر", "الساعة 3:30 عصراً", "a، b وc"},
	} {
		l := c.langs[tag]
		got := []string{l.Date(first), l.Time(first), l.Date(eighth), l.Time(eighth), l.list([]string{"a", "b", "c"})}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, not %q", tag, got, want)
		}
	}
	for _, l := range c.Languages() {
		for hour := range 24 {
			if s := l.Time(time.Date(2026, 12, 1, hour, 5, 0, 0, time.UTC)); strings.ContainsAny(s, "{}") || s == "" {
				t.Errorf("%s at %d: %q", l.Tag, hour, s)
			}
		}
		for month := range 12 {
			if s := l.Date(time.Date(2026, time.Month(month+1), 1, 0, 0, 0, 0, time.UTC)); strings.ContainsAny(s, "{}") {
				t.Errorf("%s: %q", l.Tag, s)
			}
		}
	}
}

func TestIsolates(t *testing.T) {
	t.Parallel()
	ar := &Language{Meta: Meta{Direction: "rtl"}}
	en := &Language{Meta: Meta{Direction: "ltr"}}
	for _, tc := range []struct {
		l        *Language
		in, want string
	}{
		{ar, "999", "999"},
		{ar, "116 123", "\u2066\u200e116 123\u2069"},
		{ar, "+447700900123", "\u2066\u200e+447700900123\u2069"},
		{ar, "BDD-7K2M", "\u2066BDD-7K2M\u2069"},
		{ar, "Amina", "\u2066Amina\u2069"},
		{ar, "أمينة", "أمينة"},
		{ar, "Amina أمينة", "\u2068Amina أمينة\u2069"},
		{ar, "", ""},
		{en, "Amina", "Amina"},
		{en, "أمينة", "\u2068أمينة\u2069"},
	} {
		if got := tc.l.isolate(tc.in); got != tc.want {
			t.Errorf("%q in %s: %q", tc.in, tc.l.Meta.Direction, got)
		}
	}
	for in, want := range map[string]string{
		"اتصل 020 7946 0999 الآن": "اتصل \u2066\u200e020 7946 0999\u2069 الآن",
		"من 18-64 {contact}":      "من \u2066\u200e18-64\u2069 {contact}",
		"\u2066116 123\u2069":     "\u2066116 123\u2069",
		"أرسل 1 إذا نعم، 2":       "أرسل 1 إذا نعم، 2",
		"{a_b} مثل 1 4.":          "{a_b} مثل \u2066\u200e1 4\u2069.",
	} {
		if got := isolateFragile(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
