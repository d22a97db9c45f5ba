-- +goose Up

-- The second wall is asked in every query of everybody. Functions in plain SQL are planned at each query anew, which took
-- most of the time of short ones; those of PL/pgSQL keep their plans for as long as the connection lives.

-- +goose StatementBegin
create or replace function wall_open() returns boolean language plpgsql stable as $$
begin
    return coalesce(current_setting('samsvar.organisation', true), '') = '*' or current_user = 'samsvar_reader'
        or pg_has_role(current_user, (select relowner from pg_class where oid = 'response'::regclass), 'member');
end $$;

create or replace function wall_own() returns setof uuid language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    mine constant text := current_setting('samsvar.organisation', true);
begin
    return query select id from response where owner_id = mine
        union select response_id from party_record where organisation_id = mine and left_at is null
        union select e.response_id from endorsement_offer e join response s on s.id = e.response_id where e.organisation_id = mine and s.state = 'approval';
end $$;

create or replace function wall_seen() returns setof uuid language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query select wall_own();
    if wall_reads_sent() then
        return query select response_id from submission;
    end if;
end $$;

create or replace function wall_communities() returns setof text language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    mine constant text := current_setting('samsvar.organisation', true);
begin
    return query select mine union select community_id from membership where party_id = mine;
end $$;
-- +goose StatementEnd

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
