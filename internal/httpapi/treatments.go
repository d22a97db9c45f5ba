package httpapi

import (
	"bytes"
	"context"
	"io"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

func (a *api) RecordTreatment(ctx context.Context, in RecordTreatmentRequestObject) (RecordTreatmentResponseObject, error) {
	t := portal.Treatment{Freeze: portal.FreezeID(in.Body.FreezeId), Level: portal.TreatmentLevel(in.Body.Level), Body: in.Body.Body, CaseNumber: in.Body.CaseNumber,
		MetOn: in.Body.MetOn.Time, Outcome: portal.TreatmentOutcome(in.Body.Outcome), Decision: in.Body.Decision, Corrects: portal.TreatmentID(or(in.Body.Corrects, "")),
		Votes: optional(in.Body.Votes, func(v Votes) portal.Votes {
			return portal.Votes{For: v.For, Against: v.Against, Abstained: v.Abstained}
		})}
	err := a.signoff.Treat(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), t)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return RecordTreatment200JSONResponse(out), err
}

func (a *api) AddAttachment(ctx context.Context, in AddAttachmentRequestObject) (AddAttachmentResponseObject, error) {
	content, err := io.ReadAll(in.Body)
	if err != nil {
		return nil, err
	}
	err = a.signoff.Attach(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.TreatmentID(in.TreatmentId), in.Params.Name, content)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return AddAttachment200JSONResponse(out), err
}

func (a *api) DownloadAttachment(ctx context.Context, in DownloadAttachmentRequestObject) (DownloadAttachmentResponseObject, error) {
	file, content, err := a.consult.Attachment(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AttachmentID(in.AttachmentId))
	if err != nil {
		return nil, err
	}
	return DownloadAttachment200ApplicationoctetStreamResponse{Body: bytes.NewReader(content), ContentLength: int64(len(content)),
		Headers: DownloadAttachment200ResponseHeaders{ContentDisposition: attachment(file.Name)}}, nil
}

func attachmentOf(a portal.Attachment) Attachment {
	return Attachment{Id: string(a.ID), Name: a.Name, MediaType: a.MediaType, Size: a.Size, Hash: a.Hash, By: a.By, AddedAt: a.AddedAt}
}

func treatmentOf(p portal.Party, laid workflow.Laid) func(portal.Treatment) Treatment {
	return func(t portal.Treatment) Treatment {
		return Treatment{Id: string(t.ID), FreezeNumber: t.FreezeNumber, Current: workflow.Speaks(t, laid), Level: TreatmentLevel(t.Level), Body: t.Body,
			CaseNumber: t.CaseNumber, MetOn: dateOf(t.MetOn), Outcome: TreatmentOutcome(t.Outcome), Decision: t.Decision,
			Votes: optional(t.Votes, func(v portal.Votes) Votes { return Votes{For: v.For, Against: v.Against, Abstained: v.Abstained} }), RecordedAt: t.RecordedAt, By: t.Name, Corrected: p.Corrected(t.ID),
			Attachments: each(t.Attachments, attachmentOf)}
	}
}

func coverageFrom(c *Coverage) *portal.Coverage {
	return optional(c, func(c Coverage) portal.Coverage { return portal.Coverage{Covers: c.Covers, Reason: c.Reason} })
}
