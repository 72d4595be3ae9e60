// Teach writes what triage learns from examples: internal/triage/learnt.bin,
// from the folders of internal/triage/testdata that triage.Lessons names, with
// the words of locales. Run it by `make teach` after examples, concepts or
// patterns have changed. It prints how well each example is judged by a model
// that has not seen it.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"

	"linkline/internal/triage"
	"linkline/locales"
)

func main() {
	crisis := flag.Float64("crisis", 0.02, "share of ordinary texts that may be called a crisis beside what patterns call one")
	danger := flag.Float64("danger", 0.025, "share of ordinary texts that may be called anything")
	dry := flag.Bool("n", false, "print only")
	flag.Parse()
	if err := run(triage.Aims{Crisis: *crisis, Danger: *danger}, *dry); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(aims triage.Aims, dry bool) error {
	got, err := triage.Teach(locales.FS, os.DirFS("internal/triage/testdata"), aims)
	if err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(got.Fresh)) {
		r := got.Fresh[k]
		fmt.Printf("%-8s crises %5d called crisis %.3f at least concern %.3f of its kind %.3f  concerns %4d noticed %.3f  ordinary %5d called crisis %.3f anything %.3f\n", k,
			r.Crisis, triage.Share(r.Found, r.Crisis), triage.Share(r.Seen, r.Crisis), triage.Share(r.Kind, r.Found), r.Concern, triage.Share(r.Noticed, r.Concern),
			r.None, triage.Share(r.Alarms, r.None), triage.Share(r.Raised, r.None))
	}
	fmt.Printf("%d bytes\n", len(got.File))
	if dry {
		return nil
	}
	return os.WriteFile("internal/triage/learnt.bin", got.File, 0o644)
}
