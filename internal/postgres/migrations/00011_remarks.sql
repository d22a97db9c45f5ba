-- +goose Up

-- A særmerknad: what it is about never changes. What it says, who stands behind it, what is replied and
-- who has seen it are steps, and every step stays.
alter table remark rename to earlier_remark;
create table remark (
    id          uuid primary key,
    response_id uuid not null references response,
    answer_id   uuid references answer, -- null: about the whole
    quote       text not null default '',
    seq         bigint generated always as identity
);
create index on remark (response_id);
create table remark_step (
    remark_id       uuid not null references remark,
    seq             bigint generated always as identity,
    kind            text not null check (kind in ('write', 'join', 'leave', 'keep', 'reply', 'see')),
    organisation_id text not null references organisation,
    account_id      uuid not null references account,
    account_name    text not null,
    version         integer not null, -- of the text: counts what was written
    body            text not null default '',
    disputed        text not null default '', -- the hash of what it speaks of, when written or kept
    recorded_at     timestamptz not null,
    primary key (remark_id, seq)
);

insert into remark (id, response_id, answer_id)
    select m.id, m.response_id, m.answer_id from earlier_remark m
    where m.position_id = (select x.id from position x where x.response_id = m.response_id and x.organisation_id = m.author_id order by x.seq desc limit 1)
    order by m.seq;
insert into remark_step (remark_id, kind, organisation_id, account_id, account_name, version, body, disputed, recorded_at)
    select m.id, k.kind, m.author_id, x.account_id, x.account_name, 1, case k.kind when 'write' then m.body else '' end,
        coalesce(x.answer_hashes ->> cast(m.answer_id as text), ''), m.recorded_at
    from earlier_remark m join remark r on r.id = m.id join position x on x.id = m.position_id, (values ('join'), ('write')) k (kind)
    order by m.seq, k.kind;
drop table earlier_remark;

create trigger append_only before update or delete on remark for each row execute function refuse_change();
create trigger append_only_all before truncate on remark for each statement execute function refuse_change();
create trigger append_only before update or delete on remark_step for each row execute function refuse_change();
create trigger append_only_all before truncate on remark_step for each statement execute function refuse_change();

-- The wall between communities stands before these as well.
alter table remark enable row level security, force row level security;
create policy wall on remark using ((select wall_open()) or response_id in (select wall_seen())) with check ((select wall_open()) or response_id in (select wall_own()));
alter table remark_step enable row level security, force row level security;
create policy wall on remark_step using ((select wall_open()) or remark_id in (select id from remark));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
