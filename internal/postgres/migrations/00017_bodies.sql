-- +goose Up

-- A community's committees, with names and members as data. Every version stays; the newest is what the body is.
create table body_version (
    id           uuid not null,
    version      integer not null check (version > 0),
    community_id text not null references organisation,
    level        text not null check (level in ('partnership', 'strategic', 'professional')),
    name         text not null,
    members      jsonb not null,
    ended        boolean not null,
    set_at       timestamptz not null,
    set_by       text not null, -- the person, as named at that moment
    primary key (id, version)
);
create index on body_version (community_id);
create trigger append_only before update or delete on body_version for each row execute function refuse_change();
create trigger append_only_all before truncate on body_version for each statement execute function refuse_change();

create view body with (security_invoker = true) as
    select distinct on (id) id, version, community_id, level, name, members, ended, set_at, set_by from body_version order by id, version desc;

alter table decision add column body_id uuid; -- null: of a body that was named and no more

-- The wall between communities. What is a community's own is seen by it and by those who have ever been its parties: the
-- program's clock says who is one today.
-- +goose StatementBegin
create function wall_communities() returns setof text language sql stable security definer set search_path = public, pg_temp as $$
    select current_setting('samsvar.organisation', true)
    union select community_id from membership where party_id = current_setting('samsvar.organisation', true)
$$;
-- +goose StatementEnd
alter table body_version enable row level security, force row level security;
create policy wall on body_version using ((select wall_open()) or community_id in (select wall_communities()))
    with check ((select wall_open()) or community_id = current_setting('samsvar.organisation', true));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
