-- +goose Up

-- Who ---------------------------------------------------------------------------------------------------------------

create table organisation (
    id         text primary key,
    kind       text not null check (kind in ('ministry', 'regional_health_authority', 'health_community', 'health_trust',
                                             'hospital', 'municipality', 'association', 'operator')),
    name       text not null,
    parent_id  text references organisation,
    unverified boolean not null default false,
    website    text not null default '',
    note       text not null default ''
);

-- A municipality's number and name over time; a renumbered municipality stays the same organisation.
create table municipality_period (
    organisation_id text not null references organisation,
    number          text not null,
    name            text not null,
    official_name   text not null default '',
    county          text not null default '',
    language_form   text not null default '',
    valid_from      date not null,
    valid_to        date,
    primary key (number, valid_from),
    check (valid_to is null or valid_from < valid_to)
);
create index on municipality_period (organisation_id);

-- Who belongs to a health community, and when.
create table membership (
    community_id text not null references organisation,
    party_id     text not null references organisation,
    side         text not null check (side in ('hospital', 'municipal')),
    certainty    text not null default '',
    note         text not null default '',
    valid_from   date not null,
    valid_to     date,
    primary key (community_id, party_id, valid_from),
    check (valid_to is null or valid_from < valid_to)
);
create index on membership (party_id);

-- A community's own rule for when its answer may be sent, as data. A community without a row has the default.
create table community_rule (
    community_id text primary key references organisation,
    rule         jsonb not null
);

create table account (
    id         uuid primary key,
    issuer     text not null,
    subject    text not null,
    name       text not null,
    email      text not null default '',
    language   text not null default 'nb' check (language in ('nb', 'nn')),
    created_at timestamptz not null,
    unique (issuer, subject)
);

create table account_role (
    account_id      uuid not null references account,
    organisation_id text not null references organisation,
    role            text not null check (role in ('case_officer', 'regional_contact', 'secretariat', 'coordinator',
                                                  'writer', 'approver', 'reader', 'administrator')),
    granted_at      timestamptz not null,
    primary key (account_id, organisation_id, role)
);
create index on account_role (organisation_id);

-- What is asked -------------------------------------------------------------------------------------------------------

create table round (
    id               uuid primary key,
    slug             text not null unique,
    title            jsonb not null,
    sender           text not null,
    signed_by_role   text not null default '',
    reference        text not null default '',
    kind             text not null check (kind in ('addressed', 'open', 'internal')),
    issued           date not null,
    deadline         timestamptz not null,
    state            text not null check (state in ('draft', 'open', 'closed')),
    joint_answers    text not null check (joint_answers in ('encouraged', 'allowed', 'no')),
    separate_answers text not null check (separate_answers in ('allowed', 'no')),
    accepts_late     boolean not null default true,
    background       jsonb not null default '{}',
    priority_groups  jsonb not null default '{}',
    addressees       jsonb not null default '[]',
    copy_to          jsonb not null default '[]',
    send_to          text not null default '',
    version          integer not null default 1,
    created_at       timestamptz not null,
    opened_at        timestamptz,
    closed_at        timestamptz
);

create table question (
    id             uuid primary key,
    round_id       uuid not null references round on delete cascade,
    number         integer not null,
    body           jsonb not null,
    optional       boolean not null default false,
    collects       text not null default '',
    guidance_words integer not null default 0,
    unique (round_id, number)
);

create table recipient (
    round_id        uuid not null references round,
    organisation_id text not null references organisation,
    name            text not null,
    relation        text not null check (relation in ('addressed', 'copy', 'forwarded')),
    forwarded_by    text references organisation,
    asked_to_forward boolean not null default false,
    forwarded_at    timestamptz,
    opened_at       timestamptz,
    primary key (round_id, organisation_id)
);
create index on recipient (organisation_id);

-- What is answered ------------------------------------------------------------------------------------------------------

create table response (
    id         uuid primary key,
    round_id   uuid not null references round,
    owner_id   text not null references organisation, -- the community of a joint answer, the sender of a separate one
    kind       text not null check (kind in ('joint', 'separate')),
    language   text not null check (language in ('nb', 'nn')),
    state      text not null check (state in ('draft', 'approval', 'ready', 'submitted', 'received')),
    rule       jsonb not null,   -- the owner's rule as it stood when the answer was begun
    freeze_id  uuid,             -- the frozen version that is being treated; null while drafting
    version    integer not null default 1,
    created_at timestamptz not null,
    unique (round_id, owner_id, kind)
);
create index on response (owner_id);

-- The parties of the answer: memberships as of the round's letter.
create table party (
    response_id     uuid not null references response,
    organisation_id text not null references organisation,
    side            text not null check (side in ('hospital', 'municipal')),
    name            text not null,
    number          text not null default '',
    primary key (response_id, organisation_id)
);
create index on party (organisation_id);

create table document (
    id          uuid primary key,
    locked      boolean not null default false,
    created_at  timestamptz not null
);

-- Every accepted edit, in the order it was committed. Rows go only when a checked snapshot holds them.
create table document_update (
    document_id     uuid not null references document,
    seq             bigint generated always as identity,
    payload         bytea not null,
    account_id      uuid,
    organisation_id text,
    recorded_at     timestamptz not null default now(),
    primary key (document_id, seq)
);

