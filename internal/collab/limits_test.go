package collab_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"samsvar/internal/collab"
	"samsvar/internal/portal"
)

func TestTooLongAnEditIsRefusedAndTheRestGoesOn(t *testing.T) {
	p := open(t, collab.Limits{MessageBytes: 2000, DocumentBytes: 3000})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	hand := newTypist(7)
	word := strings.Repeat("ord ", 100)
	refuses := func(what string, want string, update []byte) {
		t.Helper()
		c.send(syncMessage(id, 2, update))
		if saved, reason := c.status(); saved != (want == "") || reason != want {
			t.Fatalf("%s: saved %v, %q", what, saved, reason)
		}
	}
	refuses("an edit", "", hand.types(word))
	refuses("a message over the limit", "too_large", newTypist(8).types(strings.Repeat("x", 2500)))
	for range 6 {
		refuses("an edit", "", hand.types(word))
	}
	refuses("one more than fits", "too_large", newTypist(9).types(word))
	refuses("a deletion", "", hand.deletes(2, 1000))
	refuses("an edit after the deletion", "", newTypist(10).types("nytt"))

	_ = c.write(syncMessage(id, 2, bytes.Repeat([]byte{1}, 20000))) // the connection may end before all is sent
	if code := c.closed(); code != websocket.StatusMessageTooBig {
		t.Errorf("closed with %d", code)
	}
}

// Somebody takes out what was refused: only then can the rest be saved, and only if it is asked for.
func TestWhatLeansOnARefusalIsAskedForAtOnce(t *testing.T) {
	p := open(t, collab.Limits{MessageBytes: 500})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	c.send(awarenessMessage(id, entry{7, 1, "{}"}))
	hand := newTypist(7)
	c.send(syncMessage(id, 2, hand.types(strings.Repeat("x", 600))))
	if saved, reason := c.status(); saved || reason != "too_large" {
		t.Fatalf("saved %v, %q", saved, reason)
	}
	c.send(syncMessage(id, 2, hand.deletes(2, 600)))
	c.nextSync(0)
	if !c.nextStatus() {
		t.Error("the deletion was refused")
	}
}

func TestUpdatesThatAreNotOfOurKindAreRefused(t *testing.T) {
	p := open(t, unhurried)
	id := p.document()
	a, b := p.dial(newAccount()), p.dial(newAccount())
	a.join(id, nothing)
	b.join(id, nothing)
	hand := newTypist(7)
	first := hand.types("a")
	a.send(syncMessage(id, 2, first))
	a.nextStatus()
	next := hand.types("b")
	for what, update := range map[string][]byte{
		"no update":                         []byte("rusk"),
		"an empty message":                  {},
		"another's client number":           next,
		"another content for the same":      newTypist(7).types("x"),
		"another's client number in a step": next,
		"another root":                      bytes.Replace(newTypist(8).types("x"), []byte("default"), []byte("defaulx"), 1),
	} {
		step := uint64(2)
		if strings.HasSuffix(what, "step") {
			step = 1
		}
		b.send(syncMessage(id, step, update))
		if saved, reason := b.status(); saved || reason != "invalid" {
			t.Errorf("%s: saved %v, %q", what, saved, reason)
		}
	}
	a.send(syncMessage(id, 2, next))
	if !a.nextStatus() || p.stored(id) != "ab" {
		t.Errorf("stored is %q", p.stored(id))
	}

	// The number is free when its owner has left: another who has taken over the tab goes on with it.
	a.conn.CloseNow()
	third := hand.types("c")
	eventually(t, "b may", func() bool {
		b.send(syncMessage(id, 2, third))
		return b.nextStatus()
	})
}

// beyond gives the update of a letter that follows some clocks after what was typed.
func (y *typist) beyond(clocks uint64) []byte {
	letter := uints([]byte{4 | 0x80}, y.client, y.text)
	return append(append(uints(nil, 1, 1, y.client, y.clock+clocks), withBytes(letter, "x")...), 0)
}

// deletingToo puts the deletions of one update behind the structs of another.
func deletingToo(structs, deletions []byte) []byte {
	return append(bytes.Clone(structs[:len(structs)-1]), deletions[1:]...)
}

