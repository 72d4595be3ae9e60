package triage

import (
	"testing"

	"linkline/locales"
)

// BenchmarkNew is what triage adds to the start of the program.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(locales.FS); err != nil {
			b.Fatal(err)
		}
	}
}
