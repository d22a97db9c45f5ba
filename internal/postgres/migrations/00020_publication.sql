-- +goose Up

-- What the ministry has made public of what it received. What is public no longer leaves its tombstone where it was.
alter table submission drop constraint submission_state_check, drop constraint submission_check,
    add constraint submission_state_check check (state in ('submitted', 'received', 'published', 'withdrawn', 'returned', 'replaced')),
    add constraint submission_check check ((ended_at is null) = (state in ('submitted', 'received', 'published')));
drop index submission_standing;
create unique index submission_standing on submission (response_id) where ended_at is null;

create table publication (
    number       text primary key references submission,
    published_at timestamptz not null,
    published_by text not null, -- the person, as named at that moment
    ended_at     timestamptz,
    ended_by     text not null default '',
    ended_for    text not null default '',
    end_reason   text not null default ''
);

alter table publication enable row level security, force row level security;
create policy wall on publication using ((select wall_open()) or number in (select number from submission));

-- +goose StatementBegin
-- What anybody may read, whoever they are: what is public, and the tombstone of what was. It looks behind the wall, and
-- gives nothing else.
create function published() returns table (number text, round_id uuid, slug text, title jsonb, sender text, owner_id text, owner_kind text, owner_name text,
    kind text, language text, submitted_at timestamptz, late_seconds bigint, package_hash text, package text, state text, ended_at timestamptz,
    replaced_by text, published_at timestamptz, taken_down_at timestamptz, taken_down_for text, taken_down_reason text)
language sql stable security definer set search_path = public, pg_temp as $$
    select b.number, r.id, r.slug, r.title, r.sender, o.id, o.kind, o.name, s.kind, s.language, b.submitted_at, b.late_seconds, b.package_hash,
        case when p.ended_at is null then b.package else '' end, b.state, b.ended_at,
        coalesce((select n.number from submission n join publication np on np.number = n.number and np.ended_at is null where n.replaces = b.number), ''),
        p.published_at, p.ended_at, p.ended_for, p.end_reason
    from publication p
    join submission b on b.number = p.number
    join response s on s.id = b.response_id
    join round r on r.id = b.round_id
    join organisation o on o.id = s.owner_id
$$;
-- +goose StatementEnd

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
