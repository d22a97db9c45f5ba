-- +goose Up

-- Every audit event names the hash of the one before it (docs/evidence.md). Its id is its place in the chain: given by
-- the program, one after the other, in the order of the commits. Events from before the chain get their place, and
-- then the column its "not null", when the program migrates.
alter table audit_event alter column id drop identity;
alter table audit_event add column previous text;
alter table audit_event add column hash text;

-- The end of the chain, held until the transaction ends. A statement of its own sees what was committed while it waited.
-- +goose StatementBegin
create function audit_tail() returns table (sequence bigint, hash text) language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock(hashtext('audit_event'));
    return query select e.id, e.hash from audit_event e order by e.id desc limit 1;
end $$;
-- +goose StatementEnd

-- +goose Down
-- There is no way back: the chain is evidence.
