package consult

import (
	"context"
	"slices"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// JointAnswer is a frozen answer of a community to a question: what a party's
// separate answer to the same question may stand to.
type JointAnswer struct {
	portal.Relation // without a kind
	Question        portal.QuestionID
	Text            portal.FrozenAnswer
}

// JointAnswers are those that a separate response may stand to: of the
// communities that its owner answers with, as they are frozen or were sent.
// They are for the owner alone, who is a party of them.
func (s Service) JointAnswers(ctx context.Context, actor portal.Actor, id portal.ResponseID) ([]JointAnswer, error) {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := policy.Decide(actor, "response.text", policy.ResponseObject(r)); err != nil {
		return nil, err
	}
	if r.Kind != portal.Separate || r.Owner.ID != actor.Organisation {
		return nil, nil
	}
	joint, err := s.Store.JointAnswers(ctx, id)
	read := map[portal.ResponseID]bool{}
	for _, j := range joint {
		if err != nil || read[j.Response] {
			continue
		}
		read[j.Response] = true
		of, failure := s.Store.Response(ctx, j.Response)
		if err = failure; err == nil {
			err = policy.Read(ctx, s.Store, actor, "response.text", of, s.Now())
		}
	}
	return joint, err
}

// Relate says how an answer of a separate response stands to the community's,
// in the version that is frozen at the moment; without a kind it is an answer
// by itself. Said again, it speaks of the newest version.
func (s Service) Relate(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, kind portal.RelationKind,
	community portal.OrganisationID, version int) (portal.Response, error) {
	return s.changeAnswer(ctx, actor, id, answer, version, "response.relate", func(tx Tx, r portal.Response, a portal.Answer) (map[string]any, error) {
		if r.Kind != portal.Separate {
			return nil, portal.Conflictf("not_separate", "a joint answer stands to no other")
		}
		detail := map[string]any{"answer": a.Number, "relation": string(kind)}
		if kind == "" {
			return detail, tx.SetRelation(a, nil, statusBeside(a, kind))
		}
		joint, err := tx.JointAnswers(id)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(joint, func(j JointAnswer) bool { return j.Question == a.Question.ID && j.Community == community })
		if i < 0 {
			return nil, portal.InvalidField("communityId", "nothing_frozen", "the sender has no frozen answer with that community")
		}
		relation := joint[i].Relation
		relation.Kind = kind
		detail["community"], detail["version"] = relation.Name, relation.Version
		return detail, tx.SetRelation(a, &relation, statusBeside(a, kind))
	})
}

// statusBeside is how far the answer has come by the change: one that joins
// another is ready, and one that no longer does has its text to be written.
func statusBeside(a portal.Answer, kind portal.RelationKind) portal.AnswerStatus {
	joined := a.Relation != nil && a.Relation.Kind == portal.Joins
	switch {
	case kind == portal.Joins:
		return portal.AnswerReady
	case joined:
		return portal.AnswerWriting
	}
	return a.Status
}

// Offer lets another municipality or hospital join a separate response, in the
// words that are frozen when it does.
func (s Service) Offer(ctx context.Context, actor portal.Actor, id portal.ResponseID, organisation portal.OrganisationID) (portal.Response, error) {
	return s.offering(ctx, actor, id, organisation, func(tx Tx, r portal.Response, offered bool) error {
		isParty := func(p portal.Party) bool { return p.Organisation.ID == organisation }
		if offered {
			return tx.Unchanged()
		}
		if slices.ContainsFunc(r.Parties, isParty) {
			return portal.InvalidField("organisationId", "taken", "it is a party already")
		}
		may, err := tx.MayEndorse(r.Round.ID, organisation)
		if err != nil {
			return err
		}
		if !may {
			return portal.InvalidField("organisationId", "unknown_recipient", "neither a municipality nor a hospital that was invited")
		}
		return tx.InsertOffer(id, organisation, actor.Name, s.Now())
	})
}

// TakeOfferBack ends an offer that nobody has accepted.
func (s Service) TakeOfferBack(ctx context.Context, actor portal.Actor, id portal.ResponseID, organisation portal.OrganisationID) (portal.Response, error) {
	return s.offering(ctx, actor, id, organisation, func(tx Tx, _ portal.Response, offered bool) error {
		if !offered {
			return tx.Unchanged()
		}
		return tx.EndOffer(id, organisation)
	})
}

func (s Service) offering(ctx context.Context, actor portal.Actor, id portal.ResponseID, organisation portal.OrganisationID,
	do func(tx Tx, r portal.Response, offered bool) error) (portal.Response, error) {
	err := s.changeResponse(ctx, actor, id, "response.offer", func(tx Tx, r portal.Response) (map[string]any, error) {
		if r.Kind != portal.Separate {
			return nil, portal.Conflictf("not_separate", "the parties of a joint answer are its community's members")
		}
		offered := slices.ContainsFunc(r.Offered, func(o portal.Organisation) bool { return o.ID == organisation })
		return map[string]any{"organisation": organisation, "offered": !offered}, do(tx, r, offered)
	})
	if err != nil {
		return portal.Response{}, err
	}
	return s.Response(ctx, actor, id)
}

// AskToJoin says to another municipality or hospital that the actor's would
// join what it sends. The answer is the same whether it sends anything or not.
func (s Service) AskToJoin(ctx context.Context, actor portal.Actor, round portal.RoundID, owner portal.OrganisationID) error {
	return s.changeRound(ctx, actor, round, "round.wish", func(tx Tx, v RoundView) (map[string]any, error) {
		if !mayBegin(actor, v, portal.Separate) {
			return nil, portal.Deniedf("not_yours", "separate responses to this round are not for this organisation")
		}
		may, err := tx.MayEndorse(round, owner)
		if err != nil {
			return nil, err
		}
		if !may || owner == actor.Organisation {
			return nil, portal.InvalidField("organisationId", "unknown_recipient", "no other municipality or hospital that was invited")
		}
		first, err := tx.InsertWish(round, owner, actor.Organisation, actor.Name, s.Now())
		if err == nil && !first {
			err = tx.Unchanged()
		}
		return map[string]any{"organisation": owner}, err
	})
}

// Wishes are those who have asked to join a separate response; they are told to its owner alone.
func (s Service) Wishes(ctx context.Context, actor portal.Actor, id portal.ResponseID) ([]portal.Wish, error) {
	r, err := s.Response(ctx, actor, id)
	if err != nil || r.Kind != portal.Separate || r.Owner.ID != actor.Organisation {
		return nil, err
	}
	return s.Store.Wishes(ctx, r.Round.ID, r.Owner.ID)
}
