-- +goose Up

-- A community's rule, every version of it; the newest holds for what is frozen from then on.
alter table community_rule drop constraint community_rule_pkey;
alter table community_rule
    add version     integer not null default 1,
    add set_at      timestamptz not null default now(),
    add set_by      text not null default '',
    add reason      text not null default '',
    add primary key (community_id, version);
update community_rule set rule = rule || '{"kind": "consensus", "silenceDays": 0}';
create trigger append_only before update or delete on community_rule for each row execute function refuse_change();
create trigger append_only_all before truncate on community_rule for each statement execute function refuse_change();

update response set rule = rule || jsonb_build_object('kind', case kind when 'joint' then 'consensus' else 'alone' end, 'silenceDays', 0);

-- The rule that held when the text was frozen is the one that it is decided by.
alter table frozen_version add rule jsonb;
update frozen_version f set rule = s.rule from response s where s.id = f.response_id;
alter table frozen_version alter rule set not null;

-- What a party was told its silence would come to mean, about which text, and from when.
create table silence_warning (
    freeze_id       uuid not null references frozen_version,
    organisation_id text not null references organisation,
    warned_at       timestamptz not null,
    counts_from     timestamptz not null,
    warned_by       uuid not null references account,
    primary key (freeze_id, organisation_id)
);
create trigger append_only before update or delete on silence_warning for each row execute function refuse_change();
create trigger append_only_all before truncate on silence_warning for each statement execute function refuse_change();

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
