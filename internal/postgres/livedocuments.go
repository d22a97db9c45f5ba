package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"samsvar/internal/portal"
)

// LiveDocuments is the log of the texts that are being written. It goes past
// gorm: it is on the way of every keystroke.
type LiveDocuments struct{ pool *pgxpool.Pool }

// NewLiveDocuments keeps live documents in the pool's database.
func NewLiveDocuments(pool *pgxpool.Pool) *LiveDocuments { return &LiveDocuments{pool} }

// Load gives all that is committed of a document at one moment: the snapshot,
// if there is one, and the updates after it in the order of their commits.
func (l *LiveDocuments) Load(ctx context.Context, id portal.DocumentID) (snapshot []byte, updates [][]byte, err error) {
	whole := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, l.pool, whole, func(tx pgx.Tx) error {
		var upto int64
		err := tx.QueryRow(ctx, `select coalesce(s.upto_seq, 0), s.payload from document d
			left join document_snapshot s on s.document_id = d.id where d.id = $1`, id).Scan(&upto, &snapshot)
		if errors.Is(err, pgx.ErrNoRows) {
			return portal.Missing()
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "select payload from document_update where document_id = $1 and seq > $2 order by seq", id, upto)
		if err != nil {
			return err
		}
		updates, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("load document %s: %w", id, err)
	}
	return snapshot, updates, nil
}

// Append commits updates of one document, each sent by the author in the same
// place, all or none and in their order. It returns nil only after COMMIT.
//
// The row of the document is locked for share first, and a freeze locks it for
// update: so each of two comes wholly before or wholly after the other. After a
// freeze the error has the code "document_locked", and nothing was stored.
func (l *LiveDocuments) Append(ctx context.Context, id portal.DocumentID, updates [][]byte, authors []portal.Actor) error {
	accounts, organisations := make([]portal.AccountID, len(authors)), make([]portal.OrganisationID, len(authors))
	for i, a := range authors {
		accounts[i], organisations[i] = a.Account, a.Organisation
	}
	// One statement is one transaction, and one way there and back.
	done, err := l.pool.Exec(ctx, `
		with writable as (select id from document where id = $1 and not locked for share)
		insert into document_update (document_id, payload, account_id, organisation_id)
		select writable.id, u.payload, u.account_id, u.organisation_id
		from writable, unnest($2::bytea[], $3::uuid[], $4::text[]) with ordinality as u(payload, account_id, organisation_id, place)
		order by u.place`, id, updates, accounts, organisations)
	switch {
	case err != nil:
		return fmt.Errorf("append to document %s: %w", id, err)
	case done.RowsAffected() == 0:
		return portal.Conflictf("document_locked", "document %s is locked, or does not exist", id)
	case done.RowsAffected() != int64(len(updates)):
		return fmt.Errorf("append to document %s: %d of %d updates stored", id, done.RowsAffected(), len(updates))
	}
	return nil
}
