package demo

import (
	"fmt"
	"strings"

	"samsvar/internal/consult"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
)

// community takes one community as far as the plan says.
func (s *seeder) community(ministry portal.Actor, v consult.RoundView, p plan, n int) {
	secretariat := s.as(p.community, portal.Secretariat)
	r := s.start(secretariat, v, portal.Joint, p.language)
	if s.err != nil {
		return
	}
	s.opened(v, r)
	s.coordinators(secretariat, r)
	s.draft(secretariat, r, p, n)
	if p.stage < approving {
		return
	}
	s.freeze(secretariat, r.ID)
	s.positions(r, p)
	if p.stage == stale {
		s.amend(secretariat, r)
	}
	if p.stage < ready {
		return
	}
	s.decide(secretariat, r.ID, n)
	if p.stage < submitted {
		return
	}
	s.submit(secretariat, r.ID)
	if p.stage == received && s.err == nil {
		_, err := s.Consult.Receive(s.ctx, ministry, r.ID)
		s.do(err)
	}
}

func (s *seeder) start(actor portal.Actor, v consult.RoundView, kind portal.ResponseKind, language portal.Language) portal.Response {
	if s.err != nil {
		return portal.Response{}
	}
	r, err := s.Consult.Start(s.ctx, actor, v.ID, kind, language)
	s.do(err)
	return r
}

// opened lets those who write or approve later open the invitation first.
func (s *seeder) opened(v consult.RoundView, r portal.Response) {
	for i, p := range r.Parties {
		if s.err != nil || i%5 == 4 {
			continue
		}
		s.do(s.Consult.MarkOpened(s.ctx, s.as(p.Organisation.ID, portal.Approver), v.ID))
	}
}

// coordinators gives the answers to the parties in turn, a hospital first.
func (s *seeder) coordinators(secretariat portal.Actor, r portal.Response) {
	for i, a := range r.Answers {
		if s.err != nil {
			return
		}
		_, err := s.Consult.SetCoordinator(s.ctx, secretariat, r.ID, a.ID, r.Parties[i%len(r.Parties)].Organisation.ID, a.Version)
		s.do(err)
	}
}

// draft writes as much as the stage asks for.
func (s *seeder) draft(secretariat portal.Actor, r portal.Response, p plan, n int) {
	for i, a := range r.Answers {
		a.Version++ // the coordinator was set
		switch {
		case p.stage == begun && i > 1, p.stage == drafting && i > 3:
			continue
		case p.stage == begun, p.stage == drafting && i%3 != 0:
			s.write(s.writer(r, i), r, a, n)
			s.status(secretariat, r, a, portal.AnswerWriting)
		case a.Question.Optional && n%3 == 1:
			s.status(secretariat, r, a, portal.AnswerNotAnswered)
		default:
			s.write(s.writer(r, i), r, a, n)
			s.status(secretariat, r, a, portal.AnswerReady)
		}
	}
}

// writer is somebody from the party that coordinates the answer.
func (s *seeder) writer(r portal.Response, i int) portal.Actor {
	p := r.Parties[i%len(r.Parties)]
	if p.Side == portal.HospitalSide {
		return s.as(p.Organisation.ID, portal.Writer)
	}
	return s.as(p.Organisation.ID, portal.Coordinator)
}

func (s *seeder) write(actor portal.Actor, r portal.Response, a portal.Answer, n int) {
	trust := "sykehuset"
	for _, p := range r.Parties {
		if p.Organisation.Kind == portal.HealthTrust {
			trust = p.Organisation.Name
			break
		}
	}
	body := s.texts[r.Language].answer(fmt.Sprint(a.Number), n, r.Owner, trust)
	s.append(actor, a, body)
}

func (s *seeder) append(actor portal.Actor, a portal.Answer, body string) {
	if s.err != nil {
		return
	}
	doc, err := richText(strings.TrimSpace(body))
	s.do(err)
	update, err := s.FromJSON(s.ctx, doc)
	s.do(err)
	if s.err == nil {
		s.do(s.Append(s.ctx, a.Document, actor, update))
	}
}

func (s *seeder) status(actor portal.Actor, r portal.Response, a portal.Answer, to portal.AnswerStatus) {
	if s.err != nil {
		return
	}
	_, err := s.Consult.SetAnswerStatus(s.ctx, actor, r.ID, a.ID, to, a.Version)
	s.do(err)
}

func (s *seeder) freeze(actor portal.Actor, id portal.ResponseID) {
	r := s.now(actor, id)
	if s.err == nil {
		_, err := s.Document.Freeze(s.ctx, actor, id, r.Version)
		s.do(err)
	}
}

