package httpapi

import (
	"context"

	"samsvar/internal/consult"
	"samsvar/internal/document"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
	"samsvar/internal/workflow"
)

func (a *api) responseOf(actor portal.Actor, r portal.Response) Response {
	return Response{Id: string(r.ID), Round: responseRoundOf(r.Round), Kind: ResponseKind(r.Kind), Language: Language(r.Language), Owner: organisationOf(r.Owner),
		State: ResponseState(r.State), Version: r.Version, Freeze: freezeOf(r.Freeze), Versions: each(r.Versions, func(f portal.Freeze) Freeze { return *freezeOf(&f) }), ReopenedReason: some(r.ReopenedReason), Answers: a.answersOf(r),
		Parties: each(r.Parties, partyOf(r, actor, a.now())), Tally: tallyOf(workflow.CountResponse(r, a.now())), Decisions: each(r.Decisions, decisionOf),
		Remarks: each(r.Remarks, remarkOf(r, actor, a.now())),
		Receipt: optional(r.Receipt(), receiptOf), Submissions: each(r.Submissions, receiptOf), Offered: each(r.Offered, organisationOf), Abilities: each(a.consult.Abilities(actor, r), abilityOf), Now: a.now()}
}

func optional[A, B any](p *A, f func(A) B) *B {
	if p == nil {
		return nil
	}
	b := f(*p)
	return &b
}

func (a *api) answersOf(r portal.Response) []Answer {
	ids := each(r.Answers, func(x portal.Answer) portal.DocumentID { return x.Document })
	present := a.live.Presence(ids...)
	return each(r.Answers, func(x portal.Answer) Answer {
		return Answer{Id: string(x.ID), Number: x.Number, Question: questionOf(x.Question), DocumentId: some(string(x.Document)), Status: AnswerStatus(x.Status),
			Coordinator: optional(x.Coordinator, organisationOf), Version: x.Version, Hash: some(x.Hash), Relation: optional(x.Relation, relationOf), Writers: each(present[x.Document], personOf), Suggestions: x.Suggestions}
	})
}

// showResponse reads the response again after a change and shows it.
func (a *api) showResponse(ctx context.Context, id ResponseId, err error) (Response, error) {
	if err != nil {
		return Response{}, err
	}
	actor := actorOf(ctx)
	r, err := a.consult.Response(ctx, actor, portal.ResponseID(id))
	if err != nil {
		return Response{}, err
	}
	return a.responseOf(actor, r), nil
}

func (a *api) StartResponse(ctx context.Context, in StartResponseRequestObject) (StartResponseResponseObject, error) {
	actor := actorOf(ctx)
	r, err := a.consult.Start(ctx, actor, portal.RoundID(in.RoundId), portal.ResponseKind(in.Body.Kind), portal.Language(in.Body.Language))
	if err != nil {
		return nil, err
	}
	return StartResponse201JSONResponse(a.responseOf(actor, r)), nil
}

func (a *api) GetResponse(ctx context.Context, in GetResponseRequestObject) (GetResponseResponseObject, error) {
	out, err := a.showResponse(ctx, in.ResponseId, nil)
	return GetResponse200JSONResponse(out), err
}

func (a *api) GetHistory(ctx context.Context, in GetHistoryRequestObject) (GetHistoryResponseObject, error) {
	items, err := a.consult.History(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId))
	out := make(GetHistory200JSONResponse, len(items))
	for i, item := range items {
		out[i] = HistoryItem{At: item.At, Name: some(item.Name), Organisation: some(item.Organisation), Action: item.Action, Detail: item.Detail}
	}
	return out, err
}

func (a *api) GetReadings(ctx context.Context, in GetReadingsRequestObject) (GetReadingsResponseObject, error) {
	items, err := a.consult.Readings(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId))
	return GetReadings200JSONResponse(each(items, func(r consult.ReadingItem) Reading {
		return Reading{FirstAt: r.FirstAt, Name: r.Name, Organisation: r.Organisation, Answer: some(r.Answer)}
	})), err
}

func (a *api) GetResponseText(ctx context.Context, in GetResponseTextRequestObject) (GetResponseTextResponseObject, error) {
	actor := actorOf(ctx)
	text, err := a.document.Text(ctx, actor, portal.ResponseID(in.ResponseId))
	if err != nil {
		return nil, err
	}
	return GetResponseText200JSONResponse(responseTextOf(text, remarkOf(text.Response, actor, a.now()))), nil
}

func responseTextOf(t document.Text, remark func(portal.Remark) Remark) ResponseText {
	out := ResponseText{Frozen: t.Response.Freeze != nil, Freeze: freezeOf(t.Response.Freeze), Answers: []AnswerText{},
		Remarks: each(t.Response.Remarks, remark), SeenFreezeNumber: some(t.SeenFreeze), TreatedFreezeNumber: some(t.TreatedFreeze)}
	for i, answer := range t.Response.Answers {
		frozen := t.Answers[i]
		shown := AnswerText{AnswerId: string(answer.ID), Number: answer.Number, Question: questionOf(answer.Question), Status: AnswerTextStatus(frozen.Status),
			Language: Language(t.Response.Language), Content: frozen.Content, Hash: some(frozen.Hash), Relation: optional(answer.Relation, relationOf)}
		if joint, there := t.Joint[answer.ID]; there {
			shown.Joint = &joint.Content
		}
		if seen, there := t.Seen[answer.ID]; there {
			shown.Seen, shown.Changed = &seen.Content, some(t.Changed(answer.ID))
		}
		if treated, there := t.Treated[answer.ID]; there && document.Differ(frozen, treated) {
			shown.Treated = &treated.Content
		}
		out.Answers = append(out.Answers, shown)
	}
	return out
}

