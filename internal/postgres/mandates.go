package postgres

import (
	"cmp"
	"context"
	"time"

	"gorm.io/gorm"

	"samsvar/internal/directory"
	"samsvar/internal/portal"
)

type mandateRow struct {
	ID, OrganisationID, OrganisationName, AccountID, AccountName, FromID, FromName, ResponseID, RoundID, Reason, RestsOn, GivenByName string
	BeginsAt, EndsAt, GivenAt                                                                                                         time.Time
	EndedAt                                                                                                                           *time.Time
	EndedBy, EndReason                                                                                                                string
}

func (m mandateRow) mandate() portal.Mandate {
	out := portal.Mandate{ID: portal.MandateID(m.ID), Organisation: portal.Organisation{ID: portal.OrganisationID(m.OrganisationID), Name: m.OrganisationName},
		Holder: portal.AccountID(m.AccountID), HolderName: m.AccountName, From: portal.Organisation{ID: portal.OrganisationID(m.FromID), Name: m.FromName},
		Response: portal.ResponseID(m.ResponseID), Round: portal.RoundID(m.RoundID), Begins: m.BeginsAt, Ends: m.EndsAt, Reason: m.Reason, RestsOn: m.RestsOn,
		GivenBy: m.GivenByName, GivenAt: m.GivenAt}
	if m.EndedAt != nil {
		out.Ended = &portal.Tombstone{At: *m.EndedAt, By: m.EndedBy, For: m.OrganisationName, Reason: m.EndReason}
	}
	return out
}

const mandateColumns = `select m.id, m.organisation_id, o.name as organisation_name, m.account_id, m.account_name, m.from_id, f.name as from_name,
		coalesce(cast(m.response_id as text), '') as response_id, coalesce(cast(m.round_id as text), '') as round_id, m.reason, m.rests_on, m.begins_at, m.ends_at,
		m.given_at, m.given_by_name, e.ended_at, coalesce(e.ended_by, '') as ended_by, coalesce(e.reason, '') as end_reason
	from `

const mandateNames = ` join organisation o on o.id = m.organisation_id join organisation f on f.id = m.from_id `

func mandates(g *gorm.DB, from string, args ...any) ([]portal.Mandate, error) {
	found, err := rows[mandateRow](g, mandateColumns+from, args...)
	out := make([]portal.Mandate, len(found))
	for i, f := range found {
		out[i] = f.mandate()
	}
	return out, err
}

// MandatesBy lists those that the organisation has given.
func (db *DB) MandatesBy(ctx context.Context, organisation portal.OrganisationID) ([]portal.Mandate, error) {
	return mandates(db.gorm.WithContext(ctx), "mandate m left join mandate_end e on e.mandate_id = m.id"+mandateNames+"where m.organisation_id = ? order by m.given_at desc", organisation)
}

func (t *tx) Mandate(id portal.MandateID) (portal.Mandate, error) {
	found, err := mandates(t.DB, "mandate m left join mandate_end e on e.mandate_id = m.id"+mandateNames+"where m.id = ?", id)
	if err != nil || len(found) == 0 {
		return portal.Mandate{}, cmp.Or(err, error(portal.Missing()))
	}
	return found[0], nil
}

func (t *tx) InsertMandate(m portal.Mandate, by portal.AccountID) error {
	if m.Response != "" {
		party, err := row[struct{ There bool }](t.DB, "select exists (select from party where response_id = ? and organisation_id = ?) as there", m.Response, m.Organisation.ID)
		if err != nil {
			return err
		}
		if !party.There {
			return portal.InvalidField("responseId", "not_a_party", "the organisation is no party of it")
		}
	}
	return t.Exec(`insert into mandate (id, organisation_id, account_id, account_name, from_id, response_id, round_id, begins_at, ends_at, reason, rests_on, given_by, given_by_name, given_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, m.ID, m.Organisation.ID, m.Holder, m.HolderName, m.From.ID, null(string(m.Response)), null(string(m.Round)),
		m.Begins, m.Ends, m.Reason, m.RestsOn, by, m.GivenBy, m.GivenAt).Error
}

func (t *tx) EndMandate(id portal.MandateID, end portal.Tombstone) error {
	err := t.Exec("insert into mandate_end (mandate_id, ended_at, ended_by, reason) values (?, ?, ?, ?)", id, end.At, end.By, end.Reason).Error
	if isUnique(err, "mandate_end_pkey") {
		return portal.Conflictf("changed_meanwhile", "it was ended already")
	}
	return err
}

// Quorum is what the organisation has set last; one, where it never set anything.
func (db *DB) Quorum(ctx context.Context, organisation portal.OrganisationID) (directory.Quorum, error) {
	found, err := rows[struct {
		Approvers, Version int
		SetByName          string
		SetAt              time.Time
	}](db.gorm.WithContext(ctx), "select approvers, version, set_by_name, set_at from approval_quorum where organisation_id = ? order by version desc limit 1", organisation)
	if err != nil || len(found) == 0 {
		return directory.Quorum{Approvers: 1}, err
	}
	q := found[0]
	return directory.Quorum{Approvers: q.Approvers, Version: q.Version, SetBy: q.SetByName, SetAt: q.SetAt}, nil
}

// ApproversNeeded is how many of the organisation's approvers have to say the same about what was laid before them at the time.
func (t *tx) ApproversNeeded(organisation portal.OrganisationID, laid time.Time) (int, error) {
	found, err := row[struct{ Needed int }](t.DB, "select approvers_needed(?, ?) as needed", organisation, laid)
	return found.Needed, err
}

func (t *tx) InsertQuorum(organisation portal.OrganisationID, q directory.Quorum, by portal.AccountID) error {
	err := t.Exec("insert into approval_quorum (organisation_id, version, approvers, set_by, set_by_name, set_at) values (?, ?, ?, ?, ?, ?)",
		organisation, q.Version, q.Approvers, by, q.SetBy, q.SetAt).Error
	if isUnique(err, "approval_quorum_pkey") {
		return portal.Conflictf("changed_meanwhile", "it was set anew meanwhile")
	}
	return err
}

// Candidates are those with a role in the organisation or in one that is in a community with it on the date, its own people first.
func (db *DB) Candidates(ctx context.Context, organisation portal.OrganisationID, day time.Time) ([]directory.Candidate, error) {
	found, err := rolesOn(db.gorm.WithContext(ctx), day, `o.id = @organisation or o.id in (
		select other.party_id from membership m join membership other on other.community_id = m.community_id
		where m.party_id = @organisation and `+membershipIsOn+` and other.valid_from <= @on and (other.valid_to is null or @on < other.valid_to))`, named("organisation", string(organisation)))
	var own, others []directory.Candidate
	seen := map[[2]string]int{}
	for _, f := range found {
		list := &others
		if f.Organisation.ID == organisation {
			list = &own
		}
		key := [2]string{string(f.AccountID), string(f.Organisation.ID)}
		at, known := seen[key]
		if !known {
			at = len(*list)
			seen[key] = at
			*list = append(*list, directory.Candidate{Account: f.AccountID, Name: f.Person, Organisation: portal.Organisation{ID: f.Organisation.ID, Kind: f.Organisation.Kind, Name: f.Organisation.Name}})
		}
		(*list)[at].Approver = (*list)[at].Approver || f.Role == portal.Approver
	}
	return append(own, others...), err
}
