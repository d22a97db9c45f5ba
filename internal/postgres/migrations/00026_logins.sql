-- +goose Up

-- Whose a session is, where it was begun and when it was last at work, so that people can see their own logins and end
-- them. The id names a session without opening it. Until somebody has logged in there is none.
-- Sessions from before cannot be told apart: whoever is logged in logs in anew.
delete from sessions;
alter table sessions
    add id         uuid unique,
    add account_id uuid references account,
    add device     text not null default '',
    add begun_at   timestamptz not null default now(),
    add seen_at    timestamptz not null default now(),
    add check ((id is null) = (account_id is null));
create index on sessions (account_id) where account_id is not null;

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
