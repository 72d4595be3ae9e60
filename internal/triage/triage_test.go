package triage

import (
	"strings"
	"testing"

	"linkline/locales"
)

func ready(t testing.TB) *Triage {
	t.Helper()
	tr, err := New(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// authors are the languages with the texts their patterns were written from.
func authors(t testing.TB) []*source {
	t.Helper()
	list, err := load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Every language's patterns find what their own author wrote them for, with all
// languages loaded and no hint, and are silent where they said so.
func TestDevelopmentPhrases(t *testing.T) {
	t.Parallel()
	tr, err := patternsOnly(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range tr.sources {
		t.Run(s.lang, func(t *testing.T) {
			t.Parallel()
			for category, texts := range s.file.Dev.Crisis {
				for _, text := range texts {
					if got := tr.Look("", text); got.Label != Crisis {
						t.Errorf("crisis %s %q: %s %s %q", category, text, got.Label, got.Category, got.Matched)
					}
				}
			}
			for category, texts := range s.file.Dev.Concern {
				for _, text := range texts {
					if got := tr.Look("", text); got.Label != Concern {
						t.Errorf("concern %s %q: %s %s %q", category, text, got.Label, got.Category, got.Matched)
					}
				}
			}
			for _, text := range s.file.Dev.None {
				if got := tr.Look("", text); got.Label != None {
					t.Errorf("none %q: %s %s %q", text, got.Label, got.Category, got.Matched)
				}
			}
		})
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := ready(t).Lines(strings.NewReader("{\"text\":\"i want to die\"}\n\nx\n{\"lang\":\"en\",\"text\":\"hi\"}"), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || !strings.Contains(lines[0], `"label":"crisis"`) || !strings.HasPrefix(lines[1], `{"error"`) || lines[3] != `{"label":"none","category":"none","matched":[]}` {
		t.Errorf("got %q", lines)
	}
}

// A cry for help is not lost in noise around it.
func TestNoiseHidesNothing(t *testing.T) {
	t.Parallel()
	tr := ready(t)
	for _, s := range authors(t) {
		for _, texts := range s.file.Dev.Crisis {
			for _, text := range texts {
				for _, noisy := range []string{"hello " + text, text + " thank you", strings.ToUpper(text), "IG11 8HE. " + text + " x", text + "!!!! 😭", "stop\n" + text} {
					if tr.Look("", noisy).Label == None {
						t.Errorf("%s %q is lost", s.lang, noisy)
					}
				}
			}
		}
	}
}

func FuzzLook(f *testing.F) {
	tr := ready(f)
	for _, text := range []string{"i want to die", "\xff\u202e", "s u i c i d e", "'*'$", "su1cide 自杀", strings.Repeat("die ", 400)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := tr.Look("", text)
		if r.Label != None && len(r.Matched) == 0 {
			t.Fatal("a label without its words")
		}
		again := tr.Look("xx", text)
		if again.Label != r.Label || again.Category != r.Category || strings.Join(again.Matched, "|") != strings.Join(r.Matched, "|") {
			t.Fatal("two looks differ")
		}
	})
}

func BenchmarkLook(b *testing.B) {
	tr := ready(b)
	b.ReportAllocs()
	for b.Loop() {
		tr.Look("en", "we have damp and mould in the flat and the landlord does nothing about it")
	}
}
