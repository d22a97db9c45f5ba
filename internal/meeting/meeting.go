// Package meeting knows when committees meet, and what for: agendas and the papers of each case, minutes, and the plan
// back from a round's deadline to every meeting on the way.
package meeting

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Store is what this package needs kept. Parties are those of the date.
type Store interface {
	policy.ReadingLog
	Meeting(ctx context.Context, id portal.MeetingID, on time.Time) (View, error)
	// Meetings are the community's, the newest first, without their cases.
	Meetings(ctx context.Context, community portal.OrganisationID) ([]portal.Meeting, error)
	PartiesOn(ctx context.Context, community portal.OrganisationID, on time.Time) ([]portal.OrganisationID, error)
	Response(ctx context.Context, id portal.ResponseID) (portal.Response, error)
	FrozenAnswers(ctx context.Context, id portal.FreezeID) ([]portal.FrozenAnswer, error)
	// TreatedBefore is the text of the response that a meeting last treated before the time; portal.Missing when none did.
	TreatedBefore(ctx context.Context, id portal.ResponseID, before time.Time) (Treated, error)
	// OpenResponsesOf are the responses in open rounds that the organisation owns or is a party of.
	OpenResponsesOf(ctx context.Context, organisation portal.OrganisationID) ([]portal.Response, error)
	OwnDates(ctx context.Context, id portal.ResponseID) (map[portal.OrganisationID]portal.OwnDates, error)
	// CalendarLink and CalendarAccount are portal.Missing when there is none.
	CalendarLink(ctx context.Context, id portal.AccountID) (CalendarLink, error)
	CalendarAccount(ctx context.Context, secretHash string) (portal.AccountID, error)
	Write(ctx context.Context, fn func(Tx) error) error
}

// Tx is one write.
type Tx interface {
	LockMeeting(id portal.MeetingID, on time.Time) (View, error)
	Body(id portal.BodyID) (portal.Body, error)
	InsertMeeting(m portal.Meeting, at time.Time) error
	// UpdateMeeting replaces time, place and agenda of the version that was read.
	UpdateMeeting(m portal.Meeting) error
	SetMeetingState(m portal.Meeting, to portal.MeetingState, reason string) error
	InsertMinute(c portal.CaseID, m portal.Minute) error
	InsertMinuteRemark(m portal.MeetingID, r portal.MinuteRemark) error

	LockResponse(id portal.ResponseID) (portal.Response, error)
	InsertDecision(r portal.Response, d portal.Decision, by portal.AccountID) error
	SetResponseState(r portal.Response, to portal.ResponseState) error
	PutOwnDates(id portal.ResponseID, organisation portal.OrganisationID, d portal.OwnDates) error
	InsertCalendarLink(secretHash string, l CalendarLink) error
	// EndCalendarLink says whether there was one.
	EndCalendarLink(id portal.AccountID) (bool, error)
	Audit(portal.Actor, portal.AuditEvent) error
	// Unchanged ends a write that turned out to have nothing to do.
	Unchanged() error
}

// View is a meeting with the parties of its community.
type View struct {
	portal.Meeting
	Parties []portal.OrganisationID
}

func (v View) object() policy.Object {
	return policy.Object{State: string(v.State), Owner: v.Community.ID, Parties: v.Parties, Seats: v.Body.Seats()}
}

// Treated is a text as a meeting has treated it.
type Treated struct {
	Freeze portal.FreezeID
	Number int
	Body   string
	At     time.Time
}

// Input is a meeting as it is called.
type Input struct {
	Body                portal.BodyID
	StartsAt, PapersDue time.Time
	Place               string
	Cases               []portal.Case // with the ids of those that are there already
}

// Service does the use cases of meetings. Every method decides about rights first.
type Service struct {
	Store Store
	Now   func() time.Time
	NewID func() string
}

func (s Service) today() time.Time { return s.Now().In(workflow.Oslo) }

