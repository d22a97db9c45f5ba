package yjs

import (
	"cmp"
	"slices"
)

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

// has reports whether a clock lies in ss.
func (ss spans) has(clock uint32) bool {
	i := ss.search(clock)
	return i < len(ss) && ss[i].start <= clock
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

// fewSpans are cheaper to add one by one than by going through the tail of the others.
const fewSpans = 8

// addAll unites ss with other and reports whether that changed anything.
func (ss *spans) addAll(other spans) bool {
	changed := false
	if len(other) <= fewSpans {
		for _, s := range other {
			changed = ss.add(s) || changed
		}
		return changed
	}
	if ss.hold(other) {
		return false
	}
	from := ss.search(other[0].start)
	tail := slices.Clone((*ss)[from:])
	*ss = (*ss)[:from]
	for len(tail) > 0 || len(other) > 0 {
		next := &tail
		if len(tail) == 0 || len(other) > 0 && other[0].start < tail[0].start {
			next = &other
		}
		ss.add((*next)[0]) // at the end
		*next = (*next)[1:]
	}
	return true
}

// hold reports whether all of other lies in ss.
func (ss spans) hold(other spans) bool {
	if len(other) == 0 {
		return true
	}
	rest := ss[ss.search(other[0].start):]
	for _, s := range other {
		for len(rest) > 0 && rest[0].end < s.end {
			rest = rest[1:]
		}
		if len(rest) == 0 || rest[0].start > s.start {
			return false
		}
	}
	return true
}

// split parts ss at a clock.
func (ss spans) split(clock uint32) (before, rest spans) {
	i := ss.search(clock)
	if i == len(ss) || ss[i].start >= clock {
		return ss[:i], ss[i:]
	}
	before = append(slices.Clone(ss[:i]), span{ss[i].start, clock})
	rest = slices.Clone(ss[i:])
	rest[0].start = clock
	return before, rest
}

// normalise sorts and joins any runs of clocks, in place.
func normalise(list []span) spans {
	if len(list) < 2 {
		return list
	}
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	joined := list[:0]
	for _, s := range list {
		if n := len(joined); n > 0 && joined[n-1].end >= s.start {
			joined[n-1].end = max(joined[n-1].end, s.end)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}
