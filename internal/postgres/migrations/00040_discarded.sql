-- +goose Up

-- A name that was given to a text as it stood goes with the text when a draft that was never sent is thrown away.
drop trigger append_only on named_version;
create trigger never_changed before update on named_version for each row execute function refuse_change();

-- What was thrown away is not brought back by a page that still has it open.
create temporary table thrown on commit drop as
    select a.document_id from answer a join document d on d.id = a.document_id
    where d.head = 0 and exists (select from audit_event e where e.response_id = a.response_id and e.action = 'response.discard');
update document set locked = true where id in (select document_id from thrown);
delete from named_version where document_id in (select document_id from thrown);

-- +goose Down
drop trigger never_changed on named_version;
create trigger append_only before update or delete on named_version for each row execute function refuse_change();
