package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"samsvar/internal/consult"
	"samsvar/internal/export"
	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

func (a *api) ListMeetings(ctx context.Context, in ListMeetingsRequestObject) (ListMeetingsResponseObject, error) {
	all, err := a.meeting.Meetings(ctx, actorOf(ctx), portal.OrganisationID(in.OrganisationId))
	return ListMeetings200JSONResponse(each(all, meetingSummaryOf)), err
}

func meetingSummaryOf(m portal.Meeting) MeetingSummary {
	return MeetingSummary{Id: string(m.ID), Body: meetingBodyOf(m), StartsAt: m.StartsAt, PapersDue: m.PapersDue, Place: m.Place, State: MeetingState(m.State)}
}

func (a *api) CallMeeting(ctx context.Context, in CallMeetingRequestObject) (CallMeetingResponseObject, error) {
	input, err := meetingFrom(*in.Body)
	if err != nil {
		return nil, err
	}
	id, err := a.meeting.Call(ctx, actorOf(ctx), portal.OrganisationID(in.OrganisationId), input)
	out, err := a.showMeeting(ctx, MeetingId(id), err)
	return CallMeeting200JSONResponse(out), err
}

func (a *api) GetMeeting(ctx context.Context, in GetMeetingRequestObject) (GetMeetingResponseObject, error) {
	out, err := a.showMeeting(ctx, in.MeetingId, nil)
	return GetMeeting200JSONResponse(out), err
}

func (a *api) ChangeMeeting(ctx context.Context, in ChangeMeetingRequestObject) (ChangeMeetingResponseObject, error) {
	input, err := meetingFrom(*in.Body)
	if err != nil {
		return nil, err
	}
	err = a.meeting.Change(ctx, actorOf(ctx), portal.MeetingID(in.MeetingId), in.Body.Version, input)
	out, err := a.showMeeting(ctx, in.MeetingId, err)
	return ChangeMeeting200JSONResponse(out), err
}

func (a *api) CancelMeeting(ctx context.Context, in CancelMeetingRequestObject) (CancelMeetingResponseObject, error) {
	err := a.meeting.Cancel(ctx, actorOf(ctx), portal.MeetingID(in.MeetingId), in.Body.Version, in.Body.Reason)
	out, err := a.showMeeting(ctx, in.MeetingId, err)
	return CancelMeeting200JSONResponse(out), err
}

func (a *api) RecordMinute(ctx context.Context, in RecordMinuteRequestObject) (RecordMinuteResponseObject, error) {
	err := a.meeting.Minute(ctx, actorOf(ctx), portal.MeetingID(in.MeetingId), portal.CaseID(in.CaseId), portal.FreezeID(or(in.Body.FreezeId, "")),
		portal.Minute{Outcome: portal.CaseOutcome(in.Body.Outcome), Text: in.Body.Text, CaseNumber: or(in.Body.CaseNumber, "")})
	out, err := a.showMeeting(ctx, in.MeetingId, err)
	return RecordMinute200JSONResponse(out), err
}

func (a *api) RemarkMinutes(ctx context.Context, in RemarkMinutesRequestObject) (RemarkMinutesResponseObject, error) {
	err := a.meeting.Remark(ctx, actorOf(ctx), portal.MeetingID(in.MeetingId), portal.CaseID(or(in.Body.CaseId, "")), in.Body.Text)
	out, err := a.showMeeting(ctx, in.MeetingId, err)
	return RemarkMinutes200JSONResponse(out), err
}

