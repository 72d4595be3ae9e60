package triage

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Lines answers NDJSON for `linkline triage`: one object a line, in order; a
// bad line gets an error object and the run goes on.
func (t *Triage) Lines(in io.Reader, out io.Writer) error {
	rd := bufio.NewReaderSize(in, 64<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for {
		line, err := rd.ReadBytes('\n')
		if len(line) == 0 && err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read: %w", err)
		}
		if err := enc.Encode(t.line(line)); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
}

type failure struct {
	Error string `json:"error"`
}

func (t *Triage) line(line []byte) any {
	if len(line) > 1<<20+1 {
		return failure{"the line is longer than 1 MiB"}
	}
	if strings.TrimSpace(string(line)) == "" {
		return failure{"the line is empty"}
	}
	var q struct {
		Lang string  `json:"lang"`
		Text *string `json:"text"`
	}
	if err := json.Unmarshal(line, &q); err != nil {
		return failure{"not a JSON object: " + err.Error()}
	}
	if q.Text == nil {
		return failure{"the key text is missing"}
	}
	return t.Look(q.Lang, *q.Text)
}
