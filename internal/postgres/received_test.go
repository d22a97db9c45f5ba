package postgres_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/consult"
	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/signoff"
	"samsvar/internal/workflow"
)

// sender is a municipality that answers alone, and the ministry that receives.
type sender struct {
	*house
	ministry, writer, approver portal.Actor
	round                      consult.RoundView
	id                         portal.ResponseID
}

func newSender(h *house) *sender {
	ministry := h.as("hod", portal.CaseOfficer)
	return senderTo(h, ministry, h.openRound(ministry), "k-4216")
}

func senderTo(h *house, ministry portal.Actor, round consult.RoundView, from portal.OrganisationID) *sender {
	s := &sender{house: h, ministry: ministry, round: round, writer: h.as(from, portal.Coordinator), approver: h.as(from, portal.Approver)}
	r, err := h.consult.Start(h.t.Context(), s.writer, round.ID, portal.Separate, portal.Bokmal)
	must(h.t, err)
	s.id = r.ID
	return s
}

func (s *sender) response() portal.Response {
	s.t.Helper()
	r, err := s.consult.Response(s.t.Context(), s.writer, s.id)
	must(s.t, err)
	return r
}

// send writes, freezes, approves and submits.
func (s *sender) send(text string) portal.Receipt {
	s.t.Helper()
	s.sign(text)
	r := s.response()
	receipt, err := s.consult.Submit(s.t.Context(), s.writer, s.id, r.Freeze.ID, r.Freeze.Hash)
	must(s.t, err)
	return receipt
}

func (s *sender) sign(text string) {
	s.t.Helper()
	for n := range s.response().Answers {
		s.write(s.response(), n+1, text)
	}
	r := s.ready(s.writer, s.response())
	_, err := s.document.Freeze(s.t.Context(), s.writer, s.id, r.Version)
	must(s.t, err)
	must(s.t, s.approve(s.approver, s.id, portal.Approved))
}

func (s *sender) reopen() {
	s.t.Helper()
	must(s.t, s.document.Reopen(s.t.Context(), s.writer, s.id, s.response().Version, "Vi har noe å legge til."))
}

// read is what the ministry reads on the first question.
func (s *sender) read() (texts []string) {
	s.t.Helper()
	across, err := s.consult.ReadAcross(s.t.Context(), s.ministry, s.round.ID, s.round.Questions[0].ID)
	must(s.t, err)
	for _, a := range across.Answers {
		texts = append(texts, string(a.Text.Content))
	}
	return texts
}

func (s *sender) counted() int {
	s.t.Helper()
	o, err := s.consult.Overview(s.t.Context(), s.ministry, s.round.ID)
	must(s.t, err)
	return o.Reach.Behind
}

