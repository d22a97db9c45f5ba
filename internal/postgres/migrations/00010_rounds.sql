-- +goose Up

-- More time: for everybody, for one community and its parties, or for one organisation alone. The letter's own deadline stays.
create table extension (
    id              uuid primary key,
    seq             bigint generated always as identity,
    round_id        uuid not null references round,
    organisation_id text references organisation, -- null: everybody
    deadline        timestamptz not null,
    reason          text not null,
    granted_by      text not null, -- the person, as named at that moment
    granted_at      timestamptz not null
);
create index on extension (round_id);
create trigger append_only before update or delete on extension for each row execute function refuse_change();
create trigger append_only_all before truncate on extension for each statement execute function refuse_change();

-- Whether an extension for the one holds for the other: the same organisation, or a party of that community as of the letter's date.
-- +goose StatementBegin
create function extends_to(granted text, organisation text, issued date) returns boolean language sql stable as $$
    select granted is null or granted = organisation or exists (select 1 from membership m
        where m.community_id = granted and m.party_id = organisation and m.valid_from <= issued and (m.valid_to is null or issued < m.valid_to))
$$;

-- The deadline that holds for an organisation, with every extension that it has got.
create function deadline_of(asked uuid, organisation text) returns timestamptz language sql stable as $$
    select greatest(r.deadline, (select max(e.deadline) from extension e where e.round_id = r.id and extends_to(e.organisation_id, organisation, r.issued)))
    from round r where r.id = asked
$$;
-- +goose StatementEnd

-- How recently, and how surely, one must have logged in to sign and to send.
alter table round
    add column login_minutes integer not null default 15 check (login_minutes between 1 and 720),
    add column login_level text not null default '' check (login_level in ('', 'substantial', 'high'));

-- The ministry opens the text of what it sends back.
alter policy wall on frozen_version with check ((select wall_open()) or response_id in (select wall_seen()));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
