package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"samsvar/internal/consult"
	"samsvar/internal/directory"
	"samsvar/internal/document"
	"samsvar/internal/evidence"
	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
	"samsvar/internal/signoff"
	"samsvar/internal/workflow"
	"samsvar/internal/yjs"
)

// house is the use cases on a database of their own, with a clock that the test sets.
type house struct {
	t         *testing.T
	db        *postgres.DB
	url       string // the owner's
	now       time.Time
	renderer  *yjs.Renderer
	directory directory.Service
	consult   consult.Service
	document  document.Service
	signoff   signoff.Service
	meeting   meeting.Service
	changed   []portal.DocumentID
}

func newHouse(t *testing.T) *house {
	t.Helper()
	url := pgtest.Database(t)
	db, err := postgres.Open(t.Context(), url)
	must(t, err)
	t.Cleanup(db.Close)
	h := &house{t: t, db: db, url: url, now: time.Date(2021, 9, 21, 10, 0, 0, 0, workflow.Oslo), renderer: yjs.NewRenderer(1)}
	clock := func() time.Time { return h.now }
	h.directory = directory.Service{Store: db.Directory(), Now: clock}
	changed := func(ids []portal.DocumentID) { h.changed = ids }
	h.consult = consult.Service{Store: db.Consult(), Now: clock, NewID: portal.NewID, Logger: slog.New(slog.DiscardHandler), Changed: changed}
	h.document = document.Service{Store: db.Documents(), Renderer: yjs.Native{}, Second: h.renderer, Drafts: yjs.Native{}, Authors: yjs.Native{}, Now: clock, NewID: portal.NewID,
		Changed: changed}
	h.signoff = signoff.Service{Store: db.Signoff(), Now: clock, NewID: portal.NewID}
	h.meeting = meeting.Service{Store: db.MeetingStore(), Now: clock, NewID: portal.NewID}
	reference, err := directory.Parse(directory.Embedded())
	must(t, err)
	_, err = h.directory.Load(t.Context(), reference)
	must(t, err)
	return h
}

// as makes an account with the roles and gives the actor that the directory makes of it.
func (h *house) as(organisation portal.OrganisationID, roles ...portal.Role) portal.Actor {
	h.t.Helper()
	account := portal.Account{ID: portal.AccountID(portal.NewID()), Issuer: "test", Subject: portal.NewID(), Name: fmt.Sprint(roles, " ", organisation), Language: portal.Bokmal}
	must(h.t, h.directory.EnsureAccount(h.t.Context(), directory.System(), account))
	for _, role := range roles {
		_, err := h.directory.Grant(h.t.Context(), directory.System(), account.ID, organisation, role)
		must(h.t, err)
	}
	actor, err := h.directory.ActingFor(h.t.Context(), account.ID, organisation)
	must(h.t, err)
	return actor
}

// write puts a paragraph into the answer's document, as the live server would.
func (h *house) write(r portal.Response, number int, text string) {
	h.t.Helper()
	doc := fmt.Sprintf(`{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":%q}]}]}`, text)
	update, err := h.renderer.FromJSON(h.t.Context(), json.RawMessage(doc))
	must(h.t, err)
	must(h.t, postgres.NewLiveDocuments(h.db.Pool()).Write(h.t.Context(), r.Answers[number-1].Document, portal.Actor{}, update))
}

func (h *house) ready(actor portal.Actor, r portal.Response) portal.Response {
	h.t.Helper()
	for _, a := range r.Answers {
		var err error
		r, err = h.consult.SetAnswerStatus(h.t.Context(), actor, r.ID, a.ID, portal.AnswerReady, a.Version)
		must(h.t, err)
	}
	return r
}

func (h *house) approve(actor portal.Actor, id portal.ResponseID, kind portal.PositionKind) error {
	r, err := h.consult.Response(h.t.Context(), actor, id)
	must(h.t, err)
	position := signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes(), Kind: kind}
	if kind == portal.Rejected {
		position.Reason = "Vi er uenige."
	}
	if kind == portal.ApprovedWithRemark {
		position.Remarks = []signoff.Remark{{Answer: r.Answers[0].ID, Text: "Vi vil legge vekt på beredskap."}}
	}
	return h.signoff.TakePosition(h.t.Context(), actor, id, position)
}

