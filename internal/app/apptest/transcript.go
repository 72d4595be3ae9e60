package apptest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// RunDir runs every transcript of a directory, each as a test of its own.
func RunDir(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts in %s (%v)", dir, err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			t.Parallel()
			Run(t, f)
		})
	}
}

// Run runs one transcript.
func Run(t *testing.T, file string) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, file: filepath.Base(file), phones: map[string]string{"": Resident}, read: map[string]int{}}
	lines := strings.Split(string(src), "\n")
	for i, line := range lines {
		r.line = i + 1
		line = strings.TrimRight(line, " \t\r")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if r.w == nil && r.header(line) {
			continue
		}
		if r.w == nil {
			r.w = New(t, r.o)
		}
		r.step(line)
	}
	if r.w == nil {
		t.Fatalf("%s: there are no steps", r.file)
	}
	r.nothingMore()
}

// run is a transcript on its way.
type run struct {
	t      *testing.T
	file   string
	line   int
	o      Options
	w      *World
	phones map[string]string
	read   map[string]int // texts of a phone that were expected already
	ref    string
}

func (r *run) fail(format string, args ...any) {
	r.t.Helper()
	r.t.Fatalf("%s:%d: %s", r.file, r.line, fmt.Sprintf(format, args...))
}

var headerLine = regexp.MustCompile(`^(languages|young|start|after|approved|phone [A-Z]): +(.+)$`)

// header reads a line that sets the scene.
func (r *run) header(line string) bool {
	m := headerLine.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	switch m[1] {
	case "languages":
		r.o.Languages = m[2]
	case "young":
		if m[2] == "own" {
			r.o.Young = "{channel: " + Young + "}"
		}
	case "after":
		r.o.After = m[2]
	case "approved":
		r.o.Approved = m[2] == "home office"
	case "start":
		zone, err := time.LoadLocation("Europe/London")
		if err != nil {
			r.fail("%v", err)
		}
		if r.o.Start, err = time.ParseInLocation("2006-01-02 15:04", m[2], zone); err != nil {
			r.fail("start is written 2026-11-24 10:00")
		}
	default:
		r.phones[strings.TrimPrefix(m[1], "phone ")] = m[2]
	}
	return true
}

var (
	textLine  = regexp.MustCompile(`^([A-Z]?)(>>?) ?(.*)$`)
	replyLine = regexp.MustCompile(`^([A-Z]?)< ?(.*)$`)
	timeLine  = regexp.MustCompile(`^\+(\d+)([mhd])$`)
	actLine   = regexp.MustCompile(`^@(worker|other|lead|stranger) (\w+) ?(.*)$`)
	boardLine = regexp.MustCompile(`^\[(not |count )?(cards|alerts|young|on call|dm (?:worker|other|lead|stranger)): (.*)\]$`)
)

// step does one line.
func (r *run) step(line string) {
	r.t.Helper()
	if m := replyLine.FindStringSubmatch(line); m != nil {
		r.expect(r.phone(m[1]), m[2])
		return
	}
	if m := boardLine.FindStringSubmatch(line); m != nil {
		r.board(m[1], m[2], m[3])
		return
	}
	r.nothingMore()
	switch {
	case textLine.MatchString(line):
		m := textLine.FindStringSubmatch(line)
		if m[2] == ">" {
			r.w.Pass(time.Minute)
			r.nothingMore()
		}
		r.text(r.phone(m[1]), m[3])
	case timeLine.MatchString(line):
		m := timeLine.FindStringSubmatch(line)
		n, _ := strconv.Atoi(m[1])
		r.w.Pass(time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[2]])
	case actLine.MatchString(line):
		m := actLine.FindStringSubmatch(line)
		r.act(people[m[1]], m[2], m[3])
	default:
		r.fail("cannot read this line (see the package comment): %s", line)
	}
}

func (r *run) phone(name string) string {
	p, ok := r.phones[name]
	if !ok {
		r.fail("there is no phone %s (write: phone %s: +447700900456)", name, name)
	}
	return p
}

func (r *run) text(phone, body string) {
	switch body {
	case "(photo)":
		r.w.Text(phone, "", "image/jpeg")
	case "(voice)":
		r.w.Text(phone, "", "audio/ogg")
	case "(empty)":
		r.w.Text(phone, "")
	default:
		r.w.Text(phone, body)
	}
}

// steering are marks that only say in which direction to write.
var steering = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "", "\u200e", "", "\u200f", "", "\n", " / ")

var reference = regexp.MustCompile(`\b[A-Z]{2,6}-[0-9A-Z]{4,}\b`)

// expect takes the next text of a phone.
func (r *run) expect(phone, want string) {
	r.t.Helper()
	all := r.w.To(phone)
	if r.read[phone] >= len(all) {
		r.fail("no text came, and this was expected: %s", want)
	}
	got := steering.Replace(all[r.read[phone]])
	r.read[phone]++
	if ref := reference.FindString(got); ref != "" && phone != OnCall {
		r.ref = ref
	}
	if !matches(got, strings.ReplaceAll(want, "{ref}", r.ref)) {
		r.fail("\n  expected: %s\n       got: %s", want, got)
	}
}

// matches compares a text to a pattern in which * stands for anything.
func matches(text, pattern string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return text == pattern
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) || !strings.HasSuffix(text[len(first):], last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return true
}

// nothingMore fails on a text that nobody expected.
func (r *run) nothingMore() {
	r.t.Helper()
	if r.w == nil {
		return
	}
	for _, p := range r.phones {
		if all := r.w.To(p); len(all) > r.read[p] {
			r.fail("a text came that was not expected before this line: %s", steering.Replace(all[r.read[p]]))
		}
	}
}
