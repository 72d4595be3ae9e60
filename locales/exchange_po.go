package locales

import (
	"fmt"
	"strconv"
	"strings"
)

func writePO(l *Language, rows []row) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s (%s). See docs/translating.md.\nmsgid \"\"\nmsgstr \"\"\n", l.Meta.Name, l.Meta.Endonym)
	for _, h := range []string{"Language: " + strings.ReplaceAll(l.Tag, "-", "_"), "MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"} {
		b.WriteString(poQuote(h+"\n") + "\n")
	}
	for _, r := range rows {
		fmt.Fprintf(&b, "\n#. %s\n#. %s\n", strings.TrimSpace(r.description), r.notes())
		if len(variables(r.whole)) > 0 {
			b.WriteString("#, python-brace-format\n")
		}
		fmt.Fprintf(&b, "msgctxt %s\nmsgid %s\nmsgstr %s\n", poQuote(r.id()), poQuote(r.english), poQuote(r.text))
	}
	return []byte(b.String())
}

var poEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)

func poQuote(s string) string { return `"` + poEscape.Replace(s) + `"` }

// poReader gathers one entry after the other.
type poReader struct {
	rows                 []row
	field                *string
	context, english, to string
	fuzzy                bool
	line                 int // of the translation
	open                 bool
}

// readPO reads a PO file. An entry marked fuzzy is a guess of the editor and
// counts as empty.
func readPO(data []byte) ([]row, error) {
	var p poReader
	text := strings.TrimPrefix(string(data), bom)
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if err := p.read(n+1, line); err != nil {
			return nil, err
		}
	}
	p.close()
	return p.rows, nil
}

func (p *poReader) read(n int, line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "":
		p.close()
		return nil
	case strings.HasPrefix(line, "#~"): // obsolete
		return nil
	case strings.HasPrefix(line, "#"):
		if p.open {
			p.close()
		}
		if strings.HasPrefix(line, "#,") && strings.Contains(line, "fuzzy") {
			p.fuzzy = true
		}
		return nil
	case strings.HasPrefix(line, `"`):
		rest = line
	case word == "msgctxt":
		if p.open {
			p.close()
		}
		p.field = &p.context
	case word == "msgid":
		p.field = &p.english
	case word == "msgstr":
		p.field, p.line, p.open = &p.to, n, true
	default:
		return Fault{Line: n, Col: 1, Msg: fmt.Sprintf("%q is not understood", word), Hint: "msgctxt, msgid and msgstr, each with a text in double quotes"}
	}
	s, err := strconv.Unquote(strings.TrimSpace(rest))
	if err != nil || p.field == nil {
		return Fault{Line: n, Col: 1, Msg: "the text cannot be read", Hint: "it stands in double quotes on one line; quotes in it are written \\\""}
	}
	*p.field += s
	return nil
}

func (p *poReader) close() {
	if p.open && p.context != "" {
		r := row{english: p.english, text: clean(p.to), at: spot{p.line, 1}}
		r.key, r.form = splitID(p.context)
		if p.fuzzy {
			r.text = ""
		}
		p.rows = append(p.rows, r)
	}
	if p.open {
		*p = poReader{rows: p.rows}
	}
}
