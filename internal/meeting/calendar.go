package meeting

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// CalendarLink is that an account has a secret address for its calendar. The secret itself is not kept.
type CalendarLink struct {
	Account portal.AccountID
	MadeAt  time.Time
}

// CalendarLink says whether the actor has one; nil when not.
func (s Service) CalendarLink(ctx context.Context, actor portal.Actor) (*CalendarLink, error) {
	if err := policy.Decide(actor, "self", policy.Object{}); err != nil {
		return nil, err
	}
	link, err := s.Store.CalendarLink(ctx, actor.Account)
	if portal.IsCode(err, "not_found") {
		return nil, nil
	}
	return &link, err
}

// MakeCalendarLink makes a new secret and ends the one before. It is told this once.
func (s Service) MakeCalendarLink(ctx context.Context, actor portal.Actor) (secret string, err error) {
	if err := policy.Decide(actor, "self", policy.Object{}); err != nil {
		return "", err
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	secret = base64.RawURLEncoding.EncodeToString(raw)
	return secret, s.Store.Write(ctx, func(tx Tx) error {
		if _, err := tx.EndCalendarLink(actor.Account); err != nil {
			return err
		}
		if err := tx.InsertCalendarLink(sealed(secret), CalendarLink{actor.Account, s.Now()}); err != nil {
			return err
		}
		return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: "calendar.make", Object: string(actor.Account)})
	})
}

// EndCalendarLink makes the secret address lead nowhere.
func (s Service) EndCalendarLink(ctx context.Context, actor portal.Actor) error {
	if err := policy.Decide(actor, "self", policy.Object{}); err != nil {
		return err
	}
	return s.Store.Write(ctx, func(tx Tx) error {
		ended, err := tx.EndCalendarLink(actor.Account)
		if err != nil {
			return err
		}
		if !ended {
			return tx.Unchanged()
		}
		return tx.Audit(actor, portal.AuditEvent{At: s.Now(), Action: "calendar.end", Object: string(actor.Account)})
	})
}

// CalendarOf is the account whose calendar the secret opens; portal.Missing for any other.
func (s Service) CalendarOf(ctx context.Context, secret string) (portal.AccountID, error) {
	return s.Store.CalendarAccount(ctx, sealed(secret))
}

// sealed is what is kept of a secret: nobody gets from it to the secret.
func sealed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
