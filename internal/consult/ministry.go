package consult

import (
	"context"
	"slices"
	"strings"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Overview is the country at a glance. It holds no text and no positions.
type Overview struct {
	Round       RoundView
	Communities []CommunityStanding
	Separate    []portal.Response
	Submitted   int // joint answers
	Reach       Reach
}

// Overview says where every community stands.
func (s Service) Overview(ctx context.Context, actor portal.Actor, id portal.RoundID) (Overview, error) {
	round, err := s.round(ctx, actor, id, "round.overview")
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Round: round}
	if o.Communities, err = s.Store.Communities(ctx, id); err != nil {
		return o, err
	}
	for _, c := range o.Communities {
		if c.Receipt != nil {
			o.Submitted++
		}
	}
	if o.Reach, err = s.Store.Reach(ctx, id); err != nil {
		return o, err
	}
	o.Separate, err = s.Store.SubmittedAlone(ctx, id)
	return o, err
}

func standsBehind(p portal.Party) bool {
	return p.Position != nil && (p.Position.Kind == portal.Approved || p.Position.Kind == portal.ApprovedWithRemark)
}

// Submissions are the submitted responses of a round, newest first.
func (s Service) Submissions(ctx context.Context, actor portal.Actor, id portal.RoundID) ([]portal.Response, error) {
	if _, err := s.round(ctx, actor, id, "round.submissions"); err != nil {
		return nil, err
	}
	return s.Store.Submitted(ctx, id)
}

// Across is one question with the answers of every submission.
type Across struct {
	Question portal.Question
	Round    RoundView
	Answers  []AcrossAnswer
}

// AcrossAnswer is one submission's answer to the question, and who stands where.
type AcrossAnswer struct {
	Response                    portal.Response
	Text                        portal.FrozenAnswer
	Supporters, Outside, Silent []string
	Remarks                     []portal.Remark
}

// ReadAcross gives one question across all submitted answers.
func (s Service) ReadAcross(ctx context.Context, actor portal.Actor, id portal.RoundID, question portal.QuestionID) (Across, error) {
	round, err := s.round(ctx, actor, id, "round.read_across")
	if err != nil {
		return Across{}, err
	}
	i := slices.IndexFunc(round.Questions, func(q portal.Question) bool { return q.ID == question })
	if i < 0 {
		return Across{}, portal.Missing()
	}
	across := Across{Question: round.Questions[i], Round: round}
	submitted, err := s.Store.Submitted(ctx, id)
	if err != nil {
		return across, err
	}
	texts, err := s.Store.FrozenTexts(ctx, question)
	if err != nil {
		return across, err
	}
	ids := make([]portal.ResponseID, len(submitted))
	for i, r := range submitted {
		ids[i] = r.ID
	}
	remarks, err := s.Store.Remarks(ctx, ids...)
	if err != nil {
		return across, err
	}
	for _, r := range submitted {
		text := texts[r.ID]
		answer := AcrossAnswer{Response: r, Text: text}
		for _, p := range r.Parties {
			answer.place(p)
		}
		for _, remark := range remarks[r.ID] {
			if remark.Answer == text.Answer {
				answer.Remarks = append(answer.Remarks, remark)
			}
		}
		across.Answers = append(across.Answers, answer)
	}
	return across, nil
}

func (a *AcrossAnswer) place(p portal.Party) {
	list := &a.Outside
	switch {
	case p.Position == nil:
		list = &a.Silent
	case standsBehind(p):
		list = &a.Supporters
	}
	*list = append(*list, p.Organisation.Name)
}

// Late says by how many seconds a community is late: those of its submission,
// or those that have passed without one.
func (s Service) Late(o Overview, c CommunityStanding) int64 {
	if c.Receipt != nil {
		return c.Receipt.LateSeconds
	}
	return workflow.Late(s.Now(), o.Round.Deadline)
}

// Exportable are the submitted responses that the actor may have rendered, by receipt number.
func (s Service) Exportable(ctx context.Context, actor portal.Actor, id portal.RoundID) ([]portal.Response, error) {
	if _, err := s.round(ctx, actor, id, "round.export"); err != nil {
		return nil, err
	}
	submitted, err := s.Store.Submitted(ctx, id)
	slices.SortFunc(submitted, func(a, b portal.Response) int { return strings.Compare(a.Receipt.Number, b.Receipt.Number) })
	return submitted, err
}
