package postgres

import (
	"context"
	"time"

	"samsvar/internal/export"
	"samsvar/internal/portal"
)

// Exports is the store of rendering jobs.
func (db *DB) Exports() export.Store { return db }

const jobColumns = "select id, kind, state, account_id, organisation_id, subject, done, total, error_code, file_name, created_at from job where "

type jobRow struct {
	ID, Kind, State, AccountID, OrganisationID, ErrorCode, FileName string
	Subject                                                         jsonb[export.Task]
	Done, Total                                                     int
	CreatedAt                                                       time.Time
}

func (j jobRow) job() export.Job {
	return export.Job{ID: portal.JobID(j.ID), Kind: j.Kind, State: j.State, Account: portal.AccountID(j.AccountID), Organisation: portal.OrganisationID(j.OrganisationID),
		Task: j.Subject.V, Done: j.Done, Total: j.Total, ErrorCode: j.ErrorCode, FileName: j.FileName, CreatedAt: j.CreatedAt}
}

func (db *DB) InsertJob(ctx context.Context, actor portal.Actor, j export.Job, e portal.AuditEvent) error {
	return db.write(ctx, func(t *tx) error {
		err := t.Exec(`insert into job (id, kind, account_id, organisation_id, subject, state, total, file_name, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			j.ID, j.Kind, j.Account, j.Organisation, jsonOf(j.Task), j.State, j.Total, j.FileName, j.CreatedAt).Error
		if err != nil {
			return err
		}
		return t.Audit(actor, e)
	})
}

func (db *DB) Job(ctx context.Context, id portal.JobID) (export.Job, error) {
	found, err := row[jobRow](db.gorm.WithContext(ctx), jobColumns+"id = ?", id)
	return found.job(), err
}

func (db *DB) JobFile(ctx context.Context, id portal.JobID) ([]byte, error) {
	found, err := row[struct{ File []byte }](db.gorm.WithContext(ctx), "select file from job where id = ?", id)
	return found.File, err
}

// ClaimJob, Progress, FinishJob and ForgetJobs are a worker's bookkeeping: what they write
// says nothing about anybody's doing, so it leaves no audit event.
func (db *DB) ClaimJob(ctx context.Context, now, stale time.Time) (export.Job, bool, error) {
	found, err := row[jobRow](db.gorm.WithContext(ctx), `update job set state = 'running', heartbeat_at = ?, done = 0 where id = (
			select id from job where state = 'waiting' or state = 'running' and heartbeat_at < ? order by created_at limit 1 for update skip locked)
		returning id, kind, state, account_id, organisation_id, subject, done, total, error_code, file_name, created_at`, now, stale)
	if portal.IsCode(err, "not_found") {
		return export.Job{}, false, nil
	}
	return found.job(), err == nil, err
}

func (db *DB) Progress(ctx context.Context, id portal.JobID, done int, now time.Time) (bool, error) {
	res := db.gorm.WithContext(ctx).Exec("update job set done = ?, heartbeat_at = ? where id = ? and state = 'running'", done, now, id)
	return res.RowsAffected == 1, res.Error
}

func (db *DB) FinishJob(ctx context.Context, id portal.JobID, file []byte, errorCode string, now time.Time) error {
	state := "done"
	if errorCode != "" {
		state = "failed"
	}
	return db.gorm.WithContext(ctx).Exec(`update job set state = ?, file = ?, error_code = ?, ended_at = ?,
		done = case when ? = 'done' then total else done end where id = ? and state = 'running'`, state, file, errorCode, now, state, id).Error
}

func (db *DB) ForgetJobs(ctx context.Context, before time.Time) error {
	return away(db.gorm.WithContext(ctx).Exec("delete from job where created_at < ?", before).Error)
}

func (db *DB) CancelJob(ctx context.Context, actor portal.Actor, id portal.JobID, e portal.AuditEvent) error {
	return db.write(ctx, func(t *tx) error {
		done := t.Exec("update job set state = 'cancelled', ended_at = ? where id = ? and state in ('waiting', 'running')", e.At, id)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return t.Unchanged()
		}
		return t.Audit(actor, e)
	})
}
