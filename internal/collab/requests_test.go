package collab_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"samsvar/internal/collab"
	"samsvar/internal/portal"
)

// requests is a wire of requests one after another, as a page has it where no WebSocket gets through.
type requests struct {
	ctx     context.Context
	cancel  context.CancelFunc
	server  string
	account portal.AccountID
	name    string
	heard   []byte
}

func (p *place) dialByRequests(account portal.AccountID) *client {
	p.t.Helper()
	r, err := openRequests(p.web.URL, account)
	must(p.t, err)
	c := newClient(p.t, account, r)
	p.t.Cleanup(func() { r.CloseNow(); <-c.ended })
	return c
}

func openRequests(server string, account portal.AccountID) (*requests, error) {
	r := &requests{server: server, account: account}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	status, name, err := r.post(r.ctx, "", nil)
	if err == nil && status != http.StatusOK {
		err = refusedUpgrade(status)
	}
	r.name = string(name)
	return r, err
}

func (r *requests) post(ctx context.Context, what string, body []byte) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(r.server+"/collab/lines/"+r.name+"/"+what, "/"), bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Origin", r.server)
	if r.account != "" {
		request.Header.Set("Cookie", "account="+string(r.account))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

func (r *requests) check(status int, answer []byte, err error) error {
	if err == nil && status == http.StatusGone {
		closed := websocket.CloseError{}
		if _, err := fmt.Sscan(string(answer), &closed.Code, &closed.Reason); err != nil {
			return fmt.Errorf("over, but why: %q", answer)
		}
		return closed
	}
	if err == nil && status >= 300 {
		return refusedUpgrade(status)
	}
	return err
}

func (r *requests) Read(context.Context) (websocket.MessageType, []byte, error) {
	for len(r.heard) == 0 {
		status, answer, err := r.post(r.ctx, "fetch", nil)
		if err := r.check(status, answer, err); err != nil {
			return 0, nil, err
		}
		r.heard = answer
	}
	var message []byte
	message, r.heard = cutBytes(r.heard)
	return websocket.MessageBinary, message, nil
}

func (r *requests) Write(ctx context.Context, _ websocket.MessageType, data []byte) error {
	return r.check(r.post(ctx, "hand-in", withBytes(nil, data)))
}

func (r *requests) CloseNow() error {
	defer r.cancel()
	_, _, err := r.post(r.ctx, "end", nil)
	return err
}

func TestWithoutWebSocketAllIsTheSame(t *testing.T) {
	p := open(t, collab.Limits{MessageBytes: 2000})
	id := p.document()
	plain, socket := p.dialByRequests(newAccount()), p.dial(newAccount())
	plain.join(id, nothing)
	socket.join(id, nothing)

	hand := newTypist(7)
	update := hand.types("Skrevet uten WebSocket.")
	plain.send(syncMessage(id, 2, update))
	if got := socket.nextSync(2); string(got) != string(update) {
		t.Errorf("the other got %x", got)
	}
	if saved, reason := plain.status(); !saved || p.stored(id) != "Skrevet uten WebSocket." {
		t.Errorf("saved %v (%s), stored %q", saved, reason, p.stored(id))
	}
	back := newTypist(8).types("Og svart på.")
	socket.send(syncMessage(id, 2, back))
	if got := plain.nextSync(2); string(got) != string(back) {
		t.Errorf("got %x", got)
	}
	plain.send(syncMessage(id, 2, newTypist(9).types(strings.Repeat("x", 3000))))
	if saved, reason := plain.status(); saved || reason != "too_large" {
		t.Errorf("too long: saved %v, %q", saved, reason)
	}
	p.freeze(id, true)
	plain.next("word of the freeze", func(h heard) bool { return h.kind == isStateless && h.told()["reason"] == "frozen" })
	plain.send(syncMessage(id, 2, hand.types("for sent")))
	if saved, reason := plain.status(); saved || reason != "frozen" {
		t.Errorf("frozen: saved %v, %q", saved, reason)
	}
	p.freeze(id, false)

	p.allow(plain.account, collab.AccessNone)
	p.hub.Refresh(id)
	plain.next("denial", func(h heard) bool { return h.kind == isAuth && h.step == 1 })
	p.logOut(plain.account)
	p.hub.RefreshAccount(plain.account)
	if status, _, err := plain.conn.(*requests).post(t.Context(), "fetch", nil); err != nil || status != http.StatusUnauthorized {
		t.Errorf("logged out: %d, %v", status, err)
	}
}

func TestALineBelongsToWhoOpenedIt(t *testing.T) {
	p := open(t, collab.Limits{})
	owner := p.dialByRequests(newAccount())
	owner.join(p.document(), nothing)
	line := owner.conn.(*requests)
	for what, want := range map[string]int{"fetch": 404, "hand-in": 404, "end": 404, "else": 404} {
		other := *line
		other.account = newAccount()
		if status, _, err := other.post(t.Context(), what, nil); err != nil || status != want {
			t.Errorf("another's %s gives %d, %v", what, status, err)
		}
		other.name = "UNKNOWN"
		if status, _, err := other.post(t.Context(), what, nil); err != nil || status != want {
			t.Errorf("an unknown line's %s gives %d, %v", what, status, err)
		}
		foreign, err := http.NewRequest(http.MethodPost, p.web.URL+"/collab/lines/"+line.name+"/"+what, nil)
		must(t, err)
		foreign.Header.Set("Cookie", "account="+string(line.account))
		foreign.Header.Set("Origin", "https://evil.example")
		response, err := http.DefaultClient.Do(foreign)
		must(t, err)
		response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("%s from another site gives %d", what, response.StatusCode)
		}
	}
	if _, err := openRequests(p.web.URL, ""); err != refusedUpgrade(http.StatusUnauthorized) {
		t.Errorf("nobody opens a line: %v", err)
	}
}

