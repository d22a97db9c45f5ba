package consult

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Turn is one thing owed or waited for. The page words it by Kind.
type Turn struct {
	Kind     string
	Round    portal.Round
	Response portal.ResponseID
	Owner    string
	Facts    map[string]any
}

// MyTurn is what the actor owes, and what the actor waits for.
type MyTurn struct{ Tasks, Waiting []Turn }

func (m *MyTurn) owe(kind string, r portal.Round, facts map[string]any) {
	m.Tasks = append(m.Tasks, Turn{Kind: kind, Round: r, Facts: facts})
}

// MyTurn looks through the actor's rounds and responses.
func (s Service) MyTurn(ctx context.Context, actor portal.Actor) (MyTurn, error) {
	if actor.Has(portal.CaseOfficer) {
		return s.ministryTurn(ctx, actor)
	}
	if err := policy.Decide(actor, "round.list", policy.Object{}); err != nil {
		return MyTurn{}, err
	}
	rounds, err := s.Store.Rounds(ctx, actor, false, portal.RoundOpen)
	if err != nil {
		return MyTurn{}, err
	}
	responses, err := s.Store.OpenResponsesOf(ctx, actor.Organisation)
	if err != nil {
		return MyTurn{}, err
	}
	var turn MyTurn
	for _, v := range rounds {
		invitationTurn(&turn, actor, v)
	}
	for _, r := range responses {
		responseTurn(&turn, actor, r, s.Now())
	}
	slices.SortStableFunc(turn.Tasks, func(a, b Turn) int { return cmp.Compare(urgency(a), urgency(b)) })
	return turn, nil
}

// urgency puts what the ministry has sent back before all else.
func urgency(t Turn) int {
	if t.Kind == "returned" {
		return 0
	}
	return 1
}

func (s Service) ministryTurn(ctx context.Context, actor portal.Actor) (turn MyTurn, err error) {
	rounds, err := s.Rounds(ctx, actor)
	if err != nil {
		return turn, err
	}
	counts, err := s.Store.SubmissionCounts(ctx)
	for _, v := range rounds {
		turn.receive(v.Round, counts[v.ID])
	}
	return turn, err
}

// receive is what a round asks of the ministry, also a closed one that something came to.
func (m *MyTurn) receive(r portal.Round, count SubmissionCount) {
	if r.State == portal.RoundDraft {
		m.owe("open_round", r, nil)
		return
	}
	facts := map[string]any{"submitted": count.Submitted, "new": count.New}
	if count.New > 0 {
		m.owe("receive", r, facts)
	}
	if r.State == portal.RoundOpen {
		m.Waiting = append(m.Waiting, Turn{Kind: "follow_round", Round: r, Facts: facts})
	}
}

// invitationTurn is what an open round asks of an organisation before it takes part in any response.
func invitationTurn(turn *MyTurn, actor portal.Actor, v RoundView) {
	if v.AskedToForward && v.Recipient.ForwardedAt == nil && actor.Has(portal.RegionalContact) {
		turn.owe("forward", v.Round, nil)
		return
	}
	if actor.Has(portal.Secretariat) {
		if len(v.Responses) == 0 && mayBegin(actor, v, portal.Joint) {
			turn.owe("start_response", v.Round, nil)
		}
		return
	}
	if v.Recipient == nil {
		return
	}
	if v.Recipient.OpenedAt == nil {
		turn.owe("read_invitation", v.Round, nil)
	} else if len(v.Responses) == 0 && !v.AskedToForward {
		turn.Waiting = append(turn.Waiting, Turn{Kind: "wait_start", Round: v.Round})
	}
}

func responseTurn(turn *MyTurn, actor portal.Actor, r portal.Response, now time.Time) {
	t := Turn{Round: r.Round, Response: r.ID, Owner: r.Owner.Name, Facts: facts(r, actor, now)}
	editor := r.Owner.ID == actor.Organisation && (actor.Has(portal.Secretariat) || r.Kind == portal.Separate && writes(actor))
	owed, waited := "", ""
	if _, party := r.Party(actor.Organisation); !party && slices.ContainsFunc(r.Offered, func(o portal.Organisation) bool { return o.ID == actor.Organisation }) {
		t.Kind = "endorse"
		turn.Tasks = append(turn.Tasks, t)
		return
	}
	if names := unspoken(r, actor, now); names != nil {
		forOthers := t
		forOthers.Kind, forOthers.Facts = "speak_for", maps.Clone(t.Facts)
		forOthers.Facts["for"] = strings.Join(names, ", ")
		turn.Tasks = append(turn.Tasks, forOthers)
	}
	switch r.State {
	case portal.Draft:
		owed, waited = draftTurn(r, actor, editor, now)
	case portal.Approval:
		owed, waited = approvalTurn(r, actor, editor, now)
	case portal.Ready:
		owed, waited = lateApproval(r, actor, now), "wait_submit"
		switch {
		case editor && rejected(r) != nil:
			owed = "resolve_rejection"
		case editor:
			owed = "submit"
		case rejected(r) != nil:
			waited = "wait_rejected"
		}
	case portal.Submitted:
		waited = "wait_received"
	case portal.Received:
		waited = "done"
	case portal.Withdrawn:
		waited = "withdrawn"
	}
	if owed != "" {
		t.Kind = owed
		turn.Tasks = append(turn.Tasks, t)
		return
	}
	t.Kind = waited
	turn.Waiting = append(turn.Waiting, t)
}

