// Package directory knows who there is: the organisations of the health
// service with their dated names and memberships, the people who log in, and
// what each may be for which organisation.
package directory

import (
	"context"
	"slices"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Store is what this package needs kept.
type Store interface {
	Reads
	// Write runs fn in one transaction. Nothing is kept unless fn succeeds and has audited.
	Write(ctx context.Context, fn func(Tx) error) error
}

// Reads never lock, and take a constant number of queries. Names and numbers
// are those of the date asked for; an organisation that did not exist on the
// date has its newest name and no number. Lists are in Norwegian order.
type Reads interface {
	// Standing gives an account with its roles and the mandates that it was given, newest first, whoever asks. It is portal.Missing when unknown.
	Standing(ctx context.Context, id portal.AccountID, on time.Time) (portal.Account, []AccountRole, []portal.Mandate, error)
	Accounts(ctx context.Context, on time.Time) ([]AccountDetail, error)
	// Sessions are those of the account that have not ended, the one that was last at work first.
	Sessions(ctx context.Context, id portal.AccountID) ([]portal.Session, error)
	Organisations(ctx context.Context, on time.Time) ([]OrganisationDetail, error)
	// MunicipalitiesOn are those that existed on the date.
	MunicipalitiesOn(ctx context.Context, on time.Time) ([]portal.Organisation, error)
	// CommunitiesOf are all communities, each with whether the organisation is a party on the date.
	CommunitiesOf(ctx context.Context, organisation portal.OrganisationID, on time.Time) ([]CommunityOf, error)
	// PartiesOf are the members of the community on the date, hospitals first.
	PartiesOf(ctx context.Context, community portal.OrganisationID, on time.Time) ([]CommunityParty, error)
	// PeopleOf are the accounts with a role in the community or in a party on the date.
	PeopleOf(ctx context.Context, community portal.OrganisationID, on time.Time) ([]CommunityPerson, error)
	// MandatesBy are those that the organisation has given, newest first.
	MandatesBy(ctx context.Context, organisation portal.OrganisationID) ([]portal.Mandate, error)
	Quorum(ctx context.Context, organisation portal.OrganisationID) (Quorum, error)
	// Candidates are those with a role in the organisation or in one that is in a community with it on the date, its own people first.
	Candidates(ctx context.Context, organisation portal.OrganisationID, on time.Time) ([]Candidate, error)
	// RuleVersions are the rules that the community has made for itself, the one that holds first.
	RuleVersions(ctx context.Context, community portal.OrganisationID) ([]RuleVersion, error)
	// Bodies are the community's committees as they are now, those that have ended too.
	Bodies(ctx context.Context, community portal.OrganisationID) ([]portal.Body, error)
}

// Tx is one write.
type Tx interface {
	// LockReference gives what is stored, and lets no other load in before the transaction ends.
	LockReference() (Reference, error)
	PutOrganisations([]OrganisationRecord) error
	PutPeriods([]PeriodRecord) error
	PutMemberships([]MembershipRecord) error
	RemovePeriods([]PeriodRecord) error
	RemoveMemberships([]MembershipRecord) error

	// LogIn gives the identity its account, with name and e-mail as they are now; at first the one it brings.
	LogIn(portal.Account, time.Time) (portal.Account, error)
	// InsertAccount says false when the identity has an account already.
	InsertAccount(portal.Account, time.Time) (bool, error)
	SetLanguage(portal.AccountID, portal.Language) error
	SetReminders(portal.AccountID, portal.Reminders) error
	Account(portal.AccountID) (portal.Account, error)
	// LockAccount keeps the account from being closed, opened, or given roles before the transaction ends.
	LockAccount(portal.AccountID) (portal.Account, error)
	// Organisation is portal.Missing when unknown.
	Organisation(id portal.OrganisationID, on time.Time) (portal.Organisation, error)
	// Grant and Revoke say whether anything changed.
	Grant(portal.AccountID, portal.OrganisationID, portal.Role, time.Time) (bool, error)
	Revoke(portal.AccountID, portal.OrganisationID, portal.Role) (bool, error)
	RuleVersions(community portal.OrganisationID) ([]RuleVersion, error)
	// InsertRule adds the next version; one that is there already is a conflict.
	InsertRule(community portal.OrganisationID, v RuleVersion) error
	// LockBodies gives the community's bodies, and keeps others from changing them before the transaction ends.
	LockBodies(community portal.OrganisationID) ([]portal.Body, error)
	InsertBody(portal.Body) error
	// Mandate is portal.Missing when unknown, or another's.
	Mandate(portal.MandateID) (portal.Mandate, error)
	InsertMandate(m portal.Mandate, by portal.AccountID) error
	InsertQuorum(organisation portal.OrganisationID, q Quorum, by portal.AccountID) error
	EndMandate(portal.MandateID, portal.Tombstone) error
	// CloseAccount takes its roles too, and says which.
	CloseAccount(portal.AccountID, time.Time) (roles []string, err error)
	ReopenAccount(portal.AccountID) error
	// EndSession says whether the account had it.
	EndSession(portal.AccountID, portal.SessionID) (bool, error)
	// EndSessions ends all of the account's but one, and says how many.
	EndSessions(id portal.AccountID, but portal.SessionID) (int, error)
	// LockAdministrators keeps the number of administrators as it is until the transaction ends.
	LockAdministrators() ([]portal.AccountID, error)

	Audit(portal.Actor, portal.AuditEvent) error
	// Unchanged ends a write that turned out to have nothing to do.
	Unchanged() error
}

// Service does the directory's use cases. Every method decides about rights first.
type Service struct {
	Store Store
	Now   func() time.Time // the server's clock
}

// System is the program itself, run by whoever holds the machine: it loads
// reference data and gives the first roles. It has no account.
func System() portal.Actor {
	return portal.Actor{Name: "samsvar", Roles: []portal.Role{portal.Administrator}}
}

// today is the calendar date in Norway.
func (s Service) today() time.Time { return s.Now().In(workflow.Oslo) }

// OrganisationDetail is an organisation with all its memberships, newest first.
type OrganisationDetail struct {
	Organisation portal.Organisation
	Note         string
	Memberships  []Membership
}

// Membership says that an organisation is a party of a community from a date,
// and until another if that is known; the last date is not included.
type Membership struct {
	Community       portal.OrganisationID
	CommunityName   string
	Side            portal.Side
	ValidFrom       time.Time
	ValidTo         *time.Time
	Certainty, Note string // as in the reference data; empty where it says nothing
}

// CommunityOf is a community seen from one organisation.
type CommunityOf struct {
	Organisation portal.Organisation
	Website      string
	Member       bool
}

// CommunityDetail is a community with its parties, people and rule.
type CommunityDetail struct {
	Organisation portal.Organisation
	Website      string
	Parties      []CommunityParty
	People       []CommunityPerson
	Rules        []RuleVersion // the one that holds first; the oldest is the one that everybody begins with
	Abilities    []policy.Ability
}

// CommunityParty is a party and when it is one.
type CommunityParty struct {
	Organisation portal.Organisation
	Side         portal.Side
	ValidFrom    time.Time
	ValidTo      *time.Time
}

// CommunityPerson is somebody with a role in the community or in one of its parties.
type CommunityPerson struct {
	Account      portal.AccountID
	Name         string
	Organisation string
	Role         portal.Role
}

// Organisations are all there are, with every membership.
func (s Service) Organisations(ctx context.Context, actor portal.Actor) ([]OrganisationDetail, error) {
	if err := policy.Decide(actor, "organisation.list", policy.Object{}); err != nil {
		return nil, err
	}
	return s.Store.Organisations(ctx, s.today())
}

// Communities are those that the actor may look at.
func (s Service) Communities(ctx context.Context, actor portal.Actor) ([]portal.Organisation, error) {
	if err := policy.Decide(actor, "community.list", policy.Object{}); err != nil {
		return nil, err
	}
	all, err := s.Store.CommunitiesOf(ctx, actor.Organisation, s.today())
	if err != nil {
		return nil, err
	}
	visible := []portal.Organisation{}
	for _, c := range all {
		if policy.Visible(actor, "community.read", c.object(actor)) {
			visible = append(visible, shown(actor, c.Organisation))
		}
	}
	return visible, nil
}

// Community is one community as it is today.
func (s Service) Community(ctx context.Context, actor portal.Actor, id portal.OrganisationID) (CommunityDetail, error) {
	return s.community(ctx, actor, id, "community.read")
}

func (s Service) community(ctx context.Context, actor portal.Actor, id portal.OrganisationID, action policy.Action) (CommunityDetail, error) {
	c, err := s.look(ctx, actor, id, action)
	if err != nil {
		return CommunityDetail{}, err
	}
	return s.detail(ctx, actor, c)
}

// look finds the community and decides whether the actor may do this with it.
func (s Service) look(ctx context.Context, actor portal.Actor, id portal.OrganisationID, action policy.Action) (CommunityOf, error) {
	all, err := s.Store.CommunitiesOf(ctx, actor.Organisation, s.today())
	if err != nil {
		return CommunityOf{}, err
	}
	i := slices.IndexFunc(all, func(c CommunityOf) bool { return c.Organisation.ID == id })
	if i < 0 {
		return CommunityOf{}, portal.Missing()
	}
	c := all[i]
	c.Organisation = shown(actor, c.Organisation)
	return c, policy.Decide(actor, action, c.object(actor))
}

func (s Service) detail(ctx context.Context, actor portal.Actor, c CommunityOf) (CommunityDetail, error) {
	d := CommunityDetail{Organisation: c.Organisation, Website: c.Website, Abilities: policy.Abilities(actor, c.object(actor), "community.set_rule", "community.bodies", "community.set_bodies", "community.undelivered")}
	var err error
	if d.Parties, err = s.Store.PartiesOf(ctx, c.Organisation.ID, s.today()); err != nil {
		return d, err
	}
	if d.People, err = s.Store.PeopleOf(ctx, c.Organisation.ID, s.today()); err != nil {
		return d, err
	}
	own, err := s.Store.RuleVersions(ctx, c.Organisation.ID)
	d.Rules = append(own, RuleVersion{Rule: workflow.DefaultRule()})
	return d, err
}

// object gives policy the facts about a community that concern the actor.
func (c CommunityOf) object(actor portal.Actor) policy.Object {
	o := policy.Object{Owner: c.Organisation.ID}
	if c.Member {
		o.Parties = []portal.OrganisationID{actor.Organisation}
	}
	return o
}

// shown hides from all but administrators that a name is a working title.
func shown(actor portal.Actor, o portal.Organisation) portal.Organisation {
	o.Unverified = o.Unverified && actor.Has(portal.Administrator)
	return o
}
