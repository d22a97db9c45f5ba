package yjs

import "reflect"

// id names one clock of one client. Yjs draws client numbers from 32 bits; clocks beyond 32 bits are refused.
type id struct{ client, clock uint32 }

// How an item says which shared type it lives in.
const (
	parentCopied = iota // from the neighbour named by its origin or right origin
	parentRoot          // the document's root
	parentItem          // the type made by the item whose id stands in origin
)

// item is one struct: a run of clocks of one client with what it needs to be integrated. Its content is kept as it
// came over the wire, without the count that stands before text and values.
type item struct {
	clock, length uint32
	origin, right id // origin holds the parent's id where parent is parentItem
	kind, parent  uint8
	hasOrigin     bool
	hasRight      bool
	named         uint32 // of attributes that carry their parent: one more than the length of their name, which stands before the content
	content       string
}

// attribute is the name of an attribute that carries its parent, and nil of anything else.
func (it *item) attribute() *string {
	if it.named == 0 {
		return nil
	}
	name := it.content[:it.named-1]
	return &name
}

// bare is the content without a name before it.
func (it *item) bare() string { return it.content[it.nameLength():] }

func (it *item) nameLength() int { return max(0, int(it.named)-1) }

func (it *item) drop() { it.kind, it.content = kindDeleted, it.content[:it.nameLength()] }

func (it *item) end() uint32 { return it.clock + it.length }

// hasContent tells text, marks, elements and attributes from what is only known to be gone or missing.
func (it *item) hasContent() bool {
	return it.kind != kindGC && it.kind != kindDeleted && it.kind != kindSkip
}

// tells is the kind of an item of which nothing more is told, and kindAny for any other.
func (it *item) tells() uint8 {
	if it.hasContent() {
		return kindAny
	}
	return it.kind
}

// usesOrigin reports whether origin holds an id, be it the left neighbour's or the parent's.
func (it *item) usesOrigin() bool { return it.hasOrigin || it.parent == parentItem }

// leansOn reports whether the item needs a clock of client that is not below state.
func (it *item) leansOn(client, state uint32) bool {
	return it.usesOrigin() && it.origin.client == client && it.origin.clock >= state ||
		it.hasRight && it.right.client == client && it.right.clock >= state
}

// from returns the part of a client's item from clock on.
func (it item) from(client, clock uint32) item {
	if clock <= it.clock {
		return it
	}
	skip := clock - it.clock
	it.clock, it.length = clock, it.length-skip
	if it.kind == kindGC || it.kind == kindSkip {
		return it
	}
	_, it.content = it.cut(skip)
	it.origin, it.hasOrigin, it.parent, it.named = id{client, clock - 1}, true, parentCopied, 0
	return it
}

// before returns the part of the item before clock.
func (it item) before(clock uint32) item {
	if clock >= it.end() {
		return it
	}
	it.length = clock - it.clock
	left, _ := it.cut(it.length)
	it.content = it.content[:it.nameLength()] + left
	return it
}

// cut splits the bare content after n clocks.
func (it *item) cut(n uint32) (left, right string) {
	switch it.kind {
	case kindString:
		content := it.bare()
		if n < uint32(len(content)) && isASCII(content[:n]) {
			return content[:n], content[n:]
		}
		return utf16Cut(content, n)
	case kindAny:
		d := &decoder{data: it.bare()}
		for range n {
			d.any(0)
		}
		return d.data[:d.pos], d.data[d.pos:]
	}
	return "", ""
}

// continues reports whether next, the struct after it of the same client, says nothing that one longer struct would
// not say: it was put right after it.last, before the same neighbour.
func (it *item) continues(next *item, client uint32) bool {
	if it.kind != next.kind {
		return false
	}
	switch it.kind {
	case kindGC:
		return true
	case kindString, kindDeleted:
		return next.hasOrigin && next.origin == id{client, it.end() - 1} &&
			next.hasRight == it.hasRight && next.right == it.right
	}
	return false
}

// agrees reports whether two structs for the same clocks that tell where they belong tell the same, as far as both still
// tell it.
func (it *item) agrees(other *item) bool {
	if !it.samePlace(other) {
		return false
	}
	return it.kind == kindDeleted || other.kind == kindDeleted || it.kind == other.kind && it.sameContent(other)
}

func (it *item) samePlace(other *item) bool {
	return it.hasOrigin == other.hasOrigin && it.hasRight == other.hasRight && it.parent == other.parent &&
		it.origin == other.origin && it.right == other.right &&
		it.named == other.named && it.content[:it.nameLength()] == other.content[:other.nameLength()]
}

func (it *item) sameContent(other *item) bool {
	if it.bare() == other.bare() {
		return true
	}
	switch it.kind {
	case kindString:
		return sameText(it.bare(), other.bare())
	case kindFormat, kindAny:
		return reflect.DeepEqual(it.values(), other.values())
	}
	return false
}

// sameText compares texts of equal length in UTF-16. U+FFFD agrees with anything: it is what a surrogate pair that was
// cut through becomes, and one side may know the pair whole.
func sameText(a, b string) bool {
	ra, rb := utf16Units(a), utf16Units(b)
	for i := range ra {
		if ra[i] != rb[i] && ra[i] != 0xfffd && rb[i] != 0xfffd {
			return false
		}
	}
	return true
}

// values decodes the content: of text attributes their values, of a mark its name and value.
func (it *item) values() []any {
	d := &decoder{data: it.bare()}
	if it.kind == kindFormat {
		key := d.text()
		value, _ := parseJSON(d.text())
		return []any{key, value}
	}
	values := make([]any, 0, it.length)
	for range it.length {
		values = append(values, d.any(0))
	}
	return values
}
