package fold

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// What letters come to by themselves is what they come to together.
func TestAloneIsTogether(t *testing.T) {
	t.Parallel()
	for r := rune(1); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		for _, s := range []string{string(r), "a" + string(r) + "é", "ক" + string(r) + "्া", "ا" + string(r) + "\u0654"} {
			if got, ok := alone(s); ok && got != together(s) {
				t.Fatalf("%U: %q alone, %q together", r, got, together(s))
			}
		}
	}
}

func TestAloneIsTogetherInTexts(t *testing.T) {
	t.Parallel()
	ranges := [][2]int{{0x20, 0x17f}, {0x300, 0x36f}, {0x400, 0x4ff}, {0x600, 0x6ff}, {0x900, 0xbff}, {0x1100, 0x1380}, {0x1e00, 0x206f}, {0x4e00, 0x4f00}, {0xac00, 0xad00}, {0xfb50, 0xfeff}}
	letter := rapid.Custom(func(t *rapid.T) rune {
		in := rapid.SampledFrom(ranges).Draw(t, "range")
		return rune(rapid.IntRange(in[0], in[1]).Draw(t, "letter"))
	})
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(letter, 0, 24).Draw(t, "text"))
		if got, ok := alone(s); ok && got != together(s) {
			t.Fatalf("%q: %q alone, %q together", s, got, together(s))
		}
	})
}

// Texts in most of the languages must be spared the long way.
func TestMostTextsFoldAlone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"Bună ziua, vreau să vorbesc", "آپ کیسے ہیں؟", "Привет, как дела", "मुझे मदद चाहिए", "እርዳታ እፈልጋለሁ", "我需要帮助", "“it’s” – ok", "મને મદદ જોઈએ છે", "Tôi cần giúp đỡ", "ਮੈਨੂੰ ਮਦਦ ਚਾਹੀਦੀ ਹੈ"} {
		if _, ok := alone(s); !ok {
			t.Errorf("%q takes the long way", s)
		}
	}
}
