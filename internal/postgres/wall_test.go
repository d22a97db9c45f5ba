package postgres_test

import (
	"context"
	"errors"
	"fmt"
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
