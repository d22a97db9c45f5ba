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
	{"receive", portal.Submitted, portal.Received, "the ministry journals it"},
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
