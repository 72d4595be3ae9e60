package locales

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
)

// bom tells spreadsheets that a file is UTF-8; without it they show Bengali as
// noise.
const bom = "\ufeff"

var csvHead = []string{"key", "what it is for", "English", "translation", "keep to"}

func writeCSV(l *Language, rows []row) []byte {
	var b bytes.Buffer
	b.WriteString(bom)
	w := csv.NewWriter(&b)
	head := slices.Clone(csvHead)
	head[3] = l.Meta.Name + " (" + l.Meta.Endonym + ")"
	_ = w.Write(head) // a buffer does not fail
	for _, r := range rows {
		_ = w.Write([]string{r.id(), r.description, r.english, r.text, r.notes()})
	}
	w.Flush()
	return b.Bytes()
}

// readCSV reads what spreadsheets make of it: with or without a mark in front,
// with commas, semicolons or tabs.
func readCSV(data []byte) ([]row, error) {
	data = bytes.TrimPrefix(data, []byte(bom))
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return nil, Fault{Line: 1, Col: 1, Msg: "the file is UTF-16", Hint: "save it as CSV UTF-8"}
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	first, _, _ := bytes.Cut(data, []byte("\n"))
	for _, sep := range ";\t" {
		if bytes.Count(first, []byte(string(sep))) > bytes.Count(first, []byte(string(r.Comma))) {
			r.Comma = sep
		}
	}
	var out []row
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			line, col := r.InputOffset(), 1
			p := lineCol(data, int(line))
			return nil, Fault{Line: p.line, Col: col, Msg: "the line cannot be read: " + err.Error(), Hint: "a text with a comma, a quote or a line break stands in double quotes"}
		}
		line, col := r.FieldPos(0)
		if strings.TrimSpace(strings.Join(rec, "")) == "" {
			continue
		}
		if len(rec) < 4 {
			return nil, Fault{Line: line, Col: col, Msg: fmt.Sprintf("%d columns", len(rec)), Hint: "key, what it is for, English, translation"}
		}
		if len(out) == 0 && rec[0] == csvHead[0] {
			continue
		}
		in := row{english: rec[2], text: clean(rec[3])}
		in.key, in.form = splitID(rec[0])
		in.at.line, in.at.col = r.FieldPos(3)
		out = append(out, in)
	}
	return out, nil
}

// splitID takes privacy_more[one] apart.
func splitID(id string) (key, form string) {
	id = strings.TrimSpace(id)
	if key, rest, ok := strings.Cut(id, "["); ok && strings.HasSuffix(rest, "]") {
		return key, strings.TrimSuffix(rest, "]")
	}
	return id, "other"
}

// clean takes away what editors leave around a text.
func clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}
