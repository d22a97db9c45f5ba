package postgres_test

import (
	"encoding/json"
	"testing"
	"time"

	"samsvar/internal/consult"
	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// quorum sets how many of who's organisation have to say the same.
func (f frozen) quorum(who portal.Actor, approvers int) error {
	there, err := f.directory.Mandates(f.t.Context(), who)
	must(f.t, err)
	_, err = f.directory.SetQuorum(f.t.Context(), who, approvers, there.Quorum.Version)
	return err
}

// laidBeforeTwo is a text that is laid before a town which wants two of its three approvers behind it.
func laidBeforeTwo(t *testing.T) (f frozen, one, two, three portal.Actor) {
	f = newHouse(t).freezeJoint(portal.Rule{})
	one = f.approvers[1]
	two, three = f.as(one.Organisation, portal.Approver), f.as(one.Organisation, portal.Approver)
	f.house.now = f.house.now.Add(time.Minute)
	must(t, f.quorum(one, 2))
	if p := f.party(one); p.Needed != 1 {
		t.Fatalf("what was set after the text was laid before them holds for it: %d", p.Needed)
	}
	f.reopen()
	f.house.now = f.house.now.Add(time.Minute)
	f.ready(f.secretariat, f.now())
	f.freeze()
	if p := f.party(one); p.Needed != 2 {
		t.Fatalf("%d are needed, not two", p.Needed)
	}
	return f, one, two, three
}

func (f frozen) owes(who portal.Actor) string {
	f.t.Helper()
	turn, err := f.consult.MyTurn(f.t.Context(), who)
	must(f.t, err)
	for _, t := range append(turn.Tasks, turn.Waiting...) {
		if t.Response == f.id {
			return t.Kind
		}
	}
	return ""
}

func TestTwoOfThreeApprovers(t *testing.T) {
	f, one, two, three := laidBeforeTwo(t)
	before := workflow.CountResponse(f.now(), f.house.now).Municipal.Answered
	must(t, f.approve(one, f.id, portal.Approved))
	if v, n := f.standing(one), workflow.CountResponse(f.now(), f.house.now).Municipal.Answered; v != workflow.Pending || n != before {
		t.Fatalf("one of two has said it: %s, %d answered", v, n)
	}
	if owed := []string{f.owes(one), f.owes(two)}; owed[0] != "wait_approvers" || owed[1] != "join_position" {
		t.Errorf("they owe %v", owed)
	}
	events := f.audits()
	must(t, f.approve(one, f.id, portal.Approved)) // the same person twice is one
	must(t, f.confirm(one, nil))
	if v := f.standing(one); v != workflow.Pending || f.audits() != events {
		t.Fatalf("the same person counts twice: %s", v)
	}
	must(t, f.confirm(two, nil))
	p := f.party(one).Position
	if f.standing(one) != workflow.Valid || len(p.Joined) != 1 || p.Joined[0].Account != one.Account || p.Name != two.Name {
		t.Fatalf("two of two have said it: %s, %+v", f.standing(one), p)
	}
	events = f.audits()
	must(t, f.approve(three, f.id, portal.Approved)) // enough have said it
	if f.audits() != events || f.party(one).Position.ID != p.ID {
		t.Error("a third is recorded where two are enough")
	}
	must(t, f.approve(three, f.id, portal.StandsOutside)) // says another thing: it begins anew
	if v := f.standing(one); v != workflow.Pending {
		t.Errorf("one of two stands outside: %s", v)
	}
	must(t, f.approve(two, f.id, portal.Approved)) // and does not add up with what two said before
	if v := f.standing(one); v != workflow.Pending {
		t.Errorf("an approval from before the other word counts: %s", v)
	}
	must(t, f.approve(one, f.id, portal.Approved))
	if v := f.standing(one); v != workflow.Valid {
		t.Errorf("two approve again: %s", v)
	}
}

func TestOneOfSeveralApproversRejectsAndWithdraws(t *testing.T) {
	f, one, two, _ := laidBeforeTwo(t)
	must(t, f.approve(one, f.id, portal.Rejected))
	if v, tally := f.standing(one), workflow.CountResponse(f.now(), f.house.now); v != workflow.Valid || tally.Rejected != 1 {
		t.Errorf("one rejects: %s, %+v", v, tally)
	}
	must(t, f.signoff.Withdraw(t.Context(), two, f.id, f.now().Freeze.ID, "Misforståelse."))
	if v := f.standing(one); v != workflow.NoPosition {
		t.Errorf("it was withdrawn: %s", v)
	}
	must(t, f.approve(one, f.id, portal.Approved))
	must(t, f.signoff.Withdraw(t.Context(), two, f.id, f.now().Freeze.ID, "For tidlig."))
	must(t, f.approve(two, f.id, portal.Approved)) // alone again
	if v := f.standing(one); v != workflow.Pending {
		t.Errorf("what was withdrawn counts: %s", v)
	}
}

func TestAChangedTextAsksAllOfThemAgain(t *testing.T) {
	f, one, two, _ := laidBeforeTwo(t)
	must(t, f.approve(one, f.id, portal.Approved))
	must(t, f.approve(two, f.id, portal.Approved))
	f.reopen()
	f.write(f.now(), 1, "Svar nummer 1, endret.")
	f.ready(f.secretariat, f.now())
	f.freeze()
	if v := f.standing(one); v != workflow.Stale {
		t.Fatalf("the text was changed: %s", v)
	}
	must(t, f.confirm(one, nil))
	if v := f.standing(one); v != workflow.Pending {
		t.Fatalf("one of two upholds it: %s", v)
	}
	must(t, f.confirm(two, nil))
	if v := f.standing(one); v != workflow.Valid {
		t.Fatalf("both uphold it: %s", v)
	}
}

// What one of two said when the answer was sent is in the package, and does not count; the other may say it afterwards.
func TestSentWithOneOfTwo(t *testing.T) {
	f, one, two, three := laidBeforeTwo(t)
	must(t, f.approve(one, f.id, portal.Approved))
	for _, who := range []portal.Actor{f.approvers[0], f.approvers[2], f.approvers[3], f.approvers[4]} {
		must(t, f.approve(who, f.id, portal.Approved))
	}
	must(t, f.decide())
	must(t, f.submit())
	raw, err := f.db.Package(t.Context(), f.now().Receipt().Number)
	must(t, err)
	var p evidence.Package
	must(t, json.Unmarshal(raw, &p))
	for _, party := range p.Parties {
		if party.ID == string(one.Organisation) && (party.Position.Needed != 2 || len(party.Position.Approvers) != 1 || party.Position.Approves()) {
			t.Errorf("%+v", party.Position)
		}
	}
	if r := verified(t, f.db, raw); !r.OK() {
		t.Errorf("%s", r)
	}
	ministry, number := f.as("hod", portal.CaseOfficer), f.now().Receipt().Number
	_, err = f.consult.Receive(t.Context(), ministry, f.id)
	must(t, err)
	must(t, f.consult.Publish(t.Context(), ministry, f.id, number))
	late := func() []consult.LateApproval {
		public, err := f.consult.PublishedOne(t.Context(), number)
		must(t, err)
		return public.Late
	}
	must(t, f.approve(three, f.id, portal.Approved)) // joins the first, who approved before it was sent
	if f.standing(one) != workflow.Valid || len(late()) != 1 || late()[0].Organisation.ID != one.Organisation {
		t.Errorf("%s, late %+v", f.standing(one), late())
	}
	wantCode(t, f.approve(two, f.id, portal.Approved), "already_sent")
	if p := f.party(one).Position; f.standing(one) != workflow.Valid || !p.Late || len(p.Joined) != 1 {
		t.Errorf("the second said it afterwards: %s, %+v", f.standing(one), p)
	}
}

// A stand-in is one of them as long as the mandate holds.
func TestAStandInIsOneOfTheApprovers(t *testing.T) {
	f, one, two, _ := laidBeforeTwo(t)
	deputy := f.as(one.Organisation, portal.Reader)
	m, err := f.give(one, deputy, nil)
	must(t, err)
	must(t, f.approve(f.again(deputy), f.id, portal.Approved))
	must(t, f.approve(two, f.id, portal.Approved))
	if v := f.standing(one); v != workflow.Valid {
		t.Fatalf("a stand-in and an approver have said it: %s", v)
	}
	must(t, f.end(one, m))
	if v := f.standing(one); v != workflow.Stale {
		t.Errorf("the first of them has a mandate no longer: %s", v)
	}
}

func TestQuorumsThatCannotBe(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	one := f.approvers[1]
	reader := f.as(one.Organisation, portal.Reader)
	wantCode(t, f.quorum(reader, 1), "not_yours")
	wantCode(t, f.quorum(one, 2), "invalid_input") // there is one approver
	f.as(one.Organisation, portal.Approver)
	must(t, f.quorum(one, 2))
	_, err := f.directory.SetQuorum(t.Context(), one, 1, 0)
	wantCode(t, err, "changed_meanwhile")
	events := f.audits()
	must(t, f.quorum(one, 2)) // as it is
	if f.audits() != events {
		t.Error("nothing was changed, and recorded")
	}
	for _, statement := range []string{"update approval_quorum set approvers = 1", "delete from approval_quorum", "truncate approval_quorum"} {
		if _, err := f.db.Pool().Exec(t.Context(), statement); err == nil {
			t.Errorf("%s was carried out", statement)
		}
	}
}

// Joining another's separate answer is a position as well: one approver's word makes the organisation a party, and two make it count.
func TestTwoApproversJoinASeparateAnswer(t *testing.T) {
	b := newBeside(newHouse(t))
	ctx := t.Context()
	one, two := b.as("k-3804", portal.Approver), b.as("k-3804", portal.Approver)
	_, err := b.directory.SetQuorum(ctx, one, 2, 0)
	must(t, err)
	_, err = b.consult.Offer(ctx, b.writer, b.id, "k-3804")
	must(t, err)
	b.sign("Vårt eget.")
	r := b.response()
	must(t, b.document.Endorse(ctx, one, b.id, r.Freeze.ID, r.Hashes()))
	standing := func() workflow.Validity {
		r := b.response()
		p, _ := r.Party("k-3804")
		validity, _ := workflow.Judge(workflow.StandingOf(r, p, b.now), workflow.LaidBefore(r))
		return validity
	}
	if v := standing(); v != workflow.Pending {
		t.Errorf("one of two has joined: %s", v)
	}
	must(t, b.approve(two, b.id, portal.Approved))
	if v := standing(); v != workflow.Valid {
		t.Errorf("two of two have joined: %s", v)
	}
}
