package httpapi

import (
	"context"

	"samsvar/internal/comment"
	"samsvar/internal/portal"
)

func (a *api) ListPeople(ctx context.Context, in ListPeopleRequestObject) (ListPeopleResponseObject, error) {
	people, err := a.comment.People(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId))
	return ListPeople200JSONResponse(each(people, mentionOf)), err
}

func (a *api) ListComments(ctx context.Context, in ListCommentsRequestObject) (ListCommentsResponseObject, error) {
	threads, err := a.showThreads(ctx, in.ResponseId, in.AnswerId, nil)
	return ListComments200JSONResponse(threads), err
}

func (a *api) BeginThread(ctx context.Context, in BeginThreadRequestObject) (BeginThreadResponseObject, error) {
	t := comment.Thread{Audience: comment.Audience(in.Body.Audience), Quote: or(in.Body.Quote, ""),
		Anchor: optional(in.Body.Anchor, func(at Anchor) comment.Anchor { return comment.Anchor{First: at.First, Last: at.Last} })}
	id, err := a.comment.Begin(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId), t,
		comment.Entry{Kind: comment.Say, Text: in.Body.Text, Mentions: mentionsFrom(in.Body.Mentions), Sending: sendingOf(in.Body.Sending)})
	threads, err := a.showThreads(ctx, in.ResponseId, in.AnswerId, err)
	return BeginThread200JSONResponse{Id: string(id), Threads: threads}, err
}

func (a *api) AddToThread(ctx context.Context, in AddToThreadRequestObject) (AddToThreadResponseObject, error) {
	err := a.comment.Add(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId), portal.ThreadID(in.ThreadId),
		comment.Entry{Kind: comment.Kind(in.Body.Kind), Text: or(in.Body.Text, ""), Mentions: mentionsFrom(in.Body.Mentions), Sending: sendingOf(in.Body.Sending)})
	threads, err := a.showThreads(ctx, in.ResponseId, in.AnswerId, err)
	return AddToThread200JSONResponse(threads), err
}

func (a *api) Suggest(ctx context.Context, in SuggestRequestObject) (SuggestResponseObject, error) {
	all := each(in.Body.Suggestions, func(s SuggestionInput) comment.Thread {
		return comment.Thread{Quote: or(s.Quote, ""), Anchor: &comment.Anchor{First: s.Anchor.First, Last: s.Anchor.Last}, Change: s.Change}
	})
	err := a.comment.Suggest(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId), all,
		comment.Entry{Text: or(in.Body.Text, ""), Sending: sendingOf(in.Body.Sending)})
	threads, err := a.showThreads(ctx, in.ResponseId, in.AnswerId, err)
	return Suggest200JSONResponse(threads), err
}

func (a *api) SettleSuggestion(ctx context.Context, in SettleSuggestionRequestObject) (SettleSuggestionResponseObject, error) {
	err := a.comment.Settle(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), portal.AnswerID(in.AnswerId), portal.ThreadID(in.ThreadId), comment.Kind(in.Body.Kind), sendingOf(in.Body.Sending))
	threads, err := a.showThreads(ctx, in.ResponseId, in.AnswerId, err)
	return SettleSuggestion200JSONResponse(threads), err
}

// showThreads gives the answer's threads, unless something went wrong before.
func (a *api) showThreads(ctx context.Context, response, answer string, err error) ([]Thread, error) {
	if err != nil {
		return nil, err
	}
	threads, err := a.comment.Threads(ctx, actorOf(ctx), portal.ResponseID(response), portal.AnswerID(answer))
	return each(threads, threadOf(actorOf(ctx))), err
}

func threadOf(actor portal.Actor) func(comment.Thread) Thread {
	return func(t comment.Thread) Thread {
		var change *TextChange
		if t.Change != nil {
			change = &t.Change
		}
		return Thread{Id: string(t.ID), Audience: CommentAudience(t.Audience), OrganisationId: string(t.Organisation), Quote: some(t.Quote), Resolved: t.Resolved(),
			Anchor: optional(t.Anchor, func(at comment.Anchor) Anchor { return Anchor{First: at.First, Last: at.Last} }),
			Change: change, State: some(ThreadState(t.State())),
			Entries: each(t.Entries, func(e comment.Entry) ThreadEntry {
				return ThreadEntry{Kind: ThreadStep(e.Kind), By: Person{Name: e.Name, Organisation: e.OrganisationName}, Mine: e.Account == actor.Account,
					Text: e.Text, Mentions: each(e.Mentions, mentionOf), At: e.At}
			})}
	}
}

func sendingOf(id *Sending) comment.Sending { return comment.Sending{ID: or(id, "")} }

func mentionOf(m comment.Mention) Mention {
	return Mention{AccountId: string(m.Account), OrganisationId: string(m.Organisation), Name: m.Name, Organisation: m.OrganisationName}
}

func mentionsFrom(in *[]MentionInput) []comment.Mention {
	return each(or(in, nil), func(m MentionInput) comment.Mention {
		return comment.Mention{Account: portal.AccountID(m.AccountId), Organisation: portal.OrganisationID(m.OrganisationId)}
	})
}
