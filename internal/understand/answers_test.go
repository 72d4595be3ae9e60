package understand_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Answers that residents give, one a line: question, lang, text, choices, want.
func TestAnswers(t *testing.T) {
	t.Parallel()
	r := reader(t)
	src, err := os.ReadFile("testdata/answers.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(bytes.NewReader(src))
	n := 0
	for sc.Scan() {
		var tc struct {
			Question, Lang, Text string
			Choices              []string
			Want                 any
		}
		if err := json.Unmarshal(sc.Bytes(), &tc); err != nil {
			t.Fatalf("%s: %v", sc.Text(), err)
		}
		var out bytes.Buffer
		if err := r.Lines(strings.NewReader(sc.Text()), &out); err != nil {
			t.Fatal(err)
		}
		var got struct{ Answer any }
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if !cmp.Equal(got.Answer, tc.Want) {
			t.Errorf("%s %s %q: %v, want %v", tc.Question, tc.Lang, tc.Text, got.Answer, tc.Want)
		}
		n++
	}
	if sc.Err() != nil || n < 300 {
		t.Fatalf("%d answers read: %v", n, sc.Err())
	}
}

// A detection is never surely wrong.
func TestDetectIsNeverSurelyWrong(t *testing.T) {
	t.Parallel()
	r := reader(t)
	src, err := os.ReadFile("testdata/detect.txt")
	if err != nil {
		t.Fatal(err)
	}
	all, right := 0, 0
	for line := range strings.Lines(string(src)) {
		tag, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || tag == "#" {
			continue
		}
		got, sure := r.Detect(text)
		all++
		switch {
		case got == tag:
			right++
		case sure:
			t.Errorf("%q: surely %s, is %s", text, got, tag)
		default:
			t.Logf("%q: %s, is %s", text, got, tag)
		}
	}
	if all == 0 || right*100 < 93*all {
		t.Errorf("%d of %d named, want 93 %%", right, all)
	}
}
