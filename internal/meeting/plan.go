package meeting

import (
	"context"
	"slices"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Plan is the way back from the response's deadline, as it is now.
type Plan struct {
	workflow.Plan
	Response  portal.Response
	Abilities []policy.Ability
}

// Plan reads the deadline that holds, the committees' meetings and the parties' own dates.
func (s Service) Plan(ctx context.Context, actor portal.Actor, id portal.ResponseID) (Plan, error) {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return Plan{}, err
	}
	if err := policy.Decide(actor, "response.read", policy.ResponseObject(r)); err != nil {
		return Plan{}, err
	}
	p, err := s.plan(ctx, r)
	return Plan{Plan: p, Response: r, Abilities: policy.Abilities(actor, policy.ResponseObject(r), "response.plan_dates")}, err
}

func (s Service) plan(ctx context.Context, r portal.Response) (workflow.Plan, error) {
	var meetings []portal.Meeting
	var err error
	if r.Kind == portal.Joint {
		if meetings, err = s.Store.Meetings(ctx, r.Owner.ID); err != nil {
			return workflow.Plan{}, err
		}
	}
	own, err := s.Store.OwnDates(ctx, r.ID)
	return workflow.BackwardPlan(r, meetings, own, s.Now()), err
}

// SetDates says when the actor's party treats the answer itself. Zero dates take back what was said.
func (s Service) SetDates(ctx context.Context, actor portal.Actor, id portal.ResponseID, d portal.OwnDates) error {
	change := policy.Change{Actor: actor, Action: "response.plan_dates", Response: id, Now: s.Now}
	return policy.Run(ctx, s.Store.Write, change, func(tx Tx, r portal.Response) (map[string]any, error) {
		if !d.PapersDue.IsZero() && (d.Meeting.IsZero() || d.PapersDue.After(d.Meeting)) {
			return nil, portal.InvalidField("papersDue", "after_meeting", "the papers are due before the meeting")
		}
		d.SetBy, d.SetAt = actor.Name, s.Now()
		detail := map[string]any{}
		if !d.Meeting.IsZero() {
			detail["meeting"] = d.Meeting.Format(time.DateOnly)
		}
		return detail, tx.PutOwnDates(r.ID, actor.Organisation, d)
	})
}

// Event is something in a calendar. Kind and Level say what it is; its words hold nothing of any text.
type Event struct {
	ID      string // the same for the same thing, whenever it is asked for
	Kind    string // deadline, meeting, papers, own_meeting, own_papers, answer_by, freeze_by
	Name    string // of the body; empty for others
	Owner   string // of the answer or the meeting
	Place   string
	Round   portal.Text
	At      time.Time
	AllDay  bool
	Path    string // of the page that it is about
	Changed time.Time
}

// Events are what the actor may now have in a calendar: deadlines and dates of the answers under way, and the meetings of
// the actor's communities.
func (s Service) Events(ctx context.Context, actor portal.Actor) ([]Event, error) {
	responses, err := s.Store.OpenResponsesOf(ctx, actor.Organisation)
	if err != nil {
		return nil, err
	}
	var events []Event
	communities := []portal.OrganisationID{}
	for _, r := range responses {
		if policy.Decide(actor, "response.read", policy.ResponseObject(r)) != nil {
			continue
		}
		p, err := s.plan(ctx, r)
		if err != nil {
			return nil, err
		}
		events = append(events, datesOf(actor, r, p)...)
		if r.Kind == portal.Joint && !slices.Contains(communities, r.Owner.ID) {
			communities = append(communities, r.Owner.ID)
		}
	}
	for _, community := range communities {
		meetings, err := s.Meetings(ctx, actor, community)
		if portal.IsCode(err, "not_found") { // a party of the answer that has left the community
			continue
		}
		if err != nil {
			return nil, err
		}
		events = append(events, s.meetingsAhead(meetings)...)
	}
	return events, nil
}

// meetingsAhead are those to come and those of the last month, with their papers.
func (s Service) meetingsAhead(meetings []portal.Meeting) (events []Event) {
	for _, m := range meetings {
		if m.State == portal.Cancelled || m.StartsAt.Before(s.Now().AddDate(0, -1, 0)) {
			continue
		}
		e := Event{ID: "meeting-" + string(m.ID), Kind: "meeting", Name: m.Body.Name, Owner: m.Community.Name, Place: m.Place, At: m.StartsAt, Path: "/meetings/" + string(m.ID)}
		papers := e
		papers.ID, papers.Kind, papers.At, papers.AllDay, papers.Place = "papers-"+string(m.ID), "papers", m.PapersDue, true, ""
		events = append(events, e, papers)
	}
	return events
}

func datesOf(actor portal.Actor, r portal.Response, p workflow.Plan) (events []Event) {
	if r.Receipt() != nil {
		return nil
	}
	add := func(kind string, at time.Time, allDay bool) {
		events = append(events, Event{ID: kind + "-" + string(r.ID) + "-" + string(actor.Organisation), Kind: kind, Owner: r.Owner.Name, Round: r.Round.Title, At: at,
			AllDay: allDay, Path: "/responses/" + string(r.ID)})
	}
	add("deadline", r.Round.Deadline, false)
	if freeze := p.Steps[stepOf(p, "freeze")]; !freeze.Done && r.Owner.ID == actor.Organisation {
		add("freeze_by", freeze.Latest, true)
	}
	for _, line := range p.Parties {
		if line.Organisation != actor.Organisation {
			continue
		}
		if !line.Done {
			add("answer_by", line.Latest, true)
		}
		if !line.Own.Meeting.IsZero() {
			add("own_meeting", line.Own.Meeting, true)
		}
		if !line.Own.PapersDue.IsZero() {
			add("own_papers", line.Own.PapersDue, true)
		}
	}
	return events
}

func stepOf(p workflow.Plan, kind string) int {
	return slices.IndexFunc(p.Steps, func(s workflow.PlanStep) bool { return s.Kind == kind })
}
