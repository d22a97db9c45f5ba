package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"

	"samsvar/internal/consult"
	"samsvar/internal/export"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

func (a *api) GetOverview(ctx context.Context, in GetOverviewRequestObject) (GetOverviewResponseObject, error) {
	o, err := a.consult.Overview(ctx, actorOf(ctx), portal.RoundID(in.RoundId))
	if err != nil {
		return nil, err
	}
	out := Overview{Round: responseRoundOf(o.Round.Round), Separate: each(o.Separate, submissionSummaryOf), Submitted: o.Submitted,
		MunicipalitiesCovered: o.Reach.Behind, MunicipalitiesTotal: o.Reach.Municipalities, Recipients: o.Reach.Recipients,
		RecipientsOpened: o.Reach.Opened, Forwarded: each(o.Reach.Authorities, recipientOf), Now: a.now()}
	out.Communities = each(o.Communities, func(c consult.CommunityStanding) OverviewCommunity {
		late := a.consult.Late(c)
		shown := OverviewCommunity{Organisation: organisationOf(c.Organisation), State: CommunityState(c.State), Late: late > 0, LateSeconds: some(late),
			Municipalities: c.Municipalities, Recipients: c.Recipients, Opened: c.Opened, ResponseId: some(string(c.Response))}
		if c.Receipt != nil {
			shown.Number, shown.SubmittedAt = some(c.Receipt.Number), &c.Receipt.SubmittedAt
		}
		return shown
	})
	return GetOverview200JSONResponse(out), nil
}

func (a *api) ListSubmissions(ctx context.Context, in ListSubmissionsRequestObject) (ListSubmissionsResponseObject, error) {
	submitted, err := a.consult.Submissions(ctx, actorOf(ctx), portal.RoundID(in.RoundId))
	return ListSubmissions200JSONResponse(each(submitted, submissionSummaryOf)), err
}

func (a *api) ReadAcross(ctx context.Context, in ReadAcrossRequestObject) (ReadAcrossResponseObject, error) {
	across, err := a.consult.ReadAcross(ctx, actorOf(ctx), portal.RoundID(in.RoundId), portal.QuestionID(in.QuestionId))
	if err != nil {
		return nil, err
	}
	answers := each(across.Answers, func(x consult.AcrossAnswer) AcrossAnswer {
		return AcrossAnswer{Submission: submissionSummaryOf(x.Response), Status: AcrossAnswerStatus(x.Text.Status), Language: Language(x.Response.Language),
			Content: x.Text.Content, Hash: x.Text.Hash, Supporters: each(x.Supporters, same), Outside: each(x.Outside, same), Silent: each(x.Silent, same),
			Remarks: each(x.Remarks, sentRemarkOf), Apart: each(x.Apart, same), Relation: sentRelationOf(x)}
	})
	return ReadAcross200JSONResponse{Question: questionOf(across.Question), Questions: each(across.Round.Questions, questionOf), Answers: answers,
		Texts: across.Count.Texts, Hospitals: across.Count.Hospitals, Municipalities: across.Count.Municipalities}, nil
}

func (a *api) GetSubmission(ctx context.Context, in GetSubmissionRequestObject) (GetSubmissionResponseObject, error) {
	actor := actorOf(ctx)
	out, err := a.showSubmission(ctx, actor, in.ResponseId, or(in.Params.Number, ""))
	return GetSubmission200JSONResponse(out), err
}

func (a *api) showSubmission(ctx context.Context, actor portal.Actor, id ResponseId, number string) (Submission, error) {
	r, receipt, raw, err := a.consult.Submission(ctx, actor, portal.ResponseID(id), number, "submission.read")
	if err != nil {
		return Submission{}, err
	}
	out := Submission{Receipt: receiptOf(receipt), Submissions: each(r.Submissions, receiptOf), Package: json.RawMessage(raw), Late: lateOf(r, receipt.Freeze),
		Questions: each(r.Answers, func(x portal.Answer) Question { return questionOf(x.Question) })}
	o := policy.ObjectOf("submission.read", r)
	o.State = string(receipt.State)
	out.Abilities = each(policy.Abilities(actor, o, "submission.download", "submission.receive", "submission.return", "submission.publish", "submission.take_down"), abilityOf)
	return out, nil
}

func lateOf(r portal.Response, sent portal.FreezeID) []SaidPosition {
	late := []SaidPosition{}
	for _, p := range r.Parties {
		if p.Position != nil && p.Position.Late && p.Position.Enough() && p.Position.Covered() && p.Position.Freeze == sent {
			late = append(late, SaidPosition{Organisation: organisationOf(p.Organisation), IsParty: true, Position: positionOf(*p.Position, p.Organisation)})
		}
	}
	return late
}

