package yjs

import (
	"context"
	"testing"
)

// The benchmarks run on the longest recorded trace.
const benchTrace = "trace-50k"

func BenchmarkValidate(b *testing.B) {
	tr := loadTrace(b, benchTrace)
	for i := 0; b.Loop(); i++ {
		if err := Validate(tr.updates[i%len(tr.updates)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	tr := loadTrace(b, benchTrace)
	s := NewStore()
	for i := 0; b.Loop(); i++ {
		if i%len(tr.updates) == 0 {
			s = NewStore()
		}
		if err := s.Apply(tr.updates[i%len(tr.updates)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoadLog(b *testing.B) {
	tr := loadTrace(b, benchTrace)
	for b.Loop() {
		storeOf(b, tr.updates...)
	}
}

func BenchmarkLoadSnapshot(b *testing.B) {
	snapshot := storeOf(b, loadTrace(b, benchTrace).updates...).Snapshot()
	for b.Loop() {
		storeOf(b, snapshot)
	}
}

func BenchmarkSnapshot(b *testing.B) {
	s := storeOf(b, loadTrace(b, benchTrace).updates...)
	for b.Loop() {
		b.SetBytes(int64(len(s.Snapshot())))
	}
}

// BenchmarkSnapshotAfterEdit is what a compaction costs while people write.
func BenchmarkSnapshotAfterEdit(b *testing.B) {
	tr := loadTrace(b, benchTrace)
	s, i := NewStore(), 0
	for b.Loop() {
		if i == len(tr.updates) {
			b.StopTimer()
			s, i = NewStore(), 0
			b.StartTimer()
		}
		if err := s.Apply(tr.updates[i]); err != nil {
			b.Fatal(err)
		}
		s.Snapshot()
		i++
	}
}

func BenchmarkDiffOfOneUpdate(b *testing.B) {
	tr := loadTrace(b, benchTrace)
	last := len(tr.updates) - 1
	vector := storeOf(b, tr.updates[:last]...).StateVector()
	s := storeOf(b, tr.updates...)
	for b.Loop() {
		if _, err := s.Diff(vector); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStateVector(b *testing.B) {
	s := storeOf(b, loadTrace(b, benchTrace).updates...)
	for b.Loop() {
		s.StateVector()
	}
}

func BenchmarkRenderNativeLog(b *testing.B) {
	tr := loadTrace(b, benchTrace)
	for b.Loop() {
		if _, err := renderNative(tr.updates...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRenderNativeSnapshot(b *testing.B) {
	snapshot := storeOf(b, loadTrace(b, benchTrace).updates...).Snapshot()
	for b.Loop() {
		if _, err := renderNative(snapshot); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRenderStore(b *testing.B) {
	s := storeOf(b, loadTrace(b, benchTrace).updates...)
	for b.Loop() {
		if _, err := s.Render(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRenderYjsSnapshot(b *testing.B) {
	snapshot := storeOf(b, loadTrace(b, benchTrace).updates...).Snapshot()
	r := NewRenderer(1)
	for b.Loop() {
		if _, err := r.Render(context.Background(), snapshot); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRenderYjsLog(b *testing.B) {
	tr := loadTrace(b, benchTrace)
	r := NewRenderer(1)
	for b.Loop() {
		if _, err := r.Render(context.Background(), tr.updates...); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSameDocument is what it costs to check a compaction after the last thousand edits of a long document.
func BenchmarkSameDocument(b *testing.B) {
	tr := loadTrace(b, benchTrace)
	known := len(tr.updates) - 1000
	before := append([][]byte{storeOf(b, tr.updates[:known]...).Snapshot()}, tr.updates[known:]...)
	after := storeOf(b, tr.updates...).Snapshot()
	r := NewRenderer(1)
	for b.Loop() {
		if err := r.SameDocument(context.Background(), before, after); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewMachine(b *testing.B) {
	for b.Loop() {
		if _, err := newMachine(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRenderAuthors(b *testing.B) {
	tr := loadTrace(b, benchTrace)
	by := make([]int, len(tr.updates))
	for i := range by {
		by[i] = i / 100
	}
	for b.Loop() {
		if _, _, err := (Native{}).RenderAuthors(context.Background(), tr.updates, by); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDeletionsToCome is what it costs to take in short structs that were deleted before they came.
func BenchmarkDeletionsToCome(b *testing.B) {
	const n = 10_000
	deletes := make(spans, n)
	items := []item{{kind: kindGC, length: 1}}
	for i := range uint32(n) {
		deletes[i] = span{2*i + 1, 2*i + 2}
		clock := items[len(items)-1].end()
		items = append(items, item{clock: clock, kind: kindString, length: 2, content: "ab", hasOrigin: true, origin: id{7, clock - 1}})
	}
	before, after := appendDeletes([]byte{0}, map[uint32]spans{7: deletes}), encoded(map[uint32][]item{7: items}, nil)
	for b.Loop() {
		storeOf(b, before, after)
	}
}

// BenchmarkNewsOfCollected is what it costs to be told once more that all clocks of a client are collected, or nothing of them.
func BenchmarkNewsOfCollected(b *testing.B) {
	const n = 300_000
	items := []item{{kind: kindGC, length: 1}}
	for i := range uint32(n) {
		items = append(items, item{clock: i + 1, kind: kindString, length: 1, content: "a", hasOrigin: true, origin: id{7, 0}})
	}
	s := storeOf(b, encoded(map[uint32][]item{7: items}, nil))
	for name, kind := range map[string]uint8{"collected": kindGC, "left out": kindSkip} {
		u, err := Decode(encoded(map[uint32][]item{7: {{kind: kind, length: n}}}, nil))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.News(u); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