func (a *api) DownloadPack(ctx context.Context, in DownloadPackRequestObject) (DownloadPackResponseObject, error) {
	p, err := a.meeting.Pack(ctx, actorOf(ctx), portal.MeetingID(in.MeetingId), portal.CaseID(in.CaseId))
	if err != nil {
		return nil, err
	}
	papers := export.Pack{Body: p.View.Body.Name, StartsAt: p.View.StartsAt, Place: p.View.Place, Number: p.Case.Number}
	if p.Earlier != nil {
		papers.Earlier = &export.EarlierText{Body: p.Earlier.Body, At: p.Earlier.At, Number: p.Earlier.Number, Contents: map[string]json.RawMessage{}}
		for _, answer := range p.Before {
			papers.Earlier.Contents[string(answer.Answer)] = answer.Content
		}
	}
	language := or(in.Params.Language, Language(p.Response.Language))
	file, err := a.export.Papers(ctx, string(language), consult.Unsealed(p.Response, p.Answers, a.now()), papers)
	if err != nil {
		return nil, err
	}
	return DownloadPack200ApplicationoctetStreamResponse{Body: bytes.NewReader(file), ContentLength: int64(len(file)),
		Headers: DownloadPack200ResponseHeaders{ContentDisposition: attachment(export.PapersName(p.View.Meeting, p.Case))}}, nil
}

// showMeeting reads the meeting, again after a change, and shows it.
func (a *api) showMeeting(ctx context.Context, id MeetingId, err error) (Meeting, error) {
	if err != nil {
		return Meeting{}, err
	}
	actor := actorOf(ctx)
	v, responses, err := a.meeting.Meeting(ctx, actor, portal.MeetingID(id))
	if err != nil {
		return Meeting{}, err
	}
	return Meeting{Id: string(v.ID), Community: organisationOf(v.Community), Body: meetingBodyOf(v.Meeting), Members: each(v.Body.Members, memberOf),
		StartsAt: v.StartsAt, PapersDue: v.PapersDue, Place: v.Place, State: MeetingState(v.State), Reason: some(v.Reason), Version: v.Version,
		Cases:     each(v.Cases, func(c portal.Case) MeetingCase { return a.caseOf(v.Body, c, responses[c.Response]) }),
		Remarks:   each(v.Remarks, minuteRemarkOf),
		Abilities: each(a.meeting.Abilities(actor, v), abilityOf)}, nil
}

func meetingBodyOf(m portal.Meeting) MeetingBody {
	out := MeetingBody{Id: string(m.Body.ID), Level: BodyLevel(m.Body.Level), Name: m.Body.Name}
	if chair := m.Body.ChairOn(m.StartsAt.In(workflow.Oslo)); chair != nil {
		out.Chair = &chair.Name
	}
	return out
}

func (a *api) caseOf(body portal.Body, c portal.Case, r portal.Response) MeetingCase {
	out := MeetingCase{Id: string(c.ID), Number: c.Number, Title: c.Title}
	if c.Response != "" {
		summary, title := responseSummaryOf(r), textOf(c.RoundTitle)
		out.Response, out.RoundTitle, out.Freeze = &summary, &title, freezeOf(r.Freeze)
		if decides := slices.Contains(workflow.Deciding(r.Rule), string(body.Level)); decides {
			out.Decides, out.Hindrance = &decides, some(workflow.DecisionHindrance(r, a.now()))
		}
	}
	if m := c.Minute; m != nil {
		out.Minute = &MeetingMinute{Outcome: MeetingOutcome(m.Outcome), Text: m.Text, CaseNumber: m.CaseNumber, Decision: m.Decision, RecordedAt: m.RecordedAt, RecordedBy: m.RecordedBy}
	}
	return out
}

func minuteRemarkOf(r portal.MinuteRemark) MinuteRemark {
	return MinuteRemark{Id: r.ID, CaseId: some(string(r.Case)), Organisation: organisationOf(r.Organisation), Text: r.Text, RecordedAt: r.RecordedAt, RecordedBy: r.RecordedBy}
}

func meetingFrom(in MeetingInput) (meeting.Input, error) {
	starts, err := timeFrom("startsAt", in.StartsAt)
	if err != nil {
		return meeting.Input{}, err
	}
	due, err := timeFrom("papersDue", in.PapersDue)
	return meeting.Input{Body: portal.BodyID(in.BodyId), StartsAt: starts, PapersDue: due, Place: in.Place, Cases: each(in.Cases, func(c MeetingCaseInput) portal.Case {
		return portal.Case{ID: portal.CaseID(or(c.Id, "")), Title: or(c.Title, ""), Response: portal.ResponseID(or(c.ResponseId, ""))}
	})}, err
}
