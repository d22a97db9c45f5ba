package httpapi

import (
	"bytes"
	"context"
	"encoding/json"

	"samsvar/internal/consult"
	"samsvar/internal/export"
	"samsvar/internal/portal"
)

// forAnybody is how long what is public may be kept by a cache: so long can it be seen after it was taken down.
const forAnybody = "public, max-age=60"

func (a *api) PublishSubmission(ctx context.Context, in PublishSubmissionRequestObject) (PublishSubmissionResponseObject, error) {
	actor := actorOf(ctx)
	if err := a.consult.Publish(ctx, actor, portal.ResponseID(in.ResponseId), in.Body.Number); err != nil {
		return nil, err
	}
	out, err := a.showSubmission(ctx, actor, in.ResponseId, in.Body.Number)
	return PublishSubmission200JSONResponse(out), err
}

func (a *api) TakeSubmissionDown(ctx context.Context, in TakeSubmissionDownRequestObject) (TakeSubmissionDownResponseObject, error) {
	actor := actorOf(ctx)
	if err := a.consult.TakeDown(ctx, actor, portal.ResponseID(in.ResponseId), in.Body.Number, in.Body.Reason); err != nil {
		return nil, err
	}
	out, err := a.showSubmission(ctx, actor, in.ResponseId, in.Body.Number)
	return TakeSubmissionDown200JSONResponse(out), err
}

func (a *api) ListPublished(ctx context.Context, in ListPublishedRequestObject) (ListPublishedResponseObject, error) {
	published, err := a.consult.Published(ctx, portal.RoundID(or(in.Params.RoundId, "")))
	if err != nil {
		return nil, err
	}
	return ListPublished200JSONResponse{Body: each(published, publishedOf), Headers: ListPublished200ResponseHeaders{CacheControl: some(forAnybody)}}, nil
}

func (a *api) GetPublished(ctx context.Context, in GetPublishedRequestObject) (GetPublishedResponseObject, error) {
	one, err := a.consult.PublishedOne(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	out := publishedOf(one)
	if len(one.Package) > 0 {
		sent := json.RawMessage(one.Package)
		late := each(one.Late, func(l consult.LateApproval) LateApproval {
			return LateApproval{Organisation: organisationOf(l.Organisation), RecordedAt: l.RecordedAt}
		})
		out.Package, out.Late = &sent, &late
	}
	return GetPublished200JSONResponse{Body: out, Headers: GetPublished200ResponseHeaders{CacheControl: some(forAnybody)}}, nil
}

func (a *api) DownloadPublished(ctx context.Context, in DownloadPublishedRequestObject) (DownloadPublishedResponseObject, error) {
	one, err := a.consult.PublishedOne(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	if len(one.Package) == 0 {
		return nil, portal.Missing()
	}
	file, err := a.export.File(ctx, one.Package, string(in.Format), string(or(in.Params.Language, Language(one.Language))), false)
	if err != nil {
		return nil, err
	}
	return DownloadPublished200ApplicationoctetStreamResponse{Body: bytes.NewReader(file), ContentLength: int64(len(file)),
		Headers: DownloadPublished200ResponseHeaders{CacheControl: some(forAnybody), ContentDisposition: attachment(export.FileName(one.Receipt.Number, string(one.Owner.ID), string(in.Format)))}}, nil
}

func publishedOf(p consult.Published) Published {
	state := PublishedState(p.Receipt.State)
	out := Published{Number: p.Receipt.Number, RoundId: string(p.Round.ID), RoundTitle: textOf(p.Round.Title), Sender: p.Round.Sender, Owner: organisationOf(p.Owner),
		Kind: PublishedKind(p.Kind), Language: Language(p.Language), SubmittedAt: p.Receipt.SubmittedAt, LateSeconds: p.Receipt.LateSeconds,
		PackageHash: p.Receipt.PackageHash, PublishedAt: *p.Receipt.PublishedAt, ReplacedBy: some(p.ReplacedBy)}
	if p.Receipt.Ended != nil {
		out.EndedAt = &p.Receipt.Ended.At
	}
	if gone := p.Receipt.TakenDown; gone != nil {
		state = "taken_down"
		out.TakenDown = &TakenDown{At: gone.At, By: gone.For, Reason: gone.Reason}
	}
	out.State = state
	return out
}
