package postgres

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Relay carries short messages between the processes of one database, by its
// NOTIFY. What is told while nobody listens is lost: a message may say only
// what can be found out otherwise. The channel's name is the database's own, for
// the program alone: who knows it can listen, and speak.
type Relay struct {
	pool *pgxpool.Pool
	self string
	log  *slog.Logger
}

// NewRelay makes a process known under a name of its own.
func NewRelay(pool *pgxpool.Pool, log *slog.Logger) *Relay {
	return &Relay{pool: pool, self: uuid.NewString(), log: log}
}

// Tell gives all other processes a message of less than 7,900 bytes of text.
// It is no part of any write, and does not wait for the disk.
func (r *Relay) Tell(ctx context.Context, message []byte) error {
	return pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "select set_config('synchronous_commit', 'off', true), pg_notify(channel, $1) from relay", r.self+" "+string(message))
		return err
	})
}

// Listen hands on what the others tell, until ctx ends; and nil whenever it
// begins to hear them. A connection that breaks is made anew.
func (r *Relay) Listen(ctx context.Context, hear func(message []byte)) {
	for ctx.Err() == nil {
		if err := r.listen(ctx, hear); err != nil && ctx.Err() == nil {
			r.log.Warn("other processes are not heard; trying again", "error", err)
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}

func (r *Relay) listen(ctx context.Context, hear func(message []byte)) error {
	pooled, err := r.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack() // it is not to be lent to others again
	defer conn.Close(context.WithoutCancel(ctx))
	var channel string
	if err := conn.QueryRow(ctx, "select channel from relay").Scan(&channel); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return err
	}
	hear(nil)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if from, message, _ := strings.Cut(n.Payload, " "); from != r.self {
			hear([]byte(message))
		}
	}
}
