package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"linkline/bot"
)

// counting is a reader of predictable bytes, for keysets that never change.
type counting byte

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		*c++
		p[i] = byte(*c)
	}
	return len(p), nil
}

func keysetFrom(t *testing.T, r io.Reader) string {
	t.Helper()
	ks, err := NewKeyset(r)
	if err != nil {
		t.Fatal(err)
	}
	return ks
}

func open(t *testing.T, ks string) *Vault {
	t.Helper()
	v, err := Open(ks)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSeal(t *testing.T) {
	t.Parallel()
	v := open(t, keysetFrom(t, rand.Reader))
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		ad := rapid.String().Draw(t, "ad")
		sealed := v.Seal(plain, ad)
		if len(sealed) != len(plain)+33 {
			t.Fatalf("overhead is %d bytes", len(sealed)-len(plain))
		}
		got, err := v.Open(sealed, ad)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened %d bytes, %v", len(got), err)
		}
		if bytes.Equal(sealed, v.Seal(plain, ad)) {
			t.Fatal("sealed twice alike")
		}
		if _, err := v.Open(sealed, ad+"x"); !errors.Is(err, ErrSealed) {
			t.Fatalf("opened in another place: %v", err)
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "i")
		sealed[i] ^= 1
		if _, err := v.Open(sealed, ad); !errors.Is(err, ErrSealed) {
			t.Fatalf("opened although byte %d changed: %v", i, err)
		}
	})
}

