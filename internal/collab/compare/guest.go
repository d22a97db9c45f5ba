package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Message types of y-protocols, and those that Hocuspocus adds.
const (
	isSync      = 0
	isAwareness = 1
	isAuth      = 2
	isStatus    = 8
)

const (
	step1 = iota // a state vector
	step2        // what the other lacks
	update
)

// guest is a connection to one document. The servers of Hocuspocus's protocol
// put the document's name before each message, want a token, and acknowledge.
type guest struct {
	*socket
	prefix []byte // of each message
	told   []byte // what the server had when the guest came
}

func (s *server) guest(person int, document string) (*guest, error) {
	path, header := s.door(person, document)
	socket, err := dial(s.address, path, fmt.Sprintf("127.0.1.%d", 1+person%100), header)
	if err != nil {
		return nil, err
	}
	g := &guest{socket: socket}
	if s.named {
		g.prefix = appendBytes(nil, document)
	}
	if err := g.join(s.token(person)); err != nil {
		g.close()
		return nil, fmt.Errorf("join: %w", err)
	}
	return g, nil
}

// join does what a provider does until its document is in step with the server's.
func (g *guest) join(token string) error {
	if err := g.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	err := g.send(func(s *socket) {
		if g.named() {
			s.append(opBinary, appendBytes(appendBytes(g.message(isAuth, 0), token), "4.8.0"))
		}
		s.append(opBinary, appendBytes(g.message(isSync, step1), "\x00"))
	})
	for given, asked, answered := false, false, !g.named(); err == nil && !(given && asked && answered); {
		var kind, step uint64
		var body []byte
		if kind, step, body, err = g.read(); err != nil {
			break
		}
		switch {
		case kind == isAuth && step == 1:
			return errors.New("denied")
		case kind == isStatus:
			answered = step == 1
		case kind == isSync && step == step2:
			given, g.told = true, append([]byte{}, body...)
		case kind == isSync && step == step1:
			asked = true
			err = g.send(func(s *socket) { s.append(opBinary, appendBytes(g.message(isSync, step2), "\x00\x00")) })
		}
	}
	if err != nil {
		return err
	}
	return g.conn.SetReadDeadline(time.Time{})
}

func (g *guest) named() bool { return g.prefix != nil }

func (g *guest) message(numbers ...uint64) []byte {
	out := append(make([]byte, 0, 256), g.prefix...)
	for _, n := range numbers {
		out = binary.AppendUvarint(out, n)
	}
	return out
}

// read gives the next message: of sync its step and bytes, of a status 1 when it is yes.
func (g *guest) read() (kind, step uint64, body []byte, err error) {
	for {
		data, err := g.next()
		if err != nil {
			return 0, 0, nil, err
		}
		if g.named() && len(data) == 1 { // a ping of Hocuspocus's own
			if err := g.send(func(s *socket) { s.append(opBinary, []byte{10}) }); err != nil {
				return 0, 0, nil, err
			}
			continue
		}
		r := reader{data: data}
		if g.named() {
			r.bytes()
		}
		kind = r.uint()
		if kind == isSync || kind == isAuth || kind == isStatus {
			step = r.uint()
		}
		if kind == isSync {
			body = r.bytes()
		}
		return kind, step, body, r.err
	}
}

func appendBytes[T ~string | ~[]byte](out []byte, bytes T) []byte {
	return append(binary.AppendUvarint(out, uint64(len(bytes))), bytes...)
}

// reader reads lib0's encoding. The first failure sticks.
type reader struct {
	data []byte
	err  error
}

var errShort = errors.New("a message ends early")

func (r *reader) uint() uint64 {
	n, length := binary.Uvarint(r.data)
	if length <= 0 {
		r.data, r.err = nil, errShort
		return 0
	}
	r.data = r.data[length:]
	return n
}

func (r *reader) bytes() []byte {
	n := r.uint()
	if n > uint64(len(r.data)) {
		r.data, r.err = nil, errShort
		return nil
	}
	out := r.data[:n]
	r.data = r.data[n:]
	return out
}

func (r *reader) byte() byte {
	if len(r.data) == 0 {
		r.err = errShort
		return 0
	}
	b := r.data[0]
	r.data = r.data[1:]
	return b
}
