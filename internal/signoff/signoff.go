// Package signoff records what each party says about the frozen text, and what
// the committee decides. A position always means the text that was seen: it is
// bound to the hash of every answer, and the earlier ones stay on record.
package signoff

import (
	"context"
	"maps"
	"strings"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Store is what this package needs kept.
type Store interface {
	Write(ctx context.Context, fn func(Tx) error) error
}

// Tx is one write.
type Tx interface {
	LockResponse(id portal.ResponseID) (portal.Response, error)
	FrozenAnswers(id portal.FreezeID) ([]portal.FrozenAnswer, error)
	InsertPosition(r portal.Response, organisation portal.OrganisationID, p portal.Position) error
	InsertTreatment(r portal.Response, organisation portal.OrganisationID, t portal.Treatment) error
	InsertAttachment(r portal.Response, to portal.TreatmentID, a portal.Attachment, content []byte) error
	InsertRemark(r portal.Response, m portal.Remark) error
	InsertRemarkStep(s portal.RemarkStep) error
	Body(id portal.BodyID) (portal.Body, error)
	InsertDecision(r portal.Response, d portal.Decision, by portal.AccountID) error
	InsertWarning(r portal.Response, organisation portal.OrganisationID, w portal.SilenceWarning, by portal.AccountID) error
	SetResponseState(r portal.Response, to portal.ResponseState) error
	Audit(portal.Actor, portal.AuditEvent) error
	Unchanged() error
}

// Service takes positions and records decisions.
type Service struct {
	Store Store
	Now   func() time.Time
	NewID func() string
}

// Position is what an approver says, and the text they saw when they said it.
type Position struct {
	Freeze  portal.FreezeID
	Hashes  portal.Hashes
	Kind    portal.PositionKind
	Reason  string
	Remarks []Remark                // all that the party wants to have; only with approved_with_remark
	Seen    map[portal.RemarkID]int // the others' remarks on the page, by version; nil: all that stand
	// Coverage is needed to approve another text than the one that the party has treated.
	Coverage *portal.Coverage
	// On are the parties whose position it is; empty: the actor's own organisation.
	On []portal.OrganisationID

	under *portal.Mandate
	joins portal.PositionID // what another approver of the party said first, and this says as well
}

// TakePosition records the party's position on exactly the text that was seen;
// when that is no longer the text that stands, it is refused. Who speaks for
// several parties takes the position of each, and each has its own record.
func (s Service) TakePosition(ctx context.Context, actor portal.Actor, id portal.ResponseID, in Position) error {
	return s.change(ctx, actor, id, "response.position", func(tx Tx, r portal.Response) (map[string]any, error) {
		if err := s.mayPosition(r, in.Freeze, in.Hashes); err != nil {
			return nil, err
		}
		if in.Kind == portal.Rejected && r.Kind == portal.Separate && actor.Organisation != r.Owner.ID {
			return nil, portal.InvalidField("kind", "endorser_cannot_reject", "who has joined an answer may withdraw from it, not stop it")
		}
		if err := check(r, in); err != nil {
			return nil, err
		}
		as, positions, err := spoken(actor, r, in)
		if err != nil {
			return nil, err
		}
		var detail map[string]any
		for i, who := range as {
			taken, err := s.take(tx, who, r, positions[i])
			if err != nil {
				return nil, err
			}
			if taken != nil {
				detail = taken
			}
		}
		switch {
		case detail == nil:
			return nil, tx.Unchanged()
		case len(in.On) > 0:
			return told(detail, as), nil
		}
		return detail, nil
	})
}

// take records the position of one party; nothing when that is what it says already.
func (s Service) take(tx Tx, actor portal.Actor, r portal.Response, in Position) (map[string]any, error) {
	if r.Receipt() != nil {
		if err := s.lateApproval(r, actor, in); err != nil {
			return nil, err
		}
	}
	p, _ := r.Party(actor.Organisation)
	if s.repeats(r, actor, p, in) {
		if p.Position.Enough() || p.Position.SaidBy(actor.Account) {
			return nil, nil
		}
		in.joins = p.Position.First()
	}
	if r.Receipt() == nil {
		if err := s.haveRemarks(tx, actor, r, in); err != nil {
			return nil, err
		}
	}
	return s.record(tx, actor, r, in)
}

// Confirm upholds the party's newest position, with its remarks, on the text as
// it now stands: in is the text that was seen, and what is said of a treatment.
func (s Service) Confirm(ctx context.Context, actor portal.Actor, id portal.ResponseID, in Position) error {
	return s.change(ctx, actor, id, "response.position", func(tx Tx, r portal.Response) (map[string]any, error) {
		if err := s.mayPosition(r, in.Freeze, in.Hashes); err != nil {
			return nil, err
		}
		if r.Receipt() != nil {
			return nil, portal.Conflictf("already_sent", "the answer was sent: what was said is said anew")
		}
		as, positions, err := spoken(actor, r, in)
		if err != nil {
			return nil, err
		}
		actor, in := as[0], positions[0]
		p, _ := r.Party(actor.Organisation)
		switch validity, _ := workflow.Judge(workflow.StandingOf(r, p, s.Now()), workflow.LaidBefore(r)); validity {
		case workflow.NoPosition:
			return nil, portal.Conflictf("no_position", "the party has no position to uphold")
		case workflow.Pending:
			if p.Position.SaidBy(actor.Account) {
				return nil, tx.Unchanged()
			}
			in.joins, in.Coverage = p.Position.First(), p.Position.Coverage
		case workflow.Valid:
			return nil, tx.Unchanged()
		}
		for _, m := range own(r, actor) {
			if workflow.Unsettled(r, m) {
				if err := s.step(tx, actor, r, m, "keep", ""); err != nil {
					return nil, err
				}
			}
		}
		in.Kind, in.Reason = p.Position.Kind, p.Position.Reason
		return s.record(tx, actor, r, in)
	})
}

// lateApproval lets a party that said nothing about what was sent say afterwards
// that it stands behind it. What was sent does not change by that.
func (s Service) lateApproval(r portal.Response, actor portal.Actor, in Position) error {
	p, _ := r.Party(actor.Organisation)
	validity, _ := workflow.Judge(workflow.StandingOf(r, p, s.Now()), workflow.LaidBefore(r))
	switch {
	case validity == workflow.Valid:
		return portal.Conflictf("already_sent", "the answer was sent with the party's position")
	case in.Kind != portal.Approved:
		return portal.InvalidField("kind", "late_approval_only", "after the answer was sent, a party can only approve it")
	}
	return nil
}

// Withdraw takes the party's newest position back, with a reason. What was said
// stays on record, and the party has then said nothing.
func (s Service) Withdraw(ctx context.Context, actor portal.Actor, id portal.ResponseID, freeze portal.FreezeID, reason string) error {
	return s.change(ctx, actor, id, "response.withdraw_position", func(tx Tx, r portal.Response) (map[string]any, error) {
		p, _ := r.Party(actor.Organisation)
		switch {
		case r.Freeze.ID != freeze:
			return nil, portal.Conflictf("text_changed", "the frozen text is not the one that was seen")
		case p.Withdrawn != nil:
			return nil, tx.Unchanged()
		case p.Position == nil:
			return nil, portal.Conflictf("no_position", "the party has no position to withdraw")
		}
		return s.record(tx, actor, r, Position{Freeze: freeze, Hashes: r.Hashes(), Kind: portal.PositionWithdrawn, Reason: reason})
	})
}

func (s Service) record(tx Tx, actor portal.Actor, r portal.Response, in Position) (map[string]any, error) {
	p, _ := r.Party(actor.Organisation)
	treatment, coverage, err := rests(r, p, in)
	if err != nil {
		return nil, err
	}
	position := portal.Position{Needed: p.Needed, Treatment: treatment, Coverage: coverage, Mandate: in.under, ID: portal.PositionID(s.NewID()), Freeze: r.Freeze.ID, FreezeNumber: r.Freeze.Number, Kind: in.Kind,
		Reason: strings.TrimSpace(in.Reason), Hashes: in.Hashes, Circle: r.Circle, Late: r.Receipt() != nil, Account: actor.Account, Name: actor.Name, RecordedAt: s.Now()}
	if r.Receipt() == nil {
		if _, err := s.see(tx, actor, r, in.Seen); err != nil {
			return nil, err
		}
	}
	detail := map[string]any{"kind": in.Kind, "freeze": r.Freeze.Number, "hash": r.Freeze.Hash, "remarks": len(in.Remarks)}
	if in.joins != "" {
		position.Needed, position.Joined = p.Position.Needed, []portal.Position{{ID: in.joins}}
		detail["joins"] = in.joins
	}
	if position.Late {
		detail["late"] = true
	}
	if position.Reason != "" {
		detail["reason"] = position.Reason
	}
	if in.under != nil {
		detail["mandate"] = in.under.ID
	}
	if coverage != nil {
		detail["covers"], detail["coverage"] = coverage.Covers, coverage.Reason
	}
	return detail, tx.InsertPosition(r, actor.Organisation, position)
}

// mayPosition says whether positions are taken now, and on the text that was seen.
func (s Service) mayPosition(r portal.Response, freeze portal.FreezeID, seen portal.Hashes) error {
	if r.Freeze == nil || r.Freeze.ID != freeze || !maps.Equal(seen, r.Hashes()) {
		return portal.Conflictf("text_changed", "the text that was seen is not the text that stands")
	}
	return s.hindered(r, "position")
}

func (s Service) hindered(r portal.Response, event string) error {
	if why := workflow.Hindrance(r, event, s.Now()); why != "" {
		return portal.Conflictf(why, "the response does not allow to %s now", event)
	}
	return nil
}

func check(r portal.Response, in Position) error {
	if in.Kind == portal.Rejected && strings.TrimSpace(in.Reason) == "" {
		return portal.InvalidField("reason", "required", "rejecting needs a reason")
	}
	if (in.Kind == portal.ApprovedWithRemark) != (len(in.Remarks) > 0) {
		return portal.InvalidField("remarks", "required", "remarks go with approved_with_remark, and that with remarks")
	}
	for _, remark := range in.Remarks {
		if err := checkRemark(r, remark); err != nil {
			return err
		}
	}
	return nil
}

// repeats says whether the party's newest position already says this, to the word.
func (s Service) repeats(r portal.Response, actor portal.Actor, p portal.Party, in Position) bool {
	return p.Position != nil && !workflow.StandingOf(r, p, s.Now()).Lapsed && p.Position.Kind == in.Kind && p.Position.Reason == strings.TrimSpace(in.Reason) && boundTo(*p.Position, in.Hashes, r.Circle) &&
		sameRemarks(own(r, actor), in) && sameGround(r, p, in)
}

// Decide records what a committee decided about the frozen text. When every
// decision that the rule asks for is there, and none of the parties is to
// follow, the response is ready to be sent.
func (s Service) Decide(ctx context.Context, actor portal.Actor, id portal.ResponseID, freeze portal.FreezeID, d portal.Decision) error {
	return s.change(ctx, actor, id, "response.decide", func(tx Tx, r portal.Response) (map[string]any, error) {
		d, err := byBody(tx, r, d)
		if err != nil {
			return nil, err
		}
		d.RecordedAt, d.RecordedBy = s.Now(), actor.Name
		to, err := workflow.Decide(r, freeze, d, s.Now())
		if err != nil {
			return nil, err
		}
		if err := tx.InsertDecision(r, d, actor.Account); err != nil {
			return nil, err
		}
		return map[string]any{"level": d.Level, "body": d.Body, "case": d.CaseNumber, "freeze": r.Freeze.Number}, tx.SetResponseState(r, to)
	})
}

// byBody gives the decision the name of the body that made it: one of the community's, on the level that is said.
func byBody(tx Tx, r portal.Response, d portal.Decision) (portal.Decision, error) {
	if d.BodyID == "" {
		return d, nil
	}
	b, err := tx.Body(d.BodyID)
	if portal.IsCode(err, "not_found") || err == nil && (b.Community != r.Owner.ID || string(b.Level) != d.Level || b.Ended) {
		return d, portal.InvalidField("bodyId", "not_our_body", "no body of the community on this level")
	}
	d.Body = b.Name
	return d, err
}

// WarnOfSilence tells the parties which have never answered from when their
// silence counts, and again those whom that did not reach. It counts for those
// alone who are named here, on this text alone, where the rule says so, and
// when the warning has come.
func (s Service) WarnOfSilence(ctx context.Context, actor portal.Actor, id portal.ResponseID, freeze portal.FreezeID) error {
	return s.change(ctx, actor, id, "response.warn", func(tx Tx, r portal.Response) (map[string]any, error) {
		if r.Freeze.ID != freeze {
			return nil, portal.Conflictf("text_changed", "the frozen text is not the one that was seen")
		}
		if err := s.hindered(r, "warn"); err != nil {
			return nil, err
		}
		warning := portal.SilenceWarning{WarnedAt: s.Now(), CountsFrom: workflow.SilenceCountsFrom(r.Rule, s.Now()), By: actor.Name}
		var names []string
		for _, p := range r.Parties {
			if p.Position != nil || p.Warning != nil && !p.Warning.Again(s.Now()) {
				continue
			}
			names = append(names, p.Organisation.Name)
			if p.Warning != nil {
				continue
			}
			if err := tx.InsertWarning(r, p.Organisation.ID, warning, actor.Account); err != nil {
				return nil, err
			}
		}
		if names == nil {
			return nil, tx.Unchanged()
		}
		return map[string]any{"parties": names, "countsFrom": warning.CountsFrom, "freeze": r.Freeze.Number}, nil
	})
}

func (s Service) change(ctx context.Context, actor portal.Actor, id portal.ResponseID, action policy.Action,
	do func(Tx, portal.Response) (map[string]any, error)) error {
	return policy.Run(ctx, s.Store.Write, policy.Change{Actor: actor, Action: action, Response: id, Now: s.Now}, do)
}
