package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
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

func loaded(t *testing.T, live *postgres.LiveDocuments, id portal.DocumentID, after int64) (snapshot string, updates []string) {
	t.Helper()
	stored, err := live.Load(t.Context(), id, after)
	must(t, err)
	for _, u := range stored.Updates {
		updates = append(updates, string(u))
	}
	return string(stored.Snapshot), updates
}

// unexpected is for who knows all that is committed.
func unexpected(s portal.StoredText) error {
	return fmt.Errorf("was given %q and %q, that it knew of", s.Snapshot, s.Updates)
}

// typed commits edits called 1, 2, 3 and so on.
func typed(t *testing.T, live *postgres.LiveDocuments, id portal.DocumentID, from, to int) {
	t.Helper()
	for n := from; n <= to; n++ {
		must(t, live.Append(t.Context(), id, int64(n-1), [][]byte{[]byte(fmt.Sprint(n))}, []portal.Actor{writer()}, unexpected))
	}
}

func TestALiveDocumentIsItsSnapshotAndWhatFollows(t *testing.T) {
	live, pool := openLive(t)
	id, other := newDocument(t, pool), newDocument(t, pool)
	if snapshot, updates := loaded(t, live, id, 0); snapshot != "" || updates != nil {
		t.Errorf("a new document holds %q, %q", snapshot, updates)
	}
	typed(t, live, id, 1, 6)
	typed(t, live, other, 1, 3)
	must(t, live.Compact(t.Context(), id, 4, []byte("1 to 4")))
	for after, want := range map[int64]string{0: "1 to 4 [5 6]", 2: "1 to 4 [5 6]", 4: " [5 6]", 5: " [6]", 6: " []"} {
		if snapshot, updates := loaded(t, live, id, after); fmt.Sprint(snapshot, " ", updates) != want {
			t.Errorf("after %d: %q and %q, want %s", after, snapshot, updates, want)
		}
	}
	if snapshot, updates := loaded(t, live, other, 0); snapshot != "" || !slices.Equal(updates, []string{"1", "2", "3"}) {
		t.Errorf("another document: %q, %q", snapshot, updates)
	}
	if _, err := live.Load(t.Context(), portal.DocumentID(portal.NewID()), 0); !portal.IsCode(err, "not_found") {
		t.Errorf("an unknown document gives %v", err)
	}
}

func TestWhoDoesNotKnowAllThatIsCommittedIsGivenItFirst(t *testing.T) {
	live, pool := openLive(t)
	id := newDocument(t, pool)
	typed(t, live, id, 1, 3)
	add := func(after int64, meanwhile func(portal.StoredText) error) error {
		return live.Append(t.Context(), id, after, [][]byte{[]byte("x")}, []portal.Actor{writer()}, meanwhile)
	}
	must(t, add(1, func(s portal.StoredText) error {
		if s.Head != 3 || fmt.Sprintf("%s", s.Updates) != "[2 3]" {
			t.Errorf("was given %q up to %d", s.Updates, s.Head)
		}
		return nil
	}))
	no := errors.New("that does not go together")
	if err := add(1, func(portal.StoredText) error { return no }); !errors.Is(err, no) {
		t.Errorf("who says no gets %v", err)
	}
	if err := add(9, func(portal.StoredText) error { return nil }); err == nil {
		t.Error("who claims to have seen what is not there stores")
	}
	_, err := pool.Exec(t.Context(), "update document set locked = true where id = $1", id)
	must(t, err)
	for _, after := range []int64{2, 4} {
		if err := add(after, unexpected); !portal.IsCode(err, "document_locked") {
			t.Errorf("locked, after %d: %v", after, err)
		}
	}
	if _, updates := loaded(t, live, id, 0); fmt.Sprint(updates) != "[1 2 3 x]" {
		t.Errorf("stored is %q", updates)
	}
}

