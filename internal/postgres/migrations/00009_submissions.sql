-- +goose Up

-- A response may be sent more than once. What no longer stands is kept, with a tombstone beside it.
alter table submission
    drop constraint submission_pkey,
    drop constraint submission_number_key,
    add primary key (number),
    add column freeze_id uuid references frozen_version,
    add column state text not null default 'submitted' check (state in ('submitted', 'received', 'withdrawn', 'returned', 'replaced')),
    add column replaces text references submission,
    add column ended_at timestamptz,
    add column ended_by text not null default '',  -- the person, as named at that moment
    add column ended_for text not null default '', -- name of the organisation acted for
    add column end_reason text not null default '',
    add check ((ended_at is null) = (state in ('submitted', 'received')));
update submission b set freeze_id = s.freeze_id, state = case when b.received_at is null then 'submitted' else 'received' end
    from response s where s.id = b.response_id;
alter table submission alter freeze_id set not null;
create index on submission (response_id);
create unique index submission_standing on submission (response_id) where state in ('submitted', 'received');

-- What was sent is neither changed nor removed; what became of it is added.
create trigger kept before update of response_id, round_id, year, sequence, number, submitted_at, late_seconds, submitted_by, submitted_for,
    package, package_hash, freeze_id, replaces on submission for each row execute function refuse_change();
create trigger kept_whole before delete on submission for each row execute function refuse_change();
create trigger kept_all before truncate on submission for each statement execute function refuse_change();

alter table response drop constraint response_state_check,
    add constraint response_state_check check (state in ('draft', 'approval', 'ready', 'submitted', 'received', 'withdrawn'));

-- Jobs now say which receipts they render.
update job set state = 'cancelled', ended_at = now() where state in ('waiting', 'running');

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
