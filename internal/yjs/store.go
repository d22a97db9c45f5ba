// Package yjs reads, keeps and renders Yjs documents: XML documents under the root "default", in update format V1.
//
// A Store takes updates as they come, answers sync requests without integrating them into a document, and renders the
// document when asked. A Renderer runs yjs itself: to make an update of a ready document, and to read again what must not
// be read wrongly, text to be signed and snapshots that are to replace a log. It is what the rest is measured by.
package yjs

import (
	"cmp"
	"fmt"
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
	pending        map[uint32][]item // sorted by clock, without overlaps, none of it taken in
	pendingDeletes map[uint32]spans
	pendingCount   int
	waited         map[uint32]spans // the clocks inside of structs that were ever kept aside, but for their first
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
		waited:         map[uint32]spans{},
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
	if err := s.checkConflicts(u); err != nil {
		return err
	}
	if s.pendingCount+u.parts() > maxPending && s.pendingCount+s.rehearsed(u).pendingCount > maxPending {
		return invalid("too much is kept aside already")
	}
	s.add(u)
	return nil
}

func (s *Store) add(u *Update) {
	s.integrate(u.blocks)
	for _, d := range u.deletes {
		s.delete(d.client, d.spans)
	}
}

// parts is how many structs and deletions an update holds.
func (u *Update) parts() int {
	n := 0
	for _, b := range u.blocks {
		n += len(b.items)
	}
	for _, d := range u.deletes {
		n += len(d.spans)
	}
	return n
}

// rehearsed returns a store that holds as many clocks, whatever they are, and has then taken an update. It tells what of
// the update must wait.
func (s *Store) rehearsed(u *Update) *Store {
	like := NewStore()
	for number, c := range s.clients {
		like.clients[number] = &client{items: []item{{kind: kindGC, length: c.state()}}}
	}
	like.add(u)
	return like
}

// HasPending reports whether something is kept aside because what it leans on has not come.
func (s *Store) HasPending() bool {
	return len(s.pending) > 0 || len(s.pendingDeletes) > 0
}

func (s *Store) state(client uint32) uint32 { return s.clients[client].state() }

// missing returns the id that must come before the item can be taken in, and whether there is one.
func (s *Store) missing(client uint32, it *item) (id, bool) {
	if it.clock > s.state(client) {
		return id{client, it.clock - 1}, true
	}
	return s.lacks(client, it)
}

// lacks is missing for what the item needs of other clients.
func (s *Store) lacks(client uint32, it *item) (id, bool) {
	switch {
	case it.usesOrigin() && it.origin.client != client && it.origin.clock >= s.state(it.origin.client):
		return it.origin, true
	case it.hasRight && it.right.client != client && it.right.clock >= s.state(it.right.client):
		return it.right, true
	}
	return id{}, false
}

// checkConflicts compares the structs of an update with those that are held or wait for the same clocks.
//
// Yjs throws on a struct that begins among collected clocks and goes on after them, in whatever order the two come. The
// browsers may have what has waited here wait still, when it has long been taken in here.
func (s *Store) checkConflicts(u *Update) error {
	for _, b := range u.blocks {
		if len(b.items) == 0 {
			continue
		}
		state, held := s.state(b.client), []item(nil)
		if b.items[0].clock < state {
			held = s.clients[b.client].items
		}
		if s.cutsWaiting(b) {
			return invalid("collected clocks of client %d end inside a struct that waits", b.client)
		}
		for _, known := range [][]item{held, s.pending[b.client]} {
			if err := compare(b, known, state); err != nil {
				return err
			}
		}
	}
	return s.checkWaiting(u)
}

// checkWaiting looks for what yjs would leave waiting though it need not, or would not always take for the same.
func (s *Store) checkWaiting(u *Update) error {
	var after *Store
	for _, b := range u.blocks {
		pending, state := s.pending[b.client], s.state(b.client)
		if after == nil && (b.overlaps(pending) || s.anyLacks(b, state)) {
			after = s.rehearsed(u)
		}
		switch {
		case after == nil:
		case after.anyLacks(b, state):
			return invalid("what is known of client %d leans on what has not come", b.client)
		case retell(after.pending[b.client], pending):
			return fmt.Errorf("%w: %w: client %d tells otherwise of what waits, and would still wait", ErrInvalid, ErrConflict, b.client)
		}
	}
	return nil
}

func (b block) overlaps(sorted []item) bool {
	if len(b.items) == 0 || len(sorted) == 0 {
		return false
	}
	i := find(sorted, b.items[0].clock)
	return i < len(sorted) && sorted[i].clock < b.items[len(b.items)-1].end()
}

// anyLacks reports whether structs of a block that begin before a clock need something of other clients. Yjs waits for
// that also when it knows the struct, with all that comes after it in the update.
func (s *Store) anyLacks(b block, clock uint32) bool {
	for i := range b.items {
		if b.items[i].clock >= clock {
			break
		}
		if _, lacks := s.lacks(b.client, &b.items[i]); lacks {
			return true
		}
	}
	return false
}

