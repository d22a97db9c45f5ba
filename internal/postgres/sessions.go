package postgres

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"samsvar/internal/portal"
)

// Sessions keeps logins, by the hash of what the browser's cookie says. A
// session that has ended stays ended: a request that was under way meanwhile
// cannot bring it back.
type Sessions struct{ pool *pgxpool.Pool }

// NewSessions keeps sessions in the pool's database.
func NewSessions(pool *pgxpool.Pool) *Sessions { return &Sessions{pool} }

// FindCtx gives what is kept under the token, unless it has ended.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.pool.QueryRow(ctx, "select data from sessions where token = $1 and expiry > now()", token).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, away(err)
}

// CommitCtx keeps the data, under a new token or one that has not ended. A new one is of the account that the context acts for.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	by, _ := portal.ActingIn(ctx)
	_, err := s.pool.Exec(ctx, `insert into sessions (token, data, expiry, id, account_id, device) values ($1, $2, $3, $4, $5, $6)
		on conflict (token) do update set data = excluded.data, expiry = excluded.expiry, seen_at = now() where sessions.expiry > now()`,
		token, data, expiry, null(string(by.Login.Session)), null(string(by.Account)), by.Login.Device)
	return away(err)
}

// DeleteCtx ends the session. What it held is gone at once.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.pool.Exec(ctx, "update sessions set data = '', expiry = now() where token = $1 and expiry > now()", token)
	return away(err)
}

// Find, Commit and Delete are those above for callers without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// Sessions are those that the account has open.
func (db *DB) Sessions(ctx context.Context, id portal.AccountID) ([]portal.Session, error) {
	return rows[portal.Session](db.gorm.WithContext(ctx), `select id, device, begun_at as begun, seen_at as seen from sessions
		where account_id = ? and expiry > now() order by seen_at desc, id`, id)
}

func (t *tx) EndSession(account portal.AccountID, id portal.SessionID) (bool, error) {
	done := t.Exec(`update sessions set data = '', expiry = now() where account_id = ? and id = ? and expiry > now()`, account, id)
	return done.RowsAffected == 1, done.Error
}

func (t *tx) EndSessions(account portal.AccountID, but portal.SessionID) (int, error) {
	done := t.Exec(`update sessions set data = '', expiry = now() where account_id = ? and id is distinct from cast(? as uuid) and expiry > now()`, account, null(string(but)))
	return int(done.RowsAffected), done.Error
}

// Sweep forgets, now and then until ctx ends, sessions that ended so long ago
// that no request of theirs is left.
func (s *Sessions) Sweep(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		if _, err := s.pool.Exec(ctx, "delete from sessions where expiry < now() - interval '1 hour'"); err != nil && ctx.Err() == nil {
			log.Warn("ended sessions could not be forgotten", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(15 * time.Minute):
		}
	}
}
