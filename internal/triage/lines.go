package triage

import (
	"errors"
	"io"

	"linkline/internal/ndjson"
)

// Lines answers NDJSON for `linkline triage`.
func (t *Triage) Lines(in io.Reader, out io.Writer) error {
	return ndjson.Answer(in, out, func(line []byte) (any, error) {
		var q struct {
			Lang string  `json:"lang"`
			Text *string `json:"text"`
		}
		if err := ndjson.Decode(line, &q); err != nil {
			return nil, err
		}
		if q.Text == nil {
			return nil, errors.New("the key text is missing (write {\"text\": \"…\"})")
		}
		return t.Look(q.Lang, *q.Text), nil
	})
}
