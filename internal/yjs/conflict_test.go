package yjs

import (
	"bytes"
	"errors"
	"testing"
)

// after is an item put right of a clock of client 1.
func after(clock uint32, it item) item {
	it.parent, it.hasOrigin, it.origin = parentCopied, true, id{1, clock}
	return it
}

func TestConflictingClocksAreRefused(t *testing.T) {
	held := updateOf(textItem("hei 🙂"), after(5, markItem("link", `{"a":1}`)), attributeItem("level", "\x7d\x02"))
	for name, update := range map[string][]byte{
		"other text":          updateOf(textItem("heo")),
		"text, then other":    updateOf(textItem("hei 🙂!")),
		"text in pieces":      updateOf(textItem("he"), after(1, textItem("x"))),
		"text elsewhere":      updateOf(textItem("he"), after(0, textItem("i"))),
		"a mark for text":     updateOf(markItem("bold", "{}")),
		"other mark":          updateOf(textItem("hei 🙂"), after(5, markItem("link", `{"a":2}`))),
		"other attribute":     updateOf(textItem("hei 🙂"), after(5, markItem("link", `{"a":1}`)), attributeItem("start", "\x7d\x02")),
		"other value":         updateOf(textItem("hei 🙂"), after(5, markItem("link", `{"a":1}`)), attributeItem("level", "\x7d\x03")),
		"new text after that": updateOf(textItem("ha"), after(1, textItem("i 🙂 og mer enn før"))),
	} {
		s := storeOf(t, held)
		err := s.Apply(update)
		if !errors.Is(err, ErrConflict) || !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
		if !bytes.Equal(s.Snapshot(), storeOf(t, held).Snapshot()) {
			t.Errorf("%s changed the store", name)
		}
	}
}

func TestTheSameToldOtherwiseIsNoConflict(t *testing.T) {
	held := updateOf(textItem("hei 🙂"), after(5, markItem("link", `{"a":1}`)))
	for name, update := range map[string][]byte{
		"the same":               held,
		"pieces":                 updateOf(textItem("he"), after(1, textItem("i")), after(2, textItem(" 🙂"))),
		"a pair cut through":     updateOf(textItem("hei \ufffd"), after(4, textItem("\ufffd"))),
		"deleted":                updateOf(item{kind: kindDeleted, length: 6, parent: parentRoot}),
		"collected":              updateOf(item{kind: kindGC, length: 7}),
		"JSON with spaces":       updateOf(textItem("hei 🙂"), after(5, markItem("link", `{ "a": 1.0 }`))),
		"a longer one":           updateOf(textItem("hei 🙂"), after(5, markItem("link", `{"a":1}`)), after(6, textItem("x"))),
		"a gap in their stead":   updateOf(item{kind: kindSkip, length: 4}, after(3, textItem("🙂"))),
		"deleted, then the rest": updateOf(item{kind: kindDeleted, length: 3, parent: parentRoot}, after(2, textItem(" 🙂"))),
	} {
		if err := storeOf(t, held).Apply(update); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAStructThatGoesOnFromACollectedOneIsRefused(t *testing.T) {
	held := updateOf(textItem("a"), item{kind: kindGC, length: 3})
	long := updateOf(textItem("a"), after(0, textItem("bcde")))
	if err := storeOf(t, held).Apply(long); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
	for name, update := range map[string][]byte{
		"only what is collected": updateOf(textItem("a"), after(0, textItem("bcd"))),
		"cut where that ends":    updateOf(textItem("a"), after(0, textItem("bcd")), after(3, textItem("e"))),
		"collected itself":       updateOf(textItem("a"), item{kind: kindGC, length: 5}),
	} {
		if err := storeOf(t, held).Apply(update); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConflictsWithWhatIsPendingAreRefused(t *testing.T) {
	waiting := updateOf(item{kind: kindSkip, length: 2}, after(1, textItem("abc")))
	s := storeOf(t, waiting)
	if !s.HasPending() {
		t.Fatal("nothing is pending")
	}
	if err := s.Apply(updateOf(textItem("12"), after(1, textItem("x")))); !errors.Is(err, ErrConflict) {
		t.Errorf("got %v", err)
	}
	if err := s.Apply(updateOf(textItem("12"), after(1, textItem("a")))); err != nil {
		t.Error(err)
	}
	if s.HasPending() || s.state(1) != 5 {
		t.Errorf("state %d, pending %v", s.state(1), s.HasPending())
	}
}

func TestTooMuchPendingIsRefused(t *testing.T) {
	s := NewStore()
	s.pendingCount = maxPending
	if err := s.Apply(updateOf(item{kind: kindSkip, length: 2}, after(1, textItem("abc")))); !errors.Is(err, ErrInvalid) {
		t.Errorf("structs that must wait: got %v", err)
	}
	if err := s.Apply([]byte{0, 1, 1, 1, 0, 5}); !errors.Is(err, ErrInvalid) {
		t.Errorf("deletions that must wait: got %v", err)
	}
	if err := s.Apply(updateOf(textItem("abc"))); err != nil {
		t.Errorf("what need not wait: %v", err)
	}
}

func TestAnUpdateThatBringsTooMuchPendingIsRefusedWhole(t *testing.T) {
	const n = maxPending + 1
	deletes, items := make(spans, n), []item{{kind: kindGC, length: 1}}
	for i := range uint32(n) {
		deletes[i] = span{2*i + 1, 2*i + 2}
		items = append(items, item{clock: i + 1, kind: kindString, length: 1, content: "a", hasOrigin: true, origin: id{7, 0}})
	}
	s := NewStore()
	for what, update := range map[string][]byte{
		"deletions": encoded(nil, map[uint32]spans{7: deletes}),
		"structs":   encoded(map[uint32][]item{7: items[1:]}, nil),
	} {
		if err := s.Apply(update); !errors.Is(err, ErrInvalid) || s.HasPending() {
			t.Errorf("%s to come: got %v", what, err)
		}
	}
	few := encoded(nil, map[uint32]spans{7: {{1, 2}}})
	if err := s.Apply(few); err != nil {
		t.Fatal(err)
	}
	if err := s.Apply(encoded(map[uint32][]item{7: items}, map[uint32]spans{7: deletes[:n/2]})); err != nil || s.HasPending() || s.pendingCount != 0 {
		t.Errorf("as many that are there: got %v, %d pending", err, s.pendingCount)
	}
}
