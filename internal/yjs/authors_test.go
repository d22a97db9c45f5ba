package yjs

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// said is a text and its author, or below 0.
type said struct {
	Text string
	By   int
}

// saidIn lists the texts of a document in order.
func saidIn(t *testing.T, raw json.RawMessage) (all []said) {
	t.Helper()
	type node struct {
		Text  string
		Marks []struct {
			Type  string
			Attrs struct{ By int }
		}
		Content []node
	}
	var doc node
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(node)
	walk = func(n node) {
		if n.Text != "" {
			s := said{n.Text, -1}
			for _, m := range n.Marks {
				if m.Type == authorMark {
					s.By = m.Attrs.By
				}
			}
			all = append(all, s)
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(doc)
	return all
}

func TestEachTextHasTheAuthorWhoFirstBroughtIt(t *testing.T) {
	insert := func(client uint32, it item) []byte {
		w := structWriter{}
		w.block(client, it.clock, []item{it})
		return appendDeletes(w.finish(), nil)
	}
	text := item{clock: 1, kind: kindType, length: 1, parent: parentItem, origin: id{1, 0}, content: "\x06"}
	first := item{clock: 2, kind: kindString, length: 6, parent: parentItem, origin: id{1, 1}, content: "abcdef"}
	more := item{clock: 8, kind: kindString, length: 2, hasOrigin: true, origin: id{1, 7}, content: "gh"}
	between := item{kind: kindString, length: 2, hasOrigin: true, origin: id{1, 4}, hasRight: true, right: id{1, 5}, content: "XY"}
	updates := [][]byte{updateOf(paragraphItem()), insert(1, text), insert(1, first), insert(2, between), insert(1, more), insert(1, first)}
	_, got, err := Native{}.RenderAuthors(context.Background(), updates, []int{-1, 0, 0, 1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	if all := saidIn(t, got); !slices.Equal(all, []said{{"abc", 0}, {"XY", 1}, {"def", 0}, {"gh", 2}}) {
		t.Errorf("%v", all)
	}
}

// Whoever the authors are, the document is the same, and each letter of a recorded text has the one of its update.
func TestAuthorsLeaveTheDocumentAsItIs(t *testing.T) {
	tr := loadTrace(t, benchTrace)
	plain, err := Native{}.Render(context.Background(), tr.updates...)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 4))
	by := make([]int, len(tr.updates))
	for i := range by {
		by[i] = rnd.IntN(5) - 1
	}
	same, got, err := Native{}.RenderAuthors(context.Background(), tr.updates, by)
	if err != nil {
		t.Fatal(err)
	}
	var one, other strings.Builder
	seen := map[int]int{}
	for _, s := range saidIn(t, plain) {
		one.WriteString(s.Text)
	}
	for _, s := range saidIn(t, got) {
		other.WriteString(s.Text)
		seen[s.By] += len(s.Text)
	}
	if one.String() != other.String() || string(same) != string(plain) || len(seen) != 5 {
		t.Errorf("%d letters, with authors %d: %v", one.Len(), other.Len(), seen)
	}
	_, again, err := Native{}.RenderAuthors(context.Background(), tr.updates, slices.Repeat([]int{-1}, len(by)))
	if err != nil || string(again) != string(plain) {
		t.Errorf("without authors the document is another: %v", err)
	}
}

func TestNobodyRendersForThoseWhoAreGone(t *testing.T) {
	tr := loadTrace(t, benchTrace)
	gone, leave := context.WithCancel(context.Background())
	leave()
	if _, err := (Native{}).Render(gone, tr.updates...); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, _, err := (Native{}).RenderAuthors(gone, tr.updates, make([]int, len(tr.updates))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestClaimsNeverOverlap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 5))
	for range 300 {
		a, want := authors{}, map[uint32]int{}
		for by := range 40 {
			start := rnd.Uint32N(60)
			s := span{start, start + 1 + rnd.Uint32N(12)}
			a.claim(7, s, by)
			for clock := s.start; clock < s.end; clock++ {
				if _, taken := want[clock]; !taken {
					want[clock] = by
				}
			}
		}
		for clock := range uint32(80) {
			if by, taken := want[clock]; taken && a.of(7, clock) != by || !taken && a.of(7, clock) >= 0 {
				t.Fatalf("clock %d is %d's, want %d (%v): %v", clock, a.of(7, clock), by, taken, a[7])
			}
		}
	}
}
