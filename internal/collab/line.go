package collab

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// line is what a connection runs over: a WebSocket, or requests one after
// another where a proxy lets no WebSocket through.
type line interface {
	// next gives the next message. One that is longer than limit comes without
	// its end, not whole; one of another kind than ours is errFrame.
	next(ctx context.Context, limit int) (data []byte, whole bool, err error)
	write(ctx context.Context, frames [][]byte) error
	// close says why it ends; cut ends it without a word.
	close(code websocket.StatusCode, reason string)
	cut()
}

type webSocketLine struct {
	*websocket.Conn
	wire *wire
}

func (l webSocketLine) next(ctx context.Context, limit int) ([]byte, bool, error) {
	kind, r, err := l.Reader(ctx)
	if err != nil {
		return nil, false, err
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && kind != websocket.MessageBinary {
		err = errFrame
	}
	if err != nil || len(data) <= limit {
		return data, true, err
	}
	_, err = io.Copy(io.Discard, r)
	return data, false, err
}

func (l webSocketLine) write(ctx context.Context, frames [][]byte) error {
	l.wire.hold()
	for _, frame := range frames {
		if err := l.Write(ctx, websocket.MessageBinary, frame); err != nil {
			return err
		}
	}
	return l.wire.release(ctx)
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

func (w *wire) hold() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holding = true
}

func (w *wire) release(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holding = false
	defer context.AfterFunc(ctx, func() { w.Conn.Close() })()
	return w.flush()
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
	const size = 512
	l.wire = &wire{Conn: conn}
	reader := buffers.Reader
	if reader.Buffered() == 0 {
		reader = bufio.NewReaderSize(conn, size)
	}
	return l.wire, bufio.NewReadWriter(reader, bufio.NewWriterSize(l.wire, size)), nil
}

var errOver = errors.New("connection over")
