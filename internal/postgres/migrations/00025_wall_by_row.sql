-- +goose Up

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

create index on position (mandate_id) where mandate_id is not null;
alter policy wall on mandate using ((select wall_open()) or organisation_id = current_setting('samsvar.organisation', true)
    or account_id::text = current_setting('samsvar.account', true) or exists (select from position p where p.mandate_id = mandate.id));

drop function wall_seen();

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
