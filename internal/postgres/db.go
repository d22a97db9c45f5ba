// Package postgres keeps everything in PostgreSQL. It satisfies the stores
// that the first floor declares; gorm is known here and nowhere else.
package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	gormlog "gorm.io/gorm/logger"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

// DB is one PostgreSQL database, through one pool of connections.
type DB struct {
	gorm *gorm.DB
	pool *pgxpool.Pool
}

// connections is how many there are at most, unless the address says otherwise.
const connections = 20

// Open connects to the database at url, as the program: a login that may be
// more steps down to that role, once the roles are made. It does not migrate.
func Open(ctx context.Context, url string) (*DB, error) {
	settings, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	settings.ConnConfig.RuntimeParams["jit"] = "off"                            // compiling takes longer than any of these queries
	settings.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan" // the wall makes planning dearer than most queries
	if settings.AfterConnect = begin; !strings.Contains(url, "pool_max_conns") {
		settings.MaxConns = connections
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: stdlib.OpenDBFromPool(pool)}), &gorm.Config{
		SkipDefaultTransaction: true,
		Logger:                 gormlog.NewSlogLogger(slog.Default(), gormlog.Config{LogLevel: gormlog.Silent}),
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &DB{gorm: g, pool: pool}, nil
}

// Protected refuses an address by which the database could be spoken to in the
// open, or another take its place: on this machine anything goes, elsewhere
// TLS with a certificate that is checked.
func Protected(url string) error {
	settings, err := pgconn.ParseConfig(url)
	if err != nil {
		return errors.New("DATABASE_URL is not an address of PostgreSQL") // the cause may show the password
	}
	ways := append([]*pgconn.FallbackConfig{{Host: settings.Host, TLSConfig: settings.TLSConfig}}, settings.Fallbacks...)
	for _, way := range ways {
		ip := net.ParseIP(way.Host)
		here := way.Host == "localhost" || strings.HasPrefix(way.Host, "/") || ip != nil && ip.IsLoopback()
		checked := way.TLSConfig != nil && (!way.TLSConfig.InsecureSkipVerify || way.TLSConfig.VerifyPeerCertificate != nil)
		if !here && !checked {
			return fmt.Errorf("the database at %s must be spoken to with sslmode=verify-full (or verify-ca)", way.Host)
		}
	}
	return nil
}

// Pool is the shared pool, for what must be faster than gorm: sessions and live documents.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Close gives the connections back.
func (db *DB) Close() { db.pool.Close() }

// Ping says whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.pool.Ping(ctx) }

// tx is one write: a transaction that must leave an audit event.
type tx struct {
	*gorm.DB
	events []evidence.Event
	said   map[string]evidence.Hash // what was said in this write, for the event that tells of it
}

var errUnaudited = errors.New("a write without an audit event is not committed")

// write runs fn in one transaction. It commits only when fn succeeds and has
// recorded an audit event; errors of the core pass through unchanged.
func (db *DB) write(ctx context.Context, fn func(*tx) error) error {
	err := db.gorm.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		t := &tx{DB: g}
		if actor, acting := portal.ActingIn(ctx); acting {
			if err := narrow(g, actor); err != nil {
				return err
			}
		}
		if err := fn(t); err != nil {
			return err
		}
		if len(t.events) == 0 {
			return errUnaudited
		}
		return t.record()
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return away(err)
}

// away tells a database that does not answer from one that says no: the
// former passes, and is said so. What it says no to is the caller's fault only
// for characters that PostgreSQL does not keep, such as NUL.
func away(err error) error {
	if err == nil {
		return nil
	}
	var known *portal.Error
	var connect *pgconn.ConnectError
	var network net.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, driver.ErrBadConn), pgconn.SafeToRetry(err),
		errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "08") || pg.Code == "53300"):
		return portal.Unreadyf("service_unavailable", "the database does not answer").Because(err)
	case errors.As(err, &pg) && (pg.Code == "22021" || pg.Code == "22P05"):
		return portal.Invalidf("invalid_input", "a text holds a character that cannot be kept").Because(err)
	}
	return err
}

// errUnchanged rolls a transaction back that turned out to have nothing to write.
var errUnchanged = errors.New("nothing to write")

// Unchanged ends a write that has nothing to do; there is then nothing to audit.
func (t *tx) Unchanged() error { return errUnchanged }

// one runs a statement that must touch exactly one row; none means that
// somebody changed it meanwhile.
func (t *tx) one(sql string, args ...any) error {
	done := t.Exec(sql, args...)
	if done.Error != nil {
		return done.Error
	}
	if done.RowsAffected != 1 {
		return portal.Conflictf("changed_meanwhile", "the row was changed by somebody else")
	}
	return nil
}

// rows runs a query into a slice.
func rows[T any](g *gorm.DB, sql string, args ...any) ([]T, error) {
	var out []T
	if err := behindWall(g, func(g *gorm.DB) error { return g.Raw(sql, args...).Scan(&out).Error }); err != nil {
		return nil, away(err) // a row that could not be read whole holds what gorm read of others before
	}
	return out, nil
}

// row runs a query for a single row; no row is portal.Missing.
func row[T any](g *gorm.DB, sql string, args ...any) (out T, err error) {
	found, err := rows[T](g, sql, args...)
	if err == nil && len(found) == 0 {
		err = portal.Missing()
	}
	if err != nil {
		return out, err
	}
	return found[0], nil
}

// named is an argument that a query calls @name.
func named(name string, value any) sql.NamedArg { return sql.Named(name, value) }

// orNone keeps an empty list from becoming JSON's null.
func orNone(list []string) []string { return append([]string{}, list...) }

// jsonOf is for columns of type jsonb.
func jsonOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // only plain structs come here
	}
	return string(raw)
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// null turns the empty string into SQL's null.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// isUnique says whether err is a violation of the named unique constraint ("" for any).
func isUnique(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505" && (constraint == "" || pg.ConstraintName == constraint)
}

// isDuplicate says whether err tells of a role that is there already.
func isDuplicate(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "42710" || pg.Code == "23505") // the latter when two make it at once
}

// date is a calendar date as the database wants it.
func date(t time.Time) string { return t.Format(time.DateOnly) }
