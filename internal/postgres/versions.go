package postgres

import (
	"context"
	"slices"
	"time"

	"samsvar/internal/document"
	"samsvar/internal/portal"
)

// Edits are those that were ever committed of a document, with the names that those who wrote have now.
func (db *DB) Edits(ctx context.Context, id portal.DocumentID, upto int64) ([]document.Edit, error) {
	history, err := NewLiveDocuments(db.pool).history(ctx, id, upto, true)
	if err != nil {
		return nil, err
	}
	return db.signed(ctx, history)
}

// Moments are the same without what they wrote.
func (db *DB) Moments(ctx context.Context, id portal.DocumentID) ([]document.Edit, error) {
	history, err := NewLiveDocuments(db.pool).history(ctx, id, theNewest, false)
	if err != nil {
		return nil, err
	}
	return db.signed(ctx, history)
}

func (db *DB) signed(ctx context.Context, history []portal.Edit) ([]document.Edit, error) {
	var accounts []portal.AccountID
	var organisations []portal.OrganisationID
	for _, e := range history {
		if !slices.Contains(accounts, e.Account) {
			accounts = append(accounts, e.Account)
		}
		if !slices.Contains(organisations, e.Organisation) {
			organisations = append(organisations, e.Organisation)
		}
	}
	names, err := rows[struct{ ID, Name string }](db.gorm.WithContext(ctx), "select id::text as id, name from account where id::text in ? union all select id, name from organisation where id in ?",
		accounts, organisations)
	called := map[string]string{}
	for _, n := range names {
		called[n.ID] = n.Name
	}
	edits := make([]document.Edit, len(history))
	for i, e := range history {
		edits[i] = document.Edit{Edit: e, By: document.Author{Account: e.Account, For: e.Organisation, Name: called[string(e.Account)], Organisation: called[string(e.Organisation)]}}
	}
	return edits, err
}

func (db *DB) NamedVersions(ctx context.Context, id portal.DocumentID) ([]document.NamedVersion, error) {
	return rows[document.NamedVersion](db.gorm.WithContext(ctx), `select distinct on (place) place, name, account_name as by from named_version
		where document_id = ? order by place, named_at desc`, id)
}

// FrozenPlaces leaves out what was frozen before places were kept, and the places that were once kept of answers without a text.
func (db *DB) FrozenPlaces(ctx context.Context, id portal.AnswerID) (map[int64]int, error) {
	found, err := rows[struct {
		Place  int64
		Number int
	}](db.gorm.WithContext(ctx), `select z.place, f.number from frozen_answer z join frozen_version f on f.id = z.freeze_id where z.answer_id = ? and z.place is not null
		and z.status = 'ready' and z.relation ->> 'kind' is distinct from 'joins' order by f.number`, id)
	places := map[int64]int{}
	for _, f := range found {
		places[f.Place] = f.Number
	}
	return places, err
}

func (t *tx) NameVersion(id portal.DocumentID, place int64, name string, by portal.Actor, at time.Time) error {
	done := t.Exec(`insert into named_version (document_id, place, name, account_id, account_name, named_at)
		select id, ?, ?, ?, ?, ? from document where id = ? and head >= ? and ? > 0`, place, name, by.Account, by.Name, at, id, place, place)
	if done.Error == nil && done.RowsAffected == 0 {
		return portal.Missing()
	}
	return done.Error
}
