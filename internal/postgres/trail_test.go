package postgres_test

import (
	"context"
	"crypto/ed25519"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/directory"
	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
	"samsvar/internal/signoff"
)

// trail reads the whole audit trail, and makes sure that every event follows the one before it.
func trail(t *testing.T, db *postgres.DB) (all []evidence.Event) {
	t.Helper()
	var tail evidence.Tail
	must(t, db.Trail(t.Context(), 0, func(e evidence.Event) error {
		if err := e.Follows(tail); err != nil {
			return err
		}
		tail = e.Tail()
		all = append(all, e)
		return nil
	}))
	return all
}

// verified is what an auditor finds in a package with the audit trail, signed as it now stands.
func verified(t *testing.T, db *postgres.DB, raw []byte) evidence.Report {
	t.Helper()
	report, signed := evidence.Verify(raw), signedNow(t, db)
	signed.Vouch(&report)
	return report
}

func signedNow(t *testing.T, db *postgres.DB) evidence.Signed {
	t.Helper()
	public, key, err := ed25519.GenerateKey(nil)
	must(t, err)
	events := trail(t, db)
	root, err := evidence.Endorse(public, key, events[0].At)
	must(t, err)
	head, err := evidence.SignHead(key, nil, events[len(events)-1].Tail(), time.Now())
	must(t, err)
	var files evidence.Trail
	write := func(file *[]byte, record interface{ Line() ([]byte, error) }) {
		line, err := record.Line()
		must(t, err)
		*file = append(*file, line...)
	}
	write(&files.Keys, root)
	write(&files.Heads, head)
	for _, e := range events {
		write(&files.Events, e)
	}
	report, signed := evidence.ReadTrail(files)
	if !report.OK() {
		t.Errorf("\n%s", report)
	}
	return signed
}

func TestWritersMeetInOneChain(t *testing.T) {
	h := openRegister(t)
	round := strings.ToUpper(portal.NewID())
	var all sync.WaitGroup
	for n := range 40 {
		all.Go(func() {
			err := h.db.Directory().Write(context.Background(), func(tx directory.Tx) error {
				event := portal.AuditEvent{At: time.Now(), Action: "test", Round: portal.RoundID(round), Object: "Ærlig <talt> & \u2028",
					Detail: map[string]any{"n": n, "share": 0.1, "big": 1e21, "text": "å\\\"\n", "list": []any{nil, true}}}
				if err := tx.Audit(portal.Actor{Account: portal.AccountID(portal.NewID()), Name: "Eksempel"}, event); err != nil {
					return err
				}
				if n%4 == 0 {
					return portal.Conflictf("given_up", "this one leaves nothing")
				}
				return tx.Audit(directory.System(), event)
			})
			if n%4 != 0 && err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	events := trail(t, h.db)
	if len(events) != 60 {
		t.Fatalf("%d events", len(events))
	}
	for i := 1; i < len(events); i += 2 {
		if events[i-1].Account == "" || events[i].Account != "" || string(events[i-1].Detail) != string(events[i].Detail) {
			t.Errorf("the two events of one write do not stand together: %+v, %+v", events[i-1], events[i])
		}
	}
}

func TestEventsFromBeforeTheChainGetTheirPlace(t *testing.T) {
	address := emptyDatabase(t)
	must(t, postgres.MigrateTo(t.Context(), address, 4))
	conn, err := pgx.Connect(t.Context(), address)
	must(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `insert into audit_event (at, account_name, action, detail) select now(), 'x', 'old ' || n, '{"b": 1.50, "a": "å"}' from generate_series(1, 9) n;
		alter table audit_event disable trigger user; delete from audit_event where id in (1, 4, 5); alter table audit_event enable trigger user`)
	must(t, err)
	for range 2 {
		must(t, postgres.Migrate(t.Context(), address))
	}
	db, err := postgres.Open(t.Context(), address)
	must(t, err)
	defer db.Close()
	must(t, db.Directory().Write(t.Context(), func(tx directory.Tx) error {
		return tx.Audit(directory.System(), portal.AuditEvent{At: time.Now(), Action: "new"})
	}))
	var actions []string
	for _, e := range trail(t, db) {
		actions = append(actions, e.Action)
	}
	if got := strings.Join(actions, ", "); got != "old 2, old 3, old 6, old 7, old 8, old 9, new" {
		t.Error(got)
	}
	if _, err := conn.Exec(t.Context(), "delete from audit_event"); err == nil {
		t.Error("the trail lost its guard")
	}
}

// emptyDatabase is one beside the test's own, without any migration.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	own := pgtest.Database(t)
	admin, err := pgx.Connect(t.Context(), own)
	must(t, err)
	u, err := url.Parse(own)
	must(t, err)
	u.Path += "_empty"
	name := strings.TrimPrefix(u.Path, "/")
	_, err = admin.Exec(t.Context(), "create database "+name)
	must(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec(context.Background(), "drop database "+name+" with (force)")
		if err != nil {
			t.Error(err)
		}
		admin.Close(context.Background())
	})
	return u.String()
}

// The owner of the database takes the triggers away and changes what was said, before it is sent: package and receipt agree
// with what it then is, and the audit trail does not.
func TestWhatTheOwnerChangesBeforeItIsSentShows(t *testing.T) {
	for what, change := range map[string]string{
		"remark":    "alter table remark_step disable trigger append_only; update remark_step set body = 'Vi er enige.' where kind = 'write'",
		"treatment": "alter table treatment disable trigger append_only; update treatment set decision = 'Kommunestyret er uenig.'",
		"position":  "alter table position disable trigger append_only; update position set kind = 'approved', reason = '' where kind = 'stands_outside'",
		"left out":  "alter table position disable trigger append_only; delete from position where kind = 'stands_outside'",
		"decision":  "update decision set decided_on = decided_on - 1",
	} {
		f := newHouse(t).freezeJoint(portal.Rule{})
		must(t, f.approve(f.approvers[4], f.id, portal.StandsOutside))
		must(t, f.treat(f.approvers[1], f.council()))
		f.decided()
		must(t, f.writeRemark(f.approvers[1], signoff.Remark{Text: "Vi mener noe annet."}))
		for _, who := range append(f.approvers[2:5:5], f.approvers[0]) {
			must(t, f.seen(who))
		}
		owner, err := pgx.Connect(t.Context(), f.url)
		must(t, err)
		_, err = owner.Exec(t.Context(), change)
		must(t, err)
		must(t, owner.Close(t.Context()))
		must(t, f.submit())
		_, receipt, raw, err := f.consult.Submission(t.Context(), f.secretariat, f.id, "", "submission.read")
		must(t, err)
		report := verified(t, f.db, raw)
		alone := evidence.Verify(raw)
		if alone.CompareReceipt(evidence.Hash(receipt.PackageHash)); !alone.OK() || report.OK() || !strings.Contains(report.String(), "FAIL  said") {
			t.Errorf("%s: %s\n%s", what, report, alone)
		}
	}
}
