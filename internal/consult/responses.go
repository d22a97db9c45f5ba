package consult

import (
	"context"
	"slices"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Start begins the joint response of the actor's community, or a separate one
// of the actor's own organisation. The parties are those of the letter's date.
func (s Service) Start(ctx context.Context, actor portal.Actor, round portal.RoundID, kind portal.ResponseKind, language portal.Language) (portal.Response, error) {
	id := portal.ResponseID(s.NewID())
	err := s.changeRound(ctx, actor, round, "response.start", func(tx Tx, v RoundView) (map[string]any, error) {
		if !mayBegin(actor, v, kind) {
			return nil, portal.Deniedf("not_yours", "%s responses to this round are not for this organisation", kind)
		}
		for _, r := range v.Responses {
			if r.Kind == kind && r.Owner.ID == actor.Organisation {
				return nil, portal.Conflictf("already_started", "there is one already").With("responseId", string(r.ID))
			}
		}
		r, err := s.begin(tx, actor, v.Round, kind, language)
		if err != nil {
			return nil, err
		}
		r.ID = id
		return map[string]any{"kind": kind, "response": id, "parties": len(r.Parties)}, tx.InsertResponse(r, s.Now())
	})
	if err != nil {
		return portal.Response{}, err
	}
	return s.Response(ctx, actor, id)
}

func (s Service) begin(tx Tx, actor portal.Actor, round portal.Round, kind portal.ResponseKind, language portal.Language) (portal.Response, error) {
	r := portal.Response{Round: round, Kind: kind, Language: language, State: portal.Draft,
		Owner: portal.Organisation{ID: actor.Organisation, Kind: actor.Kind, Name: actor.OrganisationName}}
	r.Rule = workflow.SeparateRule(r.Owner)
	var err error
	if kind == portal.Joint {
		if r.Rule, err = tx.Rule(actor.Organisation); err != nil {
			return r, err
		}
	}
	r.Parties, err = tx.Parties(r.Owner, round.Issued)
	for _, q := range round.Questions {
		r.Answers = append(r.Answers, portal.Answer{ID: portal.AnswerID(s.NewID()), Number: q.Number, Question: q,
			Document: portal.DocumentID(s.NewID()), Status: portal.AnswerEmpty})
	}
	return r, err
}

// mayBegin says whether the round and the organisation's kind allow such a response.
func mayBegin(actor portal.Actor, v RoundView, kind portal.ResponseKind) bool {
	if kind == portal.Joint {
		return v.JointAnswers != "no" && actor.Kind == portal.HealthCommunity
	}
	sender := actor.Kind == portal.Municipality || actor.Kind == portal.HealthTrust || actor.Kind == portal.Hospital
	return kind == portal.Separate && v.SeparateAnswers == "allowed" && sender && v.Recipient != nil
}

// Response is where a response stands.
func (s Service) Response(ctx context.Context, actor portal.Actor, id portal.ResponseID) (portal.Response, error) {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return r, err
	}
	return r, policy.Decide(actor, "response.read", policy.ResponseObject(r))
}

