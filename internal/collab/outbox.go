package collab

import (
	"context"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// outbox is what waits to be sent on one connection.
type outbox struct {
	limit int
	wake  chan struct{}

	mu     sync.Mutex
	frames [][]byte
	size   int
	full   bool
	last   *websocket.CloseError // to be sent after the frames
}

// put adds a frame. It is false once, when there is no room for it; nothing is
// added from then on, nor after finish.
func (o *outbox) put(frame []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.full || o.last != nil {
		return true
	}
	if o.size+len(frame) > o.limit {
		o.full, o.frames = true, nil
		return false
	}
	o.frames, o.size = append(o.frames, frame), o.size+len(frame)
	o.signal()
	return true
}

func (o *outbox) finish(code websocket.StatusCode, reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last == nil {
		o.last = &websocket.CloseError{Code: code, Reason: reason}
		o.signal()
	}
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) take() ([][]byte, *websocket.CloseError) {
	o.mu.Lock()
	defer o.mu.Unlock()
	frames := o.frames
	o.frames, o.size = nil, 0
	return frames, o.last
}

// write sends what is queued until the connection ends, pings a client that is
// told nothing else, and ends a connection that has gone silent.
func (s *socket) write(l line) {
	pulse := time.NewTicker(s.hub.limits.Ping)
	defer pulse.Stop()
	quiet := true
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.out.wake:
			frames, last := s.out.take()
			if !s.writeAll(l, frames) {
				return
			}
			if last != nil {
				l.close(last.Code, last.Reason)
				return
			}
			quiet = false
		case <-pulse.C:
			if s.outOfTime() {
				s.finish(closeTimeout, "silence")
			} else if quiet && !s.writeAll(l, [][]byte{pingFrame}) {
				return
			}
			quiet = true
		}
	}
}

func (s *socket) outOfTime() bool {
	age, l := time.Since(s.opened), s.hub.limits
	return age-time.Duration(s.heard.Load()) > l.Silence || age > l.Greeting && !s.greeted.Load()
}

func (s *socket) writeAll(l line, frames [][]byte) bool {
	ctx, cancel := context.WithTimeout(s.ctx, s.hub.limits.Silence)
	defer cancel()
	for _, frame := range frames {
		if l.write(ctx, frame) != nil {
			return false
		}
	}
	return true
}
