package understand_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"linkline/bot"
	"linkline/internal/ndjson"
	"linkline/internal/understand"
	"linkline/locales"

	"github.com/google/go-cmp/cmp"
)

// shared is made once: a Reader never changes.
var shared = sync.OnceValues(func() (*understand.Reader, error) {
	c, err := locales.Default()
	if err != nil {
		return nil, err
	}
	return understand.New(c)
})

func reader(t testing.TB) *understand.Reader {
	t.Helper()
	r, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnswersInEnglish(t *testing.T) {
	t.Parallel()
	r := reader(t)
	menu := []string{"Money", "Home", "Food", "Lonely or low", "Health", "Something else"}
	for _, tc := range []struct {
		q, text string
		choices []string
		want    any
	}{
		{"yesno", "yes", nil, understand.Yes}, {"yesno", "YESSS please x", nil, understand.Yes}, {"yesno", "1", nil, understand.Yes},
		{"yesno", "2.", nil, understand.No}, {"yesno", "nope", nil, understand.No}, {"yesno", "yes i agree", nil, understand.Yes},
		{"yesno", "yes and no", nil, understand.Unclear}, {"yesno", "maybe", nil, understand.Unclear}, {"yesno", "3", nil, understand.Unclear},
		{"yesno", "👍", nil, understand.Yes}, {"yesno", "", nil, understand.Unclear},
		{"choice", "2", menu, 2}, {"choice", "2️⃣", menu, 2}, {"choice", "3 no sorry 2", menu, 2}, {"choice", "1 and 4", menu, []int{1, 4}},
		{"choice", "4,1", menu, []int{1, 4}}, {"choice", "14", menu, understand.Unclear}, {"choice", "1৪", menu, []int{1, 4}}, {"choice", "the second one", menu, 2}, {"choice", "2 please x", menu, 2},
		{"choice", "food", menu, 3}, {"choice", "something else", menu, 6}, {"choice", "7", menu, understand.Unclear}, {"choice", "none of these", menu, "none"},
		{"choice", "stop", menu, understand.Unclear}, {"choice", "٣", menu, 3}, {"choice", "banana", menu, understand.Unclear},
		{"postcode", "ig11 8he", nil, "IG11 8HE"}, {"postcode", "IGll 8HE", nil, "IG11 8HE"}, {"postcode", "E6", nil, "E6"}, {"postcode", "i live in barking", nil, "area:Barking"},
		{"postcode", "near upton park station", nil, "area:Upton Park"}, {"postcode", "sofa surfing", nil, "nfa"}, {"postcode", "M1 1AE", nil, "outside"},
		{"postcode", "Manchester", nil, "outside"}, {"postcode", "rather not say", nil, "refused"}, {"postcode", "dagenam", nil, "area:Dagenham"}, {"postcode", "blah", nil, understand.Unclear},
		{"age", "70", nil, 70}, {"age", "im 29", nil, 29}, {"age", "seventy two", nil, 72}, {"age", "born 1957", nil, "year:1957"}, {"age", "12/03/1957", nil, "year:1957"},
		{"age", "20-30", nil, understand.Unclear}, {"age", "300", nil, understand.Unclear}, {"age", "rather not say", nil, "refused"},
		{"name", "my name is Amina", nil, "Amina"}, {"name", "hi im José", nil, "José"}, {"name", "call me Big Dave please", nil, "Big Dave"}, {"name", "skip", nil, "refused"},
		{"name", "i need help with my flat", nil, understand.Unclear}, {"name", "yes", nil, understand.Unclear}, {"name", "123", nil, understand.Unclear}, {"name", "〇", nil, understand.Unclear},
		{"number", "twenty one", nil, 21}, {"number", "5", nil, 5}, {"number", "5 or 6", nil, understand.Unclear},
		{"command", "STOP", nil, "stop"}, {"command", "please stop the bus noise", nil, "none"}, {"command", "when does it start?", nil, "none"}, {"command", "leave me alone", nil, "stop"},
		{"command", "i want to stop smoking", nil, "none"}, {"command", "can i talk to someone please", nil, "human"}, {"command", "0", nil, "human"}, {"command", "hello", nil, "none"},
		{"command", "chnage", nil, "change"}, {"command", "delete my data", nil, "delete"},
		{"language", "english please", nil, "en"}, {"language", "Polish", nil, "pl"}, {"language", "hmm", nil, understand.Unclear},
		{"contact_time", "half 3", nil, understand.Timing{Around: "15:30"}}, {"contact_time", "after 6pm", nil, understand.Timing{After: "18:00"}},
		{"contact_time", "mornings not mondays", nil, understand.Timing{Part: []string{"morning"}, NotDays: []string{"mon"}}}, {"contact_time", "before 11 tomorrow", nil, understand.Timing{Before: "11:00", Relative: "tomorrow"}},
		{"contact_time", "xyz", nil, understand.Unclear},
	} {
		got, _, err := r.Answer(tc.q, "en", tc.text, tc.choices)
		want := tc.want
		if s, ok := got.(string); ok && want == understand.Unclear {
			got = understand.Truth(s)
		}
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s %q: %v (%v), want %v", tc.q, tc.text, got, err, want)
		}
	}
}

