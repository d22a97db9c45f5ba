package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

// walled are the tables behind the wall, with what says whose a row is.
var walled = map[string]string{
	"response": "id", "party_record": "response_id", "party": "response_id", "answer": "response_id", "frozen_version": "response_id", "position": "response_id",
	"remark": "response_id", "treatment": "response_id", "decision": "response_id", "submission": "response_id", "audit_event": "response_id",
	"frozen_answer":     "(select response_id from frozen_version f where f.id = freeze_id)",
	"remark_step":       "(select response_id from remark m where m.id = remark_id)",
	"document":          "(select response_id from answer a where a.document_id = document.id)",
	"document_update":   "(select response_id from answer a where a.document_id = document_update.document_id)",
	"document_snapshot": "(select response_id from answer a where a.document_id = document_snapshot.document_id)",
}

// furniture gives one community a row in each of the other tables behind the wall, in an order in which they can be filled: there others see none.
var furniture = []struct{ table, insert string }{
	{"silence_warning", `insert into silence_warning (freeze_id, organisation_id, warned_at, counts_from, warned_by) select id, @party, now(), now(), @account from frozen_version where response_id = @response`},
	{"warning_delivery", `insert into warning_delivery (freeze_id, organisation_id, account_id, means, delivered_at) select id, @party, @account, 'page', now() from frozen_version where response_id = @response`},
	{"treatment_attachment", `insert into treatment_attachment (id, treatment_id, response_id, name, media_type, size, hash, content, account_id, account_name, added_at)
		select gen_random_uuid(), id, response_id, 'x.pdf', 'application/pdf', 1, 'x', 'x', @account, 'x', now() from treatment where response_id = @response`},
	{"comment_thread", `insert into comment_thread (id, response_id, answer_id, organisation_id, audience, quote) select gen_random_uuid(), response_id, id, 'vestfold', 'organisation', '' from answer where response_id = @response`},
	{"comment", `insert into comment (thread_id, kind, organisation_id, account_id, account_name, body, recorded_at) select id, 'say', 'vestfold', @account, 'x', 'Hemmelig', now() from comment_thread`},
	{"named_version", `insert into named_version (document_id, place, name, account_id, account_name, named_at) select document_id, 1, 'Hemmelig', @account, 'x', now() from answer where response_id = @response`},
	{"document_history", `insert into document_history (document_id, first, last, edits) select document_id, 1, 1, '' from answer where response_id = @response`},
	{"body_version", `insert into body_version (id, version, community_id, level, name, members, ended, set_at, set_by) values (gen_random_uuid(), 1, 'vestfold', 'professional', 'Hemmelig', '[]', false, now(), 'x')`},
	{"meeting", `insert into meeting (id, community_id, body_id, starts_at, papers_due, place, state, created_at) select gen_random_uuid(), community_id, id, now(), now(), 'x', 'held', now() from body_version`},
	{"meeting_case", `insert into meeting_case (id, meeting_id, number, title, response_id) select gen_random_uuid(), id, 1, 'Hemmelig', @response from meeting`},
	{"minute", `insert into minute (case_id, outcome, body, case_number, decision, recorded_at, recorded_by) select id, 'noted', 'Hemmelig', '', false, now(), 'x' from meeting_case`},
	{"minute_remark", `insert into minute_remark (id, meeting_id, organisation_id, name, body, recorded_at, recorded_by) select gen_random_uuid(), id, @party, 'x', 'Hemmelig', now(), 'x' from meeting`},
	{"mandate", `insert into mandate (id, organisation_id, account_id, account_name, from_id, begins_at, ends_at, given_by, given_by_name, given_at)
		values (gen_random_uuid(), 'vestfold', @account, 'x', 'vestfold', '2022-01-01', '2022-01-02', @account, 'x', now())`},
	{"mandate_end", `insert into mandate_end (mandate_id, ended_at, ended_by) select id, now(), 'x' from mandate`},
	{"approval_quorum", `insert into approval_quorum (organisation_id, version, approvers, set_by, set_by_name, set_at) values (@party, 99, 1, @account, 'x', now())`},
	{"own_dates", `insert into own_dates (response_id, organisation_id, set_by, set_at) values (@response, @party, 'x', now())`},
	{"endorsement_offer", `insert into endorsement_offer (response_id, organisation_id, offered_at, offered_by) values (@response, @party, now(), 'x')`},
	{"endorsement_wish", `insert into endorsement_wish (round_id, owner_id, organisation_id, asked_at, asked_by) select round_id, 'vestfold', @party, now(), 'x' from response where id = @response`},
	{"publication", `insert into publication (number, published_at, published_by, ended_at) select number, now(), 'x', now() from submission`},
	{"reading", `insert into reading (hour, first_at, account_id, account_name, organisation_id, action, round_id, response_id, object)
		select now(), now(), @account, 'x', 'vestfold', 'response.text', round_id, id, '' from response where id = @response`},
	{"last_look", `insert into last_look (account_id, organisation_id, response_id, at, event_id, heads) values (@account, 'vestfold', @response, now(), 0, '{}')`},
	{"mail", `insert into mail (id, account_id, state, due_at, queued_at) values (gen_random_uuid(), @account, 'dropped', now(), now())`},
	{"notice", `insert into notice (event_id, kind, account_id, organisation_id, round_id, response_id, at) select -1, 'x', @account, 'vestfold', round_id, id, now() from response where id = @response`},
	{"job", `insert into job (id, kind, account_id, organisation_id, state, file_name, file, created_at) values (gen_random_uuid(), 'x', @account, 'vestfold', 'done', 'x', 'x', now())`},
	{"calendar_link", `insert into calendar_link (secret_hash, account_id, made_at) values ('x', @account, now())`},
}

