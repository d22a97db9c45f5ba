package postgres_test

import (
	"slices"
	"testing"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

func (f frozen) standing(who portal.Actor) workflow.Validity {
	f.t.Helper()
	r := f.now()
	for _, p := range r.Parties {
		if p.Organisation.ID == who.Organisation {
			validity, _ := workflow.Judge(workflow.StandingOf(r, p, f.house.now), workflow.LaidBefore(r))
			return validity
		}
	}
	f.t.Fatalf("%s is no party", who.Organisation)
	return ""
}

func (f frozen) remove(who portal.Actor) error {
	return f.document.RemoveParty(f.t.Context(), f.secretariat, f.id, f.now().Version, who.Organisation, "Svarer alene.")
}

func (f frozen) add(organisation portal.OrganisationID) error {
	return f.document.AddParty(f.t.Context(), f.secretariat, f.id, f.now().Version, organisation)
}

func TestEverythingThatWasSaidStays(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	town := f.approvers[1]
	must(t, f.approve(town, f.id, portal.Approved))
	for range 2 {
		must(t, f.signoff.Withdraw(t.Context(), town, f.id, f.now().Freeze.ID, "Kommunestyret må først behandle saken."))
	}
	if got := f.standing(town); got != workflow.NoPosition {
		t.Errorf("after withdrawing: %s", got)
	}
	wantCode(t, f.signoff.Withdraw(t.Context(), f.approvers[2], f.id, f.now().Freeze.ID, "x"), "no_position")
	wantCode(t, f.signoff.Withdraw(t.Context(), f.secretariat, f.id, f.now().Freeze.ID, "x"), "not_yours")
	must(t, f.approve(town, f.id, portal.Rejected))
	said, err := f.consult.Positions(t.Context(), f.secretariat, f.id)
	must(t, err)
	var kinds []portal.PositionKind
	for _, s := range said {
		kinds = append(kinds, s.Position.Kind)
	}
	if !slices.Equal(kinds, []portal.PositionKind{portal.Rejected, portal.PositionWithdrawn, portal.Approved}) {
		t.Errorf("%v", kinds)
	}
	_, err = f.consult.Positions(t.Context(), f.as("agder", portal.Secretariat), f.id)
	wantCode(t, err, "not_found")
}

func TestARejectionIsToldToEverybodyWhoHasSigned(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	must(t, f.approve(f.approvers[0], f.id, portal.Approved))
	must(t, f.approve(f.approvers[1], f.id, portal.Rejected))
	turn, err := f.consult.MyTurn(t.Context(), f.approvers[0])
	must(t, err)
	if len(turn.Waiting) != 1 || turn.Waiting[0].Kind != "wait_rejected" || turn.Waiting[0].Facts["rejecting"] != f.now().Parties[1].Organisation.Name {
		t.Errorf("%+v", turn)
	}
	turn, err = f.consult.MyTurn(t.Context(), f.secretariat)
	must(t, err)
	if len(turn.Tasks) != 1 || turn.Tasks[0].Kind != "resolve_rejection" {
		t.Errorf("%+v", turn)
	}
}

func TestPartiesComeAndGo(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	signed, alsoSigned, silent := f.approvers[0], f.approvers[1], f.approvers[6]
	must(t, f.approve(signed, f.id, portal.Approved))
	must(t, f.approve(alsoSigned, f.id, portal.Approved))
	first := f.now().Freeze

	must(t, f.remove(silent))
	if got := f.standing(signed); got != workflow.Valid {
		t.Errorf("one that had said nothing left, and a position is %s", got)
	}
	if now := f.now().Freeze; now.Hash == first.Hash || now.Number != first.Number+1 || len(f.changed) != 6 {
		t.Errorf("the text was not laid before the new parties: %+v, %d documents told", now, len(f.changed))
	}
	_, err := f.consult.Response(t.Context(), silent, f.id)
	wantCode(t, err, "not_found")

	wantCode(t, f.add("k-4204"), "invalid_input") // of another community
	wantCode(t, f.add(signed.Organisation), "invalid_input")
	must(t, f.add(silent.Organisation))
	if got := f.standing(signed); got != workflow.Stale {
		t.Errorf("one joined, and a position is %s", got)
	}
	must(t, f.confirm(signed, nil))
	must(t, f.confirm(alsoSigned, nil))

	must(t, f.remove(alsoSigned))
	if got := f.standing(signed); got != workflow.Stale {
		t.Errorf("one that had a position left, and another's is %s", got)
	}
	wantCode(t, f.document.RemoveParty(t.Context(), signed, f.id, f.now().Version, silent.Organisation, "x"), "not_yours")
}

func TestTheLastPartyCannotLeave(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	for _, who := range f.approvers[1:] {
		must(t, f.remove(who))
	}
	wantCode(t, f.remove(f.approvers[0]), "last_party")
}

func TestALateApprovalIsRecordedAsSuch(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	ministry := f.as("hod", portal.CaseOfficer)
	for _, who := range f.approvers[:4] {
		must(t, f.approve(who, f.id, portal.Approved))
	}
	must(t, f.decide())
	must(t, f.submit())
	_, _, before, err := f.consult.Submission(t.Context(), ministry, f.id, "", "submission.read")
	must(t, err)

	late := f.approvers[5]
	wantCode(t, f.approve(f.approvers[0], f.id, portal.Approved), "already_sent")
	wantCode(t, f.approve(late, f.id, portal.Rejected), "invalid_input")
	wantCode(t, f.signoff.Withdraw(t.Context(), f.approvers[0], f.id, f.now().Freeze.ID, "x"), "wrong_state")
	must(t, f.approve(late, f.id, portal.Approved))
	must(t, f.approve(f.approvers[6], f.id, portal.Approved))
	r, _, after, err := f.consult.Submission(t.Context(), ministry, f.id, "", "submission.read")
	must(t, err)
	if !r.Parties[5].Position.Late || r.Parties[0].Position.Late {
		t.Error("it does not show who was late")
	}
	if report := verified(t, f.db, after); string(before) != string(after) || !report.OK() {
		t.Error("what was sent has changed")
	}
}