func TestALineEndsWithAWord(t *testing.T) {
	p := open(t, collab.Limits{})
	c := p.dialByRequests(newAccount())
	c.join(p.document(), nothing)
	must(t, c.conn.(*requests).check(c.conn.(*requests).post(t.Context(), "hand-in", withBytes(nil, []byte{200, 1, 2}))))
	if code := c.closed(); code != websocket.StatusInvalidFramePayloadData {
		t.Errorf("malformed: closed with %d (%v)", code, c.why)
	}
	again := p.dialByRequests(newAccount())
	again.join(p.document(), nothing)
	go p.hub.Close(t.Context())
	if code := again.closed(); code != websocket.StatusServiceRestart {
		t.Errorf("at a restart: closed with %d (%v)", code, again.why)
	}
}

func TestALineNobodyFetchesFromIsForgotten(t *testing.T) {
	p := open(t, collab.Limits{Silence: 2 * time.Second, Ping: 50 * time.Millisecond})
	r, err := openRequests(p.web.URL, newAccount())
	must(t, err)
	must(t, r.check(r.post(t.Context(), "hand-in", withBytes(nil, authMessage(p.document())))))
	eventually(t, "no connection", func() bool { return p.hub.Stats().Connections == 0 })
	eventually(t, "an unknown line", func() bool {
		status, _, err := r.post(t.Context(), "fetch", nil)
		return err == nil && status == http.StatusNotFound
	})
}

// Frames that come while an answer is on its way wait for the next.
func TestNothingIsLostBetweenTwoFetches(t *testing.T) {
	p := open(t, unhurried)
	id := p.document()
	writer, reader := p.dial(newAccount()), p.dialByRequests(newAccount())
	writer.join(id, nothing)
	reader.join(id, nothing)
	const words = 3000
	go func() {
		for hand := newTypist(7); hand.clock < 2+4*words; {
			if writer.write(syncMessage(id, 2, hand.types("ord "))) != nil {
				return
			}
		}
	}()
	for range words {
		reader.nextSync(2)
	}
}

// While a request comes in, what is whole of it has been taken already; and it is held no longer than its line.
func TestARequestIsReadAsItComes(t *testing.T) {
	p := open(t, collab.Limits{Greeting: 500 * time.Millisecond, Ping: 20 * time.Millisecond})
	id := p.document()
	for _, greets := range []bool{true, false} {
		r, err := openRequests(p.web.URL, newAccount())
		must(t, err)
		body, sending := io.Pipe()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.web.URL+"/collab/lines/"+r.name+"/hand-in", body)
		must(t, err)
		request.Header.Set("Origin", r.server)
		request.Header.Set("Cookie", "account="+string(r.account))
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if response, err := http.DefaultClient.Do(request); err == nil {
				response.Body.Close()
			}
		}()
		var start []byte
		if greets {
			start = withBytes(nil, authMessage(id))
		}
		_, err = sending.Write(append(start, uints(nil, 1000)...))
		must(t, err)
		if greets {
			if _, heard, err := r.post(t.Context(), "fetch", nil); err != nil || len(heard) == 0 {
				t.Errorf("the greeting was not answered: %v", err)
			}
			must(t, r.CloseNow())
		}
		select {
		case <-ended:
		case <-time.After(wait):
			t.Errorf("a request outlives its line; it greeted: %v", greets)
		}
		sending.Close()
	}
}

func TestARequestsMessagesHaveTheLengthThatAWebSocketsHave(t *testing.T) {
	p := open(t, collab.Limits{MessageBytes: 1000})
	for what, c := range map[string]struct {
		body []byte
		want int
	}{
		"nothing":                     {nil, 204},
		"a long message":              {withBytes(nil, bytes.Repeat([]byte{1}, 5000)), 204},
		"too long a message":          {uints(nil, 8001), 413},
		"too long a request":          {bytes.Repeat(withBytes(nil, make([]byte, 900)), 9), 413},
		"a message without its end":   {[]byte{5, 1}, 400},
		"a length without its end":    {[]byte{200}, 400},
		"a length that is no number":  {bytes.Repeat([]byte{255}, 11), 400},
		"two messages, one not whole": {append(withBytes(nil, authMessage(p.document())), 9, 1), 400},
	} {
		r, err := openRequests(p.web.URL, newAccount())
		must(t, err)
		if status, _, err := r.post(t.Context(), "hand-in", c.body); err != nil || status != c.want {
			t.Errorf("%s: %d, %v", what, status, err)
		}
	}
}
