package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"samsvar/internal/directory"
	"samsvar/internal/portal"
)

type directoryStore struct{ *DB }

// Directory is the store of organisations, memberships, accounts and roles.
func (db *DB) Directory() directory.Store { return directoryStore{db} }

func (s directoryStore) Write(ctx context.Context, fn func(directory.Tx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(t) })
}

// organisationsOn selects every organisation as it was called on the date @on:
// o, with the municipality's number and name as p. One that did not exist then
// has its newest name and no number. The columns are those of portal.Organisation.
const (
	organisationColumns = `o.id, o.kind, coalesce(p.name, o.name) as name, coalesce(p.number, '') as number, coalesce(o.parent_id, '') as parent, o.unverified`
	organisationsOn     = `organisation o left join municipality_period p
		on p.organisation_id = o.id and p.valid_from <= @on and (p.valid_to is null or @on < p.valid_to)`
	membershipIsOn = `m.valid_from <= @on and (m.valid_to is null or @on < m.valid_to)`
)

// on is the argument @on of the parts above.
func on(day time.Time) any { return named("on", date(day)) }

func organisationName(o portal.Organisation) string { return o.Name }

const accountColumns = `select id, issuer, subject, name, email, language, reminders, closed_at is not null as closed from account`

func (t *tx) Account(id portal.AccountID) (portal.Account, error) {
	if uuid.Validate(string(id)) != nil {
		return portal.Account{}, portal.Missing()
	}
	return row[portal.Account](t.DB, accountColumns+` where id = ?`, id)
}

// LockAccount reads what others have made of the account before, and makes them wait. Whoever only names it in a row of theirs does not.
func (t *tx) LockAccount(id portal.AccountID) (portal.Account, error) {
	if uuid.Validate(string(id)) != nil {
		return portal.Account{}, portal.Missing()
	}
	return row[portal.Account](t.DB, accountColumns+` where id = ? for no key update`, id)
}

// Standing goes past gorm, and asks once for all: everybody's every request begins with it. It is the program's own work.
func (db *DB) Standing(ctx context.Context, id portal.AccountID, day time.Time) (account portal.Account, roles []directory.AccountRole, held []portal.Mandate, err error) {
	if uuid.Validate(string(id)) != nil {
		return account, nil, nil, portal.Missing()
	}
	var all pgx.Batch
	args := pgx.NamedArgs{"account": id, "on": date(day)}
	all.Queue(accountColumns+` where id = @account`, args).Query(func(found pgx.Rows) (err error) {
		account, err = pgx.CollectExactlyOneRow(found, pgx.RowToStructByName[portal.Account])
		return err
	})
	all.Queue(rolesOnSQL+`r.account_id = @account order by o.id`, args).Query(func(found pgx.Rows) error {
		of, err := pgx.CollectRows(found, pgx.RowToStructByName[roleRow])
		for _, r := range inOrder(of) {
			roles = append(roles, directory.AccountRole{Organisation: r.Organisation, Role: r.Role})
		}
		return err
	})
	all.Queue(mandateColumns+"mandate m left join mandate_end e on e.mandate_id = m.id"+mandateNames+"where m.account_id = @account order by m.given_at desc", args).Query(func(found pgx.Rows) error {
		of, err := pgx.CollectRows(found, pgx.RowToStructByName[mandateRow])
		for _, m := range of {
			held = append(held, m.mandate())
		}
		return err
	})
	if err = db.pool.SendBatch(ctx, &all).Close(); errors.Is(err, pgx.ErrNoRows) {
		err = portal.Missing()
	}
	return account, roles, held, away(err)
}

// Accounts lists all accounts with their roles, in two queries.
func (db *DB) Accounts(ctx context.Context, day time.Time) ([]directory.AccountDetail, error) {
	g := db.gorm.WithContext(ctx)
	accounts, err := rows[portal.Account](g, accountColumns+` order by id`)
	if err != nil {
		return nil, err
	}
	found, err := rolesOn(g, day, `true`)
	roles := map[portal.AccountID][]directory.AccountRole{}
	for _, f := range found {
		roles[f.AccountID] = append(roles[f.AccountID], directory.AccountRole{Organisation: f.Organisation, Role: f.Role})
	}
	directory.SortByName(accounts, func(a portal.Account) string { return a.Name })
	details := make([]directory.AccountDetail, len(accounts))
	for i, a := range accounts {
		details[i] = directory.AccountDetail{Account: a, Roles: roles[a.ID]}
	}
	return details, err
}

type roleRow struct {
	AccountID portal.AccountID
	Person    string
	portal.Organisation
	Role portal.Role
}

const rolesOnSQL = `select r.account_id, a.name as person, r.role, ` + organisationColumns + ` from ` + organisationsOn + `
	join account_role r on r.organisation_id = o.id join account a on a.id = r.account_id where `

// rolesOn gives the roles r that fulfil the condition.
func rolesOn(g *gorm.DB, day time.Time, condition string, args ...any) ([]roleRow, error) {
	found, err := rows[roleRow](g, rolesOnSQL+condition+` order by o.id, a.id`, append(args, on(day))...)
	return inOrder(found), err
}

