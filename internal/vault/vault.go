// Package vault seals personal data at rest and names conversations without
// naming anybody. It does no I/O; randomness comes in as a reader.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"linkline/bot"
)

// keyset is what LINKLINE_KEYSET holds. The lookup key is for life: every
// conversation's name is made with it. Sealing keys rotate; the last one
// seals, all of them open.
type keyset struct {
	Version int       `json:"v"`
	Lookup  []byte    `json:"lookup"`
	Sealing []sealKey `json:"sealing"`
}

type sealKey struct {
	ID  uint32 `json:"id"`
	Key []byte `json:"key"`
}

const prefix = "base64:"

// NewKeyset makes a keyset: `linkline keys new`.
func NewKeyset(random io.Reader) (string, error) {
	ks := keyset{Version: 1, Lookup: make([]byte, 32)}
	if _, err := io.ReadFull(random, ks.Lookup); err != nil {
		return "", fmt.Errorf("new keyset: %w", err)
	}
	return ks.rotate(random)
}

// Rotate adds a sealing key to a keyset: `linkline keys rotate`.
func Rotate(text string, random io.Reader) (string, error) {
	ks, err := parse(text)
	if err != nil {
		return "", err
	}
	return ks.rotate(random)
}

func (ks keyset) rotate(random io.Reader) (string, error) {
	k := sealKey{ID: 1, Key: make([]byte, 32)}
	for _, old := range ks.Sealing {
		k.ID = max(k.ID, old.ID+1)
	}
	if _, err := io.ReadFull(random, k.Key); err != nil {
		return "", fmt.Errorf("new sealing key: %w", err)
	}
	ks.Sealing = append(ks.Sealing, k)
	raw, err := json.Marshal(ks)
	if err != nil {
		return "", fmt.Errorf("write keyset: %w", err)
	}
	return prefix + base64.StdEncoding.EncodeToString(raw), nil
}

// ErrKeyset says that a keyset cannot be used.
var ErrKeyset = errors.New("the keyset cannot be read (make one with: linkline keys new)")

func parse(text string) (keyset, error) {
	var ks keyset
	body, ok := strings.CutPrefix(strings.TrimSpace(text), prefix)
	if !ok {
		return ks, fmt.Errorf("%w: it does not begin with %s", ErrKeyset, prefix)
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return ks, fmt.Errorf("%w: it is not base64", ErrKeyset)
	}
	if err := json.Unmarshal(raw, &ks); err != nil {
		return ks, fmt.Errorf("%w: its content is no keyset", ErrKeyset)
	}
	if ks.Version != 1 || len(ks.Lookup) != 32 || len(ks.Sealing) == 0 {
		return ks, fmt.Errorf("%w: a key is missing", ErrKeyset)
	}
	for _, k := range ks.Sealing {
		if len(k.Key) != 32 {
			return ks, fmt.Errorf("%w: a sealing key has the wrong length", ErrKeyset)
		}
	}
	return ks, nil
}

// Vault seals and opens with one keyset. It is safe for concurrent use.
type Vault struct {
	lookup []byte
	seal   map[uint32]cipher.AEAD
	newest uint32
}

// Open reads a keyset.
func Open(text string) (*Vault, error) {
	ks, err := parse(text)
	if err != nil {
		return nil, err
	}
	v := &Vault{lookup: ks.Lookup, seal: map[uint32]cipher.AEAD{}}
	for _, k := range ks.Sealing {
		block, err := aes.NewCipher(k.Key)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKeyset, err)
		}
		if v.seal[k.ID], err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKeyset, err)
		}
		v.newest = max(v.newest, k.ID)
	}
	return v, nil
}

// Seal encrypts; ad binds the result to its place, so that a ciphertext that
// is moved elsewhere does not open.
func (v *Vault) Seal(plain []byte, ad string) []byte {
	aead := v.seal[v.newest]
	out := make([]byte, 4+aead.NonceSize(), 4+aead.NonceSize()+len(plain)+aead.Overhead())
	binary.BigEndian.PutUint32(out, v.newest)
	_, _ = rand.Read(out[4:]) // never fails: crypto/rand crashes the program instead
	return aead.Seal(out, out[4:4+aead.NonceSize()], plain, []byte(ad))
}

// ErrSealed says that a sealed value does not open here: another keyset, or
// it was moved or changed.
var ErrSealed = errors.New("sealed with another key, moved, or changed")

// Open decrypts what Seal made with the same ad.
func (v *Vault) Open(sealed []byte, ad string) ([]byte, error) {
	if len(sealed) < 4 {
		return nil, ErrSealed
	}
	aead, ok := v.seal[binary.BigEndian.Uint32(sealed)]
	if !ok || len(sealed) < 4+aead.NonceSize() {
		return nil, ErrSealed
	}
	plain, err := aead.Open(nil, sealed[4:4+aead.NonceSize()], sealed[4+aead.NonceSize():], []byte(ad))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

var name32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// CID names the conversation of one resident's address with one of ours. The
// same two addresses always give the same name, without any index.
func (v *Vault) CID(ch bot.Channel, resident, ours bot.Address) bot.CID {
	sum := v.mac("cid", string(ch)+"|"+resident.Raw()+"|"+ours.Raw())
	return bot.CID(strings.ToLower(name32.EncodeToString(sum))[:20])
}

// Fingerprint tells keysets apart without showing anything of the key.
func (v *Vault) Fingerprint() string {
	return strings.ToLower(name32.EncodeToString(v.mac("fingerprint", "")))[:16]
}

func (v *Vault) mac(domain, text string) []byte {
	h := hmac.New(sha256.New, v.lookup)
	_, _ = io.WriteString(h, domain+"\x00"+text)
	return h.Sum(nil)
}
