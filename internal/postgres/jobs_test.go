package postgres_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"samsvar/internal/export"
	"samsvar/internal/portal"
)

// exporting is a round with something sent, a case officer's export of it that is done, and who makes exports.
func exporting(t *testing.T) (h *house, exports export.Service, officer portal.Actor, job export.Job) {
	t.Helper()
	h, _ = filledHouse(t)
	officer = h.as("hod", portal.CaseOfficer)
	exports = export.Service{Store: h.db.Exports(), Opened: h.consult.Export, Now: func() time.Time { return h.now }, NewID: portal.NewID, Logger: slog.New(slog.DiscardHandler)}
	rounds, err := h.consult.Rounds(t.Context(), officer)
	must(t, err)
	submitted, err := h.consult.Exportable(t.Context(), officer, rounds[0].ID)
	must(t, err)
	job, err = exports.Start(t.Context(), officer, rounds[0].ID, submitted, export.JSON, "nb")
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { exports.Work(ctx); close(done) }()
	for deadline := time.Now().Add(20 * time.Second); job.State != "done" && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		job, err = exports.Job(t.Context(), officer, job.ID)
		must(t, err)
	}
	stop()
	<-done
	return h, exports, officer, job
}

// Who started an export has it for as long as they might start it anew.
func TestAnExportIsForWhoMayStillMakeIt(t *testing.T) {
	h, exports, officer, job := exporting(t)
	ctx := t.Context()
	if _, file, err := exports.JobFile(ctx, officer, job.ID); err != nil || len(file) == 0 {
		t.Fatalf("%d bytes, %v", len(file), err)
	}
	bereft := portal.Actor{Account: officer.Account, Organisation: officer.Organisation, Kind: portal.Ministry}
	reader := bereft
	reader.Roles = []portal.Role{portal.Reader}
	for name, who := range map[string]portal.Actor{"no role": bereft, "another role": reader} {
		_, file, err := exports.JobFile(portal.Acting(ctx, who), who, job.ID)
		if wantCode(t, err, "not_found"); len(file) > 0 {
			t.Errorf("with %s, and the file", name)
		}
	}
	elsewhere := officer
	elsewhere.Organisation = "ks"
	_, err := exports.Cancel(ctx, elsewhere, job.ID)
	wantCode(t, err, "not_found")
	if n := h.lines(job.Task.Round); n != 0 {
		t.Errorf("%d lines where the round does not ask for the log", n)
	}
	must(t, h.exec("update round set log_reading = true"))
	_, _, err = exports.JobFile(ctx, officer, job.ID)
	must(t, err)
	if n := h.lines(job.Task.Round); n != 1 {
		t.Errorf("%d lines of one reading", n)
	}
}

// What is due goes, whether or not anybody starts another export.
func TestOldExportsGo(t *testing.T) {
	h, exports, officer, job := exporting(t)
	again := func() {
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer stop()
		exports.Work(ctx)
	}
	again()
	_, err := exports.Job(t.Context(), officer, job.ID)
	must(t, err)
	h.now = h.now.AddDate(0, 0, 8)
	again()
	_, err = exports.Job(t.Context(), officer, job.ID)
	wantCode(t, err, "not_found")
}

func (h *house) lines(round portal.RoundID) (n int) {
	must(h.t, h.db.Pool().QueryRow(h.t.Context(), "select count(*) from reading where round_id = $1 and action = 'round.export'", round).Scan(&n))
	return n
}

func (h *house) exec(sql string) error {
	_, err := h.db.Pool().Exec(h.t.Context(), sql)
	return err
}
