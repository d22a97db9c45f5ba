-- +goose Up

-- Edits of a document are numbered from 1 without a gap, and every row carries a seal over its document, its place and
-- its bytes: so an edit that is missing, damaged or another document's is noticed when the text is read.

alter table document add column head bigint not null default 0;
alter table document set (fillfactor = 50); -- head changes with every commit, in the same page

alter table document_update drop constraint document_update_pkey;
alter table document_update alter column seq drop identity;
alter table document_update rename column seq to place;
alter table document_update add column seal bytea;

create temporary table numbered on commit drop as
    select document_id, place as was, row_number() over (partition by document_id order by place) as place from document_update;
update document_snapshot s set upto_seq = (select count(*) from numbered n where n.document_id = s.document_id and n.was <= s.upto_seq);
update document_update u set place = n.place from numbered n where n.document_id = u.document_id and n.was = u.place;
update document d set head = coalesce((select max(place) from document_update u where u.document_id = d.id), 0);
update document_update set seal = substr(sha256(convert_to(document_id || ':' || place || ':', 'UTF8') || payload), 1, 8);

alter table document_update alter column seal set not null;
alter table document_update add primary key (document_id, place);

alter table document_snapshot rename column upto_seq to upto;
alter table document_snapshot add column seal bytea;
update document_snapshot set seal = substr(sha256(convert_to(document_id || ':snapshot ' || upto || ':', 'UTF8') || payload), 1, 8);
alter table document_snapshot alter column seal set not null;

-- Edits that a checked snapshot holds, packed: who wrote what, and when, is kept.
create table document_history (
    document_id uuid not null references document,
    first       bigint not null,
    last        bigint not null check (last >= first),
    edits       bytea not null,
    primary key (document_id, first)
);

-- +goose Down
-- There is no way back: edits that were packed are not spread out again by a migration.
