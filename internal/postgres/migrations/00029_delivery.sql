-- +goose Up

-- That a warning of silence has come to somebody who may answer for the party: their mail server has taken it, or they have
-- read it in the page. Before that silence does not count. The first of a party is kept.
create table warning_delivery (
    freeze_id       uuid not null,
    organisation_id text not null,
    account_id      uuid not null references account,
    means           text not null check (means in ('mail', 'page')),
    delivered_at    timestamptz not null,
    primary key (freeze_id, organisation_id),
    foreign key (freeze_id, organisation_id) references silence_warning
);
create trigger append_only before update or delete on warning_delivery for each row execute function refuse_change();
create trigger append_only_all before truncate on warning_delivery for each statement execute function refuse_change();

alter table warning_delivery enable row level security, force row level security;
create policy wall on warning_delivery using ((select wall_open()) or exists (select from frozen_version f where f.id = freeze_id))
    with check ((select wall_open()) or organisation_id = current_setting('samsvar.organisation', true) or exists (select from frozen_version f where f.id = freeze_id));

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
