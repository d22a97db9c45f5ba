package postgres

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/consult"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// RecordReading writes the line unless there is one of the same hour.
func (db *DB) RecordReading(ctx context.Context, actor portal.Actor, r policy.Reading) error {
	_, err := db.pool.Exec(ctx, `insert into reading (hour, first_at, account_id, account_name, organisation_id, action, round_id, response_id, object)
		values (date_trunc('hour', $1, 'UTC'), $1, $2, $3, $4, $5, $6, nullif($7, '')::uuid, $8) on conflict do nothing`,
		r.At, actor.Account, actor.Name, actor.Organisation, r.Action, r.Round, string(r.Response), r.Object)
	return away(err)
}

// Readings are those of a response's text, newest first.
func (db *DB) Readings(ctx context.Context, id portal.ResponseID, most int) ([]consult.ReadingItem, error) {
	return rows[consult.ReadingItem](db.gorm.WithContext(ctx), `select d.first_at, d.account_name as name, o.name as organisation, coalesce(a.number, 0) as answer
		from reading d join organisation o on o.id = d.organisation_id left join answer a on a.response_id = d.response_id and a.document_id::text = d.object
		where d.response_id = ? and d.action not like 'submission.%' order by d.first_at desc, d.account_name limit ?`, id, most)
}

// WriteReadings writes a round's whole log, oldest first, as JSON Lines, and says how many lines it has.
func (db *DB) WriteReadings(ctx context.Context, slug string, out io.Writer) (n int, err error) {
	found, err := db.pool.Query(ctx, `select json_build_object('at', to_char(d.first_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'account', d.account_id,
			'name', d.account_name, 'organisation', d.organisation_id, 'action', d.action, 'round', r.slug, 'response', d.response_id, 'object', d.object)::text
		from reading d join round r on r.id = d.round_id where r.slug = $1 order by d.first_at`, slug)
	if err != nil {
		return 0, away(err)
	}
	var line string
	_, err = pgx.ForEachRow(found, []any{&line}, func() error {
		n++
		_, err := io.WriteString(out, line+"\n")
		return err
	})
	return n, err
}