func (h *house) furnish(r portal.Response, account portal.AccountID) {
	h.t.Helper()
	owner, err := pgx.Connect(h.t.Context(), h.url)
	must(h.t, err)
	defer owner.Close(context.Background())
	tried := append(slices.Collect(maps.Keys(walled)), open...)
	for _, f := range furniture {
		tried = append(tried, f.table)
		if _, err := owner.Exec(h.t.Context(), f.insert, pgx.NamedArgs{"response": r.ID, "account": account, "party": r.Parties[0].Organisation.ID}); err != nil {
			h.t.Fatalf("%s: %v", f.table, err)
		}
	}
	for _, table := range tables(h.t, h) {
		if !slices.Contains(tried, table) && table != "body" { // which is a view of body_version
			h.t.Errorf("%s is behind the wall, and nobody tries whether others see it", table)
		}
	}
}

func within(t *testing.T, conn *pgx.Conn, settings string, do func(pgx.Tx)) {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	must(t, err)
	defer tx.Rollback(context.Background())
	if settings != "" {
		_, err = tx.Exec(t.Context(), settings)
		must(t, err)
	}
	do(tx)
}

func acting(organisation string) string {
	return fmt.Sprintf("select set_config('samsvar.organisation', '%s', true)", organisation)
}

// Without any filter of the program's, by the program's own login: each of the 19 communities sees its own rows in every
// table and nobody else's, and can write none but its own.
func TestRowsOfOthersAreNotThere(t *testing.T) {
	h, sent := filledHouse(t)
	v, err := h.consult.Rounds(t.Context(), h.as("hod", portal.CaseOfficer))
	must(t, err)
	owners := map[string]portal.Response{"vestfold": sent}
	mine := h.as("vestfold", portal.Secretariat).Account
	h.furnish(sent, mine)
	for _, c := range communities(t, h) {
		if c == "vestfold" {
			continue
		}
		secretariat := h.as(portal.OrganisationID(c), portal.Secretariat)
		r, err := h.consult.Start(t.Context(), secretariat, v[0].ID, portal.Joint, portal.Bokmal)
		must(t, err)
		h.write(r, 1, "Hemmelig.")
		owners[c] = r
	}
	if len(owners) != 19 {
		t.Fatalf("%d communities", len(owners))
	}
	program := loggedIn(t, h.url, postgres.ProgramRole)
	count := func(tx pgx.Tx, query string, args ...any) (n int) {
		must(t, tx.QueryRow(t.Context(), query, args...).Scan(&n))
		return n
	}
	for community, own := range owners {
		within(t, program, acting(community), func(tx pgx.Tx) {
			if community == "vestfold" {
				_, err := tx.Exec(t.Context(), "select set_config('samsvar.account', $1, true)", mine)
				must(t, err)
			}
			for _, f := range furniture {
				if n := count(tx, "select count(*) from "+f.table); (n > 0) != (community == "vestfold") {
					t.Errorf("%s sees %d rows in %s, which are all vestfold's", community, n, f.table)
				}
			}
			for table, whose := range walled {
				if n := count(tx, "select count(*) from "+table+" where "+whose+" is distinct from $1", own.ID); n != 0 {
					t.Errorf("%s sees %d rows of others in %s", community, n, table)
				}
				if table != "audit_event" && community == "vestfold" && table != "document_snapshot" && count(tx, "select count(*) from "+table) == 0 {
					t.Errorf("%s does not see its own in %s", community, table)
				}
			}
		})
		for other, theirs := range owners {
			if other != community {
				refuseWriting(t, program, community, theirs)
			}
		}
	}
	for name, settings := range map[string]string{"nobody": "", "an empty name": acting(""), "a stranger": acting("ks")} {
		within(t, program, settings, func(tx pgx.Tx) {
			for table := range walled {
				if n := count(tx, "select count(*) from "+table); n != 0 {
					t.Errorf("%s sees %d rows in %s", name, n, table)
				}
			}
			for _, f := range furniture {
				if n := count(tx, "select count(*) from "+f.table); n != 0 {
					t.Errorf("%s sees %d rows in %s", name, n, f.table)
				}
			}
		})
	}
	within(t, program, acting("hod")+", set_config('samsvar.reads', 'sent', true)", func(tx pgx.Tx) {
		for _, table := range []string{"answer", "position", "frozen_answer", "submission", "document_update"} {
			if n := count(tx, "select count(*) from "+table+" where "+walled[table]+" is distinct from $1", sent.ID); n != 0 || count(tx, "select count(*) from "+table) == 0 {
				t.Errorf("the ministry sees %d rows of drafts in %s, or nothing of what was sent", n, table)
			}
		}
	})
}

