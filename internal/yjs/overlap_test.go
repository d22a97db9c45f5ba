package yjs

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
)

var overlaps = flag.Int("overlaps", 2000, "how many logs of overlapping structs to go through")

// replay is a log of updates that a store has taken, with its snapshot after each, for yjs to go through.
type replay struct {
	Updates   [][]byte `json:"updates"`
	Snapshots [][]byte `json:"snapshots"`
	Join      int      `json:"join"` // after how many of them somebody joins

	store  *Store
	states []docState // of the store after each
	unsure bool       // where a text stands depends on the order of the updates
}

// replayed is what yjs makes of a replay.
type replayed struct {
	Threw      string
	Difference string     // between the log and the last snapshot
	Log        []docState // of who was there from the first update on, after each
	Joined     docState   // of who joined, and was given the snapshot and the rest
	Fresh      docState   // of who was given the last snapshot
	Text       string
	Offers     [][]byte // what each of them offers to a server that holds as much as the store
}

// TestOverlappingStructsAreTakenAsYjsTakesThem sends what only a forger sends: the clocks of a few clients again and again,
// cut elsewhere, in any order, as text, deleted, collected or left out, at times put elsewhere.
func TestOverlappingStructsAreTakenAsYjsTakesThem(t *testing.T) {
	const shards, perAsk = 4, 100
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			o := startOracle(t)
			taken, waiting, behind := 0, 0, 0
			for seed := shard; seed < *overlaps; seed += shards * perAsk {
				var replays []*replay
				for i := range perAsk {
					replays = append(replays, forge(t, uint64(seed+i*shards)))
				}
				for i, got := range ask[[]replayed](t, o, "replay", map[string]any{"replays": replays}) {
					r := replays[i]
					taken += len(r.Updates)
					if r.store.HasPending() {
						waiting++
					}
					if compareReplay(t, r, got) {
						behind++
					}
					if t.Failed() {
						t.Fatalf("seed %d\n%x\n%s", seed+i*shards, r.Updates, describe(r.Updates...))
					}
				}
			}
			t.Logf("%d updates taken, %d logs left something waiting, in %d yjs was behind", taken, waiting, behind)
		})
	}
}

// forge makes the log of a seed.
func forge(t *testing.T, seed uint64) *replay {
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	f := newForger(seed)
	r := &replay{Updates: [][]byte{f.base()}, store: NewStore(), unsure: f.rights}
	if err := r.store.Apply(r.Updates[0]); err != nil {
		t.Fatal(err)
	}
	r.noted()
	for range 3 + f.rnd.IntN(6) {
		before := r.store.Snapshot()
		update := f.update()
		if err := r.store.Apply(update); err != nil {
			if !errors.Is(err, ErrInvalid) || !bytes.Equal(r.store.Snapshot(), before) {
				t.Fatalf("seed %d: %v, or the refused %x changed the store", seed, err, update)
			}
			continue
		}
		r.Updates = append(r.Updates, update)
		r.noted()
		checkStore(t, r.store, update)
	}
	r.Join = 1 + f.rnd.IntN(len(r.Updates))
	return r
}

func (r *replay) noted() {
	r.Snapshots = append(r.Snapshots, r.store.Snapshot())
	r.states = append(r.states, docState{StateVector: r.store.StateVector(), Pending: r.store.HasPending()})
}

// compareReplay reports whether yjs was behind, which at times leaves something pending that is ready.
func compareReplay(t *testing.T, r *replay, got replayed) (behind bool) {
	t.Helper()
	switch {
	case got.Threw != "":
		t.Errorf("yjs throws %s", got.Threw)
		return false
	case !sameState(r.store, got.Fresh):
		t.Errorf("state %x pending %v; yjs reads from the snapshot %x pending %v", r.store.StateVector(), r.store.HasPending(), got.Fresh.StateVector, got.Fresh.Pending)
	case render(t, r.store) != got.Text && !r.unsure:
		t.Errorf("native: %s", firstDifference([]byte(render(t, r.store)), []byte(got.Text)))
	}
	for i, want := range r.states {
		behind = isBehind(t, want, got.Log[i]) || behind
	}
	isBehind(t, r.states[len(r.states)-1], got.Joined)
	if !behind && got.Difference != "" && !(got.Difference == "text" && r.unsure) {
		t.Errorf("the snapshot and the log differ in %s", got.Difference)
	}
	for i, offer := range got.Offers {
		u, err := Decode(offer)
		if err != nil {
			t.Fatal(err)
		}
		// What stands in something deleted is deleted with it at a reader, not in a store.
		if news, err := r.store.News(u); err != nil || len(news.Structs) > 0 {
			t.Errorf("what reader %d offers (%v) is news: %+v %s", i, err, news, describe(offer))
		}
	}
	return behind
}

