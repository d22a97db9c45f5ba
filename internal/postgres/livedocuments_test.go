package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
)

func openLive(t *testing.T) (*postgres.LiveDocuments, *pgxpool.Pool) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
	must(t, err)
	t.Cleanup(pool.Close)
	return postgres.NewLiveDocuments(pool), pool
}

func newDocument(t *testing.T, pool *pgxpool.Pool) portal.DocumentID {
	t.Helper()
	id := portal.DocumentID(portal.NewID())
	_, err := pool.Exec(t.Context(), "insert into document (id, created_at) values ($1, now())", id)
	must(t, err)
	return id
}

func writer() portal.Actor {
	return portal.Actor{Account: portal.AccountID(portal.NewID()), Organisation: "kommune-lillevik"}
}

func loaded(t *testing.T, live *postgres.LiveDocuments, id portal.DocumentID) (snapshot string, updates []string) {
	t.Helper()
	s, us, err := live.Load(t.Context(), id)
	must(t, err)
	for _, u := range us {
		updates = append(updates, string(u))
	}
	return string(s), updates
}

func TestALiveDocumentIsItsSnapshotAndWhatFollows(t *testing.T) {
	live, pool := openLive(t)
	id, other := newDocument(t, pool), newDocument(t, pool)
	if snapshot, updates := loaded(t, live, id); snapshot != "" || updates != nil {
		t.Errorf("a new document holds %q, %q", snapshot, updates)
	}
	var want []string
	for n := range 5 {
		batch, authors := [][]byte{}, []portal.Actor{}
		for i := range n + 1 {
			text := fmt.Sprint(n, ".", i)
			want, batch, authors = append(want, text), append(batch, []byte(text)), append(authors, writer())
		}
		must(t, live.Append(t.Context(), id, batch, authors))
		must(t, live.Append(t.Context(), other, [][]byte{[]byte("another's")}, []portal.Actor{writer()}))
	}
	if _, updates := loaded(t, live, id); !slices.Equal(updates, want) {
		t.Errorf("loaded %q, appended %q", updates, want)
	}
	_, err := pool.Exec(t.Context(), `insert into document_snapshot (document_id, upto_seq, payload)
		select $1, seq, 'all before' from document_update where document_id = $1 and payload = '3.1'`, id)
	must(t, err)
	if snapshot, updates := loaded(t, live, id); snapshot != "all before" || !slices.Equal(updates, want[8:]) {
		t.Errorf("loaded %q and %q, want what follows %q", snapshot, updates, want[7])
	}
	if _, _, err := live.Load(t.Context(), portal.DocumentID(portal.NewID())); !portal.IsCode(err, "not_found") {
		t.Errorf("an unknown document gives %v", err)
	}
}

func TestAnAppendIsAllOrNothingAndSaysWhoWrote(t *testing.T) {
	live, pool := openLive(t)
	id := newDocument(t, pool)
	authors := []portal.Actor{writer(), writer()}
	must(t, live.Append(t.Context(), id, [][]byte{[]byte("a"), []byte("b")}, authors))
	rows, err := pool.Query(t.Context(), "select account_id::text, organisation_id from document_update where document_id = $1 order by seq", id)
	must(t, err)
	for _, author := range authors {
		var account, organisation string
		if !rows.Next() {
			t.Fatal("a row is missing")
		}
		must(t, rows.Scan(&account, &organisation))
		if account != string(author.Account) || organisation != string(author.Organisation) {
			t.Errorf("written by %s for %s, want %+v", account, organisation, author)
		}
	}
	rows.Close()
	if err := live.Append(t.Context(), id, [][]byte{[]byte("c"), nil}, authors); err == nil {
		t.Error("half a batch was stored without an error")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := live.Append(ended, id, [][]byte{[]byte("d")}, authors[:1]); err == nil {
		t.Error("no error without a database")
	}
	if err := live.Append(t.Context(), portal.DocumentID(portal.NewID()), [][]byte{[]byte("e")}, authors[:1]); err == nil {
		t.Error("no error for an unknown document")
	}
	if _, updates := loaded(t, live, id); !slices.Equal(updates, []string{"a", "b"}) {
		t.Errorf("stored is %q", updates)
	}
}

// A freeze reads what is stored while it holds the document: what it reads is
// all that was ever acknowledged, and all that ever will be.
func TestAFreezeAndAppendsAreStrictlyOrdered(t *testing.T) {
	live, pool := openLive(t)
	id := newDocument(t, pool)
	var stored atomic.Int64
	var over atomic.Bool
	var writers sync.WaitGroup
	started := make(chan struct{}, 3)
	for range cap(started) {
		writers.Go(func() {
			for first := true; !over.Load(); first = false {
				err := live.Append(t.Context(), id, [][]byte{[]byte("a"), []byte("b")}, []portal.Actor{writer(), writer()})
				if portal.IsCode(err, "document_locked") {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				stored.Add(2)
				if first {
					started <- struct{}{}
				}
			}
		})
	}
	for range cap(started) {
		<-started
	}
	tx, err := pool.Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), "select from document where id = $1 for update", id)
	must(t, err)
	var frozen, after int64
	must(t, tx.QueryRow(t.Context(), "select count(*) from document_update where document_id = $1", id).Scan(&frozen))
	_, err = tx.Exec(t.Context(), "update document set locked = true where id = $1", id)
	must(t, err)
	must(t, tx.Commit(t.Context()))
	time.Sleep(20 * time.Millisecond) // for whoever would go on
	over.Store(true)
	writers.Wait()
	must(t, pool.QueryRow(t.Context(), "select count(*) from document_update where document_id = $1", id).Scan(&after))
	if frozen != after || frozen != stored.Load() || frozen < 6 {
		t.Errorf("frozen with %d, stored %d, acknowledged %d", frozen, after, stored.Load())
	}
}
