package httpapi

import (
	"context"
	"io"

	"samsvar/internal/consult"
	"samsvar/internal/portal"
)

func (a *api) roundOf(actor portal.Actor, v consult.RoundView) Round {
	out := Round{Id: string(v.ID), Slug: v.Slug, Title: textOf(v.Title), State: RoundState(v.State), Kind: RoundKind(v.Kind), Sender: v.Sender,
		SignedByRole: v.SignedByRole, Reference: v.Reference, Issued: dateOf(v.Issued), Deadline: v.Deadline, AnnouncedDeadline: v.Announced, Extensions: each(v.Extensions, extensionOf),
		JointAnswers: RoundJointAnswers(v.JointAnswers), SeparateAnswers: RoundSeparateAnswers(v.SeparateAnswers), AcceptsLate: v.AcceptsLate, LogsReading: v.LogsReading,
		LoginMinutes: int(v.Login.Age.Minutes()), LoginLevel: RoundLoginLevel(v.Login.Level),
		Background: paragraphsOf(v.Background), PriorityGroups: paragraphsOf(v.PriorityGroups), Addressees: each(v.Addressees, same), CopyTo: each(v.CopyTo, same),
		SendTo: v.SendTo, Questions: each(v.Questions, questionOf), Version: v.Version, Responses: each(v.Responses, responseSummaryOf),
		Abilities: each(consult.RoundAbilities(actor, v), abilityOf), Now: a.now()}
	if v.Recipient != nil {
		r := recipientOf(*v.Recipient)
		out.Recipient = &r
	}
	if communities := each(v.Communities, organisationOf); len(communities) > 0 {
		out.Communities = &communities
	}
	return out
}

func same(s string) string { return s }

func (a *api) GetMyTurn(ctx context.Context, _ GetMyTurnRequestObject) (GetMyTurnResponseObject, error) {
	turn, err := a.consult.MyTurn(ctx, actorOf(ctx))
	return GetMyTurn200JSONResponse{Tasks: each(turn.Tasks, turnOf), Waiting: each(turn.Waiting, turnOf)}, err
}

func (a *api) ListRounds(ctx context.Context, _ ListRoundsRequestObject) (ListRoundsResponseObject, error) {
	rounds, err := a.consult.Rounds(ctx, actorOf(ctx))
	return ListRounds200JSONResponse(each(rounds, roundSummaryOf)), err
}

func (a *api) GetRound(ctx context.Context, in GetRoundRequestObject) (GetRoundResponseObject, error) {
	actor := actorOf(ctx)
	v, err := a.consult.Round(ctx, actor, portal.RoundID(in.RoundId))
	if err != nil {
		return nil, err
	}
	return GetRound200JSONResponse(a.roundOf(actor, v)), nil
}

func (a *api) CreateRound(ctx context.Context, in CreateRoundRequestObject) (CreateRoundResponseObject, error) {
	r, err := roundFrom(*in.Body)
	if err != nil {
		return nil, err
	}
	v, err := a.consult.CreateRound(ctx, actorOf(ctx), r)
	if err != nil {
		return nil, err
	}
	return CreateRound201JSONResponse(a.roundOf(actorOf(ctx), v)), nil
}

func (a *api) ImportRound(ctx context.Context, in ImportRoundRequestObject) (ImportRoundResponseObject, error) {
	raw, err := io.ReadAll(in.Body) // bounded by the body limit
	if err != nil {
		return nil, err
	}
	v, err := a.consult.ImportRound(ctx, actorOf(ctx), raw)
	if err != nil {
		return nil, err
	}
	return ImportRound201JSONResponse(a.roundOf(actorOf(ctx), v)), nil
}

func (a *api) EditRound(ctx context.Context, in EditRoundRequestObject) (EditRoundResponseObject, error) {
	r, err := roundFrom(*in.Body)
	if err != nil {
		return nil, err
	}
	r.ID = portal.RoundID(in.RoundId)
	v, err := a.consult.EditRound(ctx, actorOf(ctx), r)
	if err != nil {
		return nil, err
	}
	return EditRound200JSONResponse(a.roundOf(actorOf(ctx), v)), nil
}

func (a *api) OpenRound(ctx context.Context, in OpenRoundRequestObject) (OpenRoundResponseObject, error) {
	v, err := a.consult.OpenRound(ctx, actorOf(ctx), portal.RoundID(in.RoundId))
	if err != nil {
		return nil, err
	}
	return OpenRound200JSONResponse(a.roundOf(actorOf(ctx), v)), nil
}

func (a *api) CloseRound(ctx context.Context, in CloseRoundRequestObject) (CloseRoundResponseObject, error) {
	v, err := a.consult.CloseRound(ctx, actorOf(ctx), portal.RoundID(in.RoundId))
	if err != nil {
		return nil, err
	}
	return CloseRound200JSONResponse(a.roundOf(actorOf(ctx), v)), nil
}

func (a *api) ExtendRound(ctx context.Context, in ExtendRoundRequestObject) (ExtendRoundResponseObject, error) {
	deadline, err := deadlineFrom(in.Body.Deadline)
	if err != nil {
		return nil, err
	}
	v, err := a.consult.Extend(ctx, actorOf(ctx), portal.RoundID(in.RoundId), portal.OrganisationID(or(in.Body.OrganisationId, "")), deadline, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return ExtendRound200JSONResponse(a.roundOf(actorOf(ctx), v)), nil
}

func (a *api) ForwardRound(ctx context.Context, in ForwardRoundRequestObject) (ForwardRoundResponseObject, error) {
	v, err := a.consult.Forward(ctx, actorOf(ctx), portal.RoundID(in.RoundId))
	if err != nil {
		return nil, err
	}
	return ForwardRound200JSONResponse(a.roundOf(actorOf(ctx), v)), nil
}

func (a *api) MarkRoundOpened(ctx context.Context, in MarkRoundOpenedRequestObject) (MarkRoundOpenedResponseObject, error) {
	return MarkRoundOpened204Response{}, a.consult.MarkOpened(ctx, actorOf(ctx), portal.RoundID(in.RoundId))
}

func (a *api) ListRecipients(ctx context.Context, in ListRecipientsRequestObject) (ListRecipientsResponseObject, error) {
	recipients, err := a.consult.Recipients(ctx, actorOf(ctx), portal.RoundID(in.RoundId))
	return ListRecipients200JSONResponse(each(recipients, recipientOf)), err
}
