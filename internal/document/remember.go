package document

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"sync"
)

// Remembering is a renderer that does not render the same updates twice in a
// row: for drafts, which are looked at far more often than they change. The
// same updates always give the same text, so what it gives is never old.
type Remembering struct {
	renderer Renderer
	size     int

	mu    sync.Mutex
	texts map[[sha256.Size]byte]json.RawMessage
	order [][sha256.Size]byte // the oldest first
}

// NewRemembering keeps up to size rendered texts.
func NewRemembering(renderer Renderer, size int) *Remembering {
	return &Remembering{renderer: renderer, size: size, texts: map[[sha256.Size]byte]json.RawMessage{}}
}

// Render gives the text of the updates.
func (r *Remembering) Render(ctx context.Context, updates ...[]byte) (json.RawMessage, error) {
	key := keyOf(updates)
	r.mu.Lock()
	text, known := r.texts[key]
	r.mu.Unlock()
	if known {
		return text, nil
	}
	text, err := r.renderer.Render(ctx, updates...)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.texts[key]; !known {
		r.texts[key], r.order = text, append(r.order, key)
	}
	if len(r.order) > r.size {
		delete(r.texts, r.order[0])
		r.order = r.order[1:]
	}
	return text, nil
}

// keyOf covers the updates one by one: their lengths keep them apart.
func keyOf(updates [][]byte) (key [sha256.Size]byte) {
	h := sha256.New()
	for _, u := range updates {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(u))))
		h.Write(u)
	}
	h.Sum(key[:0])
	return key
}
