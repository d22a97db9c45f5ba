-- +goose Up

-- How often somebody wants to be reminded by mail of what they owe. What must be known is told anyway.
alter table account add column reminders text not null default 'daily' check (reminders in ('at_once', 'daily', 'none'));

-- How far the audit trail has been read for those who are to be told of it. What is older than this migration is not told.
create table notice_cursor (
    one  boolean primary key default true check (one),
    told bigint not null
);
insert into notice_cursor (told) select coalesce(max(id), 0) from audit_event;

-- A mail to one person: of notices, or the reminder of a day. What it says is not kept: it is made when it is sent.
create table mail (
    id         uuid primary key, -- and the Message-ID
    account_id uuid not null references account,
    day        date,             -- of a reminder, in Oslo
    state      text not null default 'waiting' check (state in ('waiting', 'sent', 'dropped', 'failed')),
    tries      integer not null default 0,
    due_at     timestamptz not null, -- while one tries to send it: when another may
    fault      text not null default '',
    queued_at  timestamptz not null,
    ended_at   timestamptz,
    unique (account_id, day)
);
create index on mail (due_at) where state = 'waiting';
create index on mail (day);
create index on mail (account_id, ended_at);

create table notice (
    id              bigint generated always as identity primary key,
    event_id        bigint not null, -- in the audit trail
    kind            text not null,
    account_id      uuid not null references account,
    organisation_id text not null references organisation, -- that the person acts for in this
    round_id        uuid not null references round,
    response_id     uuid references response,
    at              timestamptz not null,
    mail_id         uuid references mail,
    read_at         timestamptz,
    unique (event_id, account_id, organisation_id)
);
create index on notice (account_id, organisation_id, id desc);
create index on notice (mail_id);

-- When somebody last looked at a response, and how it was: how far its history had come, and each of its texts.
create table last_look (
    account_id      uuid not null references account,
    organisation_id text not null references organisation,
    response_id     uuid not null references response,
    at              timestamptz not null,
    event_id        bigint not null,
    heads           jsonb not null, -- by document: the place of its last edit
    primary key (account_id, organisation_id, response_id)
);

-- Notices and looks are a person's own; whether mail gets through is also for those whose community the person belongs to.
-- Only the program's own work writes notices and mail.
alter table notice enable row level security, force row level security;
create policy wall on notice using ((select wall_open())
    or account_id::text = current_setting('samsvar.account', true) and organisation_id = current_setting('samsvar.organisation', true));
alter table last_look enable row level security, force row level security;
create policy wall on last_look using ((select wall_open())
        or account_id::text = current_setting('samsvar.account', true) and organisation_id = current_setting('samsvar.organisation', true))
    with check ((select wall_open()) or account_id::text = current_setting('samsvar.account', true)
        and organisation_id = current_setting('samsvar.organisation', true) and response_id in (select wall_own()));
alter table mail enable row level security, force row level security;
create policy wall on mail using ((select wall_open()) or account_id in (select r.account_id from account_role r
        left join membership m on m.party_id = r.organisation_id
        where current_setting('samsvar.organisation', true) in (r.organisation_id, m.community_id)))
    with check ((select wall_open()));

-- How the mail goes, whoever it is to: those who run the portal are told numbers alone.
-- +goose StatementBegin
create function outbox(since timestamptz) returns table (waiting bigint, failed bigint) language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) filter (where state = 'waiting'), count(*) filter (where state = 'failed' and ended_at > since) from mail
$$;
-- +goose StatementEnd

-- +goose Down
-- There is no way back: what people were told is not forgotten by a migration.
