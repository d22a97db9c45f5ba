package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// Identity is a person as an identity provider vouches for them. Issuer and
// Subject are who it is; the name and the e-mail are only words about them.
type Identity struct {
	Issuer, Subject, Name, Email string
	Level                        portal.Level // how surely, this time
}

// AccountDetail is an account with all its roles.
type AccountDetail struct {
	Account portal.Account
	Roles   []AccountRole
}

// AccountRole is what an account may be for one organisation.
type AccountRole struct {
	Organisation portal.Organisation
	Role         portal.Role
}

// ActingOption is an organisation that an account may act for, and as what.
type ActingOption struct {
	Organisation portal.Organisation
	Roles        []portal.Role
	Mandates     []portal.Mandate // that the account holds now
}

// LogIn gives the identity its account, made at the first login. A new
// account has no roles, whatever its e-mail says.
func (s Service) LogIn(ctx context.Context, who Identity) (portal.Account, error) {
	if who.Issuer == "" || who.Subject == "" {
		return portal.Account{}, portal.Invalidf("identity_incomplete", "the identity provider gave no issuer or no subject")
	}
	name := cmp.Or(strings.TrimSpace(who.Name), strings.TrimSpace(who.Email), who.Subject)
	account := portal.Account{ID: portal.AccountID(portal.NewID()), Issuer: who.Issuer, Subject: who.Subject,
		Name: name, Email: strings.TrimSpace(who.Email), Language: portal.Bokmal}
	err := s.Store.Write(ctx, func(tx Tx) (err error) {
		if account, err = tx.LogIn(account, s.Now()); err != nil {
			return err
		}
		if account.Closed {
			return portal.Deniedf("login_closed", "the account has been closed")
		}
		return tx.Audit(self(account), portal.AuditEvent{At: s.Now(), Action: "account.log_in", Object: string(account.ID),
			Detail: map[string]any{"issuer": who.Issuer, "level": who.Level}})
	})
	return account, err
}

// EnsureAccount makes the account with the id it brings, unless its identity
// has one already; the id of another identity is a conflict.
func (s Service) EnsureAccount(ctx context.Context, actor portal.Actor, a portal.Account) error {
	if err := policy.Decide(actor, "account.grant", policy.Object{}); err != nil {
		return err
	}
	return s.Store.Write(ctx, func(tx Tx) error {
		made, err := tx.InsertAccount(a, s.Now())
		if err != nil {
			return err
		}
		if !made {
			return tx.Unchanged()
		}
		return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: "account.create", Object: string(a.ID)})
	})
}

// Standing is who an account is, and for whom it may act as what.
type Standing struct {
	Account portal.Account
	Options []ActingOption // in Norwegian order
}

// Standing looks up who the account is at this moment. One that is closed may act for nobody.
func (s Service) Standing(ctx context.Context, id portal.AccountID) (Standing, error) {
	account, roles, held, err := s.Store.Standing(ctx, id, s.today())
	if err != nil {
		return Standing{}, err
	}
	if account.Closed { // whatever it has left
		roles = nil
	}
	held = slices.DeleteFunc(held, func(m portal.Mandate) bool { return !m.Holds(s.Now()) })
	options := []ActingOption{}
	for _, r := range roles {
		r.Organisation.Unverified = false // a matter for administrators, not for the one who chooses
		if n := len(options); n == 0 || options[n-1].Organisation.ID != r.Organisation.ID {
			options = append(options, ActingOption{Organisation: r.Organisation, Mandates: held})
		}
		last := &options[len(options)-1]
		last.Roles = append(last.Roles, r.Role)
	}
	return Standing{account, options}, nil
}

// As is the account acting for the organisation; for nobody, and not ok, when it has no role there.
func (s Standing) As(organisation portal.OrganisationID) (actor portal.Actor, ok bool) {
	actor = self(s.Account)
	i := slices.IndexFunc(s.Options, func(o ActingOption) bool { return o.Organisation.ID == organisation })
	if i < 0 {
		return actor, false
	}
	o := s.Options[i]
	actor.Organisation, actor.OrganisationName, actor.Kind = o.Organisation.ID, o.Organisation.Name, o.Organisation.Kind
	actor.Roles, actor.Mandates = o.Roles, o.Mandates
	return actor, true
}

// Actors are the account acting for each of the organisations that it may act for.
func (s Standing) Actors() []portal.Actor {
	actors := make([]portal.Actor, len(s.Options))
	for i, o := range s.Options {
		actors[i], _ = s.As(o.Organisation.ID)
	}
	return actors
}

// ActingFor is the account acting for the organisation. An organisation the
// account has no role in is missing, known or not.
func (s Service) ActingFor(ctx context.Context, id portal.AccountID, organisation portal.OrganisationID) (portal.Actor, error) {
	standing, err := s.Standing(ctx, id)
	if err != nil {
		return portal.Actor{}, err
	}
	actor, ok := standing.As(organisation)
	if !ok {
		return portal.Actor{}, portal.Missing()
	}
	return actor, nil
}

// SetLanguage chooses the written form the account reads.
func (s Service) SetLanguage(ctx context.Context, actor portal.Actor, language portal.Language) error {
	if err := policy.Decide(actor, "self", policy.Object{}); err != nil {
		return err
	}
	if language != portal.Bokmal && language != portal.Nynorsk {
		return portal.InvalidField("language", "not_supported", "nb or nn")
	}
	return s.Store.Write(ctx, func(tx Tx) error {
		account, err := tx.Account(actor.Account)
		if err != nil {
			return err
		}
		if account.Language == language {
			return tx.Unchanged()
		}
		if err := tx.SetLanguage(actor.Account, language); err != nil {
			return err
		}
		return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: "account.set_language", Object: string(actor.Account),
			Detail: map[string]any{"language": language}})
	})
}

