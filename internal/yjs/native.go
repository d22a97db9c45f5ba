package yjs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

const (
	// maxSteps is how many structs may be looked at to place all of them: those that were put at the same place at the
	// same time are compared each with each, here as in yjs, which takes a minute or two for these. A text of 60,000
	// letters by twenty people who seldom hear of each other takes some ten thousand.
	maxSteps = 5_000_000
	// stepsBetween is how many are looked at before somebody asks whether the document is wanted still.
	stepsBetween = 4096
)

// Native renders without yjs.
type Native struct{}

// Render gives the same document from the same updates as Renderer.Render does. Updates are refused as Store.Apply
// refuses them. Only for structs that no editor makes, put after a later and before an earlier letter of one run of text,
// does yjs decide otherwise, and not always alike: their place there depends on the order in which updates came.
func (Native) Render(ctx context.Context, updates ...[]byte) (json.RawMessage, error) {
	s := NewStore()
	for i, u := range updates {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := s.Apply(u); err != nil {
			return nil, fmt.Errorf("update %d: %w", i, err)
		}
	}
	return s.renderBy(ctx, nil)
}

// Render returns the document as canonical ProseMirror JSON, as Renderer.Render does for the same updates. It leaves
// out what is pending.
func (s *Store) Render() (json.RawMessage, error) { return s.renderBy(context.Background(), nil) }

// renderBy marks texts by their authors, when there are any.
func (s *Store) renderBy(ctx context.Context, a authors) (json.RawMessage, error) {
	root, err := s.document(ctx, a)
	if err != nil {
		return nil, err
	}
	w := &docWriter{authors: a}
	w.text(`{"content":[`)
	w.children(root, 0)
	w.text(`],"type":"doc"}`)
	if !w.goesOn() {
		return nil, w.err
	}
	return w.out, nil
}

// node is an item in its place. Nothing points into the middle of a node.
type node struct {
	item
	client            uint32
	prev, next        *node
	within            *shared // nil if the item lost its place, with all that lean on it
	shared            *shared // the type that the item makes
	attribute         *string // the attribute's name, of attributes
	deleted           bool
	seen, conflicting uint32 // when the item was last met while another was placed
}

// shared is an XML element, an XML text or the root.
type shared struct {
	name       string // of an element
	isText     bool
	first      *node
	attributes map[string]*node // the last of each name's nodes
	firsts     map[string]*node // the first of them
}

// arrangement places the structs of a store as yjs does (YATA).
type arrangement struct {
	clients map[uint32]*placing
	root    *shared
	clock   uint32 // counts the times that seen and conflicting tell
	ctx     context.Context
	steps   int
	err     error // why no more is placed
}

// step counts one look at a struct, and reports whether there may be more.
func (a *arrangement) step() bool {
	a.steps++
	switch {
	case a.err != nil:
	case a.steps > maxSteps:
		a.err = invalid("too many structs that were put at the same place at the same time")
	case a.steps%stepsBetween == 0:
		a.err = a.ctx.Err()
	}
	return a.err == nil
}

// placing is how far one client's nodes are placed.
type placing struct {
	nodes []node
	next  int
	until uint32 // the clock before which another client's node needs them
}

// document places all structs and returns the root.
func (s *Store) document(ctx context.Context, by authors) (*shared, error) {
	s.tidy()
	a := &arrangement{clients: s.nodes(by), root: &shared{}, ctx: ctx}
	for _, client := range newestFirst(a.clients) {
		p := a.clients[client]
		p.until = s.state(client)
		a.placeAll(p)
	}
	return a.root, a.err
}

// nodes cuts the structs of each client wherever another struct needs a cut, or another author begins.
func (s *Store) nodes(by authors) map[uint32]*placing {
	cuts := by.cuts(s.cuts())
	clients := make(map[uint32]*placing, len(s.clients))
	for client, c := range s.clients {
		nodes := make([]node, 0, len(c.items)+len(cuts[client]))
		rest := cuts[client]
		for _, it := range c.items {
			for len(rest) > 0 && rest[0] <= it.clock {
				rest = rest[1:]
			}
			for it.kind != kindGC && len(rest) > 0 && rest[0] < it.end() {
				nodes = append(nodes, node{item: it.before(rest[0]), client: client})
				it = it.from(client, rest[0])
				rest = rest[1:]
			}
			nodes = append(nodes, node{item: it, client: client})
		}
		clients[client] = &placing{nodes: nodes}
	}
	return clients
}

// cuts returns, of each client, the sorted clocks before which a struct must end.
func (s *Store) cuts() map[uint32][]uint32 {
	cuts := make(map[uint32][]uint32, len(s.clients))
	for _, c := range s.clients {
		for i := range c.items {
			it := &c.items[i]
			if it.hasOrigin {
				cuts[it.origin.client] = append(cuts[it.origin.client], it.origin.clock+1)
			}
			if it.hasRight {
				cuts[it.right.client] = append(cuts[it.right.client], it.right.clock)
			}
		}
	}
	for client, clocks := range cuts {
		slices.Sort(clocks)
		cuts[client] = slices.Compact(clocks)
	}
	return cuts
}

