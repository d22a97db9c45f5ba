-- +goose Up

-- Parties come and go while an answer is made. One that has left stays on record, with what it said.
alter table party rename to party_record;
alter table party_record
    add joined_at timestamptz, -- null: from the beginning
    add left_at   timestamptz;
create view party as select response_id, organisation_id, side, name, number from party_record where left_at is null;

-- Counts the changes of who answers that make earlier positions speak of something else.
alter table response add circle integer not null default 1;
alter table position
    add circle integer not null default 1,
    add late   boolean not null default false; -- taken after the answer was sent
alter table position drop constraint position_kind_check;
alter table position add check (kind in ('approved', 'approved_with_remark', 'rejected', 'stands_outside', 'withdrawn'));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
