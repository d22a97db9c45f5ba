-- +goose Up

-- An event is added at the end of the chain or not at all. Those who write in the program's name could put one outside
-- it, which nobody verifies, or at the last number there is, after which nothing could be written. Whether its hash is
-- right is for the verifier to say.
alter table audit_event add check (id > 0);

-- +goose StatementBegin
create function refuse_outside_chain() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tail record;
begin
    select sequence, hash into tail from audit_tail();
    if new.id is distinct from coalesce(tail.sequence, 0) + 1 or new.previous is distinct from coalesce(tail.hash, '') then
        raise exception 'an audit event follows the last one' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
-- +goose StatementEnd

create trigger only_follows before insert on audit_event for each row execute function refuse_outside_chain();

-- +goose Down
-- There is no way back: the chain is evidence.