// Call calls a meeting of one of the community's bodies. One that has been held can be entered afterwards.
func (s Service) Call(ctx context.Context, actor portal.Actor, community portal.OrganisationID, in Input) (portal.MeetingID, error) {
	if err := s.mayIn(ctx, actor, community, "meeting.call"); err != nil {
		return "", err
	}
	if err := s.check(ctx, community, in); err != nil {
		return "", err
	}
	m := portal.Meeting{ID: portal.MeetingID(s.NewID()), Community: portal.Organisation{ID: community}, State: portal.Called, Version: 1}
	return m.ID, s.Store.Write(ctx, func(tx Tx) (err error) {
		if m.Body, err = tx.Body(in.Body); err != nil && !portal.IsCode(err, "not_found") {
			return err
		}
		if err != nil || m.Body.Community != community || m.Body.Ended {
			return portal.InvalidField("bodyId", "not_our_body", "no body of the community that still meets")
		}
		if err := tx.InsertMeeting(s.fill(m, in), s.Now()); err != nil {
			return err
		}
		return tx.Audit(actor, s.event(m, "meeting.call", map[string]any{"startsAt": in.StartsAt, "cases": len(in.Cases)}))
	})
}

func (s Service) mayIn(ctx context.Context, actor portal.Actor, community portal.OrganisationID, action policy.Action) error {
	parties, err := s.Store.PartiesOn(ctx, community, s.today())
	if err != nil {
		return err
	}
	return policy.Decide(actor, action, policy.Object{Owner: community, Parties: parties})
}

// Change moves a meeting that has not been held, or changes its agenda.
func (s Service) Change(ctx context.Context, actor portal.Actor, id portal.MeetingID, version int, in Input) error {
	return s.change(ctx, actor, id, "meeting.change", func(tx Tx, v View) (map[string]any, error) {
		if err := read(v, version); err != nil {
			return nil, err
		}
		if err := s.check(ctx, v.Community.ID, in); err != nil {
			return nil, err
		}
		for _, c := range in.Cases {
			if c.ID != "" && !slices.ContainsFunc(v.Cases, func(there portal.Case) bool { return there.ID == c.ID }) {
				return nil, portal.InvalidField("cases", "unknown", "no such case on this agenda")
			}
		}
		return map[string]any{"startsAt": in.StartsAt, "cases": len(in.Cases)}, tx.UpdateMeeting(s.fill(v.Meeting, in))
	})
}

// Cancel says that a meeting will not be held, and why.
func (s Service) Cancel(ctx context.Context, actor portal.Actor, id portal.MeetingID, version int, reason string) error {
	return s.change(ctx, actor, id, "meeting.cancel", func(tx Tx, v View) (map[string]any, error) {
		if err := read(v, version); err != nil {
			return nil, err
		}
		to, err := workflow.Next(workflow.MeetingSteps, v.State, "cancel")
		if err != nil {
			return nil, err
		}
		return map[string]any{"startsAt": v.StartsAt, "reason": reason}, tx.SetMeetingState(v.Meeting, to, strings.TrimSpace(reason))
	})
}

func (s Service) change(ctx context.Context, actor portal.Actor, id portal.MeetingID, action policy.Action, do func(Tx, View) (map[string]any, error)) error {
	return s.Store.Write(ctx, func(tx Tx) error {
		v, err := tx.LockMeeting(id, s.today())
		if err != nil {
			return err
		}
		if err := policy.Decide(actor, action, v.object()); err != nil {
			return err
		}
		detail, err := do(tx, v)
		if err != nil {
			return err
		}
		return tx.Audit(actor, s.event(v.Meeting, action, detail))
	})
}

func (s Service) event(m portal.Meeting, action policy.Action, detail map[string]any) portal.AuditEvent {
	detail["body"] = m.Body.Name
	return portal.AuditEvent{At: s.Now(), Action: string(action), Object: string(m.ID), Detail: detail}
}

func read(v View, version int) error {
	if v.Version != version {
		return portal.Conflictf("changed_meanwhile", "version %d was read, it is %d now", version, v.Version).With("version", v.Version)
	}
	return nil
}

