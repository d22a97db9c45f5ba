package postgres_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
)

// loggedIn is a connection by the role's own login, not one that stepped down.
func loggedIn(t *testing.T, address, role string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), postgres.PrivateLogin(address, role))
	must(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// filledHouse has something in every table that is evidence: a response that was frozen, signed, decided and sent.
func filledHouse(t *testing.T) (h *house, r portal.Response) {
	t.Helper()
	h = newHouse(t)
	return h, h.fill()
}

func (h *house) fill() (r portal.Response) {
	t := h.t
	t.Helper()
	v := h.openRound(h.as("hod", portal.CaseOfficer))
	secretariat := h.as("vestfold", portal.Secretariat)
	r, err := h.consult.Start(t.Context(), secretariat, v.ID, portal.Joint, portal.Bokmal)
	must(t, err)
	for n := 1; n <= 6; n++ {
		h.write(r, n, "Svar.")
	}
	r = h.ready(secretariat, r)
	_, err = h.document.Freeze(t.Context(), secretariat, r.ID, r.Version)
	must(t, err)
	var approvers []portal.Actor
	for _, p := range r.Parties {
		approvers = append(approvers, h.as(p.Organisation.ID, portal.Approver))
		must(t, h.approve(approvers[len(approvers)-1], r.ID, portal.ApprovedWithRemark))
	}
	for _, who := range approvers {
		must(t, h.signoff.See(t.Context(), who, r.ID, nil))
	}
	r, err = h.consult.Response(t.Context(), secretariat, r.ID)
	must(t, err)
	must(t, h.signoff.Treat(t.Context(), approvers[0], r.ID, portal.Treatment{Freeze: r.Freeze.ID, Level: portal.Political, Body: "Styret", MetOn: h.now, Outcome: portal.Endorsed}))
	must(t, h.signoff.Decide(t.Context(), secretariat, r.ID, r.Freeze.ID, portal.Decision{Level: "strategic", Body: "SSU", DecidedOn: h.now, CaseNumber: "1"}))
	_, err = h.consult.Submit(t.Context(), secretariat, r.ID, r.Freeze.ID, r.Freeze.Hash)
	must(t, err)
	return r
}

func TestTheProgramCannotUndoEvidence(t *testing.T) {
	h, _ := filledHouse(t)
	program := loggedIn(t, h.url, postgres.ProgramRole)
	_, err := program.Exec(t.Context(), "grant all on audit_event, position, submission to samsvar_program") // a warning, says PostgreSQL, and does nothing
	must(t, err)
	tries := []string{
		"update submission set package = '{}'", "update submission set package_hash = 'x'", "update submission set submitted_at = now()",
		"update frozen_version set hash = 'x'", "delete from frozen_version", "delete from submission", "delete from response", "delete from answer",
		"delete from document", "update frozen_version set frozen_at = now()",
		"delete from account", "delete from round", "delete from publication", "truncate publication",
		"drop trigger append_only on audit_event", "alter table audit_event disable trigger all", "alter table position disable trigger append_only",
		"set session_replication_role = replica", "alter table audit_event owner to samsvar_program", "drop table audit_event",
		"create or replace function refuse_change() returns trigger language plpgsql as 'begin return new; end'",
		"create or replace function audit_tail() returns table (sequence bigint, hash text) language sql as 'select 0::bigint, null::text'",
		"create table mine (n int)", "create role mine", "alter role samsvar_program superuser", "alter role samsvar_program bypassrls",
		"set role samsvar", "set session authorization samsvar", "update goose_db_version set version_id = 0",
		"copy (select 1) to program 'true'", "select pg_read_file('PG_VERSION')",
	}
	for _, table := range []string{"audit_event", "position", "treatment", "mandate", "mandate_end", "approval_quorum", "treatment_attachment", "remark", "remark_step", "decision", "frozen_answer", "party_record", "silence_warning", "warning_delivery", "community_rule", "body_version"} {
		tries = append(tries, "delete from "+table, "truncate "+table+" cascade")
	}
	for table, column := range map[string]string{"audit_event": "action", "position": "kind", "treatment": "body", "mandate": "reason", "mandate_end": "reason", "remark": "quote", "remark_step": "body", "decision": "body", "frozen_answer": "content", "party_record": "organisation_id",
		"silence_warning": "warned_at", "community_rule": "rule", "body_version": "name"} {
		tries = append(tries, "update "+table+" set "+column+" = "+column)
	}
	tries = append(tries, addedOutsideTheChain()...)
	for _, try := range tries {
		_, err := program.Exec(t.Context(), try)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "42501" {
			t.Errorf("%s: %v", try, err)
		}
	}
	if n := len(trail(t, h.db)); n == 0 {
		t.Error("there was nothing to undo")
	}
}

// addedOutsideTheChain are events that the export would not show, or after which no other could be written, or that follow none.
func addedOutsideTheChain() (tries []string) {
	for _, place := range []string{
		"0, ''", "-1, ''", "9223372036854775807, (select hash from audit_event order by id desc limit 1)",
		"1, ''", "(select max(id) + 2 from audit_event), (select hash from audit_event order by id desc limit 1)",
		"(select max(id) + 1 from audit_event), ''", "(select max(id) + 1 from audit_event), (select hash from audit_event where id = 1)",
		"null, null",
	} {
		for _, whose := range []string{"*", "", "hod"} {
			tries = append(tries, "select set_config('samsvar.organisation', '"+whose+"', false); insert into audit_event (id, previous, hash, at, action) values ("+place+", 'x', now(), 'x')")
		}
	}
	return tries
}

// Rights are not all: whoever may change rows, as the owner, meets the triggers.
func TestTheOwnerMeetsTheTriggers(t *testing.T) {
	h, _ := filledHouse(t)
	owner, err := pgx.Connect(t.Context(), h.url)
	must(t, err)
	defer owner.Close(context.Background())
	for _, table := range []string{"audit_event", "position", "remark", "frozen_answer"} {
		for _, try := range []string{"delete from " + table, "truncate " + table + " cascade"} {
			if _, err := owner.Exec(t.Context(), try); err == nil {
				t.Errorf("%s was carried out", try)
			}
		}
	}
}

// What the reader sees is named, column by column. Whatever else there is, it does not see, whoever made it since.
func TestTheReaderLooksOn(t *testing.T) {
	h, _ := filledHouse(t)
	reader := loggedIn(t, h.url, postgres.ReaderRole)
	sees := []string{"account", "account_role", "answer", "audit_event", "community_rule", "extension", "frozen_version", "goose_db_version", "mail", "membership",
		"municipality_period", "notice_cursor", "organisation", "party", "party_record", "publication", "question", "reading", "recipient", "response", "round",
		"silence_warning", "submission", "warning_delivery"}
	for _, table := range tables(t, h) {
		if _, err := reader.Exec(t.Context(), "select count(*) from "+table); (err == nil) != slices.Contains(sees, table) {
			t.Errorf("%s: %v", table, err)
		}
	}
	for _, query := range []string{"select action, account_id from audit_event", "select package from submission", "select status from answer", "select state from response"} {
		if done, err := reader.Exec(t.Context(), query); err != nil || done.RowsAffected() == 0 {
			t.Errorf("%s gives nothing: %v", query, err)
		}
	}
	for _, try := range []string{"insert into audit_event (id) values (1)", "update account set name = 'x'", "delete from response", "select detail from audit_event",
		"select relation from answer", "select reason from frozen_version", "select open_suggestions(gen_random_uuid())", "select * from published()", "select * from sessions; select 1", "create table mine (n int)"} {
		if _, err := reader.Exec(t.Context(), try); err == nil {
			t.Errorf("%s was carried out", try)
		}
	}
}

// Whatever the reader takes hold of and keeps, nobody who writes waits for it.
func TestTheReaderHoldsNobodyUp(t *testing.T) {
	h := newHouse(t)
	secretariat := h.as("vestfold", portal.Secretariat)
	reader := loggedIn(t, h.url, postgres.ReaderRole)
	holding, err := reader.Begin(t.Context())
	must(t, err)
	defer holding.Rollback(context.Background())
	take := func(sql string, args ...any) bool {
		tried, err := holding.Begin(t.Context())
		must(t, err)
		if _, err = tried.Exec(t.Context(), sql, args...); err != nil {
			must(t, tried.Rollback(t.Context()))
			return false
		}
		must(t, tried.Commit(t.Context()))
		return true
	}
	if take("select * from audit_tail()") {
		t.Error("the reader takes the end of the trail")
	}
	take("select pg_advisory_xact_lock(hashtext('audit_event'))")
	take("select pg_advisory_xact_lock(hashtext('submission'), 2021)")
	take("select pg_advisory_xact_lock(hashtext('body'), hashtext('vestfold'))")
	take("select next_number(2021)")
	for _, table := range tables(t, h) {
		if take("lock table " + table + " in share update exclusive mode") {
			t.Errorf("the reader locks %s", table)
		}
		take("select * from " + table + " for key share")
		take("select * from " + table)
	}
	owner, err := pgx.Connect(t.Context(), h.url)
	must(t, err)
	defer owner.Close(context.Background())
	_, err = owner.Exec(t.Context(), "alter database "+pgx.Identifier{owner.Config().Database}.Sanitize()+" set lock_timeout = '5s'")
	must(t, err)
	h.db.Pool().Reset()
	h.fill()
	h.setBody(secretariat, strategic("vestfold", "SSU"))
}

// Whoever may run a function of ours is named: nobody may because nobody thought of it.
func TestFunctionsAreTheProgramsAlone(t *testing.T) {
	h := newHouse(t)
	may := func(who string) (names []string) {
		found, err := h.db.Pool().Query(t.Context(), `select distinct proname::text from pg_proc where pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype
			and has_function_privilege($1, oid, 'execute') order by 1`, who)
		must(t, err)
		names, err = pgx.CollectRows(found, pgx.RowTo[string])
		must(t, err)
		return names
	}
	if got := may("public"); len(got) > 0 {
		t.Errorf("anybody may run %v", got)
	}
	want := []string{"approvers_needed", "deadline_of", "extends_to", "wall_communities", "wall_inside", "wall_open", "wall_own", "wall_reads_sent"}
	if got := may(postgres.ReaderRole); !slices.Equal(got, want) {
		t.Errorf("the reader may run %v, not %v", got, want)
	}
	if got := may(postgres.ProgramRole); len(got) < len(want) || !slices.Contains(got, "audit_tail") {
		t.Errorf("the program may run %v", got)
	}
	owner, err := pgx.Connect(t.Context(), h.url)
	must(t, err)
	defer owner.Close(context.Background())
	_, err = owner.Exec(t.Context(), "create function one() returns integer language sql as 'select 1'")
	must(t, err)
	if got := may("public"); len(got) > 0 {
		t.Errorf("anybody may run %v, which is new", got)
	}
}

// tables are all there are, with the views.
func tables(t *testing.T, h *house) []string {
	t.Helper()
	found, err := h.db.Pool().Query(t.Context(), "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') order by 1")
	must(t, err)
	names, err := pgx.CollectRows(found, pgx.RowTo[string])
	must(t, err)
	return names
}

func TestWhoeverOpensStepsDown(t *testing.T) {
	address := pgtest.Database(t)
	for _, login := range []string{address, postgres.PrivateLogin(address, postgres.ProgramRole)} {
		db, err := postgres.Open(t.Context(), login)
		must(t, err)
		var who string
		must(t, db.Pool().QueryRow(t.Context(), "select current_user").Scan(&who))
		if who != postgres.ProgramRole {
			t.Errorf("works as %s", who)
		}
		db.Close()
	}
}