func (a *api) DownloadSubmission(ctx context.Context, in DownloadSubmissionRequestObject) (DownloadSubmissionResponseObject, error) {
	actor := actorOf(ctx)
	r, receipt, raw, err := a.consult.Submission(ctx, actor, portal.ResponseID(in.ResponseId), or(in.Params.Number, ""), "submission.download")
	if err != nil {
		return nil, err
	}
	language := or(in.Params.Language, Language(r.Language))
	file, err := a.export.File(ctx, raw, string(in.Format), string(language), actor.Kind == portal.Ministry)
	if err != nil {
		return nil, err
	}
	return DownloadSubmission200ApplicationoctetStreamResponse{Body: bytes.NewReader(file), ContentLength: int64(len(file)),
		Headers: DownloadSubmission200ResponseHeaders{ContentDisposition: attachment(export.FileName(receipt.Number, string(r.Owner.ID), string(in.Format)))}}, nil
}

func (a *api) DownloadSentAttachment(ctx context.Context, in DownloadSentAttachmentRequestObject) (DownloadSentAttachmentResponseObject, error) {
	file, content, err := a.consult.SentAttachment(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), or(in.Params.Number, ""), portal.AttachmentID(in.AttachmentId))
	if err != nil {
		return nil, err
	}
	return DownloadSentAttachment200ApplicationoctetStreamResponse{Body: bytes.NewReader(content), ContentLength: int64(len(content)),
		Headers: DownloadSentAttachment200ResponseHeaders{ContentDisposition: attachment(file.Name)}}, nil
}

func (a *api) WithdrawSubmission(ctx context.Context, in WithdrawSubmissionRequestObject) (WithdrawSubmissionResponseObject, error) {
	err := a.consult.Withdraw(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), in.Body.Number, in.Body.Reason)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return WithdrawSubmission200JSONResponse(out), err
}

func (a *api) ReturnSubmission(ctx context.Context, in ReturnSubmissionRequestObject) (ReturnSubmissionResponseObject, error) {
	actor := actorOf(ctx)
	if err := a.consult.Return(ctx, actor, portal.ResponseID(in.ResponseId), in.Body.Number, in.Body.Reason); err != nil {
		return nil, err
	}
	out, err := a.showSubmission(ctx, actor, in.ResponseId, in.Body.Number)
	return ReturnSubmission200JSONResponse(out), err
}

func attachment(name string) *string {
	value := mime.FormatMediaType("attachment", map[string]string{"filename": name})
	return &value
}

func (a *api) ReceiveSubmission(ctx context.Context, in ReceiveSubmissionRequestObject) (ReceiveSubmissionResponseObject, error) {
	receipt, err := a.consult.Receive(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId))
	if err != nil {
		return nil, err
	}
	return ReceiveSubmission200JSONResponse(receiptOf(receipt)), nil
}

func jobOf(j export.Job) Job {
	return Job{Id: string(j.ID), Kind: JobKind(j.Kind), State: JobState(j.State), Done: j.Done, Total: j.Total, ErrorCode: some(j.ErrorCode),
		FileName: some(j.FileName), CreatedAt: j.CreatedAt}
}

func (a *api) StartExport(ctx context.Context, in StartExportRequestObject) (StartExportResponseObject, error) {
	actor := actorOf(ctx)
	submitted, err := a.consult.Exportable(ctx, actor, portal.RoundID(in.RoundId))
	if err != nil {
		return nil, err
	}
	job, err := a.export.Start(ctx, actor, portal.RoundID(in.RoundId), submitted, string(in.Body.Format), string(in.Body.Language))
	if err != nil {
		return nil, err
	}
	return StartExport202JSONResponse(jobOf(job)), nil
}

func (a *api) GetJob(ctx context.Context, in GetJobRequestObject) (GetJobResponseObject, error) {
	job, err := a.export.Job(ctx, actorOf(ctx), portal.JobID(in.JobId))
	if err != nil {
		return nil, err
	}
	return GetJob200JSONResponse(jobOf(job)), nil
}

func (a *api) CancelJob(ctx context.Context, in CancelJobRequestObject) (CancelJobResponseObject, error) {
	job, err := a.export.Cancel(ctx, actorOf(ctx), portal.JobID(in.JobId))
	if err != nil {
		return nil, err
	}
	return CancelJob200JSONResponse(jobOf(job)), nil
}

func (a *api) DownloadJobFile(ctx context.Context, in DownloadJobFileRequestObject) (DownloadJobFileResponseObject, error) {
	job, file, err := a.export.JobFile(ctx, actorOf(ctx), portal.JobID(in.JobId))
	if err != nil {
		return nil, fmt.Errorf("file of a job: %w", err)
	}
	return DownloadJobFile200ApplicationoctetStreamResponse{Body: bytes.NewReader(file), ContentLength: int64(len(file)),
		Headers: DownloadJobFile200ResponseHeaders{ContentDisposition: attachment(job.FileName)}}, nil
}
