// Package workflow holds what rounds and responses can become, and how
// positions are counted. It is pure: time and positions are arguments.
package workflow

import "samsvar/internal/portal"

// Step is one allowed change of state.
type Step[S ~string] struct {
	Event    string
	From, To S
	Note     string // the condition or effect in words, for the drawing in docs/
}

// RoundSteps are all changes a round can make.
var RoundSteps = []Step[portal.RoundState]{
	{"open", portal.RoundDraft, portal.RoundOpen, "recipients are fixed as of the letter's date"},
	{"close", portal.RoundOpen, portal.RoundClosed, "no submissions from here on"},
}

// ResponseSteps are all changes a response can make.
var ResponseSteps = []Step[portal.ResponseState]{
	{"freeze", portal.Draft, portal.Approval, "every answer ready or not answered; the server renders and hashes"},
	{"recommend", portal.Approval, portal.Approval, "a decision that others follow: of another committee, or of each party"},
	{"decide", portal.Approval, portal.Ready, "the community's rule is met; date and case number recorded"},
	{"submit", portal.Ready, portal.Submitted, "one transaction, one receipt; late only where the round allows it"},
	{"submit", portal.Approval, portal.Submitted, "where no committee decides last: a separate answer, or a rule of recommendation; its rule is met"},
	{"reopen", portal.Approval, portal.Draft, "reason required; positions stay on record"},
	{"reopen", portal.Ready, portal.Draft, "reason required; the decision no longer counts"},
	{"relay", portal.Approval, portal.Approval, "the parties have changed: the same text is laid before them anew"},
	{"relay", portal.Ready, portal.Approval, "the parties have changed; the decision no longer counts"},
	{"receive", portal.Submitted, portal.Received, "the ministry journals it"},
	{"reopen", portal.Submitted, portal.Draft, "to replace it: what was sent stands until the new text is sent"},
	{"reopen", portal.Received, portal.Draft, "to replace it: what was received stands until the new text is sent"},
	{"withdraw", portal.Submitted, portal.Withdrawn, "reason required; what was sent is marked, and stays"},
	{"withdraw", portal.Received, portal.Withdrawn, "reason required; a case document stays with the ministry"},
	{"return", portal.Submitted, portal.Draft, "for formal reasons, which are told; open again as after reopen"},
	{"return", portal.Received, portal.Draft, "for formal reasons, which are told; open again as after reopen"},
	{"reopen", portal.Withdrawn, portal.Draft, "reason required; a new submission points to the one before"},
}

// SubmissionSteps are all changes to what was sent. A response that is sent
// again has a submission for each time; the newest alone can stand.
var SubmissionSteps = []Step[portal.SubmissionState]{
	{"receive", portal.Sent, portal.Journaled, "the ministry journals it"},
	{"withdraw", portal.Sent, portal.TakenBack, "by those who sent it, with a reason"},
	{"withdraw", portal.Journaled, portal.TakenBack, "by those who sent it, with a reason"},
	{"return", portal.Sent, portal.SentBack, "by the ministry, for formal reasons"},
	{"return", portal.Journaled, portal.SentBack, "by the ministry, for formal reasons"},
	{"publish", portal.Journaled, portal.Public, "by the ministry, whole; anybody may read it"},
	{"take_down", portal.Public, portal.Journaled, "by the ministry, with a reason; a tombstone stays where it was public"},
	{"withdraw", portal.Public, portal.TakenBack, "by those who sent it, with a reason; it is public still, and marked"},
	{"replace", portal.Public, portal.ReplacedByNewer, "in the transaction that submits the new one; it is public still, and marked"},
	{"take_down", portal.TakenBack, portal.TakenBack, "what was public before; a tombstone stays where it was"},
	{"take_down", portal.ReplacedByNewer, portal.ReplacedByNewer, "what was public before; a tombstone stays where it was"},
	{"replace", portal.Sent, portal.ReplacedByNewer, "in the transaction that submits the new one"},
	{"replace", portal.Journaled, portal.ReplacedByNewer, "in the transaction that submits the new one"},
}

// MeetingSteps are all changes to a committee's meeting.
var MeetingSteps = []Step[portal.MeetingState]{
	{"minute", portal.Called, portal.Held, "the first case stands in the minutes; the meeting has begun"},
	{"minute", portal.Held, portal.Held, "a further case, or the same one anew: what stood there stays on record"},
	{"cancel", portal.Called, portal.Cancelled, "reason required"},
}

// Next gives the state after the event, or a conflict that names the state it is in.
func Next[S ~string](steps []Step[S], from S, event string) (S, error) {
	for _, s := range steps {
		if s.From == from && s.Event == event {
			return s.To, nil
		}
	}
	return from, portal.Conflictf("wrong_state", "cannot %s while %s", event, from).With("state", string(from))
}

// Can says whether the event is possible from the state.
func Can[S ~string](steps []Step[S], from S, event string) bool {
	_, err := Next(steps, from, event)
	return err == nil
}
