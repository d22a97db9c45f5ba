package document

import (
	"context"
	"slices"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// AddParty takes a member of the community in as a party. Everybody then
// answers together with somebody else than they said yes to: every position
// goes stale.
func (s Service) AddParty(ctx context.Context, actor portal.Actor, id portal.ResponseID, version int, organisation portal.OrganisationID) error {
	return s.changeParties(ctx, actor, id, version, func(tx Tx, r *portal.Response) (map[string]any, error) {
		members, err := tx.Parties(r.Owner, s.Now().In(workflow.Oslo))
		if err != nil {
			return nil, err
		}
		i := indexOf(members, organisation)
		switch {
		case i < 0:
			return nil, portal.InvalidField("organisationId", "not_a_member", "a party is a member of the community")
		case indexOf(r.Parties, organisation) >= 0:
			return nil, portal.InvalidField("organisationId", "taken", "it is a party already")
		}
		if err := tx.AddParty(*r, members[i], s.Now()); err != nil {
			return nil, err
		}
		r.Parties = append(r.Parties, members[i])
		return map[string]any{"added": members[i].Organisation.Name, "partyId": organisation}, tx.NextCircle(r.ID)
	})
}

// RemoveParty lets a party leave, with a reason. If it had a position, all the
// others go stale; one that had said nothing disturbs nobody else's.
func (s Service) RemoveParty(ctx context.Context, actor portal.Actor, id portal.ResponseID, version int, organisation portal.OrganisationID, reason string) error {
	return s.changeParties(ctx, actor, id, version, func(tx Tx, r *portal.Response) (map[string]any, error) {
		i := indexOf(r.Parties, organisation)
		switch {
		case i < 0:
			return nil, portal.InvalidField("organisationId", "not_a_party", "it is no party")
		case len(r.Parties) == 1:
			return nil, portal.Conflictf("last_party", "nobody would be left to answer")
		}
		leaving := r.Parties[i]
		if err := tx.RemoveParty(*r, organisation, s.Now()); err != nil {
			return nil, err
		}
		r.Parties = slices.Delete(slices.Clone(r.Parties), i, i+1)
		detail := map[string]any{"removed": leaving.Organisation.Name, "partyId": organisation, "reason": reason}
		if leaving.Position == nil {
			return detail, nil
		}
		return detail, tx.NextCircle(r.ID)
	})
}

// changeParties changes who answers. A text that is frozen is laid before the
// new parties as a new version: the same words, another circle. Whose right to
// write has changed is told after the commit.
func (s Service) changeParties(ctx context.Context, actor portal.Actor, id portal.ResponseID, version int,
	do func(Tx, *portal.Response) (map[string]any, error)) error {
	var documents []portal.DocumentID
	err := s.change(ctx, actor, id, version, "response.parties", func(tx Tx, r portal.Response) (map[string]any, error) {
		if r.Kind == portal.Separate {
			return nil, portal.Conflictf("no_committee", "a separate answer has one party")
		}
		documents = r.Documents()
		detail, err := do(tx, &r)
		if err != nil {
			return nil, err
		}
		if r.Freeze == nil {
			return detail, tx.SetResponseState(r, r.State)
		}
		laid, err := s.relay(tx, actor, r)
		detail["freeze"], detail["hash"] = laid.Number, laid.Hash
		return detail, err
	})
	if err == nil {
		s.Changed(documents)
	}
	return err
}

// relay lays the same text before other parties, as a version of its own.
func (s Service) relay(tx Tx, actor portal.Actor, r portal.Response) (portal.Freeze, error) {
	to, err := workflow.Next(workflow.ResponseSteps, r.State, "relay")
	if err != nil {
		return portal.Freeze{}, err
	}
	answers, err := tx.FrozenAnswers(r.Freeze.ID)
	if err != nil {
		return portal.Freeze{}, err
	}
	number, err := tx.NextFreeze(r.ID)
	if err != nil {
		return portal.Freeze{}, err
	}
	f := portal.Freeze{ID: portal.FreezeID(s.NewID()), Number: number, FrozenAt: s.Now(), FrozenBy: actor.Name, Answers: answers}
	if f.Hash, err = freezeHash(r, f); err != nil {
		return f, err
	}
	if err := tx.InsertFreeze(r, f, actor.Account); err != nil {
		return f, err
	}
	if err := tx.KeepWarnings(r.Freeze.ID, f.ID); err != nil {
		return f, err
	}
	if err := tx.SetFreeze(r, f.ID); err != nil {
		return f, err
	}
	return f, tx.SetResponseState(r, to)
}

func indexOf(parties []portal.Party, organisation portal.OrganisationID) int {
	return slices.IndexFunc(parties, func(p portal.Party) bool { return p.Organisation.ID == organisation })
}
