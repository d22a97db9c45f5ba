package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"samsvar/internal/portal"
)

// LiveDocuments is the log of the texts that are being written. It goes past
// gorm: it is on the way of every keystroke.
type LiveDocuments struct {
	Now     func() time.Time // the server's clock, by which edits are dated
	pool    *pgxpool.Pool
	appends together
}

// NewLiveDocuments keeps live documents in the pool's database.
func NewLiveDocuments(pool *pgxpool.Pool) *LiveDocuments {
	return &LiveDocuments{Now: time.Now, pool: pool, appends: together{pool: pool}}
}

// storedSQL gives, of each document, a row for its snapshot, without bytes when
// there is none that reaches past a place, and then the updates that come after
// both. All is of one moment, since it is one statement.
const storedSQL = `
	with base as (
		select d.id, d.head, coalesce(s.upto, 0) as upto, s.payload, s.seal
		from document d left join document_snapshot s on s.document_id = d.id and s.upto > $2
		where d.id = any($1::uuid[]))
	select true as is_base, id::text, upto as place, head, payload, seal from base
	union all
	select false, b.id::text, u.place, b.head, u.payload, u.seal
	from base b join document_update u on u.document_id = b.id and u.place > greatest($2, b.upto)
	order by id, is_base desc, place`

type storedRow struct {
	isBase        bool
	document      portal.DocumentID
	place, head   int64
	payload, seal []byte
}

// readStored makes texts of what storedSQL gives for what comes after a place.
// It checks that nothing is missing, damaged or another document's: a text is
// whole, or an error.
func readStored(rows scanner, after int64) (map[portal.DocumentID]portal.StoredText, error) {
	texts := map[portal.DocumentID]portal.StoredText{}
	at := map[portal.DocumentID]int64{}
	for rows.Next() {
		var r storedRow
		if err := rows.Scan(&r.isBase, &r.document, &r.place, &r.head, &r.payload, &r.seal); err != nil {
			return nil, err
		}
		text := texts[r.document]
		switch {
		case r.isBase:
			text.Snapshot, text.Head, at[r.document] = r.payload, r.head, max(after, r.place)
			if r.payload != nil && !bytes.Equal(r.seal, snapshotSeal(r.document, r.place, r.payload)) {
				return nil, fmt.Errorf("snapshot of document %s is damaged", r.document)
			}
		case r.place != at[r.document]+1 || !bytes.Equal(r.seal, editSeal(r.document, r.place, r.payload)):
			return nil, fmt.Errorf("edit %d of document %s is damaged, or one before it is missing", r.place, r.document)
		default:
			text.Updates, at[r.document] = append(text.Updates, r.payload), r.place
		}
		texts[r.document] = text
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for id, text := range texts {
		if at[id] != text.Head {
			return nil, fmt.Errorf("document %s ends at edit %d of %d", id, at[id], text.Head)
		}
	}
	return texts, nil
}

type scanner interface {
	Next() bool
	Scan(...any) error
	Err() error
}

// editSeal and snapshotSeal bind bytes to a document and to a place in it.
func editSeal(id portal.DocumentID, place int64, update []byte) []byte {
	return sealOf(fmt.Sprintf("%s:%d:", id, place), update)
}

func snapshotSeal(id portal.DocumentID, upto int64, snapshot []byte) []byte {
	return sealOf(fmt.Sprintf("%s:snapshot %d:", id, upto), snapshot)
}

func sealOf(where string, payload []byte) []byte {
	h := sha256.New()
	h.Write([]byte(where))
	h.Write(payload)
	return h.Sum(nil)[:8]
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Load gives what is committed of a document after a place; from 0, all of it.
func (l *LiveDocuments) Load(ctx context.Context, id portal.DocumentID, after int64) (portal.StoredText, error) {
	text, err := load(ctx, l.pool, id, after)
	if err != nil {
		return text, fmt.Errorf("load document %s: %w", id, err)
	}
	return text, nil
}

func load(ctx context.Context, q querier, id portal.DocumentID, after int64) (portal.StoredText, error) {
	rows, err := q.Query(ctx, storedSQL, []portal.DocumentID{id}, after)
	if err != nil {
		return portal.StoredText{}, err
	}
	defer rows.Close()
	texts, err := readStored(rows, after)
	if err != nil {
		return portal.StoredText{}, err
	}
	text, found := texts[id]
	if !found {
		return text, portal.Missing()
	}
	return text, nil
}

// Append commits updates of one document, each sent by the author in the same
// place, all or none and in their order, right after a place. It returns nil
// only after COMMIT.
//
// When others have committed after that place, meanwhile is given that first,
// and the updates come after it, unless meanwhile says no: a commit leans on
// nothing that its sender has not seen.
//
// The row of the document is locked first, and a freeze locks it too: so of two
// that come at once, each comes wholly before or wholly after the other. After
// a freeze the error has the code "document_locked". With an error nothing was
// stored, but for one of the connection, after which nobody can tell.
func (l *LiveDocuments) Append(ctx context.Context, id portal.DocumentID, after int64, updates [][]byte, authors []portal.Actor,
	meanwhile func(portal.StoredText) error) error {
	edits := edits{id, after, updates, authors, l.Now()}
	done, err := l.appends.insert(ctx, edits)
	if err == nil && !done {
		err = pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error { return appendAfter(ctx, tx, edits, meanwhile) })
	}
	if err != nil {
		return fmt.Errorf("append to document %s: %w", id, err)
	}
	return nil
}

// appendAfter holds the document while it looks what others have committed, so that it is not too late again.
func appendAfter(ctx context.Context, tx pgx.Tx, e edits, meanwhile func(portal.StoredText) error) error {
	var locked bool
	err := tx.QueryRow(ctx, "select locked from document where id = $1 for no key update", e.document).Scan(&locked)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && locked {
		return portal.Conflictf("document_locked", "the document is locked, or does not exist")
	}
	if err != nil {
		return err
	}
	stored, err := load(ctx, tx, e.document, e.after)
	if err != nil {
		return err
	}
	if err := meanwhile(stored); err != nil {
		return err
	}
	e.after = stored.Head
	done, err := insert(ctx, tx, []edits{e})
	if err == nil && !done[e.document] {
		return errors.New("nothing was stored")
	}
	return err
}

// Write commits an update after whatever is there, for those who write without following the text.
func (l *LiveDocuments) Write(ctx context.Context, id portal.DocumentID, author portal.Actor, update []byte) error {
	heads, err := l.Heads(ctx, []portal.DocumentID{id})
	if err != nil {
		return err
	}
	return l.Append(ctx, id, heads[id], [][]byte{update}, []portal.Actor{author}, func(portal.StoredText) error { return nil })
}

// Heads gives the place of the last edit of each document.
func (l *LiveDocuments) Heads(ctx context.Context, ids []portal.DocumentID) (map[portal.DocumentID]int64, error) {
	heads := make(map[portal.DocumentID]int64, len(ids))
	rows, err := l.pool.Query(ctx, "select id::text, head from document where id = any($1::uuid[])", ids)
	if err != nil {
		return nil, fmt.Errorf("heads of documents: %w", err)
	}
	var id portal.DocumentID
	var head int64
	_, err = pgx.ForEachRow(rows, []any{&id, &head}, func() error { heads[id] = head; return nil })
	return heads, err
}
