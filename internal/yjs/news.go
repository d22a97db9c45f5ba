package yjs

import (
	"slices"
)

// News is what an update would add to a Store, what is kept aside there counting as known.
type News struct {
	// Structs are the client numbers under which it brings structs.
	Structs []uint32
	// Beyond are those of which it deletes clocks that neither are held nor come with it: they would be deleted as they come.
	Beyond []uint32
	// Fresh is how many of them a Store has heard nothing of.
	Fresh   int
	deletes bool
}

// None reports whether all of it is known.
func (n *News) None() bool { return len(n.Structs) == 0 && !n.deletes }

// News compares an update with what is held, and changes nothing. The error is Add's for an update that contradicts it.
func (s *Store) News(u *Update) (News, error) {
	var n News
	if err := s.checkConflicts(u); err != nil {
		return n, err
	}
	var ends map[uint32]uint32
	if len(u.deletes) > 0 {
		ends = make(map[uint32]uint32)
	}
	for _, b := range u.blocks {
		if end := s.newEnd(b); end > 0 {
			n.Structs = append(n.Structs, b.client)
			n.fresh(s, b.client)
			if ends != nil {
				ends[b.client] = end
			}
		}
	}
	for _, d := range u.deletes {
		known, later := d.spans.split(s.state(d.client))
		awaited := s.pendingDeletes[d.client].hold(later)
		n.deletes = n.deletes || !awaited || len(known) > 0 && !s.clients[d.client].deleted.hold(known)
		if _, beyond := later.split(ends[d.client]); !awaited && !s.pendingDeletes[d.client].hold(beyond) {
			n.Beyond = append(n.Beyond, d.client)
			if ends[d.client] == 0 {
				n.fresh(s, d.client)
			}
		}
	}
	return n, nil
}

func (n *News) fresh(s *Store, client uint32) {
	if s.clients[client] == nil && len(s.pending[client]) == 0 && len(s.pendingDeletes[client]) == 0 {
		n.Fresh++
	}
}

// newEnd is where the structs of a block end that are not known, and 0 when all are.
func (s *Store) newEnd(b block) uint32 {
	state, pending := s.state(b.client), s.pending[b.client]
	for _, it := range slices.Backward(b.items) {
		if it.end() <= state {
			break
		}
		if it.kind != kindSkip && !cover(pending, max(it.clock, state), it.end()) {
			return it.end()
		}
	}
	return 0
}

// cover reports whether sorted items hold all clocks from start up to end.
func cover(items []item, start, end uint32) bool {
	for i := find(items, start); start < end; i++ {
		if i == len(items) || items[i].clock > start {
			return false
		}
		start = items[i].end()
	}
	return true
}

// Clients is how many client numbers something is held of, or more.
func (s *Store) Clients() int { return len(s.clients) + len(s.pending) + len(s.pendingDeletes) }
