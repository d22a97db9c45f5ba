package yjs

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// inOneText puts items behind one another into a text, as of client 1.
func inOneText(items ...item) []byte {
	all := []item{rootItem(kindType, 1, "\x06")}
	clock := uint32(1)
	for i, it := range items {
		it.parent, it.origin = parentItem, id{1, 0}
		if i > 0 {
			it = after(clock-1, it)
		}
		all, clock = append(all, it), clock+it.length
	}
	return updateOf(all...)
}

// neverClosed opens so many marks, with a letter after each.
func neverClosed(marks int, name, value string) []byte {
	var items []item
	for i := range marks {
		items = append(items, markItem(fmt.Sprintf(name, i), value), textItem("a"))
	}
	return inOneText(items...)
}

func TestMarksThatAreNeverClosedAreRefused(t *testing.T) {
	r := NewRenderer(1)
	for _, name := range []string{"m%d", "link--hash%04d"} {
		for _, update := range [][]byte{neverClosed(maxMarks+1, name, "true"), neverClosed(4000, name, "true")} {
			_, _, err := Native{}.RenderAuthors(t.Context(), [][]byte{update}, []int{0})
			if _, plain := renderNative(update); !errors.Is(plain, ErrInvalid) || !errors.Is(err, ErrInvalid) {
				t.Errorf("%s: %v, with authors %v", name, plain, err)
			}
			if err := r.SameDocument(t.Context(), [][]byte{update}, update); !errors.Is(err, ErrInvalid) {
				t.Errorf("%s is given to yjs: %v", name, err)
			}
		}
		update := neverClosed(maxMarks, name, `{"href":"https://example.org/"}`)
		native, err := renderNative(update)
		if got, yjs := r.Render(t.Context(), update); err != nil || yjs != nil || string(got) != string(native) {
			t.Errorf("%d marks as %s: %v, by yjs %v: %s", maxMarks, name, err, yjs, firstDifference(native, got))
		}
	}
}

// One long link is written again wherever the mark beside it begins or ends.
func TestADocumentThatOutgrowsItsLogIsRefused(t *testing.T) {
	items := []item{markItem("link", `{"href":"`+strings.Repeat("a", 1<<20)+`"}`)}
	for range 40 {
		items = append(items, markItem("bold", "{}"), textItem("a"), markItem("bold", "null"), textItem("b"))
	}
	if got, err := renderNative(inOneText(items...)); !errors.Is(err, ErrInvalid) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got, err := renderNative(inOneText(items[:40]...)); err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
