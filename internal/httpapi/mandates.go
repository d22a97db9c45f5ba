package httpapi

import (
	"context"

	"samsvar/internal/directory"
	"samsvar/internal/portal"
)

func (a *api) ListMandates(ctx context.Context, _ ListMandatesRequestObject) (ListMandatesResponseObject, error) {
	m, err := a.directory.Mandates(ctx, actorOf(ctx))
	return ListMandates200JSONResponse(a.mandatesOf(m)), err
}

func (a *api) GiveMandate(ctx context.Context, in GiveMandateRequestObject) (GiveMandateResponseObject, error) {
	m, err := a.directory.GiveMandate(ctx, actorOf(ctx), portal.MandateID(portal.NewID()), directory.MandateInput{Holder: portal.AccountID(in.Body.AccountId),
		From: portal.OrganisationID(in.Body.OrganisationId), Response: portal.ResponseID(or(in.Body.ResponseId, "")), Round: portal.RoundID(or(in.Body.RoundId, "")),
		Begins: in.Body.Begins.Time, Ends: in.Body.Ends.Time, Reason: or(in.Body.Reason, ""), RestsOn: or(in.Body.RestsOn, "")})
	return GiveMandate200JSONResponse(a.mandatesOf(m)), err
}

func (a *api) EndMandate(ctx context.Context, in EndMandateRequestObject) (EndMandateResponseObject, error) {
	m, err := a.directory.EndMandate(ctx, actorOf(ctx), portal.MandateID(in.MandateId), in.Body.Reason)
	return EndMandate200JSONResponse(a.mandatesOf(m)), err
}

func (a *api) SetQuorum(ctx context.Context, in SetQuorumRequestObject) (SetQuorumResponseObject, error) {
	m, err := a.directory.SetQuorum(ctx, actorOf(ctx), in.Body.Approvers, in.Body.Version)
	return SetQuorum200JSONResponse(a.mandatesOf(m)), err
}

func (a *api) mandatesOf(m directory.Mandates) Mandates {
	quorum := Quorum{Approvers: m.Quorum.Approvers, Version: m.Quorum.Version, Of: m.Quorum.Of}
	if m.Quorum.Version > 0 {
		quorum.SetAt, quorum.SetBy = &m.Quorum.SetAt, &m.Quorum.SetBy
	}
	return Mandates{Quorum: quorum, Given: each(m.Given, a.mandateOf), Held: each(m.Held, a.mandateOf), Abilities: each(m.Abilities, abilityOf),
		Candidates: each(m.Candidates, func(c directory.Candidate) MandateCandidate {
			return MandateCandidate{AccountId: string(c.Account), Name: c.Name, Organisation: organisationOf(c.Organisation)}
		})}
}

func (a *api) mandateOf(m portal.Mandate) Mandate {
	return Mandate{Id: string(m.ID), Organisation: m.Organisation.Name, Holder: m.HolderName, HolderOrganisation: m.From.Name, StandIn: m.StandIn(),
		ResponseId: some(string(m.Response)), RoundId: some(string(m.Round)), Begins: m.Begins, Ends: m.Ends, Reason: some(m.Reason), RestsOn: some(m.RestsOn),
		GivenBy: m.GivenBy, GivenAt: m.GivenAt, Holds: m.Holds(a.now()), Over: m.Over(a.now()), Ended: optional(m.Ended, tombstoneOf)}
}
