package vault_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"linkline/bot"
	"linkline/internal/vault"
)

func open(t *testing.T) (*vault.Vault, string) {
	t.Helper()
	ks, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(ks)
	if err != nil {
		t.Fatal(err)
	}
	return v, ks
}

func TestSealIsBoundToItsPlace(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	sealed := v.Seal([]byte("words"), "c1|state")
	if bytes.Contains(sealed, []byte("words")) {
		t.Fatal("the words can be read")
	}
	got, err := v.Open(sealed, "c1|state")
	if err != nil || string(got) != "words" {
		t.Fatalf("%q %v", got, err)
	}
	if _, err := v.Open(sealed, "c2|state"); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("moved: %v", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := v.Open(sealed, "c1|state"); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("changed: %v", err)
	}
	if _, err := v.Open(nil, ""); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("empty: %v", err)
	}
}

func TestRotationKeepsNamesAndOldSeals(t *testing.T) {
	t.Parallel()
	v, ks := open(t)
	sealed := v.Seal([]byte("old"), "a")
	next, err := vault.Rotate(ks, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vault.Open(next)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := w.Open(sealed, "a"); err != nil || string(got) != "old" {
		t.Errorf("old seal: %q %v", got, err)
	}
	a, b := bot.Address("+447700900123"), bot.Address("+447700900001")
	if v.CID(bot.SMS, a, b) != w.CID(bot.SMS, a, b) || v.Fingerprint() != w.Fingerprint() {
		t.Error("the lookup key changed")
	}
	if v.CID(bot.SMS, a, b) == v.CID(bot.SMS, b, a) {
		t.Error("two conversations share a name")
	}
	if _, err := v.Open(w.Seal([]byte("new"), "a"), "a"); !errors.Is(err, vault.ErrSealed) {
		t.Error("the old keyset opens what a newer key sealed")
	}
	for _, bad := range []string{"", "base64:", "base64:!!", "base64:e30=", "x"} {
		if _, err := vault.Open(bad); !errors.Is(err, vault.ErrKeyset) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestReferencesNeverRepeat(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	seen := map[bot.Ref]bool{}
	for n := range uint64(140_000) { // beyond the four-letter space
		r := v.Reference("bdd", n)
		if seen[r] {
			t.Fatalf("%s twice", r)
		}
		seen[r] = true
		if code, ok := strings.CutPrefix(string(r), "BDD-"); !ok || strings.ContainsAny(code, "AEIOU015LNSQVYZ89") {
			t.Fatalf("%s is hard to read aloud", r)
		}
	}
}
