-- +goose Up

-- What a page called what it sent, and what that was. A page that got no answer sends it again under the same name, and
-- what is here already is not done again. Of several suggestions sent at once the first carries it.
alter table comment
    add column sending uuid,
    add column digest bytea check (octet_length(digest) = 32),
    add constraint comment_sending unique (sending),
    add check ((sending is null) = (digest is null));

-- +goose Down
-- There is no way back: what a page sends again would be said twice.
