package vault

import (
	"encoding/binary"
	"strings"

	"linkline/bot"
)

// alphabet has no vowels, so that no word appears, and no two signs that look
// or sound alike on paper or on the phone.
const alphabet = "23467BCDFGHJKMPRTWX"

// Reference is the n-th reference of a programme. A keyed permutation hides
// how many came before; within one length no two numbers share a code.
func (v *Vault) Reference(programme string, n uint64) bot.Ref {
	digits, space := 4, uint64(len(alphabet)*len(alphabet)*len(alphabet)*len(alphabet))
	for n >= space {
		n -= space
		digits++
		space *= uint64(len(alphabet))
	}
	x := n
	for { // walk the cycle until the result lies in the space again
		x = v.shuffle(programme, digits, x, space)
		if x < space {
			break
		}
	}
	code := make([]byte, digits)
	for i := range code {
		code[digits-1-i] = alphabet[x%uint64(len(alphabet))]
		x /= uint64(len(alphabet))
	}
	return bot.Ref(strings.ToUpper(programme) + "-" + string(code))
}

// shuffle is a four-round Feistel network over the smallest even number of
// bits that holds the space.
func (v *Vault) shuffle(programme string, digits int, x, space uint64) uint64 {
	half := uint(1)
	for uint64(1)<<(2*half) < space {
		half++
	}
	mask := uint64(1)<<half - 1
	l, r := x>>half, x&mask
	for round := range 4 {
		var in [10]byte
		in[0], in[1] = byte(round), byte(digits)
		binary.BigEndian.PutUint64(in[2:], r)
		f := binary.BigEndian.Uint64(v.mac("ref|"+programme, string(in[:]))) & mask
		l, r = r, l^f
	}
	return l<<half | r
}
