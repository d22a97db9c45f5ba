// Package demo fills an empty portal with an invented country at work: every
// text is made up, every person is called Eksempel. It goes through the same
// use cases as people do, so that what it shows could have happened.
package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"samsvar/internal/consult"
	"samsvar/internal/directory"
	"samsvar/internal/document"
	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
	"samsvar/internal/workflow"
)

// Now is the moment the demonstration begins at: two days before the deadline.
var Now = time.Date(2022, 3, 30, 9, 0, 0, 0, workflow.Oslo)

// World is the portal that is filled. Its services must take time and
// identifiers from Clock.Now and IDs.
type World struct {
	Directory directory.Service
	Consult   consult.Service
	Document  document.Service
	Signoff   signoff.Service
	Meeting   meeting.Service
	Clock     *Clock
	// FromJSON and Append put a text into a live document.
	FromJSON func(context.Context, json.RawMessage) ([]byte, error)
	Append   func(context.Context, portal.DocumentID, portal.Actor, []byte) error
	Issuer   string // of the development provider, whose subjects the personas are
}

// Clock is the time while the past is being made up. It is not for concurrent use.
type Clock struct{ at time.Time }

// Now moves on a little at each look, so that nothing happens at once.
func (c *Clock) Now() time.Time {
	c.at = c.at.Add(time.Second)
	return c.at
}

// IDs gives the same identifiers in the same order every time.
func IDs() func() string {
	space, n := uuid.NewSHA1(uuid.NameSpaceURL, []byte("samsvar:demonstration")), 0
	return func() string {
		n++
		return uuid.NewSHA1(space, fmt.Append(nil, n)).String()
	}
}

// stage is how far a community has come when the demonstration begins.
type stage int

const (
	idle stage = iota
	begun
	drafting
	approving
	rejected
	stale
	ready
	submitted
	received
)

type plan struct {
	community portal.OrganisationID
	language  portal.Language
	stage     stage
}

var plans = []plan{
	{"oslo", portal.Bokmal, received},
	{"sor-rogaland", portal.Bokmal, received},
	{"bergen", portal.Nynorsk, submitted},
	{"telemark", portal.Bokmal, submitted},
	{"helgeland", portal.Bokmal, submitted},
	{"innlandet", portal.Bokmal, submitted},
	{"fonna", portal.Nynorsk, ready},
	{"vestfold", portal.Bokmal, stale},
	{"more-og-romsdal", portal.Nynorsk, approving},
	{"sogn-og-fjordane", portal.Nynorsk, approving},
	{"vest-viken", portal.Bokmal, rejected},
	{"agder", portal.Bokmal, drafting},
	{"ahus", portal.Bokmal, drafting},
	{"ostfold", portal.Bokmal, drafting},
	{"troms-og-ofoten", portal.Nynorsk, drafting},
	{"st-olavs", portal.Bokmal, begun},
	{"finnmark", portal.Bokmal, begun},
	// lofoten-vesteralen-salten and nord-trondelag have not begun
}

// seeder carries what the steps share; the first error stops all further steps.
type seeder struct {
	World
	ctx    context.Context
	texts  map[portal.Language]texts
	actors map[string]portal.Actor
	err    error
}

// Seed fills the portal. One that has the demonstration's round already is left as it is.
func Seed(ctx context.Context, w World) error {
	s := &seeder{World: w, ctx: ctx, actors: map[string]portal.Actor{}, texts: map[portal.Language]texts{}}
	for _, language := range []portal.Language{portal.Bokmal, portal.Nynorsk} {
		if s.texts[language], s.err = readTexts(language); s.err != nil {
			return s.err
		}
	}
	s.Clock.at = time.Date(2021, 5, 3, 9, 0, 0, 0, workflow.Oslo)
	ministry := s.persona(Personas()[0])
	if there, err := s.Consult.Rounds(ctx, ministry); err != nil || len(there) > 0 {
		return err
	}
	s.earlierRound(ministry)
	s.Clock.at = time.Date(2021, 9, 21, 9, 0, 0, 0, workflow.Oslo)
	for _, p := range Personas() {
		s.persona(p)
	}
	v := s.round(ministry)
	s.bodies()
	s.meetings(v)
	return s.err
}

