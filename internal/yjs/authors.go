package yjs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// authorMark is the mark that a text has in a document that tells who wrote it; its attribute "by" says which author.
const authorMark = "author"

// RenderAuthors renders as Render does, and gives the same once more, where each text is marked by the author of the update
// that first brought it: the one of that place in by. Texts of authors below 0 have no mark. Who deletes leaves none.
func (Native) RenderAuthors(ctx context.Context, updates [][]byte, by []int) (plain, authored json.RawMessage, err error) {
	s, a := NewStore(), authors{}
	for i, raw := range updates {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		u, err := Decode(raw)
		if err != nil {
			return nil, nil, fmt.Errorf("update %d: %w", i, err)
		}
		if err := s.Apply(raw); err != nil {
			return nil, nil, fmt.Errorf("update %d: %w", i, err)
		}
		a.add(u, by[i])
	}
	s.tidy()
	if plain, err = s.renderBy(ctx, nil); err != nil {
		return nil, nil, err
	}
	authored, err = s.renderBy(ctx, a)
	return plain, authored, err
}

// stretch is a run of clocks of one client that one author brought.
type stretch struct {
	span
	by int
}

// authors are the stretches of each client, sorted and apart from each other.
type authors map[uint32][]stretch

func (a authors) add(u *Update, by int) {
	for _, b := range u.blocks {
		for _, it := range b.items {
			if it.kind != kindSkip {
				a.claim(b.client, span{it.clock, it.end()}, by)
			}
		}
	}
}

// claim gives the author what of the span nobody has brought before.
func (a authors) claim(client uint32, s span, by int) {
	held := a[client]
	if n := len(held); n > 0 && held[n-1].by == by && held[n-1].end == s.start { // as when somebody types
		held[n-1].end = s.end
		return
	}
	at, _ := slices.BinarySearchFunc(held, s.start, func(h stretch, clock uint32) int {
		if h.end <= clock {
			return -1
		}
		return 1
	})
	for ; s.start < s.end; at++ {
		free := s.end
		if at < len(held) {
			free = min(free, held[at].start)
		}
		if s.start < free {
			held = slices.Insert(held, at, stretch{span{s.start, free}, by})
			at++
		}
		if at == len(held) {
			break
		}
		s.start = held[at].end
	}
	a[client] = held
}

// of is the author of a clock, or below 0 for nobody.
func (a authors) of(client, clock uint32) int {
	held := a[client]
	at, found := slices.BinarySearchFunc(held, clock, func(h stretch, clock uint32) int {
		switch {
		case h.end <= clock:
			return -1
		case h.start > clock:
			return 1
		}
		return 0
	})
	if !found {
		return -1
	}
	return held[at].by
}

// cuts adds where the author changes to where structs must end.
func (a authors) cuts(others map[uint32][]uint32) map[uint32][]uint32 {
	for client, held := range a {
		for _, h := range held {
			others[client] = append(others[client], h.start)
		}
		slices.SortFunc(others[client], cmp.Compare)
		others[client] = slices.Compact(others[client])
	}
	return others
}
