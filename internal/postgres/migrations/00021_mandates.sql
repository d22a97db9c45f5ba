-- +goose Up

-- That somebody may act for an organisation as its approver does: in a period, for one response, one round, or all. One that
-- is ended before its time has an end beside it.
create table mandate (
    id              uuid primary key,
    organisation_id text not null references organisation, -- that gives it
    account_id      uuid not null references account,      -- that holds it
    account_name    text not null,
    from_id         text not null references organisation, -- that the holder belongs to; for a stand-in the same
    response_id     uuid references response,              -- the scope: one response,
    round_id        uuid references round,                 -- one round, or neither: all
    begins_at       timestamptz not null,
    ends_at         timestamptz not null,
    reason          text not null default '',
    rests_on        text not null default '',
    given_by        uuid not null references account,
    given_by_name   text not null,
    given_at        timestamptz not null,
    check (begins_at < ends_at),
    check (response_id is null or round_id is null),
    check (from_id = organisation_id or (reason <> '' and rests_on <> ''))
);
create index on mandate (organisation_id);
create index on mandate (account_id);
create table mandate_end (
    mandate_id uuid primary key references mandate,
    ended_at   timestamptz not null,
    ended_by   text not null, -- the person, as named at that moment
    reason     text not null default ''
);

create trigger append_only before update or delete on mandate for each row execute function refuse_change();
create trigger append_only_all before truncate on mandate for each statement execute function refuse_change();
create trigger append_only before update or delete on mandate_end for each row execute function refuse_change();
create trigger append_only_all before truncate on mandate_end for each statement execute function refuse_change();

alter table position
    add mandate_id uuid references mandate; -- under which it was taken
create index on position (mandate_id) where mandate_id is not null;

-- Its own organisation and its holder see a mandate, and so does whoever sees a position that was taken under it.
alter table mandate enable row level security, force row level security;
create policy wall on mandate using ((select wall_open()) or organisation_id = current_setting('samsvar.organisation', true)
        or account_id::text = current_setting('samsvar.account', true) or exists (select from position p where p.mandate_id = mandate.id))
    with check ((select wall_open()) or organisation_id = current_setting('samsvar.organisation', true));
alter table mandate_end enable row level security, force row level security;
create policy wall on mandate_end using ((select wall_open()) or mandate_id in (select id from mandate))
    with check ((select wall_open()) or mandate_id in (select id from mandate where organisation_id = current_setting('samsvar.organisation', true)));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
