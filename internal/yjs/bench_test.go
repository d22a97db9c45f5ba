package yjs

import (
	"context"
	"testing"
)

func BenchmarkRenderLog(b *testing.B) {
	tr := loadTrace(b, "trace-50k")
	r := NewRenderer(1)
	for b.Loop() {
		if _, err := r.Render(context.Background(), tr.updates...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRenderSnapshot(b *testing.B) {
	tr := loadTrace(b, "trace-50k")
	snapshot := storeOf(b, tr.updates...).Snapshot()
	r := NewRenderer(1)
	for b.Loop() {
		if _, err := r.Render(context.Background(), snapshot); err != nil {
			b.Fatal(err)
		}
	}
}
