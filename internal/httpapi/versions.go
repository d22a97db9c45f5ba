package httpapi

import (
	"context"
	"slices"

	"samsvar/internal/document"
	"samsvar/internal/portal"
)

func (a *api) ListVersions(ctx context.Context, in ListVersionsRequestObject) (ListVersionsResponseObject, error) {
	versions, err := a.document.Versions(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId))
	if err != nil {
		return nil, err
	}
	slices.Reverse(versions.All)
	return ListVersions200JSONResponse(each(versions.All, func(v document.Version) Version {
		return Version{Place: v.Place, From: v.From, To: v.To, People: each(v.People, authorOf), Name: some(v.Name), NamedBy: some(v.NamedBy), Frozen: some(v.Frozen)}
	})), nil
}

func (a *api) GetVersion(ctx context.Context, in GetVersionRequestObject) (GetVersionResponseObject, error) {
	text, err := a.document.TextAt(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId), in.Place)
	if err != nil {
		return nil, err
	}
	return GetVersion200JSONResponse{Place: in.Place, Language: Language(text.Language), Content: RichText(text.Content), Authored: RichText(text.Authored),
		Sittings: each(text.Sittings, func(s document.Sitting) Sitting { return Sitting{By: authorOf(s.By), From: s.From, To: s.To} })}, nil
}

func (a *api) NameVersion(ctx context.Context, in NameVersionRequestObject) (NameVersionResponseObject, error) {
	err := a.document.NameVersion(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId), in.Place, in.Body.Name)
	return NameVersion204Response{}, err
}

func authorOf(a document.Author) Person { return Person{Name: a.Name, Organisation: a.Organisation} }
