package collab_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"

	"samsvar/internal/collab"
	"samsvar/internal/portal"
)

var nothing = []byte{0, 0} // the update of an empty document

func TestAnEditIsCommittedThenShownThenAcknowledged(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	writer, reader := p.dial(newAccount()), p.dial(newAccount())
	writer.join(id, nothing)
	reader.join(id, nothing)

	hand := newTypist(7)
	for _, word := range []string{"Vi ", "vil ", "samarbeide."} {
		update := hand.types(word)
		writer.send(syncMessage(id, 2, update))
		if got := reader.nextSync(2); string(got) != string(update) {
			t.Errorf("the other got %x, sent was %x", got, update)
		}
		if !strings.HasSuffix(p.stored(id), word) {
			t.Errorf("%q was shown before it was stored", word)
		}
		if saved, reason := writer.status(); !saved {
			t.Fatal("refused:", reason)
		}
	}
	if got := p.stored(id); got != "Vi vil samarbeide." {
		t.Errorf("stored is %q", got)
	}
	if people := authors(p, id); len(people) != 1 || people[writer.account] != 3 {
		t.Errorf("the log says that %v wrote", people)
	}
}

func authors(p *place, id portal.DocumentID) map[portal.AccountID]int {
	p.t.Helper()
	rows, err := p.pool.Query(p.t.Context(), "select account_id::text, count(*) from document_update where document_id = $1 group by 1", id)
	must(p.t, err)
	out := make(map[portal.AccountID]int)
	var account portal.AccountID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&account, &n}, func() error { out[account] = n; return nil })
	must(p.t, err)
	return out
}

// hold keeps commits to a document waiting until release.
func (p *place) hold(id portal.DocumentID) (release func()) {
	p.t.Helper()
	tx, err := p.pool.Begin(p.t.Context())
	must(p.t, err)
	_, err = tx.Exec(p.t.Context(), "select from document where id = $1 for update", id)
	must(p.t, err)
	return func() { must(p.t, tx.Rollback(context.Background())) }
}

// waiting says whether an append to a document waits for a lock.
func (p *place) waiting() bool {
	var n int
	must(p.t, p.pool.QueryRow(p.t.Context(), `select count(*) from pg_stat_activity
		where datname = current_database() and wait_event_type = 'Lock'`).Scan(&n))
	return n > 0
}

func (c *client) hearsNothingOf(id portal.DocumentID, word string) {
	c.t.Helper()
	timeout := time.After(100 * time.Millisecond)
	for {
		select {
		case h := <-c.inbox:
			if h.kind == isStatus || h.kind == isSync && (h.step == 0 || strings.Contains(string(h.bytes), word)) {
				c.t.Errorf("told %v before the commit", h)
			}
		case <-timeout:
			return
		}
	}
}

func TestNothingIsToldBeforeItsCommit(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	writer, reader := p.dial(newAccount()), p.dial(newAccount())
	writer.join(id, nothing)
	reader.join(id, nothing)
	release := p.hold(id)
	writer.send(syncMessage(id, 2, newTypist(7).types("uvisst")))
	eventually(t, "an append that waits", p.waiting)

	late := p.dial(newAccount())
	late.send(authMessage(id))
	late.send(syncMessage(id, 0, []byte{0}))
	for _, c := range []*client{writer, reader, late} {
		c.hearsNothingOf(id, "uvisst")
	}
	release()
	if saved, reason := writer.status(); !saved {
		t.Fatal("refused:", reason)
	}
	if got := late.nextSync(1); !strings.Contains(string(got), "uvisst") {
		t.Errorf("who comes gets %q", got)
	}
	if got := clocksOf(late.nextSync(0)); got[7] != 8 {
		t.Errorf("the state vector claims %v", got)
	}
}