func TestReplacedSubmissionStandsUntilTheNewOneIsSent(t *testing.T) {
	s := newSender(newHouse(t))
	ctx := t.Context()
	first := s.send("Først.")
	before := s.read()
	s.reopen()
	s.sign("Så.")
	if now := s.read(); len(now) != 1 || now[0] != before[0] {
		t.Errorf("while the new text is being signed the ministry reads %v", now)
	}
	_, err := s.consult.Receive(ctx, s.ministry, s.id)
	must(t, err)
	if state := s.response().State; state != portal.Approval {
		t.Errorf("receiving the first one made the new text %s", state)
	}
	audits := s.audits()
	r := s.response()
	second, err := s.consult.Submit(ctx, s.writer, s.id, r.Freeze.ID, r.Freeze.Hash)
	must(t, err)
	again, err := s.consult.Submit(ctx, s.writer, s.id, r.Freeze.ID, r.Freeze.Hash)
	must(t, err)
	if second.Replaces != first.Number || second.Number == first.Number || again.Number != second.Number || s.audits() != audits+1 {
		t.Errorf("%+v after %+v", second, first)
	}
	if now := s.read(); len(now) != 1 || now[0] == before[0] {
		t.Errorf("the ministry reads %v", now)
	}
	if n := s.counted(); n != 1 {
		t.Errorf("one municipality counts as %d", n)
	}
	all, err := s.consult.Submissions(ctx, s.ministry, s.round.ID)
	must(t, err)
	if len(all) != 1 || len(all[0].Submissions) != 2 || all[0].Submissions[1].State != portal.ReplacedByNewer {
		t.Fatalf("%+v", all)
	}
	for _, who := range []portal.Actor{s.ministry, s.approver} {
		_, receipt, raw, err := s.consult.Submission(ctx, who, s.id, first.Number, "submission.read")
		must(t, err)
		if report := verified(t, s.db, raw); !report.OK() || receipt.Ended == nil || receipt.PackageHash != first.PackageHash {
			t.Errorf("the first is not kept as it was: %+v %+v", receipt, report)
		}
	}
	_, _, raw, err := s.consult.Submission(ctx, s.ministry, s.id, "", "submission.read")
	must(t, err)
	var p evidence.Package
	must(t, json.Unmarshal(raw, &p))
	if p.Submission.Replaces == nil || p.Submission.Replaces.Number != first.Number || string(p.Submission.Replaces.PackageHash) != first.PackageHash || !verified(t, s.db, raw).OK() {
		t.Errorf("the package points to %+v", p.Submission.Replaces)
	}
	_, _, _, err = s.consult.Submission(ctx, s.ministry, s.id, "1999-0001", "submission.read")
	wantCode(t, err, "not_found")
}

func TestWithdrawnSubmissionStaysWithTheMinistry(t *testing.T) {
	s := newSender(newHouse(t))
	ctx := t.Context()
	sent := s.send("Dette angrer vi på.")
	other := s.as("k-4203", portal.Coordinator)
	wantCode(t, s.consult.Withdraw(ctx, other, s.id, sent.Number, "x"), "not_found")
	wantCode(t, s.consult.Withdraw(ctx, s.ministry, s.id, sent.Number, "x"), "not_yours")
	wantCode(t, s.consult.Withdraw(ctx, s.approver, s.id, sent.Number, "x"), "not_yours")
	wantCode(t, s.consult.Withdraw(ctx, s.writer, s.id, "2022-9999", "x"), "changed_meanwhile")
	audits := s.audits()
	must(t, s.consult.Withdraw(ctx, s.writer, s.id, sent.Number, "Kommunestyret har snudd."))
	wantCode(t, s.consult.Withdraw(ctx, s.writer, s.id, sent.Number, "x"), "wrong_state")
	if n := s.audits() - audits; n != 1 {
		t.Errorf("%d events", n)
	}
	if len(s.read()) != 0 || s.counted() != 0 {
		t.Error("what was withdrawn is still counted")
	}
	all, err := s.consult.Submissions(ctx, s.ministry, s.round.ID)
	must(t, err)
	r, receipt, raw, err := s.consult.Submission(ctx, s.ministry, s.id, sent.Number, "submission.read")
	must(t, err)
	if len(all) != 1 || r.State != portal.Withdrawn || receipt.Ended == nil || receipt.Ended.Reason != "Kommunestyret har snudd." || !verified(t, s.db, raw).OK() {
		t.Errorf("%d listed, %s, %+v", len(all), r.State, receipt)
	}
	_, err = s.consult.Receive(ctx, s.ministry, s.id)
	wantCode(t, err, "wrong_state")
	r = s.response()
	_, err = s.consult.Submit(ctx, s.writer, s.id, r.Freeze.ID, r.Freeze.Hash)
	wantCode(t, err, "wrong_state")
	s.reopen()
	if next := s.send("Nytt."); next.Replaces != sent.Number || len(s.read()) != 1 {
		t.Errorf("%+v", next)
	}
}

