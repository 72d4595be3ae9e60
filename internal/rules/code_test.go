package rules

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pure are the rooms without clock, chance, network or files: time and ids
// come in as values, so that every turn can be repeated exactly.
var pure = []string{"bot", "flows", "locales", "internal/fold", "internal/sms", "internal/hours"}

var impure = []string{"os", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "log", "log/slog", "os/exec", "syscall"}

func TestTheCoreIsPure(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || !slices.Contains(pure, s.room) {
			continue
		}
		for _, imp := range s.imports() {
			// The nouns mask themselves in logs, which takes slog's interface.
			if slices.Contains(impure, imp) && !(s.room == "bot" && imp == "log/slog") {
				t.Errorf("%s imports %s: the core is pure", s.path, imp)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && calls(c, "time", "Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker") {
				t.Errorf("%s reads the clock: the core is pure, time comes in as a value", s.at(n))
			}
			return true
		})
	}
}

// calls tells whether c calls one of a package's functions.
func calls(c *ast.CallExpr, pkg string, names ...string) bool {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == pkg && slices.Contains(names, sel.Sel.Name)
}

func TestTestsNeitherSleepNorSkip(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		suite := suites[s.room] != 0
		if !s.test && !suite {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if calls(c, "time", "Sleep") {
				t.Errorf("%s sleeps: wait on a signal", s.at(n))
			}
			if calls(c, "t", "Skip", "Skipf", "SkipNow") || calls(c, "b", "Skip", "Skipf", "SkipNow") {
				t.Errorf("%s skips: a skipped test counts as missing", s.at(n))
			}
			return true
		})
	}
}

// logging are the methods by which something reaches a log or an error.
var logging = []string{"Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext", "Log", "LogAttrs"}

// TestNothingRawIsLogged looks for Raw(), the only way to a number or to
// somebody's words, inside what reaches a log or an error.
func TestNothingRawIsLogged(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := c.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if !slices.Contains(logging, sel.Sel.Name) && !calls(c, "fmt", "Errorf") && !calls(c, "errors", "New") {
				return true
			}
			for _, a := range c.Args {
				ast.Inspect(a, func(n ast.Node) bool {
					if r, ok := n.(*ast.SelectorExpr); ok && (r.Sel.Name == "Raw" || r.Sel.Name == "Matched") {
						t.Errorf("%s: a raw number, a text or words of one reach a log or an error", s.at(r))
					}
					return true
				})
			}
			return true
		})
	}
}

func TestFilesAreShortEnoughToRead(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		_, suite := suites[s.room]
		if lines := s.set.Position(s.file.End()).Line; !s.test && !suite && lines > 460 {
			t.Errorf("%s has %d lines: split it by what it does", s.path, lines)
		}
	}
}

var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b|not implem` + `ented|unimplem` + `ented`)

// numbers finds telephone numbers that could belong to somebody. Ofcom keeps
// +44 7700 900xxx and 020 7946 0xxx for drama.
var numbers = regexp.MustCompile(`\+44\s?7\d{3}\s?\d{6}`)

func TestNothingIsLeftUnfinishedAndNobodyIsNamed(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, ".go", ".md", ".yaml", ".yml", ".json", ".txt", ".tsv", ".lua", ".sh", ".html", ".js", ".css") {
		src, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(src), "\n") {
			code := strings.HasSuffix(name, ".go") || strings.HasSuffix(name, ".lua") || strings.HasSuffix(name, ".js") || strings.HasSuffix(name, ".md")
			if code && unfinished.MatchString(line) {
				t.Errorf("%s:%d is unfinished: %s", name, i+1, strings.TrimSpace(line))
			}
			for _, n := range numbers.FindAllString(line, -1) {
				if !strings.HasPrefix(strings.ReplaceAll(n, " ", ""), "+447700900") {
					t.Errorf("%s:%d has a number that could be somebody's: use +447700900xxx", name, i+1)
				}
			}
		}
	}
}