func TestALongFirstTextLeavesLittleToAsk(t *testing.T) {
	t.Parallel()
	got := reader(t).Offers("en", "Hi im Chantelle, 29, E6, 2 kids on UC, flat full of mould, pls text not call i work nights")
	want := []string{"contact", "name", "needs", "place", "who"}
	if !cmp.Equal(understand.Ready(got), want) {
		t.Fatalf("offered %v, want %v", understand.Ready(got), want)
	}
	if got["name"].Text.Raw() != "Chantelle" || !cmp.Equal(got["who"].IDs, []string{"adult"}) || got["place"].Place.Outcode != "E6" {
		t.Errorf("name %q who %v place %+v", got["name"].Text.Raw(), got["who"].IDs, got["place"].Place)
	}
	if c := got["contact"].Contact; !cmp.Equal(c.Ways, []string{"text"}) || !cmp.Equal(c.NotWays, []string{"call"}) {
		t.Errorf("contact %+v", c)
	}
	if n := got["needs"].IDs; !cmp.Equal(n, []string{"money", "home"}) {
		t.Errorf("needs %v", n)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	r := reader(t)
	for text, want := range map[string]string{
		"hello i need help with my house": "en", "আমার সাহায্য দরকার": "bn", "નમસ્તે મદદ": "gu", "potrzebuję pomocy": "pl", "12": "und", "": "und",
	} {
		if got, _ := r.Detect(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestLinesGoOnAfterABadOne(t *testing.T) {
	t.Parallel()
	in := "{\"question\":\"yesno\",\"lang\":\"en\",\"text\":\"yes\"}\n\nnot json\n{\"question\":\"nope\",\"text\":\"x\"}\n{\"question\":\"age\",\"text\":\"70\"}"
	var out bytes.Buffer
	if err := reader(t).Lines(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 5 || lines[0] != `{"answer":"yes"}` || lines[4] != `{"answer":70}` {
		t.Fatalf("got %q", lines)
	}
	for _, i := range []int{1, 2, 3} {
		if !strings.HasPrefix(lines[i], `{"error":`) {
			t.Errorf("line %d: %s", i, lines[i])
		}
	}
}

func TestLinesAreNamedForWhatIsWrong(t *testing.T) {
	t.Parallel()
	full := `{"question":"yesno","text":"` + strings.Repeat(" ", ndjson.MaxLine-50) + `yes"}`
	in := strings.Join([]string{
		"null", "5", `"x"`, `[]`, `{"text":"x"}`, `{"question":"yesno"}`, `{"question":"yesno","text":7}`, full + strings.Repeat(" ", ndjson.MaxLine-len(full)), strings.Repeat("x", 3*ndjson.MaxLine),
		`{"question":"choice","text":"2","choices":null}`, "  ", `{"question":"yesno","lang":"xx","text":"yes","more":1}`,
	}, "\n")
	var out bytes.Buffer
	if err := reader(t).Lines(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 12 {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	for i, l := range lines {
		wrong := strings.HasPrefix(l, `{"error":`)
		if want := i != 7 && i != 9 && i != 11; wrong != want {
			t.Errorf("line %d: %s", i, l)
		}
	}
}

func FuzzRead(f *testing.F) {
	r := reader(f)
	f.Add("3 no sorry 2", "en")
	f.Add("\xff\u202e٣", "ar")
	asked := &bot.Asked{Kind: bot.AskMany, Also: []bot.AskKind{bot.AskText, bot.AskPlace, bot.AskContact, bot.AskName, bot.AskAge, bot.AskPhone}, Options: []string{"a", "b", "c"}}
	f.Fuzz(func(t *testing.T, text, lang string) {
		u := r.Read(lang, asked, []string{"One", "Two", "Three"}, text)
		for _, id := range u.Answer.Value.IDs {
			if !strings.Contains("a b c none same", id) {
				t.Fatalf("an option that was never shown: %q", id)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r := reader(b)
	asked := &bot.Asked{Kind: bot.AskMany, Also: []bot.AskKind{bot.AskText}, Options: []string{"money", "home", "food"}}
	choices := []string{"Money", "Home", "Food"}
	for b.Loop() {
		r.Read("en", asked, choices, "we have damp and mould in the flat and the landlord does nothing")
	}
}

func BenchmarkNew(b *testing.B) {
	c, err := locales.Default()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := understand.New(c); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDetect(b *testing.B) {
	r := reader(b)
	for b.Loop() {
		r.Detect("we have damp and mould in the flat and the landlord does nothing")
	}
}
