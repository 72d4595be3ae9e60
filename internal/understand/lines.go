package understand

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"linkline/internal/fold"
	"linkline/internal/ndjson"
)

// Question kinds of CONTRACT 5.
var questions = []string{"yesno", "choice", "language", "postcode", "age", "name", "number", "command", "contact_time"}

type ask struct {
	Question string   `json:"question"`
	Lang     string   `json:"lang"`
	Text     *string  `json:"text"`
	Choices  []string `json:"choices"`
}

type reply struct {
	Answer  any    `json:"answer"`
	Borough string `json:"borough,omitempty"`
}

// Answer gives one answer in the shape of the contract.
func (r *Reader) Answer(question, lang, text string, choices []string) (answer any, borough string, err error) {
	switch question {
	case "yesno":
		return r.YesNo(lang, text), "", nil
	case "choice":
		p := r.Choice(lang, text, choices)
		switch {
		case p.None:
			return "none", "", nil
		case len(p.Indexes) == 1:
			return p.Indexes[0], "", nil
		case len(p.Indexes) > 1:
			return p.Indexes, "", nil
		}
		return Unclear, "", nil
	case "language":
		if tag, ok := r.whichLanguage(lang, text, choices); ok {
			return tag, "", nil
		}
		return Unclear, "", nil
	case "postcode":
		p := r.Postcode(lang, text)
		return p.Answer, p.Borough, nil
	case "age":
		a := r.Age(lang, text)
		switch {
		case a.Refused:
			return "refused", "", nil
		case a.Year > 0:
			return fmt.Sprintf("year:%d", a.Year), "", nil
		case a.OK:
			return a.Age, "", nil
		}
		return Unclear, "", nil
	case "name":
		n, refused, ok := r.Name(lang, text)
		switch {
		case refused:
			return "refused", "", nil
		case ok:
			return n, "", nil
		}
		return Unclear, "", nil
	case "number":
		if n, ok := r.Number(lang, text); ok {
			return n, "", nil
		}
		return Unclear, "", nil
	case "command":
		return r.Command(lang, text), "", nil
	case "contact_time":
		if t, ok := r.ContactTime(lang, text); ok {
			return t, "", nil
		}
		return Unclear, "", nil
	}
	if question == "" {
		return nil, "", fmt.Errorf("the key question is missing (known: %s)", strings.Join(questions, ", "))
	}
	return nil, "", fmt.Errorf("unknown question %q (known: %s)", question, strings.Join(questions, ", "))
}

// whichLanguage takes the name of a language, the number of a menu line, or
// the language that the text itself is surely written in.
func (r *Reader) whichLanguage(lang, text string, choices []string) (string, bool) {
	if tag, _, ok := r.Language(text); ok {
		return tag, true
	}
	if len(choices) > 0 {
		if p := r.Choice(lang, text, choices); len(p.Indexes) == 1 {
			tag, _, ok := r.Language(choices[p.Indexes[0]-1])
			return tag, ok
		}
		return "", false
	}
	if len(fold.Words(text)) < 3 || r.Command(lang, text) != "none" {
		return "", false
	}
	tag, sure := r.Detect(text)
	if tag == "en" || !sure {
		return "", false
	}
	served, _ := r.serves(tag)
	return served, true
}

// Lines answers NDJSON for `linkline understand`.
func (r *Reader) Lines(in io.Reader, out io.Writer) error {
	return ndjson.Answer(in, out, func(line []byte) (any, error) {
		var a ask
		if err := ndjson.Decode(line, &a); err != nil {
			return nil, err
		}
		if a.Text == nil {
			return nil, errNoText
		}
		answer, borough, err := r.Answer(a.Question, a.Lang, *a.Text, a.Choices)
		if err != nil {
			return nil, err
		}
		return reply{answer, borough}, nil
	})
}

// DetectLines answers NDJSON for `linkline detect`.
func (r *Reader) DetectLines(in io.Reader, out io.Writer) error {
	return ndjson.Answer(in, out, func(line []byte) (any, error) {
		var a struct {
			Text *string `json:"text"`
		}
		if err := ndjson.Decode(line, &a); err != nil {
			return nil, err
		}
		if a.Text == nil {
			return nil, errNoText
		}
		lang, sure := r.Detect(*a.Text)
		return struct {
			Lang string `json:"lang"`
			Sure bool   `json:"sure"`
		}{lang, sure}, nil
	})
}

var errNoText = errors.New("the key text is missing (write {\"text\": \"…\"})")
