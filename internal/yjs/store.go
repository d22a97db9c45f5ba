// Package yjs reads, keeps and renders Yjs documents: XML documents under the root "default", in update format V1.
//
// A Store takes updates as they come, answers sync requests without integrating them into a document, and renders the
// document when asked. A Renderer runs yjs itself: to make an update of a ready document, and to read again what must not
// be read wrongly, text to be signed and snapshots that are to replace a log. It is what the rest is measured by.
package yjs

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// maxPending is how many structs and deletions a Store keeps aside before it takes only what needs no keeping aside.
const maxPending = 1 << 15

// untidyLimit is how much a client may gain, at least, before its list is tidied.
const untidyLimit = 512

// Store holds the structs and deletions of one document as decoded from updates, without integrating them. The content
// of what is deleted is not kept. It is not safe for concurrent use.
type Store struct {
	clients        map[uint32]*client
	pending        map[uint32][]item // sorted by clock, without overlaps
	pendingDeletes map[uint32]spans
	pendingCount   int
}

// client is what a Store holds of one client: its structs from clock 0 on without gaps, and which clocks are deleted.
type client struct {
	items   []item
	deleted spans
	untidy  int // structs and deletions that came since the last tidying
}

func (c *client) state() uint32 {
	if c == nil || len(c.items) == 0 {
		return 0
	}
	return c.items[len(c.items)-1].end()
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{
		clients:        map[uint32]*client{},
		pending:        map[uint32][]item{},
		pendingDeletes: map[uint32]spans{},
	}
}

// Apply adds an update. The update is checked as by Validate, but for its size, before anything is changed; on error
// (wrapping ErrInvalid) nothing is. What is known already changes nothing. Structs and deletions that lean on others
// that have not come yet are kept aside and taken in when they can be.
//
// An update that gives clocks which are held already another content is refused with an error that wraps ErrConflict
// too.
func (s *Store) Apply(update []byte) error {
	u, err := Decode(update)
	if err != nil {
		return err
	}
	return s.Add(u)
}

// Add is Apply for an update that has been read.
func (s *Store) Add(u *Update) error {
	if s.pendingCount >= maxPending && s.wouldWait(u) {
		return invalid("too much is kept aside already")
	}
	if err := s.checkConflicts(u); err != nil {
		return err
	}
	s.integrate(u.blocks)
	for _, d := range u.deletes {
		s.delete(d.client, d.spans)
	}
	return nil
}

// HasPending reports whether something is kept aside because what it leans on has not come.
func (s *Store) HasPending() bool {
	return len(s.pending) > 0 || len(s.pendingDeletes) > 0
}

func (s *Store) state(client uint32) uint32 { return s.clients[client].state() }

// missing returns the id that must come before the item can be taken in, and whether there is one.
func (s *Store) missing(client uint32, it *item) (id, bool) {
	switch {
	case it.clock > s.state(client):
		return id{client, it.clock - 1}, true
	case it.usesOrigin() && it.origin.client != client && it.origin.clock >= s.state(it.origin.client):
		return it.origin, true
	case it.hasRight && it.right.client != client && it.right.clock >= s.state(it.right.client):
		return it.right, true
	}
	return id{}, false
}

// wouldWait reports whether an update cannot be taken in just so.
func (s *Store) wouldWait(u *Update) bool {
	return slices.ContainsFunc(u.blocks, func(b block) bool {
		return slices.ContainsFunc(b.items, func(it item) bool {
			if it.kind == kindSkip {
				return true
			}
			_, missing := s.missing(b.client, &it)
			return missing && it.clock == b.items[0].clock
		})
	}) || slices.ContainsFunc(u.deletes, func(d clientSpans) bool {
		return d.spans[len(d.spans)-1].end > s.state(d.client)
	})
}

// checkConflicts compares the structs of an update with those that are held for the same clocks.
func (s *Store) checkConflicts(u *Update) error {
	for _, b := range u.blocks {
		held, pending := []item(nil), s.pending[b.client]
		if len(b.items) > 0 && b.items[0].clock < s.state(b.client) {
			held = s.clients[b.client].items
		}
		if goesOn(b.items, held) {
			return invalid("struct of client %d goes on from a collected one", b.client)
		}
		if conflict(b.client, b.items, held) || conflict(b.client, b.items, pending) {
			return fmt.Errorf("%w: %w of client %d", ErrInvalid, ErrConflict, b.client)
		}
	}
	return nil
}

// goesOn reports whether a struct with a place of its own tells again the collected clocks that are held last, and then
// some: yjs throws on it.
func goesOn(items, held []item) bool {
	if len(held) == 0 || held[len(held)-1].kind != kindGC {
		return false
	}
	state := held[len(held)-1].end()
	i := find(items, state)
	return i < len(items) && items[i].clock < state && items[i].kind != kindGC && items[i].kind != kindSkip
}

// conflict compares two sorted lists of a client's structs where they speak of the same clocks.
func conflict(client uint32, items, held []item) bool {
	if len(items) == 0 || len(held) == 0 {
		return false
	}
	a, b := cursor{client: client, rest: items}, cursor{client: client, rest: held[find(held, items[0].clock):]}
	for a.next() && b.next() {
		start, end := max(a.clock, b.clock), min(a.end(), b.end())
		if start < end {
			a.item, b.item = a.from(client, start), b.from(client, start)
			one, other := a.before(end), b.before(end)
			if !one.agrees(&other) {
				return true
			}
		}
		a.skip(end)
		b.skip(end)
	}
	return false
}

// cursor goes through a client's structs bit by bit.
type cursor struct {
	client uint32
	item   // what is left of the struct the cursor stands in
	rest   []item
}

