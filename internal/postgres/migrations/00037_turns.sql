-- +goose Up

-- Advisory locks are anybody's who logs in, and functions anybody's to run: whoever may only look on could take the end of the
-- trail, keep it, and nobody could write. The turn to add to the trail, and the turn to take a receipt number, are tables now
-- that hold nothing, on which nobody has rights but their owner, as whom these two functions lock them. That mode of locking shuts
-- out itself alone, and costs what an advisory lock does: a backup does not wait for it, nor any query for that it is held.
create table audit_turn ();
create table number_turn ();

-- +goose StatementBegin
create or replace function audit_tail() returns table (sequence bigint, hash text) language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    lock table audit_turn in share update exclusive mode;
    return query select e.id, e.hash from audit_event e order by e.id desc limit 1;
end $$;

-- The year's next number, whoever got the last, and nobody else's until the transaction ends.
create function next_number(asked integer) returns integer language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    lock table number_turn in share update exclusive mode;
    return (select coalesce(max(b.sequence), 0) + 1 from submission b where b.year = asked);
end $$;
-- +goose StatementEnd
drop function last_number(integer);

-- What processes tell each other goes through a channel whose name only the program may read: anybody who logs in may listen to
-- a channel that they know, and speak in it.
create table relay (
    one     boolean primary key default true check (one),
    channel text not null
);
insert into relay (channel) values ('samsvar_' || replace(gen_random_uuid()::text, '-', ''));

-- Who may run what is granted by name, when the program migrates.
revoke execute on all functions in schema public from public;
alter default privileges revoke execute on functions from public;

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.