// A commit that fails takes nothing back from anybody, since nobody had it.
func TestAFailedCommitIsRefusedAndForgotten(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	writer, reader := p.dial(newAccount()), p.dial(newAccount())
	writer.join(id, nothing)
	reader.join(id, nothing)
	hand := newTypist(7)
	first, second := hand.types("Det gikk. "), hand.types("Dette ikke.")
	p.exec(fmt.Sprintf(`alter table document_update add constraint fault check (payload <> '\x%x')`, second))

	release := p.hold(id)
	writer.send(syncMessage(id, 2, first))
	eventually(t, "an append that waits", p.waiting)
	writer.send(syncMessage(id, 2, second))
	writer.send(syncMessage(id, 1, nothing)) // what everybody knows, but leaning on what does not get in
	time.Sleep(50 * time.Millisecond)        // for both to arrive, and become one commit
	release()
	if saved, reason := writer.status(); !saved {
		t.Fatal("refused:", reason)
	}
	for range 2 {
		if saved, reason := writer.status(); saved || reason != "storage" {
			t.Fatalf("saved %v, reason %q", saved, reason)
		}
	}
	isClosed := func(h heard) bool { return h.kind == isClose }
	writer.next("end of the stay", isClosed)
	for h := range reader.until("end of the stay", isClosed) {
		if strings.Contains(string(h.bytes), "Dette ikke") {
			t.Error("shown, and not stored")
		}
	}
	p.exec("alter table document_update drop constraint fault")

	writer.send(authMessage(id))
	writer.send(syncMessage(id, 0, uints(nil, 1, 7, hand.clock)))
	if got := clocksOf(writer.nextSync(0)); got[7] != 12 {
		t.Fatalf("asked as if %v were stored", got)
	}
	writer.send(syncMessage(id, 1, second))
	if saved, reason := writer.status(); !saved {
		t.Fatal("refused:", reason)
	}
	if got := p.stored(id); got != "Det gikk. Dette ikke." {
		t.Errorf("stored is %q", got)
	}
}

// until gives what is heard before something that fits.
func (c *client) until(what string, fits func(heard) bool) func(yield func(heard) bool) {
	return func(yield func(heard) bool) {
		c.next(what, func(h heard) bool { return fits(h) || !yield(h) })
	}
}

func TestWhatCannotBeReadIsShownAsAnErrorAndNotWrittenOver(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	p.put(id, newTypist(3).types("gammelt"), []byte("rusk"))
	for range 3 {
		c := p.dial(newAccount())
		c.send(authMessage(id))
		c.send(syncMessage(id, 0, []byte{0}))
		c.send(syncMessage(id, 1, newTypist(4).types("nytt")))
		c.next("end of the stay", func(h heard) bool {
			if h.kind == isAuth || h.kind == isSync || h.kind == isStatus {
				t.Errorf("let into a document that was not read: %v", h)
			}
			return h.kind == isClose && string(h.bytes) == "unavailable"
		})
	}
	eventually(t, "no open document", func() bool { return p.hub.Stats().Documents == 0 })
	if n := len(p.storedUpdates(id)); n != 2 {
		t.Errorf("%d rows are stored", n)
	}
	p.exec("delete from document_update where document_id = $1 and payload = $2", id, []byte("rusk"))
	p.exec("update document set head = 1 where id = $1", id)
	c := p.dial(newAccount())
	c.join(id, nothing)
}

// Between an edit and the one it leans on somebody comes. What was kept aside
// had been sent to the others, and must come to the newcomer as well.
func TestWhatIsKeptAsideReachesWhoComesMeanwhile(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	writer := p.dial(newAccount())
	writer.join(id, nothing)
	hand := newTypist(7)
	first, second := hand.types("først "), hand.types("sist")
	writer.send(syncMessage(id, 2, second))
	writer.nextStatus()

	late := p.dial(newAccount())
	late.send(authMessage(id))
	late.send(syncMessage(id, 0, []byte{0}))
	got := [][]byte{late.nextSync(1)}
	writer.send(syncMessage(id, 2, first))
	writer.nextStatus()
	got = append(got, late.nextSync(2))
	if shown := textOf([]byte(rendered(t, got...))); shown != "først sist" {
		t.Errorf("who came has %q", shown)
	}
}

// The page counts what it is owed: the question must come before the answer.
func TestWhoLeansOnWhatHasNotComeIsAskedBeforeBeingAcknowledged(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	c := p.dial(newAccount())
	c.send(authMessage(id))
	hand := newTypist(7)
	first, second := hand.types("a"), hand.types("b")
	c.send(syncMessage(id, 2, second))
	asked := false
	c.next("answer", func(h heard) bool {
		asked = asked || h.kind == isSync && h.step == 0
		return h.kind == isStatus
	})
	if !asked {
		t.Error("acknowledged before it was asked for")
	}
	c.send(syncMessage(id, 1, append([]byte(nil), first...)))
	if !c.nextStatus() || p.stored(id) != "ab" {
		t.Errorf("stored is %q", p.stored(id))
	}
}