func TestReturnedSubmissionIsOpenAgainAndFirstInTurn(t *testing.T) {
	s := newSender(newHouse(t))
	ctx := t.Context()
	sent := s.send("Mangler vedlegg.")
	wantCode(t, s.consult.Return(ctx, s.writer, s.id, sent.Number, "x"), "not_yours")
	s.changed = nil
	must(t, s.consult.Return(ctx, s.ministry, s.id, sent.Number, "Saksnummeret mangler."))
	r := s.response()
	if r.State != portal.Draft || r.ReopenedReason != "Saksnummeret mangler." || r.Parties[0].Position == nil || len(s.changed) != len(r.Answers) {
		t.Errorf("%s %q, %d documents told", r.State, r.ReopenedReason, len(s.changed))
	}
	turn, err := s.consult.MyTurn(ctx, s.writer)
	must(t, err)
	if len(turn.Tasks) == 0 || turn.Tasks[0].Kind != "returned" {
		t.Errorf("%+v", turn.Tasks)
	}
	if len(s.read()) != 0 {
		t.Error("what was returned is still read")
	}
	if next := s.send("Mangler vedlegg. Sak 3/22."); next.Replaces != sent.Number {
		t.Errorf("%+v", next)
	}
	must(t, s.document.Reopen(ctx, s.writer, s.id, s.response().Version, "Vi skriver om."))
	s.changed = nil
	must(t, s.consult.Return(ctx, s.ministry, s.id, s.response().Last().Number, "Igjen.")) // while they are writing anew
	if r := s.response(); r.State != portal.Draft || s.changed != nil || r.Last().State != portal.SentBack {
		t.Errorf("%s", r.State)
	}
}

// What was sent can be neither changed nor removed, whoever asks the database.
func TestWhatWasSentIsKept(t *testing.T) {
	s := newSender(newHouse(t))
	s.send("Sendt.")
	for _, statement := range []string{"update submission set package = '{}'", "update submission set submitted_at = now()", "delete from submission", "truncate submission cascade"} {
		if _, err := s.db.Pool().Exec(t.Context(), statement); err == nil {
			t.Errorf("%s was carried out", statement)
		}
	}
}

// Nobody opens a text that could not be sent again.
func TestClosedRoundTakesNothingBackButWithdrawals(t *testing.T) {
	s := newSender(newHouse(t))
	ctx := t.Context()
	sent := s.send("Sendt.")
	s.now = time.Date(2022, 4, 5, 10, 0, 0, 0, workflow.Oslo)
	_, err := s.consult.CloseRound(ctx, s.ministry, s.round.ID)
	must(t, err)
	wantCode(t, s.consult.Return(ctx, s.ministry, s.id, sent.Number, "x"), "round_closed")
	wantCode(t, s.document.Reopen(ctx, s.writer, s.id, s.response().Version, "x"), "round_closed")
	must(t, s.consult.Withdraw(ctx, s.writer, s.id, sent.Number, "Vi trekker det."))
	wantCode(t, s.document.Reopen(ctx, s.writer, s.id, s.response().Version, "x"), "round_closed")
	wantCode(t, s.signoff.TakePosition(ctx, s.approver, s.id, signoff.Position{}), "wrong_state")
}

// The server's clock decides at the request, and nothing else: no job runs here.
func TestDeadlineToTheTenthOfASecond(t *testing.T) {
	h := newHouse(t)
	ministry, began := h.as("hod", portal.CaseOfficer), h.now
	for _, day := range []string{"2022-04-01", "2022-03-27", "2022-10-30"} { // an ordinary one; summer time begins; and ends
		midnight, err := time.ParseInLocation(time.DateOnly, day, workflow.Oslo)
		must(t, err)
		midnight = midnight.AddDate(0, 0, 1)
		for _, accepts := range []string{"true", "false"} {
			letter := strings.NewReplacer("plan-2024", day+accepts, "2022-04-01", day, "kind: addressed", "kind: addressed\naccepts_late: "+accepts).Replace(invitation)
			h.now = began
			round := h.openLetter(ministry, letter)
			for from, c := range map[portal.OrganisationID]struct {
				at   time.Time
				late int64
			}{
				"k-4216": {midnight.Add(-100 * time.Millisecond), 0},
				"k-4203": {midnight, 1},
				"k-4204": {midnight.Add(100 * time.Millisecond), 1},
			} {
				h.now = began
				s := senderTo(h, ministry, round, from)
				s.sign("Til siste slutt.")
				h.now = c.at
				r := s.response()
				receipt, err := h.consult.Submit(t.Context(), s.writer, s.id, r.Freeze.ID, r.Freeze.Hash)
				if accepts == "false" && c.late > 0 {
					wantCode(t, err, "deadline_passed")
					continue
				}
				must(t, err)
				if receipt.LateSeconds != c.late {
					t.Errorf("sent %v: late by %d, want %d", c.at, receipt.LateSeconds, c.late)
				}
			}
		}
	}
}

