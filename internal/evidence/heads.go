package evidence

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

const (
	// HeadFormat and KeyFormat are the only ones of their kind that this version writes and reads.
	HeadFormat = "samsvar-audit-head/1"
	KeyFormat  = "samsvar-audit-key/1"
)

// Head says, signed, how far the audit trail had come. Heads are kept outside the database: what was
// in the trail when a head was signed cannot be changed any more without the key that signed it.
type Head struct {
	Format    string    `json:"format"`
	Number    int       `json:"number"`   // 1, 2, 3 ... without holes
	Previous  Hash      `json:"previous"` // of the head before; empty for the first
	Sequence  int64     `json:"sequence"` // of the last event there was
	Hash      Hash      `json:"hash"`     // of that event
	SignedAt  time.Time `json:"signedAt"`
	Key       string    `json:"key"`
	Signature []byte    `json:"signature,omitempty"` // Ed25519, over the canonical form of all the rest
}

// SignHead makes the head that follows the one before, which is nil for the first.
func SignHead(key ed25519.PrivateKey, before *Head, tail Tail, at time.Time) (Head, error) {
	h := Head{Format: HeadFormat, Number: 1, Sequence: tail.Sequence, Hash: tail.Hash, SignedAt: at.UTC().Truncate(time.Second), Key: KeyID(public(key))}
	if before != nil {
		hash, err := hashOf(before)
		if err != nil {
			return h, err
		}
		h.Number, h.Previous = before.Number+1, hash
	}
	message, err := Canonical(h)
	h.Signature = ed25519.Sign(key, message)
	return h, err
}

// Tail is the place in the trail that the head speaks of.
func (h Head) Tail() Tail { return Tail{h.Sequence, h.Hash} }

// Line is the record as it is kept.
func (h Head) Line() ([]byte, error) { return line(h) }

func (h Head) signedBy(key ed25519.PublicKey) bool {
	signature := h.Signature
	h.Signature = nil
	message, err := Canonical(h)
	return err == nil && ed25519.Verify(key, message, signature)
}

// Key is a public key that heads are signed with. The first is trusted because somebody who was told its
// id compares it; each later one because an earlier one has signed it.
type Key struct {
	Format     string    `json:"format"`
	ID         string    `json:"id"`
	Public     []byte    `json:"public"`
	Since      time.Time `json:"since"`
	EndorsedBy string    `json:"endorsedBy"` // the id of an earlier key; the first one's own
	Signature  []byte    `json:"signature,omitempty"`
}

// KeyID is what a public key is called, in files and by people: the beginning of its SHA-256.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return "ed25519:" + hex.EncodeToString(sum[:16])
}

// Endorse makes the record of a public key, signed by one that is trusted already, or by itself.
func Endorse(key ed25519.PublicKey, by ed25519.PrivateKey, at time.Time) (Key, error) {
	k := Key{Format: KeyFormat, ID: KeyID(key), Public: key, Since: at.UTC().Truncate(time.Second), EndorsedBy: KeyID(public(by))}
	message, err := Canonical(k)
	k.Signature = ed25519.Sign(by, message)
	return k, err
}

// Line is the record as it is kept.
func (k Key) Line() ([]byte, error) { return line(k) }

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// Keys are the public keys of a file, by id.
type Keys map[string]ed25519.PublicKey

// ReadKeys reads a file of public keys and makes sure that every one but the first is endorsed by an
// earlier one. Root is the id of the first: whoever checks compares it with what they were told.
func ReadKeys(file []byte) (keys Keys, root string, err error) {
	keys = Keys{}
	for i, raw := range lines(file) {
		k, err := readLine[Key](raw)
		if err != nil {
			return keys, root, fmt.Errorf("key %d: %w", i+1, err)
		}
		if k.Format != KeyFormat || len(k.Public) != ed25519.PublicKeySize || k.ID != KeyID(k.Public) {
			return keys, root, fmt.Errorf("key %d is not what its id says", i+1)
		}
		if root == "" {
			root, keys[k.ID] = k.ID, k.Public
		}
		endorser, known := keys[k.EndorsedBy]
		signature := k.Signature
		k.Signature = nil
		message, err := Canonical(k)
		if err != nil || !known || !ed25519.Verify(endorser, message, signature) {
			return keys, root, fmt.Errorf("key %d (%s) is not endorsed by an earlier one", i+1, k.ID)
		}
		keys[k.ID] = k.Public
	}
	if root == "" {
		err = errors.New("there is no key")
	}
	return keys, root, err
}

// ReadHeads reads a file of heads and makes sure that each is signed by one of the keys and follows the one before it.
func ReadHeads(file []byte, keys Keys) ([]Head, error) {
	var heads []Head
	var previous Hash
	for i, raw := range lines(file) {
		h, err := readLine[Head](raw)
		if err != nil {
			return heads, fmt.Errorf("head %d: %w", i+1, err)
		}
		key, known := keys[h.Key]
		switch {
		case h.Format != HeadFormat:
			return heads, fmt.Errorf("head %d has the unknown format %q", i+1, h.Format)
		case !known || !h.signedBy(key):
			return heads, fmt.Errorf("head %d is not signed by any of the keys", i+1)
		case h.Number != i+1 || h.Previous != previous || i > 0 && h.Sequence < heads[i-1].Sequence:
			return heads, fmt.Errorf("head %d does not follow the one before it", i+1)
		}
		if previous, err = hashOf(h); err != nil {
			return heads, err
		}
		heads = append(heads, h)
	}
	return heads, nil
}
