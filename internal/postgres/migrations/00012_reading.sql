-- +goose Up

-- Who has read what, where the round asks for it: one line for each person, text and hour. It can be added to, and no more.
alter table round add log_reading boolean not null default false;

create table reading (
    hour            timestamptz not null,
    first_at        timestamptz not null,
    account_id      uuid not null references account,
    account_name    text not null,
    organisation_id text not null references organisation,
    action          text not null,
    round_id        uuid not null references round,
    response_id     uuid references response, -- null: of more than one
    object          text not null,            -- the live document, or the question that was read across
    unique nulls not distinct (response_id, round_id, account_id, organisation_id, action, object, hour)
);
create trigger append_only before update or delete on reading for each row execute function refuse_change();
create trigger append_only_all before truncate on reading for each statement execute function refuse_change();

-- Those who own a response see who has read its text among themselves; how the ministry reads what was sent is the ministry's.
alter table reading enable row level security, force row level security;
create policy wall on reading using ((select wall_open()) or response_id in (select wall_own()) and action not like 'submission.%') with check (true);

-- +goose Down
drop table reading;
alter table round drop log_reading;
