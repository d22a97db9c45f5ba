-- +goose Up

-- Meetings of a community's committees, with their agendas. Minutes and remarks to them are added, and stay.
create table meeting (
    id           uuid primary key,
    community_id text not null references organisation,
    body_id      uuid not null,
    starts_at    timestamptz not null,
    papers_due   timestamptz not null check (papers_due <= starts_at),
    place        text not null,
    state        text not null check (state in ('called', 'held', 'cancelled')),
    reason       text not null default '',
    version      integer not null default 1,
    created_at   timestamptz not null
);
create index on meeting (community_id, starts_at);
create table meeting_case (
    id          uuid primary key,
    meeting_id  uuid not null references meeting,
    number      integer not null,
    title       text not null,
    response_id uuid references response -- null: another matter
);
create index on meeting_case (meeting_id);
create index on meeting_case (response_id);
create table minute (
    case_id     uuid not null references meeting_case,
    seq         bigint generated always as identity,
    outcome     text not null check (outcome in ('decided', 'postponed', 'declined', 'noted')),
    body        text not null,
    case_number text not null,
    freeze_id   uuid references frozen_version, -- the text that lay before the meeting
    decision    boolean not null,               -- the response's own
    recorded_at timestamptz not null,
    recorded_by text not null,                  -- the person, as named at that moment
    primary key (case_id, seq)
);
create table minute_remark (
    id              uuid primary key,
    meeting_id      uuid not null references meeting,
    case_id         uuid references meeting_case, -- null: to the minutes as a whole
    organisation_id text not null references organisation,
    name            text not null,
    body            text not null,
    recorded_at     timestamptz not null,
    recorded_by     text not null
);
create index on minute_remark (meeting_id);
create trigger append_only before update or delete on minute for each row execute function refuse_change();
create trigger append_only_all before truncate on minute for each statement execute function refuse_change();
create trigger append_only before update or delete on minute_remark for each row execute function refuse_change();
create trigger append_only_all before truncate on minute_remark for each statement execute function refuse_change();

alter table decision add column meeting_id uuid references meeting;

-- The wall between communities: a meeting is its community's, and what belongs to it is reached through it.
alter table meeting enable row level security, force row level security;
create policy wall on meeting using ((select wall_open()) or community_id in (select wall_communities()))
    with check ((select wall_open()) or community_id = current_setting('samsvar.organisation', true));
alter table meeting_case enable row level security, force row level security;
create policy wall on meeting_case using ((select wall_open()) or meeting_id in (select id from meeting));
alter table minute enable row level security, force row level security;
create policy wall on minute using ((select wall_open()) or case_id in (select id from meeting_case));
alter table minute_remark enable row level security, force row level security;
create policy wall on minute_remark using ((select wall_open()) or meeting_id in (select id from meeting));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
