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
// same updates always give the same text, or the same refusal, so what it gives
// is never old.
type Remembering struct {
	renderer Renderer
	size     int

	mu    sync.Mutex
	texts map[[sha256.Size]byte]rendered
	order [][sha256.Size]byte // the oldest first
	held  int                 // bytes
}

type rendered struct {
	text    json.RawMessage
	refusal error
}

// weight is what it counts for: a refusal takes place too.
func (r rendered) weight() int { return len(r.text) + 256 }

// NewRemembering keeps rendered texts of up to size bytes together.
func NewRemembering(renderer Renderer, size int) *Remembering {
	return &Remembering{renderer: renderer, size: size, texts: map[[sha256.Size]byte]rendered{}}
}

// Render gives the text of the updates.
func (r *Remembering) Render(ctx context.Context, updates ...[]byte) (json.RawMessage, error) {
	key := keyOf(updates)
	r.mu.Lock()
	made, known := r.texts[key]
	r.mu.Unlock()
	if known {
		return made.text, made.refusal
	}
	made.text, made.refusal = r.renderer.Render(ctx, updates...)
	if ctx.Err() == nil && made.weight() <= r.size {
		r.keep(key, made)
	}
	return made.text, made.refusal
}

func (r *Remembering) keep(key [sha256.Size]byte, made rendered) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.texts[key]; known {
		return
	}
	r.texts[key], r.order = made, append(r.order, key)
	for r.held += made.weight(); r.held > r.size; r.order = r.order[1:] {
		r.held -= r.texts[r.order[0]].weight()
		delete(r.texts, r.order[0])
	}
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
