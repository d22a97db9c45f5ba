-- +goose Up

-- How an answer of a separate response stands to a community's joint one, in a frozen version of that; null: by itself.
alter table answer add column relation jsonb;
alter table frozen_answer add column relation jsonb;

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