// placeAll places the nodes of p up to p.until, and before each one those of other clients that it leans on.
func (a *arrangement) placeAll(p *placing) {
	stack := []*placing{p}
	for len(stack) > 0 && a.step() {
		top := stack[len(stack)-1]
		if top.next == len(top.nodes) || top.nodes[top.next].clock >= top.until {
			stack = stack[:len(stack)-1]
			continue
		}
		n := &top.nodes[top.next]
		if need, missing := a.missing(n); missing {
			next := a.clients[need.client]
			next.until = need.clock + 1
			stack = append(stack, next)
			continue
		}
		a.place(n)
		top.next++
	}
}

func (a *arrangement) missing(n *node) (id, bool) {
	if n.usesOrigin() && !a.placed(n.origin) {
		return n.origin, true
	}
	return n.right, n.hasRight && !a.placed(n.right)
}

func (a *arrangement) placed(i id) bool {
	p := a.clients[i.client]
	return p.next == len(p.nodes) || p.nodes[p.next].clock > i.clock
}

// find returns the node that holds an id.
func (a *arrangement) find(i id) *node {
	nodes := a.clients[i.client].nodes
	at, _ := slices.BinarySearchFunc(nodes, i.clock, func(n node, clock uint32) int {
		if n.end() <= clock {
			return -1
		}
		return 1
	})
	return &nodes[at]
}

// place puts a node where it belongs. What it leans on must be placed.
func (a *arrangement) place(n *node) {
	if n.kind == kindGC {
		return
	}
	if n.hasOrigin {
		n.prev = a.find(n.origin)
	}
	if n.hasRight {
		n.next = a.find(n.right)
	}
	a.locate(n)
	if n.within == nil {
		return
	}
	if n.kind == kindType {
		n.shared = newShared(n.bare())
	}
	n.deleted = n.kind == kindDeleted
	if n.prev == nil && (n.next == nil || n.next.prev != nil) || n.prev != nil && n.prev.next != n.next {
		n.prev = a.settle(n)
	}
	n.link()
}

func newShared(content string) *shared {
	d := &decoder{data: content}
	if d.varuint() == typeXMLText {
		return &shared{isText: true}
	}
	return &shared{name: d.text()}
}

// locate finds the type that a node lives in, and the attribute it is a value of. A node whose neighbour or parent has
// lost its place has none.
func (a *arrangement) locate(n *node) {
	switch {
	case n.prev != nil && n.prev.within == nil || n.next != nil && n.next.within == nil:
	case n.prev != nil:
		n.within, n.attribute = n.prev.within, n.prev.attribute
	case n.next != nil:
		n.within, n.attribute = n.next.within, n.next.attribute
	case n.parent == parentRoot:
		n.within, n.attribute = a.root, n.item.attribute()
	default:
		n.within, n.attribute = a.find(n.origin).shared, n.item.attribute()
	}
}

// settle returns the left neighbour of a node among those that were put at the same place at the same time.
func (a *arrangement) settle(n *node) *node {
	a.clock++
	began := a.clock // seen since: met before n; conflicting since a.clock: met since left last moved
	left := n.prev
	for o := n.leftmost(); o != nil && o != n.next && a.step(); o = o.next {
		o.seen, o.conflicting = began, a.clock
		if sameOrigin(n, o) {
			if o.client < n.client {
				left = o
				a.clock++
			} else if n.hasRight == o.hasRight && n.right == o.right {
				break
			}
			continue
		}
		if !o.hasOrigin {
			break
		}
		origin := a.find(o.origin)
		if origin.seen != began {
			break
		}
		if origin.conflicting != a.clock {
			left = o
			a.clock++
		}
	}
	return left
}

// leftmost returns the first node that could stand to the right of n's origin.
func (n *node) leftmost() *node {
	if n.prev != nil {
		return n.prev.next
	}
	return n.within.start(n.attribute)
}

// start returns the first child, or the first value of an attribute.
func (sh *shared) start(attribute *string) *node {
	if attribute == nil {
		return sh.first
	}
	return sh.firsts[*attribute]
}

func sameOrigin(a, b *node) bool {
	return a.hasOrigin == b.hasOrigin && (!a.hasOrigin || a.origin == b.origin)
}

// link ties a node to its neighbours. Of an attribute's values the last one counts.
func (n *node) link() {
	if n.prev != nil {
		n.next = n.prev.next
		n.prev.next = n
	} else {
		n.next = n.within.start(n.attribute)
		n.within.begin(n)
	}
	if n.next != nil {
		n.next.prev = n
		n.deleted = n.deleted || n.attribute != nil
		return
	}
	if n.attribute == nil {
		return
	}
	n.within.attributes[*n.attribute] = n
	if n.prev != nil {
		n.prev.deleted = true
	}
}

// begin makes a node the first child, or the first value of an attribute.
func (sh *shared) begin(n *node) {
	if n.attribute == nil {
		sh.first = n
		return
	}
	if sh.firsts == nil {
		sh.attributes, sh.firsts = map[string]*node{}, map[string]*node{}
	}
	sh.firsts[*n.attribute] = n
}
