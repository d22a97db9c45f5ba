package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"samsvar/internal/portal"
)

// edits are what is to be stored of one document, right after a place.
type edits struct {
	document portal.DocumentID
	after    int64
	updates  [][]byte
	authors  []portal.Actor
	at       time.Time
}

// together commits what comes for many documents while the database is busy as
// one transaction: a commit costs the same however much is in it.
type together struct {
	pool *pgxpool.Pool

	mu      sync.Mutex
	waiting []appending
	working int
}

type appending struct {
	edits
	told chan outcome // has room for it
}

type outcome struct {
	done bool
	err  error
}

const (
	sideBySide   = 3                // transactions at a time
	appendsLimit = 30 * time.Second // of each
)

// insert stores the edits, if they come right after the document's last one and
// nobody holds or has locked the document. It returns after COMMIT, or when ctx
// ends: then nobody can tell, unless it had not begun. What one document meets
// is not felt by another, but for the loss of a connection.
func (t *together) insert(ctx context.Context, e edits) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	a := appending{e, make(chan outcome, 1)}
	t.mu.Lock()
	t.waiting = append(t.waiting, a)
	start := t.working < sideBySide
	if start {
		t.working++
	}
	t.mu.Unlock()
	if start {
		go t.work(context.WithoutCancel(ctx))
	}
	select {
	case o := <-a.told:
		return o.done, o.err
	case <-ctx.Done():
		t.giveUp(a)
		return false, ctx.Err()
	}
}

// giveUp takes back what has not begun.
func (t *together) giveUp(a appending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = slices.DeleteFunc(t.waiting, func(other appending) bool { return other.told == a.told })
}

// work stores what is waiting, until nothing is.
func (t *together) work(ctx context.Context) {
	for batch := t.take(); len(batch) > 0; batch = t.take() {
		ctx, cancel := context.WithTimeout(ctx, appendsLimit)
		t.store(ctx, batch)
		cancel()
	}
}

// take gives what is waiting, of each document the first.
func (t *together) take() (batch []appending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var later []appending
	taken := make(map[portal.DocumentID]bool, len(t.waiting))
	for _, a := range t.waiting {
		if taken[a.document] {
			later = append(later, a)
			continue
		}
		taken[a.document] = true
		batch = append(batch, a)
	}
	if t.waiting = later; len(batch) == 0 {
		t.working--
	}
	return batch
}

func (t *together) store(ctx context.Context, batch []appending) {
	all := make([]edits, len(batch))
	for i, a := range batch {
		all[i] = a.edits
	}
	done, err := insert(ctx, t.pool, all)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && len(batch) > 1 { // nothing was stored, and it may be for one document's sake
		for i := range batch {
			t.store(ctx, batch[i:i+1])
		}
		return
	}
	for _, a := range batch {
		a.told <- outcome{done[a.document], err}
	}
}

// insert stores, in one statement, edits of different documents, and says of
// which: of those whose last edit is the one before, and which nobody holds or has locked.
func insert(ctx context.Context, q querier, all []edits) (map[portal.DocumentID]bool, error) {
	var ids, of []portal.DocumentID
	var heads, counts, places []int64
	var updates, seals [][]byte
	var accounts []portal.AccountID
	var at []time.Time
	var organisations []portal.OrganisationID
	for _, e := range all {
		ids, heads, counts = append(ids, e.document), append(heads, e.after), append(counts, int64(len(e.updates)))
		for i, update := range e.updates {
			place := e.after + int64(i) + 1
			of, places, updates, seals = append(of, e.document), append(places, place), append(updates, update), append(seals, editSeal(e.document, place, update))
			accounts, organisations = append(accounts, e.authors[i].Account), append(organisations, e.authors[i].Organisation)
			at = append(at, e.at)
		}
	}
	var stored []portal.DocumentID
	var expected, found int64
	err := q.QueryRow(ctx, `
		with asked as (select * from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as a(id, head, edits)),
		held as (select d.id from document d join asked a on a.id = d.id where d.head = a.head and not d.locked for no key update of d skip locked),
		open as (update document d set head = d.head + a.edits from asked a, held where d.id = a.id and held.id = d.id and d.head = a.head and not d.locked
			returning d.id, a.edits),
		added as (insert into document_update (document_id, place, payload, seal, account_id, organisation_id, recorded_at)
			select u.document_id, u.place, u.payload, u.seal, nullif(u.account_id, '')::uuid, nullif(u.organisation_id, ''), u.recorded_at
			from unnest($4::uuid[], $5::bigint[], $6::bytea[], $7::bytea[], $8::text[], $9::text[], $10::timestamptz[])
				as u(document_id, place, payload, seal, account_id, organisation_id, recorded_at)
			where u.document_id in (select id from open) returning 1)
		select array(select id::text from open), (select coalesce(sum(edits), 0)::bigint from open), (select count(*) from added)`,
		ids, heads, counts, of, places, updates, seals, accounts, organisations, at).Scan(&stored, &expected, &found)
	if err == nil && found != expected {
		err = fmt.Errorf("%d of %d updates stored", found, expected)
	}
	done := make(map[portal.DocumentID]bool, len(stored))
	for _, id := range stored {
		done[id] = true
	}
	return done, err
}
