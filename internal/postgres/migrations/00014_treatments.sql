-- +goose Up

-- How a party treated a version of the answer in its own organisation. A record that was wrong is corrected by another.
create table treatment (
    id              uuid primary key,
    response_id     uuid not null references response,
    organisation_id text not null references organisation,
    freeze_id       uuid not null references frozen_version, -- the version that was treated
    level           text not null check (level in ('political', 'delegated', 'administrative')),
    body            text not null,
    case_number     text not null default '',
    met_on          date not null,
    outcome         text not null check (outcome in ('endorsed', 'endorsed_with_changes', 'declined', 'noted')),
    decision        text not null default '',
    votes_for       integer check (votes_for >= 0), -- null, as the two others: not counted
    votes_against   integer check (votes_against >= 0),
    votes_abstained integer check (votes_abstained >= 0),
    corrects        uuid unique references treatment,
    account_id      uuid not null references account,
    account_name    text not null,
    recorded_at     timestamptz not null,
    seq             bigint generated always as identity,
    check (num_nulls(votes_for, votes_against, votes_abstained) in (0, 3))
);
create index on treatment (response_id);
create trigger append_only before update or delete on treatment for each row execute function refuse_change();
create trigger append_only_all before truncate on treatment for each statement execute function refuse_change();

alter table treatment enable row level security, force row level security;
create policy wall on treatment using ((select wall_open()) or response_id in (select wall_seen())) with check ((select wall_open()) or response_id in (select wall_own()));

-- What a position rests on and, where another text was treated, what the approver said of that.
alter table position
    add treatment_id uuid references treatment,
    add covers       boolean,
    add coverage     text not null default '';

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
