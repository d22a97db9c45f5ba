package postgres

import "samsvar/internal/directory"

// LockReference reads the directory as reference data, and keeps others from
// loading at the same time; readers and other writers go on.
func (t *tx) LockReference() (directory.Reference, error) {
	var stored directory.Reference
	err := t.Exec(`lock table organisation in share row exclusive mode`).Error
	if err == nil {
		stored.Organisations, err = rows[directory.OrganisationRecord](t.DB,
			`select id, kind, name, coalesce(parent_id, '') as parent, unverified, website, note from organisation`)
	}
	if err == nil {
		stored.Periods, err = rows[directory.PeriodRecord](t.DB, `select organisation_id as organisation, number, name, official_name, county, language_form,
			cast(valid_from as text) as valid_from, coalesce(cast(valid_to as text), '') as valid_to from municipality_period`)
	}
	if err == nil {
		stored.Memberships, err = rows[directory.MembershipRecord](t.DB, `select community_id as community, party_id as party, side, certainty, note,
			cast(valid_from as text) as valid_from, coalesce(cast(valid_to as text), '') as valid_to from membership`)
	}
	return stored, err
}

// records makes one argument of them all, so that one statement writes any
// number. Its keys are the names of the records' fields.
func records[T any](list []T) string { return jsonOf(append([]T{}, list...)) }

// PutOrganisations inserts or replaces; a parent may come in the same call.
func (t *tx) PutOrganisations(list []directory.OrganisationRecord) error {
	return t.Exec(`insert into organisation (id, kind, name, parent_id, unverified, website, note)
		select "ID", "Kind", "Name", nullif("Parent", ''), "Unverified", "Website", "Note"
		from jsonb_to_recordset(cast(? as jsonb)) as r("ID" text, "Kind" text, "Name" text, "Parent" text, "Unverified" boolean, "Website" text, "Note" text)
		on conflict (id) do update set kind = excluded.kind, name = excluded.name, parent_id = excluded.parent_id,
			unverified = excluded.unverified, website = excluded.website, note = excluded.note`, records(list)).Error
}

// PutPeriods inserts or replaces, by number and first day.
func (t *tx) PutPeriods(list []directory.PeriodRecord) error {
	return t.Exec(`insert into municipality_period (organisation_id, number, name, official_name, county, language_form, valid_from, valid_to)
		select "Organisation", "Number", "Name", "OfficialName", "County", "LanguageForm", "ValidFrom", cast(nullif("ValidTo", '') as date)
		from jsonb_to_recordset(cast(? as jsonb)) as r("Organisation" text, "Number" text, "Name" text, "OfficialName" text, "County" text,
			"LanguageForm" text, "ValidFrom" date, "ValidTo" text)
		on conflict (number, valid_from) do update set organisation_id = excluded.organisation_id, name = excluded.name,
			official_name = excluded.official_name, county = excluded.county, language_form = excluded.language_form, valid_to = excluded.valid_to`, records(list)).Error
}

// RemovePeriods removes by number and first day.
func (t *tx) RemovePeriods(list []directory.PeriodRecord) error {
	return t.Exec(`delete from municipality_period p using jsonb_to_recordset(cast(? as jsonb)) as r("Number" text, "ValidFrom" date)
		where p.number = r."Number" and p.valid_from = r."ValidFrom"`, records(list)).Error
}

// PutMemberships inserts or replaces, by community, party and first day.
func (t *tx) PutMemberships(list []directory.MembershipRecord) error {
	return t.Exec(`insert into membership (community_id, party_id, side, certainty, note, valid_from, valid_to)
		select "Community", "Party", "Side", "Certainty", "Note", "ValidFrom", cast(nullif("ValidTo", '') as date)
		from jsonb_to_recordset(cast(? as jsonb)) as r("Community" text, "Party" text, "Side" text, "Certainty" text, "Note" text,
			"ValidFrom" date, "ValidTo" text)
		on conflict (community_id, party_id, valid_from) do update set side = excluded.side, certainty = excluded.certainty,
			note = excluded.note, valid_to = excluded.valid_to`, records(list)).Error
}

// RemoveMemberships removes by community, party and first day.
func (t *tx) RemoveMemberships(list []directory.MembershipRecord) error {
	return t.Exec(`delete from membership m using jsonb_to_recordset(cast(? as jsonb)) as r("Community" text, "Party" text, "ValidFrom" date)
		where m.community_id = r."Community" and m.party_id = r."Party" and m.valid_from = r."ValidFrom"`, records(list)).Error
}
