-- +goose Up

-- The municipalities that stood behind all of what was sent when it was sent, as its package has them. They are counted in
-- every look at the country.
alter table submission add behind jsonb not null default '[]';

update submission b set behind = coalesce((select jsonb_agg(p.organisation_id order by p.organisation_id) from frozen_version sent
    join party_record p on p.response_id = b.response_id and p.side = 'municipal' and (p.left_at is null or p.left_at > b.submitted_at)
    join lateral (select y.kind, y.answer_hashes from position y join frozen_version f on f.id = y.freeze_id
        where y.response_id = p.response_id and y.organisation_id = p.organisation_id and f.number <= sent.number and not y.late
        order by y.seq desc limit 1) y on y.kind in ('approved', 'approved_with_remark')
    where sent.id = b.freeze_id and not exists (select from frozen_answer z
        where z.freeze_id = b.freeze_id and z.hash is distinct from y.answer_hashes ->> cast(z.answer_id as text))), '[]');

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
