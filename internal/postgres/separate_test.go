package postgres_test

import (
	"encoding/json"
	"testing"

	"samsvar/internal/document"
	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
	"samsvar/internal/workflow"
)

// beside is a community's joint answer, and a party of it that answers alone as well.
type beside struct {
	*sender
	secretariat portal.Actor
	joint       portal.ResponseID
}

func newBeside(h *house) *beside {
	ministry := h.as("hod", portal.CaseOfficer)
	b := &beside{sender: senderTo(h, ministry, h.openRound(ministry), "k-3803"), secretariat: h.as("vestfold", portal.Secretariat)}
	r, err := h.consult.Start(h.t.Context(), b.secretariat, b.round.ID, portal.Joint, portal.Bokmal)
	must(h.t, err)
	b.joint = r.ID
	return b
}

func (b *beside) jointNow() portal.Response {
	b.t.Helper()
	r, err := b.consult.Response(b.t.Context(), b.secretariat, b.joint)
	must(b.t, err)
	return r
}

// freezeJoint writes the text into one answer, and freezes the joint response.
func (b *beside) freezeJoint(number int, text string) {
	b.t.Helper()
	b.write(b.jointNow(), number, text)
	r := b.ready(b.secretariat, b.jointNow())
	_, err := b.document.Freeze(b.t.Context(), b.secretariat, b.joint, r.Version)
	must(b.t, err)
}

// sendJoint has every party approve and the committee decide.
func (b *beside) sendJoint() portal.Receipt {
	b.t.Helper()
	for _, p := range b.jointNow().Parties {
		must(b.t, b.approve(b.as(p.Organisation.ID, portal.Approver), b.joint, portal.Approved))
	}
	freeze := b.jointNow().Freeze
	must(b.t, b.signoff.Decide(b.t.Context(), b.secretariat, b.joint, freeze.ID, portal.Decision{Level: "strategic", Body: "SSU", DecidedOn: b.now.AddDate(0, 0, -1), CaseNumber: "1/22"}))
	receipt, err := b.consult.Submit(b.t.Context(), b.secretariat, b.joint, freeze.ID, freeze.Hash)
	must(b.t, err)
	return receipt
}

func (b *beside) relate(number int, kind portal.RelationKind, community portal.OrganisationID) error {
	a := b.response().Answers[number-1]
	_, err := b.consult.Relate(b.t.Context(), b.writer, b.id, a.ID, kind, community, a.Version)
	return err
}

func (b *beside) writeJoint() {
	b.t.Helper()
	for n := 1; n <= 6; n++ {
		b.write(b.jointNow(), n, "Felles.")
	}
}