func TestNobodyReachesForWhatAnotherHasNotTypedYet(t *testing.T) {
	p := open(t, unhurried)
	id := p.document()
	a, b := p.dial(newAccount()), p.dial(newAccount())
	a.join(id, nothing)
	b.join(id, nothing)
	b.send(awarenessMessage(id, entry{9, 1, "{}"})) // and writes under 7
	hand, shown, mine := newTypist(7), newTypist(9), newTypist(8)
	first := hand.types("Jeg.")
	b.send(syncMessage(id, 2, first))
	b.nextStatus()
	a.send(syncMessage(id, 2, deletingToo(first, hand.deletes(hand.text, 1)))) // what is there, anybody deletes who writes
	if saved, reason := a.status(); !saved {
		t.Errorf("a deletion is refused: %s", reason)
	}
	for what, update := range map[string][]byte{
		"deletes what comes":                    hand.deletes(hand.clock, 100),
		"deletes what is there and what comes":  hand.deletes(hand.clock-1, 2),
		"deletes what comes, beside an edit":    deletingToo(mine.types("x"), hand.deletes(hand.clock, 1)),
		"leaves a gap":                          hand.beyond(1),
		"deletes the words of who only looks":   shown.deletes(0, 100),
		"writes for who only looks":             newTypist(9).types("x"),
		"deletes what an unknown may write":     newTypist(10).deletes(0, 100),
		"deletes behind what it writes as such": deletingToo(newTypist(11).types("x"), newTypist(12).deletes(0, 1)),
	} {
		for step := range uint64(2) {
			a.send(syncMessage(id, 2-step, update))
			if saved, reason := a.status(); saved || reason != "invalid" {
				t.Errorf("%s: saved %v, %q", what, saved, reason)
			}
		}
	}
	for _, update := range [][]byte{hand.types(" skriver"), shown.types("Og her")} {
		b.send(syncMessage(id, 2, update))
		if saved, reason := b.status(); !saved {
			t.Errorf("what comes is refused: %s", reason)
		}
	}
	if got := p.stored(id); !strings.Contains(got, "Jeg skriver") || !strings.Contains(got, "Og her") {
		t.Errorf("stored is %q", got)
	}
}

// A page that comes back offers all that it has: others' letters, deletions of them, and what it was given that still waits.
func TestWhoComesBackMayHoldWhatOthersWrote(t *testing.T) {
	p := open(t, collab.Limits{CatchUp: time.Hour})
	id := p.document()
	a, b := p.dial(newAccount()), p.dial(newAccount())
	a.join(id, nothing)
	b.join(id, nothing)
	b.send(awarenessMessage(id, entry{7, 1, "{}"}))
	hand, elsewhere := newTypist(7), newTypist(9)
	first, second, third := hand.types("ab"), hand.types("cd"), hand.types("ef")
	b.send(syncMessage(id, 2, first))
	b.send(syncMessage(id, 2, third))
	b.send(syncMessage(id, 2, hand.deletes(7, 1)))
	for range 3 {
		if !b.nextStatus() {
			t.Fatal("refused")
		}
	}
	p.put(id, elsewhere.types("gh")) // at another process, from which the page comes
	offer := storeOf(t, first, third, hand.deletes(7, 1), newTypist(9).types("gh"), hand.deletes(2, 1), elsewhere.deletes(2, 1), newTypist(8).types("ij"))
	a.join(id, offer.Snapshot())
	p.put(id, elsewhere.types("kl"))
	a.send(syncMessage(id, 2, elsewhere.deletes(4, 1)))
	if saved, reason := a.status(); !saved {
		t.Errorf("the deletion of what was just committed is refused: %s", reason)
	}
	b.send(syncMessage(id, 1, second))
	if saved, reason := b.status(); !saved {
		t.Errorf("what was missing is refused: %s", reason)
	}
	if got := p.stored(id); !strings.Contains(got, "bcde") || !strings.Contains(got, "hl") || !strings.Contains(got, "ij") || len(got) != 8 {
		t.Errorf("stored is %q", got)
	}
}

// manyNumbers gives an update under so many client numbers, with nothing in it.
func manyNumbers(from, n uint64) []byte {
	update := uints(nil, n)
	for client := from; client < from+n; client++ {
		update = uints(update, 1, client, 0, 0, 1)
	}
	return append(update, 0)
}

