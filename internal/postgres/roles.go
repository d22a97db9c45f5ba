package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Three kinds of users come to the database. The owner makes and migrates it; the program works in it and can undo
// nothing that is evidence; the reader looks on, and sees nothing of what is said before it is sent, and no logins.
const (
	ProgramRole = "samsvar_program"
	ReaderRole  = "samsvar_reader"
)

// In most tables the program may do everything with rows. What has a trigger named append_only it may read and add to.
var (
	// onlyAdded may be read and added to, too.
	onlyAdded = []string{"decision"}
	// kept is never deleted from.
	kept = []string{"response", "answer", "document", "round", "recipient", "account", "meeting", "publication"}
	// fixed is never deleted from, and these columns never change; the others tell what became of the row.
	fixed = map[string][]string{
		"submission": {"response_id", "round_id", "year", "sequence", "number", "submitted_at", "late_seconds", "submitted_by", "submitted_for", "package",
			"package_hash", "freeze_id", "replaces", "behind"},
		"frozen_version": {"id", "response_id", "number", "hash", "frozen_at", "frozen_by", "rule"},
		"party_record":   {"response_id", "organisation_id"}, // one that comes back may have another name
		"party":          {"response_id", "organisation_id"},
	}
)

// nobodys are locked by functions of the owner's alone (migration 00037).
var nobodys = []string{"audit_turn", "number_turn"}

// readerMayRun is what the wall asks for, in whoever's query, and what says by which date and number something counts.
var readerMayRun = []string{"wall_communities", "wall_inside", "wall_open", "wall_own", "wall_reads_sent", "deadline_of", "extends_to", "approvers_needed"}

// readerSees are the tables that the reader looks into, with the columns of them that it does not see: who takes part, what was
// asked, sent and published, that and when something was done, and whom mail reaches. Not what is written, said, treated, planned
// or given reasons for before it is sent: of that which was sent, the package says all. What is not named here is not seen.
var readerSees = map[string][]string{
	"goose_db_version": nil, "organisation": nil, "municipality_period": nil, "membership": nil, "community_rule": nil, "account": nil, "account_role": nil,
	"round": nil, "question": nil, "recipient": nil, "extension": nil, "submission": nil, "publication": nil,
	"response": nil, "party_record": nil, "party": nil, "answer": {"relation"}, "frozen_version": {"reason"}, "silence_warning": nil, "warning_delivery": nil,
	"audit_event": {"detail"}, "reading": nil, "mail": nil, "notice_cursor": nil,
}

// connectionsOf is how many times each may be logged in at once: who looks on leaves places for the program.
var connectionsOf = map[string]int{ProgramRole: -1, ReaderRole: 10}

// MakeRoles makes the program's and the reader's logins, or gives those there are new passwords. The login of url must
// be allowed to make roles. What they may do is granted by Migrate.
func MakeRoles(ctx context.Context, url, programPassword, readerPassword string) error {
	return connected(ctx, url, "make the database roles", func(conn *pgx.Conn) error {
		for role, password := range map[string]string{ProgramRole: programPassword, ReaderRole: readerPassword} {
			_, err := conn.Exec(ctx, "create role "+role)
			if err != nil && !isDuplicate(err) {
				return err
			}
			var quoted string
			if err := conn.QueryRow(ctx, "select quote_literal($1)", password).Scan(&quoted); err != nil {
				return err
			}
			if _, err := conn.Exec(ctx, fmt.Sprintf("alter role %s login noinherit nocreatedb nocreaterole connection limit %d password %s", role, connectionsOf[role], quoted)); err != nil {
				return err
			}
		}
		return nil
	})
}

// MakePrivateRoles makes the roles of a private database, with passwords of its own choice.
func MakePrivateRoles(ctx context.Context, address string) error {
	program, reader := privatePassword(address, ProgramRole), privatePassword(address, ReaderRole)
	return MakeRoles(ctx, address, program, reader)
}

// PrivateLogin is the address by which a role logs in to a private database, whose owner logs in by address.
func PrivateLogin(address, role string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // the connection will say what is wrong with it
	}
	u.User = url.UserPassword(role, privatePassword(address, role))
	return u.String()
}

