package postgres

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
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

// CommitCtx keeps the data, under a new token or one that has not ended.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, err := s.pool.Exec(ctx, `insert into sessions (token, data, expiry) values ($1, $2, $3)
		on conflict (token) do update set data = excluded.data, expiry = excluded.expiry where sessions.expiry > now()`, token, data, expiry)
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
