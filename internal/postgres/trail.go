package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

// Audit records the event in the transaction of the write it tells of. It is
// written last of all, when the rest has succeeded: whoever commits meanwhile
// waits for no more than that and the commit.
func (t *tx) Audit(actor portal.Actor, e portal.AuditEvent) error {
	told := maps.Clone(orEmpty(e.Detail))
	if t.said != nil {
		told["said"], t.said = t.said, nil
	}
	detail, err := json.Marshal(told)
	if err != nil {
		return fmt.Errorf("audit detail: %w", err)
	}
	t.events = append(t.events, evidence.Event{At: e.At, Account: canonicalID(string(actor.Account)), AccountName: actor.Name,
		Organisation: string(actor.Organisation), Action: e.Action, Round: canonicalID(string(e.Round)), Response: canonicalID(string(e.Response)),
		Object: e.Object, Detail: detail})
	return nil
}

// tell has the event that comes hold the hash of what was said: so nothing is said without one, whoever writes it.
func (t *tx) tell(name string, hash evidence.Hash, err error) error {
	if err != nil {
		return fmt.Errorf("hash of %s: %w", name, err)
	}
	if t.said == nil {
		t.said = map[string]evidence.Hash{}
	}
	t.said[name] = hash
	return nil
}

func hashesSaid(hashes portal.Hashes) map[string]evidence.Hash {
	said := map[string]evidence.Hash{}
	for id, hash := range hashes {
		said[string(id)] = evidence.Hash(hash)
	}
	return said
}

// canonicalID is the id as the database gives it back, whatever way it was written.
func canonicalID(id string) string {
	if parsed, err := uuid.Parse(id); err == nil {
		return parsed.String()
	}
	return id
}

// record puts the transaction's events at the end of the chain, which no other can reach before this one ends.
func (t *tx) record() error {
	found, err := rows[struct {
		Sequence int64
		Hash     string
	}](t.DB, "select sequence, hash from audit_tail()")
	if err != nil {
		return err
	}
	var tail evidence.Tail
	if len(found) == 1 {
		tail = evidence.Tail{Sequence: found[0].Sequence, Hash: evidence.Hash(found[0].Hash)}
	}
	for _, e := range t.events {
		if err := e.Chain(tail); err != nil {
			return fmt.Errorf("audit event: %w", err)
		}
		tail = e.Tail()
		err := t.Exec(`insert into audit_event (id, previous, hash, at, account_id, account_name, organisation_id, action, round_id, response_id, object, detail)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.Sequence, e.Previous, e.Hash, e.At, null(e.Account), e.AccountName, null(e.Organisation),
			e.Action, null(e.Round), null(e.Response), e.Object, string(e.Detail)).Error
		if err != nil {
			return err
		}
	}
	return nil
}

const eventColumns = `select id, coalesce(previous, ''), coalesce(hash, ''), at, coalesce(account_id::text, ''), account_name, coalesce(organisation_id, ''),
	action, coalesce(round_id::text, ''), coalesce(response_id::text, ''), object, detail from audit_event`

func scanEvent(row pgx.CollectableRow) (e evidence.Event, err error) {
	e.Format = evidence.EventFormat
	err = row.Scan(&e.Sequence, &e.Previous, &e.Hash, &e.At, &e.Account, &e.AccountName, &e.Organisation, &e.Action, &e.Round, &e.Response, &e.Object, &e.Detail)
	e.At = e.At.UTC()
	return e, err
}

// Trail gives the audit events after a place in the chain, in their order, as they are stored: it does not judge them.
func (db *DB) Trail(ctx context.Context, after int64, each func(evidence.Event) error) error {
	found, err := db.pool.Query(ctx, eventColumns+" where id > $1 order by id", after)
	if err != nil {
		return away(err)
	}
	defer found.Close()
	for found.Next() {
		e, err := scanEvent(found)
		if err == nil {
			err = each(e)
		}
		if err != nil {
			return err
		}
	}
	return away(found.Err())
}

// TrailAt gives one event, or portal.Missing.
func (db *DB) TrailAt(ctx context.Context, sequence int64) (evidence.Event, error) {
	found, err := db.pool.Query(ctx, eventColumns+" where id = $1", sequence)
	if err != nil {
		return evidence.Event{}, away(err)
	}
	all, err := pgx.CollectRows(found, scanEvent)
	if err == nil && len(all) == 0 {
		err = portal.Missing()
	}
	if err != nil {
		return evidence.Event{}, away(err)
	}
	return all[0], nil
}

// chainOld gives events from before the chain their place in it, once.
func chainOld(ctx context.Context, url string) error {
	return connected(ctx, url, "chain the audit trail", func(conn *pgx.Conn) error {
		var open bool
		err := conn.QueryRow(ctx, `select not attnotnull from pg_attribute where attrelid = 'audit_event'::regclass and attname = 'hash'`).Scan(&open)
		if err != nil || !open {
			return err
		}
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return chainAll(ctx, tx) })
	})
}

func chainAll(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `lock table audit_event; alter table audit_event disable trigger append_only`); err != nil {
		return err
	}
	found, err := tx.Query(ctx, eventColumns+" order by id")
	if err != nil {
		return err
	}
	old, err := pgx.CollectRows(found, scanEvent)
	if err != nil {
		return err
	}
	batch, tail := &pgx.Batch{}, evidence.Tail{}
	for _, e := range old {
		id := e.Sequence
		if err := e.Chain(tail); err != nil {
			return err
		}
		tail = e.Tail()
		batch.Queue("update audit_event set id = $2, previous = $3, hash = $4 where id = $1", id, e.Sequence, e.Previous, e.Hash)
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `alter table audit_event alter column previous set not null, alter column hash set not null, enable trigger append_only`)
	return err
}
