package postgres_test

import (
	"encoding/json"
	"testing"
	"time"

	"samsvar/internal/directory"
	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
	"samsvar/internal/workflow"
)

// give lets holder act for who's organisation today, for the response alone.
func (f frozen) give(who, holder portal.Actor, change func(*directory.MandateInput)) (portal.Mandate, error) {
	f.t.Helper()
	in := directory.MandateInput{Holder: holder.Account, From: holder.Organisation, Response: f.id, Begins: f.house.now, Ends: f.house.now}
	if holder.Organisation != who.Organisation {
		in.Reason, in.RestsOn = "Regionrådet samordner kommunene.", "Samarbeidsavtalen, punkt 4"
	}
	if change != nil {
		change(&in)
	}
	m, err := f.directory.GiveMandate(f.t.Context(), who, portal.MandateID(portal.NewID()), in)
	if err != nil {
		return portal.Mandate{}, err
	}
	return m.Given[0], nil
}

// again is the person as they come with the next request.
func (f frozen) again(who portal.Actor) portal.Actor {
	f.t.Helper()
	actor, err := f.directory.ActingFor(f.t.Context(), who.Account, who.Organisation)
	must(f.t, err)
	return actor
}

func (f frozen) end(who portal.Actor, m portal.Mandate) error {
	_, err := f.directory.EndMandate(f.t.Context(), who, m.ID, "Tilbake fra permisjon.")
	return err
}

func (f frozen) others() {
	f.t.Helper()
	for _, who := range []portal.Actor{f.approvers[0], f.approvers[2], f.approvers[3]} {
		must(f.t, f.approve(who, f.id, portal.Approved))
	}
}

func TestADeputySigns(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	director := f.approvers[1]
	deputy := f.as(director.Organisation, portal.Reader)
	wantCode(t, f.approve(deputy, f.id, portal.Approved), "not_yours")
	m, err := f.give(director, deputy, nil)
	must(t, err)
	wantCode(t, f.approve(deputy, f.id, portal.Approved), "not_yours") // the request that was under way
	deputy = f.again(deputy)
	if turn, err := f.consult.MyTurn(t.Context(), deputy); err != nil || len(turn.Tasks) != 1 || turn.Tasks[0].Kind != "take_position" {
		t.Errorf("%+v %v", turn.Tasks, err)
	}
	must(t, f.approve(deputy, f.id, portal.Approved))
	if p := f.party(director).Position; p.Mandate == nil || p.Mandate.ID != m.ID || !p.Mandate.StandIn() || p.Name != deputy.Name || f.standing(director) != workflow.Valid {
		t.Errorf("%+v", p)
	}

	must(t, f.end(director, m))
	must(t, f.end(director, m)) // pressed twice
	if got := f.standing(director); got != workflow.Stale {
		t.Errorf("the mandate has ended before it was sent, and the position is %s", got)
	}
	wantCode(t, f.approve(f.again(deputy), f.id, portal.Approved), "not_yours")
	f.others()
	wantCode(t, f.approve(f.again(deputy), f.id, portal.Rejected), "not_yours")
	must(t, f.confirm(director, nil))
	if p := f.party(director).Position; f.standing(director) != workflow.Valid || p.Mandate != nil {
		t.Errorf("upheld by the approver: %s, %+v", f.standing(director), p)
	}
}

func TestAMandateThatRunsOutBeforeItIsSent(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	director := f.approvers[1]
	deputy := f.as(director.Organisation, portal.Reader)
	_, err := f.give(director, deputy, nil)
	must(t, err)
	must(t, f.approve(f.again(deputy), f.id, portal.Approved))
	f.others()
	f.house.now = time.Date(2021, 9, 21, 23, 59, 59, 0, workflow.Oslo)
	if got := f.standing(director); got != workflow.Valid {
		t.Errorf("in the last second: %s", got)
	}
	f.house.now = f.house.now.Add(time.Second)
	if got := f.standing(director); got != workflow.Stale || len(f.again(deputy).Mandates) != 0 {
		t.Errorf("the next day: %s", got)
	}
}

func TestAMandateThatEndsAfterwardsChangesNothing(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{Kind: portal.NamedVoters, Voters: []portal.Voter{{ID: "k-3801"}}})
	director := f.as("k-3801", portal.Approver)
	deputy := f.as("k-3801", portal.Coordinator)
	m, err := f.give(director, deputy, nil)
	must(t, err)
	must(t, f.approve(f.again(deputy), f.id, portal.Approved))
	must(t, f.decide())
	must(t, f.submit())
	f.house.now = f.house.now.Add(time.Hour)
	must(t, f.end(director, m))
	if got := f.standing(director); got != workflow.Valid {
		t.Errorf("what was sent stood, and is now %s", got)
	}
	_, _, raw, err := f.consult.Submission(t.Context(), f.secretariat, f.id, "", "submission.read")
	must(t, err)
	var p evidence.Package
	must(t, json.Unmarshal(raw, &p))
	for _, party := range p.Parties {
		if party.ID == "k-3801" && (party.Position.Mandate == nil || party.Position.Mandate.Kind != "stand_in" || party.Position.By.Name != deputy.Name) {
			t.Errorf("%+v", party.Position)
		}
	}
	if report := verified(t, f.db, raw); !report.OK() {
		t.Error(report)
	}
}

func TestAnEndedMandateStopsTheSubmission(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{Kind: portal.NamedVoters, Voters: []portal.Voter{{ID: "k-3801"}}})
	director, deputy := f.as("k-3801", portal.Approver), f.as("k-3801", portal.Coordinator)
	m, err := f.give(director, deputy, nil)
	must(t, err)
	must(t, f.approve(f.again(deputy), f.id, portal.Approved))
	must(t, f.decide())
	must(t, f.end(director, m))
	wantCode(t, f.submit(), "rule_not_met")
	must(t, f.confirm(director, nil))
	must(t, f.submit())
}