func TestExtensionHoldsForWhomItIsGiven(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	ministry := h.as("hod", portal.CaseOfficer)
	s := senderTo(h, ministry, h.openLetter(ministry, strings.Replace(invitation, "kind: addressed", "kind: addressed\naccepts_late: false", 1)), "k-4216")
	birkenes, agder, vestfold, arendal := s.writer, h.as("agder", portal.Secretariat), h.as("vestfold", portal.Secretariat), h.as("k-4203", portal.Coordinator)
	_, err := h.consult.Start(ctx, agder, s.round.ID, portal.Joint, portal.Bokmal)
	must(t, err)
	day := func(d int) time.Time { return time.Date(2022, 4, d, 23, 59, 59, 0, workflow.Oslo) }
	extend := func(who portal.Actor, to portal.OrganisationID, d int) error {
		_, err := h.consult.Extend(ctx, who, s.round.ID, to, day(d), "Kommunestyret møtes først da.")
		return err
	}
	due := func(who portal.Actor) int {
		v, err := h.consult.Round(ctx, who, s.round.ID)
		must(t, err)
		return v.Deadline.In(workflow.Oslo).Day()
	}
	seen := func(who portal.Actor) int {
		v, err := h.consult.Round(ctx, who, s.round.ID)
		must(t, err)
		return len(v.Extensions)
	}
	_, err = h.consult.Forward(ctx, h.as("helse-sor-ost-rhf", portal.RegionalContact), s.round.ID)
	must(t, err)

	wantCode(t, extend(agder, "", 5), "not_yours")
	wantCode(t, extend(s.ministry, "", 1), "invalid_input")
	wantCode(t, extend(s.ministry, "drift", 5), "invalid_input")
	audits := h.audits()
	must(t, extend(s.ministry, "k-4216", 10))
	must(t, extend(s.ministry, "agder", 6))
	wantCode(t, extend(s.ministry, "agder", 5), "invalid_input")
	if n := h.audits() - audits; n != 2 {
		t.Errorf("%d events", n)
	}
	for _, c := range []struct {
		name       string
		who        portal.Actor
		day, knows int
	}{
		{"the one that got it, and a party", birkenes, 10, 2}, {"the community", agder, 6, 1}, {"another party", arendal, 6, 1},
		{"another community", vestfold, 1, 0}, {"the ministry", s.ministry, 1, 2},
	} {
		if due(c.who) != c.day || seen(c.who) != c.knows {
			t.Errorf("%s: the %d., want the %d.; knows of %d", c.name, due(c.who), c.day, seen(c.who))
		}
	}
	s.sign("I tide, for oss.")
	h.now = day(10)
	r := s.response()
	receipt, err := h.consult.Submit(ctx, birkenes, s.id, r.Freeze.ID, r.Freeze.Hash)
	must(t, err)
	if receipt.LateSeconds != 0 {
		t.Errorf("%+v", receipt)
	}
	o, err := h.consult.Overview(ctx, s.ministry, s.round.ID)
	must(t, err)
	for _, c := range o.Communities {
		want := int64(9 * 24 * 3600)
		if c.Organisation.ID == "agder" {
			want = 4 * 24 * 3600
		}
		if late := h.consult.Late(c); late != want {
			t.Errorf("%s is late by %d, want %d", c.Organisation.ID, late, want)
		}
	}
	must(t, extend(s.ministry, "", 20))
	if due(vestfold) != 20 || due(birkenes) != 20 {
		t.Error("more time for everybody is not for everybody")
	}
}

