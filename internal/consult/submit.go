package consult

import (
	"context"
	"fmt"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Submit sends the frozen text in one transaction: package, number, hash,
// state and audit event stand together or not at all. Pressed twice, or by two
// people at once, it gives the one receipt. What was sent before and still
// stands is replaced in the same transaction, and pointed to.
func (s Service) Submit(ctx context.Context, actor portal.Actor, id portal.ResponseID, freeze portal.FreezeID, hash string) (portal.Receipt, error) {
	err := s.Store.Write(ctx, func(tx Tx) error {
		r, err := tx.LockResponse(id)
		if err != nil {
			return err
		}
		if r.Receipt() != nil && policy.Decide(actor, "response.read", policy.ResponseObject(r)) == nil {
			return tx.Unchanged()
		}
		if err := policy.Decide(actor, "response.submit", policy.ResponseObject(r)); err != nil {
			return err
		}
		if err := policy.Fresh(actor, "response.submit", r.Round); err != nil {
			return err
		}
		filed, err := s.file(tx, actor, r, freeze, hash)
		if err != nil {
			return err
		}
		public, err := filed.Evidence.PublicationHash()
		if err != nil {
			return fmt.Errorf("hash what may be published: %w", err)
		}
		return tx.Audit(actor, s.event("response.submit", r.Round.ID, id, map[string]any{
			"number": filed.Evidence.Submission.Number, "hash": filed.Evidence.PackageHash, "publication": public, "lateSeconds": filed.Evidence.Submission.LateSeconds,
			"replaces": filed.Replaces()}))
	})
	if err != nil {
		return portal.Receipt{}, err
	}
	r, err := s.Response(ctx, actor, id)
	if err != nil {
		return portal.Receipt{}, err
	}
	return *r.Last(), nil
}

// file checks that the response may go and that this is the text that was
// seen, and keeps it with its number.
func (s Service) file(tx Tx, actor portal.Actor, r portal.Response, freeze portal.FreezeID, hash string) (Filed, error) {
	now := s.Now()
	if err := s.mayGo(r, freeze, hash, now); err != nil {
		return Filed{}, err
	}
	to, err := workflow.Next(workflow.ResponseSteps, r.State, "submit")
	if err != nil {
		return Filed{}, err
	}
	f := Filed{Response: r, By: actor, Year: now.In(workflow.Oslo).Year()}
	if f.Sequence, err = tx.NextNumber(f.Year); err != nil {
		return f, err
	}
	answers, err := tx.FrozenAnswers(r.Freeze.ID)
	if err != nil {
		return f, err
	}
	f.Evidence = pack(r, actor, answers, fmt.Sprintf("%d-%04d", f.Year, f.Sequence), now)
	if err := f.Evidence.Seal(); err != nil {
		return f, fmt.Errorf("seal the package: %w", err)
	}
	if f.Package, err = evidence.Canonical(f.Evidence); err != nil {
		return f, fmt.Errorf("write the package: %w", err)
	}
	// A package that fails could never be proven: instances whose clocks differ are enough for that.
	if err := evidence.Verify(f.Package).Err(); err != nil {
		s.Logger.Error("a package does not stand its own check, and was not sent", "response", r.ID, "error", err)
		return f, portal.Conflictf("package_uncertain", "the package does not stand its own check").Because(err)
	}
	if last := r.Last(); last != nil && last.Stands() {
		if err := s.end(tx, actor, *last, "replace", ""); err != nil {
			return f, err
		}
	}
	if err := tx.InsertSubmission(f); err != nil {
		return f, err
	}
	return f, tx.SetResponseState(r, to)
}

func (s Service) mayGo(r portal.Response, freeze portal.FreezeID, hash string, now time.Time) error {
	switch {
	case r.Round.State != portal.RoundOpen:
		return portal.Conflictf("round_closed", "the round takes no more submissions")
	case !r.Round.AcceptsLate && workflow.Late(now, r.Round.Deadline) > 0:
		return portal.Conflictf("deadline_passed", "the deadline has passed").With("lateSeconds", workflow.Late(now, r.Round.Deadline))
	case r.Freeze == nil || r.Freeze.ID != freeze || r.Freeze.Hash != hash:
		return portal.Conflictf("text_changed", "the frozen text is not the one that was seen")
	}
	if why := workflow.Hindrance(r, "submit", now); why != "" {
		return portal.Conflictf(why, "the response is not ready to be sent")
	}
	return nil
}