// next makes sure that the cursor stands in a struct, and reports whether there is one.
func (c *cursor) next() bool {
	if c.length == 0 && len(c.rest) > 0 {
		c.item, c.rest = c.rest[0], c.rest[1:]
	}
	return c.length > 0
}

// skip moves the cursor on to a clock, if that lies before the end of its struct, or else to that end.
func (c *cursor) skip(clock uint32) {
	if clock >= c.end() {
		c.length = 0
	} else {
		c.item = c.from(c.client, clock)
	}
}

// find returns the index of the first of the sorted items that ends after clock.
func find(items []item, clock uint32) int {
	i, _ := slices.BinarySearchFunc(items, clock, func(it item, clock uint32) int {
		if it.end() <= clock {
			return -1
		}
		return 1
	})
	return i
}

// queue is what remains to be taken in of one client's structs.
type queue struct {
	client uint32
	items  []item
	until  uint32 // the state that another queue waits for
	active bool   // on the stack of queues that wait for the one above
}

func newQueue(client uint32, items []item) *queue {
	return &queue{client: client, items: items, until: math.MaxUint32}
}

// integrate takes in all that can be of blocks and of what was pending, and keeps the rest aside.
func (s *Store) integrate(blocks []block) {
	if len(blocks) == 1 { // as mostly, with nothing to wait for within the update
		s.drainOne(newQueue(blocks[0].client, blocks[0].items), nil)
	} else {
		queues := make(map[uint32]*queue, len(blocks))
		for _, b := range blocks {
			queues[b.client] = newQueue(b.client, b.items)
		}
		s.drain(queues)
	}
	if !s.pendingReady() {
		return
	}
	queues := make(map[uint32]*queue, len(s.pending))
	for client, items := range s.pending {
		queues[client] = newQueue(client, items)
		s.pendingCount -= len(items)
	}
	clear(s.pending)
	s.drain(queues)
}

func (s *Store) pendingReady() bool {
	for client, items := range s.pending {
		if _, missing := s.missing(client, &items[0]); !missing {
			return true
		}
	}
	return false
}

// drain takes in what can be of the queues and keeps the rest aside. A queue that waits for an id has the queue of that
// id's client taken in until the id is there. Where that cannot be, the queue is kept aside and with it all that wait
// for it.
func (s *Store) drain(queues map[uint32]*queue) {
	for _, client := range slices.Sorted(maps.Keys(queues)) {
		if q := queues[client]; q != nil {
			q.until = math.MaxUint32 // and not only until what another one waits for
			s.drainOne(q, queues)
			delete(queues, client)
		}
	}
}

func (s *Store) drainOne(q *queue, queues map[uint32]*queue) {
	q.active = true
	waiting := []*queue{q}
	for len(waiting) > 0 {
		top := waiting[len(waiting)-1]
		need, missing := s.takeReady(top)
		if !missing {
			top.active = false
			waiting = waiting[:len(waiting)-1]
			continue
		}
		next := queues[need.client]
		if next == nil || next.active || len(next.items) == 0 {
			break
		}
		next.until, next.active = need.clock+1, true
		waiting = append(waiting, next)
	}
	for _, q := range waiting {
		s.keepAside(q)
		delete(queues, q.client)
	}
}

// takeReady takes in the structs of q until its client's state is what it is to be, or one must wait for an id.
func (s *Store) takeReady(q *queue) (need id, missing bool) {
	for len(q.items) > 0 && s.state(q.client) < q.until {
		it := &q.items[0]
		if it.kind != kindSkip && it.end() > s.state(q.client) {
			if need, missing = s.missing(q.client, it); missing {
				return need, true
			}
			s.take(q.client, it)
		}
		q.items = q.items[1:]
	}
	return id{}, false
}

// take adds what is new of an item that has nothing to wait for.
func (s *Store) take(number uint32, it *item) {
	c := s.clients[number]
	if c == nil {
		c = &client{}
		s.clients[number] = c
	}
	state := c.state()
	c.items = append(c.items, it.from(number, state))
	if !it.hasContent() {
		c.deleted.add(span{state, it.end()})
	}
	c.touched(number)
	s.resumeDeletes(number, c)
}

// keepAside stores the structs of q that are new until what they wait for has come.
func (s *Store) keepAside(q *queue) {
	held := s.pending[q.client]
	all := append(slices.Clone(held), q.items...)
	slices.SortStableFunc(all, func(a, b item) int { return int(int64(a.clock) - int64(b.clock)) })
	kept, state := all[:0], s.state(q.client)
	for _, it := range all {
		if it.kind != kindSkip && it.end() > state {
			kept = append(kept, it.from(q.client, state))
			state = it.end()
		}
	}
	s.pendingCount += len(kept) - len(held)
	if len(kept) > 0 {
		s.pending[q.client] = kept
	}
}

// delete marks clocks as deleted, those that have not come yet as soon as they do.
func (s *Store) delete(number uint32, deletes spans) {
	known, later := deletes.split(s.state(number))
	if len(known) > 0 {
		if c := s.clients[number]; c.deleted.addAll(known) {
			c.touched(number)
		}
	}
	if len(later) > 0 {
		pending := s.pendingDeletes[number]
		s.pendingCount -= len(pending)
		pending.addAll(later)
		s.pendingDeletes[number] = pending
		s.pendingCount += len(pending)
	}
}

// resumeDeletes deletes what has come of a client and was to be deleted.
func (s *Store) resumeDeletes(number uint32, c *client) {
	pending := s.pendingDeletes[number]
	if len(pending) == 0 || pending[0].start >= c.state() {
		return
	}
	delete(s.pendingDeletes, number)
	s.pendingCount -= len(pending)
	s.delete(number, pending)
}
