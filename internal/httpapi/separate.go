package httpapi

import (
	"context"

	"samsvar/internal/consult"
	"samsvar/internal/portal"
)

func (a *api) RelateAnswer(ctx context.Context, in RelateAnswerRequestObject) (RelateAnswerResponseObject, error) {
	_, err := a.consult.Relate(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId), portal.RelationKind(or(in.Body.Kind, "")),
		portal.OrganisationID(or(in.Body.CommunityId, "")), in.Body.Version)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return RelateAnswer200JSONResponse(out), err
}

func (a *api) ListJointAnswers(ctx context.Context, in ListJointAnswersRequestObject) (ListJointAnswersResponseObject, error) {
	joint, err := a.consult.JointAnswers(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId))
	return ListJointAnswers200JSONResponse(each(joint, func(j consult.JointAnswer) JointAnswer {
		return JointAnswer{QuestionId: string(j.Question), CommunityId: string(j.Community), Community: j.Name, Version: j.Version,
			Status: JointAnswerStatus(j.Text.Status), Content: j.Text.Content, Hash: j.Hash}
	})), err
}

func relationOf(r portal.Relation) AnswerRelation {
	return AnswerRelation{Kind: RelationKind(r.Kind), CommunityId: string(r.Community), Community: r.Name, Version: r.Version, Hash: r.Hash, Newer: some(r.Newer)}
}

// sentRelationOf reads a relation from a package.
func sentRelationOf(x consult.AcrossAnswer) *AnswerRelation {
	r := x.Relation
	if r == nil {
		return nil
	}
	return &AnswerRelation{Kind: RelationKind(r.Kind), CommunityId: r.Community.ID, Community: r.Community.Name, Version: r.FreezeNumber,
		Hash: string(r.AnswerHash), Sent: some(x.Sent)}
}

func relatedOf(r portal.RelatedAnswer) RelatedAnswer {
	return RelatedAnswer{Number: r.Number, Kind: RelationKind(r.Kind), Community: r.Name}
}

func (a *api) OfferToJoin(ctx context.Context, in OfferToJoinRequestObject) (OfferToJoinResponseObject, error) {
	_, err := a.consult.Offer(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.OrganisationID(in.OrganisationId))
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return OfferToJoin200JSONResponse(out), err
}

func (a *api) TakeOfferBack(ctx context.Context, in TakeOfferBackRequestObject) (TakeOfferBackResponseObject, error) {
	_, err := a.consult.TakeOfferBack(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.OrganisationID(in.OrganisationId))
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return TakeOfferBack200JSONResponse(out), err
}

func (a *api) ListWishes(ctx context.Context, in ListWishesRequestObject) (ListWishesResponseObject, error) {
	wishes, err := a.consult.Wishes(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId))
	return ListWishes200JSONResponse(each(wishes, func(w portal.Wish) Wish {
		return Wish{Organisation: organisationOf(w.Organisation), AskedAt: w.AskedAt, AskedBy: w.AskedBy}
	})), err
}

func (a *api) AskToJoin(ctx context.Context, in AskToJoinRequestObject) (AskToJoinResponseObject, error) {
	return AskToJoin204Response{}, a.consult.AskToJoin(ctx, actorOf(ctx), portal.RoundID(in.RoundId), portal.OrganisationID(in.Body.OrganisationId))
}

func (a *api) EndorseResponse(ctx context.Context, in EndorseResponseRequestObject) (EndorseResponseResponseObject, error) {
	err := a.document.Endorse(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.FreezeID(in.Body.FreezeId), hashesFrom(in.Body.AnswerHashes))
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return EndorseResponse200JSONResponse(out), err
}
