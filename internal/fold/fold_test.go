package fold_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"linkline/internal/fold"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"  YESSSSS  please ": "yes please",
		"Bună ziua":          "buna ziua",
		"٣":                  "3",
		"۳":                  "3",
		"৩":                  "3",
		"३":                  "3",
		"３":                  "3",
		"3️⃣":                "3",
		"نَعَم":              "نعم",
		"أريـــد":            "اريد",
		"کیا":                "كيا",
		"don’t":              "don't",
		"a\u200bb\u202ec":    "abc",
		"HAYIR İ":            "hayir i",
		"ড়":                 fold.Text("ড\u09bc"),
		"ሠላም ዓዲ":             fold.Text("ሰላም አዲ"),
		"፫":                  "3",
		"हाँ":                fold.Text("हां"),
		"سڵاو":               "سلاو",
		"شيء":                "شي",
		"":                   "",
		"\xff\xfehi":         "hi",
	} {
		if got := fold.Text(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	if got := fold.Words("Don't: 1, 4 & ٥!"); !cmp.Equal(got, []string{"dont", "1", "4", "5"}) {
		t.Errorf("got %q", got)
	}
	if got := fold.Key("我叫Ali 3号"); got != "我 叫 ali 3 号" {
		t.Errorf("every Chinese sign is a word: %q", got)
	}
	if got := fold.Words("আমি বাংলা"); len(got) != 2 {
		t.Errorf("marks belong to their letters: %q", got)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b      string
		max, want int
	}{
		{"suicide", "suicide", 2, 0}, {"suicide", "sucide", 2, 1}, {"suicide", "siucide", 2, 1},
		{"kill", "bill", 1, 1}, {"abc", "xyz", 2, 3}, {"", "ab", 1, 2},
	} {
		if got := fold.Distance(tc.a, tc.b, tc.max); got != tc.want {
			t.Errorf("%s %s: %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"hello", "أريد", "3️⃣", "ড়", "\xff", strings.Repeat("ä̈", 50)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := fold.Text(s)
		if !utf8.ValidString(got) {
			t.Fatalf("not valid: %q", got)
		}
		for _, w := range fold.Cut(got) {
			if strings.ContainsAny(w, " \t\n'") {
				t.Fatalf("word with a gap: %q", w)
			}
		}
	})
}

func BenchmarkText(b *testing.B) {
	for b.Loop() {
		fold.Text("آپ کیسے ہیں؟ I live in Barking, 3 kids")
	}
}
