package collab

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"samsvar/internal/portal"
)

// The way in where no WebSocket gets through. A client opens a line, hands in
// messages by one request at a time and fetches what there is to hear by
// another, which waits until there is something. The messages are those of the
// WebSocket, each with its length before it, and what becomes of them is the same.
//
// Whatever goes wrong with a request ends the line for the client, who opens
// another, as after a broken WebSocket: so nothing is ever handed in twice.

const (
	// fetchTime is how long a request may wait for something to hear: shorter
	// than proxies bear with.
	fetchTime = 20 * time.Second
	// unfetched is how much waits for the next request; the rest waits in the outbox.
	unfetched = 1 << 20
)

var errTooLong = errors.New("message too long")

// requestLine is a line that runs over requests.
type requestLine struct {
	owner portal.Actor
	in    chan []byte
	heard func()

	handing, fetching sync.Mutex // held by the one request of its kind

	mu     sync.Mutex
	frames []byte // to be fetched, each with its length before it
	over   *websocket.CloseError
	change chan struct{} // closed, and made anew, when one of the above changes
	gone   chan struct{} // closed when over
}

func newRequestLine(owner portal.Actor) *requestLine {
	return &requestLine{owner: owner, in: make(chan []byte), change: make(chan struct{}), gone: make(chan struct{})}
}

func (l *requestLine) next(ctx context.Context, limit int) ([]byte, bool, error) {
	select {
	case data := <-l.in:
		if len(data) > limit {
			return data[:limit+1], false, nil
		}
		return data, true, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	case <-l.gone:
		return nil, false, errOver
	}
}

// alter changes what is to be fetched, and wakes those who wait for that.
func (l *requestLine) alter(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	close(l.change)
	l.change = make(chan struct{})
}

// await waits until there is something that get wants.
func await[T any](ctx context.Context, l *requestLine, get func() (T, bool)) (T, error) {
	for {
		l.mu.Lock()
		got, ok := get()
		change := l.change
		l.mu.Unlock()
		if ok {
			return got, nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return got, ctx.Err()
		}
	}
}

func (l *requestLine) write(ctx context.Context, within time.Duration, frames [][]byte) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for _, frame := range frames {
		over, err := await(ctx, l, func() (bool, bool) { return l.over != nil, l.over != nil || len(l.frames) < unfetched })
		if over {
			return errOver
		}
		if err != nil {
			return err
		}
		l.alter(func() { l.frames = append(binary.AppendUvarint(l.frames, uint64(len(frame))), frame...) })
	}
	return nil
}

func (l *requestLine) close(code websocket.StatusCode, reason string) {
	l.alter(func() {
		if l.over == nil {
			l.over = &websocket.CloseError{Code: code, Reason: reason}
			close(l.gone)
		}
	})
}

func (l *requestLine) cut() { l.close(websocket.StatusGoingAway, "cut") }

// lines are the lines over requests that are open, by their secret names.
type lines struct {
	mu   sync.Mutex
	open map[string]*requestLine
}

func (ls *lines) add(l *requestLine) (name string) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	name = rand.Text()
	ls.open[name] = l
	return name
}

// remove lets the last words of a line be fetched for a moment yet.
func (ls *lines) remove(name string) {
	time.AfterFunc(time.Second, func() {
		ls.mu.Lock()
		defer ls.mu.Unlock()
		delete(ls.open, name)
	})
}

func (ls *lines) of(name string, actor portal.Actor) *requestLine {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l := ls.open[name]; l != nil && l.owner.Account == actor.Account && l.owner.Organisation == actor.Organisation {
		return l
	}
	return nil
}

// openLine opens a line over requests and answers with its name.
func (h *Hub) openLine(w http.ResponseWriter, s *socket) {
	l := newRequestLine(s.actor())
	l.heard = s.hear
	name := h.lines.add(l)
	go func() {
		defer h.dismiss(s, s.actor().Account)
		defer h.lines.remove(name)
		s.serve(l)
	}()
	answer(w, http.StatusOK, []byte(name))
}

// onLine serves a request that belongs to an open line.
func (h *Hub) onLine(w http.ResponseWriter, r *http.Request, actor portal.Actor) {
	l := h.lines.of(r.PathValue("line"), actor)
	if l == nil {
		answer(w, http.StatusNotFound, nil)
		return
	}
	l.heard()
	switch r.PathValue("what") {
	case "hand-in":
		l.handIn(w, http.MaxBytesReader(w, r.Body, int64(discardFactor*h.limits.MessageBytes)), h.limits.MessageBytes)
	case "fetch":
		l.fetch(w, r)
	case "end":
		l.cut()
		answer(w, http.StatusNoContent, nil)
	default:
		answer(w, http.StatusNotFound, nil)
	}
}

