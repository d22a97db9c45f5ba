-- +goose Up

-- A suggestion is a thread that carries a change: what would take the place of its passage, as pages make and read it.
-- What it puts in may stand where nothing is quoted, so its place is asked for and its quote is not.
alter table comment_thread
    add column change jsonb check (octet_length(change::text) <= 131072),
    drop constraint comment_thread_check,
    add constraint comment_thread_check check (num_nulls(anchor_first, anchor_last) in (0, 2) and
        case when change is null then (anchor_first is null) = (quote = '') else anchor_first is not null and audience = 'parties' end);
create index on comment_thread (answer_id) where change is not null;

-- The first thing done in it is to suggest, with or without a word on why; then it is taken in or not.
alter table comment
    drop constraint comment_kind_check,
    drop constraint comment_check,
    add constraint comment_kind_check check (kind in ('say', 'resolve', 'reopen', 'suggest', 'accept', 'reject')),
    add constraint comment_check check (char_length(body) <= 4000 and (kind = 'suggest' or (kind = 'say') = (body <> '')));

-- How many of an answer's suggestions wait for somebody to decide on them: what one says is no decision.
-- +goose StatementBegin
create function open_suggestions(answer uuid) returns integer language plpgsql stable as $$
begin
    return (select count(*) from comment_thread t where t.answer_id = answer and t.change is not null
        and (select c.kind from comment c where c.thread_id = t.id and c.kind <> 'say' order by c.seq desc limit 1) in ('suggest', 'reopen'));
end $$;
-- +goose StatementEnd

-- +goose Down
-- There is no way back: what people have suggested is not dropped by a migration.