func draftTurn(r portal.Response, actor portal.Actor, editor bool, now time.Time) (owed, waited string) {
	done := workflow.Hindrance(r, "freeze", now) == ""
	last := r.Last()
	switch {
	case editor && last != nil && last.State == portal.SentBack:
		return "returned", ""
	case editor && done:
		return "freeze", ""
	case editor, writes(actor) && !done:
		return "write_answers", ""
	default:
		return "", "wait_freeze"
	}
}

func approvalTurn(r portal.Response, actor portal.Actor, editor bool, now time.Time) (owed, waited string) {
	may := func(event string) bool { return workflow.Hindrance(r, event, now) == "" }
	met := workflow.CountResponse(r, now).Met
	switch {
	case editor && may("submit"):
		return "submit", ""
	case editor && may("decide") && r.Rule.Kind == portal.Recommendation:
		return "record_recommendation", ""
	case editor && may("decide"):
		return "record_decision", ""
	case editor && workflow.Hindrance(r, "submit", now) == "suggestions_open":
		return "submit", ""
	case lateApproval(r, actor, now) != "":
		return lateApproval(r, actor, now), ""
	case editor && rejected(r) != nil:
		return "resolve_rejection", ""
	case rejected(r) != nil:
		return "", "wait_rejected"
	case short(r, actor, now):
		return "", "wait_approvers"
	case !may("position"):
		return "", "wait_recommendation"
	case met && !workflow.Decided(r):
		return "", "wait_decision"
	case met:
		return "", "wait_submit"
	default:
		return "", "wait_positions"
	}
}

// unspoken names the other parties that the actor speaks on behalf of, and that have said nothing that counts.
func unspoken(r portal.Response, actor portal.Actor, now time.Time) (names []string) {
	if r.State != portal.Approval && r.State != portal.Ready || workflow.Hindrance(r, "position", now) != "" {
		return nil
	}
	for _, p := range r.Parties {
		if _, speaks := actor.Speaks(p.Organisation.ID, r.ID, r.Round.ID); !speaks || p.Organisation.ID == actor.Organisation {
			continue
		}
		validity, _ := workflow.Judge(workflow.StandingOf(r, p, now), workflow.LaidBefore(r))
		if validity != workflow.Valid && !(validity == workflow.Pending && p.Position.SaidBy(actor.Account)) {
			names = append(names, p.Organisation.Name)
		}
	}
	return names
}

// short says whether the actor's own party waits for more of its approvers.
func short(r portal.Response, actor portal.Actor, now time.Time) bool {
	p, party := r.Party(actor.Organisation)
	validity, _ := workflow.Judge(workflow.StandingOf(r, p, now), workflow.LaidBefore(r))
	return party && validity == workflow.Pending
}

// rejected names those who reject the text.
func rejected(r portal.Response) (names []string) {
	for _, p := range r.Parties {
		if p.Position != nil && p.Position.Kind == portal.Rejected {
			names = append(names, p.Organisation.Name)
		}
	}
	return names
}

// lateApproval is the approver's task while the text is frozen, also after the committee has decided.
func lateApproval(r portal.Response, actor portal.Actor, now time.Time) string {
	p, party := r.Party(actor.Organisation)
	if _, speaks := actor.Speaks(actor.Organisation, r.ID, r.Round.ID); !party || !speaks || workflow.Hindrance(r, "position", now) != "" {
		return ""
	}
	switch validity, _ := workflow.Judge(workflow.StandingOf(r, p, now), workflow.LaidBefore(r)); validity {
	case workflow.NoPosition:
		return "take_position"
	case workflow.Pending:
		if !p.Position.SaidBy(actor.Account) {
			return "join_position"
		}
		return ""
	case workflow.Stale:
		return "confirm_position"
	}
	for _, m := range r.Remarks {
		switch {
		case m.By(actor.Organisation) && workflow.Unsettled(r, m):
			return "settle_remark"
		case workflow.MustSee(r, m, p, now):
			return "see_remarks"
		}
	}
	return ""
}

func facts(r portal.Response, actor portal.Actor, now time.Time) map[string]any {
	ready, mine, stale := 0, 0, 0
	for _, a := range r.Answers {
		if a.Status == portal.AnswerReady || a.Status == portal.AnswerNotAnswered {
			ready++
		}
		if a.Coordinator != nil && a.Coordinator.ID == actor.Organisation {
			mine++
		}
	}
	f := map[string]any{}
	if p, party := r.Party(actor.Organisation); party {
		if p.Position != nil && p.Position.Needed > 1 {
			f["needed"], f["said"] = p.Position.Needed, len(p.Position.Joined)+1
		}
		_, answers := workflow.Judge(workflow.StandingOf(r, p, now), workflow.LaidBefore(r))
		stale = len(answers)
	}
	tally := workflow.CountResponse(r, now)
	maps.Copy(f, map[string]any{"answers": len(r.Answers), "ready": ready, "mine": mine, "stale": stale, "parties": len(r.Parties),
		"answered": tally.Hospital.Answered + tally.Municipal.Answered, "lateSeconds": workflow.Late(now, r.Round.Deadline)})
	if last := r.Last(); last != nil {
		f["number"] = last.Number
	}
	if names := rejected(r); names != nil {
		f["rejecting"] = strings.Join(names, ", ")
	}
	return f
}

func writes(a portal.Actor) bool { return a.Has(portal.Coordinator) || a.Has(portal.Writer) }