func refuseWriting(t *testing.T, program *pgx.Conn, community string, theirs portal.Response) {
	t.Helper()
	for _, update := range []string{"update response set version = version + 1 where id = $1", "update answer set status = 'ready' where response_id = $1",
		"update document set locked = true where id in (select document_id from answer where response_id = $1)", "update submission set received_at = now() where response_id = $1"} {
		within(t, program, acting(community), func(tx pgx.Tx) {
			if done, err := tx.Exec(t.Context(), update, theirs.ID); err != nil || done.RowsAffected() != 0 {
				t.Errorf("%s as %s: %d rows, %v", update, community, done.RowsAffected(), err)
			}
		})
	}
	for insert, arg := range map[string]any{
		"insert into party_record (response_id, organisation_id, side, name) values ($1, 'ks', 'municipal', 'x')":                                                                    theirs.ID,
		"insert into document_update (document_id, place, payload, seal) values ($1, 99, '', '')":                                                                                    theirs.Answers[0].Document,
		"insert into response (id, round_id, owner_id, kind, language, state, rule, created_at) select gen_random_uuid(), id, $1, 'separate', 'nb', 'draft', '{}', now() from round": string(theirs.Owner.ID),
		"insert into frozen_version (id, response_id, number, hash, frozen_at, frozen_by, rule) select gen_random_uuid(), $1, 99, 'x', now(), id, '{}' from account limit 1":         theirs.ID,
	} {
		within(t, program, acting(community), func(tx pgx.Tx) {
			_, err := tx.Exec(t.Context(), insert, arg)
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || refused.Code != "42501" || !strings.Contains(refused.Message, "row-level security") {
				t.Errorf("%s as %s: %v", insert, community, err)
			}
		})
	}
}

