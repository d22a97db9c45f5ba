-- +goose Up

-- A notice may be about something else than a round or a response: a mandate, or a meeting. What it is about stands with it, as
-- it was called then; the audit event is behind a wall that whom it concerns may not see through.
alter table notice
    alter round_id drop not null,
    add about  text not null default '', -- who gave the mandate, or which body meets
    add object text not null default '', -- the id of it
    add moment timestamptz;              -- when the meeting is

-- +goose Down
-- There is no way back: what people were told is not forgotten by a migration.
