-- +goose Up

-- A text as it stood after an edit can be given a name. The newest one of a place holds; none is taken away.
create table named_version (
    document_id  uuid not null references document,
    place        bigint not null check (place > 0),
    name         text not null,
    account_id   uuid not null references account,
    account_name text not null,
    named_at     timestamptz not null
);
create index on named_version (document_id, place);
create trigger append_only before update or delete on named_version for each row execute function refuse_change();
create trigger append_only_all before truncate on named_version for each statement execute function refuse_change();
alter table named_version enable row level security, force row level security;
create policy wall on named_version using ((select wall_open()) or document_id in (select document_id from answer));

-- The last edit that a frozen text holds.
alter table frozen_answer add place bigint;

-- +goose Down
alter table frozen_answer drop place;
drop table named_version;
