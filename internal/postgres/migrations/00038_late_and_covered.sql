-- +goose Up

-- Who says that its own treatment does not cover what was sent has not approved it, late as in time.
-- +goose StatementBegin
create or replace function published_late(asked text) returns table (organisation_id text, organisation_kind text, name text, recorded_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select p.organisation_id, o.kind, p.name, x.recorded_at
    from publication u
    join submission b on b.number = u.number
    join party p on p.response_id = b.response_id
    join organisation o on o.id = p.organisation_id
    join lateral (select y.* from position y where y.response_id = p.response_id and y.organisation_id = p.organisation_id order by y.seq desc limit 1) x on true
    where u.number = asked and u.ended_at is null and x.late and x.kind = 'approved' and x.freeze_id = b.freeze_id
        and x.covers is not false and x.needed <= (select count(*) from position y where y.id = coalesce(x.joins, x.id) or y.joins = x.joins)
    order by x.recorded_at
$$;
-- +goose StatementEnd

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