func TestATextTakesSoManyClientNumbers(t *testing.T) {
	p := open(t, collab.Limits{StateVectorBytes: 100 * 16, MessagesPerSecond: 1e6})
	id := p.document()
	var clients []*client
	for range 3 {
		c := p.dial(newAccount())
		c.join(id, nothing)
		clients = append(clients, c)
	}
	hand := newTypist(7)
	for _, edit := range []struct {
		what   string
		by     int
		step   uint64
		update []byte
		reason string
	}{
		{"too many at once", 0, 1, manyNumbers(1000, 65), "invalid"},
		{"many at once", 0, 1, manyNumbers(1000, 64), ""},
		{"the same", 1, 1, manyNumbers(1000, 64), ""},
		{"too many one after another", 0, 2, manyNumbers(2000, 1), "invalid"},
		{"too many to delete", 0, 2, newTypist(3000).deletes(0, 1), "invalid"},
		{"one more", 1, 2, hand.types("a"), ""},
		{"more than there is room for", 1, 2, manyNumbers(4000, 36), "too_large"},
		{"what there is room for", 1, 2, manyNumbers(4000, 35), ""},
		{"one more than that", 2, 2, newTypist(5000).types("x"), "too_large"},
		{"an edit under a number that is there", 1, 2, hand.types("b"), ""},
		{"a deletion", 2, 2, hand.deletes(2, 1), ""},
	} {
		c := clients[edit.by]
		c.send(syncMessage(id, edit.step, edit.update))
		if saved, reason := c.status(); saved != (edit.reason == "") || reason != edit.reason {
			t.Errorf("%s: saved %v, %q", edit.what, saved, reason)
		}
	}
}

func TestATextThatThousandsOfPagesHaveWrittenGoesOn(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	pages := manyNumbers(1<<31, 16_000)
	p.put(id, pages)
	c := p.dial(newAccount())
	c.send(authMessage(id))
	c.send(syncMessage(id, 0, storeOf(t, pages).StateVector()))
	if given := c.nextSync(1); !bytes.Equal(given[:1], []byte{0}) {
		t.Errorf("given %d bytes of what it has", len(given))
	}
	c.send(syncMessage(id, 2, newTypist(7).types("Enda en")))
	if saved, reason := c.status(); !saved {
		t.Errorf("refused: %s", reason)
	}
}

// Neither what is refused nor what is known is worked out for a reader.
func TestAReadersEditIsRefusedUnread(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	reader := p.dial(newAccount())
	p.allow(reader.account, collab.AccessRead)
	both := storeOf(t, newTypist(7).types("a"), newTypist(8).types("b")).Snapshot()
	p.put(id, both)
	reader.join(id, both)
	for _, update := range [][]byte{both, []byte("rusk")} {
		reader.send(syncMessage(id, 2, update))
		if saved, reason := reader.status(); saved || reason != "denied" {
			t.Errorf("saved %v, %q", saved, reason)
		}
	}
}

func TestGreetingsAndWholeTextsCountForMany(t *testing.T) {
	p := open(t, collab.Limits{MessagesPerSecond: 1000})
	id := p.document()
	both := storeOf(t, newTypist(7).types("a"), newTypist(8).types("b")).Snapshot()
	for what, message := range map[string][]byte{"greetings": authMessage("x"), "whole texts": syncMessage(id, 2, both)} {
		c := p.dial(newAccount())
		c.join(id, nothing)
		began := time.Now()
		for range 300 {
			c.send(message)
		}
		for range 300 {
			c.next("answer", func(h heard) bool { return h.kind == isStatus || h.kind == isAuth && h.document == "x" })
		}
		if took := time.Since(began); took < 700*time.Millisecond {
			t.Errorf("300 %s in %v, at 50 a second after the first 250", what, took)
		}
	}
}

func TestAnswersComeInTheOrderOfWhatTheyAnswer(t *testing.T) {
	p := open(t, unhurried)
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	hand := newTypist(7)
	var want []bool
	for range 300 {
		good := rand.IntN(3) > 0
		want = append(want, good)
		if good {
			c.send(syncMessage(id, 2, hand.types("o")))
		} else {
			c.send(syncMessage(id, 2, []byte("rusk")))
		}
	}
	for i, good := range want {
		if saved, _ := c.status(); saved != good {
			t.Fatalf("answer %d: saved %v, want %v", i, saved, good)
		}
	}
}

func TestOneConnectionHoldsManyDocumentsButNotAnyNumber(t *testing.T) {
	p := open(t, collab.Limits{DocumentsPerSocket: 3})
	c := p.dial(newAccount())
	var ids []portal.DocumentID
	for i := range 3 {
		id := p.document()
		ids = append(ids, id)
		c.join(id, newTypist(uint64(7+i)).types(fmt.Sprint("tekst ", i)))
	}
	c.send(authMessage(p.document()))
	c.next("denial", func(h heard) bool { return h.kind == isAuth && h.step == 1 })
	c.send(closeMessage(ids[0]))
	c.join(p.document(), nothing)
	for i, id := range ids {
		if got := p.stored(id); got != fmt.Sprint("tekst ", i) {
			t.Errorf("document %d holds %q", i, got)
		}
	}
}

