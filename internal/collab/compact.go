package collab

import (
	"context"
	"fmt"
	"time"

	"samsvar/internal/portal"
)

// compactionTime is what the second decoder may take for a text.
const compactionTime = 2 * time.Minute

// loosened counts edits that no snapshot holds, and has the text compacted when
// they are many. When that fails it is tried again after as many more.
func (d *document) loosened(edits int) {
	if d.loose += edits; d.loose < d.hub.limits.CompactAfter || d.hub.same == nil {
		return
	}
	select {
	case d.hub.long <- d.id:
		d.loose = 0
	default: // others are waiting; the next edit asks again
	}
}

// compactLongOnes compacts one text at a time, aside from those who write in it.
func (h *Hub) compactLongOnes() {
	for {
		select {
		case id := <-h.long:
			if err := h.compact(id); err != nil {
				h.stats.failures.Add(1)
				h.logger.Error("text not compacted; nothing was changed", "document", id, "error", err)
			}
		case <-h.closed:
			return
		}
	}
}

// compact reads what is stored, not what is in memory, makes a snapshot of it,
// and has it stored only when the second decoder reads the same text from it as
// from the edits it is to take the place of.
func (h *Hub) compact(id portal.DocumentID) error {
	ctx, cancel := context.WithTimeout(h.ctx, compactionTime)
	defer cancel()
	stored, err := h.log.Load(ctx, id, 0)
	if err != nil {
		return err
	}
	store, err := storeOf(stored)
	if err != nil {
		return err
	}
	snapshot := store.Snapshot()
	if err := h.same(ctx, stored.All(), snapshot); err != nil {
		return fmt.Errorf("the second decoder reads another text: %w", err)
	}
	if err := h.log.Compact(ctx, id, stored.Head, snapshot); err != nil {
		return err
	}
	h.stats.compactions.Add(1)
	return nil
}
