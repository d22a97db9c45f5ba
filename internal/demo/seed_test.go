package demo_test

import (
	"testing"

	"samsvar/internal/consult"
	"samsvar/internal/demo"
	"samsvar/internal/directory"
	"samsvar/internal/document"
	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
	"samsvar/internal/signoff"
	"samsvar/internal/yjs"
)

func seeded(t *testing.T) (demo.World, *postgres.DB) {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	clock, renderer, ids := &demo.Clock{}, yjs.NewRenderer(1), demo.IDs()
	w := demo.World{
		Clock: clock, Issuer: "test", FromJSON: renderer.FromJSON,
		Directory: directory.Service{Store: db.Directory(), Now: clock.Now},
		Consult:   consult.Service{Store: db.Consult(), Now: clock.Now, NewID: ids, Changed: func([]portal.DocumentID) {}},
		Document: document.Service{Store: db.Documents(), Renderer: yjs.Native{}, Second: renderer, Drafts: yjs.Native{},
			Now: clock.Now, NewID: ids, Changed: func([]portal.DocumentID) {}},
		Signoff: signoff.Service{Store: db.Signoff(), Now: clock.Now, NewID: ids},
		Meeting: meeting.Service{Store: db.MeetingStore(), Now: clock.Now, NewID: ids},
		Append:  postgres.NewLiveDocuments(db.Pool()).Write,
	}
	reference, err := directory.Parse(directory.Embedded())
	if err == nil {
		_, err = w.Directory.Load(t.Context(), reference)
	}
	if err == nil {
		err = demo.Seed(t.Context(), w)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w, db
}

func TestTheCountryStandsWhereThePlanSays(t *testing.T) {
	w, _ := seeded(t)
	ministry := portal.Actor{Account: "somebody", Organisation: "hod", Kind: portal.Ministry, Roles: []portal.Role{portal.CaseOfficer}}
	rounds, err := w.Consult.Rounds(t.Context(), ministry)
	if err != nil || len(rounds) != 2 {
		t.Fatalf("%d rounds, %v", len(rounds), err)
	}
	count := func(v consult.RoundView) (states map[string]int, late int) {
		o, err := w.Consult.Overview(t.Context(), ministry, v.ID)
		if err != nil {
			t.Fatal(err)
		}
		states = map[string]int{}
		for _, c := range o.Communities {
			states[c.State]++
			if c.Receipt != nil && c.Receipt.LateSeconds > 0 {
				late++
			}
		}
		return states, late
	}
	states, late := count(rounds[0])
	for state, n := range map[string]int{"received": 2, "submitted": 4, "ready": 1, "approval": 4, "draft": 6, "opened": 1, "not_opened": 1} {
		if states[state] != n {
			t.Errorf("%d communities are %s, want %d", states[state], state, n)
		}
	}
	if late != 0 {
		t.Errorf("%d are late in the open round", late)
	}
	if _, late := count(rounds[1]); late != 1 {
		t.Errorf("%d were late in the earlier round, want 1", late)
	}
	published, err := w.Consult.Published(t.Context(), rounds[1].ID)
	if err != nil || len(published) != 5 {
		t.Errorf("%d of the earlier round are published, want 5: %v", len(published), err)
	}
}

func TestTheDemonstrationIsAlwaysTheSame(t *testing.T) {
	var before []string
	for range 2 {
		_, db := seeded(t)
		var all []string
		err := db.Pool().QueryRow(t.Context(), `select array_agg(response_id || number || package_hash order by number) from submission`).Scan(&all)
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && len(all) != len(before) {
			t.Fatalf("%d submissions, then %d", len(before), len(all))
		}
		for i := range before {
			if before[i] != all[i] {
				t.Errorf("%s, then %s", before[i], all[i])
			}
		}
		before = all
	}
}

func TestSeedingTwiceChangesNothing(t *testing.T) {
	w, db := seeded(t)
	audits := func() (n int) {
		if err := db.Pool().QueryRow(t.Context(), "select count(*) from audit_event").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := audits()
	if err := demo.Seed(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if n := audits(); n != before {
		t.Errorf("%d events more", n-before)
	}
}
