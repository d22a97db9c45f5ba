package yjs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
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

// crossing puts so many letters right of the same one and left of different ones.
func crossing(n int) []byte {
	items := []item{textItem(strings.Repeat("a", n+2))}
	for i := range n {
		items = append(items, item{kind: kindString, length: 1, content: "b", hasOrigin: true, origin: id{1, 0}, hasRight: true, right: id{1, uint32(i + 1)}})
	}
	return updateOf(items...)
}

func TestPlacingEndsWithItsBudgetAndWithItsContext(t *testing.T) {
	if _, err := renderNative(crossing(10_000)); !errors.Is(err, ErrInvalid) {
		t.Errorf("ten thousand at one place: %v", err)
	}
	if _, err := renderNative(crossing(1000)); err != nil {
		t.Errorf("a thousand at one place: %v", err)
	}
	s := storeOf(t, crossing(1000))
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.renderBy(gone, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("for nobody: %v", err)
	}
}

// Each value of an attribute that stands before all others must not look for the first of them.
func TestManyValuesOfOneAttributeArePlacedAtOnce(t *testing.T) {
	items := []item{paragraphItem()}
	for range 50_000 {
		it := attributeItem("a", "\x7d\x02")
		it.parent, it.origin = parentItem, id{1, 0}
		items = append(items, it)
	}
	began := time.Now()
	got, err := renderNative(updateOf(items...))
	if want := `{"content":[{"attrs":{"a":2},"type":"paragraph"}],"type":"doc"}`; err != nil || string(got) != want || time.Since(began) > 5*time.Second {
		t.Errorf("%s after %s, %v", got, time.Since(began), err)
	}
}
