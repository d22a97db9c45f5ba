package yjs

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// ErrInvalid is wrapped by every refusal of an update or a state vector.
var ErrInvalid = errors.New("invalid yjs data")

// ErrConflict is wrapped, besides ErrInvalid, when an update reuses the clocks of a client for other content than
// what is held already. Yjs would silently drop such an edit.
var ErrConflict = errors.New("conflicting yjs clocks")

// MaxUpdateSize is the longest update, in bytes, that Validate lets through.
const MaxUpdateSize = 4 << 20

// rootName is the only shared type that a document may hold at its top.
const rootName = "default"

// The content kinds of the V1 format, as numbered on the wire.
const (
	kindGC      = 0
	kindDeleted = 1
	kindJSON    = 2
	kindBinary  = 3
	kindString  = 4
	kindEmbed   = 5
	kindFormat  = 6
	kindType    = 7
	kindAny     = 8
	kindDoc     = 9
	kindSkip    = 10
)

// The shared types that an XML document is made of, as numbered on the wire.
const (
	typeXMLElement = 3
	typeXMLText    = 6
)

// The upper bits of a struct's info byte.
const (
	bitOrigin    = 0x80
	bitRight     = 0x40
	bitParentSub = 0x20
	bitsKind     = 0x1f
)

// block is what an update says about one client.
type block struct {
	client uint32
	items  []item
}

type clientSpans struct {
	client uint32
	spans  spans
}

// Update is a V1 update that has been read and found to be one that a Store may take.
type Update struct {
	blocks  []block
	deletes []clientSpans
}

// Validate reports whether an update is one that a Store may take: well-formed V1, content and types of an XML
// document only, under the root "default", with valid text and JSON, no subdocuments, no trailing bytes, within limits.
// Its aim is to let nothing through that makes yjs throw, on whatever document; what it cannot see are elements nested by
// the thousand, on which browsers run out of stack. The error wraps ErrInvalid.
func Validate(update []byte) error {
	if len(update) > MaxUpdateSize {
		return invalid("update of %d bytes, at most %d are taken", len(update), MaxUpdateSize)
	}
	_, err := Decode(update)
	return err
}

// Decode reads an update and checks it as Validate does, but for its size.
func Decode(data []byte) (*Update, error) {
	d := &decoder{data: string(data)}
	u := &Update{blocks: d.blocks()}
	u.deletes = d.deleteSet()
	if d.err == nil && d.pos != len(d.data) {
		d.fail("bytes after the end")
	}
	if d.err != nil {
		return nil, d.err
	}
	return u, nil
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

// decoder reads lib0 encodings. The first failure sticks; readers return zero values from then on.
type decoder struct {
	data string
	pos  int
	err  error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w at byte %d: %s", ErrInvalid, d.pos, fmt.Sprintf(format, args...))
	}
	d.pos = len(d.data)
}

func (d *decoder) byte() byte {
	if d.pos >= len(d.data) {
		d.fail("unexpected end")
		return 0
	}
	b := d.data[d.pos]
	d.pos++
	return b
}

// varuint reads an unsigned integer of at most 53 bits, the range in which yjs counts exactly.
func (d *decoder) varuint() uint64 {
	var n uint64
	for shift := 0; shift < 63; shift += 7 {
		b := d.byte()
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			if n > 1<<53-1 {
				break
			}
			return n
		}
	}
	d.fail("integer out of range")
	return 0
}

func (d *decoder) uint32(what string) uint32 {
	n := d.varuint()
	if n > math.MaxUint32 {
		d.fail("%s out of range", what)
		return 0
	}
	return uint32(n)
}

// count reads how many elements of at least size bytes each follow.
func (d *decoder) count(size int) int {
	n := d.varuint()
	if n > uint64((len(d.data)-d.pos)/size) {
		d.fail("unexpected end")
		return 0
	}
	return int(n)
}

func (d *decoder) bytes(n int) string {
	s := d.data[d.pos : d.pos+n]
	d.pos += n
	return s
}

func (d *decoder) text() string {
	s := d.bytes(d.count(1))
	if !utf8.ValidString(s) {
		d.fail("text is not UTF-8")
	}
	return s
}

// key reads a property name. JavaScript treats __proto__ apart, so that no two readers would agree on it.
func (d *decoder) key() string {
	s := d.text()
	if s == protoKey {
		d.fail("reserved property name")
	}
	return s
}

func (d *decoder) id() id {
	i := id{d.uint32("client"), d.uint32("clock")}
	if i.clock == math.MaxUint32 {
		d.fail("clock out of range")
	}
	return i
}

