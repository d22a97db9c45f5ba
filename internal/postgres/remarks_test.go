package postgres_test

import (
	"encoding/json"
	"testing"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
)

func (f frozen) writeRemark(who portal.Actor, in signoff.Remark) error {
	return f.signoff.WriteRemark(f.t.Context(), who, f.id, f.now().Freeze.ID, in)
}

func (f frozen) step(who portal.Actor, kind, text string) error {
	m := f.now().Remarks[0]
	return f.signoff.RemarkStep(f.t.Context(), who, f.id, m.ID, kind, m.Version, text)
}

func (f frozen) seen(who portal.Actor) error {
	return f.signoff.See(f.t.Context(), who, f.id, nil)
}

// decided has the trust and three towns approve, and the committee decide.
func (f frozen) decided() frozen {
	f.t.Helper()
	for _, who := range f.approvers[:4] {
		must(f.t, f.approve(who, f.id, portal.Approved))
	}
	must(f.t, f.decide())
	return f
}

func TestARemarkByTwoIsSeenBeforeItIsSent(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{}).decided()
	trust, first, second := f.approvers[0], f.approvers[1], f.approvers[2]
	r := f.now()
	must(t, f.writeRemark(first, signoff.Remark{Answer: r.Answers[1].ID, Quote: "nummer  2", Text: "Vi mener noe annet."}))
	must(t, f.step(second, "join", ""))
	must(t, f.step(second, "join", "")) // pressed twice
	if m := f.now().Remarks; len(m) != 1 || len(m[0].Authors) != 2 || m[0].Quote != "nummer  2" {
		t.Fatalf("%+v", m)
	}
	if r := f.now(); r.State != portal.Ready || r.Parties[0].Position == nil || !f.met() {
		t.Error("a remark has disturbed the positions")
	}
	wantCode(t, f.submit(), "remarks_unseen")
	must(t, f.seen(trust))
	wantCode(t, f.submit(), "remarks_unseen") // the third town as well
	must(t, f.seen(f.approvers[3]))

	must(t, f.step(second, "write", "Vi mener noe ganske annet."))
	wantCode(t, f.submit(), "remarks_unseen") // what was seen is not what it says now
	must(t, f.seen(trust))
	must(t, f.seen(f.approvers[3]))
	before := f.audits()
	must(t, f.seen(trust))
	if n := f.audits() - before; n != 0 {
		t.Errorf("%d events for seeing it again", n)
	}
	m := f.now().Remarks[0]
	wantCode(t, f.signoff.Reply(t.Context(), trust, f.id, m.ID, m.Version, "x"), "not_yours")
	must(t, f.signoff.Reply(t.Context(), f.secretariat, f.id, m.ID, m.Version, "De andre står ved teksten."))
	must(t, f.submit())

	_, _, raw, err := f.consult.Submission(t.Context(), f.secretariat, f.id, "", "submission.read")
	must(t, err)
	var p evidence.Package
	must(t, json.Unmarshal(raw, &p))
	if got := p.Remarks[0]; len(p.Remarks) != 1 || len(got.Authors) != 2 || got.Text != "Vi mener noe ganske annet." || got.Quote == "" || got.Reply.Text != "De andre står ved teksten." ||
		*got.AnswerID != string(r.Answers[1].ID) || len(p.Rule) == 0 {
		t.Errorf("%+v", p.Remarks)
	}
	if report := verified(t, f.db, raw); !report.OK() {
		t.Error(report)
	}
	wantCode(t, f.step(first, "leave", ""), "wrong_state")
}

func TestWhenTheDisputedTextChangesTheAuthorsAreAsked(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	town, another := f.approvers[1], f.approvers[2]
	must(t, f.writeRemark(town, signoff.Remark{Answer: f.now().Answers[3].ID, Text: "Vi mener noe annet."}))
	f.reopen()
	f.write(f.now(), 4, "En presisering.")
	f.freeze()
	f.decided()
	must(t, f.writeRemark(another, signoff.Remark{Text: "Om helheten."}))
	for _, who := range f.approvers[:4] {
		must(t, f.seen(who))
	}
	turn, err := f.consult.MyTurn(t.Context(), town)
	must(t, err)
	// The party approved without a remark after it had written one: it has left it.
	if len(f.now().Remarks) != 1 || len(turn.Tasks) != 0 {
		t.Errorf("%+v %+v", f.now().Remarks, turn.Tasks)
	}
	must(t, f.submit())
}

func TestAnUnsettledRemarkStopsTheSubmission(t *testing.T) {
	for _, answer := range []string{"keep", "write", "leave"} {
		f := newHouse(t).freezeJoint(portal.Rule{})
		town := f.approvers[4] // takes no position
		must(t, f.writeRemark(town, signoff.Remark{Answer: f.now().Answers[3].ID, Text: "Vi mener noe annet."}))
		f.reopen()
		f.write(f.now(), 3, "En annen presisering.")
		f.freeze()
		if turn, err := f.consult.MyTurn(t.Context(), town); err != nil || turn.Tasks[0].Kind != "take_position" {
			t.Errorf("%+v %v", turn, err)
		}
		f.reopen()
		f.write(f.now(), 4, "En presisering.")
		f.freeze()
		f.decided()
		wantCode(t, f.submit(), "remarks_unsettled")
		wantCode(t, f.step(f.approvers[0], answer, "x"), "not_yours")
		must(t, f.step(town, answer, "Vi mener det fremdeles."))
		for _, who := range f.approvers[:4] {
			must(t, f.seen(who))
		}
		must(t, f.submit())
	}
}

func TestRemarksThatCannotBe(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	town := f.approvers[1]
	answer := f.now().Answers[0].ID
	stranger := f.as("k-4204", portal.Approver)
	before := f.audits()
	wantCode(t, f.writeRemark(town, signoff.Remark{Answer: answer, Quote: "Svar nummer 2.", Text: "x"}), "invalid_input")
	wantCode(t, f.writeRemark(town, signoff.Remark{Answer: "00000000-0000-4000-8000-000000000000", Text: "x"}), "invalid_input")
	wantCode(t, f.writeRemark(town, signoff.Remark{Text: " "}), "invalid_input")
	wantCode(t, f.writeRemark(f.secretariat, signoff.Remark{Text: "x"}), "not_yours")
	wantCode(t, f.writeRemark(stranger, signoff.Remark{Text: "x"}), "not_found")
	if n := f.audits() - before; n != 0 {
		t.Errorf("%d events", n)
	}
	must(t, f.writeRemark(town, signoff.Remark{Answer: answer, Text: "En merknad."}))
	m := f.now().Remarks[0]
	wantCode(t, f.signoff.RemarkStep(t.Context(), f.approvers[2], f.id, m.ID, "join", 7, ""), "changed_meanwhile")
	wantCode(t, f.signoff.RemarkStep(t.Context(), town, f.id, portal.RemarkID(portal.NewID()), "join", 1, ""), "not_found")
	r := f.now()
	theirs := signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes(), Kind: portal.ApprovedWithRemark, Remarks: []signoff.Remark{{ID: m.ID, Text: "Stjålet."}}}
	wantCode(t, f.signoff.TakePosition(t.Context(), f.approvers[2], f.id, theirs), "invalid_input")
	for _, statement := range []string{"update remark_step set body = 'x'", "delete from remark_step", "truncate remark_step cascade", "update remark set quote = 'x'"} {
		if _, err := f.db.Pool().Exec(t.Context(), statement); err == nil {
			t.Errorf("%s was carried out", statement)
		}
	}
}