func (h *house) audits() (n int) {
	must(h.t, h.db.Pool().QueryRow(h.t.Context(), "select count(*) from audit_event").Scan(&n))
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !portal.IsCode(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

// invitation is the demonstration's own round: as many questions and the same dates as the real letter of 2021.
const invitation = `
slug: plan-2024
title: {nb: Invitasjon til innspill, nn: Invitasjon til innspel}
sender: Helse- og omsorgsdepartementet
reference: "21/1"
issued: 2021-09-21
deadline: 2022-04-01
kind: addressed
addressees: [all_municipalities, all_regional_health_authorities]
copy_to: [KS]
questions:
  - {nb: "Erfaringer?", nn: "Erfaringar?", guidance_words: 600}
  - {nb: "Hva er krevende?"}
  - {nb: "Gode eksempler?", collects: good_examples}
  - {nb: "Nasjonal støtte?"}
  - {nb: "Regional støtte?"}
  - {nb: "Annet?", optional: true}
`

func (h *house) openRound(ministry portal.Actor) consult.RoundView {
	h.t.Helper()
	return h.openLetter(ministry, invitation)
}

func (h *house) openLetter(ministry portal.Actor, letter string) consult.RoundView {
	h.t.Helper()
	v, err := h.consult.ImportRound(h.t.Context(), ministry, []byte(letter))
	must(h.t, err)
	v, err = h.consult.OpenRound(h.t.Context(), ministry, v.ID)
	must(h.t, err)
	return v
}

func TestInvitationReachesTheCountry(t *testing.T) {
	h := newHouse(t)
	ministry, authority := h.as("hod", portal.CaseOfficer), h.as("helse-sor-ost-rhf", portal.RegionalContact)
	v := h.openRound(ministry)
	recipients, err := h.consult.Recipients(t.Context(), ministry, v.ID)
	must(t, err)
	count := map[portal.OrganisationKind]int{}
	for _, r := range recipients {
		count[r.Organisation.Kind]++
	}
	if count[portal.Municipality] != 356 || count[portal.RegionalHealthAuthority] != 4 || count[portal.Association] != 1 || len(recipients) != 361 {
		t.Fatalf("%v", count)
	}
	if recipients[len(recipients)-1].Organisation.ID != "ks" && recipients[0].Organisation.Name == "" {
		t.Errorf("%+v", recipients[0])
	}

	trust := h.as("sorlandet-sykehus-hf", portal.Writer)
	if _, err := h.consult.Round(t.Context(), trust, v.ID); !portal.IsCode(err, "not_found") {
		t.Errorf("a trust sees the round before it is forwarded: %v", err)
	}
	for range 2 { // the second time changes nothing
		v, err = h.consult.Forward(t.Context(), authority, v.ID)
		must(t, err)
	}
	if _, err := h.consult.Round(t.Context(), trust, v.ID); err != nil {
		t.Error(err)
	}
	before := h.audits()
	must(t, h.consult.MarkOpened(t.Context(), trust, v.ID))
	must(t, h.consult.MarkOpened(t.Context(), trust, v.ID))
	if n := h.audits() - before; n != 1 {
		t.Errorf("%d events for opening twice", n)
	}
	_, err = h.consult.Forward(t.Context(), trust, v.ID)
	wantCode(t, err, "not_yours")
}

func TestTheRealLetterImports(t *testing.T) {
	raw, err := os.ReadFile("../../../shared/rounds/2021-nhsp-invitasjon.yaml")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the real letter is not beside this checkout (../shared/rounds)")
	}
	must(t, err)
	r, err := consult.ParseInvitation(raw)
	must(t, err)
	if len(r.Questions) != 6 || !r.Questions[5].Optional || r.Questions[2].Collects != "good_examples" || len(r.PriorityGroups.NB) != 4 ||
		r.Deadline.UTC().Format(time.RFC3339) != "2022-04-01T21:59:59Z" || r.CopyTo[0] != "KS" {
		t.Errorf("%+v", r)
	}
}

func TestFromDraftToReceipt(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	ministry := h.as("hod", portal.CaseOfficer)
	v := h.openRound(ministry)
	secretariat, outsider := h.as("vestfold", portal.Secretariat), h.as("agder", portal.Secretariat)
	r, err := h.consult.Start(ctx, secretariat, v.ID, portal.Joint, portal.Bokmal)
	must(t, err)
	if len(r.Answers) != 6 || len(r.Parties) != 7 {
		t.Fatalf("%d answers, %d parties", len(r.Answers), len(r.Parties))
	}
	_, err = h.consult.Start(ctx, secretariat, v.ID, portal.Joint, portal.Bokmal)
	wantCode(t, err, "already_started")
	for _, stranger := range []portal.Actor{ministry, outsider} {
		_, err = h.consult.Response(ctx, stranger, r.ID)
		wantCode(t, err, "not_found")
		_, err = h.document.Text(ctx, stranger, r.ID)
		wantCode(t, err, "not_found")
	}

	for n := 1; n <= 6; n++ {
		h.write(r, n, fmt.Sprintf("Svar nummer %d.", n))
	}
	_, err = h.document.Freeze(ctx, secretariat, r.ID, r.Version)
	wantCode(t, err, "answers_unfinished")
	r = h.ready(secretariat, r)
	_, err = h.document.Freeze(ctx, secretariat, r.ID, r.Version)
	must(t, err)
	if len(h.changed) != 6 {
		t.Errorf("%d documents were told of the freeze", len(h.changed))
	}

	var approvers []portal.Actor
	for _, p := range r.Parties {
		approvers = append(approvers, h.as(p.Organisation.ID, portal.Approver))
	}
	trust, towns := approvers[0], approvers[1:]
	must(t, h.approve(trust, r.ID, portal.Approved))
	must(t, h.approve(towns[0], r.ID, portal.ApprovedWithRemark))
	must(t, h.approve(towns[1], r.ID, portal.StandsOutside))
	before := h.audits()
	must(t, h.approve(trust, r.ID, portal.Approved)) // a double click
	if n := h.audits() - before; n != 0 {
		t.Errorf("%d events for the same position again", n)
	}
	decision := portal.Decision{Level: "strategic", Body: "SSU", DecidedOn: h.now.AddDate(0, 0, -1), CaseNumber: "12/22"}
	frozen := func() portal.Response {
		r, err := h.consult.Response(ctx, secretariat, r.ID)
		must(t, err)
		return r
	}
	wantCode(t, h.signoff.Decide(ctx, secretariat, r.ID, frozen().Freeze.ID, decision), "rule_not_met")
	must(t, h.approve(towns[2], r.ID, portal.Rejected))
	must(t, h.approve(towns[3], r.ID, portal.Approved))
	wantCode(t, h.signoff.Decide(ctx, secretariat, r.ID, frozen().Freeze.ID, decision), "rule_not_met")

	// Answer 4 changes: the positions on answer 4 are stale, and on no other.
	r = frozen()
	must(t, h.document.Reopen(ctx, secretariat, r.ID, r.Version, "Kommunen foreslo en presisering."))
	h.write(r, 4, "En presisering.")
	_, err = h.document.Freeze(ctx, secretariat, r.ID, frozen().Version)
	must(t, err)
	r = frozen()
	for _, p := range r.Parties {
		if p.Position == nil {
			continue
		}
		validity, stale := workflow.Judge(workflow.StandingOf(r, p, h.now), workflow.LaidBefore(r))
		if validity != workflow.Stale || len(stale) != 1 || stale[0] != r.Answers[3].ID {
			t.Errorf("%s: %s %v", p.Organisation.Name, validity, stale)
		}
	}
	text, err := h.document.Text(ctx, trust, r.ID)
	must(t, err)
	for i, a := range r.Answers {
		if text.Changed(a.ID) != (i == 3) {
			t.Errorf("answer %d shown as changed: %v", i+1, text.Changed(a.ID))
		}
	}
	wantCode(t, h.signoff.TakePosition(ctx, trust, r.ID, signoff.Position{Freeze: r.Freeze.ID, Kind: portal.Approved, Hashes: r.Parties[0].Position.Hashes}), "text_changed")
	for _, who := range []portal.Actor{trust, towns[0], towns[1], towns[3]} {
		must(t, h.signoff.Confirm(ctx, who, r.ID, signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes()}))
	}
	must(t, h.approve(towns[2], r.ID, portal.Approved))
	must(t, h.signoff.Decide(ctx, secretariat, r.ID, r.Freeze.ID, decision))

	_, _, _, err = h.consult.Submission(ctx, ministry, r.ID, "", "submission.read")
	wantCode(t, err, "not_found")
	_, err = h.consult.Submit(ctx, secretariat, r.ID, r.Freeze.ID, "sha256:another")
	wantCode(t, err, "text_changed")

	h.now = time.Date(2022, 4, 2, 0, 0, 41, 0, workflow.Oslo)
	receipts := make([]portal.Receipt, 8)
	second := h.as("vestfold", portal.Secretariat)
	before = h.audits()
	var all sync.WaitGroup
	for i := range receipts { // two people, four presses each, all at once
		all.Go(func() {
			who := secretariat
			if i%2 == 1 {
				who = second
			}
			var err error
			if receipts[i], err = h.consult.Submit(context.Background(), who, r.ID, r.Freeze.ID, r.Freeze.Hash); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, receipt := range receipts {
		if receipt.Number != "2022-0001" || receipt.PackageHash != receipts[0].PackageHash || receipt.LateSeconds != 42 {
			t.Errorf("%+v", receipt)
		}
	}
	if n := h.audits() - before; n != 1 {
		t.Errorf("%d events for one submission", n)
	}
	h.checkPackage(ministry, r)
	h.checkMinistry(ministry, v, r)
}

func (h *house) checkPackage(ministry portal.Actor, r portal.Response) {
	t := h.t
	t.Helper()
	_, _, raw, err := h.consult.Submission(t.Context(), ministry, r.ID, "", "submission.read")
	must(t, err)
	if report := verified(t, h.db, raw); !report.OK() {
		t.Errorf("the package does not verify: %+v", report)
	}
	var p evidence.Package
	must(t, json.Unmarshal(raw, &p))
	if len(p.Remarks) != 1 || p.Remarks[0].Authors[0].ID != string(r.Parties[1].Organisation.ID) || p.Decision.CaseNumber != "12/22" || len(p.Parties) != 7 {
		t.Errorf("%+v", p)
	}
}

func (h *house) checkMinistry(ministry portal.Actor, v consult.RoundView, r portal.Response) {
	t := h.t
	t.Helper()
	o, err := h.consult.Overview(t.Context(), ministry, v.ID)
	must(t, err)
	if len(o.Communities) != 19 || o.Submitted != 1 || o.Reach.Behind != 3 || o.Reach.Municipalities != 356 {
		t.Errorf("%d communities, %d submitted, %d of %d municipalities", len(o.Communities), o.Submitted, o.Reach.Behind, o.Reach.Municipalities)
	}
	across, err := h.consult.ReadAcross(t.Context(), ministry, v.ID, v.Questions[0].ID)
	must(t, err)
	if len(across.Answers) != 1 || len(across.Answers[0].Remarks) != 1 || len(across.Answers[0].Supporters) != 4 || len(across.Answers[0].Outside) != 1 {
		t.Errorf("%+v", across.Answers)
	}
	for range 2 {
		receipt, err := h.consult.Receive(t.Context(), ministry, r.ID)
		must(t, err)
		if receipt.ReceivedAt == nil {
			t.Error("not received")
		}
	}
}
