package collab_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/coder/websocket"

	"samsvar/internal/portal"
)

// What comes over the wire, as a client reads it.
const (
	isSync, isAwareness, isAuth, isStateless, isClose, isStatus = 0, 1, 2, 5, 7, 8
)

// heard is one message from the server.
type heard struct {
	document portal.DocumentID
	kind     uint64
	step     uint64 // of sync; of auth the answer
	bytes    []byte
	saved    bool
}

func (h heard) String() string {
	return fmt.Sprintf("{kind %d step %d saved %v %q}", h.kind, h.step, h.saved, h.bytes)
}

// client is one connection.
type client struct {
	t       testing.TB
	account portal.AccountID
	conn    wire
	inbox   chan heard
	ended   chan struct{}
	why     error // once ended
	pings   int   // once ended
}

func (p *place) dial(account portal.AccountID) *client {
	p.t.Helper()
	c, err := dial(p.t, p.web.URL, p.web.URL, account)
	must(p.t, err)
	p.t.Cleanup(func() { c.conn.CloseNow(); <-c.ended })
	return c
}

func dial(t testing.TB, server, origin string, account portal.AccountID) (*client, error) {
	header := http.Header{"Origin": {origin}}
	if account != "" {
		header.Set("Cookie", "account="+string(account))
	}
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	conn, response, err := websocket.Dial(ctx, server+"/collab", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		if response != nil {
			return nil, refusedUpgrade(response.StatusCode)
		}
		return nil, err
	}
	conn.SetReadLimit(64 << 20)
	return newClient(t, account, conn), nil
}

// wire is what a connection runs over.
type wire interface {
	Read(context.Context) (websocket.MessageType, []byte, error)
	Write(context.Context, websocket.MessageType, []byte) error
	CloseNow() error
}

func newClient(t testing.TB, account portal.AccountID, conn wire) *client {
	c := &client{t: t, account: account, conn: conn, inbox: make(chan heard, 1<<16), ended: make(chan struct{})}
	go c.listen()
	return c
}

type refusedUpgrade int

func (r refusedUpgrade) Error() string { return http.StatusText(int(r)) }

func (c *client) listen() {
	defer close(c.ended)
	for {
		_, data, err := c.conn.Read(context.Background())
		if err != nil {
			c.why = err
			return
		}
		if len(data) == 1 {
			c.pings++
			_ = c.conn.Write(context.Background(), websocket.MessageBinary, []byte{10}) // a closed one shows at the next read
			continue
		}
		c.inbox <- parse(data)
	}
}

func parse(data []byte) heard {
	name, data := cutBytes(data)
	h := heard{document: portal.DocumentID(name)}
	h.kind, data = cutUint(data)
	switch h.kind {
	case isSync, isAuth:
		h.step, data = cutUint(data)
		h.bytes, data = cutBytes(data)
	case isAwareness, isStateless, isClose:
		h.bytes, data = cutBytes(data)
	case isStatus:
		h.saved, data = data[0] == 1, data[1:]
	}
	if len(data) > 0 {
		panic(fmt.Sprintf("%d bytes left of a message of type %d", len(data), h.kind))
	}
	return h
}

func cutUint(data []byte) (uint64, []byte) {
	n, length := binary.Uvarint(data)
	return n, data[length:]
}

func cutBytes(data []byte) (bytes, rest []byte) {
	n, data := cutUint(data)
	return data[:n], data[n:]
}

func uints(out []byte, ns ...uint64) []byte {
	for _, n := range ns {
		out = binary.AppendUvarint(out, n)
	}
	return out
}

func withBytes[T ~string | ~[]byte](out []byte, bytes T) []byte {
	return append(uints(out, uint64(len(bytes))), bytes...)
}

func (c *client) write(data []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	return c.conn.Write(ctx, websocket.MessageBinary, data)
}

func (c *client) send(data []byte) {
	c.t.Helper()
	must(c.t, c.write(data))
}

func about(id portal.DocumentID, kind uint64) []byte { return uints(withBytes(nil, id), kind) }

func authMessage(id portal.DocumentID) []byte { return authMessageOf(id, "whatever") }

