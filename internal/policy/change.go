package policy

import (
	"context"
	"slices"
	"time"

	"samsvar/internal/portal"
)

// ResponseObject gives the facts about a response that decide about rights.
func ResponseObject(r portal.Response) Object {
	o := Object{State: string(r.State), Owner: r.Owner.ID, Separate: r.Kind == portal.Separate, Response: r.ID, Round: r.Round.ID}
	for _, p := range r.Parties {
		o.Parties = append(o.Parties, p.Organisation.ID)
	}
	for _, invited := range r.Offered {
		o.Offered = append(o.Offered, invited.ID)
	}
	return o
}

// ObjectOf gives the facts that decide about the action: those of the response,
// or of what was last sent of it.
func ObjectOf(action Action, r portal.Response) Object {
	o := ResponseObject(r)
	if kindOf(action) == "submission" {
		o.State = ""
		if last := r.Last(); last != nil {
			o.State = string(last.State)
		}
	}
	return o
}

// Solemn are the actions that ask for a login as fresh and as sure as the round
// says: it must be the person who acts, not whoever sits at their machine.
var Solemn = []Action{"response.position", "response.endorse", "response.decide", "response.submit"}

// Fresh refuses a solemn action in a login that is too old or not sure enough.
func Fresh(actor portal.Actor, action Action, round portal.Round) error {
	if !slices.Contains(Solemn, action) || actor.Login.Age <= round.Login.Age && actor.Login.Level.Reaches(round.Login.Level) {
		return nil
	}
	return portal.Deniedf("reauthentication_required", "%s asks for a login within %v at level %q", action, round.Login.Age, round.Login.Level).
		With("maxAgeSeconds", int(round.Login.Age.Seconds())).With("level", string(round.Login.Level))
}

// ResponseTx is the part of a transaction that every write to a response needs.
type ResponseTx interface {
	LockResponse(id portal.ResponseID) (portal.Response, error)
	Audit(portal.Actor, portal.AuditEvent) error
}

// Change is a write to one response by one actor.
type Change struct {
	Actor    portal.Actor
	Action   Action
	Response portal.ResponseID
	Now      func() time.Time
}

// Run is the shape of every write to a response: locked, allowed, done and
// audited in one transaction. What do returns goes into the audit event.
func Run[T ResponseTx](ctx context.Context, write func(context.Context, func(T) error) error, c Change,
	do func(T, portal.Response) (map[string]any, error)) error {
	return write(ctx, func(tx T) error {
		r, err := tx.LockResponse(c.Response)
		if err != nil {
			return err
		}
		if err := Decide(c.Actor, c.Action, ObjectOf(c.Action, r)); err != nil {
			return err
		}
		if err := Fresh(c.Actor, c.Action, r.Round); err != nil {
			return err
		}
		detail, err := do(tx, r)
		if err != nil {
			return err
		}
		return tx.Audit(c.Actor, portal.AuditEvent{At: c.Now(), Action: string(c.Action), Round: r.Round.ID, Response: r.ID, Detail: detail})
	})
}
