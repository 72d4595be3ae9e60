package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
)

// symbols are what a reference's second part is written in. No vowels and no
// Y, so that no words appear; of symbols that are confused in print or
// handwriting (0 O Q D, 1 I L, 2 Z, 5 S, 6 G, 8 B, V U) one at most is in it;
// and no F, with which the words begin that nobody wants to read aloud.
const symbols = "2346789CDHJKMPRTVWX"

// shortest is how many symbols a programme's first references have: 110,808
// of them; after that they have one more.
const shortest = 4

// ReferenceCode is a programme's counter-th reference: "BDD-7K2M". It is
// unique because it is a permutation of the counter, and neighbours look
// unrelated because the permutation is keyed: nobody can tell from one how
// many there are or guess the next. No symbol follows itself, which reads
// badly aloud.
func (v *Vault) ReferenceCode(programme string, counter uint64) string {
	n, size := shortest, capacity(shortest)
	for counter >= size {
		counter -= size
		n++
		size = capacity(n)
	}
	key := v.mac("reference", programme, strconv.Itoa(n))
	return strings.ToUpper(programme) + "-" + spell(permute(key, counter, size), n)
}

// capacity is how many codes of n symbols there are when none follows itself.
func capacity(n int) uint64 {
	size := uint64(len(symbols))
	for range n - 1 {
		size *= uint64(len(symbols) - 1)
	}
	return size
}

// spell writes x < capacity(n) in n symbols.
func spell(x uint64, n int) string {
	const all = uint64(len(symbols))
	out := make([]byte, n)
	last := x % all
	x /= all
	out[0] = symbols[last]
	for i := 1; i < n; i++ {
		d := x % (all - 1)
		x /= all - 1
		if d >= last { // the symbol before is passed over
			d++
		}
		out[i] = symbols[d]
		last = d
	}
	return string(out)
}

// permute maps x < size to y < size, one to one. A Feistel network permutes
// the next even number of bits; walking along its cycle until the value fits
// keeps the permutation within size.
func permute(key []byte, x, size uint64) uint64 {
	half := (bits.Len64(size-1) + 1) / 2
	mask := uint64(1)<<half - 1
	for {
		l, r := x>>half, x&mask
		for round := range byte(8) {
			l, r = r, l^(scramble(key, round, r)&mask)
		}
		x = l<<half | r
		if x < size {
			return x
		}
	}
}

// scramble is the round function.
func scramble(key []byte, round byte, x uint64) uint64 {
	h := hmac.New(sha256.New, key)
	var b [9]byte
	b[0] = round
	binary.BigEndian.PutUint64(b[1:], x)
	h.Write(b[:])
	return binary.BigEndian.Uint64(h.Sum(nil))
}