create table document_snapshot (
    document_id uuid primary key references document,
    upto_seq    bigint not null,
    payload     bytea not null,
    made_at     timestamptz not null default now()
);

create table answer (
    id             uuid primary key,
    response_id    uuid not null references response,
    question_id    uuid not null references question,
    number         integer not null,
    document_id    uuid not null unique references document,
    status         text not null default 'empty' check (status in ('empty', 'writing', 'ready', 'not_answered')),
    coordinator_id text references organisation,
    version        integer not null default 1,
    unique (response_id, question_id)
);

-- What is signed ----------------------------------------------------------------------------------------------------------

create table frozen_version (
    id          uuid primary key,
    response_id uuid not null references response,
    number      integer not null,
    hash        text not null,
    frozen_at   timestamptz not null,
    frozen_by   uuid not null references account,
    reopened_at timestamptz,
    reopened_by uuid references account,
    reason      text not null default '',
    unique (response_id, number)
);
alter table response add foreign key (freeze_id) references frozen_version;

-- The text of each answer as the server rendered it from what it had stored.
create table frozen_answer (
    freeze_id uuid not null references frozen_version,
    answer_id uuid not null references answer,
    number    integer not null,
    status    text not null check (status in ('ready', 'not_answered')),
    content   text not null, -- canonical JSON, the very bytes that were hashed
    hash      text not null,
    primary key (freeze_id, answer_id)
);

-- A party's positions, all of them; the newest one counts.
create table position (
    id              uuid primary key,
    response_id     uuid not null references response,
    freeze_id       uuid not null references frozen_version,
    organisation_id text not null references organisation,
    account_id      uuid not null references account,
    account_name    text not null,
    kind            text not null check (kind in ('approved', 'approved_with_remark', 'rejected', 'stands_outside')),
    reason          text not null default '',
    answer_hashes   jsonb not null,
    seq             bigint generated always as identity,
    recorded_at     timestamptz not null,
    foreign key (response_id, organisation_id) references party
);
create index on position (response_id, organisation_id, seq desc);

create table remark (
    id          uuid primary key,
    response_id uuid not null references response,
    position_id uuid not null references position,
    answer_id   uuid references answer,
    author_id   text not null references organisation,
    body        text not null,
    seq         bigint generated always as identity,
    recorded_at timestamptz not null
);
create index on remark (response_id);

create table decision (
    id          uuid primary key,
    response_id uuid not null references response,
    freeze_id   uuid not null references frozen_version,
    level       text not null check (level in ('strategic', 'partnership')),
    body        text not null,
    decided_on  date not null,
    case_number text not null,
    recorded_by uuid not null references account,
    recorded_at timestamptz not null,
    unique (freeze_id, level)
);

-- What was sent -----------------------------------------------------------------------------------------------------------

create table submission (
    response_id  uuid primary key references response,
    round_id     uuid not null references round,
    year         integer not null,
    sequence     integer not null, -- counts from 1 within the year
    number       text not null unique,
    submitted_at timestamptz not null,
    late_seconds bigint not null default 0,
    submitted_by uuid not null references account,
    submitted_for text not null, -- name of the organisation acted for
    package      text not null,   -- the canonical bytes that were hashed: text, since jsonb would not keep them
    package_hash text not null,
    received_at  timestamptz,
    received_by  uuid references account,
    unique (year, sequence)
);

-- What happened -----------------------------------------------------------------------------------------------------------

create table audit_event (
    id              bigint generated always as identity primary key,
    at              timestamptz not null,
    account_id      uuid,
    account_name    text not null default '',
    organisation_id text,
    action          text not null,
    round_id        uuid,
    response_id     uuid,
    object          text not null default '',
    detail          jsonb not null default '{}'
);
create index on audit_event (response_id, id);
create index on audit_event (round_id, id);

-- +goose StatementBegin
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
-- +goose StatementEnd

create trigger append_only before update or delete on audit_event for each row execute function refuse_change();
create trigger append_only_all before truncate on audit_event for each statement execute function refuse_change();
create trigger append_only before update or delete on position for each row execute function refuse_change();
create trigger append_only_all before truncate on position for each statement execute function refuse_change();
create trigger append_only before update or delete on frozen_answer for each row execute function refuse_change();
create trigger append_only_all before truncate on frozen_answer for each statement execute function refuse_change();
create index on submission (round_id);

create trigger append_only before update or delete on remark for each row execute function refuse_change();
create trigger append_only_all before truncate on remark for each statement execute function refuse_change();

-- Machinery ---------------------------------------------------------------------------------------------------------------

create table job (
    id              uuid primary key,
    kind            text not null,
    account_id      uuid not null references account,
    organisation_id text not null references organisation,
    subject         jsonb not null default '{}',
    state           text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    done            integer not null default 0,
    total           integer not null default 0,
    error_code      text not null default '',
    file_name       text not null default '',
    file_type       text not null default '',
    file            bytea,
    created_at      timestamptz not null,
    heartbeat_at    timestamptz,
    ended_at        timestamptz
);
create index on job (state, created_at);

create table sessions (
    token  text primary key,
    data   bytea not null,
    expiry timestamptz not null
);
create index on sessions (expiry);

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
