package triage

import (
	"os"
	"testing"

	"linkline/locales"
)

// Whoever answers what was asked is not told of helplines for it, and nobody is
// woken: what hints add up to needs more than an answer to stand on.
func TestAnswersAreNoCries(t *testing.T) {
	t.Parallel()
	tr := ready(t)
	patterns, err := patternsOnly(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	for text := range tr.answers() {
		if got, want := tr.Look("", text).Label, patterns.Look("", text).Label; got != want {
			t.Errorf("%q: %s, by the patterns %s", text, got, want)
		}
	}
	for _, text := range []string{"Tonight", "myself", "Just me", "i dont want to", "agent", "from the beginning", "a person", "Под 13", "Dưới 13", "ሌሊት", "لا أريد", "ne khochu", "thik ase bhai"} {
		if got := tr.Look("", text); got.Label != None {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// No text that anybody called a cry for help is taken for an answer.
func TestNoCryIsAnAnswer(t *testing.T) {
	t.Parallel()
	tr := ready(t)
	var all []Example
	for _, dir := range append([]string{"heldout"}, Lessons...) {
		list, err := Examples(os.DirFS("testdata"), dir)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	for _, s := range authors(t) {
		for _, by := range []map[string][]string{s.file.Dev.Crisis, s.file.Dev.Concern} {
			for _, texts := range by {
				for _, text := range texts {
					all = append(all, Example{s.lang, Crisis, "", text})
				}
			}
		}
	}
	for _, e := range all {
		if ts := read(nil, e.Text, tr.lexicon); e.Label != None && tr.answer(ts) {
			t.Errorf("%s %q", e.Lang, e.Text)
		}
	}
}

// What is said every day is no pattern's cry, though a danger word of another
// language is spelt like it.
func TestLookalikesAreNoCries(t *testing.T) {
	t.Parallel()
	tr, err := patternsOnly(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"لا أريد أن أقول", "ما بدي احكي", "مش عايز اقول", "لا أريد الإجابة", "Tôi cần tư vấn về nhà ở", "preciso de ajuda com a saúde",
		"no le importa", "no le gusta hablar por teléfono", "mergi înapoi",
	} {
		if got := tr.Look("", text); got.Label == Crisis {
			t.Errorf("%q: %+v", text, got)
		}
	}
	for _, text := range []string{"لا اريد ان اعيش", "لا أريد هذه الحياة", "ما بدي كمل", "مش قادر اكمل", "tôi muốn tự vẫn", "mane šaudė"} {
		if got := tr.Look("", text); got.Label != Crisis {
			t.Errorf("%q is lost", text)
		}
	}
}
