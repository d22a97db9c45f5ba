package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Mandates is who may act for the actor's organisation as its approver does.
type Mandates struct {
	Given, Held []portal.Mandate // newest first; held by the actor
	Candidates  []Candidate      // whom one can be given
	Quorum      Quorum
	Abilities   []policy.Ability
}

// Quorum is how many of an organisation's approvers have to say the same before it is what the organisation says.
type Quorum struct {
	Approvers, Version int
	Of                 []string // names of those who can say it now: its approvers, and their stand-ins
	SetBy              string
	SetAt              time.Time
}

// Candidate is somebody with a role in the organisation, or in one that is in a community with it.
type Candidate struct {
	Account      portal.AccountID
	Name         string
	Organisation portal.Organisation
	Approver     bool
}

// MandateInput is a mandate as it is given. Begins and Ends are dates in Norway, both included.
type MandateInput struct {
	Holder          portal.AccountID
	From            portal.OrganisationID
	Response        portal.ResponseID
	Round           portal.RoundID
	Begins, Ends    time.Time
	Reason, RestsOn string
}

// Mandates are those of the actor's organisation, and those that the actor holds.
func (s Service) Mandates(ctx context.Context, actor portal.Actor) (m Mandates, err error) {
	if err := policy.Decide(actor, "mandate.list", own(actor)); err != nil {
		return m, err
	}
	if m.Given, err = s.Store.MandatesBy(ctx, actor.Organisation); err != nil {
		return m, err
	}
	if _, _, m.Held, err = s.Store.Standing(ctx, actor.Account, s.today()); err != nil {
		return m, err
	}
	if m.Candidates, err = s.Store.Candidates(ctx, actor.Organisation, s.today()); err != nil {
		return m, err
	}
	if m.Quorum, err = s.Store.Quorum(ctx, actor.Organisation); err != nil {
		return m, err
	}
	for _, c := range m.Candidates {
		if c.Approver && c.Organisation.ID == actor.Organisation {
			m.Quorum.Of = append(m.Quorum.Of, c.Name)
		}
	}
	for _, given := range m.Given {
		if given.StandIn() && given.Holds(s.Now()) && !slices.Contains(m.Quorum.Of, given.HolderName) {
			m.Quorum.Of = append(m.Quorum.Of, given.HolderName)
		}
	}
	m.Candidates = slices.DeleteFunc(m.Candidates, func(c Candidate) bool {
		return c.Account == actor.Account || c.Approver && c.Organisation.ID == actor.Organisation
	})
	m.Abilities = policy.Abilities(actor, own(actor), "mandate.give", "mandate.end", "quorum.set")
	return m, nil
}

// GiveMandate lets somebody act for the actor's organisation as its approver does.
func (s Service) GiveMandate(ctx context.Context, actor portal.Actor, id portal.MandateID, in MandateInput) (Mandates, error) {
	if err := policy.Decide(actor, "mandate.give", own(actor)); err != nil {
		return Mandates{}, err
	}
	there, err := s.Mandates(ctx, actor)
	if err != nil {
		return there, err
	}
	m, err := s.mandate(actor, there.Candidates, in)
	if err != nil {
		return there, err
	}
	m.ID = id
	err = s.Store.Write(ctx, func(tx Tx) error {
		if err := tx.InsertMandate(m, actor.Account); err != nil {
			return err
		}
		return tx.Audit(actor, portal.AuditEvent{At: m.GivenAt, Action: "mandate.give", Round: m.Round, Response: m.Response, Object: string(m.ID), Detail: map[string]any{
			"account": m.Holder, "holder": m.HolderName, "organisation": actor.Addressed(), "from": m.From.Name, "ends": m.Ends.In(workflow.Oslo).Format(time.DateOnly), "reason": m.Reason, "restsOn": m.RestsOn}})
	})
	if err != nil {
		return there, err
	}
	return s.Mandates(ctx, actor)
}