// handIn takes the messages of a request; it answers when the last has been taken.
func (l *requestLine) handIn(w http.ResponseWriter, body io.Reader, limit int) {
	if !l.handing.TryLock() {
		answer(w, http.StatusConflict, nil)
		return
	}
	defer l.handing.Unlock()
	done := l.hangUpWhenGone(w)
	err := l.takeAll(bufio.NewReaderSize(body, 512), limit)
	done()
	var tooLong *http.MaxBytesError
	switch {
	case err == nil:
		answer(w, http.StatusNoContent, nil)
	case l.isGone():
		l.tellOver(w)
	case errors.Is(err, errTooLong), errors.As(err, &tooLong):
		l.cut()
		answer(w, http.StatusRequestEntityTooLarge, nil)
	default:
		l.close(websocket.StatusInvalidFramePayloadData, reasonInvalid)
		answer(w, http.StatusBadRequest, nil)
	}
}

// takeAll takes one message after another, as they come.
func (l *requestLine) takeAll(in *bufio.Reader, limit int) error {
	for {
		message, err := readMessage(in, limit)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case l.in <- message:
		case <-l.gone:
			return errOver
		}
	}
}

func (l *requestLine) isGone() bool {
	select {
	case <-l.gone:
		return true
	default:
		return false
	}
}

// hangUpWhenGone ends the reading of a request when its line is over, lest somebody keeps it open by sending slowly, until
// the caller is done. Then its connection is of no more use: the web server takes a reading that ended for a client that
// has gone, and would cancel the next request on it.
func (l *requestLine) hangUpWhenGone(w http.ResponseWriter) (done func()) {
	ended, hungUp := make(chan struct{}), false
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-l.gone:
			hungUp = true
			_ = http.NewResponseController(w).SetReadDeadline(time.Now()) // without it the server's own stands
		case <-ended:
		}
	})
	return func() {
		close(ended)
		watch.Wait()
		if hungUp {
			w.Header().Set("Connection", "close")
		}
	}
}

// readMessage reads a message after its length. Of one that is longer than the limit it gives no more than shows that, and
// throws the rest away.
func readMessage(in *bufio.Reader, limit int) ([]byte, error) {
	if _, err := in.Peek(1); err != nil {
		return nil, err
	}
	length, err := binary.ReadUvarint(in)
	if err != nil {
		return nil, err
	}
	if length > uint64(discardFactor*limit) {
		return nil, errTooLong
	}
	buffer := inbound.Get().(*bytes.Buffer)
	defer inbound.Put(buffer)
	buffer.Reset()
	kept := min(int64(length), int64(limit)+1)
	if _, err = io.CopyN(buffer, in, kept); err == nil {
		_, err = io.CopyN(io.Discard, in, int64(length)-kept)
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return bytes.Clone(buffer.Bytes()), err
}

// fetch answers with what there is to hear, when there is something, or with nothing after a while.
func (l *requestLine) fetch(w http.ResponseWriter, r *http.Request) {
	if !l.fetching.TryLock() {
		answer(w, http.StatusConflict, nil)
		return
	}
	defer l.fetching.Unlock()
	ctx, cancel := context.WithTimeout(r.Context(), fetchTime)
	defer cancel()
	frames, err := await(ctx, l, func() (frames []byte, some bool) {
		frames, l.frames = l.frames, nil
		return frames, len(frames) > 0 || l.over != nil
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		answer(w, http.StatusNoContent, nil)
	case err != nil:
		l.cut()
	case len(frames) == 0:
		l.tellOver(w)
	default:
		l.alter(func() {}) // there is room for more
		if answer(w, http.StatusOK, frames) != nil {
			l.cut()
		}
	}
}

// tellOver says why a line is over, as a WebSocket's last frame does.
func (l *requestLine) tellOver(w http.ResponseWriter) {
	l.mu.Lock()
	over := *l.over
	l.mu.Unlock()
	answer(w, http.StatusGone, fmt.Appendf(nil, "%d %s", over.Code, over.Reason))
}

func answer(w http.ResponseWriter, status int, body []byte) error {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}
