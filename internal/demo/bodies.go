package demo

import (
	"fmt"
	"time"

	"samsvar/internal/consult"
	"samsvar/internal/directory"
	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// committee is a body as a community is given it.
type committee struct {
	level portal.BodyLevel
	name  string
	seats int // parties from each side
}

// committees are those of the communities that have said who theirs are. Telemark has two on the strategic level.
var committees = map[portal.OrganisationID][]committee{
	"agder": {{portal.PartnershipLevel, "Partnerskapsmøtet", 30}, {portal.StrategicLevel, "Strategisk samarbeidsutvalg Agder", 5},
		{portal.ProfessionalLevel, "Faglig samarbeidsutvalg for barn og unge", 3}},
	"vestfold": {{portal.PartnershipLevel, "Partnerskapsmøtet", 30}, {portal.StrategicLevel, "Strategisk samarbeidsutvalg Vestfold", 6}},
	"telemark": {{portal.PartnershipLevel, "Partnerskapsmøtet", 30}, {portal.StrategicLevel, "Strategisk samarbeidsutvalg Grenland", 3},
		{portal.StrategicLevel, "Strategisk samarbeidsutvalg Midt- og Øvre Telemark", 4}},
	"more-og-romsdal": {{portal.PartnershipLevel, "Partnarskapsmøtet", 30}, {portal.StrategicLevel, "Strategisk samarbeidsutval Møre og Romsdal", 5}},
}

// bodies gives the communities their committees.
func (s *seeder) bodies() {
	for _, p := range plans {
		secretariat := s.as(p.community, portal.Secretariat)
		if s.err != nil || committees[p.community] == nil {
			continue
		}
		c, err := s.Directory.Community(s.ctx, secretariat, p.community)
		s.do(err)
		for _, one := range committees[p.community] {
			if s.err == nil {
				s.do(s.Directory.SetBody(s.ctx, secretariat, portal.Body{Community: p.community, Level: one.level, Name: one.name, Members: members(c, one, p.language)}))
			}
		}
	}
}

// members seats somebody for each party, the two sides leading by turns, and a representative of the users.
func members(c directory.CommunityDetail, one committee, language portal.Language) (all []portal.Member) {
	named := func() string { return givenNames[(len(all)*5+one.seats)%len(givenNames)] + " Eksempel" }
	taken := map[portal.Side]int{}
	for _, p := range c.Parties {
		if taken[p.Side]++; taken[p.Side] > one.seats {
			continue
		}
		m := portal.Member{Name: named(), Organisation: p.Organisation.ID, OrganisationName: p.Organisation.Name, Part: portal.Voting}
		if taken[p.Side] == 1 {
			m.Chairs = turns(p.Side)
		}
		all = append(all, m)
	}
	users := "Brukerutvalget"
	if language == portal.Nynorsk {
		users = "Brukarutvalet"
	}
	return append(all, portal.Member{Name: named(), OrganisationName: users, Part: portal.Moving})
}

func turns(side portal.Side) []portal.Period {
	year := func(n int) portal.Period {
		return portal.Period{From: time.Date(n, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(n, 12, 31, 0, 0, 0, 0, time.UTC)}
	}
	if side == portal.HospitalSide {
		return []portal.Period{year(2021), year(2023)}
	}
	return []portal.Period{year(2022), year(2024)}
}

// meetings lets Agder's strategic committee meet before the deadline, and leaves one party no meeting in time: its own
// comes after the committee's papers were due. Vestfold has met once.
func (s *seeder) meetings(v consult.RoundView) {
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2022, month, day, hour, 0, 0, 0, workflow.Oslo)
	}
	s.meet("agder", v, "Strategisk samarbeidsutvalg Agder", meeting.Input{StartsAt: at(3, 31, 13), PapersDue: workflow.EndOfDay(at(3, 30, 0)), Place: "Sørlandet sykehus, Kristiansand",
		Cases: []portal.Case{{Title: "Orientering om neste års møteplan (oppdiktet)"}}})
	s.meet("vestfold", v, "Strategisk samarbeidsutvalg Vestfold", meeting.Input{StartsAt: at(3, 31, 10), PapersDue: workflow.EndOfDay(at(3, 30, 0)), Place: "Teams"})
	day := func(n int) time.Time { return time.Date(2022, 3, n, 0, 0, 0, 0, time.UTC) }
	s.treats("k-4204", v, portal.OwnDates{Meeting: day(30), PapersDue: day(30)})
	s.treats("k-4203", v, portal.OwnDates{Meeting: day(31)})
}

// meet calls a meeting whose first case is the community's answer.
func (s *seeder) meet(community portal.OrganisationID, v consult.RoundView, body string, in meeting.Input) {
	secretariat, r := s.as(community, portal.Secretariat), s.jointOf(community, v)
	if s.err != nil {
		return
	}
	bodies, _, err := s.Directory.Bodies(s.ctx, secretariat, community)
	s.do(err)
	for _, b := range bodies {
		if b.Name == body {
			in.Body = b.ID
		}
	}
	in.Cases = append([]portal.Case{{Response: r}}, in.Cases...)
	if s.err == nil {
		_, err := s.Meeting.Call(s.ctx, secretariat, community, in)
		s.do(err)
	}
}

// treats says when a municipality of Agder treats the answer itself.
func (s *seeder) treats(id portal.OrganisationID, v consult.RoundView, own portal.OwnDates) {
	if r := s.jointOf("agder", v); s.err == nil {
		s.do(s.Meeting.SetDates(s.ctx, s.as(id, portal.Coordinator), r, own))
	}
}

// jointOf is the community's answer to the round.
func (s *seeder) jointOf(community portal.OrganisationID, v consult.RoundView) portal.ResponseID {
	if s.err != nil {
		return ""
	}
	all, err := s.Consult.ResponsesBy(s.ctx, s.as(community, portal.Secretariat), community)
	s.do(err)
	for _, r := range all {
		if r.Round.ID == v.ID {
			return r.ID
		}
	}
	s.do(fmt.Errorf("%s has not begun", community))
	return ""
}
