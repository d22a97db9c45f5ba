package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/comment"
	"samsvar/internal/document"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

const logging = "kind: addressed\nlog_reading: true"

func (s *sender) open(who portal.Actor) {
	s.t.Helper()
	access, err := s.document.Access(s.t.Context(), who, s.response().Answers[0].Document)
	must(s.t, err)
	if access == document.NoAccess {
		s.t.Error("a party may not read")
	}
}

func TestWhoReadsIsWrittenDownWhereTheRoundAsksForIt(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	ministry := h.as("hod", portal.CaseOfficer)
	s := senderTo(h, ministry, h.openLetter(ministry, strings.Replace(invitation, "kind: addressed", logging, 1)), "k-4216")
	reader, stranger := h.as("k-4216", portal.Reader), h.as("k-4203", portal.Reader)

	for range 2 { // what is read twice within the hour is one line
		_, err := h.document.Text(ctx, reader, s.id)
		must(t, err)
		s.open(reader)
	}
	if _, err := h.document.Text(ctx, stranger, s.id); !portal.IsCode(err, "not_found") {
		t.Errorf("a stranger reads: %v", err)
	}
	found, err := h.consult.Readings(ctx, s.writer, s.id)
	must(t, err)
	if len(found) != 2 || found[0].Name != reader.Name || found[0].Answer+found[1].Answer != 1 {
		t.Errorf("the log says %+v", found)
	}
	for _, who := range []portal.Actor{reader, stranger, ministry} {
		if _, err := h.consult.Readings(ctx, who, s.id); err == nil {
			t.Errorf("%s reads the log", who.Organisation)
		}
	}

	s.send("Svar.")
	_, _, _, err = h.consult.Submission(ctx, ministry, s.id, "", "submission.read")
	must(t, err)
	s.read()
	after, err := h.consult.Readings(portal.Acting(ctx, s.writer), s.writer, s.id)
	must(t, err)
	for _, line := range after {
		if line.Organisation == "Helse- og omsorgsdepartementet" {
			t.Error("those who sent see how the ministry reads")
		}
	}
	var log strings.Builder
	n, err := h.db.WriteReadings(ctx, s.round.Slug, &log)
	must(t, err)
	if n != len(after)+2 || strings.Count(log.String(), `"submission.read"`) != 1 || strings.Count(log.String(), `"round.read_across"`) != 1 {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
	if _, err := h.db.Pool().Exec(ctx, "delete from reading"); err == nil {
		t.Error("the log can be cut")
	}
}

// A log that cannot be written keeps the text closed.
func TestNobodyReadsPastTheLog(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	ministry := h.as("hod", portal.CaseOfficer)
	s := senderTo(h, ministry, h.openLetter(ministry, strings.Replace(invitation, "kind: addressed", logging, 1)), "k-4216")
	owner, err := pgx.Connect(ctx, h.url)
	must(t, err)
	defer owner.Close(ctx)
	_, err = owner.Exec(ctx, "alter table reading add constraint broken check (false)")
	must(t, err)
	if _, err := h.document.Text(ctx, s.writer, s.id); err == nil {
		t.Error("the text was given without a line in the log")
	}
	if access, err := h.document.Access(ctx, s.writer, s.response().Answers[0].Document); err == nil {
		t.Errorf("the live document was opened (%v) without a line in the log", access)
	}
}

func TestWhereTheRoundDoesNotAskNobodyIsWrittenDown(t *testing.T) {
	h := newHouse(t)
	s := newSender(h)
	_, err := h.document.Text(t.Context(), s.writer, s.id)
	must(t, err)
	s.open(s.writer)
	var n int
	must(t, h.db.Pool().QueryRow(t.Context(), "select count(*) from reading").Scan(&n))
	if n != 0 {
		t.Errorf("%d lines", n)
	}
}

func TestOnlyDraftsThatWereNeverSentAreDiscarded(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	sent := newSender(h)
	unsent := senderTo(h, sent.ministry, sent.round, "k-4203")
	for n := range unsent.response().Answers {
		unsent.write(unsent.response(), n+1, "Aldri sendt.")
	}
	comments := comment.Service{Store: h.db.Comments(), Now: time.Now, NewID: portal.NewID}
	for _, s := range []*sender{sent, unsent} {
		_, err := comments.Begin(ctx, s.writer, s.id, s.response().Answers[0].ID, comment.Thread{Audience: comment.Own}, comment.Entry{Kind: comment.Say, Text: "Om utkastet."})
		must(t, err)
	}
	said := func(s *sender) int {
		threads, err := comments.Threads(ctx, s.writer, s.id, s.response().Answers[0].ID)
		must(t, err)
		return len(threads)
	}
	must(t, h.document.NameVersion(ctx, unsent.writer, unsent.id, unsent.response().Answers[0].ID, 1, "Til møtet"))
	sent.send("Sendt.")
	now := time.Now()
	discard := func() int {
		n, documents, err := h.db.DiscardDrafts(ctx, now, "Arkivleder, sak 24/1", now)
		must(t, err)
		if want := n * len(unsent.response().Answers); len(documents) != want {
			t.Errorf("%d documents are told of, want %d", len(documents), want)
		}
		return n
	}
	if n := discard(); n != 0 {
		t.Errorf("%d drafts of an open round are gone", n)
	}
	_, err := h.db.Pool().Exec(ctx, "update round set state = 'closed', closed_at = $1", now.Add(-time.Hour))
	must(t, err)
	audits := h.audits()
	if first, again := discard(), discard(); first != 1 || again != 0 || h.audits() != audits+1 {
		t.Errorf("%d drafts are gone, then %d, with %d events", first, again, h.audits()-audits)
	}
	text := func(s *sender) string {
		text, err := h.document.Text(ctx, s.writer, s.id)
		must(t, err)
		return string(text.Answers[0].Content)
	}
	if strings.Contains(text(unsent), "Aldri sendt") || !strings.Contains(text(sent), "Sendt") {
		t.Errorf("%s, %s", text(unsent), text(sent))
	}
	if names, err := h.db.NamedVersions(ctx, unsent.response().Answers[0].Document); err != nil || len(names) != 0 {
		t.Errorf("%v of what is gone, %v", names, err)
	}
	// What was discarded before that is mended by the migration.
	must(t, postgres.MigrateAgain(ctx, h.url, 39, func() error {
		_, err := h.db.Pool().Exec(ctx, "update document set locked = false where head = 0")
		must(t, err)
		_, err = h.db.Pool().Exec(ctx, "insert into named_version (document_id, place, name, account_id, account_name, named_at) values ($1, 1, 'x', $2, 'x', now())",
			unsent.response().Answers[0].Document, unsent.writer.Account)
		return err
	}))
	if names, err := h.db.NamedVersions(ctx, unsent.response().Answers[0].Document); err != nil || len(names) != 0 {
		t.Errorf("after the migration %v of what is gone, %v", names, err)
	}
	for _, a := range unsent.response().Answers {
		err := postgres.NewLiveDocuments(h.db.Pool()).Write(ctx, a.Document, unsent.writer, []byte{0, 0})
		wantCode(t, err, "document_locked")
		if access, err := h.document.Access(ctx, unsent.writer, a.Document); err != nil || access != document.MayReadFixed {
			t.Errorf("access to what is gone is %v, %v", access, err)
		}
	}
	if said(unsent) != 0 || said(sent) != 1 {
		t.Errorf("%d threads about what is gone, %d about what was sent", said(unsent), said(sent))
	}
}
