package ndjson_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"linkline/internal/ndjson"

	"github.com/google/go-cmp/cmp"
)

type question struct {
	Text    *string  `json:"text"`
	Choices []string `json:"choices"`
}

func answer(line []byte) (any, error) {
	var q question
	if err := ndjson.Decode(line, &q); err != nil {
		return nil, err
	}
	if q.Text == nil {
		return nil, errors.New("the key text is missing")
	}
	return map[string]string{"text": *q.Text}, nil
}

func TestEveryLineIsAnsweredInPlainWords(t *testing.T) {
	t.Parallel()
	long := `{"text":"` + strings.Repeat("a", ndjson.MaxLine) + `"}`
	whole := `{"text":"` + strings.Repeat("a", ndjson.MaxLine-11) + `"}`
	in := strings.Join([]string{
		`{"text":"a<b"}`, ``, `{"text":3}`, `[1]`, `"a"`, `hello`, `{"text":"a"`, `{"text":"a"} {}`, `{"text":"a","choices":"b"}`,
		`{"text":"a","choices":[1]}`, `null`, `{"text":true}`, long, whole, `{"text":"last"}`,
	}, "\n")
	want := strings.Join([]string{
		`{"text":"a<b"}`,
		`{"error":"line 2: it is empty"}`,
		`{"error":"line 3: the key \"text\" holds a number where text belongs"}`,
		`{"error":"line 4: it is a list, not an object (write {\"text\": \"…\"})"}`,
		`{"error":"line 5: it is text, not an object (write {\"text\": \"…\"})"}`,
		`{"error":"line 6: it is no JSON object (write {\"text\": \"…\"})"}`,
		`{"error":"line 7: it is no whole JSON object (look at its quotes, commas and brackets; one object a line)"}`,
		`{"error":"line 8: it is no whole JSON object (look at its quotes, commas and brackets; one object a line)"}`,
		`{"error":"line 9: the key \"choices\" holds text where a list of texts belongs"}`,
		`{"error":"line 10: the key \"choices\" holds a number where text belongs"}`,
		`{"error":"line 11: the key text is missing"}`,
		`{"error":"line 12: the key \"text\" holds true or false where text belongs"}`,
		`{"error":"line 13: it is longer than 1 MiB"}`,
		whole,
		`{"text":"last"}`, ``,
	}, "\n")
	var out strings.Builder
	if err := ndjson.Answer(strings.NewReader(in), &out, answer); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
}

// eager fails a test that reads on before the line before was answered.
type eager struct {
	lines []string
	out   *strings.Builder
	t     *testing.T
	asked int
}

func (e *eager) Read(p []byte) (int, error) {
	if got := strings.Count(e.out.String(), "\n"); got != e.asked {
		e.t.Errorf("%d lines were asked, %d answered", e.asked, got)
	}
	if e.asked == len(e.lines) {
		return 0, io.EOF
	}
	n := copy(p, e.lines[e.asked]+"\n")
	e.asked++
	return n, nil
}

func TestALineIsAnsweredBeforeTheNextIsRead(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	in := &eager{lines: []string{`{"text":"a"}`, `no`, `{"text":"b"}`}, out: &out, t: t}
	if err := ndjson.Answer(in, &out, answer); err != nil {
		t.Fatal(err)
	}
}
