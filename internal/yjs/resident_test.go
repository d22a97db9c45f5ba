package yjs

import (
	"runtime"
	"testing"
)

// residentShare is how much of what a document takes in Node a store may take.
const residentShare = 0.35

// resident returns how many bytes a store keeps of the longest recorded trace, as it stands while people write.
func resident(t testing.TB, tr trace) float64 {
	stores := make([]*Store, 10)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range stores {
		stores[i] = storeOf(t, tr.updates...)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(stores)
	return (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(len(stores))
}

func TestAStoreIsSmallerThanADocumentInNode(t *testing.T) {
	tr := loadTrace(t, benchTrace)
	inNode := ask[float64](t, startOracle(t), "resident", map[string]any{"updates": tr.updates, "copies": 2})
	here := resident(t, tr)
	t.Logf("%.0f KiB here, %.0f KiB in Node: %.2f", here/1024, inNode/1024, here/inNode)
	if here > residentShare*inNode {
		t.Errorf("a store takes %.2f times the memory of a document in Node, at most %.2f are allowed", here/inNode, residentShare)
	}
}

func BenchmarkResident(b *testing.B) {
	tr, bytes := loadTrace(b, benchTrace), 0.0
	for b.Loop() {
		bytes = resident(b, tr)
	}
	b.ReportMetric(bytes, "B/store")
}
