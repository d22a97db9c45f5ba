package yjs

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

var histories = flag.Int("histories", 100, "how many random histories to go through")

// eachHistory runs a test on random histories of growing length.
func eachHistory(t *testing.T, o *oracle, n int, astral bool, test func(t *testing.T, h editing)) {
	t.Helper()
	for seed := range n {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { test(t, o.history(t, seed, 5+seed%120, astral)) })
	}
}

func TestStoreKnowsWhatYjsKnows(t *testing.T) {
	o := startOracle(t)
	eachHistory(t, o, *histories, true, func(t *testing.T, h editing) { checkHistory(t, o, h) })
}

// checkHistory lets each side read what the other wrote.
func checkHistory(t *testing.T, o *oracle, h editing) {
	s, want := storeOf(t, h.Updates...), o.state(t, h.Updates...)
	if !bytes.Equal(s.StateVector(), want.StateVector) || s.HasPending() != want.Pending {
		t.Errorf("state %x pending %v, yjs has %x pending %v", s.StateVector(), s.HasPending(), want.StateVector, want.Pending)
	}
	doc := o.render(t, h.Updates...)
	if got := render(t, s); got != doc {
		t.Errorf("native: %s", firstDifference([]byte(got), []byte(doc)))
	}
	if got := o.render(t, s.Snapshot()); got != doc {
		t.Errorf("snapshot: %s", firstDifference([]byte(got), []byte(doc)))
	}
	half := len(h.Updates) / 2
	before := o.state(t, h.Updates[:half]...)
	diff, err := s.Diff(before.StateVector)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask[string](t, o, "sync", map[string]any{"base": before.Update, "diff": diff}); got != doc {
		t.Errorf("diff: %s", firstDifference([]byte(got), []byte(doc)))
	}
	if again := storeOf(t, s.Snapshot()); !bytes.Equal(again.Snapshot(), s.Snapshot()) {
		t.Error("a store of the snapshot has another snapshot")
	}
	if err := s.Apply(want.Update); err != nil {
		t.Errorf("yjs's own state is refused: %v", err)
	}
}

func TestPendingIsKeptAsYjsKeepsIt(t *testing.T) {
	o := startOracle(t)
	eachHistory(t, o, *histories/8, true, func(t *testing.T, h editing) {
		s := NewStore()
		for i, u := range h.Updates {
			if err := s.Apply(u); err != nil {
				t.Fatal(err)
			}
			want := o.state(t, h.Updates[:i+1]...)
			if !bytes.Equal(s.StateVector(), want.StateVector) || s.HasPending() != want.Pending {
				t.Fatalf("after %d: state %x pending %v, yjs has %x pending %v",
					i, s.StateVector(), s.HasPending(), want.StateVector, want.Pending)
			}
			if again := storeOf(t, s.Snapshot()); !bytes.Equal(again.Snapshot(), s.Snapshot()) {
				t.Fatal("a store of the snapshot has another snapshot")
			}
		}
	})
}

// Where people edit in the middle of surrogate pairs, yjs itself shows them different texts; hence no astral letters.
func TestPeopleSeeWhatIsRendered(t *testing.T) {
	o := startOracle(t)
	eachHistory(t, o, *histories, false, func(t *testing.T, h editing) {
		doc := o.render(t, h.Updates...)
		for i, client := range h.Clients {
			if client != doc {
				t.Errorf("person %d: %s", i, firstDifference([]byte(client), []byte(doc)))
			}
		}
	})
}

func TestSpansUniteWhateverTheirOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 6))
	draw := func(n int) spans {
		list := make([]span, n)
		for i := range list {
			start := rnd.Uint32N(200)
			list[i] = span{start, start + 1 + rnd.Uint32N(4)}
		}
		return normalise(list)
	}
	for range 2000 {
		a, b := draw(rnd.IntN(40)), draw(rnd.IntN(40))
		was := slices.Clone(a)
		want := normalise(slices.Concat(a, b))
		if changed := a.addAll(b); !slices.Equal(a, want) || changed == slices.Equal(was, want) {
			t.Fatalf("%v and %v: %v (changed %v), want %v", was, b, a, changed, want)
		}
	}
}
