package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

func (a *api) GetPlan(ctx context.Context, in GetPlanRequestObject) (GetPlanResponseObject, error) {
	out, err := a.showPlan(ctx, in.ResponseId, nil)
	return GetPlan200JSONResponse(out), err
}

func (a *api) SetPlanDates(ctx context.Context, in SetPlanDatesRequestObject) (SetPlanDatesResponseObject, error) {
	dates := portal.OwnDates{Meeting: or(in.Body.OwnMeeting, Date{}).Time, PapersDue: or(in.Body.PapersDue, Date{}).Time}
	out, err := a.showPlan(ctx, in.ResponseId, a.meeting.SetDates(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), dates))
	return SetPlanDates200JSONResponse(out), err
}

func (a *api) showPlan(ctx context.Context, id ResponseId, err error) (Plan, error) {
	if err != nil {
		return Plan{}, err
	}
	actor := actorOf(ctx)
	p, err := a.meeting.Plan(ctx, actor, portal.ResponseID(id))
	out := Plan{Now: a.now(), Steps: each(p.Steps, planStepOf), Abilities: each(p.Abilities, abilityOf), Parties: []PlanParty{}}
	for i, line := range p.Parties {
		out.Parties = append(out.Parties, planPartyOf(p.Response.Parties[i].Organisation, line, actor))
	}
	return out, err
}

func planStepOf(s workflow.PlanStep) PlanStep {
	return PlanStep{Kind: PlanStepKind(s.Kind), Latest: some(s.Latest), Level: some(BodyLevel(s.Level)), Meeting: optional(s.Meeting, meetingSummaryOf), Done: s.Done,
		Warning: some(PlanStepWarning(s.Warning))}
}

func planPartyOf(organisation portal.Organisation, line workflow.PartyPlan, actor portal.Actor) PlanParty {
	return PlanParty{Organisation: organisationOf(organisation), Mine: organisation.ID == actor.Organisation, OwnMeeting: dateOrNone(line.Own.Meeting),
		PapersDue: dateOrNone(line.Own.PapersDue), SetBy: some(line.Own.SetBy), Latest: line.Latest, Done: line.Done, Warning: some(PlanPartyWarning(line.Warning))}
}

func dateOrNone(t time.Time) *Date {
	if t.IsZero() {
		return nil
	}
	d := dateOf(t)
	return &d
}

func (a *api) GetCalendarLink(ctx context.Context, _ GetCalendarLinkRequestObject) (GetCalendarLinkResponseObject, error) {
	link, err := a.meeting.CalendarLink(ctx, actorOf(ctx))
	if link == nil || err != nil {
		return GetCalendarLink200JSONResponse{}, err
	}
	return GetCalendarLink200JSONResponse{MadeAt: &link.MadeAt}, nil
}

func (a *api) MakeCalendarLink(ctx context.Context, _ MakeCalendarLinkRequestObject) (MakeCalendarLinkResponseObject, error) {
	secret, err := a.meeting.MakeCalendarLink(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	url, now := a.base.JoinPath("calendar", secret+".ics").String(), a.now()
	return MakeCalendarLink200JSONResponse{Url: &url, MadeAt: &now}, nil
}

func (a *api) EndCalendarLink(ctx context.Context, _ EndCalendarLinkRequestObject) (EndCalendarLinkResponseObject, error) {
	return EndCalendarLink204Response{}, a.meeting.EndCalendarLink(ctx, actorOf(ctx))
}

// secret is the part of the address that opens a calendar.
func secret(c echo.Context) string { return strings.TrimSuffix(c.Param("secret"), ".ics") }

// calendar gives what the account may see at this moment, for whomever it may act.
func (a *api) calendar(c echo.Context) error {
	ctx := c.Request().Context()
	id, err := a.meeting.CalendarOf(ctx, secret(c))
	if err != nil {
		return err
	}
	standing, err := a.directory.Standing(ctx, id)
	if err != nil {
		return err
	}
	var events []meeting.Event
	for _, o := range standing.Options {
		actor, _ := standing.As(o.Organisation.ID)
		of, err := a.meeting.Events(portal.Acting(ctx, actor), actor)
		if err != nil {
			return err
		}
		events = append(events, of...)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("X-Robots-Tag", "noindex")
	return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", meeting.ICS(events, standing.Account.Language, strings.TrimSuffix(a.base.String(), "/"), a.now()))
}