// The party's word does not go with the person who said it, but nobody says more for it without the role.
func TestAPositionOutlastsTheApproversRole(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{Kind: portal.NamedVoters, Voters: []portal.Voter{{ID: "k-3801"}}})
	director := f.as("k-3801", portal.Approver, portal.Reader)
	must(t, f.approve(director, f.id, portal.Approved))
	_, err := f.directory.Revoke(t.Context(), directory.System(), director.Account, director.Organisation, portal.Approver)
	must(t, err)
	if p := f.party(director).Position; p == nil || p.Name != director.Name || f.standing(director) != workflow.Valid {
		t.Errorf("%+v", p)
	}
	wantCode(t, f.approve(f.again(director), f.id, portal.Rejected), "not_yours")
	must(t, f.decide())
	must(t, f.submit())
}

func TestOneSpeaksOnBehalfOfSeveral(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	one, two, three := f.approvers[1], f.approvers[2], f.approvers[3]
	speaker := f.as(f.approvers[4].Organisation, portal.Coordinator)
	for _, who := range []portal.Actor{one, two} {
		_, err := f.give(who, speaker, nil)
		must(t, err)
	}
	speaker = f.again(speaker)
	if owed := f.owes(speaker); owed != "speak_for" {
		t.Errorf("owes %q", owed)
	}
	r := f.now()
	position := signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes(), Kind: portal.Approved}
	wantCode(t, f.signoff.TakePosition(t.Context(), speaker, f.id, position), "not_yours") // no approver of its own organisation's
	position.On = []portal.OrganisationID{one.Organisation, three.Organisation}
	before := f.audits()
	wantCode(t, f.signoff.TakePosition(t.Context(), speaker, f.id, position), "not_yours") // all or nothing
	if f.audits() != before || f.party(one).Position != nil {
		t.Error("half of it was done")
	}
	position.On = []portal.OrganisationID{one.Organisation, two.Organisation}
	must(t, f.signoff.TakePosition(t.Context(), speaker, f.id, position))
	must(t, f.signoff.TakePosition(t.Context(), speaker, f.id, position)) // pressed twice
	if n := f.audits() - before; n != 1 {
		t.Errorf("%d events", n)
	}
	for _, who := range []portal.Actor{one, two} {
		p := f.party(who).Position
		if p == nil || p.Mandate == nil || p.Mandate.StandIn() || p.Mandate.From.ID != speaker.Organisation || p.Mandate.RestsOn == "" || p.Name != speaker.Name || f.standing(who) != workflow.Valid {
			t.Errorf("%+v", p)
		}
	}
	if owed := f.owes(speaker); owed == "speak_for" {
		t.Error("still owes what was said")
	}
	said, err := f.consult.Positions(t.Context(), f.secretariat, f.id)
	must(t, err)
	if len(said) != 2 || said[0].Position.ID == said[1].Position.ID {
		t.Errorf("%d records", len(said))
	}
	must(t, f.approve(one, f.id, portal.StandsOutside)) // the approver's own word is the newest
	if p := f.party(one).Position; p.Mandate != nil || p.Kind != portal.StandsOutside {
		t.Errorf("%+v", p)
	}
}

func TestMandatesThatCannotBe(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	director, neighbour, stranger := f.approvers[1], f.approvers[2], f.as("k-4204", portal.Coordinator)
	deputy := f.as(director.Organisation, portal.Reader)
	before := f.audits()
	for what, c := range map[string]struct {
		who, holder portal.Actor
		change      func(*directory.MandateInput)
		code        string
	}{
		"by a reader":            {deputy, deputy, nil, "not_yours"},
		"by the secretariat":     {f.secretariat, deputy, nil, "not_yours"},
		"to oneself":             {director, director, nil, "invalid_input"},
		"to another community's": {director, stranger, nil, "invalid_input"},
		"without a ground":       {director, neighbour, func(in *directory.MandateInput) { in.RestsOn = " " }, "invalid_input"},
		"without a reason":       {director, neighbour, func(in *directory.MandateInput) { in.Reason = "" }, "invalid_input"},
		"that is over": {director, deputy, func(in *directory.MandateInput) {
			in.Begins, in.Ends = in.Begins.AddDate(0, 0, -2), in.Ends.AddDate(0, 0, -1)
		}, "invalid_input"},
		"that ends first":       {director, deputy, func(in *directory.MandateInput) { in.Begins = in.Begins.AddDate(0, 0, 1) }, "invalid_input"},
		"for what is not there": {director, deputy, func(in *directory.MandateInput) { in.Response = portal.ResponseID(portal.NewID()) }, "invalid_input"},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := f.give(c.who, c.holder, c.change)
			wantCode(t, err, c.code)
		})
	}
	if n := f.audits() - before; n != 0 {
		t.Errorf("%d events", n)
	}
	m, err := f.give(director, deputy, func(in *directory.MandateInput) { in.Response, in.Round = "", portal.RoundID(f.now().Round.ID) })
	must(t, err)
	wantCode(t, f.end(neighbour, m), "not_found")
	wantCode(t, f.end(deputy, m), "not_yours")
	wantCode(t, f.approve(f.again(f.as(director.Organisation, portal.Reader)), f.id, portal.Approved), "not_yours")
	must(t, f.approve(f.again(deputy), f.id, portal.Approved)) // for the round
	for _, statement := range []string{"update mandate set ends_at = now()", "delete from mandate", "update mandate_end set reason = 'x'", "truncate mandate_end cascade"} {
		if _, err := f.db.Pool().Exec(t.Context(), statement); err == nil {
			t.Errorf("%s was carried out", statement)
		}
	}
}
