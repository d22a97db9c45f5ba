package consult

import (
	"context"
	"encoding/json"

	"samsvar/internal/evidence"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Submission is what was sent, complete: the response, that submission's
// receipt and the bytes of its package. Without a number it is the newest.
func (s Service) Submission(ctx context.Context, actor portal.Actor, id portal.ResponseID, number string, action policy.Action) (portal.Response, portal.Receipt, []byte, error) {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return r, portal.Receipt{}, nil, err
	}
	if err := policy.Read(ctx, s.Store, actor, action, r, s.Now()); err != nil {
		return r, portal.Receipt{}, nil, err
	}
	for _, receipt := range r.Submissions {
		if number == "" || receipt.Number == number {
			raw, err := s.Store.Package(ctx, receipt.Number)
			return r, receipt, raw, err
		}
	}
	return r, portal.Receipt{}, nil, portal.Missing()
}

// Attachment is a file that a party has laid beside its record of a treatment, to those who write and decide together.
func (s Service) Attachment(ctx context.Context, actor portal.Actor, id portal.ResponseID, file portal.AttachmentID) (portal.Attachment, []byte, error) {
	r, err := s.Store.Response(ctx, id)
	if err == nil {
		err = policy.Read(ctx, s.Store, actor, "response.attachment", r, s.Now())
	}
	if err != nil {
		return portal.Attachment{}, nil, err
	}
	for _, p := range r.Parties {
		for _, t := range p.AllTreatments {
			for _, a := range t.Attachments {
				if a.ID == file {
					content, err := s.Store.AttachmentContent(ctx, id, file)
					return a, content, err
				}
			}
		}
	}
	return portal.Attachment{}, nil, portal.Missing()
}

// SentAttachment is one of those that a submission names; without a number the newest submission.
func (s Service) SentAttachment(ctx context.Context, actor portal.Actor, id portal.ResponseID, number string, file portal.AttachmentID) (evidence.Attachment, []byte, error) {
	_, _, raw, err := s.Submission(ctx, actor, id, number, "submission.download")
	if err != nil {
		return evidence.Attachment{}, nil, err
	}
	var sent evidence.Package
	if err := json.Unmarshal(raw, &sent); err != nil {
		return evidence.Attachment{}, nil, err
	}
	for _, p := range sent.Parties {
		for _, t := range p.Treatments {
			for _, a := range t.Attachments {
				if a.ID == string(file) {
					content, err := s.Store.AttachmentContent(ctx, id, file)
					return a, content, err
				}
			}
		}
	}
	return evidence.Attachment{}, nil, portal.Missing()
}

// Receive confirms, once, that the ministry has received and journaled a
// submission. Somebody may be writing what will replace it: that goes on.
func (s Service) Receive(ctx context.Context, actor portal.Actor, id portal.ResponseID) (portal.Receipt, error) {
	err := s.changeResponse(ctx, actor, id, "submission.receive", func(tx Tx, r portal.Response) (map[string]any, error) {
		last := *r.Last()
		if last.State == portal.Journaled || last.State == portal.Public {
			return nil, tx.Unchanged()
		}
		if err := tx.MarkReceived(last.Number, actor.Account, s.Now()); err != nil {
			return nil, err
		}
		return map[string]any{"number": last.Number}, follow(tx, r, "receive")
	})
	if err != nil {
		return portal.Receipt{}, err
	}
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return portal.Receipt{}, err
	}
	return *r.Last(), nil
}

// Withdraw takes back what stands. The ministry keeps it, marked as withdrawn:
// what has been received is a case document.
func (s Service) Withdraw(ctx context.Context, actor portal.Actor, id portal.ResponseID, number, reason string) error {
	return s.changeResponse(ctx, actor, id, "submission.withdraw", func(tx Tx, r portal.Response) (map[string]any, error) {
		if err := s.endStanding(tx, actor, r, number, "withdraw", reason); err != nil {
			return nil, err
		}
		return map[string]any{"number": number, "reason": reason}, follow(tx, r, "withdraw")
	})
}

// Return sends what stands back for formal reasons: the text is open for
// writing again, and those who sent it see why. When they are already writing
// what will replace it, the text is theirs already.
func (s Service) Return(ctx context.Context, actor portal.Actor, id portal.ResponseID, number, reason string) error {
	var opened []portal.DocumentID
	err := s.changeResponse(ctx, actor, id, "submission.return", func(tx Tx, r portal.Response) (map[string]any, error) {
		if r.Round.State != portal.RoundOpen {
			return nil, portal.Conflictf("round_closed", "nothing can be sent in its place")
		}
		if err := s.endStanding(tx, actor, r, number, "return", reason); err != nil {
			return nil, err
		}
		if r.Receipt() != nil {
			opened = r.Documents()
			if err := tx.OpenText(r, actor.Account, reason, s.Now()); err != nil {
				return nil, err
			}
		}
		return map[string]any{"number": number, "reason": reason}, follow(tx, r, "return")
	})
	if err == nil && len(opened) > 0 {
		s.Changed(opened)
	}
	return err
}

// endStanding ends the submission that was seen, if it is still the one that stands.
func (s Service) endStanding(tx Tx, actor portal.Actor, r portal.Response, number, event, reason string) error {
	last := *r.Last()
	if last.Number != number {
		return portal.Conflictf("changed_meanwhile", "%s was sent after %s", last.Number, number).With("number", last.Number)
	}
	return s.end(tx, actor, last, event, reason)
}

func (s Service) end(tx Tx, actor portal.Actor, standing portal.Receipt, event, reason string) error {
	to, err := workflow.Next(workflow.SubmissionSteps, standing.State, event)
	if err != nil {
		return err
	}
	return tx.EndSubmission(standing, to, actor, reason, s.Now())
}

// follow takes the response along when it stands where its submission stood;
// when people are already writing anew, it stays with them.
func follow(tx Tx, r portal.Response, event string) error {
	to, err := workflow.Next(workflow.ResponseSteps, r.State, event)
	if err != nil {
		return nil
	}
	return tx.SetResponseState(r, to)
}
