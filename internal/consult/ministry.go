package consult

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"samsvar/internal/evidence"
	"samsvar/internal/policy"
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
		if c.Receipt != nil && c.Receipt.Stands() {
			o.Submitted++
		}
	}
	if o.Reach, err = s.Store.Reach(ctx, id); err != nil {
		return o, err
	}
	o.Separate, err = s.Store.Submitted(ctx, id, portal.Separate)
	return o, err
}

// Submissions are the responses of a round that were ever sent, newest first: also those that were taken back.
func (s Service) Submissions(ctx context.Context, actor portal.Actor, id portal.RoundID) ([]portal.Response, error) {
	if _, err := s.round(ctx, actor, id, "round.submissions"); err != nil {
		return nil, err
	}
	return s.Store.Submitted(ctx, id, portal.Joint, portal.Separate)
}

// Across is one question with the answers of every submission.
type Across struct {
	Question portal.Question
	Round    RoundView
	Answers  []AcrossAnswer
	Count    AcrossCount
}

// AcrossCount is how many texts answer the question, and how many stand behind
// one. Whoever joins another's text adds none, and whoever stands behind
// several counts once.
type AcrossCount struct{ Texts, Hospitals, Municipalities int }

// AcrossAnswer is one submission's answer to the question, and who stands where.
type AcrossAnswer struct {
	Response                    portal.Response
	Text                        portal.FrozenAnswer
	Supporters, Outside, Silent []string
	Remarks                     []evidence.Remark
	Relation                    *evidence.Relation // of a separate answer to a joint one
	Sent                        string             // number of the submission that holds exactly the joint text it stands to
	Apart                       []string           // parties whose own answer deviates from this one
	behind                      map[string]portal.Side
}

// readRound writes down, where the round asks for it, that somebody has been given texts of many responses.
func (s Service) readRound(ctx context.Context, actor portal.Actor, round RoundView, action policy.Action, object string) error {
	if !round.LogsReading {
		return nil
	}
	return s.Store.RecordReading(ctx, actor, policy.Reading{At: s.Now(), Action: action, Round: round.ID, Object: object})
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
	if err := s.readRound(ctx, actor, round, "round.read_across", string(question)); err != nil {
		return across, err
	}
	submitted, err := s.standing(ctx, id)
	if err != nil {
		return across, err
	}
	packages, err := s.Store.Packages(ctx, id)
	if err != nil {
		return across, err
	}
	for _, r := range submitted {
		var p sent
		if err := json.Unmarshal(packages[r.ID], &p); err != nil {
			return across, fmt.Errorf("package of %s: %w", r.Last().Number, err)
		}
		across.Answers = append(across.Answers, answerIn(p, r, question))
	}
	across.relate()
	across.Count = across.count()
	return across, nil
}

// relate brings those answers together that stand to one another.
func (a *Across) relate() {
	for i := range a.Answers {
		own := &a.Answers[i]
		if own.Relation == nil {
			continue
		}
		for j := range a.Answers {
			joint := &a.Answers[j]
			if string(joint.Text.Answer) != own.Relation.AnswerID {
				continue
			}
			if joint.Text.Hash == string(own.Relation.AnswerHash) {
				own.Sent = joint.Response.Last().Number
			}
			if own.Relation.Kind == string(portal.Deviates) {
				joint.Apart = append(joint.Apart, own.Response.Owner.Name)
			}
		}
	}
}

func (a Across) count() AcrossCount {
	var n AcrossCount
	behind := map[string]portal.Side{}
	for _, answer := range a.Answers {
		if answer.Text.Status == portal.AnswerReady && (answer.Relation == nil || answer.Relation.Kind != string(portal.Joins)) {
			n.Texts++
		}
		maps.Copy(behind, answer.behind)
	}
	for _, side := range behind {
		if side == portal.HospitalSide {
			n.Hospitals++
		} else {
			n.Municipalities++
		}
	}
	return n
}

// sent is what of a package is read across: to read the rest of it would take longer than all else.
type sent struct {
	Answers []evidence.Answer
	Parties []struct {
		ID, Name, Side string
		Position       *evidence.Position
	}
	Remarks []evidence.Remark
}

// answerIn reads the answer, and who stands where, in what was sent: whatever is written or said since.
func answerIn(p sent, r portal.Response, question portal.QuestionID) AcrossAnswer {
	out := AcrossAnswer{Response: r, behind: map[string]portal.Side{}}
	var asked evidence.Answer
	for _, a := range p.Answers {
		if a.QuestionID == string(question) {
			asked, out.Relation = a, a.Relation
			out.Text = portal.FrozenAnswer{Answer: portal.AnswerID(a.ID), Number: a.Number, Status: portal.AnswerStatus(a.Status), Content: a.Content, Hash: string(a.Hash)}
		}
	}
	for _, party := range p.Parties {
		list := &out.Outside
		switch {
		case !party.Position.Of(asked):
			list = &out.Silent
		case party.Position.Approves():
			list = &out.Supporters
			out.behind[party.ID] = portal.Side(party.Side)
		}
		*list = append(*list, party.Name)
	}
	for _, remark := range p.Remarks {
		if remark.AnswerID != nil && *remark.AnswerID == string(out.Text.Answer) {
			out.Remarks = append(out.Remarks, remark)
		}
	}
	return out
}

// standing are the responses whose newest submission stands, the newest first.
func (s Service) standing(ctx context.Context, id portal.RoundID) ([]portal.Response, error) {
	all, err := s.Store.Submitted(ctx, id, portal.Joint, portal.Separate)
	return slices.DeleteFunc(all, func(r portal.Response) bool { return !r.Last().Stands() }), err
}

// Late says by how many seconds a community is late: those of its submission,
// or those that have passed without one.
func (s Service) Late(c CommunityStanding) int64 {
	if c.Receipt != nil && c.Receipt.Stands() {
		return c.Receipt.LateSeconds
	}
	return workflow.Late(s.Now(), c.Deadline)
}

// Export is the reading of all that was sent in a round, in one file.
func (s Service) Export(ctx context.Context, actor portal.Actor, id portal.RoundID) error {
	round, err := s.round(ctx, actor, id, "round.export")
	if err != nil {
		return err
	}
	return s.readRound(ctx, actor, round, "round.export", "")
}

// Exportable are the responses with a standing submission that the actor may have rendered, by receipt number.
func (s Service) Exportable(ctx context.Context, actor portal.Actor, id portal.RoundID) ([]portal.Response, error) {
	if _, err := s.round(ctx, actor, id, "round.export"); err != nil {
		return nil, err
	}
	submitted, err := s.standing(ctx, id)
	slices.SortFunc(submitted, func(a, b portal.Response) int { return strings.Compare(a.Last().Number, b.Last().Number) })
	return submitted, err
}
