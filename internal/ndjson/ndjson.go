// Package ndjson carries the line tools: one JSON object a line in, one a
// line out, in order, whatever the lines hold. It imports nothing of
// Linkline's.
package ndjson

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// MaxLine is the longest line that is answered, in bytes.
const MaxLine = 1 << 20

// failure is the answer to a line that cannot be answered.
type failure struct {
	Error string `json:"error"`
}

// Answer answers every line of in on out and flushes per line. A line that
// cannot be read, or for which do returns an error, gets an error object that
// names its number, and the run goes on.
func Answer(in io.Reader, out io.Writer, do func(line []byte) (any, error)) error {
	rd := bufio.NewReaderSize(in, 64<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; ; n++ {
		line, long, err := read(rd)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read: %w", err)
		}
		if err != nil && len(line) == 0 && !long {
			return nil
		}
		answer, wrong := one(line, long, do)
		if wrong != nil {
			answer = failure{fmt.Sprintf("line %d: %s", n, wrong)}
		}
		if err := enc.Encode(answer); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
}

func one(line []byte, long bool, do func([]byte) (any, error)) (any, error) {
	switch {
	case long:
		return nil, errors.New("it is longer than 1 MiB")
	case len(bytes.TrimSpace(line)) == 0:
		return nil, errors.New("it is empty")
	}
	return do(line)
}

// read reads a line and keeps no more than MaxLine of it; what is longer is
// read to its end and thrown away.
func read(rd *bufio.Reader) (line []byte, long bool, err error) {
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

// Decode reads one object. Its errors are plain words for people who write
// such lines by hand or by script, and speak of keys, not of this program's
// types.
func Decode(line []byte, into any) error {
	err := json.Unmarshal(line, into)
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("it is %s, not an object (write {\"text\": \"…\"})", found(kind.Value))
	case errors.As(err, &kind):
		return fmt.Errorf("the key %q holds %s where %s belongs", kind.Field, found(kind.Value), wanted(kind.Type))
	case !json.Valid(line) && bytes.HasPrefix(bytes.TrimSpace(line), []byte("{")):
		return errors.New("it is no whole JSON object (look at its quotes, commas and brackets; one object a line)")
	}
	return errors.New("it is no JSON object (write {\"text\": \"…\"})")
}

// found names what encoding/json says it found.
func found(value string) string {
	switch value {
	case "string":
		return "text"
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	}
	return "a number"
}

// wanted names what a key takes.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Slice:
		return "a list of texts"
	case reflect.Bool:
		return "true or false"
	}
	return "a number"
}
