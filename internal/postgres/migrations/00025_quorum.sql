-- +goose Up

-- How many of an organisation's approvers have to say the same before it is what the organisation says. One, where
-- nothing is set. What holds is what was set when the text was laid before them.
create table approval_quorum (
    organisation_id text not null references organisation,
    version         integer not null check (version > 0),
    approvers       integer not null check (approvers between 1 and 20),
    set_by          uuid not null references account,
    set_by_name     text not null,
    set_at          timestamptz not null,
    primary key (organisation_id, version)
);
create trigger append_only before update or delete on approval_quorum for each row execute function refuse_change();
create trigger append_only_all before truncate on approval_quorum for each statement execute function refuse_change();

-- +goose StatementBegin
create function approvers_needed(asked text, laid timestamptz) returns integer language sql stable as $$
    select coalesce((select approvers from approval_quorum where organisation_id = asked and set_at <= laid order by version desc limit 1), 1)
$$;
-- +goose StatementEnd

-- A position may join the one that another approver of the same party took first: the same said of the same text.
alter table position
    add needed integer not null default 1 check (needed > 0),
    add joins  uuid references position;
create index on position (joins) where joins is not null;

-- Its own organisation sees it, and whoever sees an answer that it is a party of.
alter table approval_quorum enable row level security, force row level security;
create policy wall on approval_quorum using ((select wall_open()) or organisation_id = current_setting('samsvar.organisation', true)
        or organisation_id in (select p.organisation_id from party_record p))
    with check ((select wall_open()) or organisation_id = current_setting('samsvar.organisation', true));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
