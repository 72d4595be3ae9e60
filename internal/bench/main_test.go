package main

import (
	"strings"
	"testing"
)

func TestTableNamesWhatIsMissed(t *testing.T) {
	t.Parallel()
	figures := map[string]float64{}
	for _, b := range budgets {
		for _, name := range b.of {
			figures[name+" "+b.unit] = b.limit / b.scale / float64(len(b.of))
		}
	}
	read([]byte("goos: linux\nBenchmarkTurn-2   	   17 	 65000 ns/op	 17000 B/op	 143 allocs/op\nPASS\n"), figures)
	var out strings.Builder
	if err := table(&out, figures); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "missed"); got != 2 {
		t.Errorf("two budgets are missed, told %d:\n%s", got, out.String())
	}
	if !strings.Contains(out.String(), "65.0 µs") || !strings.Contains(out.String(), "17.0 kB") {
		t.Errorf("figures:\n%s", out.String())
	}
	delete(figures, "Paced p99-ms")
	if err := table(&out, figures); err == nil {
		t.Error("a figure that is missing goes unnoticed")
	}
}
