package locales

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// spot is where something stands in a file, counted from 1; columns are
// bytes, as editors that read file:line:col count them.
type spot struct{ line, col int }

// jsonKeys finds where every key of a JSON document stands. A key within
// another is found as "outer\x00inner". twice lists keys that stand more than
// once in the same object: JSON readers silently keep the last.
func jsonKeys(src []byte) (at map[string]spot, twice []string) {
	at = map[string]spot{}
	d := json.NewDecoder(bytes.NewReader(src))
	var value func(path string) error
	value = func(path string) error {
		t, err := d.Token()
		if err != nil {
			return err
		}
		open, ok := t.(json.Delim)
		if !ok {
			return nil
		}
		for n := 0; d.More(); n++ {
			inner := fmt.Sprint(n)
			if open == '{' {
				k, err := d.Token()
				if err != nil {
					return err
				}
				inner, _ = k.(string)
			}
			p := strings.TrimPrefix(path+"\x00"+inner, "\x00")
			if open == '{' {
				if _, ok := at[p]; ok {
					twice = append(twice, p)
				}
				at[p] = lineCol(src, int(d.InputOffset())-len(inner)-2)
			}
			if err := value(p); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	}
	if err := value(""); err != nil {
		return at, twice // what is broken is reported by the loader
	}
	return at, twice
}

func lineCol(src []byte, offset int) spot {
	offset = max(0, min(offset, len(src)))
	before := src[:offset]
	return spot{line: bytes.Count(before, []byte("\n")) + 1, col: offset - bytes.LastIndexByte(before, '\n')}
}

// jsonAt tells where a JSON error stands.
func jsonAt(src []byte, err error) (line, col int) {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	p := spot{1, 1}
	switch {
	case errors.As(err, &syntax):
		p = lineCol(src, int(syntax.Offset)-1)
	case errors.As(err, &kind):
		p = lineCol(src, int(kind.Offset)-1)
	}
	return p.line, p.col
}

// find tells where a key first stands in a file.
func find(src []byte, key string) (line, col int) {
	i := bytes.Index(src, []byte(`"`+key+`"`))
	if key == "" || i < 0 {
		return 1, 1
	}
	p := lineCol(src, i)
	return p.line, p.col
}
