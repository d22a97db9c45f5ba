package collab_test

import (
	"sync"
	"testing"

	"samsvar/internal/yjs"
)

// BenchmarkComingBackToALongText is twenty people who have a text of 50,000
// edits and are let in at once, as after a restart. One operation is one of them.
func BenchmarkComingBackToALongText(b *testing.B) {
	p := open(b, unhurried)
	id := p.document()
	store := yjs.NewStore()
	var hands []*typist
	for i := range 20 {
		hands = append(hands, newTypist(uint64(1000+i)))
	}
	for n := range 2500 {
		for _, hand := range hands {
			must(b, store.Apply(hand.types("a")))
			if n > 3 && n%3 == 0 {
				must(b, store.Apply(hand.deletes(hand.clock-2, 1)))
			}
		}
	}
	p.put(id, store.Snapshot())
	offer, err := store.Diff(store.StateVector())
	must(b, err)
	p.dial(newAccount()).join(id, offer) // keeps the text open

	for left := b.N; left > 0; left -= len(hands) {
		b.StopTimer()
		var people []*client
		for range min(left, len(hands)) {
			people = append(people, p.dial(newAccount()))
		}
		b.StartTimer()
		var group sync.WaitGroup
		for _, c := range people {
			group.Go(func() { c.join(id, offer) })
		}
		group.Wait()
		b.StopTimer()
		for _, c := range people {
			c.conn.CloseNow()
		}
	}
}
