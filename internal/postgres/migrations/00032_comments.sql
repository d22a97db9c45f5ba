-- +goose Up

-- What people say to each other about an answer while it is made. Nothing of it is evidence, or is sent: a thread hangs on
-- a passage of a text and never touches it. What was said is not changed; with a draft that is thrown away it goes.
create table comment_thread (
    id              uuid primary key,
    response_id     uuid not null references response,
    answer_id       uuid not null references answer,
    organisation_id text not null references organisation, -- that began it
    audience        text not null check (audience in ('organisation', 'parties')),
    anchor_first    bytea check (octet_length(anchor_first) between 1 and 64), -- null, as the other: about the whole answer
    anchor_last     bytea check (octet_length(anchor_last) between 1 and 64),
    quote           text not null check (char_length(quote) <= 1000),
    seq             bigint generated always as identity,
    check (num_nulls(anchor_first, anchor_last) in (0, 2) and (anchor_first is null) = (quote = ''))
);
create index on comment_thread (answer_id);
create index on comment_thread (response_id);

create table comment (
    thread_id       uuid not null references comment_thread on delete cascade,
    kind            text not null check (kind in ('say', 'resolve', 'reopen')),
    organisation_id text not null references organisation,
    account_id      uuid not null references account,
    account_name    text not null,
    body            text not null check (char_length(body) <= 4000 and (kind = 'say') = (body <> '')),
    mentions        jsonb not null default '[]',
    recorded_at     timestamptz not null,
    seq             bigint generated always as identity primary key
);
create index on comment (thread_id);
create trigger never_changed before update on comment_thread for each row execute function refuse_change();
create trigger never_changed before update on comment for each row execute function refuse_change();

-- Those who make the answer: its owner and its parties, and not those who are only offered to join it.
-- +goose StatementBegin
create function wall_inside() returns setof uuid language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    mine constant text := current_setting('samsvar.organisation', true);
begin
    return query select id from response where owner_id = mine
        union select response_id from party_record where organisation_id = mine and left_at is null;
end $$;
-- +goose StatementEnd

-- What one organisation says to itself is not there for the others, nor that it says something.
alter table comment_thread enable row level security, force row level security;
create policy wall on comment_thread using ((select wall_open()) or response_id in (select wall_inside())
        and (audience = 'parties' or organisation_id = current_setting('samsvar.organisation', true)))
    with check ((select wall_open()) or response_id in (select wall_inside()) and organisation_id = current_setting('samsvar.organisation', true));
alter table comment enable row level security, force row level security;
create policy wall on comment using ((select wall_open()) or exists (select from comment_thread t where t.id = thread_id))
    with check ((select wall_open()) or organisation_id = current_setting('samsvar.organisation', true) and exists (select from comment_thread t where t.id = thread_id));
alter policy wall on audit_event using ((select wall_open()) or response_id in (select wall_own())
    and (action <> 'response.comment' or detail ->> 'audience' = 'parties' or organisation_id = current_setting('samsvar.organisation', true)));

-- +goose Down
-- There is no way back: what people have said is not dropped by a migration.