func TestConnectionsThatSayNothingEnd(t *testing.T) {
	p := open(t, collab.Limits{Ping: 20 * time.Millisecond, Greeting: 100 * time.Millisecond, Silence: 200 * time.Millisecond})
	id := p.document()
	mute := p.dial(newAccount())
	if code := mute.closed(); code != 4408 {
		t.Errorf("without a greeting: closed with %d", code)
	}
	if mute.pings > 0 {
		t.Errorf("%d pings before the greeting", mute.pings)
	}

	awake := p.dial(newAccount())
	awake.join(id, nothing)
	asleep := p.dialSilent(newAccount())
	if _, err := asleep.Write(maskedFrame(authMessage(id))); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the sleeper is there", func() bool { return p.hub.Stats().Connections == 2 })
	eventually(t, "the sleeper is gone", func() bool { return p.hub.Stats().Connections == 1 })
	time.Sleep(300 * time.Millisecond)
	awake.send(syncMessage(id, 2, newTypist(7).types("a")))
	if !awake.nextStatus() {
		t.Error("who answers pings was not served")
	}
	awake.conn.CloseNow()
	<-awake.ended
	if awake.pings < 5 {
		t.Errorf("%d pings in half a second", awake.pings)
	}
}

// dialSilent opens a connection that nobody reads.
func (p *place) dialSilent(account portal.AccountID) net.Conn {
	p.t.Helper()
	address := strings.TrimPrefix(p.web.URL, "http://")
	conn, err := net.Dial("tcp", address)
	must(p.t, err)
	p.t.Cleanup(func() { conn.Close() })
	must(p.t, conn.(*net.TCPConn).SetReadBuffer(4096))
	_, err = fmt.Fprintf(conn, "GET /collab HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: account=%s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", address, p.web.URL, account)
	must(p.t, err)
	answer := make([]byte, 64)
	n, err := conn.Read(answer)
	must(p.t, err)
	if !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 101") {
		p.t.Fatalf("%q", answer[:n])
	}
	return conn
}

// maskedFrame is a short binary message as a client frames it, under a mask of zeros.
func maskedFrame(message []byte) []byte {
	return append([]byte{0x82, 0x80 | byte(len(message)), 0, 0, 0, 0}, message...)
}

func TestASlowReaderIsCutOffAndNobodyWaits(t *testing.T) {
	p := open(t, collab.Limits{QueueBytes: 1 << 20, MessagesPerSecond: 1e6, BytesPerSecond: 1 << 30})
	id := p.document()
	writer := p.dial(newAccount())
	writer.join(id, nothing)
	slow := p.dialSilent(newAccount())
	_, err := slow.Write(maskedFrame(authMessage(id)))
	must(t, err)
	eventually(t, "the slow one is in", func() bool { return p.hub.Stats().Connections == 2 })
	hand, page := newTypist(7), strings.Repeat("x", 50_000)
	worst := time.Duration(0)
	for range 400 {
		began := time.Now()
		writer.send(syncMessage(id, 2, hand.types(page)))
		hand.types("")
		if !writer.nextStatus() {
			break // the text is full
		}
		worst = max(worst, time.Since(began))
		writer.send(syncMessage(id, 2, hand.deletes(2, hand.clock-3)))
		writer.nextStatus()
		if p.hub.Stats().SlowReaders > 0 {
			break
		}
	}
	if s := p.hub.Stats(); s.SlowReaders != 1 {
		t.Errorf("%+v", s)
	}
	eventually(t, "the slow one is gone", func() bool { return p.hub.Stats().Connections == 1 })
	if worst > 2*time.Second {
		t.Errorf("the writer waited %v", worst)
	}
}

func TestWhoSendsTooFastIsSlowedDownAndLosesNothing(t *testing.T) {
	p := open(t, collab.Limits{MessagesPerSecond: 100})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	hand := newTypist(7)
	began := time.Now()
	for range 550 {
		c.send(syncMessage(id, 2, hand.types("o")))
	}
	for range 550 {
		if !c.nextStatus() {
			t.Fatal("refused")
		}
	}
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Errorf("550 messages in %v, at 100 a second after the first 500", took)
	}
	if got := p.stored(id); len(got) != 550 {
		t.Errorf("%d letters are stored", len(got))
	}
}

