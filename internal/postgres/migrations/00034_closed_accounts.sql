-- +goose Up

-- An account that an administrator has closed: nobody logs in with it. It stays, since what was done with it names it.
alter table account add closed_at timestamptz;

-- +goose Down
-- There is no way back: who was shut out is not let in by a migration.
