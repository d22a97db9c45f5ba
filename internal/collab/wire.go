package collab

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"samsvar/internal/portal"
)

// messageType is what a frame is about, as HocuspocusProvider 4.8 numbers it.
type messageType uint64

const (
	typeSync           messageType = 0
	typeAwareness      messageType = 1
	typeAuth           messageType = 2
	typeQueryAwareness messageType = 3
	typeStateless      messageType = 5
	typeClose          messageType = 7
	typeSyncStatus     messageType = 8
	typePing           messageType = 9
	typePong           messageType = 10
)

// syncStep is the y-protocols message within a sync frame.
type syncStep uint64

const (
	step1      syncStep = 0 // a state vector: what the sender has
	step2      syncStep = 1 // an update: what the other side lacks
	stepUpdate syncStep = 2 // an update: what has just changed
)

const (
	authToken         = 0
	authDenied        = 1
	authAuthenticated = 2
)

var errFrame = errors.New("malformed frame")

// frame is a message as it came, its body not yet read.
type frame struct {
	document string
	kind     messageType
	body     decoder
}

// parseFrame reads the head that every message has: the name of its document and its type.
func parseFrame(data []byte) (frame, error) {
	d := decoder{data: data}
	f := frame{document: d.text(), kind: messageType(d.uint())}
	f.body = decoder{data: d.data}
	return f, d.err
}

// isHeartbeat tells the ping and pong of the socket itself, which name no document.
func isHeartbeat(data []byte) bool {
	return len(data) == 1 && (messageType(data[0]) == typePing || messageType(data[0]) == typePong)
}

// decoder reads lib0's encoding. The first failure sticks; readers return zero values from then on.
type decoder struct {
	data []byte
	err  error
}

func (d *decoder) uint() uint64 {
	n, length := binary.Uvarint(d.data)
	if length <= 0 {
		d.data, d.err = nil, errFrame
		return 0
	}
	d.data = d.data[length:]
	return n
}

func (d *decoder) bytes() []byte {
	length := d.uint()
	if length > uint64(len(d.data)) {
		d.data, d.err = nil, errFrame
		return nil
	}
	bytes := d.data[:length]
	d.data = d.data[length:]
	return bytes
}

func (d *decoder) text() string {
	bytes := d.bytes()
	if !utf8.Valid(bytes) {
		d.err = errFrame
		return ""
	}
	return string(bytes)
}

// end is an error when something could not be read, or when something is left.
func (d *decoder) end() error {
	if d.err == nil && len(d.data) > 0 {
		return errFrame
	}
	return d.err
}

var pingFrame = []byte{byte(typePing)}

func newFrame(id portal.DocumentID, kind messageType, room int) []byte {
	out := make([]byte, 0, len(id)+room+8)
	return binary.AppendUvarint(appendText(out, string(id)), uint64(kind))
}

func syncFrame(id portal.DocumentID, step syncStep, payload []byte) []byte {
	out := newFrame(id, typeSync, len(payload))
	return appendBytes(binary.AppendUvarint(out, uint64(step)), payload)
}

func awarenessFrame(id portal.DocumentID, payload []byte) []byte {
	return appendBytes(newFrame(id, typeAwareness, len(payload)), payload)
}

func authenticatedFrame(id portal.DocumentID, scope string) []byte {
	return appendText(append(newFrame(id, typeAuth, len(scope)), authAuthenticated), scope)
}

func deniedFrame(name, reason string) []byte {
	return appendText(append(newFrame(portal.DocumentID(name), typeAuth, len(reason)), authDenied), reason)
}

func statelessFrame(id portal.DocumentID, payload []byte) []byte {
	return appendBytes(newFrame(id, typeStateless, len(payload)), payload)
}

func closeFrame(id portal.DocumentID, reason string) []byte {
	return appendText(newFrame(id, typeClose, len(reason)), reason)
}

func statusFrame(id portal.DocumentID, saved bool) []byte {
	out := newFrame(id, typeSyncStatus, 1)
	if saved {
		return append(out, 1)
	}
	return append(out, 0)
}

func appendBytes(out, bytes []byte) []byte {
	return append(binary.AppendUvarint(out, uint64(len(bytes))), bytes...)
}

func appendText(out []byte, text string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(text))), text...)
}

// updateHead reads from the head of a V1 update how many clients it brings structs of, and the first of them.
func updateHead(update []byte) (clients, first uint64) {
	d := decoder{data: update}
	if clients = d.uint(); clients == 0 {
		return 0, 0
	}
	d.uint() // the number of structs
	return clients, d.uint()
}
