package httpapi

import (
	"context"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

func (a *api) ListBodies(ctx context.Context, in ListBodiesRequestObject) (ListBodiesResponseObject, error) {
	out, err := a.showBodies(ctx, in.OrganisationId, nil)
	return ListBodies200JSONResponse(out), err
}

func (a *api) AddBody(ctx context.Context, in AddBodyRequestObject) (AddBodyResponseObject, error) {
	out, err := a.showBodies(ctx, in.OrganisationId, a.directory.SetBody(ctx, actorOf(ctx), bodyFrom(in.OrganisationId, "", *in.Body)))
	return AddBody200JSONResponse(out), err
}

func (a *api) ChangeBody(ctx context.Context, in ChangeBodyRequestObject) (ChangeBodyResponseObject, error) {
	out, err := a.showBodies(ctx, in.OrganisationId, a.directory.SetBody(ctx, actorOf(ctx), bodyFrom(in.OrganisationId, in.BodyId, *in.Body)))
	return ChangeBody200JSONResponse(out), err
}

// showBodies reads the bodies, again after a change, and shows them.
func (a *api) showBodies(ctx context.Context, community OrganisationId, err error) (CommunityBodies, error) {
	if err != nil {
		return CommunityBodies{}, err
	}
	bodies, abilities, err := a.directory.Bodies(ctx, actorOf(ctx), portal.OrganisationID(community))
	return CommunityBodies{Bodies: each(bodies, a.bodyOf), Abilities: each(abilities, abilityOf)}, err
}

func (a *api) bodyOf(b portal.Body) Body {
	out := Body{Id: string(b.ID), Level: BodyLevel(b.Level), Name: b.Name, Ended: b.Ended, Version: b.Version, SetAt: b.SetAt, SetBy: b.SetBy,
		Members: each(b.Members, memberOf)}
	if chair := b.ChairOn(a.now().In(workflow.Oslo)); chair != nil {
		out.Chair = &chair.Name
	}
	return out
}

func memberOf(m portal.Member) BodyMember {
	chairs := each(m.Chairs, func(p portal.Period) Period {
		out := Period{From: dateOf(p.From)}
		if !p.To.IsZero() {
			to := dateOf(p.To)
			out.To = &to
		}
		return out
	})
	return BodyMember{AccountId: some(string(m.Account)), Name: m.Name, OrganisationId: some(string(m.Organisation)), Organisation: m.OrganisationName,
		Part: BodyPart(m.Part), Chairs: &chairs}
}

func bodyFrom(community OrganisationId, id BodyId, in BodyInput) portal.Body {
	return portal.Body{ID: portal.BodyID(id), Community: portal.OrganisationID(community), Level: portal.BodyLevel(in.Level), Name: in.Name,
		Ended: or(in.Ended, false), Version: in.Version, Members: each(in.Members, func(m BodyMember) portal.Member {
			return portal.Member{Account: portal.AccountID(or(m.AccountId, "")), Name: m.Name, Organisation: portal.OrganisationID(or(m.OrganisationId, "")),
				OrganisationName: m.Organisation, Part: portal.Part(m.Part), Chairs: each(or(m.Chairs, nil), func(p Period) portal.Period {
					return portal.Period{From: p.From.Time, To: or(p.To, Date{}).Time}
				})}
		})}
}
