package yjs

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var mutations = flag.Int("mutations", 100_000, "how many damaged updates to compare with yjs")

// stricter are the reasons for which an update is refused that yjs, so far, would take.
var stricter = []string{
	"bytes after the end", // yjs reads on past them
	"stands twice",        // yjs drops the first block in silence
	"stray flags", "unknown kind of parent", "empty struct", "before and after the same", "empty deletion", "out of range", "leans on itself",
	"root type other than", "is not taken", "reserved property name", "nested too deeply", "goes on from a collected one", "end inside a struct that waits",
	"leans on what has not come", ErrConflict.Error(),
}

// verdict is what yjs makes of an update.
type verdict struct {
	docState
	Threw     string
	Fresh     docState // of a document that is given the store's snapshot
	Want, Got string   // the documents by the updates and by the store's snapshot
}

type mutant struct {
	Update   []byte `json:"update"`
	Snapshot []byte `json:"snapshot,omitempty"`
	store    *Store
	err      error
}

// judged is an update with what the store made of it on top of a base.
func judged(t *testing.T, base, update []byte) mutant {
	m := mutant{Update: update, store: storeOf(t, base)}
	if m.err = m.store.Apply(update); m.err == nil {
		m.Snapshot = m.store.Snapshot()
	} else if !bytes.Equal(m.store.Snapshot(), base) {
		t.Fatalf("the refused update %x changed the store", update)
	}
	return m
}

func TestDamagedUpdatesAreJudgedAsYjsDoes(t *testing.T) {
	const shards = 4
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			judgeDamaged(t, shard, shards, *mutations/shards)
		})
	}
}

// judgeDamaged goes through n damaged updates of every so many histories, from one on.
func judgeDamaged(t *testing.T, first, every, n int) {
	o := startOracle(t)
	rnd := rand.New(rand.NewPCG(1, uint64(first)))
	const perBase = 250
	done, taken, ahead := 0, 0, 0
	for seed := first; done < n; seed += every {
		h := o.history(t, seed, 5+seed%30, true)
		if len(h.Updates) == 0 {
			continue
		}
		known := rnd.IntN(len(h.Updates))
		base := storeOf(t, h.Updates[:known]...).Snapshot()
		cases := make([]mutant, perBase)
		for i := range cases {
			cases[i] = judged(t, base, mutate(rnd, h.Updates, known))
			if cases[i].err == nil {
				taken++
			}
		}
		for i, v := range o.judge(t, base, cases) {
			if compareVerdict(t, base, &cases[i], v) {
				ahead++
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		done += perBase
	}
	t.Logf("%d of %d taken, in %d of these the store was ahead of yjs", taken, done, ahead)
}

// compareVerdict reports whether the store took in more than yjs, which at times leaves something pending that is ready:
// where what it waited for came in another way than by the client that yjs watches.
func compareVerdict(t *testing.T, base []byte, m *mutant, v verdict) (ahead bool) {
	t.Helper()
	context := func() string { return describe(m.Update) + fmt.Sprintf("base %x\nupdate %x", base, m.Update) }
	switch {
	case m.err != nil:
		if v.Threw == "" && !slices.ContainsFunc(stricter, func(s string) bool { return strings.Contains(m.err.Error(), s) }) {
			t.Errorf("refused: %v; yjs takes it\n%s", m.err, context())
		}
	case v.Threw != "":
		t.Errorf("taken; yjs throws %s\n%s", v.Threw, context())
	case !sameState(m.store, v.Fresh):
		t.Errorf("state %x pending %v; yjs reads from the snapshot %x pending %v\n%s",
			m.store.StateVector(), m.store.HasPending(), v.Fresh.StateVector, v.Fresh.Pending, context())
	case render(t, m.store) != v.Got && !m.inverted():
		t.Errorf("rendered apart from yjs:\n%s\n%s", firstDifference([]byte(render(t, m.store)), []byte(v.Got)), context())
	case sameState(m.store, v.docState):
		// yjs cuts surrogate pairs also for the place of a struct that it then drops as known.
		if halved(v.Got) != halved(v.Want) && !m.inverted() {
			t.Errorf("snapshot holds another document:\n%s\n%s", firstDifference([]byte(v.Got), []byte(v.Want)), context())
		}
	case covers(t, m.store, v.StateVector) && v.Pending:
		return true
	default:
		t.Errorf("state %x pending %v; yjs has %x pending %v\n%s",
			m.store.StateVector(), m.store.HasPending(), v.StateVector, v.Pending, context())
	}
	return false
}

// halved writes surrogate pairs as what is left of them when they are cut through.
func halved(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return utf8.RuneError
		}
		return r
	}, strings.ReplaceAll(text, "\ufffd\ufffd", "\ufffd"))
}