func TestManyWhoAppendAtOnceLeaveNoGap(t *testing.T) {
	live, pool := openLive(t)
	id := newDocument(t, pool)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for n := range 50 {
				if err := live.Write(t.Context(), id, writer(), fmt.Append(nil, w, ".", n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	if _, updates := loaded(t, live, id, 0); len(updates) != 200 {
		t.Errorf("%d of 200 are stored", len(updates))
	}
}

// What is read is whole, or an error: a text is never shorter than what was acknowledged.
func TestDamageIsAnErrorAndNothingIsWrittenOverIt(t *testing.T) {
	for name, damage := range map[string]string{
		"an edit is missing":               "delete from document_update where document_id = $1 and place = 5",
		"the last edit is missing":         "delete from document_update where document_id = $1 and place = 6",
		"a bit of an edit is flipped":      "update document_update set payload = set_bit(payload, 3, 1 - get_bit(payload, 3)) where document_id = $1 and place = 6",
		"an edit is cut short":             "update document_update set payload = ''::bytea where document_id = $1 and place = 6",
		"edits have changed places":        "update document_update u set payload = o.payload, seal = o.seal from document_update o where u.document_id = $1 and o.document_id = $1 and u.place + o.place = 11",
		"an edit is another document's":    "update document_update u set payload = o.payload, seal = o.seal from document_update o where u.document_id = $1 and o.document_id <> $1 and u.place = 6 and o.place = 6",
		"the snapshot is missing":          "delete from document_snapshot where document_id = $1",
		"a bit of the snapshot is flipped": "update document_snapshot set payload = set_bit(payload, 3, 1 - get_bit(payload, 3)) where document_id = $1",
		"the snapshot is cut short":        "update document_snapshot set payload = substr(payload, 1, 3) where document_id = $1",
		"the snapshot claims more":         "update document_snapshot set upto = 5 where document_id = $1",
		"the snapshot is another's":        "update document_snapshot s set payload = o.payload, seal = o.seal from document_snapshot o where s.document_id = $1 and o.document_id <> $1",
	} {
		t.Run(name, func(t *testing.T) {
			live, pool := openLive(t)
			id, other := newDocument(t, pool), newDocument(t, pool)
			for _, id := range []portal.DocumentID{id, other} {
				typed(t, live, id, 1, 6)
				must(t, live.Compact(t.Context(), id, 4, []byte("1 to 4")))
			}
			done, err := pool.Exec(t.Context(), damage, id)
			must(t, err)
			if done.RowsAffected() == 0 {
				t.Fatal("nothing was damaged")
			}
			before := everything(t, pool)
			if stored, err := live.Load(t.Context(), id, 0); err == nil {
				t.Errorf("read as %q", stored.All())
			}
			if _, err := live.Load(t.Context(), other, 0); err != nil {
				t.Errorf("another document is not read: %v", err)
			}
			if after := everything(t, pool); after != before {
				t.Errorf("stored was %s\nand is %s", before, after)
			}
		})
	}
}

// everything is all that is stored of live documents.
func everything(t *testing.T, pool *pgxpool.Pool) (all string) {
	t.Helper()
	must(t, pool.QueryRow(t.Context(), `select concat((select json_agg(u order by document_id, place) from document_update u),
		(select json_agg(s order by document_id) from document_snapshot s), (select json_agg(h order by document_id, first) from document_history h))`).Scan(&all))
	return all
}

func TestCompactingLosesNothingOfWhoWroteWhat(t *testing.T) {
	live, pool := openLive(t)
	id := newDocument(t, pool)
	typed(t, live, id, 1, 20)
	before, err := live.History(t.Context(), id)
	must(t, err)
	if len(before) != 20 || string(before[19].Update) != "20" || before[3].Account == "" || before[3].Organisation == "" || before[3].At.IsZero() {
		t.Fatalf("the history is %+v", before)
	}
	for _, upto := range []int64{7, 15, 9, 15} { // the latter two are late, and change nothing
		must(t, live.Compact(t.Context(), id, upto, fmt.Append(nil, "1 to ", upto)))
	}
	if after, err := live.History(t.Context(), id); err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("the history was %+v\nand is %+v (%v)", before, after, err)
	}
	if snapshot, updates := loaded(t, live, id, 0); snapshot != "1 to 15" || len(updates) != 5 {
		t.Errorf("loaded %q and %q", snapshot, updates)
	}
	typed(t, live, id, 21, 22)
	if after, err := live.History(t.Context(), id); err != nil || len(after) != 22 {
		t.Errorf("%d edits, %v", len(after), err)
	}
	db, err := postgres.Open(t.Context(), pool.Config().ConnString())
	must(t, err)
	defer db.Close()
	for _, upto := range []int64{1, 9, 15, 16, 22} {
		edits, err := db.Edits(t.Context(), id, upto)
		must(t, err)
		if last := edits[len(edits)-1]; int64(len(edits)) != upto || string(last.Update) != fmt.Sprint(upto) {
			t.Errorf("up to %d: %d edits, the last %+v", upto, len(edits), last)
		}
	}
	moments, err := db.Moments(t.Context(), id)
	must(t, err)
	for i, m := range moments[:20] {
		if m.Update != nil || m.Place != before[i].Place || m.At != before[i].At || m.Account != before[i].Account {
			t.Errorf("the moment of %+v is %+v", before[i], m)
		}
	}
	before15 := everything(t, pool)
	if err := live.Compact(t.Context(), id, 30, []byte("more than there is")); err == nil || everything(t, pool) != before15 {
		t.Errorf("a snapshot of more than there is: %v", err)
	}
}

func TestAnAppendIsAllOrNothingAndSaysWhoWrote(t *testing.T) {
	live, pool := openLive(t)
	id := newDocument(t, pool)
	authors := []portal.Actor{writer(), writer()}
	must(t, live.Append(t.Context(), id, 0, [][]byte{[]byte("a"), []byte("b")}, authors, unexpected))
	rows, err := pool.Query(t.Context(), "select account_id::text, organisation_id from document_update where document_id = $1 order by place", id)
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
	if err := live.Append(t.Context(), id, 2, [][]byte{[]byte("c"), nil}, authors, unexpected); err == nil {
		t.Error("half a batch was stored without an error")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := live.Append(ended, id, 2, [][]byte{[]byte("d")}, authors[:1], unexpected); err == nil {
		t.Error("no error without a database")
	}
	if err := live.Append(t.Context(), portal.DocumentID(portal.NewID()), 0, [][]byte{[]byte("e")}, authors[:1], unexpected); err == nil {
		t.Error("no error for an unknown document")
	}
	if _, updates := loaded(t, live, id, 0); !slices.Equal(updates, []string{"a", "b"}) {
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
				err := live.Write(t.Context(), id, writer(), []byte("a"))
				if portal.IsCode(err, "document_locked") {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				stored.Add(1)
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
	if frozen != after || frozen != stored.Load() || frozen < 3 {
		t.Errorf("frozen with %d, stored %d, acknowledged %d", frozen, after, stored.Load())
	}
}
