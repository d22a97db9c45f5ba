package yjs

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// tracesDir holds recorded editing, beside the checkout.
const tracesDir = "../../../shared/traces"

// trace is a recorded series of updates and the document it gives.
type trace struct {
	name    string
	updates [][]byte
	want    []byte
}

// loadTraces returns all traces, and skips the test where there are none.
func loadTraces(t testing.TB) []trace {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(tracesDir, "*.bin"))
	if len(files) == 0 {
		t.Skipf("no recorded traces in %s: this test did not run", tracesDir)
	}
	var traces []trace
	for _, file := range files {
		base := file[:len(file)-len(".bin")]
		want, err := os.ReadFile(base + ".json")
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		log, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		traces = append(traces, trace{filepath.Base(base), splitLog(log), bytes.TrimSpace(want)})
	}
	return traces
}

// loadTrace returns one trace, and skips the test where it is missing.
func loadTrace(t testing.TB, name string) trace {
	t.Helper()
	for _, tr := range loadTraces(t) {
		if tr.name == name {
			return tr
		}
	}
	t.Skipf("no trace %s in %s: this test did not run", name, tracesDir)
	return trace{}
}

func splitLog(log []byte) [][]byte {
	var updates [][]byte
	for len(log) > 0 {
		n := binary.LittleEndian.Uint32(log)
		updates = append(updates, log[4:4+n])
		log = log[4+n:]
	}
	return updates
}

// storeOf applies updates that must all be taken.
func storeOf(t testing.TB, updates ...[]byte) *Store {
	t.Helper()
	s := NewStore()
	for i, u := range updates {
		if err := s.Apply(u); err != nil {
			t.Fatalf("update %d: %v", i, err)
		}
	}
	return s
}

func renderNative(updates ...[]byte) (json.RawMessage, error) {
	return Native{}.Render(context.Background(), updates...)
}

func TestTracesRenderToTheirDocuments(t *testing.T) {
	for _, tr := range loadTraces(t) {
		t.Run(tr.name, func(t *testing.T) {
			s := storeOf(t, tr.updates...)
			if s.HasPending() {
				t.Error("something is left pending")
			}
			diff, err := s.Diff([]byte{0})
			if err != nil {
				t.Fatal(err)
			}
			for name, updates := range map[string][][]byte{"log": tr.updates, "snapshot": {s.Snapshot()}, "diff": {diff}} {
				got, err := renderNative(updates...)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, tr.want) {
					t.Errorf("%s renders to another document:\n%s", name, firstDifference(got, tr.want))
				}
			}
		})
	}
}

// The log of the longest trace takes yjs in goja many seconds; its snapshot says the same.
func TestYjsRendersTracesToTheirDocuments(t *testing.T) {
	r := NewRenderer(1)
	for _, tr := range loadTraces(t) {
		t.Run(tr.name, func(t *testing.T) {
			updates := tr.updates
			if len(updates) > 10_000 {
				updates = [][]byte{storeOf(t, tr.updates...).Snapshot()}
			}
			got, err := r.Render(context.Background(), updates...)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, tr.want) {
				t.Error(firstDifference(got, tr.want))
			}
		})
	}
}

// firstDifference shows two texts from where they part.
func firstDifference(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	i = max(0, i-40)
	return "got  ..." + string(got[i:min(len(got), i+200)]) + "\nwant ..." + string(want[i:min(len(want), i+200)])
}
