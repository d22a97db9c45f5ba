package postgres

import (
	"time"

	"gorm.io/gorm"

	"samsvar/internal/consult"
	"samsvar/internal/portal"
)

func (t *tx) InsertExtension(id portal.RoundID, e portal.Extension) error {
	var to any
	if e.For != nil {
		to = e.For.ID
	}
	return t.Exec("insert into extension (id, round_id, organisation_id, deadline, reason, granted_by, granted_at) values (?, ?, ?, ?, ?, ?, ?)",
		portal.NewID(), id, to, e.Deadline, e.Reason, e.GrantedBy, e.GrantedAt).Error
}

func (t *tx) DeadlineOf(id portal.RoundID, organisation portal.OrganisationID) (time.Time, error) {
	found, err := row[struct{ Deadline time.Time }](t.DB, "select deadline_of(?, ?) as deadline", id, organisation)
	return found.Deadline, err
}

func (t *tx) Extendable(id portal.RoundID, organisation portal.OrganisationID) (bool, error) {
	found, err := row[struct{ Known bool }](t.DB, `select exists (select 1 from organisation where id = @org and kind = 'health_community')
		or exists (select 1 from recipient where round_id = @round and organisation_id = @org and relation <> 'copy') as known`,
		named("org", string(organisation)), named("round", string(id)))
	return found.Known, err
}

// addExtensions adds those that hold for the actor's organisation; to the ministry, all.
func addExtensions(g *gorm.DB, actor portal.Actor, v *consult.RoundView) error {
	found, err := rows[struct {
		OrganisationID, Kind, Name, Reason, GrantedBy string
		Deadline, GrantedAt                           time.Time
	}](g, `select coalesce(e.organisation_id, '') as organisation_id, coalesce(o.kind, '') as kind, coalesce(x.name, o.name, '') as name, e.deadline, e.reason, e.granted_by, e.granted_at
		from extension e
		join round r on r.id = e.round_id
		left join organisation o on o.id = e.organisation_id
		left join recipient x on x.round_id = e.round_id and x.organisation_id = e.organisation_id
		where e.round_id = @round and (@all or extends_to(e.organisation_id, @org, r.issued)) order by e.seq desc`,
		named("round", string(v.ID)), named("all", actor.Has(portal.CaseOfficer)), named("org", string(actor.Organisation)))
	for _, f := range found {
		e := portal.Extension{Deadline: f.Deadline, Reason: f.Reason, GrantedBy: f.GrantedBy, GrantedAt: f.GrantedAt}
		if f.OrganisationID != "" {
			e.For = &portal.Organisation{ID: portal.OrganisationID(f.OrganisationID), Kind: portal.OrganisationKind(f.Kind), Name: f.Name}
		}
		v.Extensions = append(v.Extensions, e)
	}
	return err
}
