package consult

import (
	"context"
	"fmt"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Rounds are the rounds the actor may see, the latest deadline first.
func (s Service) Rounds(ctx context.Context, actor portal.Actor) ([]RoundView, error) {
	if err := policy.Decide(actor, "round.list", policy.Object{}); err != nil {
		return nil, err
	}
	if policy.Decide(actor, "round.create", policy.Object{}) == nil {
		return s.Store.Rounds(ctx, actor, true, portal.RoundDraft, portal.RoundOpen, portal.RoundClosed)
	}
	return s.Store.Rounds(ctx, actor, false, portal.RoundOpen, portal.RoundClosed)
}

// Round is one round, whole.
func (s Service) Round(ctx context.Context, actor portal.Actor, id portal.RoundID) (RoundView, error) {
	return s.round(ctx, actor, id, "round.read")
}

func (s Service) round(ctx context.Context, actor portal.Actor, id portal.RoundID, action policy.Action) (RoundView, error) {
	round, err := s.Store.Round(ctx, actor, id)
	if err != nil {
		return RoundView{}, err
	}
	return round, policy.Decide(actor, action, round.object())
}

// RoundAbilities are the actions of a round's page.
func RoundAbilities(actor portal.Actor, v RoundView) []policy.Ability {
	abilities := policy.Abilities(actor, v.object(), "round.edit", "round.open", "round.close", "round.extend", "round.forward", "round.recipients",
		"round.overview", "round.submissions", "round.read_across", "round.export")
	for _, kind := range []portal.ResponseKind{portal.Joint, portal.Separate} {
		if policy.Decide(actor, "response.start", v.object()) != nil || !mayBegin(actor, v, kind) {
			continue
		}
		a := policy.Ability{Action: policy.Action("response.start_" + string(kind)), Allowed: true}
		for _, r := range v.Responses {
			if r.Kind == kind && r.Owner.ID == actor.Organisation {
				a.Allowed, a.Why = false, "already_started"
			}
		}
		abilities = append(abilities, a)
		if kind == portal.Separate {
			abilities = append(abilities, policy.Ability{Action: "round.wish", Allowed: true})
		}
	}
	return abilities
}

// CreateRound makes a draft round.
func (s Service) CreateRound(ctx context.Context, actor portal.Actor, r portal.Round) (RoundView, error) {
	if err := policy.Decide(actor, "round.create", policy.Object{}); err != nil {
		return RoundView{}, err
	}
	r.ID, r.State, r.Version = portal.RoundID(s.NewID()), portal.RoundDraft, 1
	s.numberQuestions(&r)
	err := s.Store.Write(ctx, func(tx Tx) error {
		if err := check(tx, r); err != nil {
			return err
		}
		if err := tx.InsertRound(r, s.Now()); err != nil {
			return err
		}
		return tx.Audit(actor, s.event("round.create", r.ID, "", map[string]any{"slug": r.Slug, "questions": len(r.Questions)}))
	})
	if err != nil {
		return RoundView{}, err
	}
	return s.Round(ctx, actor, r.ID)
}

// ImportRound makes a draft round from an invitation file.
func (s Service) ImportRound(ctx context.Context, actor portal.Actor, raw []byte) (RoundView, error) {
	if err := policy.Decide(actor, "round.create", policy.Object{}); err != nil {
		return RoundView{}, err
	}
	r, err := ParseInvitation(raw)
	if err != nil {
		return RoundView{}, err
	}
	return s.CreateRound(ctx, actor, r)
}

// EditRound replaces a draft. The version must be the one that was read.
func (s Service) EditRound(ctx context.Context, actor portal.Actor, r portal.Round) (RoundView, error) {
	err := s.changeRound(ctx, actor, r.ID, "round.edit", func(tx Tx, v RoundView) (map[string]any, error) {
		if r.Version != v.Version {
			return nil, portal.Conflictf("changed_meanwhile", "version %d was read, it is %d now", r.Version, v.Version).With("version", v.Version)
		}
		s.numberQuestions(&r)
		if err := check(tx, r); err != nil {
			return nil, err
		}
		return map[string]any{"questions": len(r.Questions)}, tx.UpdateRound(r, v.Version)
	})
	if err != nil {
		return RoundView{}, err
	}
	return s.Round(ctx, actor, r.ID)
}

// OpenRound sends the invitation out: the recipients are fixed as of the letter's date.
func (s Service) OpenRound(ctx context.Context, actor portal.Actor, id portal.RoundID) (RoundView, error) {
	err := s.changeRound(ctx, actor, id, "round.open", func(tx Tx, v RoundView) (map[string]any, error) {
		if !v.Deadline.After(s.Now()) {
			return nil, portal.InvalidField("deadline", "deadline_passed", "the deadline is not in the future")
		}
		invited, err := tx.Invite(v.Round)
		if err != nil {
			return nil, err
		}
		if invited == 0 {
			return nil, portal.InvalidField("addressees", "nobody_invited", "the round has no recipients")
		}
		return map[string]any{"recipients": invited}, s.step(tx, v, "open")
	})
	if err != nil {
		return RoundView{}, err
	}
	return s.Round(ctx, actor, id)
}

// CloseRound ends the time for submissions.
func (s Service) CloseRound(ctx context.Context, actor portal.Actor, id portal.RoundID) (RoundView, error) {
	err := s.changeRound(ctx, actor, id, "round.close", func(tx Tx, v RoundView) (map[string]any, error) {
		return nil, s.step(tx, v, "close")
	})
	if err != nil {
		return RoundView{}, err
	}
	return s.Round(ctx, actor, id)
}

// Extend gives more time: to everybody, to a community and its parties, or to
// one organisation alone. It never takes time away.
func (s Service) Extend(ctx context.Context, actor portal.Actor, id portal.RoundID, to portal.OrganisationID, deadline time.Time, reason string) (RoundView, error) {
	err := s.changeRound(ctx, actor, id, "round.extend", func(tx Tx, v RoundView) (map[string]any, error) {
		e := portal.Extension{Deadline: deadline, Reason: reason, GrantedBy: actor.Name, GrantedAt: s.Now()}
		if to != "" {
			e.For = &portal.Organisation{ID: to}
		}
		if err := s.checkExtension(tx, v, to, deadline); err != nil {
			return nil, err
		}
		return map[string]any{"organisation": to, "deadline": deadline, "reason": reason}, tx.InsertExtension(id, e)
	})
	if err != nil {
		return RoundView{}, err
	}
	return s.Round(ctx, actor, id)
}

func (s Service) checkExtension(tx Tx, v RoundView, to portal.OrganisationID, deadline time.Time) error {
	if to != "" {
		known, err := tx.Extendable(v.ID, to)
		if err != nil {
			return err
		}
		if !known {
			return portal.InvalidField("organisationId", "unknown_recipient", "neither a community nor somebody who may answer")
		}
	}
	now, err := tx.DeadlineOf(v.ID, to)
	switch {
	case err != nil:
		return err
	case !deadline.After(now):
		return portal.InvalidField("deadline", "not_later", "the deadline is no later than the one that holds")
	case !deadline.After(s.Now()):
		return portal.InvalidField("deadline", "deadline_passed", "the deadline is not in the future")
	}
	return nil
}

// MarkOpened records, once, that the actor's organisation has opened the invitation.
func (s Service) MarkOpened(ctx context.Context, actor portal.Actor, id portal.RoundID) error {
	return s.changeRound(ctx, actor, id, "round.mark_opened", func(tx Tx, v RoundView) (map[string]any, error) {
		first, err := tx.MarkOpened(id, actor.Organisation, s.Now())
		if err == nil && !first {
			err = tx.Unchanged()
		}
		return nil, err
	})
}

// Forward puts the authority's trusts and hospitals on the list, once.
func (s Service) Forward(ctx context.Context, actor portal.Actor, id portal.RoundID) (RoundView, error) {
	err := s.changeRound(ctx, actor, id, "round.forward", func(tx Tx, v RoundView) (map[string]any, error) {
		if v.Recipient != nil && v.Recipient.ForwardedAt != nil {
			return nil, tx.Unchanged()
		}
		added, err := tx.Forward(v.Round, actor.Organisation, s.Now())
		return map[string]any{"recipients": added}, err
	})
	if err != nil {
		return RoundView{}, err
	}
	return s.Round(ctx, actor, id)
}

// Recipients is the list of whom the invitation went to.
func (s Service) Recipients(ctx context.Context, actor portal.Actor, id portal.RoundID) ([]portal.Recipient, error) {
	if _, err := s.round(ctx, actor, id, "round.recipients"); err != nil {
		return nil, err
	}
	return s.Store.Recipients(ctx, id)
}

// changeRound is every write to a round: locked, allowed, done, audited.
func (s Service) changeRound(ctx context.Context, actor portal.Actor, id portal.RoundID, action policy.Action,
	do func(Tx, RoundView) (map[string]any, error)) error {
	return s.Store.Write(ctx, func(tx Tx) error {
		v, err := tx.LockRound(actor, id)
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
		return tx.Audit(actor, s.event(action, id, "", detail))
	})
}

func (s Service) step(tx Tx, v RoundView, event string) error {
	to, err := workflow.Next(workflow.RoundSteps, v.State, event)
	if err != nil {
		return err
	}
	return tx.SetRoundState(v.ID, v.State, to, s.Now())
}

func (s Service) event(action policy.Action, round portal.RoundID, response portal.ResponseID, detail map[string]any) portal.AuditEvent {
	return portal.AuditEvent{At: s.Now(), Action: string(action), Round: round, Response: response, Detail: detail}
}

func (s Service) numberQuestions(r *portal.Round) {
	for i := range r.Questions {
		r.Questions[i].ID, r.Questions[i].Number = portal.QuestionID(s.NewID()), i+1
	}
}

// check finds what makes a round impossible to send out, and names every wrong field at once.
func check(tx Tx, r portal.Round) error {
	var wrong []portal.Field
	miss := func(field, code, detail string) {
		wrong = append(wrong, portal.Field{Name: field, Code: code, Detail: detail})
	}
	if r.Title == (portal.Text{}) {
		miss("title", "required", "a title in at least one written form")
	}
	if r.Kind != "addressed" {
		miss("kind", "kind_not_supported", "only addressed rounds can be held yet")
	}
	if r.Login.Age < time.Minute || r.Login.Age > 12*time.Hour {
		miss("loginMinutes", "invalid", "from 1 to 720 minutes")
	}
	if !r.Deadline.After(r.Issued) {
		miss("deadline", "before_letter", "the deadline is before the letter's date")
	}
	for i, q := range r.Questions {
		if q.Text == (portal.Text{}) {
			miss(fmt.Sprintf("questions.%d.text", i), "required", "a question without text")
		}
	}
	unknown, err := tx.UnknownNames(r.CopyTo)
	if err != nil {
		return err
	}
	for _, name := range unknown {
		miss("copyTo", "unknown_recipient", fmt.Sprintf("%q is not an organisation known here", name))
	}
	if len(wrong) == 0 {
		return nil
	}
	e := portal.Invalidf("invalid_input", "wrong fields: %d", len(wrong))
	e.Fields = wrong
	return e
}

// Issued reads a letter's date.
func Issued(text string) (time.Time, error) { return time.Parse(time.DateOnly, text) }