func communities(t *testing.T, h *house) (ids []string) {
	t.Helper()
	rows, err := h.db.Pool().Query(t.Context(), "select id from organisation where kind = 'health_community'")
	must(t, err)
	ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	return ids
}

// The store's own reads, in contexts of two communities by turns on one connection: the wall of a transaction ends with it.
func TestTheWallIsSafeWithPooling(t *testing.T) {
	h, r := filledHouse(t)
	one, err := postgres.Open(t.Context(), h.url+"&pool_max_conns=1")
	must(t, err)
	defer one.Close()
	own, other := h.as("vestfold", portal.Secretariat), h.as("agder", portal.Secretariat)
	for range 3 {
		if _, err := one.Consult().Response(portal.Acting(t.Context(), own), r.ID); err != nil {
			t.Errorf("one's own: %v", err)
		}
		_, err := one.Consult().Response(portal.Acting(t.Context(), other), r.ID)
		wantCode(t, err, "not_found")
		_, err = one.Consult().Response(portal.Acting(t.Context(), portal.Actor{}), r.ID)
		wantCode(t, err, "not_found")
		if _, err := one.Consult().Response(t.Context(), r.ID); err != nil {
			t.Errorf("the program's own work: %v", err)
		}
	}
	gone, stop := context.WithCancel(portal.Acting(t.Context(), other))
	stop()
	_, _ = one.Consult().Response(gone, r.ID)
	if _, err := one.Consult().Response(t.Context(), r.ID); err != nil {
		t.Errorf("after a read that was given up: %v", err)
	}
}

// open are the tables that have no wall before them, since none of their rows is one community's secret: the policy table
// stands alone there. Any other table has the wall, forced on whoever it belongs to.
var open = []string{"goose_db_version", "organisation", "municipality_period", "membership", "community_rule", "account", "account_role",
	"round", "question", "recipient", "extension", "sessions", "notice_cursor", "audit_turn", "number_turn", "relay"}

// What the threat model says stands outside the wall is what does.
func TestTheThreatModelNamesWhatIsOpen(t *testing.T) {
	said, err := os.ReadFile("../../docs/threat-model.md")
	must(t, err)
	line := regexp.MustCompile(`\*\*Rows outside the second wall\*\* \(([^)]*)\)`).FindStringSubmatch(string(said))
	if line == nil {
		t.Fatal("it does not say")
	}
	var named []string
	for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(line[1], -1) {
		named = append(named, name[1])
	}
	if want := slices.Sorted(slices.Values(open)); !slices.Equal(slices.Sorted(slices.Values(named)), want) {
		t.Errorf("it names %v, and open are %v", named, want)
	}
}

func TestTheWallIsForcedOnTheProgram(t *testing.T) {
	h := newHouse(t)
	ask := func(query string, args ...any) []string {
		rows, err := h.db.Pool().Query(t.Context(), query, args...)
		must(t, err)
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		return found
	}
	const tables = "from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm', 'f')"
	if bare := ask("select relname::text "+tables+" and not (relrowsecurity and relforcerowsecurity) and relname <> all($1)", open); len(bare) > 0 {
		t.Errorf("without a wall, and not said to be open: %v", bare)
	}
	if walled := ask("select relname::text "+tables+" and relrowsecurity and relname = any($1)", open); len(walled) > 0 {
		t.Errorf("said to be open, and are not: %v", walled)
	}
	if other := ask("select tablename || ': ' || policyname from pg_policies where qual is null or qual = 'true' or cmd <> 'ALL' or policyname <> 'wall' or permissive <> 'PERMISSIVE'"); len(other) > 0 {
		t.Errorf("a door in the wall: %v", other)
	}
	if views := ask("select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v' and not 'security_invoker=true' = any(coalesce(reloptions, '{}'))"); len(views) > 0 {
		t.Errorf("views that look behind the wall: %v", views)
	}
	var may bool
	must(t, h.db.Pool().QueryRow(t.Context(), `select rolsuper or rolbypassrls or exists (select from pg_class where relowner = r.oid) from pg_roles r where rolname = current_user`).Scan(&may))
	if may {
		t.Error("the program passes the wall")
	}
}