// What is signed or sent asks for a login as fresh and as sure as the round says; what is read or written does not.
func TestOldLoginsNeitherSignNorSend(t *testing.T) {
	s := newSender(newHouse(t))
	ctx := t.Context()
	s.sign("Godkjent i tide.")
	r := s.response()
	submit := func(login portal.Login) error {
		who := s.writer
		who.Login = login
		_, err := s.consult.Submit(ctx, who, s.id, r.Freeze.ID, r.Freeze.Hash)
		return err
	}
	old := s.approver
	old.Login.Age = consult.DefaultLoginAge + time.Second
	wantCode(t, s.approve(old, s.id, portal.StandsOutside), "reauthentication_required")
	wantCode(t, s.signoff.Confirm(ctx, old, s.id, signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes()}), "reauthentication_required")
	wantCode(t, submit(old.Login), "reauthentication_required")
	if _, err := s.document.Text(ctx, old, s.id); err != nil {
		t.Error(err)
	}
	_, err := s.db.Pool().Exec(ctx, "update round set login_level = 'high', login_minutes = 30")
	must(t, err)
	for _, level := range []portal.Level{"", portal.Substantial} {
		wantCode(t, submit(portal.Login{Level: level}), "reauthentication_required")
	}
	must(t, submit(portal.Login{Age: 30 * time.Minute, Level: portal.High}))
}

// What sending back writes gets through the wall in the database for the ministry, and for no other community.
func TestTheMinistrySendsBackThroughTheWall(t *testing.T) {
	h, sent := filledHouse(t)
	program := loggedIn(t, h.url, postgres.ProgramRole)
	for settings, rows := range map[string]int64{
		"select set_config('samsvar.organisation', 'hod', true), set_config('samsvar.reads', 'sent', true)": 1, acting("agder"): 0,
	} {
		for _, statement := range []string{
			"update submission set state = 'returned', ended_at = now(), end_reason = 'x' where response_id = $1",
			"update frozen_version set reopened_at = now(), reason = 'x' where id = (select freeze_id from response where id = $1)",
			"update document set locked = false where id = (select document_id from answer where response_id = $1 limit 1)",
			"update response set state = 'draft' where id = $1",
		} {
			within(t, program, settings, func(tx pgx.Tx) {
				done, err := tx.Exec(t.Context(), statement, sent.ID)
				must(t, err)
				if done.RowsAffected() != rows {
					t.Errorf("%s changed %d rows, want %d", statement, done.RowsAffected(), rows)
				}
			})
		}
	}
}

// A municipality behind the joint answer that sends its own as well is one municipality.
func TestWhoAnswersTwiceIsCountedOnce(t *testing.T) {
	h, joint := filledHouse(t)
	ministry := h.as("hod", portal.CaseOfficer)
	round, err := h.consult.Round(t.Context(), ministry, joint.Round.ID)
	must(t, err)
	own := func(kind portal.PositionKind, from portal.OrganisationID) {
		s := senderTo(h, ministry, round, from)
		before := s.counted()
		s.send("Vi vil utdype.")
		added := 1
		if kind == portal.Approved || kind == portal.ApprovedWithRemark {
			added = 0
		}
		if n := s.counted() - before; n != added {
			t.Errorf("%s, which said %q to the joint answer, added %d by its own", from, kind, n)
		}
	}
	sent, err := h.consult.Response(t.Context(), h.as("vestfold", portal.Secretariat), joint.ID)
	must(t, err)
	for _, p := range sent.Parties {
		if p.Side == portal.MunicipalSide {
			kind := portal.PositionKind("")
			if p.Position != nil {
				kind = p.Position.Kind
			}
			own(kind, p.Organisation.ID)
		}
	}
}
