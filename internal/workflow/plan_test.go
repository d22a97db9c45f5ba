package workflow_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

var planned = time.Date(2022, 3, 20, 12, 0, 0, 0, workflow.Oslo) // a week before summer time

// someResponse has two parties, nothing said, and a deadline to come.
func someResponse(t *rapid.T) (portal.Response, []portal.Meeting, map[portal.OrganisationID]portal.OwnDates) {
	hours := func(label string, from, to int) time.Time {
		return planned.Add(time.Duration(rapid.IntRange(from, to).Draw(t, label)) * time.Hour)
	}
	day := func(label string) time.Time {
		if !rapid.Bool().Draw(t, label+" said") {
			return time.Time{}
		}
		d := planned.AddDate(0, 0, rapid.IntRange(-5, 40).Draw(t, label))
		return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
	}
	kind := rapid.SampledFrom([]portal.RuleKind{portal.Consensus, portal.Recommendation}).Draw(t, "kind")
	r := portal.Response{Kind: portal.Joint, State: portal.Draft, Round: portal.Round{Deadline: hours("deadline", 1, 24*30)},
		Rule: portal.Rule{Kind: kind, HospitalPercent: 100, MunicipalPercent: 100, PartnershipDecision: rapid.Bool().Draw(t, "partnership")}}
	own := map[portal.OrganisationID]portal.OwnDates{}
	for _, id := range []portal.OrganisationID{"town", "hospital"} {
		r.Parties = append(r.Parties, portal.Party{Organisation: portal.Organisation{ID: id}, Side: portal.MunicipalSide})
		own[id] = portal.OwnDates{Meeting: day("meets"), PapersDue: day("papers")}
	}
	var meetings []portal.Meeting
	for range rapid.IntRange(0, 5).Draw(t, "meetings") {
		at := hours("starts", -48, 24*40)
		meetings = append(meetings, portal.Meeting{StartsAt: at, PapersDue: at.Add(-time.Duration(rapid.IntRange(0, 24*10).Draw(t, "before")) * time.Hour),
			Body:  portal.Body{Level: rapid.SampledFrom([]portal.BodyLevel{portal.StrategicLevel, portal.PartnershipLevel, portal.ProfessionalLevel}).Draw(t, "level")},
			State: rapid.SampledFrom([]portal.MeetingState{portal.Called, portal.Called, portal.Cancelled}).Draw(t, "state")})
	}
	return r, meetings, own
}

func TestThePlanGoesBackInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, meetings, own := someResponse(t)
		p := workflow.BackwardPlan(r, meetings, own, planned)
		last := time.Time{}
		for _, s := range p.Steps {
			if s.Latest.IsZero() != (s.Kind == "committee" && s.Meeting == nil) {
				t.Fatalf("%+v", s)
			}
			if s.Latest.IsZero() {
				continue
			}
			if s.Latest.Before(last) || s.Latest.After(r.Round.Deadline) {
				t.Fatalf("%s comes at %v, after %v, of %v", s.Kind, s.Latest, last, r.Round.Deadline)
			}
			last = s.Latest
			if m := s.Meeting; m != nil && (string(m.Body.Level) != s.Level || m.State != portal.Called || !m.StartsAt.After(planned)) {
				t.Fatalf("%s meets at %+v", s.Level, m)
			}
		}
	})
}