func (a *api) SetCoordinator(ctx context.Context, in SetCoordinatorRequestObject) (SetCoordinatorResponseObject, error) {
	_, err := a.consult.SetCoordinator(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId),
		portal.OrganisationID(or(in.Body.OrganisationId, "")), in.Body.Version)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return SetCoordinator200JSONResponse(out), err
}

func (a *api) SetAnswerStatus(ctx context.Context, in SetAnswerStatusRequestObject) (SetAnswerStatusResponseObject, error) {
	_, err := a.consult.SetAnswerStatus(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId), portal.AnswerStatus(in.Body.Status), in.Body.Version)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return SetAnswerStatus200JSONResponse(out), err
}

func (a *api) FreezeResponse(ctx context.Context, in FreezeResponseRequestObject) (FreezeResponseResponseObject, error) {
	_, err := a.document.Freeze(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), in.Body.Version)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return FreezeResponse200JSONResponse(out), err
}

func (a *api) ReopenResponse(ctx context.Context, in ReopenResponseRequestObject) (ReopenResponseResponseObject, error) {
	err := a.document.Reopen(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), in.Body.Version, in.Body.Reason)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return ReopenResponse200JSONResponse(out), err
}

func (a *api) TakePosition(ctx context.Context, in TakePositionRequestObject) (TakePositionResponseObject, error) {
	position := signoff.Position{Freeze: portal.FreezeID(in.Body.FreezeId), Hashes: hashesFrom(in.Body.AnswerHashes), Kind: portal.PositionKind(in.Body.Kind),
		Reason: or(in.Body.Reason, ""), Seen: seenFrom(in.Body.SeenRemarks), Coverage: coverageFrom(in.Body.Coverage),
		On: each(or(in.Body.OnBehalfOf, nil), func(id string) portal.OrganisationID { return portal.OrganisationID(id) })}
	for _, remark := range or(in.Body.Remarks, nil) {
		position.Remarks = append(position.Remarks, signoff.Remark{ID: portal.RemarkID(or(remark.Id, "")), Answer: portal.AnswerID(or(remark.AnswerId, "")),
			Quote: or(remark.Quote, ""), Text: remark.Text})
	}
	err := a.signoff.TakePosition(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), position)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return TakePosition200JSONResponse(out), err
}

func (a *api) ConfirmPosition(ctx context.Context, in ConfirmPositionRequestObject) (ConfirmPositionResponseObject, error) {
	err := a.signoff.Confirm(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), signoff.Position{Freeze: portal.FreezeID(in.Body.FreezeId),
		Hashes: hashesFrom(in.Body.AnswerHashes), Seen: seenFrom(in.Body.SeenRemarks), Coverage: coverageFrom(in.Body.Coverage)})
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return ConfirmPosition200JSONResponse(out), err
}

func (a *api) WithdrawPosition(ctx context.Context, in WithdrawPositionRequestObject) (WithdrawPositionResponseObject, error) {
	err := a.signoff.Withdraw(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.FreezeID(in.Body.FreezeId), in.Body.Reason)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return WithdrawPosition200JSONResponse(out), err
}

func (a *api) ListPositions(ctx context.Context, in ListPositionsRequestObject) (ListPositionsResponseObject, error) {
	said, err := a.consult.Positions(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId))
	return ListPositions200JSONResponse(each(said, func(x consult.Said) SaidPosition {
		return SaidPosition{Organisation: organisationOf(x.Organisation), IsParty: x.IsParty, Position: positionOf(x.Position, x.Organisation)}
	})), err
}

func (a *api) AddParty(ctx context.Context, in AddPartyRequestObject) (AddPartyResponseObject, error) {
	err := a.document.AddParty(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), in.Body.Version, portal.OrganisationID(in.Body.OrganisationId))
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return AddParty200JSONResponse(out), err
}

func (a *api) RemoveParty(ctx context.Context, in RemovePartyRequestObject) (RemovePartyResponseObject, error) {
	err := a.document.RemoveParty(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), in.Body.Version, portal.OrganisationID(in.OrganisationId), in.Body.Reason)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return RemoveParty200JSONResponse(out), err
}

func (a *api) WarnOfSilence(ctx context.Context, in WarnOfSilenceRequestObject) (WarnOfSilenceResponseObject, error) {
	err := a.signoff.WarnOfSilence(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.FreezeID(in.Body.FreezeId))
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return WarnOfSilence200JSONResponse(out), err
}

func (a *api) RecordDecision(ctx context.Context, in RecordDecisionRequestObject) (RecordDecisionResponseObject, error) {
	err := a.signoff.Decide(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.FreezeID(in.Body.FreezeId), portal.Decision{
		Level: string(in.Body.Level), Body: in.Body.Body, BodyID: portal.BodyID(or(in.Body.BodyId, "")), DecidedOn: in.Body.DecidedOn.Time, CaseNumber: in.Body.CaseNumber})
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return RecordDecision200JSONResponse(out), err
}

func (a *api) SubmitResponse(ctx context.Context, in SubmitResponseRequestObject) (SubmitResponseResponseObject, error) {
	receipt, err := a.consult.Submit(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.FreezeID(in.Body.FreezeId), in.Body.FreezeHash)
	if err != nil {
		return nil, err
	}
	return SubmitResponse200JSONResponse(receiptOf(receipt)), nil
}
