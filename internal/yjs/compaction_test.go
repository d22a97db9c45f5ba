package yjs

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestSnapshotsHoldTheSameDocument(t *testing.T) {
	o, r := startOracle(t), NewRenderer(1)
	eachHistory(t, o, *histories/2, true, func(t *testing.T, h editing) {
		for _, n := range []int{len(h.Updates), len(h.Updates) / 2} { // half of them leave things waiting
			if err := r.SameDocument(context.Background(), h.Updates[:n], storeOf(t, h.Updates[:n]...).Snapshot()); err != nil {
				t.Errorf("%d updates: %v", n, err)
			}
		}
	})
}

func TestASnapshotOfAnotherDocumentIsToldApart(t *testing.T) {
	r := NewRenderer(1)
	paragraph, text := paragraphItem(), rootItem(kindType, 1, "\x06")
	text.parent, text.origin = parentItem, id{1, 0}
	letters := func(s string, after, before uint32) item {
		return item{kind: kindString, length: utf16Len(s), content: s, hasOrigin: true, origin: id{1, after}, hasRight: before > 0, right: id{1, before}}
	}
	first := textItem("abc")
	first.parent, first.origin = parentItem, id{1, 1}
	mark := markItem("link", `{"href":"a"}`)
	mark.parent, mark.hasOrigin, mark.origin = parentCopied, true, id{1, 4}
	base := []item{paragraph, text, first, mark, letters("d", 5, 0)}
	deletion := []byte{0, 1, 1, 1, 6, 1}
	waiting := []byte{0, 1, 2, 1, 0, 4}
	log := [][]byte{updateOf(base...), deletion, updateOf(item{kind: kindSkip, length: 9}, letters("later", 8, 0)), waiting}
	with := func(at int, it item) []byte {
		items := append([]item(nil), base...)
		items[at] = it
		return storeOf(t, updateOf(items...), log[1], log[2], log[3]).Snapshot()
	}
	if err := r.SameDocument(context.Background(), log, with(0, paragraph)); err != nil {
		t.Fatal(err)
	}
	heading, otherText, otherMark := paragraph, first, mark
	heading.content = "\x03\x07heading"
	otherText.content = "abC"
	otherMark.content = string(appendText(appendText(nil, "link"), `{"href":"b"}`))
	for what, snapshot := range map[string][]byte{
		"state vector":                storeOf(t, updateOf(base[:4]...), log[1]).Snapshot(),
		"deletions":                   storeOf(t, log[0], log[2], log[3]).Snapshot(),
		"structs of client 1":         with(0, heading),
		"structs of client 1 ":        with(2, otherText),
		"structs of client 1  ":       with(3, otherMark),
		"structs of client 1   ":      with(4, letters("d", 5, 3)), // reads alike, but what comes later would stand elsewhere
		"structs of client 1    ":     with(4, item{kind: kindGC, length: 1}),
		"pending structs of client 1": storeOf(t, log[0], log[1], log[3]).Snapshot(),
		"pending deletions":           storeOf(t, log[0], log[1], log[2]).Snapshot(),
	} {
		err := r.SameDocument(context.Background(), log, snapshot)
		if !errors.Is(err, ErrDifferent) || !strings.HasSuffix(err.Error(), ": "+strings.TrimSpace(what)) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	whole := with(0, paragraph)
	for _, broken := range [][]byte{nil, whole[:len(whole)/2], []byte("not an update")} {
		if err := r.SameDocument(context.Background(), log, broken); !errors.Is(err, ErrInvalid) {
			t.Errorf("%x: got %v", broken, err)
		}
	}
}

// What was never marked as deleted, because it waits, is compared like anything deleted.
func TestSnapshotsWithDeletedStructsThatWait(t *testing.T) {
	log := [][]byte{updateOf(item{kind: kindSkip, length: 3}, item{kind: kindDeleted, length: 1, hasOrigin: true, origin: id{1, 1}})}
	if err := NewRenderer(1).SameDocument(context.Background(), log, storeOf(t, log...).Snapshot()); err != nil {
		t.Error(err)
	}
}
