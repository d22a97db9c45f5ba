package postgres

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/portal"
)

// Compact puts a snapshot of all edits up to a place beside a document, and
// packs those edits into its history, in one transaction. A snapshot that
// reaches no further than the one there is changes nothing.
//
// That the snapshot holds the edits is for the caller to have checked.
func (l *LiveDocuments) Compact(ctx context.Context, id portal.DocumentID, upto int64, snapshot []byte) error {
	err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `insert into document_snapshot as s (document_id, upto, payload, seal) values ($1, $2, $3, $4)
			on conflict (document_id) do update set upto = excluded.upto, payload = excluded.payload, seal = excluded.seal, made_at = now()
			where s.upto < excluded.upto`, id, upto, snapshot, snapshotSeal(id, upto, snapshot))
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		return packUp(ctx, tx, id, upto)
	})
	if err != nil {
		return fmt.Errorf("compact document %s: %w", id, err)
	}
	return nil
}

// packUp moves the edits up to a place into the history. They go only when
// what was packed has been read back and is the same.
func packUp(ctx context.Context, tx pgx.Tx, id portal.DocumentID, upto int64) error {
	edits, err := unpacked(ctx, tx, id, upto, true)
	if err != nil || len(edits) == 0 {
		return err
	}
	packed := pack(edits)
	if again, err := unpack(packed); err != nil || !slices.EqualFunc(edits, again, sameEdit) {
		return fmt.Errorf("packed edits do not come back: %w", err)
	}
	first, last := edits[0].Place, edits[len(edits)-1].Place
	if last != upto || last-first+1 != int64(len(edits)) {
		return fmt.Errorf("%d edits from place %d to %d are stored, wanted is all up to %d", len(edits), first, last, upto)
	}
	if _, err := tx.Exec(ctx, "insert into document_history (document_id, first, last, edits) values ($1, $2, $3, $4)", id, first, last, packed); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "delete from document_update where document_id = $1 and place <= $2", id, upto)
	return err
}

// unpacked gives the edits up to a place that are not in the history yet, with or without what they wrote.
func unpacked(ctx context.Context, tx pgx.Tx, id portal.DocumentID, upto int64, whole bool) ([]portal.Edit, error) {
	rows, err := tx.Query(ctx, `select place, recorded_at, coalesce(account_id::text, ''), coalesce(organisation_id, ''), case when $3 then payload end
		from document_update where document_id = $1 and place <= $2 order by place`, id, upto, whole)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (e portal.Edit, err error) {
		err = r.Scan(&e.Place, &e.At, &e.Account, &e.Organisation, &e.Update)
		e.At = e.At.UTC()
		return e, err
	})
}

// theNewest place is one that no text comes to.
const theNewest = 1 << 62

// History gives every edit of a document from the first on: who wrote what, and when. To whoever acts it gives what the wall lets through.
func (l *LiveDocuments) History(ctx context.Context, id portal.DocumentID) ([]portal.Edit, error) {
	return l.history(ctx, id, theNewest, true)
}

// history gives those up to a place, with or without what they wrote.
func (l *LiveDocuments) history(ctx context.Context, id portal.DocumentID, upto int64, whole bool) (edits []portal.Edit, err error) {
	oneMoment := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, l.pool, oneMoment, func(tx pgx.Tx) error {
		if actor, acting := portal.ActingIn(ctx); acting {
			if _, err := tx.Exec(ctx, narrowSQL, scope(actor)...); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, "select edits from document_history where document_id = $1 and first <= $2 order by first", id, upto)
		if err != nil {
			return err
		}
		packs, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return err
		}
		for _, packed := range packs {
			more, err := unpack(packed)
			if err != nil {
				return err
			}
			for i := range more {
				if !whole {
					more[i].Update = nil
				}
			}
			edits = append(edits, more...)
		}
		more, err := unpacked(ctx, tx, id, upto, whole)
		edits = append(edits, more...)
		return err
	})
	edits = edits[:max(0, min(int64(len(edits)), upto))]
	for i, e := range edits {
		if err == nil && e.Place != int64(i)+1 {
			err = fmt.Errorf("edit %d is missing", i+1)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("history of document %s: %w", id, err)
	}
	return edits, nil
}

// pack makes gzipped JSON Lines of edits, one to a line.
func pack(edits []portal.Edit) []byte {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	lines := json.NewEncoder(zip)
	for _, e := range edits {
		if err := lines.Encode(e); err != nil {
			panic(err) // plain values, into memory
		}
	}
	if err := zip.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func unpack(packed []byte) ([]portal.Edit, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	var edits []portal.Edit
	for lines := json.NewDecoder(zip); ; {
		var e portal.Edit
		switch err := lines.Decode(&e); err {
		case nil:
			edits = append(edits, e)
		case io.EOF:
			return edits, nil
		default:
			return nil, err
		}
	}
}

func sameEdit(a, b portal.Edit) bool {
	return a.Place == b.Place && a.At.Equal(b.At) && a.Account == b.Account && a.Organisation == b.Organisation && bytes.Equal(a.Update, b.Update)
}
