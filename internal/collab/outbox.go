package collab

import (
	"sync"

	"github.com/coder/websocket"
)

// outbox is what waits to be sent on one connection. Whoever puts something
// into an empty one starts the writer, which ends when it is empty again: most
// connections say nothing most of the time.
type outbox struct {
	limit   int
	writers sync.WaitGroup

	mu     sync.Mutex
	frames [][]byte
	size   int
	busy   bool // somebody writes, or nobody may yet
	shut   bool
	last   *websocket.CloseError // to be sent after the frames
}

// put adds a frame, and says whether a writer is to be started. It is not
// ok once, when there is no room for it; nothing is added from then on, nor
// after finish.
func (o *outbox) put(frame []byte) (start, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut || o.last != nil {
		return false, true
	}
	if o.size+len(frame) > o.limit {
		o.shut, o.frames = true, nil
		return false, false
	}
	o.frames, o.size = append(o.frames, frame), o.size+len(frame)
	return o.start(), true
}

func (o *outbox) finish(code websocket.StatusCode, reason string) (start bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut || o.last != nil {
		return false
	}
	o.last = &websocket.CloseError{Code: code, Reason: reason}
	return o.start()
}

func (o *outbox) start() bool {
	if o.busy {
		return false
	}
	o.busy = true
	o.writers.Add(1)
	return true
}

// take gives what is to be sent. When that is nothing, the writer is done.
func (o *outbox) take() ([][]byte, *websocket.CloseError) {
	o.mu.Lock()
	defer o.mu.Unlock()
	frames := o.frames
	o.frames, o.size = nil, 0
	o.busy = len(frames) > 0 || o.last != nil
	return frames, o.last
}

// close takes nothing more, and returns when nobody writes.
func (o *outbox) close() {
	o.mu.Lock()
	o.shut = true
	o.mu.Unlock()
	o.writers.Wait()
}

// write sends what is queued, until there is nothing or the connection ends.
func (s *socket) write() {
	defer s.out.writers.Done()
	for {
		frames, last := s.out.take()
		if len(frames) == 0 && last == nil {
			return
		}
		if !s.writeAll(frames) {
			s.cut()
			return
		}
		if last != nil {
			s.line.close(last.Code, last.Reason)
			s.cut()
			return
		}
	}
}

func (s *socket) writeAll(frames [][]byte) bool {
	s.spoke.Store(true)
	return s.line.write(s.ctx, s.hub.limits.Silence, frames) == nil
}
