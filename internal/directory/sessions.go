package directory

import (
	"context"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// Sessions are the actor's own that have not ended, the one that was last at work first.
func (s Service) Sessions(ctx context.Context, actor portal.Actor) ([]portal.Session, error) {
	if err := policy.Decide(actor, "self", policy.Object{}); err != nil {
		return nil, err
	}
	return s.Store.Sessions(ctx, actor.Account)
}

// EndSession ends one of the actor's own, wherever it is.
func (s Service) EndSession(ctx context.Context, actor portal.Actor, id portal.SessionID) error {
	return s.end(ctx, actor, "self", portal.AuditEvent{Action: "session.end", Object: string(actor.Account)}, func(tx Tx) (int, error) {
		ended, err := tx.EndSession(actor.Account, id)
		if err == nil && !ended {
			err = portal.Missing()
		}
		return 1, err
	})
}

// LogOut ends the session that asks. One that has ended meanwhile leaves nothing.
func (s Service) LogOut(ctx context.Context, actor portal.Actor) error {
	return s.end(ctx, actor, "self", portal.AuditEvent{Action: "account.log_out", Object: string(actor.Account)}, func(tx Tx) (int, error) {
		ended, err := tx.EndSession(actor.Account, actor.Login.Session)
		if err != nil || !ended {
			return 0, err
		}
		return 1, nil
	})
}

// EndOtherSessions ends all of the actor's own but the one that asks. Repeating it changes nothing.
func (s Service) EndOtherSessions(ctx context.Context, actor portal.Actor) error {
	return s.end(ctx, actor, "self", portal.AuditEvent{Action: "session.end_others", Object: string(actor.Account)}, func(tx Tx) (int, error) {
		return tx.EndSessions(actor.Account, actor.Login.Session)
	})
}

// EndSessionsOf ends all that an account has. Repeating it changes nothing.
func (s Service) EndSessionsOf(ctx context.Context, actor portal.Actor, id portal.AccountID) error {
	return s.end(ctx, actor, "account.end_sessions", portal.AuditEvent{Action: "account.end_sessions", Object: string(id)}, func(tx Tx) (int, error) {
		if _, err := tx.Account(id); err != nil {
			return 0, err
		}
		return tx.EndSessions(id, "")
	})
}

// end is what ending one and ending many have in common.
func (s Service) end(ctx context.Context, actor portal.Actor, action policy.Action, event portal.AuditEvent, do func(Tx) (int, error)) error {
	if err := policy.Decide(actor, action, policy.Object{}); err != nil {
		return err
	}
	return s.Store.Write(ctx, func(tx Tx) error {
		ended, err := do(tx)
		if err != nil {
			return err
		}
		if ended == 0 {
			return tx.Unchanged()
		}
		event.At, event.Detail = s.Now(), map[string]any{"sessions": ended}
		return tx.Audit(actor, event)
	})
}
