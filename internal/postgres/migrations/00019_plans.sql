-- +goose Up

-- When a party treats an answer in its own organisation.
create table own_dates (
    response_id     uuid not null references response,
    organisation_id text not null references organisation,
    meeting         date, -- null: not said
    papers_due      date,
    set_by          text not null,
    set_at          timestamptz not null,
    primary key (response_id, organisation_id)
);
alter table own_dates enable row level security, force row level security;
create policy wall on own_dates using ((select wall_open()) or response_id in (select wall_own()));

-- The secret address of an account's calendar: of the secret, its hash alone.
create table calendar_link (
    secret_hash text primary key,
    account_id  uuid not null unique references account,
    made_at     timestamptz not null
);
alter table calendar_link enable row level security, force row level security;
create policy wall on calendar_link using ((select wall_open()) or account_id::text = current_setting('samsvar.account', true));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
