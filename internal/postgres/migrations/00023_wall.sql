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

create or replace function wall_communities() returns setof text language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    mine constant text := current_setting('samsvar.organisation', true);
begin
    return query select mine union select community_id from membership where party_id = mine;
end $$;
-- +goose StatementEnd

-- What the ministry may read, all that was ever sent, was gathered for every table of every query, and grows with every
-- round. Now a query asks about the rows that it comes to.

-- +goose StatementBegin
do $$
declare
    walled text;
begin
    foreach walled in array array['party_record', 'answer', 'frozen_version', 'position', 'remark', 'decision', 'treatment'] loop
        execute format('alter policy wall on %1$I using ((select wall_open()) or response_id in (select wall_own())
            or (select wall_reads_sent()) and exists (select from submission b where b.response_id = %1$I.response_id))', walled);
    end loop;
end $$;
-- +goose StatementEnd

alter policy wall on frozen_version with check ((select wall_open()) or response_id in (select wall_own())
    or (select wall_reads_sent()) and exists (select from submission b where b.response_id = frozen_version.response_id));
alter policy wall on submission using ((select wall_open()) or (select wall_reads_sent()) or response_id in (select wall_own()))
    with check ((select wall_open()) or (select wall_reads_sent()) or response_id in (select wall_own()));
alter policy wall on frozen_answer using ((select wall_open()) or exists (select from frozen_version f where f.id = freeze_id));
alter policy wall on silence_warning using ((select wall_open()) or exists (select from frozen_version f where f.id = freeze_id));
alter policy wall on remark_step using ((select wall_open()) or exists (select from remark m where m.id = remark_id));
alter policy wall on publication using ((select wall_open()) or exists (select from submission b where b.number = publication.number));

drop function wall_seen();

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
