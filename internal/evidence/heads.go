package evidence

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
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

// Key is a public key that heads are signed with, from Since until the next one takes over. The first is trusted because
// somebody who was told its id compares it; each later one because the one before it, and no other, has signed it.
type Key struct {
	Format     string    `json:"format"`
	ID         string    `json:"id"`
	Public     []byte    `json:"public"`
	Since      time.Time `json:"since"`
	EndorsedBy string    `json:"endorsedBy"` // the id of the key before; the first one's own
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

// Keys are the public keys of a file, each of which retired the one before it.
type Keys []Key

// Newest is the id of the key that signs now.
func (k Keys) Newest() string {
	if len(k) == 0 {
		return ""
	}
	return k[len(k)-1].ID
}

func (k Keys) place(id string) int {
	return slices.IndexFunc(k, func(key Key) bool { return key.ID == id })
}

// ReadKeys reads a file of public keys and makes sure that every one but the first is endorsed by the one before it.
// Root is the id of the first: whoever checks compares it with what they were told.
func ReadKeys(file []byte) (keys Keys, root string, err error) {
	for i, raw := range lines(file) {
		k, err := readLine[Key](raw)
		if err != nil {
			return keys, root, fmt.Errorf("key %d: %w", i+1, err)
		}
		if k.Format != KeyFormat || len(k.Public) != ed25519.PublicKeySize || k.ID != KeyID(k.Public) {
			return keys, root, fmt.Errorf("key %d is not what its id says", i+1)
		}
		before := k
		if i == 0 {
			root = k.ID
		} else {
			before = keys[i-1]
		}
		switch {
		case i > 0 && keys.place(k.ID) >= 0:
			return keys, root, fmt.Errorf("key %d (%s) was retired", i+1, k.ID)
		case k.EndorsedBy != before.ID || !k.signedBy(before.Public):
			return keys, root, fmt.Errorf("key %d (%s) is not endorsed by the one before it", i+1, k.ID)
		case k.Since.Before(before.Since):
			return keys, root, fmt.Errorf("key %d (%s) is older than the one before it", i+1, k.ID)
		}
		keys = append(keys, k)
	}
	if root == "" {
		err = errors.New("there is no key")
	}
	return keys, root, err
}

func (k Key) signedBy(key ed25519.PublicKey) bool {
	signature := k.Signature
	k.Signature = nil
	message, err := Canonical(k)
	return err == nil && ed25519.Verify(key, message, signature)
}

// Accept says what is wrong when the head is not one that may stand after the one before it, which is nil for the first:
// that a key has retired, and when, holds for every head that it signed.
func (k Keys) Accept(h Head, before *Head) error {
	place := k.place(h.Key)
	switch {
	case h.Format != HeadFormat:
		return fmt.Errorf("has the unknown format %q", h.Format)
	case place < 0 || !h.signedBy(k[place].Public):
		return errors.New("is not signed by any of the keys")
	case before != nil && place < k.place(before.Key):
		return errors.New("is signed by a key that was retired")
	case h.SignedAt.Before(k[place].Since):
		return errors.New("is older than the key that signed it")
	case place+1 < len(k) && h.SignedAt.After(k[place+1].Since):
		return errors.New("was signed after its key was retired")
	}
	number, previous, sequence := 1, Hash(""), int64(0)
	if before != nil {
		hash, err := hashOf(before)
		if err != nil {
			return err
		}
		number, previous, sequence = before.Number+1, hash, before.Sequence
	}
	if h.Number != number || h.Previous != previous || h.Sequence < sequence {
		return errors.New("does not follow the one before it")
	}
	return nil
}

// ReadHeads reads a file of heads and makes sure that each may stand where it does.
func ReadHeads(file []byte, keys Keys) (heads []Head, err error) {
	var before *Head
	for i, raw := range lines(file) {
		h, err := readLine[Head](raw)
		if err != nil {
			return heads, fmt.Errorf("head %d: %w", i+1, err)
		}
		if err := keys.Accept(h, before); err != nil {
			return heads, fmt.Errorf("head %d %w", i+1, err)
		}
		heads = append(heads, h)
		before = &h
	}
	return heads, nil
}
