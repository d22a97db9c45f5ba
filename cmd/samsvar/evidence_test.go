package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/evidence"
	"samsvar/internal/pgembed"
	"samsvar/internal/postgres"
)

// The audit trail from the first start to an auditor without a database, with a change of keys in between.
func TestTrailIsCheckedFromFilesAlone(t *testing.T) {
	data := dataDir(t)
	settings := []string{"SAMSVAR_DATA=" + data}
	run := func(want int, args ...string) string {
		t.Helper()
		status, said := runs(t, settings, args...)
		if status != want {
			t.Fatalf("%v: ended with %d\n%s", args, status, said)
		}
		return said
	}
	heads := filepath.Join(data, "heads")
	audit := func(name string) (files []string) {
		run(0, "trail", filepath.Join(data, name))
		return []string{"verify", filepath.Join(data, name), filepath.Join(heads, "heads.jsonl"), filepath.Join(heads, "keys.jsonl")}
	}

	p := serves(t, settings...)
	p.browser("ny")
	p.stop()
	if signed, err := os.ReadFile(filepath.Join(heads, "heads.jsonl")); err != nil || len(signed) == 0 {
		t.Errorf("nothing was signed while it ran: %v", err)
	}
	if said := run(0, audit("one.jsonl")...); strings.Contains(said, "came after the last head") || strings.Contains(said, "FAIL") {
		t.Error(said)
	}

	run(0, "keys", "rotate", filepath.Join(data, "next.pem"))
	settings = append(settings, "SAMSVAR_AUDIT_KEY_FILE="+filepath.Join(data, "next.pem"))
	run(0, "grant", "https://id.example", "somebody", "agder", "reader")
	two := audit("two.jsonl")
	if said := run(0, two...); !strings.Contains(said, "2 keys") {
		t.Error(said)
	}

	trail, err := os.ReadFile(two[1])
	check(t, err)
	for what, changed := range map[string][]byte{
		"another role": bytes.Replace(trail, []byte(`"reader"`), []byte(`"writer"`), 1),
		"the end gone": trail[:bytes.LastIndexByte(trail[:len(trail)-1], '\n')+1],
	} {
		check(t, os.WriteFile(two[1], changed, 0o600))
		if said := run(1, two...); bytes.Equal(changed, trail) || !strings.Contains(said, "FAIL") {
			t.Errorf("%s: %s", what, said)
		}
	}
	run(0, "keys", "new", filepath.Join(data, "stranger.pem"))
	settings = append(settings, "SAMSVAR_AUDIT_KEY_FILE="+filepath.Join(data, "stranger.pem"))
	if said := run(1, "trail", filepath.Join(data, "three.jsonl")); !strings.Contains(said, "rotate") {
		t.Error(said)
	}
}

// The drill: dump, lose everything, restore, and check that nothing was lost or changed.
func TestBackupIsRestoredWhole(t *testing.T) {
	if _, err := pgembed.Tool("pg_dump"); err != nil {
		t.Skip(err)
	}
	p := start(t)
	c := config{DatabaseURL: p.owner}
	owner, err := pgx.Connect(t.Context(), p.owner)
	check(t, err)
	defer owner.Close(context.Background())
	whole := func() string {
		var sums bytes.Buffer
		for _, table := range []string{"audit_event", "position", "remark", "frozen_answer", "submission", "response", "document_update", "account_role"} {
			var sum string
			check(t, owner.QueryRow(t.Context(), "select count(*) || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from "+table+" t").Scan(&sum))
			sums.WriteString(table + " " + sum + "\n")
		}
		return sums.String()
	}
	before := whole()
	said, file := &bytes.Buffer{}, filepath.Join(t.TempDir(), "samsvar.dump")
	if err := backup(t.Context(), c, []string{file}, said); err != nil {
		t.Fatal(err, said)
	}
	_, err = owner.Exec(t.Context(), "drop schema public cascade; create schema public")
	check(t, err)
	if err := restore(t.Context(), c, []string{file}, said); err != nil {
		t.Fatal(err, said)
	}
	check(t, postgres.Migrate(t.Context(), p.owner)) // which gives the program its rights back
	if after := whole(); after != before {
		t.Errorf("before\n%safter\n%s", before, after)
	}
	var tail evidence.Tail
	check(t, p.db.Trail(t.Context(), 0, func(e evidence.Event) error {
		defer func() { tail = e.Tail() }()
		return e.Follows(tail)
	}))
	s := p.scene()
	if a := p.as("sekretariat-agder").call("GET", "/responses/"+s.response, nil); a.status != 200 || tail.Sequence == 0 {
		t.Errorf("the portal does not go on: %d %s", a.status, a.body)
	}
	if _, err := owner.Exec(t.Context(), "delete from audit_event"); err == nil {
		t.Error("the guards were not restored")
	}
	if err := backup(t.Context(), c, []string{file}, said); err == nil {
		t.Error("a backup was written over another")
	}
}
