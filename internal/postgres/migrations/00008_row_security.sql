-- +goose Up

-- The second wall between communities: whatever the program asks for, a transaction sees and writes only what belongs to
-- the organisation that somebody acts for in it. The program says who that is, for each transaction (postgres/wall.go):
--
--   samsvar.organisation   the organisation acted for; '*' for the program's own work; without it nothing is seen
--   samsvar.account        the account that acts
--   samsvar.reads          'sent' for the ministry, which reads what was sent and knows how far the rest has come
--
-- Whoever owns the tables passes, for migrations and backups, and the one who looks on.

-- +goose StatementBegin
create function wall_open() returns boolean language sql stable as $$
    select coalesce(current_setting('samsvar.organisation', true), '') = '*' or current_user = 'samsvar_reader'
        or pg_has_role(current_user, (select relowner from pg_class where oid = 'response'::regclass), 'member')
$$;

create function wall_reads_sent() returns boolean language sql stable as $$
    select coalesce(current_setting('samsvar.reads', true), '') = 'sent'
$$;

-- What the organisation owns or is a party of. As the tables' owner, since it must look behind the wall that it makes.
create function wall_own() returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
    select id from response where owner_id = current_setting('samsvar.organisation', true)
    union select response_id from party_record where organisation_id = current_setting('samsvar.organisation', true) and left_at is null
$$;

-- What anybody may read of: one's own, and for the ministry what was sent.
create function wall_seen() returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
    select wall_own() union select response_id from submission where wall_reads_sent()
$$;

-- The number given last in a year, whoever got it.
create function last_number(asked integer) returns integer language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(max(sequence), 0) from submission where year = asked
$$;
-- +goose StatementEnd

alter function audit_tail() security definer set search_path = public, pg_temp;
alter view party set (security_invoker = true);

alter table response enable row level security, force row level security;
create policy wall on response using ((select wall_open()) or (select wall_reads_sent()) or id in (select wall_own()))
    with check ((select wall_open()) or (select wall_reads_sent()) or owner_id = current_setting('samsvar.organisation', true) or id in (select wall_own()));

alter table party_record enable row level security, force row level security;
create policy wall on party_record using ((select wall_open()) or response_id in (select wall_seen())) with check ((select wall_open()) or response_id in (select wall_own()));
alter table answer enable row level security, force row level security;
create policy wall on answer using ((select wall_open()) or response_id in (select wall_seen())) with check ((select wall_open()) or response_id in (select wall_own()));
alter table frozen_version enable row level security, force row level security;
create policy wall on frozen_version using ((select wall_open()) or response_id in (select wall_seen())) with check ((select wall_open()) or response_id in (select wall_own()));
alter table position enable row level security, force row level security;
create policy wall on position using ((select wall_open()) or response_id in (select wall_seen())) with check ((select wall_open()) or response_id in (select wall_own()));
alter table remark enable row level security, force row level security;
create policy wall on remark using ((select wall_open()) or response_id in (select wall_seen())) with check ((select wall_open()) or response_id in (select wall_own()));
alter table decision enable row level security, force row level security;
create policy wall on decision using ((select wall_open()) or response_id in (select wall_seen())) with check ((select wall_open()) or response_id in (select wall_own()));
alter table submission enable row level security, force row level security;
create policy wall on submission using ((select wall_open()) or response_id in (select wall_seen())) with check ((select wall_open()) or response_id in (select wall_seen()));

-- These are reached through a frozen version or an answer, which have the wall before them.
alter table frozen_answer enable row level security, force row level security;
create policy wall on frozen_answer using ((select wall_open()) or freeze_id in (select id from frozen_version));
alter table silence_warning enable row level security, force row level security;
create policy wall on silence_warning using ((select wall_open()) or freeze_id in (select id from frozen_version));
alter table document_update enable row level security, force row level security;
create policy wall on document_update using ((select wall_open()) or document_id in (select document_id from answer));
alter table document_snapshot enable row level security, force row level security;
create policy wall on document_snapshot using ((select wall_open()) or document_id in (select document_id from answer));
alter table document_history enable row level security, force row level security;
create policy wall on document_history using ((select wall_open()) or document_id in (select document_id from answer));
-- A document is there before the answer that it is the text of.
alter table document enable row level security, force row level security;
create policy wall on document using ((select wall_open()) or id in (select document_id from answer)) with check (true);

alter table job enable row level security, force row level security;
create policy wall on job using ((select wall_open()) or account_id::text = current_setting('samsvar.account', true));

alter table audit_event enable row level security, force row level security;
create policy wall on audit_event using ((select wall_open()) or response_id in (select wall_own())) with check (true);

-- +goose Down
-- There is no way back: a wall is not taken down by a migration.
