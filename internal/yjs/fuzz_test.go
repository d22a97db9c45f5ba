package yjs

import (
	"bytes"
	"errors"
	"math"
	"testing"
)

// FuzzApply checks what a store promises of any two updates.
func FuzzApply(f *testing.F) {
	r := NewRenderer(1)
	update := fromJSON(f, r, sample)
	f.Add(update, update)
	f.Add(updateOf(paragraphItem(), textItem("hei 🙂"), markItem("bold", "{}")), updateOf(item{kind: kindSkip, length: 2}, after(1, textItem("abc"))))
	f.Add(updateOf(attributeItem("level", "\x7d\x02")), []byte{0, 1, 1, 1, 0, 5})
	f.Add(updateOf(item{kind: kindGC, length: 7}), updateOf(item{kind: kindDeleted, length: 9, parent: parentRoot}))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		s := NewStore()
		for _, update := range [][]byte{first, second} {
			before := s.Snapshot()
			err := s.Apply(update)
			if err != nil {
				if !errors.Is(err, ErrInvalid) {
					t.Fatalf("error of another kind: %v", err)
				}
				if !bytes.Equal(s.Snapshot(), before) {
					t.Fatal("a refused update changed the store")
				}
				continue
			}
			if len(update) <= MaxUpdateSize && Validate(update) != nil {
				t.Fatal("taken, but not valid")
			}
			if bytes.Equal(s.Snapshot(), before) != known(t, before, update) {
				t.Fatal("the store has changed by what was known, or has not by what is news")
			}
			checkStore(t, s, update)
		}
	})
}

func checkStore(t *testing.T, s *Store, update []byte) {
	snapshot := s.Snapshot()
	t.Helper()
	if !known(t, snapshot, update) {
		t.Fatal("the same again is news")
	}
	if err := s.Apply(update); err != nil || !bytes.Equal(s.Snapshot(), snapshot) {
		t.Fatalf("the same again (%v) changed the store", err)
	}
	again := storeOf(t, snapshot)
	if !bytes.Equal(again.Snapshot(), snapshot) || !bytes.Equal(again.StateVector(), s.StateVector()) || again.HasPending() != s.HasPending() {
		t.Fatal("a store of the snapshot is another one")
	}
	if render(t, again) != render(t, s) {
		t.Fatal("the snapshot holds another document")
	}
	diff, err := s.Diff([]byte{0})
	if err != nil {
		t.Fatal(err)
	}
	synced := storeOf(t, diff)
	if synced.HasPending() != s.HasPending() || !bytes.Equal(synced.StateVector(), s.StateVector()) || render(t, synced) != render(t, s) {
		t.Fatal("a store of the diff is another one")
	}
}

// known says whether all of an update is in a snapshot.
func known(t *testing.T, snapshot, update []byte) bool {
	t.Helper()
	u, err := Decode(update)
	if err != nil {
		t.Fatal(err)
	}
	news, err := storeOf(t, snapshot).News(u)
	if err != nil {
		t.Fatal(err)
	}
	return news.None()
}

// FuzzVerdict lets yjs judge what a store makes of any update on top of some documents.
func FuzzVerdict(f *testing.F) {
	o := startOracle(f)
	var bases [][]byte
	for seed := range 20 {
		h := o.history(f, seed, 8+seed, true)
		known := len(h.Updates) / 2
		bases = append(bases, storeOf(f, h.Updates[:known]...).Snapshot())
		f.Add(uint8(seed), h.Updates[known])
	}
	f.Fuzz(func(t *testing.T, which uint8, update []byte) {
		base := bases[int(which)%len(bases)]
		m := judged(t, base, update)
		compareVerdict(t, base, &m, o.judge(t, base, []mutant{m})[0])
	})
}

// FuzzHistory lets each side read what the other makes of any history of any people.
func FuzzHistory(f *testing.F) {
	o := startOracle(f)
	f.Add(1, uint8(40), true)
	f.Add(2, uint8(80), false)
	f.Fuzz(func(t *testing.T, seed int, steps uint8, astral bool) {
		checkHistory(t, o, o.history(t, seed&math.MaxInt32, int(steps), astral))
	})
}
