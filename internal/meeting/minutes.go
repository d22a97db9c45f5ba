package meeting

import (
	"context"
	"slices"
	"strings"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Minute records what became of a case. Where the body decides about an answer on a level that the community's rule
// asks, it is the answer's decision, in the same transaction, about the text that was seen. What the minutes said before
// stays on record.
func (s Service) Minute(ctx context.Context, actor portal.Actor, id portal.MeetingID, caseID portal.CaseID, seen portal.FreezeID, in portal.Minute) error {
	return s.change(ctx, actor, id, "meeting.minute", func(tx Tx, v View) (map[string]any, error) {
		c, err := find(v, caseID)
		if err != nil {
			return nil, err
		}
		switch {
		case s.Now().Before(v.StartsAt):
			return nil, portal.Conflictf("meeting_not_held", "the meeting has not begun")
		case c.Minute != nil && c.Minute.Decision:
			return nil, portal.Conflictf("already_decided", "the decision of this meeting stands")
		}
		in.Text, in.CaseNumber = strings.TrimSpace(in.Text), strings.TrimSpace(in.CaseNumber)
		in.RecordedAt, in.RecordedBy = s.Now(), actor.Name
		if c.Response != "" {
			if in, err = s.treat(ctx, tx, actor, v, c, seen, in); err != nil {
				return nil, err
			}
		}
		if err := tx.InsertMinute(c.ID, in); err != nil {
			return nil, err
		}
		to, err := workflow.Next(workflow.MeetingSteps, v.State, "minute")
		if err == nil && to != v.State {
			err = tx.SetMeetingState(v.Meeting, to, "")
		}
		return map[string]any{"case": c.Number, "outcome": in.Outcome, "decision": in.Decision}, err
	})
}

// treat adds to the minute which text lay before the meeting, and records the decision where it is one.
func (s Service) treat(ctx context.Context, tx Tx, actor portal.Actor, v View, c portal.Case, seen portal.FreezeID, in portal.Minute) (portal.Minute, error) {
	r, err := tx.LockResponse(c.Response)
	if err != nil {
		return in, err
	}
	if r.Freeze != nil {
		in.Freeze = r.Freeze.ID
	}
	in.Decision = in.Outcome == portal.CaseDecided && slices.Contains(workflow.Deciding(r.Rule), string(v.Body.Level))
	if !in.Decision {
		return in, nil
	}
	if in.CaseNumber == "" {
		return in, portal.InvalidField("caseNumber", "required", "a decision has a case number")
	}
	within := func(_ context.Context, do func(Tx) error) error { return do(tx) }
	change := policy.Change{Actor: actor, Action: "response.decide", Response: c.Response, Now: s.Now}
	return in, policy.Run(ctx, within, change, func(tx Tx, r portal.Response) (map[string]any, error) {
		d := portal.Decision{Level: string(v.Body.Level), Body: v.Body.Name, BodyID: v.Body.ID, Meeting: v.ID, DecidedOn: v.StartsAt.In(workflow.Oslo),
			CaseNumber: in.CaseNumber, RecordedAt: in.RecordedAt, RecordedBy: actor.Name}
		to, err := workflow.Decide(r, seen, d, s.Now())
		if err != nil {
			return nil, err
		}
		if err := tx.InsertDecision(r, d, actor.Account); err != nil {
			return nil, err
		}
		return map[string]any{"level": d.Level, "body": d.Body, "case": d.CaseNumber, "freeze": r.Freeze.Number}, tx.SetResponseState(r, to)
	})
}

// Remark adds an organisation's remark to the minutes. It stays.
func (s Service) Remark(ctx context.Context, actor portal.Actor, id portal.MeetingID, caseID portal.CaseID, text string) error {
	return s.change(ctx, actor, id, "meeting.remark", func(tx Tx, v View) (map[string]any, error) {
		if strings.TrimSpace(text) == "" {
			return nil, portal.InvalidField("text", "required", "an empty remark")
		}
		if caseID != "" {
			if _, err := find(v, caseID); err != nil {
				return nil, err
			}
		}
		r := portal.MinuteRemark{ID: s.NewID(), Case: caseID, Organisation: portal.Organisation{ID: actor.Organisation, Name: actor.OrganisationName},
			Text: strings.TrimSpace(text), RecordedAt: s.Now(), RecordedBy: actor.Name}
		return map[string]any{"organisation": actor.OrganisationName}, tx.InsertMinuteRemark(id, r)
	})
}

// Pack is what lies before the meeting in a case about an answer.
type Pack struct {
	View     View
	Case     portal.Case
	Response portal.Response
	Answers  []portal.FrozenAnswer
	Earlier  *Treated // what a meeting treated last, with its text
	Before   []portal.FrozenAnswer
}

// Pack gives the frozen text with all that belongs to it, which counts as reading the text.
func (s Service) Pack(ctx context.Context, actor portal.Actor, id portal.MeetingID, caseID portal.CaseID) (Pack, error) {
	v, responses, err := s.Meeting(ctx, actor, id)
	if err != nil {
		return Pack{}, err
	}
	if err := policy.Decide(actor, "meeting.pack", v.object()); err != nil {
		return Pack{}, err
	}
	p := Pack{View: v}
	if p.Case, err = find(v, caseID); err != nil {
		return p, err
	}
	if p.Case.Response == "" {
		return p, portal.Missing()
	}
	if p.Response = responses[p.Case.Response]; p.Response.Freeze == nil {
		return p, portal.Conflictf("not_frozen", "the text is being written: there is nothing yet for a meeting to treat")
	}
	if err := policy.Read(ctx, s.Store, actor, "response.text", p.Response, s.Now()); err != nil {
		return p, err
	}
	if p.Answers, err = s.Store.FrozenAnswers(ctx, p.Response.Freeze.ID); err != nil {
		return p, err
	}
	earlier, err := s.Store.TreatedBefore(ctx, p.Response.ID, v.StartsAt)
	if portal.IsCode(err, "not_found") {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Earlier = &earlier
	p.Before, err = s.Store.FrozenAnswers(ctx, earlier.Freeze)
	return p, err
}

func find(v View, id portal.CaseID) (portal.Case, error) {
	i := slices.IndexFunc(v.Cases, func(c portal.Case) bool { return c.ID == id })
	if i < 0 {
		return portal.Case{}, portal.Missing()
	}
	return v.Cases[i], nil
}
