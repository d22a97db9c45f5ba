package main

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"samsvar/internal/yjs"
)

// What is typed is what every server is asked for in the end.
func TestTypedTextIsRead(t *testing.T) {
	store, want := yjs.NewStore(), []string(nil)
	for n := range 3 {
		w := &writer{client: uint64(firstClient + n)}
		strokes := int64(10 * (n + 1))
		for i := range strokes {
			if err := store.Apply(w.update(i)); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want, typedText(strokes))
	}
	got, err := paragraphs(store.Snapshot())
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; typed were %q", got, err, want)
	}
}

// Hocuspocus puts several keystrokes of several people into one update.
func TestMergedUpdatesAreTimed(t *testing.T) {
	group := &typing{}
	for n := range 2 {
		group.writers = append(group.writers, &writer{client: uint64(firstClient + n), group: group})
	}
	reader := &writer{client: 1}
	w := &window{from: 0, to: never.Nanoseconds()}
	group.window.Store(w)
	var merged []byte
	for _, n := range []uint64{2, 1, firstClient, 7} {
		merged = binary.AppendUvarint(merged, n)
	}
	merged = append(merged, characters|hasOrigin)
	merged = appendBytes(binary.AppendUvarint(binary.AppendUvarint(merged, firstClient), 6), "abc")
	merged = append(merged, group.writers[1].update(9)[1:]...)
	group.arrived(reader, merged)
	if n := w.shown.n.Load(); n != 4 {
		t.Errorf("%d of 4 keystrokes were seen", n)
	}
	group.arrived(group.writers[1], group.writers[1].update(10))
	if n := w.shown.n.Load(); n != 4 {
		t.Error("somebody's own keystroke was counted")
	}
}

func TestHistogram(t *testing.T) {
	var h histogram
	for ms := range 1000 {
		h.add(int64(ms+1) * int64(time.Millisecond))
	}
	for share, want := range map[float64]time.Duration{.5: 500 * time.Millisecond, .99: 990 * time.Millisecond, 1: time.Second} {
		if got := h.at(share, 1000); got < want || got > want*107/100 {
			t.Errorf("%v of all took at most %v, want %v", share, got, want)
		}
	}
	if got := h.at(.99, 1100); got != never {
		t.Errorf("with a tenth missing, 99 %% took at most %v", got)
	}
}

func TestMadeUpEditsAreGood(t *testing.T) {
	store, edits := yjs.NewStore(), split(madeUp(2000))
	for _, u := range edits {
		if err := store.Apply(u); err != nil {
			t.Fatal(err)
		}
	}
	if len(edits) != 2000 || store.HasPending() {
		t.Errorf("%d edits, and some wait for others: %v", len(edits), store.HasPending())
	}
}
