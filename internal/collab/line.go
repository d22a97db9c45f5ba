package collab

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// line is what a connection runs over: a WebSocket, or requests one after
// another where a proxy lets no WebSocket through.
type line interface {
	// next gives the next message. One that is longer than limit comes without
	// its end, not whole; one of another kind than ours is errFrame.
	next(ctx context.Context, limit int) (data []byte, whole bool, err error)
	write(ctx context.Context, within time.Duration, frames [][]byte) error
	// close says why it ends; cut ends it without a word, and whatever waits on it.
	close(code websocket.StatusCode, reason string)
	cut()
}

// webSocketLine leaves contexts alone, whose watching costs more than a keystroke: it ends when it is cut, and its writes
// have a deadline.
type webSocketLine struct {
	*websocket.Conn
	wire *wire
}

// inbound is where messages are read, to be copied at their length: most are keystrokes.
var inbound = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (l webSocketLine) next(_ context.Context, limit int) ([]byte, bool, error) {
	kind, r, err := l.Reader(context.Background())
	if err != nil {
		return nil, false, err
	}
	buffer := inbound.Get().(*bytes.Buffer)
	defer inbound.Put(buffer)
	buffer.Reset()
	_, err = buffer.ReadFrom(io.LimitReader(r, int64(limit)+1))
	data := bytes.Clone(buffer.Bytes())
	if err == nil && kind != websocket.MessageBinary {
		err = errFrame
	}
	if err != nil || len(data) <= limit {
		return data, true, err
	}
	_, err = io.Copy(io.Discard, r)
	return data, false, err
}

func (l webSocketLine) write(_ context.Context, within time.Duration, frames [][]byte) error {
	l.wire.hold(within)
	for _, frame := range frames {
		if err := l.Write(context.Background(), websocket.MessageBinary, frame); err != nil {
			return err
		}
	}
	return l.wire.release()
}

func (l webSocketLine) close(code websocket.StatusCode, reason string) { l.Close(code, reason) }
func (l webSocketLine) cut()                                           { l.CloseNow() }

// wire holds back what is written until it is released: what there is to tell
// goes out as one, however many frames it is.
type wire struct {
	net.Conn

	mu      sync.Mutex
	holding bool
	held    []byte
}

// mostHeld is what is written at once at most.
const mostHeld = 64 << 10

func (w *wire) Write(data []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.holding {
		return w.Conn.Write(data)
	}
	w.held = append(w.held, data...)
	if len(w.held) < mostHeld {
		return len(data), nil
	}
	return len(data), w.flush()
}

func (w *wire) flush() error {
	_, err := w.Conn.Write(w.held)
	w.held = nil // an idle connection has no use for it
	return err
}

// hold keeps what is written until release, for a time at most.
func (w *wire) hold(within time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holding = true
	_ = w.Conn.SetWriteDeadline(time.Now().Add(within)) // on a closed connection the write says so
}

func (w *wire) release() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holding = false
	err := w.flush()
	_ = w.Conn.SetWriteDeadline(time.Time{})
	return err
}

// lean gives connections small buffers: most messages are keystrokes.
type lean struct {
	http.ResponseWriter
	wire *wire // once hijacked
}

func (l *lean) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(l.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	const in, out = 512, 128 // what goes out is held by the wire
	l.wire = &wire{Conn: conn}
	reader := buffers.Reader
	if reader.Buffered() == 0 {
		reader = bufio.NewReaderSize(conn, in)
	}
	return l.wire, bufio.NewReadWriter(reader, bufio.NewWriterSize(l.wire, out)), nil
}

var errOver = errors.New("connection over")
