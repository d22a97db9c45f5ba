package document

import (
	"context"

	"samsvar/internal/evidence"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// relationOf is the relation as it is signed and sent.
func relationOf(r *portal.Relation) *evidence.Relation {
	if r == nil {
		return nil
	}
	return &evidence.Relation{Kind: string(r.Kind), Community: evidence.Community{ID: string(r.Community), Name: r.Name}, ResponseID: string(r.Response),
		AnswerID: string(r.Answer), FreezeNumber: r.Version, AnswerHash: evidence.Hash(r.Hash)}
}

func sameRelation(a, b *portal.Relation) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Kind == b.Kind && a.Hash == b.Hash
}

// jointText is the joint text that was read, for those who still are a party of it.
func (s Service) jointText(ctx context.Context, actor portal.Actor, of portal.Relation) ([]portal.FrozenAnswer, error) {
	r, err := s.Store.Response(ctx, of.Response)
	if err == nil {
		err = policy.Read(ctx, s.Store, actor, "response.text", r, s.Now())
	}
	switch {
	case portal.IsCode(err, "not_found"):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return s.Store.FrozenAnswers(ctx, of.Freeze)
}

// joint adds the joint answers that a separate response stands to. They are
// for its owner alone, who is a party of them.
func (s Service) joint(ctx context.Context, actor portal.Actor, text *Text) error {
	if text.Response.Kind != portal.Separate || actor.Organisation != text.Response.Owner.ID {
		return nil
	}
	read := map[portal.FreezeID][]portal.FrozenAnswer{}
	text.Joint = map[portal.AnswerID]portal.FrozenAnswer{}
	for _, a := range text.Answers {
		if a.Relation == nil {
			continue
		}
		freeze := a.Relation.Freeze
		if _, known := read[freeze]; !known {
			var err error
			if read[freeze], err = s.jointText(ctx, actor, *a.Relation); err != nil {
				return err
			}
		}
		for _, j := range read[freeze] {
			if j.Answer == a.Relation.Answer {
				text.Joint[a.Answer] = j
			}
		}
	}
	return nil
}