// fill puts what was asked for into the meeting; cases that are new get their ids.
func (s Service) fill(m portal.Meeting, in Input) portal.Meeting {
	m.StartsAt, m.PapersDue, m.Place, m.Cases = in.StartsAt, in.PapersDue, strings.TrimSpace(in.Place), nil
	for i, c := range in.Cases {
		if c.ID == "" {
			c.ID = portal.CaseID(s.NewID())
		}
		c.Number, c.Title = i+1, strings.TrimSpace(c.Title)
		m.Cases = append(m.Cases, c)
	}
	return m
}

func (s Service) check(ctx context.Context, community portal.OrganisationID, in Input) error {
	if in.PapersDue.After(in.StartsAt) {
		return portal.InvalidField("papersDue", "after_meeting", "the papers are due before the meeting")
	}
	on := map[portal.ResponseID]bool{}
	for i, c := range in.Cases {
		field := func(name string) string { return fmt.Sprintf("cases.%d.%s", i, name) }
		if c.Response == "" {
			if strings.TrimSpace(c.Title) == "" {
				return portal.InvalidField(field("title"), "required", "a case is an answer, or has a title")
			}
			continue
		}
		r, err := s.Store.Response(ctx, c.Response)
		if err != nil && !portal.IsCode(err, "not_found") {
			return err
		}
		if err != nil || r.Owner.ID != community || on[c.Response] {
			return portal.InvalidField(field("responseId"), "not_our_response", "the answer is not the community's, or stands there twice")
		}
		on[c.Response] = true
	}
	return nil
}

// Meeting is one meeting, with the cases that the actor has a reason to see.
func (s Service) Meeting(ctx context.Context, actor portal.Actor, id portal.MeetingID) (View, map[portal.ResponseID]portal.Response, error) {
	v, err := s.Store.Meeting(ctx, id, s.today())
	if err != nil {
		return v, nil, err
	}
	if err := policy.Decide(actor, "meeting.read", v.object()); err != nil {
		return v, nil, err
	}
	return s.reasonable(ctx, actor, v)
}

// reasonable leaves the cases that concern the actor: answers that may be read, and other matters of a body where the
// actor's organisation has a seat, or that it is the secretariat of.
func (s Service) reasonable(ctx context.Context, actor portal.Actor, v View) (View, map[portal.ResponseID]portal.Response, error) {
	seated := actor.Organisation == v.Community.ID || slices.Contains(v.Body.Seats(), actor.Organisation)
	responses, left := map[portal.ResponseID]portal.Response{}, []portal.Case{}
	for _, c := range v.Cases {
		if c.Response == "" {
			if seated {
				left = append(left, c)
			}
			continue
		}
		r, err := s.Store.Response(ctx, c.Response)
		if err != nil && !portal.IsCode(err, "not_found") {
			return v, nil, err
		}
		if err == nil && policy.Decide(actor, "response.text", policy.ResponseObject(r)) == nil {
			left, responses[c.Response] = append(left, c), r
		}
	}
	v.Cases = left
	v.Remarks = slices.DeleteFunc(v.Remarks, func(r portal.MinuteRemark) bool {
		return !seated && !slices.ContainsFunc(left, func(c portal.Case) bool { return c.ID == r.Case })
	})
	return v, responses, nil
}

// Meetings are those of the community, without their cases.
func (s Service) Meetings(ctx context.Context, actor portal.Actor, community portal.OrganisationID) ([]portal.Meeting, error) {
	if err := s.mayIn(ctx, actor, community, "meeting.read"); err != nil {
		return nil, err
	}
	return s.Store.Meetings(ctx, community)
}

// Abilities are the actions of a meeting's page, with what stands in the way of each.
func (s Service) Abilities(actor portal.Actor, v View) []policy.Ability {
	abilities := policy.Abilities(actor, v.object(), "meeting.change", "meeting.cancel", "meeting.minute", "meeting.remark")
	for i, a := range abilities {
		if a.Action == "meeting.minute" && a.Allowed && s.Now().Before(v.StartsAt) {
			abilities[i].Allowed, abilities[i].Why = false, "meeting_not_held"
		}
	}
	return abilities
}
