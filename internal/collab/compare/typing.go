package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

const (
	documents = 20
	each      = 5 // people in a document
	people    = documents * each
)

// writer types into a paragraph of their own, one character after the other.
type writer struct {
	*guest
	group    *typing
	client   uint64 // its Yjs number
	typed    atomic.Int64
	answered int64                 // the reader's own
	sent     [1 << 14]atomic.Int64 // when each of the last keystrokes left, in nanoseconds since the beginning
}

// Contents of Yjs structs, and the flag of one that follows another.
const (
	characters = 4
	kind       = 7
	hasOrigin  = 0x80
)

// firstCharacter is its clock: an element and a text come before.
const firstCharacter = 2

const firstClient = 1000

var beginning = time.Now()

func now() int64 { return int64(time.Since(beginning)) }

// character is what the n-th keystroke of everybody is.
func character(n int64) byte {
	if n%7 == 6 {
		return ' '
	}
	return 'a' + byte(n%26)
}

// strike sends the next keystroke: an update and, if shown, where the caret is.
func (w *writer) strike(shown bool) error {
	n := w.typed.Load()
	messages := make([][]byte, 1, 2)
	messages[0] = appendBytes(w.message(isSync, update), w.update(n))
	if shown {
		messages = append(messages, appendBytes(w.message(isAwareness), w.awareness(n)))
	}
	w.sent[n%int64(len(w.sent))].Store(now())
	w.typed.Store(n + 1)
	return w.send(func(s *socket) {
		for _, m := range messages {
			s.append(opBinary, m)
		}
	})
}

func (w *writer) update(n int64) []byte {
	const item, root = 0, 1
	var out []byte
	uints := func(ns ...uint64) {
		for _, n := range ns {
			out = binary.AppendUvarint(out, n)
		}
	}
	if n == 0 {
		uints(1, 3, w.client, 0, kind, root)
		out = appendBytes(out, "default")
		uints(3)
		out = appendBytes(out, "paragraph")
		uints(kind, item, w.client, 0, 6)
		uints(characters, item, w.client, 1)
	} else {
		clock := uint64(firstCharacter + n)
		uints(1, 1, w.client, clock)
		out = append(out, characters|hasOrigin)
		uints(w.client, clock-1)
	}
	return append(appendBytes(out, []byte{character(n)}), 0)
}

func (w *writer) awareness(n int64) []byte {
	place := fmt.Appendf(nil, `{"type":{"client":%d,"clock":1},"tname":null,"item":{"client":%d,"clock":%d},"assoc":0}`, w.client, w.client, n+firstCharacter)
	state := fmt.Appendf(nil, `{"user":{"name":"Person Eksempel","colour":"blue"},"cursor":{"anchor":%s,"head":%s}}`, place, place)
	out := binary.AppendUvarint(binary.AppendUvarint([]byte{1}, w.client), uint64(n+1))
	return appendBytes(out, state)
}

// listen takes the times of what comes, until the connection ends.
func (w *writer) listen() {
	for {
		what, step, body, err := w.read()
		switch {
		case err != nil:
			w.group.failed.CompareAndSwap(nil, &err)
			return
		case what == isSync && step == update:
			w.group.arrived(w, body)
		case what == isStatus && step == 1:
			w.group.window.Load().acknowledged(w.sentAt(w.answered))
			w.answered++
		case what == isStatus:
			err = fmt.Errorf("keystroke %d was refused", w.answered)
			w.group.failed.CompareAndSwap(nil, &err)
		}
	}
}

func (w *writer) sentAt(n int64) int64 { return w.sent[n%int64(len(w.sent))].Load() }

// typing is everybody who types at one server.
type typing struct {
	writers []*writer
	window  atomic.Pointer[window]
	failed  atomic.Pointer[error]
}

// arrived takes the time of the characters in an update, which may be several of several people.
func (t *typing) arrived(at *writer, update []byte) {
	when, window, r := now(), t.window.Load(), reader{data: update}
	for clients := r.uint(); clients > 0; clients-- {
		structs, client, clock := r.uint(), r.uint(), r.uint()
		for ; structs > 0; structs-- {
			if r.byte() != characters|hasOrigin {
				return // somebody's first, which is not timed; or the update ends early
			}
			r.uint()
			r.uint()
			for range r.bytes() {
				if by := int(client) - firstClient; by >= 0 && by < len(t.writers) && t.writers[by] != at {
					window.seen(t.writers[by].sentAt(int64(clock)-firstCharacter), when)
				}
				clock++
			}
		}
	}
}

// window is a time of which everything sent within is counted.
type window struct {
	from, to   int64
	shown, ack histogram
}

func (w *window) seen(sent, when int64) {
	if w.has(sent) {
		w.shown.add(when - sent)
	}
}

func (w *window) acknowledged(sent int64) {
	if w.has(sent) {
		w.ack.add(now() - sent)
	}
}

func (w *window) has(sent int64) bool { return w != nil && sent >= w.from && sent < w.to }

// histogram counts times with an error of at most 6 %.
type histogram struct {
	n       atomic.Int64
	buckets [64 * 16]atomic.Int64
}

func (h *histogram) add(nanoseconds int64) {
	us := uint64(max(16, nanoseconds/1000))
	shift := bits.Len64(us) - 5
	h.buckets[shift*16+int(us>>shift)-16].Add(1)
	h.n.Add(1)
}

// at gives the time that a share of all that were to come took at most; what never came took for ever.
func (h *histogram) at(share float64, expected int64) time.Duration {
	rest := int64(math.Ceil(share * float64(max(expected, h.n.Load()))))
	for i := range h.buckets {
		if rest -= h.buckets[i].Load(); rest <= 0 {
			shift, mantissa := i/16, uint64(i%16)
			return time.Duration((mantissa+17)<<shift) * time.Microsecond
		}
	}
	return never
}

const never = time.Hour