func TestADocumentIsClosedWhenNobodyIsThere(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, newTypist(7).types("ord"))
	if n := p.hub.Stats().Documents; n != 1 {
		t.Fatalf("%d documents are open", n)
	}
	c.send(closeMessage(id))
	eventually(t, "no open document", func() bool { return p.hub.Stats().Documents == 0 })
	c.send(authMessage(id))
	c.send(syncMessage(id, 0, []byte{0}))
	if got := c.nextSync(1); !strings.Contains(string(got), "ord") {
		t.Errorf("opened again, it holds %q", got)
	}
	c.conn.CloseNow()
	eventually(t, "no open document", func() bool { return p.hub.Stats() == collab.Stats{Appends: 1, Saved: 1} })
}

func TestWhatHasComeIsAnsweredBeforeTheHubCloses(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	release := p.hold(id)
	hand := newTypist(7)
	c.send(syncMessage(id, 2, hand.types("a")))
	eventually(t, "an append that waits", p.waiting)
	c.send(syncMessage(id, 2, hand.types("b")))
	time.Sleep(50 * time.Millisecond) // for it to arrive

	closed := make(chan error)
	go func() { closed <- p.hub.Close(context.Background()) }()
	eventually(t, "closing", func() bool {
		_, err := dial(t, p.web.URL, p.web.URL, newAccount())
		return err == refusedUpgrade(503)
	})
	release()
	for range 2 {
		if !c.nextStatus() {
			t.Error("refused at the last moment")
		}
	}
	if code := c.closed(); code != websocket.StatusServiceRestart {
		t.Errorf("closed with %d", code)
	}
	must(t, <-closed)
	if got := p.stored(id); got != "ab" {
		t.Errorf("stored is %q", got)
	}
}

func TestAHubThatMayNotWaitCutsOffWithoutAcknowledging(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	defer p.hold(id)()
	c.send(syncMessage(id, 2, newTypist(7).types("a")))
	eventually(t, "an append that waits", p.waiting)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := p.hub.Close(ctx); err != context.DeadlineExceeded {
		t.Errorf("Close says %v", err)
	}
	c.closed()
	for len(c.inbox) > 0 {
		if h := <-c.inbox; h.kind == isStatus && h.saved {
			t.Error("acknowledged")
		}
	}
}

func TestAHubDoesNotWaitForWhatIsBusyPastItsDeadline(t *testing.T) {
	p := open(t, collab.Limits{CompactAfter: 1})
	busy, release := make(chan struct{}, 1), make(chan struct{})
	p.same = func(context.Context, [][]byte, []byte) error { // as a decoder that is far into a text
		busy <- struct{}{}
		<-release
		return errors.New("nobody waits any more")
	}
	defer close(release)
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	c.types(id, newTypist(7), 1)
	<-busy
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	closed := make(chan error)
	go func() { closed <- p.hub.Close(ctx) }()
	select {
	case err := <-closed:
		if err != context.DeadlineExceeded {
			t.Errorf("Close says %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("Close waits on")
		go func() { <-closed }()
	}
}

// The commit may have come about or not; whoever comes back with it is told the truth, and nothing is there twice.
func TestADatabaseThatIsSilentForTooLongIsShownAsUnsaved(t *testing.T) {
	p := open(t, collab.Limits{Storage: 300 * time.Millisecond})
	id := p.document()
	writer := p.dial(newAccount())
	writer.join(id, nothing)
	release := p.hold(id)
	update := newTypist(7).types("Er jeg lagret?")
	writer.send(syncMessage(id, 2, update))
	if saved, reason := writer.status(); saved || reason != "storage" {
		t.Fatalf("saved %v, reason %q", saved, reason)
	}
	writer.next("end of the stay", func(h heard) bool { return h.kind == isClose })
	release()
	writer.join(id, update)
	if got := p.stored(id); got != "Er jeg lagret?" {
		t.Errorf("stored is %q", got)
	}
}
