package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// socket is a WebSocket that costs next to nothing, since it shares a core with
// a hundred others and what is measured is at the other end.
type socket struct {
	conn net.Conn
	in   *bufio.Reader

	mu  sync.Mutex
	out []byte
}

const patience = 30 * time.Second

// dial opens a socket from an address of this machine, so that the caller counts as somebody of their own.
func dial(address, path, from string, header http.Header) (*socket, error) {
	dialer := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	s := &socket{conn: conn, in: bufio.NewReaderSize(conn, 16<<10)}
	if err := s.upgrade(address, path, header); err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

func (s *socket) upgrade(address, path string, header http.Header) error {
	key := base64.StdEncoding.EncodeToString([]byte("sixteen bytes it"))
	request := &strings.Builder{}
	fmt.Fprintf(request, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", path, address, key)
	if err := header.Write(request); err != nil {
		return err
	}
	request.WriteString("\r\n")
	if err := s.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(s.conn, request.String()); err != nil {
		return err
	}
	response, err := http.ReadResponse(s.in, nil)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("upgrade refused: %s", response.Status)
	}
	return s.conn.SetDeadline(time.Time{})
}

func (s *socket) close() { s.conn.Close() }

const (
	opBinary = 2
	opClose  = 8
	opPing   = 9
	opPong   = 10
)

// next gives the next binary message; it is good until the one after. Pings are answered.
func (s *socket) next() ([]byte, error) {
	for {
		op, payload, err := s.frame()
		switch {
		case err != nil:
			return nil, err
		case op == opBinary:
			return payload, nil
		case op == opClose:
			return nil, fmt.Errorf("closed by the server: %q", payload)
		case op == opPing:
			if err := s.send(func(s *socket) { s.append(opPong, payload) }); err != nil {
				return nil, err
			}
		}
	}
}

func (s *socket) frame() (op byte, payload []byte, err error) {
	head, err := s.in.Peek(2)
	if err != nil {
		return 0, nil, err
	}
	op = head[0] & 15
	size, length := 2, int(head[1]&127)
	switch length {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	if head, err = s.in.Peek(size); err != nil {
		return 0, nil, err
	}
	switch size {
	case 4:
		length = int(binary.BigEndian.Uint16(head[2:]))
	case 10:
		length = int(binary.BigEndian.Uint64(head[2:]))
	}
	if _, err := s.in.Discard(size); err != nil {
		return 0, nil, err
	}
	if length > s.in.Size() {
		payload = make([]byte, length)
		_, err = io.ReadFull(s.in, payload)
		return op, payload, err
	}
	if payload, err = s.in.Peek(length); err != nil {
		return 0, nil, err
	}
	_, err = s.in.Discard(length)
	return op, payload, err
}

// send writes at once what fill appends.
func (s *socket) send(fill func(*socket)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = s.out[:0]
	fill(s)
	if err := s.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := s.conn.Write(s.out)
	return err
}

// append adds a frame. Its mask is zero, which leaves the payload as it is.
func (s *socket) append(op byte, payload []byte) {
	const final, masked = 0x80, 0x80
	if n := len(payload); n < 126 {
		s.out = append(s.out, final|op, masked|byte(n))
	} else if n < 1<<16 {
		s.out = binary.BigEndian.AppendUint16(append(s.out, final|op, masked|126), uint16(n))
	} else {
		s.out = binary.BigEndian.AppendUint64(append(s.out, final|op, masked|127), uint64(n))
	}
	s.out = append(append(s.out, 0, 0, 0, 0), payload...)
}