// Whatever comes, before a greeting and after, for one's own text and another's,
// over a WebSocket and over requests: the server stands, and whoever behaves is
// served, and no slower for it.
func TestRandomFrames(t *testing.T) {
	frames := scaled(100_000)
	p := open(t, unhurried)
	id, foreign := p.document(), p.document()
	p.allowAll(foreign, collab.AccessNone)
	p.put(foreign, newTypist(9).types("hemmelig"))
	good := p.dial(newAccount())
	good.join(id, nothing)
	random := rand.New(rand.NewPCG(1, 2))
	hand := newTypist(4_000_000_007) // a number that no damage to a small one hits: whoever writes may delete the letters that are there
	account := newAccount()
	var bad *client
	survived := 0
	var served []time.Duration
	for n := range frames {
		if bad == nil {
			if bad = p.dial(account); random.IntN(10) == 0 {
				bad.hangUp()
				bad = p.dialByRequests(account)
			}
			if random.IntN(2) == 0 {
				bad.send(authMessage(id))
			}
		}
		about := id
		if random.IntN(5) == 0 {
			about = foreign
		}
		if bad.write(randomFrame(random, about)) == nil && (n%10 > 0 || bad.write(authMessage("x")) == nil && bad.isDenied(t, foreign)) {
			survived++
		} else {
			bad.hangUp()
			bad = nil
		}
		if n%500 == 0 {
			began := time.Now()
			good.send(syncMessage(id, 2, hand.types("o")))
			if !good.nextStatus() {
				t.Fatal("who behaves was refused")
			}
			served = append(served, time.Since(began))
		}
	}
	if survived == 0 || survived == frames {
		t.Errorf("%d of %d frames did not end their connection", survived, frames)
	}
	if got := strings.Count(p.stored(id), "o"); got < frames/500 {
		t.Errorf("%d letters are stored", got)
	}
	if got := p.stored(foreign); got != "hemmelig" {
		t.Errorf("another's text is %q", got)
	}
	slices.Sort(served)
	t.Logf("%d of %d frames did not meet the end of their connection; who behaves is served in %v at the median, %v at most; %+v",
		survived, frames, served[len(served)/2], served[len(served)-1], p.hub.Stats())
	if most := served[len(served)-1]; most > 5*time.Second {
		t.Errorf("who behaves had to wait %v", most)
	}
}

func (c *client) hangUp() {
	c.conn.CloseNow()
	<-c.ended
}

// isDenied waits until a greeting to no document is turned down, and says no when the connection ended instead. It
// hears nothing of a foreign document meanwhile.
func (c *client) isDenied(t *testing.T, foreign portal.DocumentID) bool {
	for {
		select {
		case h := <-c.inbox:
			if h.document == foreign && (h.kind != isAuth || h.step != 1) {
				t.Errorf("heard of another's text: %v", h)
			}
			if h.kind == isAuth && h.document == "x" {
				return true
			}
		case <-c.ended:
			return false
		}
	}
}

// randomFrame is mostly a good frame with something wrong in it, and now and then one that is no frame.
func randomFrame(random *rand.Rand, id portal.DocumentID) []byte {
	payloads := [][]byte{{0}, nothing, newTypist(8).types("ord"), newTypist(9).types("og"), uints(nil, 0, 1, 8, 1, 2, 1)}
	payload := damaged(random, payloads[random.IntN(len(payloads))])
	state := string(damaged(random, []byte(`{"cursor":{"anchor":{"item":{"client":1,"clock":2}},"head":{}}}`)))
	frames := [][]byte{
		authMessage(id), about(id, 3), withBytes(about(id, isStateless), payload), closeMessage(id),
		syncMessage(id, 0, payload), syncMessage(id, 1, payload), syncMessage(id, 2, payload),
		awarenessMessage(id, entry{random.Uint64() >> random.IntN(60), random.Uint64() >> random.IntN(60), state}),
		withBytes(about(id, isAwareness), payload),
	}
	frame := frames[random.IntN(len(frames))]
	if random.IntN(8) == 0 {
		return damaged(random, frame)
	}
	return frame
}

// damaged is bytes with some changed, cut off or added.
func damaged(random *rand.Rand, data []byte) []byte {
	data = bytes.Clone(data)
	switch random.IntN(5) {
	case 0:
		return data
	case 1:
		return data[:random.IntN(len(data)+1)]
	case 2:
		return append(data, byte(random.Uint32()))
	}
	for range 1 + random.IntN(3) {
		data[random.IntN(len(data))] = byte(random.Uint32())
	}
	return data
}

func TestTextMessagesAreNoneOfOurs(t *testing.T) {
	p := open(t, collab.Limits{})
	c := p.dial(newAccount())
	must(t, c.conn.Write(context.Background(), websocket.MessageText, []byte("hei")))
	if code := c.closed(); code != websocket.StatusInvalidFramePayloadData {
		t.Errorf("closed with %d", code)
	}
}
