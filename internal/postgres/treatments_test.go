package postgres_test

import (
	"encoding/json"
	"testing"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
	"samsvar/internal/workflow"
)

// council is a treatment of the newest version.
func (f frozen) council() portal.Treatment {
	versions := f.now().Versions
	return portal.Treatment{Freeze: versions[len(versions)-1].ID, Level: portal.Political, Body: " Formannskapet ", CaseNumber: "22/31", MetOn: f.house.now, Outcome: portal.Endorsed,
		Decision: "Formannskapet slutter seg til.", Votes: &portal.Votes{For: 7, Against: 2}}
}

func (f frozen) treat(who portal.Actor, t portal.Treatment) error {
	return f.signoff.Treat(f.t.Context(), who, f.id, t)
}

// confirm upholds the position on the text that lies there, with the approver's word on the treatment.
func (f frozen) confirm(who portal.Actor, said *portal.Coverage) error {
	r := f.now()
	return f.signoff.Confirm(f.t.Context(), who, f.id, signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes(), Coverage: said})
}

func (f frozen) party(who portal.Actor) portal.Party {
	f.t.Helper()
	for _, p := range f.now().Parties {
		if p.Organisation.ID == who.Organisation {
			return p
		}
	}
	f.t.Fatalf("%s is no party", who.Organisation)
	return portal.Party{}
}

func TestTextChangedAfterACouncilsMeeting(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	town, writer := f.approvers[1], f.as(f.approvers[1].Organisation, portal.Coordinator)
	must(t, f.treat(writer, f.council()))
	must(t, f.approve(town, f.id, portal.Approved)) // the very text that was treated
	first := f.party(town)
	if p := first.Position; p.Treatment != first.AllTreatments[0].ID || p.Coverage != nil || first.AllTreatments[0].Body != "Formannskapet" || first.AllTreatments[0].Votes.For != 7 {
		t.Errorf("%+v rests on %+v", p, first.AllTreatments)
	}

	f.reopen()
	f.write(f.now(), 4, "En presisering.")
	f.freeze()
	text, err := f.document.Text(t.Context(), town, f.id)
	must(t, err)
	if text.TreatedFreeze != 1 || len(text.Treated) != 6 {
		t.Errorf("what was treated is not beside the text: version %d", text.TreatedFreeze)
	}
	wantCode(t, f.confirm(town, nil), "invalid_input")
	wantCode(t, f.confirm(town, &portal.Coverage{Covers: true, Reason: " "}), "invalid_input")
	must(t, f.confirm(town, &portal.Coverage{Reason: "Vedtaket gjaldt ikke svar 4."}))
	if got := f.standing(town); got != workflow.Stale {
		t.Errorf("a position on what must be treated anew is %s", got)
	}
	if turn, err := f.consult.MyTurn(t.Context(), town); err != nil || turn.Tasks[0].Kind != "confirm_position" {
		t.Errorf("%+v %v", turn.Tasks, err)
	}

	must(t, f.treat(town, f.council()))
	must(t, f.confirm(town, nil))
	if p := f.party(town).Position; f.standing(town) != workflow.Valid || p.Coverage != nil || p.Treatment != f.party(town).AllTreatments[1].ID {
		t.Errorf("after the new treatment: %s, %+v", f.standing(town), p)
	}
	for _, who := range []portal.Actor{f.approvers[0], f.approvers[2], f.approvers[3]} {
		must(t, f.approve(who, f.id, portal.Approved))
	}
	must(t, f.decide())
	must(t, f.submit())
	wantCode(t, f.treat(town, f.council()), "wrong_state")
	_, _, raw, err := f.consult.Submission(t.Context(), f.secretariat, f.id, "", "submission.read")
	must(t, err)
	var p evidence.Package
	must(t, json.Unmarshal(raw, &p))
	if report := verified(t, f.db, raw); !report.OK() || len(p.Parties[1].Treatments) != 2 || p.Parties[1].Position.TreatmentID != p.Parties[1].Treatments[1].ID {
		t.Errorf("%s\n%+v", report, p.Parties[1])
	}
}

func TestTheApproverSaysThatTheTreatmentCoversTheChange(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	town := f.approvers[1]
	must(t, f.treat(town, f.council()))
	f.reopen()
	f.write(f.now(), 4, "En presisering.")
	f.freeze()
	r := f.now()
	position := signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes(), Kind: portal.Approved}
	wantCode(t, f.signoff.TakePosition(t.Context(), town, f.id, position), "invalid_input")
	must(t, f.approve(town, f.id, portal.StandsOutside)) // says yes to nothing
	position.Coverage = &portal.Coverage{Covers: true, Reason: " Endringen er språklig. "}
	must(t, f.signoff.TakePosition(t.Context(), town, f.id, position))
	before := f.audits()
	must(t, f.signoff.TakePosition(t.Context(), town, f.id, position)) // pressed twice
	if got := f.party(town).Position.Coverage; f.audits() != before || f.standing(town) != workflow.Valid || *got != (portal.Coverage{Covers: true, Reason: "Endringen er språklig."}) {
		t.Errorf("%s %+v", f.standing(town), got)
	}
}

func TestATreatmentIsCorrectedByAnother(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	town, stranger := f.approvers[1], f.as("k-4204", portal.Approver)
	reader := f.as(town.Organisation, portal.Reader)
	must(t, f.treat(town, f.council()))
	wrong := f.party(town).AllTreatments[0].ID
	right := f.council()
	right.Corrects, right.Body = wrong, "Kommunestyret"
	wantCode(t, f.treat(f.approvers[2], right), "changed_meanwhile") // another's
	must(t, f.treat(town, right))
	wantCode(t, f.treat(town, right), "changed_meanwhile")
	if p := f.party(town); len(p.AllTreatments) != 2 || len(p.Treatments()) != 1 || p.Treated().Body != "Kommunestyret" || !p.Corrected(wrong) {
		t.Errorf("%+v", p.AllTreatments)
	}

	before := f.audits()
	for what, c := range map[string]struct {
		who    portal.Actor
		change func(*portal.Treatment)
		code   string
	}{
		"a meeting to come":       {town, func(t *portal.Treatment) { t.MetOn = t.MetOn.AddDate(0, 0, 1) }, "invalid_input"},
		"before there was a text": {town, func(t *portal.Treatment) { t.MetOn = t.MetOn.AddDate(-1, 0, 0) }, "invalid_input"},
		"nobody":                  {town, func(t *portal.Treatment) { t.Body = " " }, "invalid_input"},
		"no such version":         {town, func(t *portal.Treatment) { t.Freeze = portal.FreezeID(portal.NewID()) }, "invalid_input"},
		"the secretariat":         {f.secretariat, func(*portal.Treatment) {}, "not_yours"},
		"a reader":                {reader, func(*portal.Treatment) {}, "not_yours"},
		"a stranger":              {stranger, func(*portal.Treatment) {}, "not_found"},
	} {
		t.Run(what, func(t *testing.T) {
			in := f.council()
			c.change(&in)
			wantCode(t, f.treat(c.who, in), c.code)
		})
	}
	if n := f.audits() - before; n != 0 {
		t.Errorf("%d events", n)
	}
}
