package httpapi

import (
	"context"

	"samsvar/internal/notice"
	"samsvar/internal/portal"
)

func noticeOf(n notice.Notice) Notice {
	out := Notice{Id: n.ID, Kind: string(n.Kind), At: n.At, Read: n.Read, ResponseId: some(string(n.Response)), Owner: some(n.Owner),
		AnswerId: some(string(n.Answer)), ThreadId: some(string(n.Thread))}
	if n.Round.ID == "" {
		out.About = &n.About
		if !n.Moment.IsZero() {
			out.Moment = &n.Moment
		}
		return out
	}
	title := textOf(n.Round.Title)
	out.RoundId, out.RoundTitle, out.Deadline = some(string(n.Round.ID)), &title, &n.Round.Deadline
	return out
}

func (a *api) ListNotices(ctx context.Context, _ ListNoticesRequestObject) (ListNoticesResponseObject, error) {
	notices, err := a.notice.Notices(ctx, actorOf(ctx))
	return ListNotices200JSONResponse(each(notices, noticeOf)), err
}

func (a *api) MarkNoticesRead(ctx context.Context, in MarkNoticesReadRequestObject) (MarkNoticesReadResponseObject, error) {
	return MarkNoticesRead204Response{}, a.notice.MarkRead(ctx, actorOf(ctx), in.Body.UpTo)
}

func (a *api) ListNews(ctx context.Context, _ ListNewsRequestObject) (ListNewsResponseObject, error) {
	fresh, err := a.notice.News(ctx, actorOf(ctx))
	return ListNews200JSONResponse(each(fresh, func(f notice.Fresh) ResponseNews {
		return ResponseNews{ResponseId: string(f.Response), LookedAt: f.LookedAt, News: each(f.News, newsOf)}
	})), err
}

func newsOf(n notice.News) News {
	same := func(name string) string { return name }
	return News{Kind: NewsKind(n.Kind), Count: n.Count, Names: each(n.Names, same), Answers: each(n.Answers, func(number int) int { return number })}
}

func (a *api) MarkLooked(ctx context.Context, in MarkLookedRequestObject) (MarkLookedResponseObject, error) {
	return MarkLooked204Response{}, a.notice.Looked(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId))
}

func (a *api) ListUndelivered(ctx context.Context, in ListUndeliveredRequestObject) (ListUndeliveredResponseObject, error) {
	people, err := a.notice.Undelivered(ctx, actorOf(ctx), portal.OrganisationID(in.OrganisationId))
	return ListUndelivered200JSONResponse(each(people, func(u notice.Undelivered) Undelivered {
		return Undelivered{Name: u.Name, Organisation: u.Organisation, Since: u.Since, Fault: UndeliveredFault(u.Fault)}
	})), err
}

func (a *api) GetOutbox(ctx context.Context, _ GetOutboxRequestObject) (GetOutboxResponseObject, error) {
	o, err := a.notice.Outbox(ctx, actorOf(ctx))
	return GetOutbox200JSONResponse{Configured: o.Configured, Waiting: o.Waiting, Failed: o.Failed}, err
}
