package yjs

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
)

// StateVector returns the V1 state vector of what is taken in: of each client how many clocks are held without a gap.
func (s *Store) StateVector() []byte {
	numbers := newestFirst(s.clients)
	out := binary.AppendUvarint(nil, uint64(len(numbers)))
	for _, number := range numbers {
		out = appendUints(out, number, s.state(number))
	}
	return out
}

// Diff returns the V1 update that brings a document with the given state vector to what is here: the structs it lacks,
// all that is pending and all deletions. The error wraps ErrInvalid.
func (s *Store) Diff(stateVector []byte) ([]byte, error) {
	known, err := decodeStateVector(stateVector)
	if err != nil {
		return nil, err
	}
	return s.since(known), nil
}

// Snapshot returns everything as one V1 update, what is pending included, so that a new store that applies it is equal
// to this one.
func (s *Store) Snapshot() []byte { return s.since(nil) }

func (s *Store) since(known map[uint32]uint32) []byte {
	s.tidy()
	var w structWriter
	deletes := s.deletes()
	for number, pending := range s.pendingDeletes {
		all := slices.Clone(deletes[number])
		for _, sp := range pending {
			all.add(sp)
		}
		deletes[number] = all
	}
	structs := make(map[uint32][]item, len(s.clients))
	for number, c := range s.clients {
		structs[number] = c.items
	}
	for number, pending := range s.pending {
		structs[number] = withGaps(number, structs[number], pending)
	}
	for _, number := range newestFirst(structs) {
		w.block(number, known[number], structs[number])
	}
	return appendDeletes(w.finish(), deletes)
}

func (s *Store) tidy() {
	for number, c := range s.clients {
		c.tidy(number)
	}
}

func (s *Store) deletes() map[uint32]spans {
	deletes := make(map[uint32]spans, len(s.clients))
	for number, c := range s.clients {
		if len(c.deleted) > 0 {
			deletes[number] = c.deleted
		}
	}
	return deletes
}

// withGaps joins what is held and what is pending of a client, with a skip for each run of clocks between them.
func withGaps(client uint32, held, pending []item) []item {
	if len(pending) == 0 {
		return held
	}
	all := slices.Clone(held)
	for _, it := range pending {
		if n := len(all); n > 0 {
			end := all[n-1].end()
			if end < it.clock {
				all = append(all, item{kind: kindSkip, clock: end, length: it.clock - end})
			}
			it = it.from(client, end)
		}
		all = append(all, it)
	}
	return all
}

// newestFirst returns the keys in the order in which yjs writes clients.
func newestFirst[V any](m map[uint32]V) []uint32 {
	return slices.SortedFunc(maps.Keys(m), func(a, b uint32) int { return cmp.Compare(b, a) })
}

// structWriter writes the structs of one client after another.
type structWriter struct {
	clients uint64
	body    []byte
}

// block writes what a client's items hold from clock on, if anything.
func (w *structWriter) block(client, clock uint32, items []item) {
	items = items[find(items, clock):]
	if len(items) == 0 {
		return
	}
	w.clients++
	first := items[0].from(client, clock)
	w.body = binary.AppendUvarint(w.body, uint64(len(items)))
	w.body = appendUints(w.body, client, first.clock)
	w.body = appendItem(w.body, &first)
	for i := range items[1:] {
		w.body = appendItem(w.body, &items[i+1])
	}
}

func (w *structWriter) finish() []byte {
	return append(binary.AppendUvarint(nil, w.clients), w.body...)
}

func appendItem(out []byte, it *item) []byte {
	if it.kind == kindGC || it.kind == kindSkip {
		return appendUints(append(out, it.kind), it.length)
	}
	out = append(out, it.info())
	if it.hasOrigin {
		out = appendUints(out, it.origin.client, it.origin.clock)
	}
	if it.hasRight {
		out = appendUints(out, it.right.client, it.right.clock)
	}
	switch it.parent {
	case parentRoot:
		out = appendText(append(out, 1), rootName)
	case parentItem:
		out = appendUints(append(out, 0), it.origin.client, it.origin.clock)
	}
	if name := it.attribute(); name != nil {
		out = appendText(out, *name)
	}
	switch it.kind {
	case kindString:
		return appendText(out, it.bare())
	case kindDeleted, kindAny:
		out = appendUints(out, it.length)
	}
	return append(out, it.bare()...)
}

func (it *item) info() byte {
	info := it.kind
	if it.hasOrigin {
		info |= bitOrigin
	}
	if it.hasRight {
		info |= bitRight
	}
	if it.named != 0 {
		info |= bitParentSub
	}
	return info
}

func appendDeletes(out []byte, deletes map[uint32]spans) []byte {
	out = binary.AppendUvarint(out, uint64(len(deletes)))
	for _, client := range newestFirst(deletes) {
		out = appendUints(out, client, uint32(len(deletes[client])))
		for _, sp := range deletes[client] {
			out = appendUints(out, sp.start, sp.end-sp.start)
		}
	}
	return out
}

func appendUints(out []byte, numbers ...uint32) []byte {
	for _, n := range numbers {
		out = binary.AppendUvarint(out, uint64(n))
	}
	return out
}

func appendText(out []byte, text string) []byte {
	return append(appendUints(out, uint32(len(text))), text...)
}