func (s Service) mandate(actor portal.Actor, candidates []Candidate, in MandateInput) (m portal.Mandate, err error) {
	i := slices.IndexFunc(candidates, func(c Candidate) bool { return c.Account == in.Holder && c.Organisation.ID == in.From })
	if i < 0 {
		return m, portal.InvalidField("accountId", "not_a_candidate", "nobody whom the organisation can give a mandate")
	}
	m = portal.Mandate{Organisation: portal.Organisation{ID: actor.Organisation, Name: actor.OrganisationName}, Holder: in.Holder, HolderName: candidates[i].Name,
		From: candidates[i].Organisation, Response: in.Response, Round: in.Round, Reason: strings.TrimSpace(in.Reason), RestsOn: strings.TrimSpace(in.RestsOn),
		GivenBy: actor.Name, GivenAt: s.Now(), Begins: midnight(in.Begins, 0), Ends: midnight(in.Ends, 1).Add(-time.Microsecond)}
	switch {
	case m.Ends.Before(m.Begins):
		return m, portal.InvalidField("ends", "before_begin", "it ends before it begins")
	case m.Over(s.Now()):
		return m, portal.InvalidField("ends", "in_past", "it is over already")
	case !m.StandIn() && m.Reason == "":
		return m, portal.InvalidField("reason", "required", "somebody of another organisation is given a mandate with a reason")
	case !m.StandIn() && m.RestsOn == "":
		return m, portal.InvalidField("restsOn", "required", "a mandate to another organisation's people rests on something")
	}
	return m, nil
}

// midnight is the first moment of the date in Norway, some days on.
func midnight(day time.Time, on int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+on, 0, 0, 0, 0, workflow.Oslo)
}

// EndMandate ends one of the actor's organisation's before its time. What was said under it must be confirmed, until it has been sent.
func (s Service) EndMandate(ctx context.Context, actor portal.Actor, id portal.MandateID, reason string) (Mandates, error) {
	err := s.Store.Write(ctx, func(tx Tx) error {
		m, err := tx.Mandate(id)
		if err != nil {
			return err
		}
		if err := policy.Decide(actor, "mandate.end", policy.Object{Owner: m.Organisation.ID}); err != nil {
			return err
		}
		if m.Over(s.Now()) {
			return tx.Unchanged()
		}
		if err := tx.EndMandate(id, portal.Tombstone{At: s.Now(), By: actor.Name, Reason: strings.TrimSpace(reason)}); err != nil {
			return err
		}
		return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: "mandate.end", Round: m.Round, Response: m.Response, Object: string(id),
			Detail: map[string]any{"account": m.Holder, "holder": m.HolderName, "organisation": actor.Addressed(), "reason": strings.TrimSpace(reason)}})
	})
	if err != nil {
		return Mandates{}, err
	}
	return s.Mandates(ctx, actor)
}

// SetQuorum says how many of the organisation's approvers have to say the same. It holds for texts that are laid before them
// from now on: what lies there goes by what held when it was laid.
func (s Service) SetQuorum(ctx context.Context, actor portal.Actor, approvers, version int) (Mandates, error) {
	if err := policy.Decide(actor, "quorum.set", own(actor)); err != nil {
		return Mandates{}, err
	}
	there, err := s.Mandates(ctx, actor)
	switch {
	case err != nil:
		return there, err
	case version != there.Quorum.Version:
		return there, portal.Conflictf("changed_meanwhile", "it was set anew meanwhile")
	case approvers == there.Quorum.Approvers:
		return there, nil
	case approvers > max(1, len(there.Quorum.Of)):
		return there, portal.InvalidField("approvers", "too_few_approvers", "the organisation has not so many who could say it")
	}
	q := Quorum{Approvers: approvers, Version: version + 1, SetBy: actor.Name, SetAt: s.Now()}
	err = s.Store.Write(ctx, func(tx Tx) error {
		if err := tx.InsertQuorum(actor.Organisation, q, actor.Account); err != nil {
			return err
		}
		return tx.Audit(actor, portal.AuditEvent{At: q.SetAt, Action: "quorum.set", Object: string(actor.Organisation), Detail: map[string]any{"approvers": approvers, "before": there.Quorum.Approvers}})
	})
	if err != nil {
		return there, err
	}
	return s.Mandates(ctx, actor)
}

func own(actor portal.Actor) policy.Object { return policy.Object{Owner: actor.Organisation} }
