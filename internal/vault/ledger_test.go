package vault

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linkline/bot"
)

func openLedger(t *testing.T) (*Ledger, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger")
	l, err := OpenLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	return l, path
}

func TestLedgerKeepsWhatWasErased(t *testing.T) {
	t.Parallel()
	l, path := openLedger(t)
	at := time.Date(2026, 11, 24, 23, 0, 0, 5e6, time.UTC)
	want := []Erasure{
		{At: at, CID: "abcdefghijklmnopqrst", Referrals: []ErasedReferral{{"BDD-7K2M", 1}, {"BDD-3C4D", 12}}},
		{At: at.Add(time.Hour), CID: "zbcdefghijklmnopqrst"},
	}
	for _, e := range want {
		if err := l.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	again, err := OpenLedger(path) // opening it anew loses nothing
	if err != nil {
		t.Fatal(err)
	}
	got, damaged, err := again.Read()
	if err != nil || damaged != 0 {
		t.Fatalf("%d damaged, %v", damaged, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestLedgerSurvivesACutLine cuts the last line at every byte: what was whole
// before stays readable, and the next line too.
func TestLedgerSurvivesACutLine(t *testing.T) {
	t.Parallel()
	first := Erasure{At: time.UnixMilli(1_700_000_000_000).UTC(), CID: "aaaa"}
	second := Erasure{At: first.At, CID: "bbbb", Referrals: []ErasedReferral{{"BDD-7K2M", 1}}}
	third := Erasure{At: first.At, CID: "cccc"}
	for cut := range len(second.line()) {
		l, path := openLedger(t)
		if err := os.WriteFile(path, []byte(first.line()+second.line()[:cut]), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.Append(third); err != nil {
			t.Fatal(err)
		}
		got, _, err := l.Read()
		if err != nil {
			t.Fatal(err)
		}
		want := []Erasure{first, third}
		if cut == len(second.line())-1 { // only the newline is missing
			want = []Erasure{first, second, third}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("cut at %d: %s", cut, diff)
		}
	}
}

func TestLedgerIsSharedByReplicas(t *testing.T) {
	t.Parallel()
	_, path := openLedger(t)
	var all sync.WaitGroup
	for range 4 {
		replica, err := OpenLedger(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for range 25 {
				if err := replica.Append(Erasure{At: time.Now(), CID: bot.CID("abcd")}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	l, err := OpenLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, damaged, err := l.Read(); err != nil || len(got) != 100 || damaged != 0 {
		t.Errorf("%d lines, %d damaged, %v", len(got), damaged, err)
	}
}

func TestLedgerThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	if _, err := OpenLedger(filepath.Join(t.TempDir(), "no", "such", "directory")); err == nil {
		t.Error("opened")
	}
}
