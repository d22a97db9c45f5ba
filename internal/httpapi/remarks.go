package httpapi

import (
	"context"

	"samsvar/internal/portal"
	"samsvar/internal/signoff"
)

func (a *api) WriteRemark(ctx context.Context, in WriteRemarkRequestObject) (WriteRemarkResponseObject, error) {
	err := a.signoff.WriteRemark(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.FreezeID(in.Body.FreezeId),
		signoff.Remark{Answer: portal.AnswerID(or(in.Body.AnswerId, "")), Quote: or(in.Body.Quote, ""), Text: in.Body.Text})
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return WriteRemark200JSONResponse(out), err
}

func (a *api) SeeRemarks(ctx context.Context, in SeeRemarksRequestObject) (SeeRemarksResponseObject, error) {
	err := a.signoff.See(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), seenFrom(&in.Body.Remarks))
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return SeeRemarks200JSONResponse(out), err
}

func (a *api) StepRemark(ctx context.Context, in StepRemarkRequestObject) (StepRemarkResponseObject, error) {
	err := a.signoff.RemarkStep(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.RemarkID(in.RemarkId), string(in.Body.Kind), in.Body.Version, or(in.Body.Text, ""))
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return StepRemark200JSONResponse(out), err
}

func (a *api) ReplyToRemark(ctx context.Context, in ReplyToRemarkRequestObject) (ReplyToRemarkResponseObject, error) {
	err := a.signoff.Reply(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.RemarkID(in.RemarkId), in.Body.Version, in.Body.Text)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return ReplyToRemark200JSONResponse(out), err
}