func authMessageOf(id portal.DocumentID, token string) []byte {
	return withBytes(withBytes(uints(about(id, isAuth), 0), token), "4.8.0")
}

func syncMessage(id portal.DocumentID, step uint64, payload []byte) []byte {
	return withBytes(uints(about(id, isSync), step), payload)
}

func closeMessage(id portal.DocumentID) []byte { return about(id, isClose) }

// next waits for a message that fits, and skips others.
func (c *client) next(what string, fits func(heard) bool) heard {
	c.t.Helper()
	for timeout := time.After(wait); ; {
		select {
		case h := <-c.inbox:
			if fits(h) {
				return h
			}
		case <-c.ended:
			select {
			case h := <-c.inbox:
				if fits(h) {
					return h
				}
				continue
			default:
			}
			c.t.Fatalf("connection ended before %s: %v", what, c.why)
		case <-timeout:
			c.t.Fatalf("no %s", what)
		}
	}
}

func (c *client) nextStatus() bool {
	c.t.Helper()
	return c.next("answer", func(h heard) bool { return h.kind == isStatus }).saved
}

// status says what was answered, and why if it was no.
func (c *client) status() (saved bool, reason string) {
	c.t.Helper()
	h := c.next("answer", func(h heard) bool {
		if h.kind == isStateless && h.told()["type"] == "refused" {
			reason = h.told()["reason"]
		}
		return h.kind == isStatus
	})
	return h.saved, reason
}

func (h heard) told() map[string]string {
	var told map[string]string
	if err := json.Unmarshal(h.bytes, &told); err != nil {
		panic(err)
	}
	return told
}

// nextAccess waits until the page would be told what it may do.
func (c *client) nextAccess() (access, reason string) {
	c.t.Helper()
	h := c.next("word on access", func(h heard) bool { return h.kind == isStateless && h.told()["type"] == "access" })
	return h.told()["access"], h.told()["reason"]
}

func (c *client) nextSync(step uint64) []byte {
	c.t.Helper()
	return c.next(fmt.Sprintf("sync step %d", step), func(h heard) bool { return h.kind == isSync && h.step == step }).bytes
}

// join greets as the provider does, and answers the server's first step with what it is given.
func (c *client) join(id portal.DocumentID, offer []byte) {
	c.t.Helper()
	c.send(authMessage(id))
	c.send(syncMessage(id, 0, []byte{0}))
	c.nextSync(0)
	if offer != nil {
		c.send(syncMessage(id, 1, offer))
		if !c.nextStatus() {
			c.t.Fatal("what was offered at the greeting was refused")
		}
	}
}

// closed waits until the server has closed the connection, and gives the code.
func (c *client) closed() websocket.StatusCode {
	c.t.Helper()
	select {
	case <-c.ended:
		return websocket.CloseStatus(c.why)
	case <-time.After(wait):
		c.t.Fatal("the connection stays open")
		return 0
	}
}

// typist makes the updates of somebody who types into a paragraph of their own.
type typist struct {
	mu     sync.Mutex
	client uint64
	clock  uint64
	text   uint64 // the clock of the last character
}

func newTypist(client uint64) *typist { return &typist{client: client} }

// types gives the update for the next word.
func (y *typist) types(word string) []byte {
	y.mu.Lock()
	defer y.mu.Unlock()
	const root, item = 1, 0
	n, start := uint64(1), y.clock
	var structs []byte
	if y.clock == 0 { // an element at the top, a text in it, and characters in that
		n, y.clock = 3, 2
		structs = withBytes(uints(structs, 7, root), "default")
		structs = withBytes(uints(structs, 3), "paragraph")
		structs = uints(structs, 7, item, y.client, 0, 6)
		structs = uints(structs, 4, item, y.client, 1)
	} else { // more characters after the last
		structs = uints(append(structs, 4|0x80), y.client, y.text)
	}
	structs = withBytes(structs, word)
	y.clock += uint64(len(utf16.Encode([]rune(word))))
	y.text = y.clock - 1
	return append(append(uints(nil, 1, n, y.client, start), structs...), 0)
}

// deletes gives the update that deletes some of what was typed.
func (y *typist) deletes(clock, length uint64) []byte {
	return uints(nil, 0, 1, y.client, 1, clock, length)
}
