// Package workflow holds what rounds and responses can become, and how
// positions are counted. It is pure: time and positions are arguments.
package workflow

import "samsvar/internal/portal"

// RoundState is where a round is.
type RoundState string

const (
	RoundDraft  RoundState = "draft"
	RoundOpen   RoundState = "open"
	RoundClosed RoundState = "closed"
)

// ResponseState is where a response is on its way from first word to the ministry.
type ResponseState string

const (
	Draft     ResponseState = "draft"     // being written
	Approval  ResponseState = "approval"  // frozen; the parties take positions
	Ready     ResponseState = "ready"     // decided; may be submitted
	Submitted ResponseState = "submitted" // sent, receipt given
	Received  ResponseState = "received"  // the ministry has journaled it
)

// Step is one allowed change of state.
type Step[S ~string] struct {
	Event    string
	From, To S
	Note     string // the condition or effect in words, for the drawing in docs/
}

// RoundSteps are all changes a round can make.
var RoundSteps = []Step[RoundState]{
	{"open", RoundDraft, RoundOpen, "recipients are fixed as of the letter's date"},
	{"close", RoundOpen, RoundClosed, "no submissions from here on"},
}

// ResponseSteps are all changes a response can make.
var ResponseSteps = []Step[ResponseState]{
	{"freeze", Draft, Approval, "every answer ready or not answered; the server renders and hashes"},
	{"decide", Approval, Ready, "the community's rule is met; date and case number recorded"},
	{"submit", Ready, Submitted, "one transaction, one receipt; late only where the round allows it"},
	{"submit", Approval, Submitted, "a separate answer needs no committee: its own rule is enough"},
	{"reopen", Approval, Draft, "reason required; positions stay on record"},
	{"reopen", Ready, Draft, "reason required; the decision no longer counts"},
	{"receive", Submitted, Received, "the ministry journals it"},
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