// SetReminders chooses how often the account is reminded.
func (s Service) SetReminders(ctx context.Context, actor portal.Actor, reminders portal.Reminders) error {
	if err := policy.Decide(actor, "self", policy.Object{}); err != nil {
		return err
	}
	if !slices.Contains([]portal.Reminders{portal.RemindAtOnce, portal.RemindDaily, portal.RemindNever}, reminders) {
		return portal.InvalidField("reminders", "not_supported", "at_once, daily or none")
	}
	return s.Store.Write(ctx, func(tx Tx) error {
		account, err := tx.Account(actor.Account)
		if err != nil {
			return err
		}
		if account.Reminders == reminders {
			return tx.Unchanged()
		}
		if err := tx.SetReminders(actor.Account, reminders); err != nil {
			return err
		}
		return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: "account.set_reminders", Object: string(actor.Account),
			Detail: map[string]any{"reminders": reminders}})
	})
}

// Accounts are all there are, with their roles.
func (s Service) Accounts(ctx context.Context, actor portal.Actor) ([]AccountDetail, error) {
	if err := policy.Decide(actor, "account.list", policy.Object{}); err != nil {
		return nil, err
	}
	return s.Store.Accounts(ctx, s.today())
}

// Grant gives the account a role that the organisation's kind has. Repeating it changes nothing.
func (s Service) Grant(ctx context.Context, actor portal.Actor, id portal.AccountID, organisation portal.OrganisationID, role portal.Role) (AccountDetail, error) {
	return s.change(ctx, actor, "account.grant", id, organisation, role, func(tx Tx) (bool, error) {
		o, err := tx.Organisation(organisation, s.today())
		switch {
		case portal.IsCode(err, "not_found"):
			return false, portal.InvalidField("organisationId", "unknown", "no such organisation")
		case err != nil:
			return false, err
		case !slices.Contains(portal.RolesFor(o.Kind), role):
			return false, portal.InvalidField("role", "not_for_this_organisation", "an organisation of this kind has no such role")
		}
		return tx.Grant(id, organisation, role, s.Now())
	})
}

// Revoke takes a role away, but never the last administrator's. Repeating it changes nothing.
func (s Service) Revoke(ctx context.Context, actor portal.Actor, id portal.AccountID, organisation portal.OrganisationID, role portal.Role) (AccountDetail, error) {
	return s.change(ctx, actor, "account.revoke", id, organisation, role, func(tx Tx) (bool, error) {
		if role == portal.Administrator {
			if err := othersAdminister(tx, id); err != nil {
				return false, err
			}
		}
		return tx.Revoke(id, organisation, role)
	})
}

func othersAdminister(tx Tx, id portal.AccountID) error {
	administrators, err := tx.LockAdministrators()
	if err == nil && len(administrators) == 1 && administrators[0] == id {
		err = portal.Conflictf("last_administrator", "nobody would be left to give roles")
	}
	return err
}

// SetClosed closes an account, with all its roles and logins, or opens it again, without any. Repeating it changes nothing.
func (s Service) SetClosed(ctx context.Context, actor portal.Actor, id portal.AccountID, closed bool) (AccountDetail, error) {
	if err := policy.Decide(actor, "account.close", policy.Object{}); err != nil {
		return AccountDetail{}, err
	}
	err := s.Store.Write(ctx, func(tx Tx) error {
		account, err := tx.LockAccount(id)
		if err != nil {
			return err
		}
		if account.Closed == closed {
			return tx.Unchanged()
		}
		if closed {
			return s.close(tx, actor, id)
		}
		if err := tx.ReopenAccount(id); err != nil {
			return err
		}
		return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: "account.reopen", Object: string(id)})
	})
	if err != nil {
		return AccountDetail{}, err
	}
	account, roles, _, err := s.Store.Standing(ctx, id, s.today())
	return AccountDetail{Account: account, Roles: roles}, err
}

func (s Service) close(tx Tx, actor portal.Actor, id portal.AccountID) error {
	if err := othersAdminister(tx, id); err != nil {
		return err
	}
	roles, err := tx.CloseAccount(id, s.Now())
	if err != nil {
		return err
	}
	sessions, err := tx.EndSessions(id, "")
	if err != nil {
		return err
	}
	return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: "account.close", Object: string(id), Detail: map[string]any{"roles": roles, "sessions": sessions}})
}

// change is what giving and taking a role have in common.
func (s Service) change(ctx context.Context, actor portal.Actor, action policy.Action, id portal.AccountID,
	organisation portal.OrganisationID, role portal.Role, do func(Tx) (bool, error)) (AccountDetail, error) {
	if err := policy.Decide(actor, action, policy.Object{}); err != nil {
		return AccountDetail{}, err
	}
	var account portal.Account
	err := s.Store.Write(ctx, func(tx Tx) (err error) {
		if account, err = tx.LockAccount(id); err != nil {
			return err
		}
		if account.Closed && action == "account.grant" {
			return portal.Conflictf("account_closed", "the account has been closed")
		}
		changed, err := do(tx)
		if err != nil {
			return err
		}
		if !changed {
			return tx.Unchanged()
		}
		return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: string(action), Object: string(id),
			Detail: map[string]any{"organisation": organisation, "role": role}})
	})
	if err != nil {
		return AccountDetail{}, err
	}
	account, roles, _, err := s.Store.Standing(ctx, id, s.today())
	return AccountDetail{Account: account, Roles: roles}, err
}

// self is the account before it has chosen whom to act for.
func self(a portal.Account) portal.Actor {
	return portal.Actor{Account: a.ID, Name: a.Name, Language: a.Language}
}