func (d *decoder) blocks() []block {
	n := d.count(3)
	once := newOnce(n)
	blocks := make([]block, 0, n)
	for range n {
		count := d.count(2)
		client, clock := d.uint32("client"), d.uint32("clock")
		if !once.first(client) {
			d.fail("client %d stands twice", client)
		}
		b := block{client, make([]item, 0, min(count, (len(d.data)-d.pos)/8+1))}
		for range count {
			it := d.item(client, clock)
			if d.err != nil {
				return nil
			}
			b.items = append(b.items, it)
			clock = it.end()
		}
		blocks = append(blocks, b)
	}
	return blocks
}

func (d *decoder) item(client, clock uint32) item {
	info := d.byte()
	it := item{clock: clock, kind: info & bitsKind}
	if it.kind == kindGC || it.kind == kindSkip {
		if info != it.kind {
			d.fail("stray flags on a struct without content")
		}
		it.length = d.uint32("length")
	} else {
		d.place(&it, info, client)
		d.content(&it)
	}
	if it.length == 0 {
		d.fail("empty struct")
	}
	if uint64(it.clock)+uint64(it.length) > math.MaxUint32 {
		d.fail("clock out of range")
	}
	return it
}

// place reads where an item belongs. What an item leans on must be older than itself.
func (d *decoder) place(it *item, info byte, client uint32) {
	it.hasOrigin, it.hasRight = info&bitOrigin != 0, info&bitRight != 0
	if it.hasOrigin {
		it.origin = d.id()
	}
	if it.hasRight {
		it.right = d.id()
	}
	if !it.hasOrigin && !it.hasRight {
		d.parent(it)
		if info&bitParentSub != 0 {
			it.content = d.key()
			it.named = uint32(len(it.content)) + 1
		}
	}
	if it.leansOn(client, it.clock) {
		d.fail("struct leans on itself or a later one")
	}
	if it.hasOrigin && it.hasRight && it.origin == it.right { // where yjs puts it depends on what it joined before
		d.fail("struct stands before and after the same one")
	}
}

func (d *decoder) parent(it *item) {
	switch d.varuint() {
	case 0:
		it.parent, it.origin = parentItem, d.id()
	case 1:
		it.parent = parentRoot
		if name := d.text(); name != rootName {
			d.fail("root type other than %q", rootName)
		}
	default:
		d.fail("unknown kind of parent")
	}
}

// content reads what follows a name, if there is one.
func (d *decoder) content(it *item) {
	start := d.pos
	switch it.kind {
	case kindDeleted:
		it.length = d.uint32("length")
		return
	case kindString:
		text := d.text()
		it.length = utf16Len(text)
		it.content += text
		return
	case kindFormat:
		it.length = 1
		d.key()
		d.json()
	case kindType:
		it.length = 1
		d.sharedType()
	case kindAny:
		n := d.count(1)
		it.length = uint32(n)
		start = d.pos
		for range n {
			d.any(0)
		}
	default:
		d.fail("content of kind %d is not taken", it.kind)
		return
	}
	it.content += d.data[start:d.pos]
}

func (d *decoder) sharedType() {
	switch t := d.varuint(); t {
	case typeXMLElement:
		d.text()
	case typeXMLText:
	default:
		d.fail("shared type %d is not taken", t)
	}
}

func (d *decoder) json() {
	if s := d.text(); d.err == nil {
		if err := checkJSON(s); err != nil {
			d.fail("%v", err)
		}
	}
}

func (d *decoder) deleteSet() []clientSpans {
	n := d.count(2)
	once := newOnce(n)
	sets := make([]clientSpans, 0, n)
	for range n {
		client, count := d.uint32("client"), d.count(2)
		if !once.first(client) {
			d.fail("client %d stands twice among the deletions", client)
		}
		list := make([]span, 0, count)
		for range count {
			list = append(list, d.span())
		}
		if d.err == nil && count > 0 {
			sets = append(sets, clientSpans{client, normalise(list)})
		}
	}
	return sets
}

func (d *decoder) span() span {
	clock, length := d.uint32("clock"), d.uint32("length")
	switch {
	case length == 0: // yjs throws on it where it must keep it aside
		d.fail("empty deletion")
	case uint64(clock)+uint64(length) > math.MaxUint32:
		d.fail("clock out of range")
	}
	return span{clock, clock + length}
}

// once tells the first time that a client comes from later ones. For the usual single client it needs no memory.
type once map[uint32]bool

func newOnce(n int) once {
	if n < 2 {
		return nil
	}
	return make(once, n)
}

func (o once) first(client uint32) bool {
	if o == nil {
		return true
	}
	again := o[client]
	o[client] = true
	return !again
}

func decodeStateVector(data []byte) (map[uint32]uint32, error) {
	d := &decoder{data: string(data)}
	n := d.count(2)
	clocks := make(map[uint32]uint32, n)
	for range n {
		client, clock := d.varuint(), d.varuint()
		if client <= math.MaxUint32 {
			clocks[uint32(client)] = uint32(min(clock, math.MaxUint32))
		}
	}
	if d.err == nil && d.pos != len(d.data) {
		d.fail("bytes after the end")
	}
	return clocks, d.err
}
