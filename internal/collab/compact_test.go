package collab_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"samsvar/internal/collab"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

// rows is how many edits are stored one by one, and in how many snapshots the rest.
func (p *place) rows(id portal.DocumentID) (edits, snapshots int) {
	p.t.Helper()
	must(p.t, p.pool.QueryRow(p.t.Context(), `select (select count(*) from document_update where document_id = $1),
		(select count(*) from document_snapshot where document_id = $1)`, id).Scan(&edits, &snapshots))
	return edits, snapshots
}

func (c *client) types(id portal.DocumentID, hand *typist, words int) {
	c.t.Helper()
	for range words {
		c.send(syncMessage(id, 2, hand.types("ord ")))
		if saved, reason := c.status(); !saved {
			c.t.Fatal("refused:", reason)
		}
	}
}

func TestALongLogBecomesASnapshotWhilePeopleWrite(t *testing.T) {
	p := open(t, collab.Limits{CompactAfter: 50})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	hand := newTypist(7)
	c.types(id, hand, 120)
	c.send(syncMessage(id, 2, hand.deletes(2, 4)))
	c.nextStatus()
	eventually(t, "a snapshot", func() bool { edits, snapshots := p.rows(id); return snapshots == 1 && edits < 120 })
	c.types(id, hand, 20)
	if got := strings.Count(p.stored(id), "ord "); got != 139 {
		t.Errorf("%d words are stored", got)
	}
	late := p.dial(newAccount())
	late.send(authMessage(id))
	late.send(syncMessage(id, 0, []byte{0}))
	if got := strings.Count(string(late.nextSync(1)), "ord "); got != 139 {
		t.Errorf("who comes is given %d words", got)
	}
	history, err := postgres.NewLiveDocuments(p.pool).History(t.Context(), id)
	must(t, err)
	if len(history) != 141 || history[0].Account != c.account {
		t.Errorf("the history has %d edits", len(history))
	}
}

// Something that never comes, or comes late, keeps nobody's edits in the log, and costs who comes no more than itself.
func TestWhatWaitsStopsNothing(t *testing.T) {
	p := open(t, collab.Limits{CompactAfter: 50})
	id := p.document()
	c, waits := p.dial(newAccount()), p.dial(newAccount())
	c.join(id, nothing)
	waits.join(id, nothing)
	late := newTypist(8)
	first, second := late.types("først "), late.types("sist")
	waits.send(syncMessage(id, 2, second))
	if !waits.nextStatus() {
		t.Fatal("refused")
	}
	c.types(id, newTypist(7), 60)
	eventually(t, "a snapshot", func() bool { edits, snapshots := p.rows(id); return snapshots == 1 && edits < 20 })
	comes := p.dial(newAccount())
	comes.send(authMessage(id))
	comes.send(syncMessage(id, 0, storeOf(t, p.storedUpdates(id)...).StateVector()))
	if given := string(comes.nextSync(1)); strings.Contains(given, "ord ") || !strings.Contains(given, "sist") {
		t.Errorf("who has all but what waits is given %q", given)
	}
	waits.send(syncMessage(id, 1, first))
	if !waits.nextStatus() {
		t.Fatal("refused")
	}
	if got := p.stored(id); !strings.Contains(got, "først sist") || strings.Count(got, "ord ") != 60 {
		t.Errorf("stored is %q", got)
	}
}

// Another process has not heard of the edits, and now they are packed away: it is given the snapshot.
func TestWhoMissedEditsThatWerePackedIsGivenTheSnapshot(t *testing.T) {
	p := open(t, collab.Limits{CatchUp: time.Hour})
	id := p.document()
	c, reader := p.dial(newAccount()), p.dial(newAccount())
	c.join(id, nothing)
	reader.join(id, nothing)
	live := postgres.NewLiveDocuments(p.pool)
	hand := newTypist(7)
	for range 5 {
		p.put(id, hand.types("annet "))
	}
	stored, err := live.Load(t.Context(), id, 0)
	must(t, err)
	must(t, live.Compact(t.Context(), id, 5, storeOf(t, stored.All()...).Snapshot()))
	c.types(id, newTypist(8), 1)
	if got := reader.next("what was missed", func(h heard) bool { return h.kind == isSync && h.step == 2 }); strings.Count(string(got.bytes), "annet ") != 5 {
		t.Errorf("given %q", got.bytes)
	}
	if got := p.stored(id); strings.Count(got, "annet ") != 5 || strings.Count(got, "ord ") != 1 {
		t.Errorf("stored is %q", got)
	}
}

func TestWhatTheSecondDecoderReadsOtherwiseStaysAsItIs(t *testing.T) {
	p := open(t, collab.Limits{CompactAfter: 50})
	p.same = func(context.Context, [][]byte, []byte) error { return errors.New("another text") }
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	c.types(id, newTypist(7), 60)
	eventually(t, "a failure", func() bool { return p.hub.Stats().Failures > 0 })
	if edits, snapshots := p.rows(id); edits != 60 || snapshots != 0 {
		t.Errorf("%d edits and %d snapshots are stored", edits, snapshots)
	}
	c.types(id, newTypist(8), 1)
}
