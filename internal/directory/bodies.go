package directory

import (
	"context"
	"slices"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Bodies are the community's committees as they are now, and what the actor may do with them.
func (s Service) Bodies(ctx context.Context, actor portal.Actor, id portal.OrganisationID) ([]portal.Body, []policy.Ability, error) {
	c, err := s.look(ctx, actor, id, "community.bodies")
	if err != nil {
		return nil, nil, err
	}
	bodies, err := s.Store.Bodies(ctx, id)
	return bodies, policy.Abilities(actor, c.object(actor), "community.set_bodies", "meeting.call"), err
}

// SetBody makes a body, or changes the one whose id it brings. Every version
// stays, with who made it; version is the one that was read.
func (s Service) SetBody(ctx context.Context, actor portal.Actor, b portal.Body) error {
	c, err := s.community(ctx, actor, b.Community, "community.set_bodies")
	if err != nil {
		return err
	}
	if b.Members, err = seated(b.Members, c); err != nil {
		return err
	}
	if b, err = workflow.CheckBody(b); err != nil {
		return err
	}
	return s.Store.Write(ctx, func(tx Tx) error {
		others, err := tx.LockBodies(b.Community)
		if err != nil {
			return err
		}
		if b, err = next(b, others); err != nil {
			return err
		}
		b.SetAt, b.SetBy = s.Now(), actor.Name
		if err := tx.InsertBody(b); err != nil {
			return err
		}
		return tx.Audit(actor, portal.AuditEvent{At: b.SetAt, Action: "community.set_bodies", Object: string(b.ID),
			Detail: map[string]any{"body": b.Name, "level": b.Level, "members": len(b.Members), "version": b.Version, "ended": b.Ended}})
	})
}

// next is the body's next version among all of the community's.
func next(b portal.Body, all []portal.Body) (portal.Body, error) {
	i := slices.IndexFunc(all, func(other portal.Body) bool { return other.ID == b.ID })
	namesake := func(other portal.Body) bool {
		return other.ID != b.ID && other.Name == b.Name && !other.Ended && !b.Ended
	}
	switch {
	case slices.ContainsFunc(all, namesake):
		return b, portal.InvalidField("name", "taken", "another body has this name")
	case b.ID == "":
		b.ID, b.Version = portal.BodyID(portal.NewID()), 1
		return b, nil
	case i < 0:
		return b, portal.Missing()
	case all[i].Version != b.Version:
		return b, portal.Conflictf("changed_meanwhile", "version %d was read, it is %d now", b.Version, all[i].Version).With("version", all[i].Version)
	case all[i].Level != b.Level:
		return b, portal.InvalidField("level", "fixed", "a body stays on its level: what it decided was decided there")
	}
	b.Version++
	return b, nil
}

// seated gives members the names of their organisations, and of themselves where they have an account here.
func seated(members []portal.Member, c CommunityDetail) ([]portal.Member, error) {
	members = slices.Clone(members)
	for i := range members {
		m := &members[i]
		if m.Account != "" {
			at := slices.IndexFunc(c.People, func(p CommunityPerson) bool { return p.Account == m.Account })
			if at < 0 {
				return nil, portal.InvalidField("members", "unknown", "an account without a role in the community")
			}
			m.Name = c.People[at].Name
		}
		switch m.Organisation {
		case "":
		case c.Organisation.ID:
			m.OrganisationName = c.Organisation.Name
		default:
			at := slices.IndexFunc(c.Parties, func(p CommunityParty) bool { return p.Organisation.ID == m.Organisation })
			if at < 0 {
				return nil, portal.InvalidField("members", "not_a_party", "the organisation is no party of the community")
			}
			m.OrganisationName = c.Parties[at].Organisation.Name
		}
	}
	return members, nil
}