// It warns of a committee when, and only when, none of its meetings lies between now and what follows it.
func TestThePlanWarnsWhenNoMeetingFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, meetings, own := someResponse(t)
		p := workflow.BackwardPlan(r, meetings, own, planned)
		for i, s := range p.Steps {
			if s.Kind != "committee" {
				continue
			}
			from, until := planned, r.Round.Deadline
			if r.Rule.Kind == portal.Recommendation {
				if before := p.Steps[i-1]; before.Meeting != nil {
					from = before.Meeting.StartsAt
				}
			} else if next := p.Steps[i+1]; next.Meeting != nil {
				until = next.Meeting.PapersDue
			}
			there := slices.ContainsFunc(meetings, func(m portal.Meeting) bool {
				return string(m.Body.Level) == s.Level && m.State == portal.Called && m.StartsAt.After(from) && !m.StartsAt.After(until)
			})
			if there == (s.Warning == "no_meeting") {
				t.Fatalf("a meeting fits: %v; %+v", there, s)
			}
		}
		for _, line := range p.Parties {
			meets, limit := line.Own.Meeting.Format(time.DateOnly), line.Latest.In(workflow.Oslo).Format(time.DateOnly)
			if said := !line.Own.Meeting.IsZero() && line.Own.Meeting.After(planned); said && (meets > limit) != (line.Warning == "meets_too_late") {
				t.Fatalf("meets on %s, by %s: %q", meets, limit, line.Warning)
			}
		}
	})
}

// More time moves the last day, and never costs a committee its meeting.
func TestAnExtensionMovesThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, meetings, own := someResponse(t)
		before := workflow.BackwardPlan(r, meetings, own, planned)
		r.Round.Deadline = r.Round.Deadline.Add(time.Duration(rapid.IntRange(1, 24*20).Draw(t, "more")) * time.Hour)
		after := workflow.BackwardPlan(r, meetings, own, planned)
		if last := after.Steps[len(after.Steps)-1]; !last.Latest.Equal(r.Round.Deadline) {
			t.Fatalf("is sent by %v", last.Latest)
		}
		committees := func(p workflow.Plan) (missing int) {
			for _, s := range p.Steps {
				if s.Warning == "no_meeting" {
					missing++
				}
			}
			return missing
		}
		if committees(after) > committees(before) {
			t.Fatalf("more time, and fewer meetings that fit")
		}
	})
}

func TestThePlanOfOneWay(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2022, 3, n, 0, 0, 0, 0, time.UTC) }
	meets := func(level portal.BodyLevel, at time.Time) portal.Meeting {
		return portal.Meeting{Body: portal.Body{Level: level}, State: portal.Called, StartsAt: at, PapersDue: workflow.EndOfDay(at.AddDate(0, 0, -3))}
	}
	strategic := meets(portal.StrategicLevel, time.Date(2022, 3, 29, 9, 0, 0, 0, workflow.Oslo))
	r := portal.Response{Kind: portal.Joint, Rule: workflow.DefaultRule(), State: portal.Draft, Round: portal.Round{Deadline: workflow.EndOfDay(time.Date(2022, 4, 1, 0, 0, 0, 0, workflow.Oslo))},
		Parties: []portal.Party{{Organisation: portal.Organisation{ID: "late"}}, {Organisation: portal.Organisation{ID: "in time"}}, {Organisation: portal.Organisation{ID: "silent"}}}}
	p := workflow.BackwardPlan(r, []portal.Meeting{strategic, meets(portal.StrategicLevel, time.Date(2022, 4, 5, 9, 0, 0, 0, workflow.Oslo))},
		map[portal.OrganisationID]portal.OwnDates{"late": {Meeting: day(30)}, "in time": {Meeting: day(26), PapersDue: day(22)}}, planned)
	papers := time.Date(2022, 3, 26, 23, 59, 59, 0, workflow.Oslo) // before summer time, the meeting after it
	want := map[string]time.Time{"freeze": time.Date(2022, 3, 22, 23, 59, 59, 0, workflow.Oslo), "parties": papers, "committee": strategic.StartsAt, "submit": r.Round.Deadline}
	for _, s := range p.Steps {
		if !s.Latest.Equal(want[s.Kind]) || s.Warning != "" {
			t.Errorf("%+v", s)
		}
	}
	for i, want := range []string{"meets_too_late", "", "no_dates"} {
		if p.Parties[i].Warning != want || !p.Parties[i].Latest.Equal(papers) {
			t.Errorf("%+v", p.Parties[i])
		}
	}
}