func TestSeparateAnswersStandToTheJointOneAsItWasRead(t *testing.T) {
	b := newBeside(newHouse(t))
	ctx := t.Context()
	wantCode(t, b.relate(1, portal.Joins, "vestfold"), "invalid_input") // nothing is frozen yet
	a := b.jointNow().Answers[0]
	_, err := b.consult.Relate(ctx, b.secretariat, b.joint, a.ID, portal.Joins, "vestfold", a.Version)
	wantCode(t, err, "not_separate")
	b.writeJoint()
	b.freezeJoint(1, "Enda mer.")
	wantCode(t, b.relate(1, portal.Joins, "agder"), "invalid_input")
	outsider := senderTo(b.house, b.ministry, b.round, "k-4203")
	if joint, err := b.consult.JointAnswers(ctx, outsider.writer, outsider.id); err != nil || len(joint) != 0 {
		t.Errorf("another community's answers are shown: %v %v", joint, err)
	}
	_, err = b.consult.JointAnswers(ctx, outsider.writer, b.id)
	wantCode(t, err, "not_found")

	must(t, b.relate(1, portal.Joins, "vestfold"))
	must(t, b.relate(2, portal.Elaborates, "vestfold"))
	must(t, b.relate(3, portal.Deviates, "vestfold"))
	if r := b.response(); r.Answers[0].Status != portal.AnswerReady || r.Answers[0].Relation.Newer != 0 || r.Answers[0].Relation.Version != 1 {
		t.Errorf("%+v", r.Answers[0])
	}
	must(t, b.document.Reopen(ctx, b.secretariat, b.joint, b.jointNow().Version, "Mer."))
	b.freezeJoint(1, "Og mer.")
	r := b.response()
	if r.Answers[0].Relation.Newer != 2 || r.Answers[1].Relation.Newer != 0 {
		t.Errorf("newer: %d and %d", r.Answers[0].Relation.Newer, r.Answers[1].Relation.Newer)
	}
	b.sign("Vårt eget.")
	text, err := b.document.Text(ctx, b.approver, b.id)
	must(t, err)
	if joint := text.Joint[r.Answers[0].ID]; joint.Hash != r.Answers[0].Relation.Hash || string(joint.Content) == string(b.jointTexts()[0].Content) {
		t.Errorf("what is signed is beside another joint text: %+v", joint)
	}
	b.reopen()
	must(t, b.relate(1, portal.Joins, "vestfold")) // said again, of the newest
	if r := b.response(); r.Answers[0].Relation.Newer != 0 || r.Answers[0].Relation.Version != 2 {
		t.Errorf("%+v", r.Answers[0].Relation)
	}
	_, err = b.document.Freeze(ctx, b.writer, b.id, b.response().Version)
	must(t, err)
	p := b.response().Parties[0]
	wantCode(t, b.signoff.TakePosition(ctx, b.approver, b.id, signoff.Position{Freeze: b.response().Freeze.ID, Kind: portal.Approved, Hashes: p.Position.Hashes}), "text_changed")
	must(t, b.approve(b.approver, b.id, portal.Approved))
	f := b.response().Freeze
	sent, err := b.consult.Submit(ctx, b.writer, b.id, f.ID, f.Hash)
	must(t, err)

	_, _, raw, err := b.consult.Submission(ctx, b.ministry, b.id, "", "submission.read")
	must(t, err)
	var packed evidence.Package
	must(t, json.Unmarshal(raw, &packed))
	if report := verified(t, b.db, raw); !report.OK() {
		t.Errorf("%s", report)
	}
	first := packed.Answers[0]
	if string(first.Content) != `{"content":[],"type":"doc"}` || first.Relation.Kind != "joins" || string(first.Relation.AnswerHash) != b.jointNow().Answers[0].Hash || packed.Answers[3].Relation != nil {
		t.Errorf("%+v", first)
	}
	if len(sent.Related) != 3 || sent.Related[2].Number != 3 || sent.Related[2].Kind != portal.Deviates {
		t.Errorf("the receipt says %+v", sent.Related)
	}
}

func (b *beside) jointTexts() []portal.FrozenAnswer {
	b.t.Helper()
	text, err := b.document.Text(b.t.Context(), b.secretariat, b.joint)
	must(b.t, err)
	return text.Answers
}

// One joint answer from seven parties is one answer, and a party that does both counts once.
func TestNobodyIsCountedTwice(t *testing.T) {
	b := newBeside(newHouse(t))
	b.writeJoint()
	b.freezeJoint(1, "Mer.")
	must(t, b.relate(1, portal.Joins, "vestfold"))
	must(t, b.relate(2, portal.Deviates, "vestfold"))
	b.send("Vårt eget.")
	joint := b.sendJoint()
	for _, c := range []struct{ question, texts int }{{0, 1}, {1, 2}, {5, 2}} {
		across, err := b.consult.ReadAcross(t.Context(), b.ministry, b.round.ID, b.round.Questions[c.question].ID)
		must(t, err)
		if across.Count.Texts != c.texts || across.Count.Hospitals != 1 || across.Count.Municipalities != 6 || len(across.Answers) != 2 {
			t.Errorf("question %d: %+v of %d answers", c.question+1, across.Count, len(across.Answers))
		}
		for _, a := range across.Answers {
			if own := a.Response.Kind == portal.Separate; own && c.question < 2 && a.Sent != joint.Number {
				t.Errorf("question %d stands to %q", c.question+1, a.Sent)
			} else if !own && (len(a.Apart) == 1) != (c.question == 1) {
				t.Errorf("question %d: apart are %v", c.question+1, a.Apart)
			}
		}
	}
	if n := b.counted(); n != 6 {
		t.Errorf("%d municipalities are covered", n)
	}
}

