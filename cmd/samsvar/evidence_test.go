package main

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/evidence"
	"samsvar/internal/ledger"
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

// What is printed of a package is a line each, whatever stands in it.
func TestAPackageWritesNoLinesOfItsOwn(t *testing.T) {
	forged := evidence.Package{Submission: evidence.Submission{Number: "2022-0007\npass  receipt\x1b[2K"}}
	check(t, forged.Seal())
	raw, err := evidence.Canonical(forged)
	check(t, err)
	file, said := filepath.Join(t.TempDir(), "package.json"), &bytes.Buffer{}
	check(t, os.WriteFile(file, raw, 0o600))
	if err := verify(t.Context(), config{}, []string{file}, said); err == nil {
		t.Error("a package with hardly anything in it passes")
	}
	if want := 3 + len(evidence.Verify(raw).Checks); strings.Count(said.String(), "\n") != want || strings.Contains(said.String(), "\x1b") {
		t.Errorf("%q", said)
	}
}

// The drill: dump, lose everything, restore, and check that nothing was lost or changed.
func TestBackupIsRestoredWhole(t *testing.T) {
	_, err := pgembed.Tool("pg_dump")
	check(t, err)
	p := start(t)
	c := config{DatabaseURL: p.owner}
	owner, err := pgx.Connect(t.Context(), p.owner)
	check(t, err)
	defer owner.Close(context.Background())
	whole := func(owner *pgx.Conn) string {
		var sums bytes.Buffer
		found, err := owner.Query(t.Context(), "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not in ('sessions', 'goose_db_version', 'notice', 'notice_cursor', 'mail') order by 1")
		check(t, err)
		tables, err := pgx.CollectRows(found, pgx.RowTo[string])
		check(t, err)
		for _, table := range tables {
			var sum string
			check(t, owner.QueryRow(t.Context(), "select count(*) || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from "+pgx.Identifier{table}.Sanitize()+" t").Scan(&sum))
			sums.WriteString(table + " " + sum + "\n")
		}
		return sums.String()
	}
	kept := t.TempDir() // with others than the operator: the heads, and a package
	key, err := ledger.NewKey(filepath.Join(kept, "key.pem"))
	check(t, err)
	heads := filepath.Join(kept, "heads")
	l, err := ledger.Open(heads, key, time.Now())
	check(t, err)
	l.Begin()
	_, signed, err := l.Sign(t.Context(), p.db, time.Now())
	if check(t, err); !signed {
		t.Fatal("nothing to sign")
	}
	sent := "/submissions/" + p.scene().submission + "/file/json?language=nb"
	submission := p.as("departement").call("GET", sent, nil).body
	lost := p.as("leser-agder")
	before := whole(owner)
	said, file := &bytes.Buffer{}, filepath.Join(t.TempDir(), "samsvar.dump")
	if err := backup(t.Context(), c, []string{file}, said); err != nil {
		t.Fatal(err, said)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the backup: %v, %v", info, err)
	}
	_, err = owner.Exec(t.Context(), "drop schema public cascade; create schema public")
	check(t, err)
	if err := restore(t.Context(), c, []string{file}, said); err != nil {
		t.Fatal(err, said)
	}
	check(t, postgres.Migrate(t.Context(), p.owner)) // which gives the program its rights back
	if after := whole(owner); after != before {
		t.Errorf("before\n%safter\n%s", before, after)
	}
	if a := lost.call("GET", "/me", nil); a.status != 401 {
		t.Errorf("a login came back with the backup: %d", a.status)
	}
	trail := filepath.Join(kept, "trail.jsonl")
	var events []byte
	check(t, p.db.Trail(t.Context(), 0, func(e evidence.Event) error {
		line, err := e.Line()
		events = append(events, line...)
		return err
	}))
	check(t, os.WriteFile(trail, events, 0o600))
	sentFile := filepath.Join(kept, "package.json")
	check(t, os.WriteFile(sentFile, []byte(submission), 0o600))
	if err := verify(t.Context(), config{}, []string{sentFile, trail, filepath.Join(heads, ledger.HeadsFile), filepath.Join(heads, ledger.KeysFile)}, said); err != nil || !strings.Contains(said.String(), "which was signed") {
		t.Errorf("the restored trail is not the one that was signed, or does not vouch for what was sent: %v\n%s", err, said)
	}
	if again := p.as("departement").call("GET", sent, nil).body; again != submission || again == "" {
		t.Error("the restored submission is another one than was kept")
	}
	s := p.scene()
	if a := p.as("sekretariat-agder").call("GET", "/responses/"+s.response, nil); a.status != 200 {
		t.Errorf("the portal does not go on: %d %s", a.status, a.body)
	}
	if _, err := owner.Exec(t.Context(), "delete from audit_event"); err == nil {
		t.Error("the guards were not restored")
	}
	if err := backup(t.Context(), c, []string{file}, said); err == nil {
		t.Error("a backup was written over another")
	}
	if fresh := onAnotherMachine(t, file); whole(fresh) != before {
		t.Errorf("before\n%sin another server\n%s", before, whole(fresh))
	}
	if err := backup(t.Context(), config{DatabaseURL: postgres.PrivateLogin(p.owner, postgres.ProgramRole)}, []string{file + ".part"}, said); err == nil {
		t.Error("somebody who sees a part makes a backup of it")
	}
	if _, err := os.Stat(file + ".part"); err == nil {
		t.Error("half a backup was left")
	}
}

// onAnotherMachine restores into a server that knows neither the roles nor anything else, and gives its owner's connection.
func onAnotherMachine(t *testing.T, file string) *pgx.Conn {
	t.Helper()
	server, err := pgembed.Start(t.Context(), pgembed.Options{DataDir: dataDir(t), FastUnsafe: true})
	check(t, err)
	t.Cleanup(func() { _ = server.Stop(context.Background()) })
	c := config{DatabaseURL: server.URL(), ProgramPassword: "p", ReaderPassword: "r"}
	said := &bytes.Buffer{}
	if err := restore(t.Context(), c, []string{file}, said); err != nil {
		t.Fatal(err, said)
	}
	confined := func(address string) error {
		db, err := postgres.Open(t.Context(), address)
		check(t, err)
		defer db.Close()
		return db.Confined(t.Context())
	}
	if confined(server.URL()) == nil {
		t.Error("the portal would work as the owner, since the roles are not there")
	}
	check(t, makeRoles(t.Context(), c, nil, said))
	check(t, migrate(t.Context(), c, nil, said))
	login, err := url.Parse(server.URL())
	check(t, err)
	login.User = url.UserPassword(postgres.ProgramRole, "p")
	check(t, confined(login.String()))
	program, err := pgx.Connect(t.Context(), login.String())
	check(t, err)
	defer program.Close(context.Background())
	for _, try := range []string{"delete from audit_event", "update submission set package = ''", "insert into audit_event (id, previous, hash, at, action) values (0, '', '', now(), 'x')"} {
		if _, err := program.Exec(t.Context(), try); err == nil {
			t.Errorf("after the restore the program may %s", try)
		}
	}
	owner, err := pgx.Connect(t.Context(), server.URL())
	check(t, err)
	t.Cleanup(func() { owner.Close(context.Background()) })
	return owner
}