// isBehind compares what a store and yjs know.
func isBehind(t *testing.T, store, yjs docState) bool {
	t.Helper()
	if bytes.Equal(store.StateVector, yjs.StateVector) && store.Pending == yjs.Pending {
		return false
	}
	held, _ := decodeStateVector(store.StateVector)
	known, err := decodeStateVector(yjs.StateVector)
	if err != nil {
		t.Fatal(err)
	}
	for client, clock := range known {
		if held[client] < clock || !yjs.Pending {
			t.Errorf("state %x pending %v; yjs has %x pending %v", store.StateVector, store.Pending, yjs.StateVector, yjs.Pending)
		}
	}
	return true
}

// forger knows the structs of a few clients, and tells of them in pieces.
type forger struct {
	rnd    *rand.Rand
	known  map[uint32][]item
	doomed bool // a text of the base is deleted
	rights bool // structs stand before any others, wherever these are
}

var forged = []uint32{7, 9, 11}

const forgedClocks = 16

// newForger draws the structs that overlapping pieces are cut from.
func newForger(seed uint64) *forger {
	f := &forger{rnd: rand.New(rand.NewPCG(2, seed)), known: map[uint32][]item{}}
	f.doomed = f.rnd.IntN(3) == 0
	f.rights = !f.doomed && f.rnd.IntN(2) == 0
	for _, client := range forged {
		for clock := uint32(0); clock < forgedClocks; {
			it := f.draw(client, clock)
			f.known[client] = append(f.known[client], it)
			clock = it.end()
		}
	}
	return f
}

// base is a text in a paragraph, one at the root, and a paragraph with a text that is deleted, of client 5.
func (f *forger) base() []byte {
	in := func(parent uint32, it item) item {
		it.parent, it.origin = parentItem, id{5, parent}
		return it
	}
	xmlText := rootItem(kindType, 1, "\x06")
	items := []item{paragraphItem(), in(0, xmlText), in(1, textItem("xy")), xmlText, in(4, textItem("z")), paragraphItem(), in(6, xmlText), in(7, textItem("uv"))}
	deletes := map[uint32]spans{}
	if f.doomed {
		deletes[5] = spans{{6, 7}}
	}
	return encoded(map[uint32][]item{5: placedFrom(0, items)}, deletes)
}

func (f *forger) draw(client, clock uint32) item {
	it := item{clock: clock, kind: kindString}
	for range 1 + f.rnd.IntN(6) {
		it.content += string(rune('a' + (clock+it.length+client)%26))
		it.length++
	}
	if f.rnd.IntN(12) == 0 {
		it.kind, it.length, it.content = kindType, 1, "\x06"
	}
	it.hasOrigin, it.origin = true, f.place(client, clock)
	switch f.rnd.IntN(6) {
	case 0:
		it.hasRight, it.origin, it.right = true, id{5, 2}, id{5, 3}
		if f.rights {
			it.origin, it.right = f.place(client, clock), f.place(client, clock)
		}
		it.hasRight = it.origin != it.right
	case 1:
		it.hasOrigin, it.parent = false, parentItem
		it.origin = id{5, []uint32{1, 4, 7}[f.rnd.IntN(3)]}
	}
	return it
}

// place is an id that the struct of a client may lean on.
func (f *forger) place(client, clock uint32) id {
	switch n := f.rnd.IntN(8); {
	case n < 3 && clock > 0:
		return id{client, clock - 1}
	case n < 5:
		return id{5, []uint32{2, 3, 5, 8}[f.rnd.IntN(4)]}
	}
	other := forged[f.rnd.IntN(len(forged))]
	if clock == 0 {
		return id{5, 3}
	}
	return id{other, f.rnd.Uint32N(clock)} // an earlier one: not even a forger gets what leans on each other taken
}

func (f *forger) update() []byte {
	structs, deletes := map[uint32][]item{}, map[uint32]spans{}
	for range 1 + f.rnd.IntN(2) {
		client := forged[f.rnd.IntN(len(forged))]
		structs[client] = f.pieces(client)
	}
	for range f.rnd.IntN(3) {
		client, start := forged[f.rnd.IntN(len(forged))], f.rnd.Uint32N(forgedClocks)
		list := deletes[client]
		list.add(span{start, start + 1 + f.rnd.Uint32N(4)})
		deletes[client] = list
	}
	return encoded(structs, deletes)
}

// pieces tells of a run of a client's clocks.
func (f *forger) pieces(client uint32) (told []item) {
	clock := f.rnd.Uint32N(forgedClocks - 4)
	if f.rnd.IntN(2) == 0 {
		clock = 0
	}
	for end := clock + 1 + f.rnd.Uint32N(10); clock < end; {
		known := f.known[client]
		i := find(known, clock)
		if i == len(known) {
			break
		}
		piece := known[i].from(client, clock)
		if f.rnd.IntN(3) == 0 {
			piece = piece.before(min(piece.end(), piece.clock+1+f.rnd.Uint32N(4)))
		}
		told = append(told, f.twisted(client, piece))
		clock = told[len(told)-1].end()
	}
	return told
}