func TestAnotherJoinsASeparateAnswerInTheWordsItHasSeen(t *testing.T) {
	b := newBeside(newHouse(t))
	ctx := t.Context()
	neighbour, theirs := b.as("k-3804", portal.Approver), b.as("k-3804", portal.Coordinator)
	must(t, b.consult.AskToJoin(ctx, theirs, b.round.ID, "k-3803"))
	must(t, b.consult.AskToJoin(ctx, theirs, b.round.ID, "k-4203")) // who has nothing to join: the answer is the same
	wantCode(t, b.consult.AskToJoin(ctx, theirs, b.round.ID, "vestfold"), "invalid_input")
	if wishes, err := b.consult.Wishes(ctx, b.writer, b.id); err != nil || len(wishes) != 1 || wishes[0].Organisation.ID != "k-3804" {
		t.Errorf("%+v %v", wishes, err)
	}
	_, err := b.consult.Response(ctx, neighbour, b.id)
	wantCode(t, err, "not_found") // it has asked, and learns nothing
	_, err = b.consult.Offer(ctx, b.writer, b.id, "ks")
	wantCode(t, err, "invalid_input")
	_, err = b.consult.Offer(ctx, b.writer, b.id, "k-3804")
	must(t, err)
	_, err = b.consult.Response(ctx, neighbour, b.id)
	wantCode(t, err, "not_found") // the draft is the sender's
	b.sign("Vårt eget.")
	r, err := b.consult.Response(ctx, neighbour, b.id)
	must(t, err)
	seen := r.Hashes()
	turn, err := b.consult.MyTurn(ctx, neighbour)
	must(t, err)
	if len(turn.Tasks) == 0 || turn.Tasks[0].Kind != "endorse" && turn.Tasks[1].Kind != "endorse" {
		t.Errorf("%+v", turn.Tasks)
	}
	wantCode(t, b.document.Endorse(ctx, theirs, b.id, r.Freeze.ID, seen), "not_yours")
	wantCode(t, b.document.Endorse(ctx, neighbour, b.id, r.Freeze.ID, portal.Hashes{}), "text_changed")
	must(t, b.document.Endorse(ctx, neighbour, b.id, r.Freeze.ID, seen))
	r = b.response()
	if len(r.Parties) != 2 || len(r.Offered) != 0 || r.Freeze.Number != 2 || !workflow.CountResponse(r, b.now).Met {
		t.Fatalf("%d parties, %d offers, version %d", len(r.Parties), len(r.Offered), r.Freeze.Number)
	}
	for _, p := range r.Parties { // what the sender has said still stands
		if validity, _ := workflow.Judge(workflow.StandingOf(r, p, b.now), workflow.LaidBefore(r)); validity != workflow.Valid {
			t.Errorf("%s: %s", p.Organisation.Name, validity)
		}
	}
	wantCode(t, b.approve(neighbour, b.id, portal.Rejected), "invalid_input")

	// Changed without them: they do not stand in the way, and are not counted as behind it.
	b.reopen()
	a := r.Answers[0]
	if access, err := b.document.Access(ctx, theirs, a.Document); err != nil || access == document.MayWrite {
		t.Errorf("who has joined may write: %v %v", access, err)
	}
	b.write(b.response(), 1, "Noe annet.")
	_, err = b.document.Freeze(ctx, b.writer, b.id, b.response().Version)
	must(t, err)
	must(t, b.approve(b.approver, b.id, portal.Approved))
	f := b.response().Freeze
	_, err = b.consult.Submit(ctx, b.writer, b.id, f.ID, f.Hash)
	must(t, err)
	if n := b.counted(); n != 1 {
		t.Errorf("%d municipalities stand behind it", n)
	}
	across, err := b.consult.ReadAcross(ctx, b.ministry, b.round.ID, b.round.Questions[0].ID)
	must(t, err)
	if got := across.Answers[0]; len(got.Supporters) != 1 || len(got.Silent) != 1 || across.Count.Municipalities != 1 {
		t.Errorf("%+v", got)
	}

	// Confirmed in time, they count.
	b.reopen()
	_, err = b.document.Freeze(ctx, b.writer, b.id, b.response().Version)
	must(t, err)
	must(t, b.approve(neighbour, b.id, portal.Approved))
	f = b.response().Freeze
	_, err = b.consult.Submit(ctx, b.writer, b.id, f.ID, f.Hash)
	must(t, err)
	_, _, raw, err := b.consult.Submission(ctx, b.ministry, b.id, "", "submission.read")
	must(t, err)
	if n := b.counted(); n != 2 || !verified(t, b.db, raw).OK() {
		t.Errorf("%d municipalities stand behind it", n)
	}
}
