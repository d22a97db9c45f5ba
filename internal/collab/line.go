package collab

import (
	"context"
	"errors"
	"io"

	"github.com/coder/websocket"
)

// line is what a connection runs over: a WebSocket, or requests one after
// another where a proxy lets no WebSocket through.
type line interface {
	// next gives the next message. One that is longer than limit comes without
	// its end, not whole; one of another kind than ours is errFrame.
	next(ctx context.Context, limit int) (data []byte, whole bool, err error)
	write(ctx context.Context, frame []byte) error
	// close says why it ends; cut ends it without a word.
	close(code websocket.StatusCode, reason string)
	cut()
}

type webSocketLine struct{ *websocket.Conn }

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

func (l webSocketLine) write(ctx context.Context, frame []byte) error {
	return l.Write(ctx, websocket.MessageBinary, frame)
}

func (l webSocketLine) close(code websocket.StatusCode, reason string) { l.Close(code, reason) }
func (l webSocketLine) cut()                                           { l.CloseNow() }

var errOver = errors.New("connection over")