func TestOpenRefusesForeign(t *testing.T) {
	t.Parallel()
	a := open(t, keysetFrom(t, rand.Reader))
	b := open(t, keysetFrom(t, rand.Reader))
	for _, sealed := range [][]byte{nil, {1}, []byte("plain text of some length, never sealed"), b.Seal([]byte("x"), "ad")} {
		if _, err := a.Open(sealed, "ad"); !errors.Is(err, ErrSealed) {
			t.Errorf("%q: %v", sealed, err)
		}
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	old := keysetFrom(t, rand.Reader)
	a := open(t, old)
	next, err := Rotate(old, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, next)

	if got, err := b.Open(a.Seal([]byte("kept"), "ad"), "ad"); err != nil || string(got) != "kept" {
		t.Errorf("what was sealed before opens as %q, %v", got, err)
	}
	if _, err := a.Open(b.Seal([]byte("x"), "ad"), "ad"); !errors.Is(err, ErrSealed) || !errors.Is(err, bot.ErrOtherKey) {
		t.Errorf("the old keyset opens what the new key sealed: %v", err)
	} else if !strings.Contains(err.Error(), "key 2; was it rotated on another replica?") {
		t.Errorf("no hint: %v", err)
	}
	if a.Fingerprint() != b.Fingerprint() {
		t.Error("rotating changed the fingerprint")
	}
	if a.CID(bot.SMS, "+447700900001", "+447700900002") != b.CID(bot.SMS, "+447700900001", "+447700900002") {
		t.Error("rotating renamed a conversation")
	}
	if a.ReferenceCode("bdd", 5) != b.ReferenceCode("bdd", 5) {
		t.Error("rotating changed a reference")
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	good := keysetFrom(t, new(counting))
	enc := func(s string) string { return "base64:" + base64.StdEncoding.EncodeToString([]byte(s)) }
	key := strings.Repeat("A", 43) + "="
	for name, c := range map[string]struct{ in, want string }{
		"empty":            {"", "empty"},
		"no prefix":        {strings.TrimPrefix(good, "base64:"), "does not begin"},
		"cut":              {good[:len(good)-3], "cut short"},
		"not json":         {enc("hello"), "not a keyset"},
		"later version":    {enc(`{"v":2}`), "version 2"},
		"no lookup":        {enc(`{"v":1}`), "lookup key"},
		"no sealing key":   {enc(`{"v":1,"lookup":"` + key + `"}`), "primary sealing key"},
		"short key":        {enc(`{"v":1,"lookup":"` + key + `","primary":1,"seal":[{"id":1,"key":"AAAA"}]}`), "damaged"},
		"same id twice":    {enc(`{"v":1,"lookup":"` + key + `","primary":1,"seal":[{"id":1,"key":"` + key + `"},{"id":1,"key":"` + key + `"}]}`), "damaged"},
		"primary is gone":  {enc(`{"v":1,"lookup":"` + key + `","primary":7,"seal":[{"id":1,"key":"` + key + `"}]}`), "primary sealing key"},
		"only white space": {" \n", "empty"},
	} {
		_, err := Open(c.in)
		if !errors.Is(err, ErrKeyset) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "linkline keys new") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Rotate(c.in, rand.Reader); !errors.Is(err, ErrKeyset) {
			t.Errorf("%s: rotated: %v", name, err)
		}
	}
	if _, err := Open("  " + good + "\n"); err != nil {
		t.Errorf("white space around a keyset: %v", err)
	}
	if _, err := NewKeyset(iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, ErrKeyset) {
		t.Errorf("without randomness: %v", err)
	}
	if _, err := Rotate(good, iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, ErrKeyset) {
		t.Errorf("without randomness: %v", err)
	}
}

// The names below are what a deployment's Redis is full of: they must never
// change under the same keyset.
func TestNamesAreForLife(t *testing.T) {
	t.Parallel()
	v := open(t, keysetFrom(t, new(counting)))
	for what, c := range map[string]struct{ got, want string }{
		"cid":         {string(v.CID(bot.SMS, "+447700900001", "+447700900002")), "eqorgomsea2dnz3yxo2c"},
		"hash":        {v.Hash("slack", "U1"), "lreoidn3l6a2buaylvwiaalhl53teoim"},
		"fingerprint": {v.Fingerprint(), "1b0c216e43b3a91e"},
		"first":       {v.ReferenceCode("bdd", 0), "BDD-3T67"},
		"second":      {v.ReferenceCode("bdd", 1), "BDD-3KRP"},
		"longer":      {v.ReferenceCode("bdd", 110_808), "BDD-THKRJ"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %q, was %q", what, c.got, c.want)
		}
	}
}

func TestCIDDependsOnEveryPart(t *testing.T) {
	t.Parallel()
	v := open(t, keysetFrom(t, rand.Reader))
	seen := map[bot.CID]bool{}
	for _, c := range []struct {
		ch   bot.Channel
		a, b bot.Address
	}{
		{bot.SMS, "+447700900001", "+447700900002"},
		{bot.WhatsApp, "+447700900001", "+447700900002"},
		{bot.SMS, "+447700900002", "+447700900001"},
		{bot.SMS, "+4477009000012", "+44770090000"},
		{bot.SMS, "+447700900001+", "447700900002"},
	} {
		cid := v.CID(c.ch, c.a, c.b)
		if !regexp.MustCompile(`^[a-z2-7]{20}$`).MatchString(string(cid)) || seen[cid] {
			t.Errorf("cid %q is malformed or not the first of its name", cid)
		}
		seen[cid] = true
	}
	if v.Hash("a", "bc") == v.Hash("ab", "c") {
		t.Error("a hash does not depend on where its domain ends")
	}
	if open(t, keysetFrom(t, rand.Reader)).Fingerprint() == v.Fingerprint() {
		t.Error("two keysets with one fingerprint")
	}
}

// Every counter of the first length gives another code, and the same holds
// where the length grows.
func TestReferencesAreUnique(t *testing.T) {
	t.Parallel()
	v := open(t, keysetFrom(t, rand.Reader))
	form := regexp.MustCompile(`^BDD-[2346789CDHJKMPRTVWX]{4,5}$`)
	seen := map[string]uint64{}
	for i := range capacity(shortest) + 1000 {
		ref := v.ReferenceCode("bdd", i)
		if before, ok := seen[ref]; ok {
			t.Fatalf("%s is both %d and %d", ref, before, i)
		}
		seen[ref] = i
		if !form.MatchString(ref) {
			t.Fatalf("%d is %q", i, ref)
		}
		if long := len(ref) == len("BDD-XXXXX"); long != (i >= capacity(shortest)) {
			t.Fatalf("%d is %q", i, ref)
		}
		for j := len("BDD-") + 1; j < len(ref); j++ {
			if ref[j] == ref[j-1] {
				t.Fatalf("%s repeats a symbol", ref)
			}
		}
	}
	if v.ReferenceCode("bdd", 1)[4:] == v.ReferenceCode("nel", 1)[4:] {
		t.Error("two programmes count alike")
	}
}

func TestPermuteIsOneToOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Uint64Range(1, 3000).Draw(t, "size")
		key := rapid.SliceOfN(rapid.Byte(), 1, 32).Draw(t, "key")
		seen := make([]bool, size)
		for x := range size {
			y := permute(key, x, size)
			if y >= size || seen[y] {
				t.Fatalf("%d of %d goes to %d", x, size, y)
			}
			seen[y] = true
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	ks, err := NewKeyset(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	v, err := Open(ks)
	if err != nil {
		b.Fatal(err)
	}
	plain := make([]byte, 1500)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Open(v.Seal(plain, "cid|s"), "cid|s"); err != nil {
			b.Fatal(err)
		}
	}
}