// Abilities are the actions of a response's pages, with what stands in the way of each.
func (s Service) Abilities(actor portal.Actor, r portal.Response) []policy.Ability {
	abilities := policy.Abilities(actor, policy.ResponseObject(r), "response.assign", "response.set_status", "response.relate", "document.write", "response.freeze",
		"response.reopen", "response.parties", "response.position", "response.offer", "response.endorse", "response.withdraw_position", "response.remark", "response.see_remarks", "response.reply", "response.treat", "response.case_paper",
		"response.warn", "response.decide", "response.submit", "response.comments", "response.comment", "response.suggest", "response.settle_suggestion")
	abilities = append(abilities, policy.Abilities(actor, policy.ObjectOf("submission.read", r), "submission.read", "submission.download", "submission.withdraw")...)
	now := s.Now()
	hinder := map[policy.Action]string{
		"response.reopen":   only(r.Last() != nil && r.Round.State != portal.RoundOpen, "round_closed"),
		"response.freeze":   workflow.Hindrance(r, "freeze", now),
		"response.position": workflow.Hindrance(r, "position", now),
		"response.parties":  only(r.Kind == portal.Separate, "no_committee"),
		"response.relate":   only(r.Kind == portal.Joint, "not_separate"),
		"response.offer":    only(r.Kind == portal.Joint, "not_separate"),
		"response.warn":     workflow.Hindrance(r, "warn", now),
		"response.treat":    only(len(r.Versions) == 0, "never_frozen"),
		"response.decide":   workflow.Hindrance(r, "decide", now),
		"response.submit": first(workflow.Hindrance(r, "submit", now), only(r.Round.State != portal.RoundOpen, "round_closed"),
			only(!r.Round.AcceptsLate && workflow.Late(now, r.Round.Deadline) > 0, "deadline_passed")),
	}
	for i, a := range abilities {
		if why := hinder[a.Action]; a.Allowed && why != "" {
			abilities[i].Allowed, abilities[i].Why = false, why
		}
	}
	return slices.DeleteFunc(abilities, func(a policy.Ability) bool {
		return slices.Contains([]string{"no_committee", "silence_never_counts", "never_frozen", "not_separate"}, a.Why)
	})
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

// SetCoordinator says which party coordinates an answer; the empty organisation takes it away.
func (s Service) SetCoordinator(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, organisation portal.OrganisationID, version int) (portal.Response, error) {
	return s.changeAnswer(ctx, actor, id, answer, version, "response.assign", func(tx Tx, r portal.Response, a portal.Answer) (map[string]any, error) {
		isParty := func(p portal.Party) bool { return p.Organisation.ID == organisation }
		if organisation != "" && !slices.ContainsFunc(r.Parties, isParty) {
			return nil, portal.InvalidField("organisationId", "not_a_party", "the coordinator is one of the parties")
		}
		return map[string]any{"answer": a.Number, "coordinator": organisation}, tx.SetCoordinator(a, organisation)
	})
}

// SetAnswerStatus says how far an answer has come.
func (s Service) SetAnswerStatus(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, to portal.AnswerStatus, version int) (portal.Response, error) {
	return s.changeAnswer(ctx, actor, id, answer, version, "response.set_status", func(tx Tx, _ portal.Response, a portal.Answer) (map[string]any, error) {
		if a.Status == to {
			return nil, tx.Unchanged()
		}
		return map[string]any{"answer": a.Number, "from": a.Status, "to": to}, tx.SetAnswerStatus(a, to)
	})
}

func (s Service) changeAnswer(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, version int, action policy.Action,
	do func(Tx, portal.Response, portal.Answer) (map[string]any, error)) (portal.Response, error) {
	err := s.changeResponse(ctx, actor, id, action, func(tx Tx, r portal.Response) (map[string]any, error) {
		a, err := r.Answer(answer)
		if err != nil {
			return nil, err
		}
		if a.Version != version {
			return nil, portal.Conflictf("changed_meanwhile", "version %d was read, it is %d now", version, a.Version).With("version", a.Version)
		}
		return do(tx, r, a)
	})
	if err != nil {
		return portal.Response{}, err
	}
	return s.Response(ctx, actor, id)
}

func (s Service) changeResponse(ctx context.Context, actor portal.Actor, id portal.ResponseID, action policy.Action,
	do func(Tx, portal.Response) (map[string]any, error)) error {
	return policy.Run(ctx, s.Store.Write, policy.Change{Actor: actor, Action: action, Response: id, Now: s.Now}, do)
}

// ResponsesBy are the responses of a community or organisation that the actor may see.
func (s Service) ResponsesBy(ctx context.Context, actor portal.Actor, owner portal.OrganisationID) ([]portal.Response, error) {
	all, err := s.Store.ResponsesBy(ctx, owner, actor.Organisation)
	return slices.DeleteFunc(all, func(r portal.Response) bool {
		may := func(action policy.Action) bool {
			return policy.Decide(actor, action, policy.ObjectOf(action, r)) == nil
		}
		return !may("response.read") && !may("submission.read")
	}), err
}

// Positions are all that the parties have ever said, newest first.
func (s Service) Positions(ctx context.Context, actor portal.Actor, id portal.ResponseID) ([]Said, error) {
	if _, err := s.Response(ctx, actor, id); err != nil {
		return nil, err
	}
	return s.Store.Positions(ctx, id)
}

// ReadingItem is one line of the log of who has read a text: a person, for an organisation, within an hour.
type ReadingItem struct {
	FirstAt            time.Time
	Name, Organisation string
	Answer             int // its number; 0 for all of them
}

// mostReadings is how much of the log is shown.
const mostReadings = 500

// Readings are who has read the text, newest first; only where the round asks for it.
func (s Service) Readings(ctx context.Context, actor portal.Actor, id portal.ResponseID) ([]ReadingItem, error) {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := policy.Decide(actor, "response.readings", policy.ResponseObject(r)); err != nil {
		return nil, err
	}
	return s.Store.Readings(ctx, id, mostReadings)
}

// History is what happened to a response, newest first.
func (s Service) History(ctx context.Context, actor portal.Actor, id portal.ResponseID) ([]HistoryItem, error) {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := policy.Decide(actor, "response.history", policy.ResponseObject(r)); err != nil {
		return nil, err
	}
	return s.Store.History(ctx, id)
}
