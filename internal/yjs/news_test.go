package yjs

import (
	"bytes"
	"slices"
	"testing"
)

// What is told beforehand is what taking it in then does.
func TestNewsAreWhatAnUpdateAdds(t *testing.T) {
	o := startOracle(t)
	eachHistory(t, o, *histories/4, true, func(t *testing.T, h editing) {
		s := NewStore()
		for i, raw := range append(slices.Clone(h.Updates), h.Updates...) {
			before, clients := s.Snapshot(), s.Clients()
			u, err := Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			news, err := s.News(u)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(s.Snapshot(), before) {
				t.Fatal("the store has changed")
			}
			if err := s.Add(u); err != nil {
				t.Fatal(err)
			}
			if same := bytes.Equal(s.Snapshot(), before); news.None() != same || i >= len(h.Updates) && !same {
				t.Fatalf("update %d: news %+v, the same after it: %v", i, news, same)
			}
			if more := s.Clients() - clients; more > 0 && news.Fresh == 0 && len(s.pending)+len(s.pendingDeletes) == 0 {
				t.Fatalf("update %d: news %+v, %d client numbers more", i, news, more)
			}
		}
	})
}

func TestNewsTellWhoseClocksAnUpdateReaches(t *testing.T) {
	letters := func(clock uint32, text string) []byte {
		it := rootItem(kindString, utf16Len(text), text)
		if clock == 0 {
			return updateOf(it)
		}
		return updateOf(item{kind: kindSkip, length: clock}, it)
	}
	deletes := func(clock, length byte) []byte { return []byte{0, 1, 1, 1, clock, length} }
	with := func(structs, deletes []byte) []byte { return slices.Concat(structs[:len(structs)-1], deletes[1:]) }
	held, waiting, doomed := letters(0, "abc"), letters(5, "fgh"), deletes(9, 3)
	for _, c := range []struct {
		what                   string
		update                 []byte
		structs, beyond, fresh int
		none                   bool
	}{
		{what: "what is held", update: held, none: true},
		{what: "what waits", update: waiting, none: true},
		{what: "part of what waits", update: letters(5, "f"), none: true},
		{what: "a deletion that waits", update: deletes(10, 1), none: true},
		{what: "a deletion of what is held", update: deletes(1, 1)},
		{what: "a deletion of the next", update: deletes(3, 1), beyond: 1},
		{what: "a deletion of some that are held and the next", update: deletes(2, 2), beyond: 1},
		{what: "a deletion of what waits", update: deletes(5, 1), beyond: 1},
		{what: "a deletion of what waits, told with it", update: with(waiting, deletes(3, 5)), beyond: 1},
		{what: "one letter more than waits", update: letters(5, "fghi"), structs: 1},
		{what: "the next", update: letters(0, "abcd"), structs: 1},
		{what: "the next, deleted", update: with(letters(0, "abcd"), deletes(3, 1)), structs: 1},
		{what: "the next, and a deletion of the one after", update: with(letters(0, "abcd"), deletes(3, 2)), structs: 1, beyond: 1},
		{what: "a deletion of another's", update: []byte{0, 1, 2, 1, 0, 1}, beyond: 1, fresh: 1},
		{what: "another's", update: []byte{1, 1, 2, 0, kindGC, 1, 1, 2, 1, 0, 1}, structs: 1, fresh: 1},
	} {
		s := storeOf(t, held, waiting, doomed)
		u, err := Decode(c.update)
		if err != nil {
			t.Fatal(c.what, err)
		}
		news, err := s.News(u)
		if err != nil || len(news.Structs) != c.structs || len(news.Beyond) != c.beyond || news.Fresh != c.fresh || news.None() != c.none {
			t.Errorf("%s: %+v, %v", c.what, news, err)
		}
	}
}

// Whoever has some of it gets the rest, and what waits.
func TestADifferenceHasWhatWaitsInIt(t *testing.T) {
	o := startOracle(t)
	eachHistory(t, o, *histories/4, true, func(t *testing.T, h editing) {
		some, most := h.Updates[:len(h.Updates)/3], h.Updates[:len(h.Updates)*2/3]
		known, all, yjs := storeOf(t, some...), storeOf(t, most...), o.state(t, some...)
		lacks, err := all.Diff(known.StateVector())
		if err != nil {
			t.Fatal(err)
		}
		if err := known.Apply(lacks); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(known.StateVector(), all.StateVector()) || known.HasPending() != all.HasPending() {
			t.Errorf("state %x pending %v, want %x pending %v", known.StateVector(), known.HasPending(), all.StateVector(), all.HasPending())
		}
		if got, want := o.state(t, yjs.Update, lacks), o.state(t, most...); !bytes.Equal(got.StateVector, want.StateVector) || got.Pending != want.Pending {
			t.Errorf("yjs has state %x pending %v, want %x pending %v", got.StateVector, got.Pending, want.StateVector, want.Pending)
		}
	})
}
