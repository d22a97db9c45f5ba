package consult

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Published is something that anybody may read, or the tombstone of it.
type Published struct {
	Receipt    portal.Receipt // without the person who sent it
	Round      portal.Round   // id, slug, title and sender only
	Owner      portal.Organisation
	Kind       portal.ResponseKind
	Language   portal.Language
	ReplacedBy string // number of what was sent in its place, when that is public too
	Package    []byte // empty when it has been taken down
	Late       []LateApproval
}

// LateApproval is that a party has approved what was sent, afterwards.
type LateApproval struct {
	Organisation portal.Organisation
	RecordedAt   time.Time
}

// Publish makes a received submission public, whole.
func (s Service) Publish(ctx context.Context, actor portal.Actor, id portal.ResponseID, number string) error {
	return s.changeResponse(ctx, actor, id, "submission.publish", func(tx Tx, r portal.Response) (map[string]any, error) {
		last := *r.Last()
		if last.Number != number {
			return nil, portal.Conflictf("changed_meanwhile", "%s was sent after %s", last.Number, number).With("number", last.Number)
		}
		to, err := workflow.Next(workflow.SubmissionSteps, last.State, "publish")
		if err != nil {
			return nil, err
		}
		return map[string]any{"number": number}, tx.Publish(last, to, actor.Name, s.Now())
	})
}

// TakeDown makes a published submission public no longer, whatever has become
// of it since. A tombstone with the reason stays where it was.
func (s Service) TakeDown(ctx context.Context, actor portal.Actor, id portal.ResponseID, number, reason string) error {
	return s.changeResponse(ctx, actor, id, "submission.take_down", func(tx Tx, r portal.Response) (map[string]any, error) {
		i := slices.IndexFunc(r.Submissions, func(x portal.Receipt) bool { return x.Number == number && x.PublishedAt != nil && x.TakenDown == nil })
		if i < 0 {
			return nil, portal.Conflictf("not_published", "%s is not public", number)
		}
		to, err := workflow.Next(workflow.SubmissionSteps, r.Submissions[i].State, "take_down")
		if err != nil {
			return nil, err
		}
		return map[string]any{"number": number, "reason": reason}, tx.TakeDown(r.Submissions[i], to, actor, reason, s.Now())
	})
}

// Published lists what anybody may read, the newest first; of one round when that is given.
func (s Service) Published(ctx context.Context, round portal.RoundID) ([]Published, error) {
	return s.Store.Published(asNobody(ctx), round, "")
}

// PublishedOne is one of these, with its package as it is published.
func (s Service) PublishedOne(ctx context.Context, number string) (Published, error) {
	found, err := s.Store.Published(asNobody(ctx), "", number)
	if err != nil {
		return Published{}, err
	}
	if len(found) == 0 {
		return Published{}, portal.Missing()
	}
	one := found[0]
	if len(one.Package) == 0 {
		return one, nil
	}
	if one.Late, err = s.Store.PublishedLate(asNobody(ctx), number); err != nil {
		return one, err
	}
	var p evidence.Package
	if err := json.Unmarshal(one.Package, &p); err != nil {
		return one, fmt.Errorf("read the package of %s: %w", number, err)
	}
	public, err := p.Publication()
	if err == nil {
		one.Package, err = evidence.Canonical(public)
	}
	return one, err
}

// asNobody lets the database show what is public, and nothing else, whoever asks.
func asNobody(ctx context.Context) context.Context { return portal.Acting(ctx, portal.Actor{}) }
