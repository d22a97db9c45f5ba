package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/portal"
)

// Many documents that are written at once share transactions, and each gets its own answer.
func TestWhatIsCommittedTogetherIsAnsweredApart(t *testing.T) {
	live, pool := openLive(t)
	const documents, rounds = 30, 20
	ids := make([]portal.DocumentID, documents)
	for i := range ids {
		ids[i] = newDocument(t, pool)
	}
	_, err := pool.Exec(t.Context(), "update document set locked = true where id = $1", ids[0])
	must(t, err)
	var before, after int64
	const commits = "select pg_stat_force_next_flush(), xact_commit from pg_stat_database where datname = current_database()"
	must(t, pool.QueryRow(t.Context(), commits).Scan(nil, &before))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() {
			for n := range int64(rounds) {
				err := live.Append(t.Context(), id, n, [][]byte{fmt.Appendf(nil, "%d of %d", n, i)}, []portal.Actor{writer()}, unexpected)
				if locked := portal.IsCode(err, "document_locked"); locked != (i == 0) || err != nil && !locked {
					t.Errorf("document %d, edit %d: %v", i, n, err)
				}
			}
		})
	}
	all.Wait()
	time.Sleep(1100 * time.Millisecond) // until the statistics are told
	must(t, pool.QueryRow(t.Context(), commits).Scan(nil, &after))
	t.Logf("%d appends in %d transactions", (documents-1)*rounds, after-before-rounds)
	for i, id := range ids {
		_, updates := loaded(t, live, id, 0)
		if want := rounds * min(i, 1); len(updates) != want || i > 0 && updates[3] != fmt.Sprintf("3 of %d", i) {
			t.Errorf("document %d holds %q", i, updates)
		}
	}
}

// Somebody who holds one document makes nobody wait for another.
func TestADocumentThatIsHeldDelaysNoOther(t *testing.T) {
	live, pool := openLive(t)
	held, other := newDocument(t, pool), newDocument(t, pool)
	tx, err := pool.Begin(t.Context())
	must(t, err)
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	_, err = tx.Exec(t.Context(), "select from document where id = $1 for update", held)
	must(t, err)
	waiting := make(chan error, 1)
	go func() {
		waiting <- live.Append(t.Context(), held, 0, [][]byte{[]byte("a")}, []portal.Actor{writer()}, func(portal.StoredText) error { return nil })
	}()
	for n := range int64(20) {
		must(t, live.Append(t.Context(), other, n, [][]byte{[]byte("b")}, []portal.Actor{writer()}, unexpected))
	}
	select {
	case err := <-waiting:
		t.Fatalf("a held document was written: %v", err)
	default:
	}
	must(t, tx.Commit(t.Context()))
	must(t, <-waiting)
}

// What PostgreSQL refuses of one document is stored of the others in the same transaction.
func TestOneRefusedDocumentDoesNotTakeOthersWithIt(t *testing.T) {
	live, pool := openLive(t)
	owner, err := pgx.Connect(t.Context(), pool.Config().ConnString())
	must(t, err)
	defer owner.Close(context.WithoutCancel(t.Context()))
	bad := newDocument(t, pool)
	_, err = owner.Exec(t.Context(), fmt.Sprintf("alter table document_update add constraint refuses check (document_id <> '%s')", bad))
	must(t, err)
	var all sync.WaitGroup
	for i := range 40 {
		id := bad
		if i%4 > 0 {
			id = newDocument(t, pool)
		}
		all.Go(func() {
			err := live.Append(t.Context(), id, 0, [][]byte{[]byte("a")}, []portal.Actor{writer()}, func(portal.StoredText) error { return nil })
			if (err != nil) != (id == bad) {
				t.Errorf("%s: %v", id, err)
			}
		})
	}
	all.Wait()
}
