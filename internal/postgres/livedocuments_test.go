package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"samsvar/internal/document"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
)

// desk is a database with live documents in it.
type desk struct {
	*postgres.LiveDocuments
	t  *testing.T
	db *postgres.DB
}

func newDesk(t *testing.T) desk {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.Database(t))
	must(t, err)
	t.Cleanup(db.Close)
	return desk{postgres.NewLiveDocuments(db.Pool()), t, db}
}

func (d desk) exec(sql string, args ...any) {
	d.t.Helper()
	_, err := d.db.Pool().Exec(d.t.Context(), sql, args...)
	must(d.t, err)
}

func (d desk) document() portal.DocumentID {
	d.t.Helper()
	id := portal.DocumentID(portal.NewID())
	d.exec("insert into document (id, created_at) values ($1, now())", id)
	return id
}

// append commits the texts as updates, all by one author.
func (d desk) append(id portal.DocumentID, by portal.Actor, texts ...string) error {
	var updates [][]byte
	for _, text := range texts {
		updates = append(updates, []byte(text))
	}
	return d.Append(d.t.Context(), id, updates, slices.Repeat([]portal.Actor{by}, len(updates)))
}

// holds checks what is stored of a document after its snapshot.
func (d desk) holds(id portal.DocumentID, want ...string) {
	d.t.Helper()
	_, updates, err := d.Load(d.t.Context(), id)
	must(d.t, err)
	if got := words(updates); !slices.Equal(got, want) {
		d.t.Errorf("stored is %q, want %q", got, want)
	}
}

func words(updates [][]byte) []string {
	var out []string
	for _, update := range updates {
		out = append(out, string(update))
	}
	return out
}

// lock does with a document what a freeze does, and what a reopening does.
func (d desk) lock(id portal.DocumentID, locked bool) (stored []string) {
	d.t.Helper()
	must(d.t, d.db.Documents().Write(d.t.Context(), func(tx document.Tx) error {
		ids := []portal.DocumentID{id}
		if err := tx.LockDocuments(ids, locked); err != nil {
			return err
		}
		found, err := tx.Stored(ids)
		if err != nil {
			return err
		}
		stored = words(found[id])
		return tx.Audit(portal.Actor{Name: "secretariat"}, portal.AuditEvent{At: time.Now(), Action: "response.freeze", Object: string(id)})
	}))
	return stored
}

func writer() portal.Actor {
	return portal.Actor{Account: portal.AccountID(portal.NewID()), Organisation: "bodo"}
}

func TestUpdatesComeBackInTheirOrderWithTheirAuthors(t *testing.T) {
	d := newDesk(t)
	id, other := d.document(), d.document()
	one, two := writer(), writer()
	var want []string
	for batch := range 20 {
		texts := [][]byte{fmt.Appendf(nil, "%d one", batch), {0, byte(batch), 255}, fmt.Appendf(nil, "%d two", batch)}
		must(t, d.Append(t.Context(), id, texts, []portal.Actor{one, one, two}))
		must(t, d.append(other, two, "of another document"))
		want = append(want, words(texts)...)
	}
	d.holds(id, want...)
	for author, count := range map[portal.AccountID]int{one.Account: 40, two.Account: 20} {
		var got int
		must(t, d.db.Pool().QueryRow(t.Context(), `select count(*) from document_update
			where document_id = $1 and account_id = $2 and organisation_id = 'bodo'`, id, author).Scan(&got))
		if got != count {
			t.Errorf("%d updates are kept as one author's, want %d", got, count)
		}
	}
}

