package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// RuleVersion is a community's rule as it was made, by whom and why. Version 0
// is the one that every community begins with.
type RuleVersion struct {
	Version int
	Rule    portal.Rule
	SetAt   time.Time
	SetBy   string
	Reason  string
}

// SetRule makes the community's next rule. The earlier ones stay, and what is
// frozen already is decided by the rule that held then. Version is the one that
// was read; another has been made since is a conflict.
func (s Service) SetRule(ctx context.Context, actor portal.Actor, id portal.OrganisationID, rule portal.Rule, reason string, version int) (CommunityDetail, error) {
	c, err := s.community(ctx, actor, id, "community.set_rule")
	if err != nil {
		return c, err
	}
	if rule, err = named(rule, c.Parties); err != nil {
		return c, err
	}
	if rule, err = workflow.CheckRule(rule); err != nil {
		return c, err
	}
	err = s.Store.Write(ctx, func(tx Tx) error {
		earlier, err := tx.RuleVersions(id)
		if err != nil {
			return err
		}
		if len(earlier) != version {
			return portal.Conflictf("changed_meanwhile", "version %d was read, it is %d now", version, len(earlier)).With("version", len(earlier))
		}
		next := RuleVersion{Version: version + 1, Rule: rule, SetAt: s.Now(), SetBy: actor.Name, Reason: strings.TrimSpace(reason)}
		if err := tx.InsertRule(id, next); err != nil {
			return err
		}
		return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: "community.set_rule", Object: string(id),
			Detail: map[string]any{"version": next.Version, "rule": rule, "reason": next.Reason}})
	})
	if err != nil {
		return c, err
	}
	return s.Community(ctx, actor, id)
}

// named gives the voters their names; they are parties of today.
func named(rule portal.Rule, parties []CommunityParty) (portal.Rule, error) {
	var voters []portal.Voter
	for _, p := range parties {
		if slices.ContainsFunc(rule.Voters, func(v portal.Voter) bool { return v.ID == p.Organisation.ID }) {
			voters = append(voters, portal.Voter{ID: p.Organisation.ID, Name: p.Organisation.Name})
		}
	}
	if len(voters) != len(rule.Voters) {
		return rule, portal.InvalidField("voters", "not_a_party", "somebody is named twice, or is no party")
	}
	rule.Voters = voters
	return rule, nil
}
