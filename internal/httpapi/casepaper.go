package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"samsvar/internal/document"
	"samsvar/internal/export"
	"samsvar/internal/portal"
)

func (a *api) DownloadCasePaper(ctx context.Context, in DownloadCasePaperRequestObject) (DownloadCasePaperResponseObject, error) {
	actor := actorOf(ctx)
	text, err := a.document.Text(ctx, actor, portal.ResponseID(in.ResponseId))
	if err != nil {
		return nil, err
	}
	p, err := a.consult.Unsent(actor, text.Response, text.Answers)
	if err != nil {
		return nil, err
	}
	language := or(in.Params.Language, Language(text.Response.Language))
	file, err := a.export.CasePaper(ctx, string(language), p, casePaperOf(actor, text, a.now()))
	if err != nil {
		return nil, err
	}
	return DownloadCasePaper200ApplicationoctetStreamResponse{Body: bytes.NewReader(file), ContentLength: int64(len(file)),
		Headers: DownloadCasePaper200ResponseHeaders{ContentDisposition: attachment(export.CasePaperName(text.Response, actor.Organisation))}}, nil
}

func casePaperOf(actor portal.Actor, text document.Text, now time.Time) export.CasePaper {
	paper := export.CasePaper{Organisation: actor.OrganisationName, Kind: actor.Kind, Frozen: text.Response.Freeze != nil, At: now}
	for _, p := range text.Response.Parties {
		if p.Organisation.ID != actor.Organisation {
			continue
		}
		paper.Organisation = p.Organisation.Name
		if t := p.Treated(); t != nil && text.Treated != nil {
			paper.Treated = &export.Treated{Version: t.FreezeNumber, Body: t.Body, Date: t.MetOn.Format(time.DateOnly), Answers: map[string]json.RawMessage{}}
			for id, answer := range text.Treated {
				paper.Treated.Answers[string(id)] = answer.Content
			}
		}
	}
	return paper
}