func TestASnapshotComesWithWhatIsAfterIt(t *testing.T) {
	d := newDesk(t)
	id := d.document()
	must(t, d.append(id, writer(), "a", "b"))
	d.exec(`insert into document_snapshot (document_id, upto_seq, payload)
		select document_id, max(seq), 'ab' from document_update where document_id = $1 group by 1`, id)
	must(t, d.append(id, writer(), "c", "d"))
	snapshot, updates, err := d.Load(t.Context(), id)
	if err != nil || !bytes.Equal(snapshot, []byte("ab")) || !slices.Equal(words(updates), []string{"c", "d"}) {
		t.Errorf("got %q, %q, %v", snapshot, updates, err)
	}
}

func TestABatchIsStoredWholeOrNotAtAll(t *testing.T) {
	d := newDesk(t)
	id := d.document()
	must(t, d.append(id, writer(), "before"))
	d.exec("alter table document_update add constraint fault check (payload <> 'bad')")
	if err := d.append(id, writer(), "good", "bad", "good"); err == nil || portal.IsCode(err, "document_locked") {
		t.Errorf("a batch with a fault in it: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := d.Append(ended, id, [][]byte{[]byte("late")}, []portal.Actor{writer()}); err == nil {
		t.Error("stored for somebody who had given up")
	}
	d.holds(id, "before")
}

func TestALockedDocumentTakesNothingUntilItIsOpenedAgain(t *testing.T) {
	d := newDesk(t)
	id, neighbour := d.document(), d.document()
	must(t, d.append(id, writer(), "before"))
	d.lock(id, true)
	if err := d.append(id, writer(), "meanwhile", "too"); !portal.IsCode(err, "document_locked") {
		t.Errorf("locked: %v", err)
	}
	must(t, d.append(neighbour, writer(), "free"))
	d.holds(id, "before")
	d.lock(id, false)
	must(t, d.append(id, writer(), "after"))
	d.holds(id, "before", "after")
}

func TestADocumentThatIsNotThereHoldsAndTakesNothing(t *testing.T) {
	d := newDesk(t)
	unknown := portal.DocumentID(portal.NewID())
	if _, _, err := d.Load(t.Context(), unknown); !portal.IsCode(err, "not_found") {
		t.Errorf("loaded: %v", err)
	}
	if err := d.append(unknown, writer(), "lost"); err == nil {
		t.Error("stored in a document that does not exist")
	}
	for _, name := range []portal.DocumentID{"", "no-uuid", "\x00", portal.DocumentID(strings.Repeat("a", 5000))} {
		if _, _, err := d.Load(t.Context(), name); err == nil {
			t.Errorf("loaded %.20q", name)
		}
		if err := d.append(name, writer(), "lost"); err == nil {
			t.Errorf("stored in %.20q", name)
		}
	}
}

// What is signed is what was acknowledged: a freeze finds every update whose
// Append has returned or is yet to return nil, and no other is stored.
func TestAFreezeHasAllThatIsAcknowledgedAndNothingMore(t *testing.T) {
	d := newDesk(t)
	for range 10 {
		id := d.document()
		var acknowledged [4][]string
		var count atomic.Int64
		var hands sync.WaitGroup
		for n := range acknowledged {
			hands.Go(func() {
				for i := 0; ; i++ {
					first, second := fmt.Sprintf("%d.%d a", n, i), fmt.Sprintf("%d.%d b", n, i)
					err := d.append(id, writer(), first, second)
					if err != nil {
						if !portal.IsCode(err, "document_locked") {
							t.Error(err)
						}
						return
					}
					acknowledged[n] = append(acknowledged[n], first, second)
					count.Add(1)
				}
			})
		}
		for end := time.Now().Add(10 * time.Second); count.Load() < 20 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		frozen := d.lock(id, true)
		hands.Wait()
		told := slices.Concat(acknowledged[:]...)
		if len(told) < 40 {
			t.Fatalf("only %d updates were acknowledged", len(told))
		}
		d.holds(id, frozen...)
		slices.Sort(frozen)
		if slices.Sort(told); !slices.Equal(told, frozen) {
			t.Fatalf("acknowledged are %d updates, frozen %d", len(told), len(frozen))
		}
	}
}