func (s *seeder) do(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *seeder) persona(p Persona) portal.Actor {
	account := portal.Account{ID: portal.AccountID(uuid.NewSHA1(uuid.NameSpaceURL, []byte("samsvar:"+p.ID)).String()),
		Issuer: s.Issuer, Subject: p.ID, Name: p.Name, Email: p.Email(), Language: p.Language}
	var actor portal.Actor
	s.account(account, p.grants)
	if len(p.grants) > 0 && s.err == nil {
		actor, s.err = s.Directory.ActingFor(s.ctx, account.ID, p.grants[0].organisation)
	}
	return actor
}

func (s *seeder) account(a portal.Account, grants []grant) {
	if s.err != nil {
		return
	}
	s.do(s.Directory.EnsureAccount(s.ctx, directory.System(), a))
	for _, g := range grants {
		if s.err == nil {
			_, err := s.Directory.Grant(s.ctx, directory.System(), a.ID, g.organisation, g.role)
			s.do(err)
		}
	}
}

// as gives somebody who acts for the organisation in the role: extras without a place on the login page.
func (s *seeder) as(organisation portal.OrganisationID, role portal.Role) portal.Actor {
	key := string(organisation) + ":" + string(role)
	actor, known := s.actors[key]
	if known || s.err != nil {
		return actor
	}
	account := portal.Account{ID: portal.AccountID(uuid.NewSHA1(uuid.NameSpaceURL, []byte("samsvar:"+key)).String()), Issuer: "urn:samsvar:demonstration", Subject: key,
		Name: fmt.Sprintf("%s Eksempel", givenNames[len(s.actors)%len(givenNames)]), Language: portal.Bokmal}
	s.account(account, []grant{{organisation, role}})
	if s.err == nil {
		actor, s.err = s.Directory.ActingFor(s.ctx, account.ID, organisation)
	}
	s.actors[key] = actor
	return actor
}

var givenNames = []string{"Anne", "Bjørn", "Camilla", "David", "Elin", "Fredrik", "Guro", "Håkon", "Ida", "Jonas", "Karin", "Lars", "Mona", "Nils",
	"Oda", "Per", "Ragnhild", "Stian", "Turid", "Ulf", "Vilde", "Yngve", "Åse", "Ørjan"}

func (s *seeder) open(ministry portal.Actor, file string) consult.RoundView {
	raw, err := data.ReadFile("data/" + file)
	s.do(err)
	if s.err != nil {
		return consult.RoundView{}
	}
	v, err := s.Consult.ImportRound(s.ctx, ministry, raw)
	s.do(err)
	if s.err == nil {
		v, err = s.Consult.OpenRound(s.ctx, ministry, v.ID)
		s.do(err)
	}
	return v
}

func (s *seeder) forward(v consult.RoundView, authorities ...portal.OrganisationID) {
	for _, id := range authorities {
		if s.err == nil {
			_, err := s.Consult.Forward(s.ctx, s.as(id, portal.RegionalContact), v.ID)
			s.do(err)
		}
	}
}

// earlierRound is closed, with four joint answers, one of them a day late, and one municipality's own. All of it is published.
func (s *seeder) earlierRound(ministry portal.Actor) {
	v := s.open(ministry, "earlier.yaml")
	s.forward(v, "helse-nord-rhf", "helse-vest-rhf", "helse-midt-norge-rhf", "helse-sor-ost-rhf")
	for i, p := range []plan{{"agder", portal.Bokmal, received}, {"vestfold", portal.Bokmal, received}, {"oslo", portal.Bokmal, received}, {"helgeland", portal.Bokmal, received}} {
		s.Clock.at = time.Date(2021, 6, 13+i, 9, 12, 0, 0, workflow.Oslo)
		s.community(ministry, v, p, i)
	}
	s.Clock.at = time.Date(2021, 6, 15, 14, 0, 0, 0, workflow.Oslo)
	s.beside(v, "k-3801", "vestfold")
	s.Clock.at = time.Date(2021, 9, 1, 9, 0, 0, 0, workflow.Oslo)
	if s.err == nil {
		_, err := s.Consult.CloseRound(s.ctx, ministry, v.ID)
		s.do(err)
	}
	s.publish(ministry, v)
}