// inOrder sorts roles by organisation in Norwegian order, then in the order of portal.Roles.
func inOrder(roles []roleRow) []roleRow {
	slices.SortStableFunc(roles, func(a, b roleRow) int {
		return cmp.Compare(slices.Index(portal.Roles(), a.Role), slices.Index(portal.Roles(), b.Role))
	})
	directory.SortByName(roles, func(r roleRow) string { return r.Organisation.Name })
	return roles
}

// Organisations lists all organisations with all their memberships, in two queries.
func (db *DB) Organisations(ctx context.Context, day time.Time) ([]directory.OrganisationDetail, error) {
	g := db.gorm.WithContext(ctx)
	found, err := rows[struct {
		Organisation portal.Organisation `gorm:"embedded"`
		Note         string
	}](g, `select `+organisationColumns+`, o.note from `+organisationsOn, on(day))
	if err != nil {
		return nil, err
	}
	memberships, err := rows[struct {
		PartyID    portal.OrganisationID
		Membership directory.Membership `gorm:"embedded"`
	}](g, `select m.party_id, m.community_id as community, c.name as community_name, m.side, m.valid_from, m.valid_to, m.certainty, m.note
		from membership m join organisation c on c.id = m.community_id order by m.valid_from desc, m.community_id`)
	of := map[portal.OrganisationID][]directory.Membership{}
	for _, m := range memberships {
		of[m.PartyID] = append(of[m.PartyID], m.Membership)
	}
	details := make([]directory.OrganisationDetail, len(found))
	for i, f := range found {
		details[i] = directory.OrganisationDetail{Organisation: f.Organisation, Note: f.Note, Memberships: of[f.Organisation.ID]}
	}
	directory.SortByName(details, func(d directory.OrganisationDetail) string { return d.Organisation.Name })
	return details, err
}

// MunicipalitiesOn lists the municipalities there were on the date.
func (db *DB) MunicipalitiesOn(ctx context.Context, day time.Time) ([]portal.Organisation, error) {
	found, err := rows[portal.Organisation](db.gorm.WithContext(ctx),
		`select `+organisationColumns+` from `+organisationsOn+` where o.kind = 'municipality' and p.number is not null`, on(day))
	directory.SortByName(found, organisationName)
	return found, err
}

// CommunitiesOf lists every community, and whether the organisation is a party of it.
func (db *DB) CommunitiesOf(ctx context.Context, organisation portal.OrganisationID, day time.Time) ([]directory.CommunityOf, error) {
	found, err := rows[struct {
		Organisation portal.Organisation `gorm:"embedded"`
		Website      string
		Member       bool
	}](db.gorm.WithContext(ctx), `select o.id, o.kind, o.name, o.unverified, o.website,
			exists (select from membership m where m.community_id = o.id and m.party_id = @organisation and `+membershipIsOn+`) as member
		from organisation o where o.kind = 'health_community'`, on(day), named("organisation", string(organisation)))
	communities := make([]directory.CommunityOf, len(found))
	for i, f := range found {
		communities[i] = directory.CommunityOf(f)
	}
	directory.SortByName(communities, func(c directory.CommunityOf) string { return c.Organisation.Name })
	return communities, err
}

// PartiesOf lists the parties of the community on the date.
func (db *DB) PartiesOf(ctx context.Context, community portal.OrganisationID, day time.Time) ([]directory.CommunityParty, error) {
	found, err := rows[struct {
		Organisation portal.Organisation `gorm:"embedded"`
		Side         portal.Side
		ValidFrom    time.Time
		ValidTo      *time.Time
	}](db.gorm.WithContext(ctx), `select `+organisationColumns+`, m.side, m.valid_from, m.valid_to from `+organisationsOn+`
		join membership m on m.party_id = o.id where m.community_id = @community and `+membershipIsOn, on(day), named("community", string(community)))
	parties := make([]directory.CommunityParty, len(found))
	for i, f := range found {
		parties[i] = directory.CommunityParty(f)
	}
	directory.SortByName(parties, func(p directory.CommunityParty) string { return p.Organisation.Name })
	slices.SortStableFunc(parties, func(a, b directory.CommunityParty) int { return cmp.Compare(a.Side, b.Side) })
	return parties, err
}

// PeopleOf lists who has a role in the community or in one of its parties on the date.
func (db *DB) PeopleOf(ctx context.Context, community portal.OrganisationID, day time.Time) ([]directory.CommunityPerson, error) {
	found, err := rolesOn(db.gorm.WithContext(ctx), day, `o.id = @community
		or exists (select from membership m where m.party_id = o.id and m.community_id = @community and `+membershipIsOn+`)`, named("community", string(community)))
	people := make([]directory.CommunityPerson, len(found))
	for i, f := range found {
		people[i] = directory.CommunityPerson{Account: f.AccountID, Name: f.Person, Organisation: f.Organisation.Name, Role: f.Role}
	}
	return people, err
}

// RuleVersions lists the community's own rules, the one that holds first.
func (db *DB) RuleVersions(ctx context.Context, community portal.OrganisationID) ([]directory.RuleVersion, error) {
	return ruleVersions(db.gorm.WithContext(ctx), community)
}