// retell reports whether structs tell of clocks that others tell of too that they are deleted or collected, or that they
// are not.
func retell(items, others []item) bool {
	for _, it := range items {
		for i := find(others, it.clock); i < len(others) && others[i].clock < it.end(); i++ {
			if others[i].tells() != it.tells() {
				return true
			}
		}
	}
	return false
}

// cutsWaiting reports whether collected clocks of a block end inside a struct that waits, or has waited.
func (s *Store) cutsWaiting(b block) bool {
	waited := s.waited[b.client]
	if len(waited) == 0 {
		return false
	}
	for i := range b.items {
		it := &b.items[i]
		last := i+1 == len(b.items) || b.items[i+1].kind != kindGC
		if it.kind == kindGC && last && waited.has(it.end()) {
			return true
		}
	}
	return false
}

// compare looks for contradictions between a block and sorted structs of the same client.
func compare(b block, known []item, state uint32) error {
	if len(known) == 0 {
		return nil
	}
	one, other := cursor{client: b.client, rest: b.items}, cursor{client: b.client, rest: known}
	for one.leap(0); one.length > 0; {
		other.leap(one.clock)
		switch {
		case other.length == 0:
			return nil
		case one.kind == kindGC || one.kind == kindSkip || one.end() <= other.clock:
			one.leap(max(one.end(), other.clock))
		case other.kind == kindGC:
			end := other.run()
			if one.leap(end); one.length > 0 && one.began < end && one.end() > state && one.kind != kindGC && one.kind != kindSkip {
				return invalid("struct of client %d goes on from a collected one", b.client)
			}
		default:
			end := min(one.end(), other.end())
			mine, theirs := one.from(b.client, other.clock), other.from(b.client, one.clock)
			mine, theirs = mine.before(end), theirs.before(end)
			if !mine.agrees(&theirs) {
				return fmt.Errorf("%w: %w of client %d", ErrInvalid, ErrConflict, b.client)
			}
			one.leap(end)
		}
	}
	return nil
}

// cursor goes through a client's sorted structs.
type cursor struct {
	client uint32
	item          // what is left of the struct the cursor stands in; without length at the end of all
	began  uint32 // where that struct begins
	rest   []item
}

// leap moves the cursor on to a clock, or to the first after it that there is a struct of.
func (c *cursor) leap(clock uint32) {
	if c.length == 0 || c.end() <= clock {
		if len(c.rest) > 0 && c.rest[0].end() <= clock {
			c.rest = c.rest[find(c.rest, clock):]
		}
		if len(c.rest) == 0 {
			c.length = 0
			return
		}
		c.item, c.began, c.rest = c.rest[0], c.rest[0].clock, c.rest[1:]
	}
	c.item = c.from(c.client, clock)
}

// run is where the collected clocks end that the cursor stands in.
func (c *cursor) run() uint32 {
	end := c.end()
	for i := 0; i < len(c.rest) && c.rest[i].kind == kindGC && c.rest[i].clock == end; i++ {
		end = c.rest[i].end()
	}
	return end
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
	for _, client := range newestFirst(queues) { // as yjs does
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
	s.forget(number, c.state())
	s.resumeDeletes(number, c)
}

// forget drops what waits of a client below its state.
func (s *Store) forget(number, state uint32) {
	pending := s.pending[number]
	known := find(pending, state)
	if known == 0 {
		return
	}
	s.pendingCount -= known
	if s.pending[number] = pending[known:]; known == len(pending) {
		delete(s.pending, number)
	}
}

// keepAside stores the structs of q that are new until what they wait for has come.
func (s *Store) keepAside(q *queue) {
	held, state := s.pending[q.client], s.state(q.client)
	waited := s.waited[q.client]
	var news []item
	for _, it := range q.items {
		if it.kind == kindSkip || it.end() <= state {
			continue
		}
		if it.kind != kindGC && it.length > 1 {
			waited.add(span{it.clock + 1, it.end()})
		}
		news = append(news, it.from(q.client, state))
	}
	if len(news) == 0 {
		return
	}
	if len(waited) > 0 {
		s.waited[q.client] = waited
	}
	from := find(held, news[0].clock)
	kept := append(held[:from], united(q.client, slices.Clone(held[from:]), news)...)
	s.pendingCount += len(kept) - len(held)
	s.pending[q.client] = kept
}

// united makes one sorted list without overlaps of two of a client's structs. What is cut off of one leans on nothing more
// than the one before it, which stands in the same place.
func united(client uint32, held, news []item) []item {
	all := append(held, news...)
	slices.SortStableFunc(all, func(a, b item) int { return cmp.Compare(a.clock, b.clock) })
	kept, end := all[:0], uint32(0)
	for _, it := range all {
		if it.end() > end {
			kept = append(kept, it.from(client, end))
			end = it.end()
		}
	}
	return kept
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
	pending, state := s.pendingDeletes[number], c.state()
	known := 0
	for known < len(pending) && pending[known].start < state {
		c.deleted.add(span{pending[known].start, min(pending[known].end, state)})
		if pending[known].end > state {
			pending[known].start = state
			break
		}
		known++
	}
	s.pendingCount -= known
	switch {
	case known == len(pending):
		delete(s.pendingDeletes, number)
	case known > 0:
		s.pendingDeletes[number] = pending[known:]
	}
}
