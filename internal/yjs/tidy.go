package yjs

import "slices"

// touched notes a change to the client's lists, and tidies them when enough has come together.
func (c *client) touched(number uint32) {
	c.untidy++
	if c.untidy > max(untidyLimit, len(c.items)/4) {
		c.tidy(number)
	}
}

// tidy drops the content of what is deleted and joins structs that one longer struct can stand for. It copies what
// text remains, so that no update is kept in memory for a part of it.
func (c *client) tidy(number uint32) {
	if c.untidy == 0 {
		return
	}
	t := tidier{client: number, items: make([]item, 0, len(c.items))}
	deleted := c.deleted
	for _, it := range c.items {
		for it.length > 0 {
			for len(deleted) > 0 && deleted[0].end <= it.clock {
				deleted = deleted[1:]
			}
			end, gone := it.end(), false
			if len(deleted) > 0 {
				if gone = deleted[0].start <= it.clock; gone {
					end = min(end, deleted[0].end)
				} else {
					end = min(end, deleted[0].start)
				}
			}
			t.add(it.before(end), gone)
			if end == it.end() {
				break
			}
			it = it.from(number, end)
		}
	}
	c.items, c.deleted, c.untidy = t.finish(), slices.Clone(c.deleted), 0
}

// tidier collects the tidied structs of one client. Their contents stand in one string behind one another.
type tidier struct {
	client   uint32
	items    []item
	contents []byte
	ends     []int // where the content of each item ends
}

func (t *tidier) add(it item, gone bool) {
	if gone && it.kind != kindGC {
		it.drop()
	}
	t.contents = append(t.contents, it.content...)
	if n := len(t.items); n > 0 && t.items[n-1].continues(&it, t.client) {
		t.items[n-1].length += it.length
		t.ends[n-1] = len(t.contents)
		return
	}
	t.items = append(t.items, it)
	t.ends = append(t.ends, len(t.contents))
}

func (t *tidier) finish() []item {
	contents, start := string(t.contents), 0
	items := make([]item, len(t.items))
	for i, it := range t.items {
		it.content = contents[start:t.ends[i]]
		start = t.ends[i]
		items[i] = it
	}
	return items
}
