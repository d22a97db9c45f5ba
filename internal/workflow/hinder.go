package workflow

import (
	"slices"
	"time"

	"samsvar/internal/portal"
)

// Hindrance names, as an error code, what in the response itself stands in the
// way of the event; empty when nothing does. What the state allows is said by
// Next, what the round and its deadline allow by the one who sends.
func Hindrance(r portal.Response, event string, now time.Time) string {
	recommended := r.Rule.Kind == portal.Recommendation
	switch event {
	case "freeze":
		return first(only(unfinished(r), "answers_unfinished"), only(len(WithSuggestions(r)) > 0, "suggestions_open"))
	case "position":
		return only(recommended && !Decided(r), "not_recommended")
	case "warn":
		return first(only(r.Rule.SilenceDays == 0, "silence_never_counts"), Hindrance(r, "position", now))
	case "decide":
		return first(only(r.Kind == portal.Separate, "no_committee"), only(recommended && Decided(r), "already_decided"),
			only(!recommended && !CountResponse(r, now).Met, "rule_not_met"))
	case "submit":
		return first(only(!Decided(r), "not_decided"), only(!CountResponse(r, now).Met, "rule_not_met"), unread(r, now),
			only(len(WithSuggestions(r)) > 0, "suggestions_open"))
	}
	return ""
}

// Decided says whether every committee that the rule asks for has decided on
// the frozen text. A separate answer is asked none.
func Decided(r portal.Response) bool {
	undecided := func(level string) bool { return !decidedBy(r, level) }
	return r.Kind == portal.Separate || !slices.ContainsFunc(Deciding(r.Rule), undecided)
}

// Deciding are the levels that the rule asks a decision of, in the order in which they decide.
func Deciding(rule portal.Rule) []string {
	switch {
	case rule.Kind == portal.Alone:
		return nil
	case rule.PartnershipDecision:
		return []string{string(portal.StrategicLevel), string(portal.PartnershipLevel)}
	}
	return []string{string(portal.StrategicLevel)}
}

func decidedBy(r portal.Response, level string) bool {
	for _, d := range r.Decisions {
		if d.Level == level {
			return true
		}
	}
	return false
}

// AfterDecision is the state once the newest decision stands in the response. A
// recommendation opens for the parties' positions; any other decision ends them.
func AfterDecision(r portal.Response) (portal.ResponseState, error) {
	if r.Rule.Kind == portal.Recommendation || !Decided(r) {
		return Next(ResponseSteps, r.State, "recommend")
	}
	return Next(ResponseSteps, r.State, "decide")
}

func unfinished(r portal.Response) bool {
	for _, a := range r.Answers {
		if a.Status != portal.AnswerReady && a.Status != portal.AnswerNotAnswered {
			return true
		}
	}
	return false
}

// WithSuggestions are the numbers of the answers that hold suggestions which nobody has decided on.
func WithSuggestions(r portal.Response) (numbers []int) {
	for _, a := range r.Answers {
		if a.Suggestions > 0 {
			numbers = append(numbers, a.Number)
		}
	}
	return numbers
}

func only(when bool, why string) string {
	if when {
		return why
	}
	return ""
}

func first(reasons ...string) string {
	for _, r := range reasons {
		if r != "" {
			return r
		}
	}
	return ""
}
