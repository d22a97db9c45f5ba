-- +goose Up

-- Whoever is offered to join an answer reads what is laid before the parties, and not what those who make it say to each
-- other: neither the threads, nor that there are any.
alter policy wall on audit_event using ((select wall_open()) or response_id in (select wall_own())
    and (action not in ('response.comment', 'response.suggest', 'response.settle_suggestion') or response_id in (select wall_inside())
        and (action <> 'response.comment' or detail ->> 'audience' = 'parties' or organisation_id = current_setting('samsvar.organisation', true))));

-- +goose Down
-- There is no way back: a wall is not taken down by a migration.
