package vault

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// prefix begins every keyset; what follows is base64 of versioned JSON.
const prefix = "base64:"

const keySize = 32 // bytes: AES-256 and HMAC-SHA256

// ErrKeyset is a keyset that cannot be used. The message says why and what to
// do; it never quotes the keyset.
var ErrKeyset = errors.New("keyset")

// keyset is what stands inside the base64. The lookup key is for life: names
// of conversations and references depend on it. Sealing keys are only ever
// added, so that everything sealed stays readable.
type keyset struct {
	Version int       `json:"v"`
	Lookup  []byte    `json:"lookup"`
	Primary uint32    `json:"primary"` // id of the key that seals
	Seal    []sealKey `json:"seal"`
}

type sealKey struct {
	ID  uint32 `json:"id"`
	Key []byte `json:"key"`
}

// NewKeyset makes a keyset with fresh keys, in the form that Open and the
// configuration take. random is crypto/rand.Reader but for tests.
func NewKeyset(random io.Reader) (string, error) {
	ks := keyset{Version: 1, Lookup: make([]byte, keySize)}
	if _, err := io.ReadFull(random, ks.Lookup); err != nil {
		return "", fmt.Errorf("%w: no randomness: %w", ErrKeyset, err)
	}
	return ks.add(random)
}

// Rotate adds a sealing key and makes it the one that seals. The lookup key
// and all older sealing keys stay. Put the new keyset into place on every
// replica before relying on it: a replica that lacks the key cannot read
// what another sealed.
func Rotate(text string, random io.Reader) (string, error) {
	ks, err := parse(text)
	if err != nil {
		return "", err
	}
	return ks.add(random)
}

// add makes a new primary key and writes the keyset.
func (ks keyset) add(random io.Reader) (string, error) {
	k := sealKey{ID: 1, Key: make([]byte, keySize)}
	for _, old := range ks.Seal {
		k.ID = max(k.ID, old.ID+1)
	}
	if _, err := io.ReadFull(random, k.Key); err != nil {
		return "", fmt.Errorf("%w: no randomness: %w", ErrKeyset, err)
	}
	ks.Seal = append(ks.Seal, k)
	ks.Primary = k.ID
	raw, err := json.Marshal(ks)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrKeyset, err)
	}
	return prefix + base64.StdEncoding.EncodeToString(raw), nil
}

// parse reads a keyset and refuses one that is not whole.
func parse(text string) (keyset, error) {
	bad := func(why string) (keyset, error) {
		return keyset{}, fmt.Errorf("%w: %s; make one with `linkline keys new` and keep it safe, "+
			"for what was sealed under a lost keyset is lost", ErrKeyset, why)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return bad("empty")
	}
	body, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return bad(`does not begin with "base64:"`)
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return bad("not valid base64, perhaps cut short when it was copied")
	}
	var ks keyset
	if err := json.Unmarshal(raw, &ks); err != nil {
		return bad("not a keyset of Linkline")
	}
	if ks.Version != 1 {
		return bad(fmt.Sprintf("version %d is not known to this release", ks.Version))
	}
	if len(ks.Lookup) != keySize {
		return bad("the lookup key is missing or cut short")
	}
	found := false
	ids := map[uint32]bool{}
	for _, k := range ks.Seal {
		if len(k.Key) != keySize || k.ID == 0 || ids[k.ID] {
			return bad("a sealing key is damaged")
		}
		ids[k.ID] = true
		found = found || k.ID == ks.Primary
	}
	if !found {
		return bad("the primary sealing key is missing")
	}
	return ks, nil
}
