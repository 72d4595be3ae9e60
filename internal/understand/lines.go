package understand

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"linkline/internal/fold"
)

// Question kinds of CONTRACT 5.
var questions = []string{"yesno", "choice", "language", "postcode", "age", "name", "number", "command", "contact_time"}

// MaxLine is the longest line of a line tool, in bytes.
const MaxLine = 1 << 20

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

type failure struct {
	Error string `json:"error"`
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

// Lines answers NDJSON, one object a line, in order; a bad line gets an error
// object and the run goes on.
func (r *Reader) Lines(in io.Reader, out io.Writer) error {
	return lines(in, out, func(line []byte) any {
		var a ask
		if err := json.Unmarshal(line, &a); err != nil {
			return failure{"not a JSON object: " + err.Error()}
		}
		if a.Text == nil {
			return failure{"the key text is missing"}
		}
		answer, borough, err := r.Answer(a.Question, a.Lang, *a.Text, a.Choices)
		if err != nil {
			return failure{err.Error()}
		}
		return reply{answer, borough}
	})
}

// DetectLines answers NDJSON for `linkline detect`.
func (r *Reader) DetectLines(in io.Reader, out io.Writer) error {
	return lines(in, out, func(line []byte) any {
		var a ask
		if err := json.Unmarshal(line, &a); err != nil || a.Text == nil {
			return failure{"write {\"text\": \"…\"}"}
		}
		lang, sure := r.Detect(*a.Text)
		return struct {
			Lang string `json:"lang"`
			Sure bool   `json:"sure"`
		}{lang, sure}
	})
}

// lines runs a function over every line; output is flushed per line.
func lines(in io.Reader, out io.Writer, do func([]byte) any) error {
	rd := bufio.NewReaderSize(in, 64<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for {
		line, long, err := readLine(rd)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read: %w", err)
		}
		if err != nil && len(line) == 0 && !long {
			return nil
		}
		var v any
		switch {
		case long:
			v = failure{"the line is longer than 1 MiB"}
		case len(bytes.TrimSpace(line)) == 0:
			v = failure{"the line is empty"}
		default:
			v = do(line)
		}
		if err := enc.Encode(v); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
}

// readLine reads a line and keeps no more than MaxLine of it; what is longer
// is read to its end and thrown away.
func readLine(rd *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := rd.ReadSlice('\n')
		if len(line)+len(part) > MaxLine+1 {
			line, long = nil, true
		}
		if !long {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}