// twisted is a piece as it is, or told otherwise.
func (f *forger) twisted(client uint32, it item) item {
	switch f.rnd.IntN(12) {
	case 0, 1:
		it.drop()
	case 2, 3:
		return item{clock: it.clock, length: it.length, kind: kindGC}
	case 4:
		return item{clock: it.clock, length: 1 + f.rnd.Uint32N(6), kind: kindGC}
	case 5:
		return item{clock: it.clock, length: 1 + f.rnd.Uint32N(6), kind: kindSkip}
	case 6:
		twist := f.draw(client, it.clock)
		if f.rnd.IntN(2) == 0 {
			twist.drop()
		}
		return twist
	}
	return it
}

// encoded writes structs and deletions as an update.
func encoded(structs map[uint32][]item, deletes map[uint32]spans) []byte {
	var w structWriter
	for _, client := range newestFirst(structs) {
		if len(structs[client]) > 0 {
			w.block(client, 0, structs[client])
		}
	}
	return appendDeletes(w.finish(), deletes)
}

// placedFrom gives items their clocks, from one on.
func placedFrom(clock uint32, items []item) []item {
	for i := range items {
		items[i].clock = clock
		clock = items[i].end()
	}
	return items
}

func TestForgedOverlapsAreRefusedOrTakenWhole(t *testing.T) {
	text := func(client uint32, it item) []byte { return encoded(map[uint32][]item{client: {it}}, nil) }
	waits := item{clock: 2, kind: kindString, length: 11, content: "abcdefghijk", hasOrigin: true, origin: id{9, 0}}
	collected := func(length uint32) item { return item{kind: kindGC, length: length} }
	seed := updateOf(rootItem(kindType, 1, "\x06"), item{kind: kindString, length: 1, content: "x", parent: parentItem, origin: id{1, 0}})

	t.Run("collected clocks that end inside what waits", func(t *testing.T) {
		s := storeOf(t, seed, text(7, waits))
		if err := s.Apply(text(7, collected(7))); !errors.Is(err, ErrInvalid) {
			t.Errorf("got %v", err)
		}
		if err := s.Apply(text(7, collected(13))); err != nil {
			t.Errorf("all of it: %v", err)
		}
	})
	t.Run("what waits across collected clocks", func(t *testing.T) {
		later := collected(4)
		later.clock = 3
		s := storeOf(t, seed, text(7, later))
		if err := s.Apply(text(7, waits)); !errors.Is(err, ErrInvalid) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("collected clocks instead of all that waits", func(t *testing.T) {
		bogus := item{kind: kindString, length: 5, content: "BOGUS", hasOrigin: true, origin: id{9, 0}}
		s := storeOf(t, seed, text(7, bogus), text(7, collected(6)))
		if s.HasPending() || s.pendingCount != 0 {
			t.Error("something waits still")
		}
		diff, err := s.Diff([]byte{0})
		if err != nil || bytes.Contains(diff, []byte("BOGUS")) || bytes.Contains(s.Snapshot(), []byte("BOGUS")) {
			t.Errorf("%v: what is collected is told on: %q", err, diff)
		}
	})
	t.Run("clocks that are told to stand elsewhere, deleted", func(t *testing.T) {
		s := storeOf(t, seed, text(7, waits))
		elsewhere := waits
		elsewhere.kind, elsewhere.content, elsewhere.origin = kindDeleted, "", id{1, 1}
		if err := s.Apply(text(7, elsewhere)); !errors.Is(err, ErrConflict) {
			t.Errorf("got %v", err)
		}
	})
}

// Nobody is refused who writes with yjs, whatever a server has lost of what they sent: at the next connection they offer
// all that it does not hold, some of it deleted or collected since, and some that others have offered too.
func TestWhatAServerLostIsTakenWhenItIsOfferedAgain(t *testing.T) {
	o := startOracle(t)
	for seed := range *histories * 3 {
		h := ask[editing](t, o, "history", map[string]any{"seed": seed, "steps": 5 + seed%120, "people": 2 + seed%3, "astral": false, "lossy": true})
		s := NewStore()
		for i, update := range h.Updates {
			if err := s.Apply(update); err != nil {
				t.Fatalf("seed %d, update %d of %d: %v\n%s", seed, i, len(h.Updates), err, describe(update))
			}
		}
		if s.HasPending() {
			t.Errorf("seed %d: something waits", seed)
		}
		for _, client := range h.Clients {
			if got := render(t, s); got != client {
				t.Fatalf("seed %d: %s", seed, firstDifference([]byte(got), []byte(client)))
			}
		}
	}
}
