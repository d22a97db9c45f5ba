-- +goose Up

-- What a party lays beside its record of a treatment, such as the minutes: kept as it came.
create table treatment_attachment (
    id           uuid primary key,
    treatment_id uuid not null references treatment,
    response_id  uuid not null references response,
    name         text not null,
    media_type   text not null, -- found in the bytes, whatever the sender said
    size         integer not null check (size = octet_length(content)),
    hash         text not null,
    content      bytea not null,
    account_id   uuid not null references account,
    account_name text not null,
    added_at     timestamptz not null,
    seq          bigint generated always as identity,
    unique (treatment_id, hash)
);
create index on treatment_attachment (response_id);
create trigger append_only before update or delete on treatment_attachment for each row execute function refuse_change();
create trigger append_only_all before truncate on treatment_attachment for each statement execute function refuse_change();

alter table treatment_attachment enable row level security, force row level security;
create policy wall on treatment_attachment using ((select wall_open()) or response_id in (select wall_own())
        or (select wall_reads_sent()) and exists (select from submission b where b.response_id = treatment_attachment.response_id))
    with check ((select wall_open()) or response_id in (select wall_own()));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