// beside is a municipality that joins its community in the first answer and deviates in the second.
func (s *seeder) beside(v consult.RoundView, id, community portal.OrganisationID) {
	writer := s.as(id, portal.Coordinator)
	r := s.start(writer, v, portal.Separate, portal.Bokmal)
	for i, kind := range []portal.RelationKind{portal.Joins, portal.Deviates} {
		if s.err != nil {
			return
		}
		a := r.Answers[i]
		related, err := s.Consult.Relate(s.ctx, writer, r.ID, a.ID, kind, community, a.Version)
		s.do(err)
		if kind == portal.Deviates && s.err == nil {
			s.append(writer, a, "Kommunen ser annerledes på beredskapen enn helsefellesskapet: smittevernlageret bør ligge i kommunene, ikke på sykehuset. Teksten er oppdiktet.")
			s.status(writer, r, related.Answers[i], portal.AnswerReady)
		}
	}
	s.freeze(writer, r.ID)
	s.position(s.as(id, portal.Approver), r.ID, portal.Approved, "")
	s.submit(writer, r.ID)
}

// publish lets anybody read what was sent to a round.
func (s *seeder) publish(ministry portal.Actor, v consult.RoundView) {
	if s.err != nil {
		return
	}
	sent, err := s.Consult.Submissions(s.ctx, ministry, v.ID)
	s.do(err)
	for _, r := range sent {
		if s.err != nil {
			return
		}
		_, err := s.Consult.Receive(s.ctx, ministry, r.ID)
		s.do(err)
		s.do(s.Consult.Publish(s.ctx, ministry, r.ID, r.Last().Number))
	}
}

func (s *seeder) round(ministry portal.Actor) consult.RoundView {
	v := s.open(ministry, "round.yaml")
	s.Clock.at = time.Date(2021, 9, 23, 13, 0, 0, 0, workflow.Oslo)
	s.forward(v, "helse-nord-rhf", "helse-vest-rhf", "helse-midt-norge-rhf")
	for i, p := range plans {
		s.Clock.at = time.Date(2022, 3, 10+i, 10, 0, 0, 0, workflow.Oslo)
		s.community(ministry, v, p, i)
	}
	s.Clock.at = time.Date(2022, 3, 28, 10, 0, 0, 0, workflow.Oslo)
	s.separate(v, "k-4216")
	s.mandate("godkjenner-molde", "stedfortreder-molde", v)
	for _, id := range []portal.OrganisationID{"k-1804", "k-1865", "k-1866"} {
		if s.err == nil {
			s.do(s.Consult.MarkOpened(s.ctx, s.as(id, portal.Coordinator), v.ID))
		}
	}
	return v
}

// mandate lets one persona stand in for another until the deadline.
func (s *seeder) mandate(from, to string, v consult.RoundView) {
	find := func(id string) portal.Actor {
		personas := Personas()
		return s.persona(personas[slices.IndexFunc(personas, func(p Persona) bool { return p.ID == id })])
	}
	approver, deputy := find(from), find(to)
	if s.err == nil {
		_, err := s.Directory.GiveMandate(s.ctx, approver, portal.MandateID(uuid.NewSHA1(uuid.NameSpaceURL, []byte("samsvar:mandate:"+from)).String()), directory.MandateInput{Holder: deputy.Account, From: deputy.Organisation, Round: v.ID,
			Begins: s.Clock.Now(), Ends: v.Deadline.In(workflow.Oslo), Reason: "Oppdikta: kommunedirektøren har ferie."})
		s.do(err)
	}
}

// separate is a municipality that answers alone.
func (s *seeder) separate(v consult.RoundView, id portal.OrganisationID) {
	writer := s.as(id, portal.Coordinator)
	r := s.start(writer, v, portal.Separate, portal.Bokmal)
	for i, a := range r.Answers {
		status := portal.AnswerNotAnswered
		if i == 1 || i == 3 {
			s.write(writer, r, a, 2)
			status = portal.AnswerReady
		}
		s.status(writer, r, a, status)
	}
	s.freeze(writer, r.ID)
	s.position(s.as(id, portal.Approver), r.ID, portal.Approved, "")
	s.submit(writer, r.ID)
}