// privatePassword follows from the owner's, and does not give it away.
func privatePassword(address, role string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	owners, _ := u.User.Password()
	sum := sha256.Sum256([]byte(role + "\n" + owners))
	return hex.EncodeToString(sum[:])
}

// grant gives the roles what they may, and takes all else away. Without the roles there is nothing to give.
func grant(ctx context.Context, url string) error {
	return connected(ctx, url, "grant rights", func(conn *pgx.Conn) error {
		var there bool
		err := conn.QueryRow(ctx, "select count(*) = 2 from pg_roles where rolname in ($1, $2)", ProgramRole, ReaderRole).Scan(&there)
		if err != nil || !there {
			return err
		}
		found, err := conn.Query(ctx, `select c.relname, exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'append_only'),
				array(select attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum)
			from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') order by c.relname`)
		if err != nil {
			return err
		}
		tables, err := pgx.CollectRows(found, pgx.RowToStructByPos[table])
		if err != nil {
			return err
		}
		var s strings.Builder
		fmt.Fprintf(&s, "grant usage on schema public to %s, %s; grant usage on all sequences in schema public to %[1]s;\n", ProgramRole, ReaderRole)
		for _, t := range tables {
			name := pgx.Identifier{t.Name}.Sanitize()
			fmt.Fprintf(&s, "revoke all on %s from %s, %s;\n", name, ProgramRole, ReaderRole)
			if slices.Contains(nobodys, t.Name) {
				continue
			}
			fmt.Fprintf(&s, "grant %s on %s to %s;\n", t.programMay(), name, ProgramRole)
			if withheld, sees := readerSees[t.Name]; sees {
				fmt.Fprintf(&s, "grant select (%s) on %s to %s;\n", t.but(withheld), name, ReaderRole)
			}
		}
		fmt.Fprintf(&s, "revoke all on all functions in schema public from public, %s, %s; grant execute on all functions in schema public to %[1]s;\n", ProgramRole, ReaderRole)
		for _, name := range readerMayRun {
			fmt.Fprintf(&s, "grant execute on function %s to %s;\n", pgx.Identifier{name}.Sanitize(), ReaderRole)
		}
		_, err = conn.Exec(ctx, s.String()) // several statements at once are one transaction
		return err
	})
}

type table struct {
	Name       string
	AppendOnly bool
	Columns    []string
}

func (t table) programMay() string {
	never, isFixed := fixed[t.Name]
	switch {
	case t.Name == "goose_db_version":
		return "select"
	case t.AppendOnly, slices.Contains(onlyAdded, t.Name):
		return "select, insert"
	case slices.Contains(kept, t.Name):
		return "select, insert, update"
	case !isFixed:
		return "select, insert, update, delete"
	}
	free := t.but(never)
	if free == "" {
		return "select, insert"
	}
	return "select, insert, update (" + free + ")"
}

// but are all columns but these.
func (t table) but(these []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(t.Columns), func(column string) bool { return slices.Contains(these, column) }), ", ")
}

// stepDown makes a connection the program's, when its login may be more than that.
func stepDown(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `select set_config('role', rolname, false) from pg_roles
		where rolname = $1 and rolname <> current_user and pg_has_role(current_user, oid, 'member')`, ProgramRole)
	return err
}

// Confined fails when what it works as passes the wall and the grants: the owner, which stepDown could not make less, or a
// login that is above all rights.
func (db *DB) Confined(ctx context.Context) error {
	var login string
	var free bool
	err := db.pool.QueryRow(ctx, `select rolname, rolsuper or rolbypassrls
			or exists (select from pg_class where oid = to_regclass('public.response') and pg_has_role(r.oid, relowner, 'member'))
			or exists (select from pg_database where datname = current_database() and pg_has_role(r.oid, datdba, 'member'))
		from pg_roles r where rolname = current_user`).Scan(&login, &free)
	if err == nil && free {
		err = fmt.Errorf("the database's login %s may do everything there, and no wall stands before it: give %s by samsvar roles and samsvar migrate, and let DATABASE_URL be its login", login, ProgramRole)
	}
	return away(err)
}

// connected does something on a connection of its own.
func connected(ctx context.Context, url, what string, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, url)
	if err == nil {
		defer conn.Close(context.WithoutCancel(ctx))
		err = do(conn)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
