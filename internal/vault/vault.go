package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"linkline/bot"
)

// ErrSealed is a value that does not open: another keyset sealed it, it was
// moved from where it belongs, or it is damaged.
var ErrSealed = errors.New("sealed value does not open")

// A sealed value is a format byte, the id of the key, and what AES-256-GCM
// made with a random nonce in front: 33 bytes more than the plain value.
const (
	format = 1
	header = 5
)

// Vault seals, opens and hashes under one keyset. It is safe for concurrent
// use. One key may seal 2³² values (NIST SP 800-38D for random nonces);
// Rotate long before that.
type Vault struct {
	lookup  []byte
	primary uint32
	seal    map[uint32]cipher.AEAD
}

// Open reads a keyset. Its errors say what to do and are ErrKeyset.
func Open(text string) (*Vault, error) {
	ks, err := parse(text)
	if err != nil {
		return nil, err
	}
	v := &Vault{lookup: ks.Lookup, primary: ks.Primary, seal: map[uint32]cipher.AEAD{}}
	for _, k := range ks.Seal {
		block, err := aes.NewCipher(k.Key)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKeyset, err)
		}
		if v.seal[k.ID], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKeyset, err)
		}
	}
	return v, nil
}

// Seal encrypts a value for one place, ad ("cid|field"). The same value
// sealed twice looks different.
func (v *Vault) Seal(plain []byte, ad string) []byte {
	out := make([]byte, header, header+len(plain)+28)
	out[0] = format
	binary.BigEndian.PutUint32(out[1:], v.primary)
	return v.seal[v.primary].Seal(out, nil, plain, []byte(ad))
}

// Open decrypts what Seal made for the same place. Its errors are ErrSealed.
func (v *Vault) Open(sealed []byte, ad string) ([]byte, error) {
	if len(sealed) < header || sealed[0] != format {
		return nil, fmt.Errorf("%w: it is damaged or was never sealed", ErrSealed)
	}
	id := binary.BigEndian.Uint32(sealed[1:])
	aead, ok := v.seal[id]
	if !ok {
		return nil, fmt.Errorf("%w: %w: key %d; was it rotated on another replica? give this one the same keyset", ErrSealed, bot.ErrOtherKey, id)
	}
	plain, err := aead.Open(nil, nil, sealed[header:], []byte(ad))
	if err != nil {
		return nil, fmt.Errorf("%w: it is damaged, was moved, or another keyset sealed it", ErrSealed)
	}
	return plain, nil
}

// alphabet writes hashes in lower case without padding.
var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// CID names the conversation of a resident's address with one of ours. The
// same three always give the same name, so no index is needed and two first
// texts cannot race.
func (v *Vault) CID(channel bot.Channel, resident, ours bot.Address) bot.CID {
	return bot.CID(alphabet.EncodeToString(v.mac("cid", string(channel), resident.Raw(), ours.Raw()))[:20])
}

// Hash is a keyed hash for looking a value up without storing it. domain
// keeps hashes of different kinds apart.
func (v *Vault) Hash(domain, value string) string {
	return alphabet.EncodeToString(v.mac("hash", domain, value))[:32]
}

// Fingerprint tells two lookup keys apart and tells nothing else of them. It
// is written to linkline:meta, so that a start with the wrong keyset is
// refused.
func (v *Vault) Fingerprint() string {
	return hex.EncodeToString(v.mac("fingerprint")[:8])
}

// mac is HMAC-SHA256 over its parts; their lengths are part of it, so that
// no two lists of parts collide.
func (v *Vault) mac(parts ...string) []byte {
	h := hmac.New(sha256.New, v.lookup)
	var n [4]byte
	for _, p := range parts {
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}
