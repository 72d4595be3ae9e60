package sms_test

import (
	"strings"
	"testing"

	"linkline/internal/sms"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	t.Parallel()
	cjk, a := "字", "a"
	for _, tc := range []struct {
		name, text string
		enc        sms.Encoding
		segments   int
	}{
		{"160", strings.Repeat(a, 160), sms.GSM7, 1},
		{"161", strings.Repeat(a, 161), sms.GSM7, 2},
		{"306", strings.Repeat(a, 306), sms.GSM7, 2},
		{"307", strings.Repeat(a, 307), sms.GSM7, 3},
		{"80 euro", strings.Repeat("€", 80), sms.GSM7, 1},
		{"81 euro", strings.Repeat("€", 81), sms.GSM7, 2},
		{"euro on the edge", strings.Repeat(a, 152) + "€" + strings.Repeat(a, 152), sms.GSM7, 3},
		{"70 cjk", strings.Repeat(cjk, 70), sms.UCS2, 1},
		{"71 cjk", strings.Repeat(cjk, 71), sms.UCS2, 2},
		{"134 cjk", strings.Repeat(cjk, 134), sms.UCS2, 2},
		{"135 cjk", strings.Repeat(cjk, 135), sms.UCS2, 3},
		{"35 emoji", strings.Repeat("😀", 35), sms.UCS2, 1},
		{"36 emoji", strings.Repeat("😀", 36), sms.UCS2, 2},
		{"pair on the edge", strings.Repeat(cjk, 66) + "😀" + strings.Repeat(cjk, 66), sms.UCS2, 3},
		{"1600 a", strings.Repeat(a, 1600), sms.GSM7, 11},
		{"1600 cjk", strings.Repeat(cjk, 1600), sms.UCS2, 24},
		{"empty", "", sms.GSM7, 0},
		{"160 of two septets", strings.Repeat("[", 80), sms.GSM7, 1},
		{"every extended character", "\f^{}\\[~]|€", sms.GSM7, 1},
		{"accents of GSM-7", "éèùìòÇØøåÅ£@\n", sms.GSM7, 1},
		{"a c with a cedilla", "ç", sms.UCS2, 1},
		{"Polish", "ł", sms.UCS2, 1},
		{"Welsh", "ŵ", sms.UCS2, 1},
		{"a tab", "a\tb", sms.UCS2, 1},
		{"a joiner", "a\u200db", sms.UCS2, 1},
		{"a direction mark", "a\u200f", sms.UCS2, 1},
		{"a backtick", "`", sms.UCS2, 1},
		{"curly quote", "it’s", sms.UCS2, 1},
	} {
		got := sms.Count(tc.text)
		if got.Encoding != tc.enc || got.Segments != tc.segments {
			t.Errorf("%s: %s %d, want %s %d", tc.name, got.Encoding, got.Segments, tc.enc, tc.segments)
		}
	}
	if got := sms.Count("it’s").Forcing; !cmp.Equal(got, []rune{'’'}) {
		t.Errorf("forcing: %q", got)
	}
}

func TestSplitKeepsEveryCharacter(t *testing.T) {
	t.Parallel()
	family := "👩‍👩‍👧"
	text := strings.Repeat("word ", 50) + family
	for max := 10; max < 60; max++ {
		parts := sms.Split(text, max)
		for _, p := range parts {
			if sms.Units(p) > max {
				t.Fatalf("max %d: part of %d units", max, sms.Units(p))
			}
		}
		if got := strings.Join(parts, " "); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(text), " ") {
			t.Fatalf("max %d: %q", max, got)
		}
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	if got := sms.Plain("it’s “ok” – yes…"); got != `it's "ok" - yes...` {
		t.Errorf("got %q", got)
	}
	if got := sms.Plain("it’s বাংলা"); got != "it’s বাংলা" {
		t.Errorf("a text that stays UCS-2 is left alone: %q", got)
	}
}

// What a reader sees as one character stays whole.
func TestSplitKeepsCharactersWhole(t *testing.T) {
	t.Parallel()
	for _, whole := range []string{"👩‍👩‍👧‍👦", "👍🏽", "🇬🇧", "1️⃣", "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "ক্ষ", "क्षि", "é́̂", "\r\n"} {
		for before := range 40 {
			text := strings.Repeat("x", before) + whole + strings.Repeat("y", 40)
			found := false
			for _, p := range sms.Split(text, 40) {
				found = found || strings.Contains(p, whole)
			}
			if !found && strings.TrimSpace(whole) != "" {
				t.Errorf("%q is cut behind %d letters", whole, before)
			}
		}
	}
}

func TestSplitKeepsIsolatesTogether(t *testing.T) {
	t.Parallel()
	number := "\u2066020 7946 0000\u2069"
	for before := range 60 {
		text := strings.Repeat("ا", before) + " " + number + " " + strings.Repeat("ب", 60)
		found := false
		for _, p := range sms.Split(text, 60) {
			found = found || strings.Contains(p, number)
		}
		if !found {
			t.Errorf("cut behind %d letters", before)
		}
	}
	open := sms.Split("\u2067"+strings.Repeat("👍🏽", 40), 40) // never closed
	for _, p := range open {
		if strings.HasPrefix(p, "🏽") {
			t.Errorf("%q", p)
		}
	}
}

// Whatever the text: no part is too long, none is empty, and every character
// but the spaces between parts is there, in order.
func TestSplitLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune(" \n\u200d\u2066\u2069🇬🇧👩🏽ক্ষ"))), 0, 200, -1).Draw(t, "text")
		most := rapid.IntRange(2, 80).Draw(t, "most")
		parts := sms.Split(text, most)
		for _, p := range parts {
			if sms.Units(p) > most {
				t.Errorf("a part of %d units, at most %d", sms.Units(p), most)
			}
			if p == "" && len(parts) > 1 {
				t.Error("an empty part")
			}
		}
		if got, want := squeeze(strings.Join(parts, "")), squeeze(text); got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func TestSplitEndsForAnyLimit(t *testing.T) {
	t.Parallel()
	if got := sms.Split("😀😀", 1); len(got) != 2 {
		t.Errorf("%q", got)
	}
	if got := sms.Split(strings.Repeat(" ", 100), 10); len(got) != 1 || got[0] != "" {
		t.Errorf("%q", got)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("hello \u2066020\u2069 world 👩‍👩‍👧", 12)
	f.Fuzz(func(t *testing.T, text string, max int) {
		if max < 2 || max > 2000 {
			return
		}
		parts := sms.Split(text, max)
		for _, p := range parts {
			if sms.Units(p) > max {
				t.Fatalf("part of %d units, limit %d", sms.Units(p), max)
			}
		}
		if squeeze(strings.Join(parts, "")) != squeeze(text) {
			t.Fatal("something is lost")
		}
	})
}