// now reads the response as it stands.
func (s *seeder) now(actor portal.Actor, id portal.ResponseID) portal.Response {
	if s.err != nil {
		return portal.Response{}
	}
	r, err := s.Consult.Response(s.ctx, actor, id)
	s.do(err)
	return r
}

// positions: where the text is still being treated a third of the
// municipalities have answered, else most of them, and never all.
func (s *seeder) positions(r portal.Response, p plan) {
	town := 0
	for _, party := range r.Parties {
		if s.err != nil {
			return
		}
		kind, note := portal.Approved, ""
		if party.Side == portal.MunicipalSide {
			town++
			switch {
			case p.stage == rejected && town == 2:
				kind, note = portal.Rejected, "Teksten er oppdiktet. Kommunen kan ikke stå bak avsnittet om finansiering slik det er skrevet."
			case p.stage == approving && town%3 != 1, p.stage > rejected && town%6 == 5:
				continue
			case town%7 == 2:
				kind, note = portal.ApprovedWithRemark, remark(r.Language)
			case town%11 == 8:
				kind = portal.StandsOutside
			}
		} else if p.stage == approving {
			continue
		}
		if p.stage == stale && party.Organisation.ID == "k-3801" {
			s.treat(s.as(party.Organisation.ID, portal.Approver), r.ID)
		}
		s.position(s.as(party.Organisation.ID, portal.Approver), r.ID, kind, note)
	}
	if p.stage >= ready { // those who were first have seen what others remarked since
		for _, party := range s.now(s.as(r.Parties[0].Organisation.ID, portal.Approver), r.ID).Parties {
			if party.Position != nil && s.err == nil {
				s.do(s.Signoff.See(s.ctx, s.as(party.Organisation.ID, portal.Approver), r.ID, nil))
			}
		}
	}
}

// treat records a meeting about the version that lies before the parties.
func (s *seeder) treat(actor portal.Actor, id portal.ResponseID) {
	r := s.now(actor, id)
	if s.err == nil {
		s.do(s.Signoff.Treat(s.ctx, actor, id, portal.Treatment{Freeze: r.Freeze.ID, Level: portal.Political, Body: "Formannskapet", CaseNumber: "31/22", MetOn: s.Clock.Now(),
			Outcome: portal.Endorsed, Decision: "Oppdiktet vedtak: Formannskapet slutter seg til innspillet.", Votes: &portal.Votes{For: 8, Against: 1}}))
	}
}

func remark(l portal.Language) string {
	if l == portal.Nynorsk {
		return "Teksten er oppdikta. Kommunen vil leggje vekt på at avstand og beredskap må telje når midlane blir fordelte."
	}
	return "Teksten er oppdiktet. Kommunen vil legge vekt på at avstand og beredskap må telle når midlene fordeles."
}

func (s *seeder) position(actor portal.Actor, id portal.ResponseID, kind portal.PositionKind, note string) {
	r := s.now(actor, id)
	if s.err != nil {
		return
	}
	in := signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes(), Kind: kind}
	switch kind {
	case portal.Rejected:
		in.Reason = note
	case portal.ApprovedWithRemark:
		in.Remarks = []signoff.Remark{{Answer: r.Answers[min(3, len(r.Answers)-1)].ID, Text: note}}
	}
	s.do(s.Signoff.TakePosition(s.ctx, actor, id, in))
}

// amend changes answer 4 after the positions were taken, and freezes again.
func (s *seeder) amend(secretariat portal.Actor, r portal.Response) {
	current := s.now(secretariat, r.ID)
	if s.err != nil {
		return
	}
	s.do(s.Document.Reopen(s.ctx, secretariat, r.ID, current.Version, "Sandefjord ba om en presisering i svar 4 (oppdiktet)."))
	s.append(secretariat, r.Answers[3], "Presisering etter behandling i kommunene: tilskuddet skal fordeles etter avtale mellom partene, og ikke etter innbyggertall alene. Teksten er oppdiktet.")
	s.freeze(secretariat, r.ID)
}

func (s *seeder) decide(secretariat portal.Actor, id portal.ResponseID, n int) {
	r := s.now(secretariat, id)
	if s.err != nil {
		return
	}
	today := s.Clock.Now()
	s.do(s.Signoff.Decide(s.ctx, secretariat, id, r.Freeze.ID, portal.Decision{Level: "strategic", Body: "Strategisk samarbeidsutvalg",
		DecidedOn: today, CaseNumber: fmt.Sprintf("%d/%02d", 10+n, today.Year()%100)}))
}

func (s *seeder) submit(actor portal.Actor, id portal.ResponseID) {
	r := s.now(actor, id)
	if s.err == nil {
		_, err := s.Consult.Submit(s.ctx, actor, id, r.Freeze.ID, r.Freeze.Hash)
		s.do(err)
	}
}
