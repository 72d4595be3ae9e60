package sms_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"linkline/internal/sms"

	"github.com/google/go-cmp/cmp"
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

func FuzzSplit(f *testing.F) {
	f.Add("hello \u2066020\u2069 world 👩‍👩‍👧", 12)
	f.Fuzz(func(t *testing.T, text string, max int) {
		if max < 20 || max > 2000 || !utf8.ValidString(text) {
			return
		}
		for _, p := range sms.Split(text, max) {
			if sms.Units(p) > max {
				t.Fatalf("part of %d units, limit %d", sms.Units(p), max)
			}
		}
	})
}
