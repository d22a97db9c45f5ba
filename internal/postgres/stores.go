package postgres

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"samsvar/internal/comment"
	"samsvar/internal/consult"
	"samsvar/internal/document"
	"samsvar/internal/signoff"
)

// Each package of the first floor has a store of its own kind; all of them are
// this database, and one transaction type serves their writes.

type consultStore struct{ *DB }

// Consult is the store of rounds, responses and submissions.
func (db *DB) Consult() consult.Store { return consultStore{db} }

func (s consultStore) Write(ctx context.Context, fn func(consult.Tx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(t) })
}

type documentStore struct{ *DB }

// Documents is the store of texts and frozen versions.
func (db *DB) Documents() document.Store { return documentStore{db} }

func (s documentStore) Write(ctx context.Context, fn func(document.Tx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(t) })
}

type signoffStore struct{ *DB }

// Signoff is the store of positions and decisions.
func (db *DB) Signoff() signoff.Store { return signoffStore{db} }

func (s signoffStore) Write(ctx context.Context, fn func(signoff.Tx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(t) })
}

type commentStore struct{ *DB }

// Comments is the store of what people say about answers.
func (db *DB) Comments() comment.Store { return commentStore{db} }

func (s commentStore) Write(ctx context.Context, fn func(comment.Tx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(t) })
}

// jsonb reads a column of type jsonb into V.
type jsonb[T any] struct{ V T }

func (j *jsonb[T]) Scan(src any) error {
	switch raw := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(raw), &j.V)
	case []byte:
		return json.Unmarshal(raw, &j.V)
	default:
		return fmt.Errorf("a jsonb column came as %T", src)
	}
}

func (j jsonb[T]) Value() (driver.Value, error) {
	raw, err := json.Marshal(j.V)
	return string(raw), err
}
