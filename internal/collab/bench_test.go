package collab_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"samsvar/internal/collab"
	"samsvar/internal/portal"
)

// BenchmarkTyping is people who type as fast as they are acknowledged, five in
// each document. One operation is a keystroke: an edit and where the caret is.
func BenchmarkTyping(b *testing.B) {
	for _, documents := range []int{1, 20} {
		b.Run(fmt.Sprintf("documents=%d", documents), func(b *testing.B) { benchmarkTyping(b, documents, 5, 1) })
	}
}

// BenchmarkProcesses is the same at several processes on one database, each
// document open at as many of them as can be: the worst that a balancer can do.
func BenchmarkProcesses(b *testing.B) {
	for _, processes := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("processes=%d", processes), func(b *testing.B) { benchmarkTyping(b, 20, 5, processes) })
	}
}

func benchmarkTyping(b *testing.B, documents, each, processes int) {
	limits := collab.Limits{MessagesPerSecond: 1e6, BytesPerSecond: 1 << 30}
	places := []*place{open(b, limits)}
	for len(places) < processes {
		places = append(places, places[0].beside(limits))
	}
	stats := func() (all collab.Stats) {
		for _, p := range places {
			s := p.hub.Stats()
			all.Saved, all.Appends, all.CaughtUp = all.Saved+s.Saved, all.Appends+s.Appends, all.CaughtUp+s.CaughtUp
		}
		return all
	}
	var writers []*benchWriter
	for range documents {
		id := places[0].document()
		for n := range each {
			w := &benchWriter{client: places[n%processes].dial(newAccount()), hand: newTypist(uint64(100 + len(writers))), id: id}
			w.client.join(id, nothing)
			writers = append(writers, w)
		}
	}
	before := stats()
	b.ResetTimer()
	var group sync.WaitGroup
	for i, w := range writers {
		group.Go(func() { w.typeWords((b.N + i) / len(writers)) })
	}
	group.Wait()
	b.StopTimer()
	var acked, shown []time.Duration
	for _, w := range writers {
		acked, shown = append(acked, w.acked...), append(shown, w.shown...)
	}
	for name, all := range map[string][]time.Duration{"ack": acked, "shown": shown} {
		if slices.Sort(all); len(all) > 0 {
			b.ReportMetric(all[len(all)/2].Seconds()*1000, name+"-p50-ms")
			b.ReportMetric(all[len(all)*99/100].Seconds()*1000, name+"-p99-ms")
		}
	}
	after := stats()
	b.ReportMetric(float64(after.Saved-before.Saved)/float64(max(1, after.Appends-before.Appends)), "edits/commit")
	if processes > 1 {
		b.ReportMetric(float64(after.CaughtUp-before.CaughtUp)/float64(max(1, after.Appends-before.Appends)), "catch-ups/commit")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "keys/s")
}

type benchWriter struct {
	client       *client
	hand         *typist
	id           portal.DocumentID
	acked, shown []time.Duration
}

var benchStart = time.Now()

// typeWords types words that say when they were typed, each when the one before is acknowledged.
func (w *benchWriter) typeWords(n int) {
	for i := range n {
		began := time.Since(benchStart)
		w.client.send(syncMessage(w.id, 2, w.hand.types(fmt.Sprintf("%016d", began))))
		w.client.send(awarenessMessage(w.id, entry{w.hand.client, uint64(i + 1), `{"cursor":null}`}))
		for acked := false; !acked; {
			h := <-w.client.inbox
			if h.kind == isStatus {
				acked = true
				w.acked = append(w.acked, time.Since(benchStart)-began)
			} else if h.kind == isSync && h.step == 2 {
				var then time.Duration
				if _, err := fmt.Sscanf(string(h.bytes[len(h.bytes)-17:len(h.bytes)-1]), "%d", &then); err == nil {
					w.shown = append(w.shown, time.Since(benchStart)-then)
				}
			}
		}
	}
}