func (t *tx) RuleVersions(community portal.OrganisationID) ([]directory.RuleVersion, error) {
	return ruleVersions(t.DB, community)
}

func ruleVersions(g *gorm.DB, community portal.OrganisationID) ([]directory.RuleVersion, error) {
	found, err := rows[struct {
		Rule          jsonb[portal.Rule]
		Version       int
		SetAt         time.Time
		SetBy, Reason string
	}](g, `select rule, version, set_at, set_by, reason from community_rule where community_id = ? order by version desc`, community)
	versions := make([]directory.RuleVersion, len(found))
	for i, f := range found {
		versions[i] = directory.RuleVersion{Version: f.Version, Rule: f.Rule.V, SetAt: f.SetAt, SetBy: f.SetBy, Reason: f.Reason}
	}
	return versions, err
}

// InsertRule adds the next version; one that is there already is a conflict.
func (t *tx) InsertRule(community portal.OrganisationID, v directory.RuleVersion) error {
	err := t.Exec(`insert into community_rule (community_id, rule, version, set_at, set_by, reason) values (?, ?, ?, ?, ?, ?)`,
		community, jsonOf(v.Rule), v.Version, v.SetAt, v.SetBy, v.Reason).Error
	if isUnique(err, "community_rule_pkey") {
		return portal.Conflictf("changed_meanwhile", "the rule was changed by somebody else")
	}
	return err
}

// Organisation gives one organisation as it was called on the date.
func (t *tx) Organisation(id portal.OrganisationID, day time.Time) (portal.Organisation, error) {
	return row[portal.Organisation](t.DB, `select `+organisationColumns+` from `+organisationsOn+` where o.id = @id`, on(day), named("id", string(id)))
}

// LogIn inserts the account, or brings the name and e-mail of the one that has the identity up to date.
func (t *tx) LogIn(a portal.Account, at time.Time) (portal.Account, error) {
	return row[portal.Account](t.DB, `insert into account (id, issuer, subject, name, email, language, created_at) values (?, ?, ?, ?, ?, ?, ?)
		on conflict (issuer, subject) do update set name = excluded.name, email = excluded.email
		returning id, issuer, subject, name, email, language, reminders, closed_at is not null as closed`, a.ID, a.Issuer, a.Subject, a.Name, a.Email, a.Language, at)
}

// InsertAccount says false when the identity has an account already.
func (t *tx) InsertAccount(a portal.Account, at time.Time) (bool, error) {
	done := t.Exec(`insert into account (id, issuer, subject, name, email, language, created_at) values (?, ?, ?, ?, ?, ?, ?)
		on conflict do nothing`, a.ID, a.Issuer, a.Subject, a.Name, a.Email, a.Language, at)
	if done.Error != nil || done.RowsAffected == 1 {
		return done.RowsAffected == 1, done.Error
	}
	_, err := row[portal.Account](t.DB, `select id from account where issuer = ? and subject = ?`, a.Issuer, a.Subject)
	if portal.IsCode(err, "not_found") {
		return false, portal.Conflictf("account_taken", "the id belongs to another identity")
	}
	return false, err
}

// SetLanguage changes one account.
func (t *tx) SetLanguage(id portal.AccountID, language portal.Language) error {
	return t.one(`update account set language = ? where id = ?`, language, id)
}

// SetReminders changes one account.
func (t *tx) SetReminders(id portal.AccountID, reminders portal.Reminders) error {
	return t.one(`update account set reminders = ? where id = ?`, reminders, id)
}

// Grant says false when the account had the role.
func (t *tx) Grant(id portal.AccountID, organisation portal.OrganisationID, role portal.Role, at time.Time) (bool, error) {
	done := t.Exec(`insert into account_role (account_id, organisation_id, role, granted_at) values (?, ?, ?, ?) on conflict do nothing`,
		id, organisation, role, at)
	return done.RowsAffected == 1, done.Error
}

// Revoke says false when the account did not have the role.
func (t *tx) Revoke(id portal.AccountID, organisation portal.OrganisationID, role portal.Role) (bool, error) {
	done := t.Exec(`delete from account_role where account_id = ? and organisation_id = ? and role = ?`, id, organisation, role)
	return done.RowsAffected == 1, done.Error
}

// CloseAccount takes all roles as well, and gives them.
func (t *tx) CloseAccount(id portal.AccountID, at time.Time) ([]string, error) {
	if err := t.one(`update account set closed_at = ? where id = ?`, at, id); err != nil {
		return nil, err
	}
	return rows[string](t.DB, `delete from account_role where account_id = ? returning organisation_id || ' ' || role`, id)
}

func (t *tx) ReopenAccount(id portal.AccountID) error {
	return t.one(`update account set closed_at = null where id = ?`, id)
}

// LockAdministrators waits for others who take administrators' roles away.
func (t *tx) LockAdministrators() ([]portal.AccountID, error) {
	return rows[portal.AccountID](t.DB, `select account_id from account_role where role = 'administrator' order by account_id for update`)
}
