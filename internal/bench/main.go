// Bench runs the benchmarks that DESIGN sets budgets for and prints them as one
// table, each number beside its budget. What compares runs in one go on one
// machine: ratios count, seconds do not. Run it by `make bench`, on a quiet
// machine; it needs redis-server, redis-benchmark and redis-cli.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"text/tabwriter"
)

// suite is a package's benchmarks and how long each runs.
type suite struct{ pkg, bench, time string }

var suites = []suite{
	{"./internal/inbox", "^BenchmarkTurn$", "2s"},
	{"./internal/understand", "^BenchmarkRead$", "2s"},
	{"./internal/triage", "^BenchmarkLook$", "2s"},
	{"./internal/app", "^Benchmark(Webhook|Paced|Memory)$", "3s"},
	{"./cmd/linkline", "^BenchmarkProcess$", "3x"},
}

// budget is a row of the table: a figure of one or two benchmarks, added.
type budget struct {
	what    string
	of      []string // benchmarks without the word Benchmark
	unit    string   // as go test names it
	limit   float64
	atLeast bool
	scale   float64
	as      string
	beside  string
}

var budgets = []budget{
	{"one turn, 12 answers, decoded and encoded", []string{"Turn"}, "ns/op", 30, false, 1e-3, "µs", "goflow resume 240 µs"},
	{"", []string{"Turn"}, "B/op", 12, false, 1e-3, "kB", "99 kB"},
	{"", []string{"Turn"}, "allocs/op", 150, false, 1, "allocations", "1,336"},
	{"triage and understanding of one text, all languages", []string{"Read", "Look"}, "ns/op", 40, false, 1e-3, "µs", ""},
	{"signed webhook to committed reply", []string{"Webhook/whole"}, "texts/s", 549, true, 1, "texts/s", "courier 549/s, no reply chosen"},
	{"", []string{"Webhook/whole"}, "of-bare", 0.5, true, 1, "of a bare handler", ""},
	{"", []string{"Webhook/whole"}, "of-evalsha", 0.25, true, 1, "of redis-benchmark EVALSHA", "aim 0.35"},
	{"the same at 1,000 texts a second", []string{"Paced"}, "p50-ms", 2, false, 1, "ms p50", ""},
	{"", []string{"Paced"}, "p99-ms", 8, false, 1, "ms p99", "courier 17 ms"},
	{"a conversation in Redis, idle", []string{"Memory"}, "idle-bytes", 2, false, 1e-3, "kB", ""},
	{"with a finished referral and its journal", []string{"Memory"}, "referred-bytes", 10, false, 1e-3, "kB", ""},
	{"static binary", []string{"Process"}, "binary-MB", 30, false, 1, "MB", ""},
	{"serve, idle", []string{"Process"}, "idle-MB", 60, false, 1, "MB resident", ""},
	{"serve, from start to ready", []string{"Process"}, "ready-ms", 300, false, 1, "ms", ""},
}

func main() {
	verbose := flag.Bool("v", false, "print what go test says too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *verbose, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, verbose bool, w io.Writer) error {
	figures := map[string]float64{}
	for _, s := range suites {
		fmt.Fprintf(os.Stderr, "%s %s\n", s.pkg, s.bench)
		out, err := exec.CommandContext(ctx, "go", "test", s.pkg, "-run", "^$", "-bench", s.bench, "-benchtime", s.time, "-benchmem").CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", s.pkg, err, out)
		}
		if verbose {
			os.Stderr.Write(out)
		}
		read(out, figures)
	}
	return table(w, figures)
}

// read takes the figures out of what go test printed: "BenchmarkTurn-2 100 31
// ns/op 12 B/op" gives "Turn ns/op" and "Turn B/op".
func read(out []byte, figures map[string]float64) {
	for sc := bufio.NewScanner(bytes.NewReader(out)); sc.Scan(); {
		f := strings.Fields(sc.Text())
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(f[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i]
		}
		for i := 2; i+1 < len(f); i += 2 {
			if v, err := strconv.ParseFloat(f[i], 64); err == nil {
				figures[name+" "+f[i+1]] = v
			}
		}
	}
}

func table(w io.Writer, figures map[string]float64) error {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprintln(t, "| what\t| measured\t| budget\t|\t| beside it\t|")
	fmt.Fprintln(t, "|---\t|---\t|---\t|---\t|---\t|")
	for _, b := range budgets {
		sum := 0.0
		for _, name := range b.of {
			v, ok := figures[name+" "+b.unit]
			if !ok {
				return fmt.Errorf("no benchmark told %s %s", name, b.unit)
			}
			sum += v * b.scale
		}
		sign, kept := "≤", sum <= b.limit
		if b.atLeast {
			sign, kept = "≥", sum >= b.limit
		}
		verdict := "missed"
		if kept {
			verdict = "kept"
		}
		fmt.Fprintf(t, "| %s\t| %s %s\t| %s %s\t| %s\t| %s\t|\n", b.what, figure(sum), b.as, sign, figure(b.limit), verdict, b.beside)
	}
	return t.Flush()
}

// figure has two places below ten, and none from a hundred on.
func figure(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}
