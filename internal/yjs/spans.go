package yjs

import "slices"

// span is a half-open run of clocks.
type span struct{ start, end uint32 }

// spans are sorted and neither overlap nor touch.
type spans []span

// search returns the index of the first span that ends after clock.
func (ss spans) search(clock uint32) int {
	i, _ := slices.BinarySearchFunc(ss, clock, func(s span, clock uint32) int {
		if s.end <= clock {
			return -1
		}
		return 1
	})
	return i
}

// add unites ss with s and reports whether that changed anything.
func (ss *spans) add(s span) bool {
	old := *ss
	if n := len(old); n == 0 || old[n-1].end < s.start {
		*ss = append(old, s)
		return true
	}
	from := old.search(s.start)
	if from > 0 && old[from-1].end == s.start {
		from--
	}
	to := from
	for to < len(old) && old[to].start <= s.end {
		to++
	}
	if from < to {
		if old[from].start <= s.start && old[from].end >= s.end {
			return false
		}
		s.start, s.end = min(s.start, old[from].start), max(s.end, old[to-1].end)
	}
	*ss = slices.Replace(old, from, to, s)
	return true
}
