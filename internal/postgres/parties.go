package postgres

import (
	"context"
	"time"

	"samsvar/internal/consult"
	"samsvar/internal/portal"
)

// AddParty takes a party in, also one that had left.
func (t *tx) AddParty(r portal.Response, p portal.Party, at time.Time) error {
	return t.Exec(`insert into party_record (response_id, organisation_id, side, name, number, joined_at) values (?, ?, ?, ?, ?, ?)
		on conflict (response_id, organisation_id) do update set left_at = null, side = excluded.side, name = excluded.name, number = excluded.number,
			joined_at = excluded.joined_at`, r.ID, p.Organisation.ID, p.Side, p.Organisation.Name, p.Organisation.Number, at).Error
}

// RemoveParty lets a party leave; what it said stays on record. No answer is coordinated by it any longer.
func (t *tx) RemoveParty(r portal.Response, organisation portal.OrganisationID, at time.Time) error {
	if err := t.Exec("update answer set coordinator_id = null, version = version + 1 where response_id = ? and coordinator_id = ?", r.ID, organisation).Error; err != nil {
		return err
	}
	return t.one("update party_record set left_at = ? where response_id = ? and organisation_id = ? and left_at is null", at, r.ID, organisation)
}

// NextCircle makes every position so far speak of another circle of parties.
func (t *tx) NextCircle(id portal.ResponseID) error {
	return t.one("update response set circle = circle + 1 where id = ?", id)
}

// KeepWarnings carries what parties were told of their silence over to the same text laid before them anew.
func (t *tx) KeepWarnings(from, to portal.FreezeID) error {
	err := t.Exec(`insert into silence_warning (freeze_id, organisation_id, warned_at, counts_from, warned_by)
		select ?, organisation_id, warned_at, counts_from, warned_by from silence_warning where freeze_id = ?`, to, from).Error
	if err != nil {
		return err
	}
	return t.Exec(`insert into warning_delivery (freeze_id, organisation_id, account_id, means, delivered_at)
		select ?, organisation_id, account_id, means, delivered_at from warning_delivery where freeze_id = ?`, to, from).Error
}

// Positions lists all that was ever said about a response, newest first; also by those who are parties no longer.
func (db *DB) Positions(ctx context.Context, id portal.ResponseID) ([]consult.Said, error) {
	found, err := rows[struct {
		ID, OrganisationID, OrganisationKind, Name, Kind, Reason, AccountName string
		Number                                                                int
		Late, Party                                                           bool
		RecordedAt                                                            time.Time
	}](db.gorm.WithContext(ctx), `select x.id, x.organisation_id, o.kind as organisation_kind, p.name, x.kind, x.reason, x.account_name, f.number, x.late,
			p.left_at is null as party, x.recorded_at
		from position x
		join party_record p on p.response_id = x.response_id and p.organisation_id = x.organisation_id
		join organisation o on o.id = x.organisation_id
		join frozen_version f on f.id = x.freeze_id
		where x.response_id = ? order by x.seq desc`, id)
	said := make([]consult.Said, len(found))
	for i, f := range found {
		said[i] = consult.Said{Organisation: portal.Organisation{ID: portal.OrganisationID(f.OrganisationID), Kind: portal.OrganisationKind(f.OrganisationKind), Name: f.Name},
			IsParty: f.Party, Position: portal.Position{ID: portal.PositionID(f.ID), FreezeNumber: f.Number, Kind: portal.PositionKind(f.Kind), Reason: f.Reason,
				Name: f.AccountName, Late: f.Late, RecordedAt: f.RecordedAt}}
	}
	return said, err
}
