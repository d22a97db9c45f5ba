-- +goose Up

-- Whom the sender of a separate response offers to join it. Who accepts is a party from then on, and the offer is gone.
create table endorsement_offer (
    response_id     uuid not null references response,
    organisation_id text not null references organisation,
    offered_at      timestamptz not null,
    offered_by      text not null, -- the person, as named at that moment
    primary key (response_id, organisation_id)
);
create index on endorsement_offer (organisation_id);

-- Who asks to join what another sends in the round. It says nothing of whether there is anything to join.
create table endorsement_wish (
    round_id        uuid not null references round,
    owner_id        text not null references organisation,
    organisation_id text not null references organisation,
    asked_at        timestamptz not null,
    asked_by        text not null,
    primary key (round_id, owner_id, organisation_id)
);

-- A separate answer needs its sender alone, however many join it.
update response s set rule = s.rule || jsonb_build_object('hospitalPercent', 0, 'municipalPercent', 0, 'voters', jsonb_build_array(jsonb_build_object('id', o.id, 'name', o.name)))
    from organisation o where o.id = s.owner_id and s.kind = 'separate';
update frozen_version f set rule = s.rule from response s where s.id = f.response_id and s.kind = 'separate';

-- +goose StatementBegin
-- Who is offered to join a text may see it while it is frozen, and becomes a party of it.
create or replace function wall_own() returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
    select id from response where owner_id = current_setting('samsvar.organisation', true)
    union select response_id from party_record where organisation_id = current_setting('samsvar.organisation', true) and left_at is null
    union select e.response_id from endorsement_offer e join response s on s.id = e.response_id
        where e.organisation_id = current_setting('samsvar.organisation', true) and s.state = 'approval'
$$;
-- +goose StatementEnd

alter table endorsement_offer enable row level security, force row level security;
create policy wall on endorsement_offer using ((select wall_open()) or response_id in (select wall_own()));
alter table endorsement_wish enable row level security, force row level security;
create policy wall on endorsement_wish using ((select wall_open()) or current_setting('samsvar.organisation', true) in (owner_id, organisation_id));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