// inverted reports whether a struct is to stand after a later and before an earlier struct of the same client. If these
// are one run of text, yjs puts it anywhere, depending on what it joined before.
func (m *mutant) inverted() bool {
	u, err := Decode(m.Update)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(u.blocks, func(b block) bool {
		return slices.ContainsFunc(b.items, func(it item) bool {
			return it.hasOrigin && it.hasRight && it.origin.client == it.right.client && it.right.clock < it.origin.clock
		})
	})
}

func sameState(s *Store, d docState) bool {
	return bytes.Equal(s.StateVector(), d.StateVector) && s.HasPending() == d.Pending
}

func render(t *testing.T, s *Store) string {
	doc, err := s.Render()
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

func covers(t *testing.T, s *Store, stateVector []byte) bool {
	clocks, err := decodeStateVector(stateVector)
	if err != nil {
		t.Fatal(err)
	}
	for client, clock := range clocks {
		if s.state(client) < clock {
			return false
		}
	}
	return true
}

// describe shows what two updates hold.
func describe(updates ...[]byte) string {
	var out strings.Builder
	for _, data := range updates {
		u, err := Decode(data)
		if err != nil {
			return err.Error()
		}
		for _, b := range u.blocks {
			fmt.Fprintf(&out, "client %d\n", b.client)
			for _, it := range b.items {
				fmt.Fprintf(&out, "  %+v\n", it)
			}
		}
		fmt.Fprintf(&out, "deleted %v\n\n", u.deletes)
	}
	return out.String()
}

// mutate takes one of the updates, mostly one that comes next after the first known, and damages it here and there.
func mutate(rnd *rand.Rand, updates [][]byte, known int) []byte {
	u := slices.Clone(updates[rnd.IntN(len(updates))])
	if rnd.IntN(4) > 0 {
		u = slices.Clone(updates[min(known+rnd.IntN(4), len(updates)-1)])
	}
	for range 1 + rnd.IntN(3) {
		at := rnd.IntN(len(u) + 1)
		switch rnd.IntN(8) {
		case 0:
			u = u[:at]
		case 1:
			u = slices.Insert(u, at, byte(rnd.IntN(256)))
		case 2:
			u = slices.Delete(u, at, min(len(u), at+1+rnd.IntN(3)))
		case 3:
			other := updates[rnd.IntN(len(updates))]
			from := rnd.IntN(len(other))
			u = slices.Insert(u, at, other[from:min(len(other), from+rnd.IntN(12))]...)
		default:
			if at < len(u) {
				u[at] = interesting(rnd, u[at])
			}
		}
	}
	return u
}

func interesting(rnd *rand.Rand, b byte) byte {
	switch rnd.IntN(4) {
	case 0:
		return b + byte(rnd.IntN(5)) - 2
	case 1:
		return b ^ 1<<rnd.IntN(8)
	case 2:
		return []byte{0, 1, 10, 0x7f, 0x80, 0xff, 0x84, 0x44, 0xc4, 0x28}[rnd.IntN(10)]
	default:
		return byte(rnd.IntN(256))
	}
}
