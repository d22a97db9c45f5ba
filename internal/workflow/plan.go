package workflow

import (
	"slices"
	"time"

	"samsvar/internal/portal"
)

// Plan is the way back from the deadline: what must be done by when, the first
// step first, and each party's own line.
type Plan struct {
	Steps   []PlanStep
	Parties []PartyPlan
}

// PlanStep is one step of the way. Warning is the code of what is wrong with it; empty when nothing is.
type PlanStep struct {
	Kind    string    // freeze, parties, committee, submit
	Latest  time.Time // zero for what is done, or cannot be said
	Level   string    // of a committee
	Meeting *portal.Meeting
	Done    bool
	Warning string
}

// PartyPlan is when a party treats the answer itself, and when it must have said what it thinks.
type PartyPlan struct {
	Organisation portal.OrganisationID
	Own          portal.OwnDates
	Latest       time.Time
	Done         bool
	Warning      string
}

// BackwardPlan goes back from the deadline over the committees' meetings to the
// parties. Where a committee decides last, the parties' answers are among its
// papers; where it recommends first, they come after its meeting.
func BackwardPlan(r portal.Response, meetings []portal.Meeting, own map[portal.OrganisationID]portal.OwnDates, now time.Time) Plan {
	b := planner{r: r, meetings: called(meetings, now), own: own, now: now}
	if r.Rule.Kind == portal.Recommendation {
		return b.recommendedFirst()
	}
	return b.decidedLast()
}

type planner struct {
	r        portal.Response
	meetings []portal.Meeting // to come, the first one first
	own      map[portal.OrganisationID]portal.OwnDates
	now      time.Time
}

func called(meetings []portal.Meeting, now time.Time) []portal.Meeting {
	coming := slices.DeleteFunc(slices.Clone(meetings), func(m portal.Meeting) bool { return m.State != portal.Called || !m.StartsAt.After(now) })
	slices.SortStableFunc(coming, func(a, b portal.Meeting) int { return a.StartsAt.Compare(b.StartsAt) })
	return coming
}

func (b planner) decidedLast() Plan {
	limit := b.r.Round.Deadline
	steps := []PlanStep{b.submit()}
	levels := Deciding(b.r.Rule)
	for i := len(levels) - 1; i >= 0; i-- {
		step := PlanStep{Kind: "committee", Level: levels[i], Done: decidedBy(b.r, levels[i]) || b.sent()}
		if !step.Done {
			step.Meeting = b.last(levels[i], limit)
			step.Warning = b.fits(step.Meeting)
			if step.Meeting != nil {
				step.Latest, limit = step.Meeting.StartsAt, step.Meeting.PapersDue
			}
		}
		steps = append(steps, step)
	}
	parties, lines := b.parties(limit, time.Time{})
	steps = append(steps, parties, b.freeze(limit, lines))
	slices.Reverse(steps)
	return Plan{steps, lines}
}

func (b planner) recommendedFirst() Plan {
	var steps []PlanStep
	var after time.Time
	limit, until := b.r.Round.Deadline, b.r.Round.Deadline
	for _, level := range Deciding(b.r.Rule) {
		step := PlanStep{Kind: "committee", Level: level, Done: decidedBy(b.r, level) || b.sent()}
		if !step.Done {
			step.Meeting = b.first(level, after, limit)
			step.Warning = b.fits(step.Meeting)
			if step.Meeting != nil {
				step.Latest, after = step.Meeting.StartsAt, step.Meeting.StartsAt
				if step.Meeting.PapersDue.Before(until) {
					until = step.Meeting.PapersDue
				}
			}
		}
		steps = append(steps, step)
	}
	parties, lines := b.parties(limit, after)
	steps = append([]PlanStep{b.freeze(until, lines)}, steps...)
	return Plan{append(steps, parties, b.submit()), lines}
}

func (b planner) sent() bool { return b.r.Receipt() != nil }

func (b planner) submit() PlanStep {
	s := PlanStep{Kind: "submit", Latest: b.r.Round.Deadline, Done: b.sent()}
	s.Warning = only(!s.Done && Late(b.now, s.Latest) > 0, "passed")
	return s
}

// last is the meeting of the level by the limit that leaves most time before its papers.
func (b planner) last(level string, limit time.Time) (last *portal.Meeting) {
	for i, m := range b.meetings {
		if string(m.Body.Level) == level && !m.StartsAt.After(limit) && (last == nil || !m.PapersDue.Before(last.PapersDue)) {
			last = &b.meetings[i]
		}
	}
	return last
}

// first is the earliest meeting of the level after a time and by the limit.
func (b planner) first(level string, after, limit time.Time) *portal.Meeting {
	for i, m := range b.meetings {
		if string(m.Body.Level) == level && m.StartsAt.After(after) && !m.StartsAt.After(limit) {
			return &b.meetings[i]
		}
	}
	return nil
}

func (b planner) fits(m *portal.Meeting) string {
	if m == nil {
		return "no_meeting"
	}
	return only(b.r.Freeze == nil && m.PapersDue.Before(b.now), "papers_passed")
}

// parties is the step of all of them, and each one's line. after is the meeting
// whose recommendation they wait for; zero when they wait for none.
func (b planner) parties(limit, after time.Time) (PlanStep, []PartyPlan) {
	step := PlanStep{Kind: "parties", Latest: limit, Done: CountResponse(b.r, b.now).Met || b.sent()}
	step.Warning = only(!step.Done && limit.Before(b.now), "passed")
	var lines []PartyPlan
	for _, p := range b.r.Parties {
		validity, _ := Judge(StandingOf(b.r, p, b.now), LaidBefore(b.r))
		line := PartyPlan{Organisation: p.Organisation.ID, Own: b.own[p.Organisation.ID], Latest: limit, Done: validity == Valid || b.sent()}
		if !line.Done {
			line.Warning = b.wrong(line, after)
		}
		lines = append(lines, line)
	}
	return step, lines
}

func (b planner) wrong(p PartyPlan, after time.Time) string {
	meets, papers, today := date(p.Own.Meeting), date(p.Own.PapersDue), date(b.now.In(Oslo))
	switch {
	case p.Own.Meeting.IsZero():
		return "no_dates"
	case meets < today:
		return "meeting_passed"
	case meets > date(p.Latest.In(Oslo)):
		return "meets_too_late"
	case !after.IsZero() && meets < date(after.In(Oslo)):
		return "meets_too_early"
	}
	return only(b.r.Freeze == nil && !p.Own.PapersDue.IsZero() && papers < today, "papers_passed")
}

// freeze is when the text must be held still: for the papers of the first committee, and of every party that will treat it.
func (b planner) freeze(limit time.Time, lines []PartyPlan) PlanStep {
	s := PlanStep{Kind: "freeze", Latest: limit, Done: b.r.Freeze != nil}
	for _, p := range lines {
		if p.Done || p.Own.PapersDue.IsZero() {
			continue
		}
		if end := EndOfDay(p.Own.PapersDue); end.Before(s.Latest) {
			s.Latest = end
		}
	}
	s.Warning = only(!s.Done && s.Latest.Before(b.now), "passed")
	return s
}

func date(t time.Time) string { return t.Format(time.DateOnly) }

// EndOfDay is the last second of a calendar date in Oslo.
func EndOfDay(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, Oslo)
}
